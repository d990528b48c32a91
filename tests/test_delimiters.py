"""Delimiter edits: a text that does not parse gets one that does among the first."""

import pytest

from quintet.agents.delimiters import mended
from quintet.workspace.edits import apply
from quintet.workspace.syntax import parse


@pytest.mark.parametrize(
    ("language", "broken", "whole"),
    [
        ("python", "def f(x)\n    return x\n", "def f(x):\n    return x\n"),
        ("python", "def f(x):\n    return (x + 1\n", "def f(x):\n    return (x + 1)\n"),
        ("python", "def f(x):\n    return x + 1)\n", "def f(x):\n    return x + 1\n"),
        ("python", "a = [1, 2\nb = 3\n", "a = [1, 2]\nb = 3\n"),
        ("javascript", "function f(x) {\n  return (x + 1;\n}\n", "function f(x) {\n  return (x + 1);\n}\n"),
    ],
)
def test_the_missing_delimiter_is_among_the_first(language: str, broken: str, whole: str) -> None:
    tree = parse(broken, language)
    assert tree is not None
    assert whole in [apply(broken, (edit,)) for edit, _ in mended(tree)[:8]]


def test_a_text_that_parses_is_left_alone() -> None:
    tree = parse("x = 1\n", "python")
    assert tree is not None
    assert mended(tree) == ()


def test_every_edit_leaves_fewer_problems() -> None:
    tree = parse("def f(:\n    return [1, 2\n\ndef g()\n    pass\n", "python")
    assert tree is not None
    assert mended(tree)
    for edit, _ in mended(tree):
        assert len(tree.edited((edit,)).problems()) < len(tree.problems())
