"""Import statements that name several things at once, opened into single names.

Knows braces, renames and separators; which language they are from is the caller's matter.
"""

import re

from quintet.workspace.syntax import Import

_DEEPEST = 8
_LONGEST = 4096
_MOST = 256
"""Bounds for texts that are no import a person wrote: braces in braces, characters, names."""

_RENAMED = re.compile(r"\s+as\s+|\s*=>\s*")


def spelled(imported: Import, separator: str) -> list[str]:
    """The whole names an import spells: `a::{b, c as d}` is `a::b` and `a::c`.

    Braces may stand in the module or in the names; each name continues the module.
    """
    if len(imported.module) > _LONGEST:
        return []
    whole = [f"{imported.module}{separator}{name}" for name in imported.names[:_MOST] if len(name) < _LONGEST]
    leaves = [leaf for text in whole or [imported.module] for leaf in _opened(text, 0)]
    return [_RENAMED.split(leaf, maxsplit=1)[0].strip() for leaf in leaves[:_MOST]]


def _opened(text: str, depth: int) -> list[str]:
    head, brace, rest = text.partition("{")
    if not brace:
        return [text]
    if depth == _DEEPEST:
        return []
    head = head.strip()
    return [head + leaf for item in _items(rest)[:_MOST] for leaf in _opened(item, depth + 1)[:_MOST]]


def _items(text: str) -> list[str]:
    """What stands between the commas, up to the brace that closes what was opened before `text`."""
    items, start, level = [], 0, 0
    for at, char in enumerate(text):
        if char == "{":
            level += 1
        elif char == "}":
            level -= 1
        if level < 0 or (char == "," and not level):
            items.append(text[start:at].strip())
            start = at + 1
        if level < 0:
            break
    return [item for item in items if item]
