"""What is read out of a task's words: names of a program, paths, the scope of a title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.agents.context.question import Question, parts, question
from quintet.agents.task import Task
from quintet.tools.verdict import Failure, TestRun


def asked(words: str) -> Question:
    return question(Task(kind="instruction", issue=words))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("the parseHeader of HTTPParser", {"parseHeader", "HTTPParser"}),
        ("`total` and run() fail in due_date", {"total", "run", "due_date"}),
        ("make cart.total exact", {"cart", "total"}),
        ("make it exact", set()),
    ],
)
def test_words_that_look_like_names_are_told_from_others(words: str, names: set[str]) -> None:
    assert set(asked(words).code) == names
    assert not names & set(asked(words).plain)


@pytest.mark.parametrize(
    ("title", "scope"),
    [
        ("cache: drop old entries", (("cache",),)),
        ("shop/cart, shop/prices: round up", (("shop", "cart"), ("shop", "prices"))),
        ("fix(parser): accept tabs", (("parser",),)),
        ("Drop old entries", ()),
    ],
)
def test_the_words_before_a_colon_are_the_scope(title: str, scope: tuple[tuple[str, ...], ...]) -> None:
    assert asked(title).scope == scope


def test_paths_are_found_in_tracebacks() -> None:
    failure = Failure("tests/test_a.py::test_a", "boom", '  File "src/shop/Prices.py", line 9, in total')
    run = TestRun("pytest", 1, 0.1, {failure.test: "failed"}, (failure,))
    found = question(Task(kind="test_failure"), run)
    assert ("src", "shop", "prices") in found.paths


def test_a_path_ends_in_the_bare_name_of_the_file() -> None:
    assert parts("./src/app/Main.test.ts") == ("src", "app", "main")
    assert parts("src/.env") == ("src", ".env")


@given(st.text())
def test_any_words_are_a_question(words: str) -> None:
    found = asked(words)
    assert not set(found.code) & set(found.plain)
    assert all(found.paths)
    assert all(found.scope)
