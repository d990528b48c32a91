"""A change of one file in the pieces that a person accepts or refuses: whole lines, each with its edits.

Knows edits and texts only; nobody is asked here.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from quintet.workspace.edits import Edit, FileEdit, Patch, apply, in_order

_APART = 1
"""Unchanged lines between two hunks, from which on they are two."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Whole lines `[start, end)` of a text, as offsets, and what they become. `edits` are of that text."""

    path: str
    start: int
    end: int
    old: str
    new: str
    edits: tuple[Edit, ...]

    @property
    def title(self) -> str:
        """The first line that it makes, or takes away."""
        lines = [line.strip() for line in (self.new or self.old).splitlines() if line.strip()]
        changed = [line for line in lines if line not in self.old] or lines
        return changed[0][:80] if changed else "blank lines"


def hunks_of(change: FileEdit, text: str) -> tuple[Hunk, ...]:
    """The hunks of a file's change in their order; `text` is what the change was made for."""
    groups: list[list[Edit]] = []
    for edit in in_order(change.edits):
        if groups and text.count("\n", groups[-1][-1].end, edit.start) <= _APART:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return tuple(_hunk(change.path, text, group) for group in groups)


def _hunk(path: str, text: str, edits: list[Edit]) -> Hunk:
    start = text.rfind("\n", 0, edits[0].start) + 1
    end = edits[-1].end
    if end == start or text[end - 1] != "\n" or not edits[-1].text.endswith("\n"):
        line_end = text.find("\n", end)
        end = len(text) if line_end < 0 else line_end + 1
    moved = [Edit(edit.start - start, edit.end - start, edit.text) for edit in edits]
    old = text[start:end]
    return Hunk(path, start, end, old, apply(old, moved), tuple(edits))


def part_of(patch: Patch, texts: dict[str, str], accepted: Container[int]) -> Patch:
    """The patch of those hunks whose numbers, counted from 0 through the whole patch, are accepted."""
    number, files = 0, list[FileEdit]()
    for change in patch.files:
        edits: list[Edit] = []
        for hunk in hunks_of(change, texts[change.path]):
            edits += hunk.edits if number in accepted else ()
            number += 1
        if edits:
            files.append(FileEdit(change.path, change.base, tuple(edits)))
    return Patch(tuple(files))


def numbered(patch: Patch, texts: dict[str, str]) -> Iterator[tuple[int, Hunk]]:
    """All hunks of a patch with their numbers."""
    hunks = (hunk for change in patch.files for hunk in hunks_of(change, texts[change.path]))
    return enumerate(hunks)
