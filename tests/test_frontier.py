"""The queue: best first, every text once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.agents.frontier import Frontier, Proposal
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit

DOCUMENT = Document("a.py", "x = 1\n")


def proposal(text: str, score: float = 0.0) -> Proposal:
    return Proposal(DOCUMENT, (Edit(4, 5, text),), "edit", "number", f"1 → {text}", 0.0, score=score)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50), max_size=30))
def test_the_best_leaves_first(scores: list[float]) -> None:
    frontier = Frontier()
    frontier.push(proposal(str(number), score) for number, score in enumerate(scores))
    assert [frontier.pop().score for _ in scores] == sorted(scores, reverse=True)


def test_among_equals_the_earlier_one_stays_ahead() -> None:
    frontier = Frontier()
    frontier.push([proposal("2"), proposal("3"), proposal("4")])
    assert [frontier.pop().text for _ in range(3)] == ["x = 2\n", "x = 3\n", "x = 4\n"]


def test_a_text_is_taken_once_whatever_made_it() -> None:
    frontier = Frontier()
    assert len(list(frontier.fresh([proposal("2"), proposal("3")]))) == 2
    again = replace(proposal("2"), source="model")
    assert list(frontier.fresh([again, proposal("4")])) == [proposal("4")]


def test_an_empty_queue_says_so() -> None:
    with pytest.raises(IndexError):
        Frontier().pop()


def test_patch_and_diff_cover_every_file() -> None:
    other = Document("b.py", "y = 1\n")
    both = replace(proposal("2"), others=((other, (Edit(4, 5, "2"),)),))
    assert [file.path for file in both.patch.files] == ["a.py", "b.py"]
    assert "+x = 2" in both.diff
    assert "+y = 2" in both.diff
    assert both.size == 2
