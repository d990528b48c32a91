"""Definitions as lines: the signatures that were chosen of a file, each under the class it belongs to.

Entries and matches in, pieces out; nothing is read here.
"""

from collections.abc import Iterable, Sequence

from quintet.agents.context.definitions import Match
from quintet.agents.context.pieces import Piece
from quintet.agents.context.sight import Sight
from quintet.workspace.entry import Definition, FileEntry

WIDTH = 60
"""Characters of a signature that an outline shows."""


class Outlines:
    """The definitions chosen so far, by file, and the characters that showing them takes."""

    def __init__(self, sight: Sight, shown: Iterable[Piece] = ()) -> None:
        self._sight = sight
        self._why: dict[str, dict[Definition, str]] = {}
        self._symbols = {(piece.path, name) for piece in shown for name in piece.symbols}
        self.characters = 0

    def add(self, match: Match, room: int) -> bool:
        """Choose a definition if it fits into `room` characters; True if it is shown now, or was before."""
        definition = match.definition
        if (definition.path, definition.name) in self._symbols:
            return True
        chosen = self._why.setdefault(definition.path, {})
        lines = [each for each in _with_parents(self._sight, definition) if each not in chosen]
        cost = sum(len(_line(each)) + 1 for each in lines) + (0 if chosen else len(definition.path) + 2)
        if self.characters + cost > room:
            if not chosen:
                del self._why[definition.path]
            return False
        self.characters += cost
        for each in lines:
            chosen[each] = match.why if each == definition else f"{definition.name} is in it"
            self._symbols.add((each.path, each.name))
        return True

    def pieces(self) -> tuple[Piece, ...]:
        """One outline a file."""
        return tuple(
            outline("outline", self._sight.entry(path), chosen, "; ".join(dict.fromkeys(chosen.values())))
            for path, chosen in self._why.items()
        )


def outline(section: str, entry: FileEntry | None, chosen: Iterable[Definition], why: str) -> Piece:
    """Definitions of one file as a piece, in the order of the text."""
    ordered = sorted(chosen, key=lambda each: (each.unit.start, -each.unit.end))
    path = entry.path if entry else ordered[0].path
    text = "\n".join((f"{path}:", *map(_line, ordered)))
    names = tuple(dict.fromkeys(each.name for each in ordered if each.name))
    return Piece(section, path, (1, entry.lines if entry else 1), names, why, text)


def listed(entry: FileEntry, definitions: Sequence[Definition], section: str, why: str) -> Piece:
    """All of some definitions of a file; a file without any is its path and what it says of itself."""
    if definitions:
        return outline(section, entry, definitions, why)
    says = f"{entry.path}  # {entry.doc[:WIDTH]}" if entry.doc else entry.path
    return Piece(section, entry.path, (1, entry.lines), (), why, says)


def _with_parents(sight: Sight, definition: Definition) -> list[Definition]:
    """A definition below those around it, as far as the index has them."""
    entry = sight.entry(definition.path)
    around = definition.unit.container
    if entry is None or not around:
        return [definition]
    unit = definition.unit
    return [
        each
        for each in entry.definitions
        if each.unit.start <= unit.start and unit.end <= each.unit.end
        and (each is definition or (around + ".").startswith(each.qualified + "."))
    ] or [definition]  # fmt: skip


def _line(definition: Definition) -> str:
    depth = 1 + (definition.unit.container.count(".") + 1 if definition.unit.container else 0)
    signature = definition.signature
    if len(signature) > WIDTH:
        signature = signature[: WIDTH - 1] + "…"
    if definition.name not in signature:
        signature = f"{definition.name}: {signature}"[:WIDTH]
    return "  " * depth + signature
