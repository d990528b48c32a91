"""Pieces of a Markdown page that is read rendered and as it stands: any text goes in, and stays text.

Knows characters only.
"""

import re
from collections.abc import Iterable, Sequence

_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def inline(text: str) -> str:
    """Text on one line, fit for a table: code between backticks stays code, no tag and no link comes out."""
    text = "".join(c for c in " ".join(text.split()) if c.isprintable()).replace("|", "\\|")
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return _prose(text.replace("`", "\\`"))
    return "`".join(piece if number % 2 else _prose(piece) for number, piece in enumerate(pieces))


def _prose(text: str) -> str:
    return text.replace("<", "\\<").replace("](", "]\\(")


def code(text: str) -> str:
    """Text on one line as code."""
    text = " ".join(text.split()).replace("|", "\\|")
    marks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{space}{text}{space}{marks}"


def fenced(text: str, language: str = "text") -> str:
    """Text as a block, whatever is in it."""
    fence = "`" * (max(map(len, _FENCE.findall(text)), default=2) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown; a heading that ends in a colon has its column to the right."""
    names = [name.removesuffix(":") for name in head]
    rules = ["---:" if name.endswith(":") else "---" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in (names, rules, *rows))
