"""Bytes and code points are told apart exactly."""

from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.bytemap import ByteMap

texts = st.text(st.sampled_from(["a", "\n", "é", "漢", "😀", "\ud800"]), max_size=20)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_every_character_is_found_by_each_of_its_bytes(text: str) -> None:
    source = text.encode("utf-8", "surrogatepass")
    between = ByteMap(text, source)
    start = 0
    for char, character in enumerate(text):
        width = len(character.encode("utf-8", "surrogatepass"))
        assert between.byte(char) == start
        assert [between.char(start + inner) for inner in range(width)] == [char] * width
        start += width
    assert between.byte(len(text)) == len(source)
    assert between.char(len(source)) == len(text)
