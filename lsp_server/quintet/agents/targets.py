"""The regions worth changing: suspicious lines, gathered by the syntax unit they stand in.

Knows no model and runs nothing; suspicion comes from outside.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quintet.agents.selection import grown
from quintet.tools.verdict import Suspicion
from quintet.workspace.document import Document
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import SyntaxTree, Unit

_CONTEXT_LINES = 12
_WHOLE_UNIT_LINES = 150
_UNNAMED = 0.3


@dataclass(frozen=True, slots=True)
class Target:
    """One unit under repair: `document.text[start:end]`, whole lines.

    `lines` maps a line (from 1) to its suspicion in 0..1. `unit` is None for code outside any function.
    """

    document: Document
    tree: SyntaxTree
    unit: Unit | None
    start: int
    end: int
    lines: Mapping[int, float]

    @property
    def text(self) -> str:
        """The region as it stands."""
        return self.document.text[self.start : self.end]

    @property
    def name(self) -> str:
        """What to call it."""
        return self.unit.name if self.unit else f"line {min(self.lines, default=1)}"

    @property
    def weight(self) -> float:
        """The suspicion of its most suspicious line."""
        return max(self.lines.values(), default=0.0)


def gather(snapshot: Snapshot, suspicions: Iterable[Suspicion]) -> tuple[Target, ...]:
    """The targets for some suspicions, the most suspicious first.

    A function that holds a suspicious line is a target as a whole: its other lines come with a fraction of
    that suspicion, because coverage blames the line that ran and not the one that is missing.
    """
    regions: dict[tuple[str, int, int], tuple[Document, SyntaxTree, Unit | None, dict[int, float]]] = {}
    for suspicion in suspicions:
        document, tree = snapshot.document(suspicion.path), snapshot.tree(suspicion.path)
        if not isinstance(document, Document) or tree is None:
            continue
        unit = _function_at(tree, document, suspicion.line)
        start, end = _region(document, unit, suspicion.line)
        region = regions.setdefault((document.path, start, end), (document, tree, unit, {}))
        lines = region[3]
        lines[suspicion.line] = max(lines.get(suspicion.line, 0.0), suspicion.score)
    targets = [
        Target(document, tree, unit, start, end, _filled(document, start, end, lines))
        for (_, start, end), (document, tree, unit, lines) in regions.items()
    ]
    return tuple(sorted(targets, key=lambda target: -target.weight))


def whole_units(snapshot: Snapshot, path: str, score: float, why: str) -> tuple[Suspicion, ...]:
    """Every line of every function of a file, all equally suspicious: for when nothing is known."""
    document, tree = snapshot.document(path), snapshot.tree(path)
    if not isinstance(document, Document) or tree is None:
        return ()
    lines: dict[int, None] = {}
    for unit in tree.units():
        if unit.kind != "class":
            first = line_of(document.text, unit.start)
            lines.update(dict.fromkeys(range(first, line_of(document.text, unit.end) + 1)))
    every = lines or dict.fromkeys(range(1, document.text.count("\n") + 2))
    return tuple(Suspicion(path, line, score, why) for line in every)


def selected(snapshot: Snapshot, path: str, first: int, last: int) -> Target | None:
    """The lines `first` to `last` (from 1), grown to whole statements; None where they cannot be read."""
    document, tree = snapshot.document(path), snapshot.tree(path)
    if not isinstance(document, Document) or tree is None or first > document.text.count("\n") + 1:
        return None
    first, last = grown(tree, first, last)
    start, end = offset_of(document.text, first), offset_of(document.text, last + 1)
    exact = (unit for unit in tree.units() if unit_lines(document, unit) == (start, end))
    lines = dict.fromkeys(range(first, last + 1), 1.0)
    return Target(document, tree, next(exact, None), start, end, lines)


def defined(snapshot: Snapshot, path: str, line: int) -> Target | None:
    """The innermost definition around a line (from 1), as a whole; None where there is none."""
    document, tree = snapshot.document(path), snapshot.tree(path)
    if not isinstance(document, Document) or tree is None:
        return None
    unit = tree.unit_at(offset_of(document.text, line))
    if unit.kind == "module":
        return None
    start, end = unit_lines(document, unit)
    first, last = line_of(document.text, start), line_of(document.text, max(start, end - 1))
    return Target(document, tree, unit, start, end, dict.fromkeys(range(first, last + 1), 1.0))


def unit_lines(document: Document, unit: Unit) -> tuple[int, int]:
    """Where the whole lines of a definition begin and end."""
    end = document.text.find("\n", unit.end)
    return document.text.rfind("\n", 0, unit.start) + 1, len(document.text) if end < 0 else end + 1


def entropy(targets: Iterable[Target]) -> float:
    """How spread out the suspicion is, in nats: 0 when one line has all of it."""
    weights = [weight for target in targets for weight in target.lines.values() if weight > 0]
    total = sum(weights)
    return -sum(weight / total * math.log(weight / total) for weight in weights) if total else 0.0


def line_of(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def offset_of(text: str, line: int) -> int:
    """The offset at which a line (from 1) begins; the end of the text for lines past it."""
    offset = 0
    for _ in range(line - 1):
        end = text.find("\n", offset)
        if end < 0:
            return len(text)
        offset = end + 1
    return offset


def _function_at(tree: SyntaxTree, document: Document, line: int) -> Unit | None:
    """The outermost function around a line, unless it is so long that an inner one serves better."""
    holding = [
        unit
        for unit in tree.units()
        if unit.kind != "class"
        and line_of(document.text, unit.start)
        <= line
        <= line_of(document.text, max(unit.start, unit.end - 1))
    ]
    holding.sort(key=lambda unit: unit.start - unit.end)
    for unit in holding:
        if document.text.count("\n", unit.start, unit.end) <= _WHOLE_UNIT_LINES:
            return unit
    return holding[-1] if holding else None


def _region(document: Document, unit: Unit | None, line: int) -> tuple[int, int]:
    text = document.text
    if unit is None:
        band = (line - 1) // _CONTEXT_LINES * _CONTEXT_LINES
        return offset_of(text, band + 1), offset_of(text, band + _CONTEXT_LINES + 1)
    return unit_lines(document, unit)


def _filled(document: Document, start: int, end: int, lines: dict[int, float]) -> dict[int, float]:
    first, last = line_of(document.text, start), line_of(document.text, max(start, end - 1))
    floor = max(lines.values()) * _UNNAMED
    return {line: lines.get(line, floor) for line in range(first, last + 1)}
