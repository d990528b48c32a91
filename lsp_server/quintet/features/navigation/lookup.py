"""The definitions and mentions of the name at a place, by that name alone.

`folders` are the one that the place is in, and others that may know the name. No scope and no type is
resolved: this is for where no server of the language does it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import commonpath
from threading import Event

from lsprotocol import types as lsp

from quintet.features.navigation.sources import Source, Sources, name_span
from quintet.tools.protect import is_test
from quintet.workspace import naming
from quintet.workspace.entry import Definition
from quintet.workspace.index import Index
from quintet.workspace.naming import akin, defined, is_written, word_in
from quintet.workspace.syntax import SyntaxTree, Unit

MOST_DEFINITIONS = 20
MOST_REFERENCES = 1_000
"""More would hold up the editor and everything else we say to it while they are written down."""

_FEW = 50
"""Definitions of one name, up to which it is worth asking who imports their files."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class _Place:
    """What somebody points at: a name in a text that has a tree."""

    source: Source
    tree: SyntaxTree
    name: Name

    def defined(self) -> list[tuple[Source, Unit]]:
        """The definitions of the name in the same text."""
        return [(self.source, unit) for unit in _named(self.tree, self.name.text)]


def definitions(
    folders: Sequence[Sources], path: str, position: lsp.Position, stop: Event
) -> list[lsp.Location] | list[lsp.LocationLink]:
    """Where the name at a position is defined: in this file, else in those it imports, else anywhere."""
    here = _place(folders[0], path, position)
    if here is None:
        return []
    once: dict[tuple[str, int], tuple[Source, Unit]] = {}
    for source, unit in here.defined() or _elsewhere(folders, path, here.name.text, stop):
        once[source.uri, unit.start] = source, unit
        if len(once) == MOST_DEFINITIONS:
            break
    if folders[0].client.definition_links:
        origin = here.source.lines.range(here.name.start, here.name.end)
        return [_link(origin, source, unit) for source, unit in once.values()]
    return [source.location(*name_span(source.document.text, unit)) for source, unit in once.values()]


def references(
    folders: Sequence[Sources], path: str, position: lsp.Position, stop: Event, *, declared: bool
) -> list[lsp.Location]:
    """Every mention of the name at a position, this file's first; with its definitions if `declared`.

    Mentions in other folders are those of a name that one of them defines.
    """
    here = _place(folders[0], path, position)
    if here is None:
        return []
    name = here.name.text
    shared = any(defined(other.snapshot.index, path, name) for other in folders[1:])
    found: dict[tuple[str, int], lsp.Location] = {}
    for folder, file in _files_with(folders if shared else folders[:1], path, name):
        if stop.is_set() or len(found) >= MOST_REFERENCES:
            break
        source = folder.source(file)
        if source and (tree := source.tree):
            for start in _starts(tree, name, declared=declared):
                found[source.uri, start] = source.location(start, start + len(name))
    return list(found.values())[:MOST_REFERENCES]


def is_foreign(folder: Sources, path: str, position: lsp.Position, _: Event) -> bool:
    """Whether there is a name at a position that nothing in its own folder defines."""
    here = _place(folder, path, position)
    return (
        here is not None and not here.defined() and not defined(folder.snapshot.index, path, here.name.text)
    )


def _place(folder: Sources, path: str, position: lsp.Position) -> _Place | None:
    source = folder.source(path)
    tree = source.tree if source else None
    name = name_at(tree, source.lines.offset(position)) if source and tree else None
    return _Place(source, tree, name) if source and tree and name else None


def name_at(tree: SyntaxTree, offset: int) -> Name | None:
    """The name around an offset or right before it; never one in a comment or a string."""
    place = naming.name_at(tree, offset)
    return Name(*place) if place else None


def _named(tree: SyntaxTree, name: str) -> Iterator[Unit]:
    return (unit for unit in tree.definitions() if unit.name == name and is_written(tree, unit))


# --- definitions --------------------------------------------------------------------------------------


def _elsewhere(
    folders: Sequence[Sources], path: str, name: str, stop: Event
) -> Iterator[tuple[Source, Unit]]:
    home, *others = folders
    index = home.snapshot.index
    inside = [each for each in defined(home.snapshot.index, path, name) if each.path != path]
    ranked = [(home, each) for each in _best_first(index, path, inside)]
    ranked += [
        (other, each)
        for other in others
        for each in _ranked(other.snapshot.index, "", defined(other.snapshot.index, path, name))
    ]
    for folder, definition in ranked:
        if stop.is_set():
            return
        source = folder.source(definition.path)
        unit = folder.unit(definition, source) if source else None
        if source and unit:
            yield source, unit


def _best_first(index: Index, path: str, found: list[Definition]) -> list[Definition]:
    """Only what this file imports, or what that passes on, where there is any of it."""
    imported = frozenset(index.imports(path))
    near = [each for each in found if each.path in imported]
    if not near and len(found) <= _FEW:
        near = [each for each in found if not imported.isdisjoint(index.importers(each.path))]
    return _ranked(index, path, near or found)


def _ranked(index: Index, path: str, found: list[Definition]) -> list[Definition]:
    weights = index.store.weights({each.path for each in found})

    def place(each: Definition) -> tuple[bool, bool, int, float, str, int]:
        alone, test = each.unit.kind == "signature", is_test(each.path)
        return alone, test, -_shared(path, each.path), -weights.get(each.path, 0), each.path, each.unit.start

    return sorted(found, key=place)


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    common = commonpath([f"/{one}", f"/{other}"])
    return common.count("/") if common != "/" else 0


def _link(origin: lsp.Range, source: Source, unit: Unit) -> lsp.LocationLink:
    return lsp.LocationLink(
        target_uri=source.uri,
        target_range=source.lines.range(unit.start, unit.end),
        target_selection_range=source.lines.range(*name_span(source.document.text, unit)),
        origin_selection_range=origin,
    )


# --- references ---------------------------------------------------------------------------------------


def _files_with(folders: Sequence[Sources], path: str, name: str) -> Iterator[tuple[Sources, str]]:
    """The files in whose text a name may stand, this one first."""
    home = folders[0]
    yield home, path
    for folder in folders:
        for other in folder.snapshot.index.mentioning(word_in(name)):
            if akin(path, other) and not (folder is home and other == path):
                yield folder, other


def _starts(tree: SyntaxTree, name: str, *, declared: bool) -> list[int]:
    starts = list(tree.mentions().get(name, ()))
    if declared:
        starts += (unit.name_start for unit in _named(tree, name))
    return sorted(set(starts))
