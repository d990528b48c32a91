"""JavaScript and TypeScript imports through aliases and through packages of the workspace."""

import json

import pytest

from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Import


def found(tree: Modules, importer: str, module: str) -> tuple[str, ...]:
    return tree.resolve(importer, Import(module, (), 0, 0))


def aliased(options: dict[str, object], **more: object) -> str:
    return json.dumps({"compilerOptions": options} | more)


APP = [
    "app/src/main.ts",
    "app/src/lib/cart.ts",
    "app/src/lib/index.ts",
    "app/src/ui/button.tsx",
    "app/generated/api.ts",
    "lib/cart.ts",
]

WITH_COMMENTS = """{
  // aliases "of" ours
  "compilerOptions": {
    "baseUrl": ".", /* not "src" */
    "paths": {
      "@/*": ["./src/*", "./generated/*"], // "*/" in a comment
      "@lib": ["src/lib"],
      "@/ui/*": ["src/ui/*"],
      "*.gen": ["generated/*"],
    },
  },
}
"""


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("@/lib/cart", ("app/src/lib/cart.ts",)),
        ("@/lib/cart.js", ("app/src/lib/cart.ts",)),
        ("@/lib", ("app/src/lib/index.ts",)),
        ("@/api", ("app/generated/api.ts",)),
        ("@lib", ("app/src/lib/index.ts",)),
        ("@/ui/button", ("app/src/ui/button.tsx",)),
        ("api.gen", ("app/generated/api.ts",)),
        ("src/lib/cart", ("app/src/lib/cart.ts",)),
        ("lib/cart", ()),
        ("@/gone", ()),
        ("react", ()),
    ],
)
def test_aliases_of_the_nearest_project(module: str, expected: tuple[str, ...]) -> None:
    tree = Modules(APP, {"app/tsconfig.json": WITH_COMMENTS, "tsconfig.json": aliased({"baseUrl": "."})})
    assert found(tree, "app/src/main.ts", module) == expected


def test_paths_without_a_base_are_relative_to_the_file_that_has_them() -> None:
    base = aliased({"paths": {"~/*": ["../app/src/*"], "$/*": ["${configDir}/generated/*"]}})
    tree = Modules(
        APP,
        {"config/tsconfig.base.json": base, "app/tsconfig.json": '{"extends": "../config/tsconfig.base"}'},
    )
    assert found(tree, "app/src/main.ts", "~/lib/cart") == ("app/src/lib/cart.ts",)
    assert found(tree, "app/src/main.ts", "$/api") == ("app/generated/api.ts",)
    assert found(tree, "app/src/main.ts", "src/lib/cart") == ()


def test_a_file_overrides_what_it_extends_and_the_last_extended_the_ones_before() -> None:
    configs = {
        "app/one.json": aliased({"baseUrl": "src", "paths": {"a": ["lib/cart"]}}),
        "app/two.json": aliased({"paths": {"a": ["ui/button"]}}),
        "app/tsconfig.json": '{"extends": ["./one.json", "./two.json"]}',
    }
    assert found(Modules(APP, configs), "app/src/main.ts", "a") == ("app/src/ui/button.tsx",)
    configs["app/tsconfig.json"] = aliased({"paths": {"a": ["lib/index"]}}, extends="./one.json")
    assert found(Modules(APP, configs), "app/src/main.ts", "a") == ("app/src/lib/index.ts",)


def test_extends_in_a_loop_or_a_web_ends() -> None:
    loop = {
        "app/tsconfig.json": aliased({"baseUrl": "src"}, extends="./b.json"),
        "app/b.json": aliased({"paths": {"a": ["lib/cart"]}}, extends="./tsconfig.json"),
    }
    assert found(Modules(APP, loop), "app/src/main.ts", "a") == ("app/src/lib/cart.ts",)
    web = {
        f"app/{n}.json": json.dumps({"extends": [f"./{n + 1}.json", f"./{n + 1}.json"]}) for n in range(5000)
    }
    web["app/tsconfig.json"] = aliased({"baseUrl": "src"}, extends="./0.json")
    assert found(Modules(APP, web), "app/src/main.ts", "lib/cart") == ("app/src/lib/cart.ts",)


def test_what_a_project_extends_may_be_missing_or_broken() -> None:
    for text in ("{", '{"compilerOptions": {"paths": {"a": "not a list"}}}'):
        configs = {
            "app/tsconfig.json": aliased({"baseUrl": "src"}, extends=["./base", "gone"]),
            "app/base.json": text,
        }
        assert found(Modules(APP, configs), "app/src/main.ts", "lib/cart") == ("app/src/lib/cart.ts",)


def test_a_project_that_only_refers_leaves_aliases_to_the_file_beside_it() -> None:
    configs = {
        "app/tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "../lib"}]}',
        "app/tsconfig.app.json": aliased({"paths": {"@/*": ["./src/*"]}}),
        "lib/tsconfig.json": aliased({"paths": {"@/*": ["./*"]}}),
    }
    assert found(Modules(APP, configs), "app/src/main.ts", "@/lib/cart") == ("app/src/lib/cart.ts",)


def test_a_jsconfig_counts_where_there_is_no_tsconfig() -> None:
    paths = ["src/a.js", "src/b.js", "src/c/b.js"]
    configs = {"jsconfig.json": aliased({"baseUrl": "src"})}
    assert found(Modules(paths, configs), "src/a.js", "b") == ("src/b.js",)
    configs["tsconfig.json"] = aliased({"baseUrl": "src/c"})
    assert found(Modules(paths, configs), "src/a.js", "b") == ("src/c/b.js",)


MONOREPO = [
    "apps/web/src/main.ts",
    "packages/core/src/index.ts",
    "packages/core/src/cart.ts",
    "packages/core/test/cart.test.ts",
    "packages/ui/lib/entry.js",
    "packages/ui/button.js",
    "packages/plain/index.js",
    "fixtures/react/index.js",
    "fixtures/react/use.js",
]
MANIFESTS = {
    "package.json": '{"name": "all", "workspaces": ["apps/*", "packages/**", "!packages/core/test/**"]}',
    "packages/core/package.json": '{"name": "@acme/core", "main": "dist/index.js", "types": "dist/index.d.ts"}',
    "packages/ui/package.json": '{"name": "@acme/ui", "main": "./lib/entry", "browser": false}',
    "packages/plain/package.json": '{"name": "plain"}',
    "fixtures/react/package.json": '{"name": "react"}',
}


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("apps/web/src/main.ts", "@acme/core", ("packages/core/src/index.ts",)),
        ("apps/web/src/main.ts", "@acme/core/cart", ("packages/core/src/cart.ts",)),
        ("apps/web/src/main.ts", "@acme/core/src/cart", ("packages/core/src/cart.ts",)),
        ("apps/web/src/main.ts", "@acme/core/dist/cart.js", ("packages/core/src/cart.ts",)),
        ("apps/web/src/main.ts", "@acme/ui", ("packages/ui/lib/entry.js",)),
        ("apps/web/src/main.ts", "@acme/ui/button", ("packages/ui/button.js",)),
        ("apps/web/src/main.ts", "plain", ("packages/plain/index.js",)),
        ("packages/core/test/cart.test.ts", "@acme/core", ("packages/core/src/index.ts",)),
        ("apps/web/src/main.ts", "@acme/gone", ()),
        ("apps/web/src/main.ts", "@acme", ()),
        ("apps/web/src/main.ts", "react", ()),
        ("fixtures/react/use.js", "react", ("fixtures/react/index.js",)),
    ],
)
def test_packages_of_the_workspace(importer: str, module: str, expected: tuple[str, ...]) -> None:
    assert found(Modules(MONOREPO, MANIFESTS), importer, module) == expected


@pytest.mark.parametrize(
    "root",
    [
        {"package.json": '{"workspaces": {"packages": ["./packages/*/"]}}'},
        {
            "pnpm-workspace.yaml": "# ours\npackages:\n  # all\n  - 'packages/*'\n\n  - apps/*\ncatalog:\n  - fixtures/*\n"
        },
        {"pnpm-workspace.yaml": 'packages:\r\n- "packages/*"\r\n'},
        {
            "package.json": '{"workspaces": ["packages/*"]}',
            "pnpm-workspace.yaml": "packages:\n- packages/core\n",
        },
    ],
)
def test_members_are_listed_in_several_ways(root: dict[str, str]) -> None:
    tree = Modules(MONOREPO, MANIFESTS | {"package.json": "{}"} | root)
    assert found(tree, "apps/web/src/main.ts", "@acme/core") == ("packages/core/src/index.ts",)
    assert found(tree, "apps/web/src/main.ts", "react") == ()


def test_without_a_list_of_members_every_package_counts_and_the_nearest_of_two() -> None:
    paths = ["a/x/index.js", "b/x/index.js", "b/main.js", "main.js"]
    manifests = {"a/x/package.json": '{"name": "x"}', "b/x/package.json": '{"name": "x"}'}
    tree = Modules(paths, manifests)
    assert found(tree, "b/main.js", "x") == ("b/x/index.js",)
    assert found(tree, "main.js", "x") == ("a/x/index.js",)


def test_a_project_may_extend_a_package_of_the_workspace() -> None:
    configs = MANIFESTS | {
        "packages/tsconfig/package.json": '{"name": "@acme/tsconfig"}',
        "packages/tsconfig/base.json": aliased({"baseUrl": "../core"}),
        "apps/web/tsconfig.json": '{"extends": "@acme/tsconfig/base.json"}',
    }
    assert found(Modules(MONOREPO, configs), "apps/web/src/main.ts", "src/cart") == (
        "packages/core/src/cart.ts",
    )


def test_aliases_come_before_packages() -> None:
    configs = MANIFESTS | {"tsconfig.json": aliased({"paths": {"@acme/core": ["packages/core/src/cart.ts"]}})}
    assert found(Modules(MONOREPO, configs), "apps/web/src/main.ts", "@acme/core") == (
        "packages/core/src/cart.ts",
    )
