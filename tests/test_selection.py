"""Selections grown to whole statements: what a rewrite is about."""

import pytest

from quintet.agents.selection import grown
from told import tree_of

PYTHON = """import os

def total(prices, discount):
    result = 0
    for price in prices:
        result += price
        if price: result += 2

    # a note
    value = call(
        1,
        2,
    )
    return result

@decorated
def later(): ...
"""
SCRIPT = """function add(a, b) {
  // a note
  return a + b;
}
function one() { return 1; }
if (x) {
  a();
} else {
  b();
}
const z = { k: 1,
  m: 2 };
switch (a) {
  case 1:
    foo();
    break;
  default: bar();
}
"""


@pytest.mark.parametrize(
    ("selected", "whole"),
    [
        ((4, 4), (4, 4)),
        ((6, 7), (6, 7)),
        ((6, 10), (5, 13)),  # a part of the loop and of what follows it
        ((7, 7), (7, 7)),
        ((8, 10), (9, 13)),  # blank lines at the ends do not count, comments do
        ((11, 11), (10, 13)),
        ((5, 5), (5, 7)),
        ((3, 3), (3, 14)),
        ((1, 4), (1, 14)),
        ((17, 17), (16, 17)),  # its decorator belongs to a definition
        ((15, 99), (16, 17)),
        ((2, 2), (2, 2)),
        ((13, 4), (10, 13)),
    ],
)
def test_python(selected: tuple[int, int], whole: tuple[int, int]) -> None:
    assert grown(tree_of(PYTHON, "python"), *selected) == whole


@pytest.mark.parametrize(
    ("selected", "whole"),
    [
        ((3, 3), (3, 3)),
        ((2, 2), (2, 2)),
        ((4, 4), (1, 4)),
        ((5, 5), (5, 5)),
        ((7, 7), (7, 7)),
        ((8, 8), (6, 10)),  # a brace alone is nothing
        ((7, 9), (6, 10)),
        ((12, 12), (11, 12)),
        ((15, 15), (14, 16)),
        ((17, 17), (17, 17)),
    ],
)
def test_javascript(selected: tuple[int, int], whole: tuple[int, int]) -> None:
    assert grown(tree_of(SCRIPT, "javascript"), *selected) == whole


def test_what_shares_its_lines_is_taken_with_them() -> None:
    tree = tree_of("const f = () => { a();\n  b(); };\n", "javascript")
    assert grown(tree, 2, 2) == (1, 2)


def test_a_text_of_wide_characters_is_counted_in_lines() -> None:
    tree = tree_of("a = '→→'\nb = '→'\nc = (\n    '→',\n)\n", "python")
    assert grown(tree, 4, 4) == (3, 5)
    assert grown(tree, 2, 2) == (2, 2)
