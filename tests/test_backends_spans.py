"""Which tokens are compared: all that differ, and a window after them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet_models.backends.spans import Span, span


@pytest.mark.parametrize(
    ("base", "variant", "window", "expected"),
    [
        ("abcdefgh", "abXdefgh", 2, Span(2, 5, 5)),
        ("abcdefgh", "abXYdefgh", 2, Span(2, 5, 6)),
        ("abcdefgh", "abdefgh", 2, Span(2, 5, 4)),
        ("abcdefgh", "abcdefghXY", 16, Span(8, 8, 10)),
        ("abcdefgh", "abcdef", 16, Span(6, 8, 6)),
        ("abcdefgh", "Xbcdefgh", 100, Span(0, 8, 8)),
        ("aaaa", "aaaaa", 1, Span(4, 4, 5)),
        ("abcd", "abcd", 3, Span(4, 4, 4)),
    ],
)
def test_a_span_begins_where_texts_part_and_ends_a_window_after_they_meet(
    base: str, variant: str, window: int, expected: Span
) -> None:
    assert span(base, variant, window) == expected


@given(st.text("ab", max_size=12), st.text("ab", max_size=12), st.integers(0, 5))
def test_outside_a_span_texts_are_equal(base: str, variant: str, window: int) -> None:
    s = span(base, variant, window)
    assert base[: s.start] == variant[: s.start]
    assert base[s.base_end :] == variant[s.end :]
    assert s.empty == (base == variant)
    assert s.start <= s.base_end <= len(base)
    assert s.start <= s.end <= len(variant)
