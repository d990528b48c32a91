"""Code points to UTF-8 bytes and back, for one text: what lets the parser count bytes and nobody else.

For ASCII text the two are the same and nothing is built. This module knows no trees.
"""

import re
from bisect import bisect_right
from itertools import accumulate

_WIDE = re.compile(r"[^\x00-\x7f]")


class ByteMap:
    """Converts offsets of `text` to offsets of its UTF-8 form `source`, and back.

    Every character that takes more than one byte is remembered, with how many bytes more than characters
    lie before it; an offset is then one bisection away.
    """

    __slots__ = ("_chars", "_ends", "_extra")

    def __init__(self, text: str, source: bytes) -> None:
        self._chars: list[int] = []
        if len(text) != len(source):
            self._chars = [found.start() for found in _WIDE.finditer(text)]
        widths = (_width(text[at]) for at in self._chars)
        self._extra = list(accumulate((width - 1 for width in widths), initial=0))
        self._ends = [at + 1 + extra for at, extra in zip(self._chars, self._extra[1:], strict=True)]

    def char(self, byte: int) -> int:
        """The code point that `byte` belongs to; a byte inside a character gives that character."""
        if not self._chars:
            return byte
        before = bisect_right(self._ends, byte)
        at = byte - self._extra[before]
        return min(at, self._chars[before]) if before < len(self._chars) else at

    def chars(self, starts: list[int]) -> list[int]:
        """The code points of many bytes, each the first of its character."""
        return [self.char(byte) for byte in starts] if self._chars else starts

    def byte(self, char: int) -> int:
        """The first byte of the code point `char`."""
        if not self._chars:
            return char
        return char + self._extra[bisect_right(self._chars, char - 1)]


def _width(character: str) -> int:
    point = ord(character)
    return 2 if point < 0x800 else 3 if point < 0x10000 else 4
