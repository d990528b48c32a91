"""A proposed change as an edit and as a line for a person.

Works on plain text; it knows no nodes.
"""

import re
from bisect import bisect_right

from quintet.agents.neighbourhood.candidate import Change
from quintet.workspace.edits import Edit

_LONGEST = 48
_BARE_BREAK = re.compile(r"(?<!\r)\n")


class Lines:
    """Where the lines of a text begin."""

    __slots__ = ("_starts", "_text", "breaks")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.breaks = "\r\n" if "\r\n" in text else "\n"

    def changed(self, edit: Edit) -> int:
        """The line, from 1, of the first thing an edit removes, or where it inserts."""
        removed = self._text[edit.start : edit.end]
        blank = len(removed) - len(removed.lstrip("\r\n"))
        return bisect_right(self._starts, edit.start + blank)


def spaced(change: Change, source: str, breaks: str) -> str:
    """The change's text, with a blank where it would grow together with the word beside it.

    Its line breaks become those of the file.
    """
    text = change.text
    if not text:
        return text
    if change.start and _grows(source[change.start - 1], text[0], source[change.start : change.start + 1]):
        text = f" {text}"
    if change.end < len(source) and _grows(source[change.end], text[-1], source[change.end - 1]):
        text = f"{text} "
    return text if breaks == "\n" or "\n" not in text else _BARE_BREAK.sub(breaks, text)


def _grows(outside: str, inside: str, before: str) -> bool:
    return _is_word(outside) and _is_word(inside) and not _is_word(before)


def _is_word(character: str) -> bool:
    return character == "_" or character.isalnum()  # nothing at all is no word either


def smallest(change: Change, text: str, source: str) -> Edit | None:
    """The change to `text` without what it keeps at either end; None if it keeps everything."""
    old = source[change.start : change.end]
    if old == text:
        return None
    most = min(len(old), len(text))
    head = 0
    while head < most and old[head] == text[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == text[-1 - tail]:
        tail += 1
    return Edit(change.start + head, change.end - tail, text[head : len(text) - tail])


def described(change: Change, source: str, line: int) -> str:
    """The change in a line: "line 12: `<` → `<=`"."""
    old, new = _brief(source[change.start : change.end]), _brief(change.text)
    if not old:
        return f"line {line}: insert `{new}`"
    if not new:
        return f"line {line}: delete `{old}`"
    return f"line {line}: `{old}` → `{new}`"


def _brief(text: str) -> str:
    flat = " ".join(text[: 4 * _LONGEST].split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 3] + "..."
