"""A pack as an answer and as a page for a person.

Knows neither editors nor how a pack is made.
"""

from collections.abc import Iterable

import msgspec

from quintet.agents.context import Piece, Prompt, estimate
from quintet.edge.markdown import fenced, inline, table

_LISTED = 100


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
    return (
        "# What a model would be shown\n\n"
        f"{it.tokens:,} of {it.budget:,} tokens, estimated at four characters each.{incomplete}\n\n"
        f"{_table(it.pieces)}\n\n"
        f"## Left out\n\n{_table(it.left_out) if it.left_out else 'Nothing.'}\n\n"
        f"## The text\n\n{fenced(it.text)}\n"
    )


def _table(parts: tuple[Part, ...]) -> str:
    rows = (
        (each.section, inline(_where(each)), f"{each.tokens:,}", inline(each.why)) for each in parts[:_LISTED]
    )
    more = len(parts) - _LISTED
    return table(("section", "from", "tokens:", "why"), rows) + (f"\n\nand {more:,} more" if more > 0 else "")


def _where(part: Part) -> str:
    first, last = part.lines
    ranged = part.section not in {"map", "outline"} and part.path and last
    return f"{part.path}:{first}-{last}" if ranged else part.path
