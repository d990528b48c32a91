"""Imports lead to the files they mean, and nowhere else: Python, and what holds for every language."""

import pytest

from quintet.workspace.imports.spelling import spelled
from quintet.workspace.languages import LANGUAGES, language_of
from quintet.workspace.modules import _LANGUAGES, Modules, is_config
from quintet.workspace.syntax import Import, parse

modules = Modules(
    [
        "src/shop/__init__.py",
        "src/shop/cart.py",
        "src/shop/json.py",
        "src/shop/sub/__init__.py",
        "src/shop/sub/deep.py",
        "setup.py",
        "tests/helpers.py",
        "tests/test_cart.py",
        "web/index.ts",
        "web/cart.ts",
        "web/lib/index.js",
        "web/view.tsx",
    ]
)


def found(tree: Modules, importer: str, module: str, *names: str) -> tuple[str, ...]:
    return tree.resolve(importer, Import(module, names, 0, 0))


@pytest.mark.parametrize(
    ("importer", "module", "names", "expected"),
    [
        ("tests/test_cart.py", "shop.cart", ("Cart",), ("src/shop/cart.py",)),
        ("tests/test_cart.py", "shop", ("cart",), ("src/shop/__init__.py", "src/shop/cart.py")),
        ("tests/test_cart.py", "helpers", (), ("tests/helpers.py",)),
        ("tests/test_cart.py", "json", (), ()),
        ("src/shop/cart.py", "json", (), ("src/shop/json.py",)),
        ("src/shop/cart.py", ".json", ("x",), ("src/shop/json.py",)),
        ("src/shop/cart.py", ".", ("json",), ("src/shop/__init__.py", "src/shop/json.py")),
        ("src/shop/sub/deep.py", "..cart", ("Cart",), ("src/shop/cart.py",)),
        ("src/shop/sub/deep.py", "..", ("cart",), ("src/shop/__init__.py", "src/shop/cart.py")),
        ("src/shop/cart.py", ".sub", ("deep",), ("src/shop/sub/__init__.py", "src/shop/sub/deep.py")),
        ("src/shop/__init__.py", ".", ("cart",), ("src/shop/cart.py",)),
        ("src/shop/sub/deep.py", "......cart", (), ()),
        ("setup.py", ".", ("tests",), ()),
        ("tests/test_cart.py", "os.path", ("join",), ()),
        ("tests/test_cart.py", "", (), ()),
        ("web/index.ts", "./cart", (), ("web/cart.ts",)),
        ("web/index.ts", "./cart.js", (), ("web/cart.ts",)),
        ("web/index.ts", "./lib", (), ("web/lib/index.js",)),
        ("web/lib/index.js", "../view", (), ("web/view.tsx",)),
        ("web/lib/index.js", "..", (), ("web/index.ts",)),
        ("web/index.ts", "react", (), ()),
        ("web/index.ts", "../../outside", (), ()),
    ],
)
def test_an_import_leads_to_its_file(
    importer: str, module: str, names: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert found(modules, importer, module, *names) == expected


def test_of_several_python_roots_the_nearest_counts() -> None:
    tree = Modules(
        [
            f"{root}/{name}"
            for root in ("a/src", "b/src", "build/lib")
            for name in ("app/__init__.py", "app/db.py")
        ]
    )
    assert found(tree, "b/tests/test_db.py", "app.db") == ("b/src/app/db.py",)
    assert found(tree, "a/run.py", "app", "db") == ("a/src/app/__init__.py", "a/src/app/db.py")
    assert found(tree, "scripts/run.py", "app.db") == ("a/src/app/db.py",)


def test_a_name_of_a_package_is_looked_for_in_that_package_only() -> None:
    tree = Modules(["a/app/__init__.py", "b/app/__init__.py", "b/app/models.py"])
    assert found(tree, "a/main.py", "app", "models") == ("a/app/__init__.py",)


def test_a_namespace_package_has_no_file_but_its_modules_do() -> None:
    tree = Modules(["core/acme/core/__init__.py", "web/acme/web/__init__.py"])
    assert found(tree, "run.py", "acme", "web", "core", "gone") == (
        "web/acme/web/__init__.py",
        "core/acme/core/__init__.py",
    )


def test_a_stub_stands_in_where_there_is_no_source() -> None:
    tree = Modules(["shop/fast.pyi", "shop/cart.pyi", "shop/cart.py"])
    assert found(tree, "run.py", "shop", "fast", "cart") == ("shop/fast.pyi", "shop/cart.py")


def test_many_files_of_one_name_are_told_apart_by_their_folders() -> None:
    tree = Modules([f"pkg{number}/{name}.py" for number in range(100) for name in ("__init__", "models")])
    assert found(tree, "run.py", "pkg73") == ("pkg73/__init__.py",)
    assert found(tree, "run.py", "pkg73", "models") == ("pkg73/__init__.py", "pkg73/models.py")
    assert found(tree, "run.py", "pkg100") == ()
    assert found(tree, "run.py", "models") == ()  # each is in a package


def test_a_file_does_not_import_itself() -> None:
    assert found(modules, "src/shop/json.py", "json") == ()
    assert found(modules, "web/cart.ts", "./cart") == ()


@pytest.mark.parametrize("importer", ["App.swift", "db/schema.sql", "notes.md", "Makefile", "", "a.unknown"])
def test_a_language_whose_imports_name_no_files_has_none(importer: str) -> None:
    tree = Modules(["Foundation.swift", "Foundation.py", "users.sql", "users.js"])
    assert found(tree, importer, "Foundation") == ()
    assert found(tree, importer, "./users") == ()


ODD = [
    "",
    ".",
    "..",
    "...",
    "/",
    "//",
    "*",
    "::",
    "\\",
    "a..b",
    "{",
    "{{{}}",
    "}",
    "a.{b,",
    "\0",
    "<>",
    "é" * 9999,
]
ENDINGS = ("py", "ts", "rs", "go", "java", "kt", "scala", "cs", "c", "rb", "php", "sh", "lua")


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_spelling_breaks_a_resolver(ending: str) -> None:
    paths = [f"a/b.{ending}", f"x.{ending}"]
    tree = Modules(paths)
    for module in ODD:
        for names in ((), ("",), ("{", "*"), ("..", "/")):
            assert set(found(tree, f"a/c.{ending}", module, *names)) <= set(paths)


@pytest.mark.parametrize(
    ("module", "names", "expected"),
    [
        ("a::b", (), ["a::b"]),
        ("a", ("b", "c as d"), ["a::b", "a::c"]),
        ("a::{b::{c, self}, d as e, *}", (), ["a::b::c", "a::b::self", "a::d", "a::*"]),
        ("a", ("b::{c, d}",), ["a::b::c", "a::b::d"]),
        ("a::{b", (), []),
    ],
)
def test_braces_and_renames_are_opened(module: str, names: tuple[str, ...], expected: list[str]) -> None:
    assert spelled(Import(module, names, 0, 0), "::") == expected


def test_text_that_nobody_wrote_is_not_opened_without_end() -> None:
    assert spelled(Import("{" * 5000, (), 0, 0), "::") == []
    assert spelled(Import("{" * 100 + "a" + "}" * 100, (), 0, 0), "::") == []
    assert len(spelled(Import("{" + "a," * 2000 + "}", (), 0, 0), "::")) == 256


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("package.json", True),
        ("web/tsconfig.json", True),
        ("web/tsconfig.app.json", True),
        ("web/base.tsconfig.json", True),
        ("packages/tsconfig/strict.json", True),
        ("jsconfig.json", True),
        ("pnpm-workspace.yaml", True),
        ("crates/a/Cargo.toml", True),
        ("go.mod", True),
        ("composer.json", True),
        ("node_modules/a/package.json", False),
        ("package-lock.json", False),
        ("data/config.json", False),
        ("pyproject.toml", False),
    ],
)
def test_configuration_files_are_told_by_their_paths(path: str, *, expected: bool) -> None:
    assert is_config(path) == expected


BROKEN = [
    "",
    "{",
    "[]",
    "null",
    "\0",
    '{"name": 3}',
    "[" * 100_000,
    '{"a":' * 100_000,
    "module",
    "[package",
    "\ufeff",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_configuration_file_counts_for_nothing(text: str) -> None:
    names = ("tsconfig.json", "package.json", "pnpm-workspace.yaml", "Cargo.toml", "go.mod", "composer.json")
    tree = Modules(["src/a.ts", "src/b.ts", "src/lib.rs", "src/c.rs"], dict.fromkeys(names, text))
    assert found(tree, "src/a.ts", "./b") == ("src/b.ts",)
    assert found(tree, "src/a.ts", "src/b") == ()
    assert found(tree, "src/lib.rs", "crate::c") == ("src/c.rs",)
    assert found(tree, "main.go", "example.com/a") == ()
    assert found(tree, "a.php", "A\\B") == ()


def test_a_file_whose_path_does_not_say_its_language_may_be_told() -> None:
    assert found(modules, "bin/shop", "shop.cart") == ()
    assert modules.resolve("bin/shop", Import("shop.cart", (), 0, 0), "python") == ("src/shop/cart.py",)


def test_every_language_that_is_read_and_imports_files_has_a_resolver() -> None:
    assert {row.id for row in LANGUAGES} - set(_LANGUAGES) == {"swift", "sql"}


WHOLE = {
    "app/main.py": ("from app import cart\n", ["app/cart.py"]),
    "app/main.ts": ('import {a} from "./cart";\n', ["app/cart.ts"]),
    "src/main.rs": (
        "mod cart;\nuse crate::{price::{tax, Price}, cart::Cart as C};\n",
        ["src/cart.rs", "src/price/tax.rs", "src/price/mod.rs"],
    ),
    "main.go": ('package main\nimport (\n\t"fmt"\n\tc "example.com/shop/cart"\n)\n', ["cart/cart.go"]),
    "a/b/Main.java": (
        "import a.b.Cart;\nimport static a.b.Sum.of;\nclass Main {}\n",
        ["a/b/Cart.java", "a/b/Sum.java"],
    ),
    "a/b/Main.kt": ("import a.b.Cart as C\n", ["a/b/Cart.java"]),
    "a/b/Main.scala": ("import a.b.{Cart, Sum => S}\n", ["a/b/Cart.java", "a/b/Sum.java"]),
    "Main.cs": ("using static A.B.Cart;\n", ["A/B/Cart.cs"]),
    "src/main.c": ('#include "cart.h"\n#include <shop/sum.h>\n', ["src/cart.h", "include/shop/sum.h"]),
    "bin/main.rb": ('require "shop"\nrequire_relative "../lib/cart"\n', ["lib/shop.rb", "lib/cart.rb"]),
    "main.php": (
        "<?php\nuse A\\B\\{Cart, Sum as S};\nrequire __DIR__ . '/cart.php';\n",
        ["A/B/Cart.php", "A/B/Sum.php", "cart.php"],
    ),
    "bin/main.sh": ('. "$(dirname "$0")/cart.sh"\nsource ../lib/sum.sh\n', ["bin/cart.sh", "lib/sum.sh"]),
    "main.lua": ('local c = require("shop.cart")\n', ["shop/cart.lua"]),
}


@pytest.mark.parametrize("importer", WHOLE)
def test_what_the_queries_find_leads_to_files(importer: str) -> None:
    text, expected = WHOLE[importer]
    tree = parse(text, language_of(importer))
    assert tree is not None
    all_paths = [path for _, paths in WHOLE.values() for path in paths]
    resolver = Modules([*WHOLE, *all_paths], {"go.mod": "module example.com/shop\n"})
    hits = [hit for each in tree.imports() for hit in resolver.resolve(importer, each)]
    assert sorted(set(hits)) == sorted(expected)
