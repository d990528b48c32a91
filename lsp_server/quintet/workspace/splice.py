"""What is defined after an edit, from what was defined before: only what changed is asked about again.

The part is made of whole children of the root. Where anything reaches over its borders, the answer is None,
and the caller asks about all of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node, Range

from quintet.workspace import tags
from quintet.workspace.units import Char, Outline, Unit, outline_of

_BESIDE = ("comment", "attribute", "annotation", "decorator")
"""Kinds of nodes that belong to what stands below them."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was defined in a text of `length` code points, and the bytes `changed` (start, end) since then."""

    outline: Outline
    length: int
    changed: tuple[int, int] | None

    def after(self, edit: tuple[int, int, int], ranges: Sequence[Range]) -> "Before":
        """The same after one more edit: start, old end and new end in bytes, and what changed in the tree."""
        start, old_end, new_end = edit
        if self.changed is not None:
            start, old_end = min(start, self.changed[0]), max(old_end, self.changed[1])
        end = old_end + edit[2] - edit[1]
        start = min([start, *(each.start_byte for each in ranges)])
        end = max([end, new_end, *(each.end_byte for each in ranges)])
        return Before(self.outline, self.length, (start, end))


def splice(before: Before, root: Node, source: bytes, language: str, char: Char) -> Outline | None:
    """The outline of the text that `root` is the tree of, or None where it must be made from all of it."""
    region = _region(before, root, len(source))
    if region is None:
        return None
    found = tags.definitions_in(root, source, language, region)
    if found is None:
        return None
    first, last = char(region[0]), char(region[1])
    shift = char(len(source)) - before.length
    kept = _apart(before.outline.units, first, last - shift)
    if kept is None:
        return None
    fresh = outline_of(found, char)
    above, below = kept
    moved = [_moved(unit, shift) for unit in below]
    titles = {at for at in before.outline.titles if at < first}
    titles |= {at + shift for at in before.outline.titles if at >= last - shift}
    return Outline((*above, *fresh.units, *moved), fresh.titles | titles)


def _region(before: Before, root: Node, size: int) -> tuple[int, int] | None:
    """The bytes of the root's children that changed, with those that speak of them or that they speak of."""
    if before.changed is None:
        return None
    start, end = before.changed
    children = root.children
    if not children:
        return None
    first = _beyond(children, bisect_left(children, start, key=lambda node: node.end_byte), -1)
    last = _beyond(children, bisect_right(children, end, key=lambda node: node.start_byte) - 1, 1)
    while first and _speaks_below(children[first - 1]):  # of the one that was gone beyond
        first -= 1
    return (
        children[first].start_byte if first else 0,
        children[last].end_byte if last < len(children) - 1 else size,
    )


def _beyond(children: list[Node], at: int, step: int) -> int:
    """One child further, and over all comments and the like to the first that is none."""
    at += step
    while 0 <= at < len(children) and _speaks_below(children[at]):
        at += step
    return min(max(at, 0), len(children) - 1)


def _speaks_below(node: Node) -> bool:
    return any(kind in node.type for kind in _BESIDE)


def _apart(units: Sequence[Unit], first: int, last: int) -> tuple[list[Unit], list[Unit]] | None:
    """Those that end before `first` and those that start after `last`; None where one lies across."""
    above, below = [], []
    for unit in units:
        if unit.end <= first:
            above.append(unit)
        elif unit.start >= last:
            below.append(unit)
        elif unit.start < first or unit.end > last:
            return None
    return above, below


def _moved(unit: Unit, shift: int) -> Unit:
    if not shift:
        return unit
    return Unit(
        unit.kind,
        unit.name,
        unit.start + shift,
        unit.end + shift,
        unit.name_start + shift,
        unit.body_start + shift,
        unit.doc,
        unit.head_end + shift,
        unit.container,
        unit.test,
    )
