"""Imports written with paths, taken apart."""

import pytest

from quintet.workspace.import_paths import expand


@pytest.mark.parametrize(
    ("statement", "separator", "taken"),
    [
        ("import java.util.List;", r"\.", [("java.util", "List")]),
        ("import static a.B.*;", r"\.", [("a.B", "*")]),
        ("import a.b.C as D", r"\.", [("a.b", "C")]),
        ("import a.{b, C => D}, e._", r"\.", [("a", "b"), ("a", "C"), ("e", "_")]),
        (
            "use a::{self, b::{c, d as e}, /* not */ f::*};",
            "::",
            [("a", "self"), ("a::b", "c"), ("a::b", "d"), ("a::f", "*")],
        ),
        ("pub(in crate::x) use {a::b, c};", "::", [("a", "b"), ("c", "")]),
        ("use ::a;", "::", [("::a", "")]),
        (r"use function A\b;", r"\\", [("A", "b")]),
        (r"use A\{B, C as D,};", r"\\", [("A", "B"), ("A", "C")]),
        ("use é::{\n  // why, and {\n  ü,\n};", "::", [("é", "ü")]),
        ("import", r"\.", [("import", "")]),
        ("use a::{b", "::", []),
        ("use }{;", "::", []),
        ("", "::", []),
        ("use " + "a::{" * 20_000 + "b" + "}" * 20_000, "::", []),
    ],
)
def test_each_name_comes_with_its_module(
    statement: str, separator: str, taken: list[tuple[str, str]]
) -> None:
    assert list(expand(statement, separator)) == taken
