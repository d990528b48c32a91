"""What a pack is made of, and how pieces become one text. Knows neither a workspace nor an engine."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

Count = Callable[[str], Awaitable[int]]
"""Tokens of a text, as an engine counts them."""

_HEADINGS = {
    "rules": "Rules of the project",
    "map": "Map of the repository",
    "file": "The files",
    "folder rules": "Rules of the folders",
    "outline": "Definitions that may matter",
    "body": "Code",
    "caller": "Callers",
    "test": "Tests",
    "recent": "Recent edits",
    "failure": "Failing test",
    "request": "Task",
}
_SECTIONS = tuple(_HEADINGS)
_IN_GIVEN_ORDER = {"map", "file"}
_PROSE = {"failure", "request"}
_BARE = {"map", "outline"}
_CODE = {"file", "body", "caller", "test"}
_WHOLE = {"rules", "folder rules", "file", "recent"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing in the pack: lines `[first, last]` (from 1) of a file, the names defined there, and why.

    An outline and a map show definitions of the whole file; what is of no file has an empty `path`.
    """

    section: str
    path: str
    lines: tuple[int, int]
    symbols: tuple[str, ...]
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The pack: `text` is at most the budget in tokens; `left_out` lists what would have come next."""

    text: str
    tokens: int
    pieces: tuple[Piece, ...]
    left_out: tuple[Piece, ...]


async def estimate(text: str) -> int:
    """Tokens where no tokenizer is at hand: four characters each, rounded up."""
    return (len(text) + 3) // 4


def in_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Stable sections first, volatile ones last; inside one by path and line, a map as it was given."""
    numbered = enumerate(pieces)
    return tuple(
        piece
        for _, piece in sorted(
            numbered,
            key=lambda each: (
                _SECTIONS.index(each[1].section),
                (each[0],) if each[1].section in _IN_GIVEN_ORDER else (each[1].path, *each[1].lines),
            ),
        )
    )


def printed(pieces: Iterable[Piece]) -> str:
    """The text of pieces that are in order: a heading for each section, and where each piece is from."""
    parts: list[str] = []
    section = ""
    for piece in pieces:
        if piece.section != section:
            section = piece.section
            parts.append(f"# {_HEADINGS[section]}\n")
        parts.append(_shown(piece))
    return "".join(parts)


def length(piece: Piece) -> int:
    """Characters that a piece adds to the text, its section's heading left out."""
    return len(_shown(piece))


def covers(have: Piece, piece: Piece) -> bool:
    """Whether a piece shows already what another one would."""
    alike = have.section == piece.section or {have.section, piece.section} <= _CODE
    if have.path != piece.path or not alike:
        return False
    return have.lines[0] <= piece.lines[0] and piece.lines[1] <= have.lines[1]


def _shown(piece: Piece) -> str:
    text = piece.text.rstrip()
    if piece.section in _PROSE:
        return f"{text}\n\n"
    if piece.section in _BARE:
        return f"{text}\n"
    first, last = piece.lines
    where = piece.path if piece.section in _WHOLE else f"{piece.path}:{first}-{last}"
    return f"## {where}\n{text}\n\n"


def lines_in(text: str) -> int:
    """How many lines a text has; a line end at the end begins no other."""
    return max(1, text.count("\n") + (not text.endswith("\n")))
