"""What a text offers: words, numbers and strings in the order of their mention."""

import pytest

from quintet.agents.neighbourhood import Vocabulary, read_vocabulary


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("at most 3 of 10, never -2", ("3", "10", "-2")),
        ("a rate of 0.5.", ("0.5",)),
        ("x1 and 2nd and 3rd are names", ()),
        ("twice the half", ("2",)),
        ("version 1.2.3", ()),
        ("on 07/04 at 10", ("10",)),
        ("assert f(7) == 49", ("7", "49")),
    ],
)
def test_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert read_vocabulary(text).numbers == numbers


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        ("return 'yes' or \"no\"", ("yes", "no")),
        ("use `-` between them", ("-",)),
        ("don't do what isn't asked", ()),
        ("'' is empty", ("",)),
        ("'" + "x" * 80 + "'", ()),
    ],
)
def test_strings(text: str, strings: tuple[str, ...]) -> None:
    assert read_vocabulary(text).strings == strings


def test_words_in_order_of_mention_once_each() -> None:
    assert read_vocabulary("sort the items", "the rest_of them").words == (
        "sort",
        "the",
        "items",
        "rest_of",
        "them",
    )


def test_words_stand_for_functions() -> None:
    spoken = read_vocabulary("the Absolute value of the largest").spoken()
    assert {"abs", "max", "largest"} <= spoken
    assert "min" not in spoken


def test_together_what_comes_first_stays_first() -> None:
    both = Vocabulary(("a",), ("1",), ("x",)) | Vocabulary(("b", "a"), ("2", "1"), ("y",))
    assert both == Vocabulary(("a", "b"), ("1", "2"), ("x", "y"))
