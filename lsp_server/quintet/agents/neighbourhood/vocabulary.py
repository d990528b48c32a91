"""The words, numbers and strings a task speaks of: the specification as a source of constants and names.

Reads plain text (an issue, a docstring, a failing assertion); knows no trees and no operators.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_STRING = re.compile(r"""(?<![\w\\])(?:"([^"\n]{0,24})"|'([^'\n]{0,24})'|`([^`\n]{1,24})`)(?!\w)""")
_NUMBER = re.compile(r"(?<![\w.])-?(?!0\d)\d+(?:\.\d+)?(?![\w.]*\w)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SPEAKS_OF = {
    "absolute": "abs",
    "magnitude": "abs",
    "length": "len",
    "many": "len",
    "size": "len",
    "unique": "set",
    "distinct": "set",
    "duplicates": "set",
    "ascending": "sorted",
    "descending": "sorted",
    "order": "sorted",
    "sort": "sorted",
    "reverse": "reversed",
    "lowercase": "lower",
    "case": "lower",
    "uppercase": "upper",
    "capital": "upper",
    "rounded": "round",
    "nearest": "round",
    "integer": "int",
    "largest": "max",
    "maximum": "max",
    "greatest": "max",
    "smallest": "min",
    "minimum": "min",
    "total": "sum",
    "whitespace": "strip",
    "spaces": "split",
    "words": "split",
}
_SPELLED = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "twice": "2",
    "even": "2",
    "odd": "2",
    "half": "2",
    "double": "2",
    "square": "2",
    "squared": "2",
    "second": "2",
    "three": "3",
    "third": "3",
    "cube": "3",
    "four": "4",
    "five": "5",
    "ten": "10",
    "hundred": "100",
    "percent": "100",
    "thousand": "1000",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a text offers, each in the order of first mention.

    `words` are its identifiers, `numbers` literals as they would be written, `strings` the contents of quoted
    pieces (without quotes).
    """

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()

    def spoken(self) -> frozenset[str]:
        """The words, and the functions that they are words for: `abs` for "absolute"."""
        hinted = (_SPEAKS_OF.get(word.lower()) for word in self.words)
        return frozenset((*self.words, *(function for function in hinted if function)))

    def __or__(self, other: "Vocabulary") -> "Vocabulary":
        """Both, what this one mentions first."""
        return Vocabulary(
            _distinct((*self.words, *other.words)),
            _distinct((*self.numbers, *other.numbers)),
            _distinct((*self.strings, *other.strings)),
        )


def read_vocabulary(*texts: str) -> Vocabulary:
    """The vocabulary of some texts: an issue, a docstring, the message of a failing assertion."""
    text = "\n".join(texts)
    strings = [a or b or c for a, b, c in _STRING.findall(text)]
    words = _WORD.findall(text)
    numbers = _NUMBER.findall(text) + [_SPELLED[word.lower()] for word in words if word.lower() in _SPELLED]
    return Vocabulary(_distinct(words), _distinct(numbers), _distinct(strings))


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
