"""Tests that speak for a definition come first; where none mentions it, those of its users stand in."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from quintet.workspace.snapshot import open_snapshot
from quintet.workspace.tested_by import find_tests, is_test_file


def speaking(files: dict[str, str], *names: str) -> list[tuple[str, str]]:
    with TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return [(site.path, site.name) for site in find_tests(open_snapshot(Path(folder)), names)]


SHOP = {
    "shop/__init__.py": "from .cart import total\n",
    "shop/cart.py": "def total(items):\n    return _sum(items)\n\ndef _sum(items):\n    return 0\n",
}


def test_tests_that_import_the_defining_module_come_before_those_that_only_share_a_name() -> None:
    files = SHOP | {
        "tests/test_bank.py": "def test_account():\n    assert account.total() == 1\n",
        "tests/test_cart.py": (
            "from shop.cart import total\n\nclass TestTotal:\n"
            "    def test_none(self):\n        assert total([]) == 0\n\n"
            "    def test_other(self):\n        assert True\n"
        ),
        "tests/test_shop.py": "import shop\ndef test_all():\n    assert shop.total([1]) == 1\n",
    }
    assert speaking(files, "total") == [
        ("tests/test_cart.py", "TestTotal.test_none"),
        ("tests/test_shop.py", "test_all"),
        ("tests/test_bank.py", "test_account"),
    ]


def test_a_helper_no_test_mentions_is_tested_by_its_users_tests() -> None:
    files = SHOP | {"tests/test_cart.py": "from shop import total\ndef test_it():\n    total([])\n"}
    assert speaking(files, "_sum") == [("tests/test_cart.py", "test_it")]


def test_a_file_that_only_imports_the_module_is_the_last_resort() -> None:
    files = SHOP | {"tests/test_cart.py": "import shop.cart\ndef test_it():\n    run()\n"}
    files["shop/cart.py"] = "def total(items):\n    return 0\n"
    assert speaking(files, "total") == [("tests/test_cart.py", "")]


def test_javascript_tests_speak_by_their_titles() -> None:
    files = {
        "src/cart.js": "export const total = (items) => 0;\n",
        "src/cart.test.js": 'import {total} from "./cart";\ntest("none", () => { expect(total([])).toBe(0) });\n',
        "src/other.test.js": 'test("x", () => {});\n',
    }
    assert speaking(files, "total") == [("src/cart.test.js", "none")]


def test_nothing_speaks_for_what_is_unknown() -> None:
    assert speaking(SHOP, "nothing") == []


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/test_a.py", True),
        ("a_test.py", True),
        ("test.py", True),
        ("tests/helpers.py", True),
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src/__tests__/a.js", True),
        ("src/CartTest.py", True),
        ("tests/conftest.py", False),
        ("tests/__init__.py", False),
        ("src/contest.py", False),
        ("src/attestation.py", False),
        ("src/latest.js", False),
        ("testing.py", False),
    ],
)
def test_test_files_are_told_by_their_names(path: str, *, is_test: bool) -> None:
    assert is_test_file(path) == is_test
