"""Characters, stop strings and thoughts come out the same however the pieces fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet_models.backends.text_stream import Assembler, Thoughts


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    out, at = [], 0
    for size in sizes:
        out.append(data[at : at + size])
        at += size
    return [*out, data[at:]]


def assemble(parts: list[bytes], stops: tuple[str, ...] = ()) -> str:
    assembler = Assembler(stops)
    return "".join(assembler.feed(part) for part in parts) + assembler.finish()


@given(st.text(), st.lists(st.integers(1, 5), max_size=30))
def test_characters_survive_any_cut(text: str, sizes: list[int]) -> None:
    assert assemble(pieces(text.encode(), sizes)) == text


@given(st.text("ab<é"), st.lists(st.integers(1, 3), max_size=30))
def test_a_stop_string_ends_the_text_wherever_it_is_cut(text: str, sizes: list[int]) -> None:
    stops = ("ab<", "éé")
    ends = [at for at in map(text.find, stops) if at >= 0]
    assert assemble(pieces(text.encode(), sizes), stops) == (text[: min(ends)] if ends else text)


def test_text_is_held_back_only_as_long_as_it_may_be_a_stop() -> None:
    assembler = Assembler(("\nclass ",))
    assert assembler.feed(b"x\ncl") == "x"
    assert assembler.feed(b"ean\n") == "\nclean"
    assert assembler.finish() == "\n"
    assert not assembler.stopped


def test_an_unfinished_character_at_the_end_is_replaced_not_lost() -> None:
    assert assemble([b"a", "é".encode()[:1]]) == "a\N{REPLACEMENT CHARACTER}"


def think(parts: list[str], *, thinking: bool = False) -> tuple[str, str]:
    thoughts = Thoughts(thinking=thinking)
    out = [thoughts.feed(part) for part in parts] + [thoughts.finish()]
    return "".join(answer for answer, _ in out), "".join(reasoning for _, reasoning in out)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_thoughts_are_split_off_wherever_the_tags_are_cut(size: int) -> None:
    text = "<think>maybe a < b</think>\n\ndef f(): ...\n"
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    assert think(parts) == ("def f(): ...\n", "maybe a < b")


def test_a_template_that_opened_the_thought_leaves_only_the_closing_tag() -> None:
    assert think(["so it ", "is.</thi", "nk>\nx = 1"], thinking=True) == ("x = 1", "so it is.")


@given(st.text("a<>/thinkx\n", max_size=40))
def test_text_without_tags_is_an_answer_unchanged(text: str) -> None:
    if "<think>" not in text:
        assert think(list(text)) == (text, "")


def test_a_thought_that_never_ends_is_no_answer() -> None:
    assert think(["<think>hm", "m</thin"]) == ("", "hmm</thin")
