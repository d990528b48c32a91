"""Imports lead to the files they mean, and nowhere else."""

import pytest

from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Import

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


@pytest.mark.parametrize(
    ("importer", "module", "names", "found"),
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
        ("tests/test_cart.py", "os.path", ("join",), ()),
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
    importer: str, module: str, names: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert modules.resolve(importer, Import(module, names, 0, 0)) == found
