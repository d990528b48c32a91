"""A proposed change as an edit and as a line for a person.

Works on plain text; it knows no nodes.
"""

import re

from quintet.agents.neighbourhood.candidate import Change
from quintet.workspace.edits import Edit

_LONGEST = 48
_BARE_BREAK = re.compile(r"(?<!\r)\n")


def spaced(change: Change, source: str) -> str:
    """The change's text, with a blank where it would grow together with the word beside it.

    Its line breaks are those of the file.
    """
    text = change.text
    if not text:
        return text
    if change.start and _grows(source[change.start - 1], text[0], source[change.start]):
        text = f" {text}"
    if change.end < len(source) and _grows(source[change.end], text[-1], source[change.end - 1]):
        text = f"{text} "
    return _BARE_BREAK.sub("\r\n", text) if "\n" in text and "\r\n" in source else text


def _grows(outside: str, inside: str, before: str) -> bool:
    return _is_word(outside) and _is_word(inside) and not _is_word(before)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


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


def line_of(edit: Edit, source: str) -> int:
    """The line, from 1, of the first thing an edit removes, or where it inserts."""
    removed = source[edit.start : edit.end]
    blank = len(removed) - len(removed.lstrip("\r\n"))
    return source.count("\n", 0, edit.start + blank) + 1


def described(change: Change, source: str, line: int) -> str:
    """The change in a line: "line 12: `<` → `<=`"."""
    old, new = _brief(source[change.start : change.end]), _brief(change.text)
    if not old:
        return f"line {line}: insert `{new}`"
    if not new:
        return f"line {line}: delete `{old}`"
    return f"line {line}: `{old}` → `{new}`"


def _brief(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 3] + "..."
