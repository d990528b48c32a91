"""A pack as an answer and as a page for a person, and where that page lies.

Knows neither editors nor how a pack is made.
"""

import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from quintet.agents.context import Piece, Prompt, estimate
from quintet.workspace.document import digest
from quintet_models.trajectory import state_folder

log = logging.getLogger(__name__)

_LISTED = 100
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


class Part(msgspec.Struct, frozen=True):
    """One piece of a pack: its section, lines `[first, last]` from 1 of a file, what it defines, and why."""

    section: str
    path: str
    lines: tuple[int, int]
    symbols: tuple[str, ...]
    why: str
    tokens: int


class Explained(msgspec.Struct, frozen=True):
    """The text within `budget` tokens, what it is made of, and what would have come next.

    Tokens are estimated at four characters each. `incomplete` says that the index is not ready, and how far
    it is.
    """

    text: str
    tokens: int
    budget: int
    pieces: tuple[Part, ...]
    left_out: tuple[Part, ...]
    incomplete: str


async def explained(prompt: Prompt, budget: int, incomplete: str) -> Explained:
    """A pack as it is answered."""
    pieces, left_out = [await _parts(each) for each in (prompt.pieces, prompt.left_out)]
    return Explained(prompt.text, prompt.tokens, budget, pieces, left_out, incomplete)


async def _parts(pieces: Iterable[Piece]) -> tuple[Part, ...]:
    return tuple(
        [
            Part(each.section, each.path, each.lines, each.symbols, each.why, await estimate(each.text))
            for each in pieces
        ]
    )


def page(it: Explained) -> str:
    """The whole answer as Markdown: first why, then what was left out, and the text as it stands."""
    incomplete = f" {it.incomplete}" if it.incomplete else ""
    marks = max(map(len, _FENCE.findall(it.text)), default=2) + 1
    fence = "`" * max(marks, 3)
    return (
        "# What a model would be shown\n\n"
        f"{it.tokens:,} of {it.budget:,} tokens, estimated at four characters each.{incomplete}\n\n"
        f"{_table(it.pieces)}\n"
        f"## Left out\n\n{_table(it.left_out) if it.left_out else 'Nothing.'}\n"
        f"## The text\n\n{fence}text\n{it.text.rstrip()}\n{fence}\n"
    )


def _table(parts: tuple[Part, ...]) -> str:
    rows = ["| section | from | tokens | why |", "| --- | --- | ---: | --- |"]
    rows += (
        f"| {each.section} | {_cell(_where(each))} | {each.tokens:,} | {_cell(each.why)} |"
        for each in parts[:_LISTED]
    )
    more = len(parts) - _LISTED
    return "\n".join(rows) + (f"\n\nand {more:,} more\n" if more > 0 else "\n")


def _where(part: Part) -> str:
    first, last = part.lines
    ranged = part.section not in {"map", "outline"} and part.path and last
    return f"{part.path}:{first}-{last}" if ranged else part.path


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def written(root: Path, text: str) -> Path | None:
    """Keep the page of a workspace, in place of the one before, where only its user can read it.

    None where that cannot be: the log says why. Nothing is ever written into the workspace.
    """
    folder = state_folder().parent / "context"
    path = folder / f"{digest(str(root))[:16]}.md"
    if folder.resolve().is_relative_to(root.resolve()):
        log.warning("the context is not shown: its page would lie in the workspace")
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        log.warning("the context is not shown: %s", error)
        return None
    return path
