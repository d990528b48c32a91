"""The part of a pack that does not depend on the task: the project's rules and a map of the repository.

Its order is chosen so that it stays the same: files come by how much leans on them, in steps of a factor of
two, and by path within a step. So a shorter map is the beginning of a longer one, and a change of one file
moves nothing else.
"""

from collections.abc import Iterable, Iterator
from math import frexp
from pathlib import PurePosixPath

from quintet.agents.context.outlines import listed
from quintet.agents.context.pieces import Piece, lines_in
from quintet.agents.context.relevance import aside
from quintet.agents.context.sight import Sight
from quintet.workspace.document import Document
from quintet.workspace.entry import Definition, FileEntry
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.testfiles import is_test_file

_RULES = "AGENTS.md"
_MAPPED = 2_000
_PER_FILE = 16
_STEPS = ((0, 0.0), (8_000, 0.1), (16_000, 0.5), (24_000, 0.85))
"""From so many tokens on, so much of the budget may go to the part that does not depend on the task."""


def share(tokens: int) -> float:
    """The part of a budget for rules and map."""
    return max(part for least, part in _STEPS if tokens >= least)


def steady(tokens: int) -> int:
    """A budget rounded down to two digits: a few tokens more or less leave the map as it is."""
    unit = int("1" + "0" * max(len(str(max(tokens, 0))) - 2, 0))
    return tokens // unit * unit


def rules(snapshot: Snapshot) -> Iterator[Piece]:
    """The rules at the root."""
    yield from _rules_in(snapshot, "", "rules")


def folder_rules(snapshot: Snapshot, paths: Iterable[str]) -> Iterator[Piece]:
    """The rules of the folders above some files, outer ones first."""
    above = {folder.as_posix() for path in paths for folder in PurePosixPath(path).parents if folder.name}
    for folder in sorted(above, key=lambda folder: (folder.count("/"), folder)):
        yield from _rules_in(snapshot, f"{folder}/", "folder rules")


def _rules_in(snapshot: Snapshot, folder: str, section: str) -> Iterator[Piece]:
    document = snapshot.document(f"{folder}{_RULES}")
    if isinstance(document, Document):
        lines = (1, lines_in(document.text))
        why = f"the rules of {folder}" if folder else "the project's rules"
        yield Piece(section, document.path, lines, (), why, document.text)


def mapped(sight: Sight) -> Iterator[Piece]:
    """The map, file by file: what most of the workspace leans on first, tests and things aside last."""
    paths = sight.weightiest(_MAPPED)
    weights = sight.weights(paths)
    entries = (
        sight.entry(path)
        for path in sorted(paths, key=lambda path: (*_step(path, weights.get(path, 0.0)), path))
    )
    for entry in entries:
        if entry is not None and entry.definitions:
            yield listed(entry, _telling(entry), "map", "the map of the repository")


def _step(path: str, weight: float) -> tuple[bool, int]:
    return is_test_file(path) or aside(path), -frexp(weight)[1]


def _telling(entry: FileEntry) -> tuple[Definition, ...]:
    """The definitions that say most about a file: the outermost, and (in steps) the longest of them."""
    ordered = sorted(
        entry.definitions,
        key=lambda each: (
            each.unit.kind in {"constant", "field", "signature"},
            each.unit.container.count(".") + bool(each.unit.container),
            -frexp(each.unit.end - each.unit.start)[1],
        ),
    )
    return tuple(ordered[:_PER_FILE])
