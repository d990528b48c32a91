"""The definitions and mentions of the name at a place, by that name alone.

No scope and no type is resolved: this is for where no server of the language does it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import commonpath
from threading import Event

from lsprotocol import types as lsp

from quintet.features.navigation.sources import Source, Sources, name_span
from quintet.tools.protect import is_test
from quintet.workspace.entry import Definition
from quintet.workspace.index import Index
from quintet.workspace.languages import language_of
from quintet.workspace.syntax import SyntaxTree, Unit

MOST_DEFINITIONS = 20
MOST_REFERENCES = 1_000
"""More would hold up the editor and everything else we say to it while they are written down."""

_KIN = (
    frozenset({"javascript", "typescript", "tsx"}),
    frozenset({"c", "cpp"}),
    frozenset({"java", "kotlin", "scala"}),
    frozenset({"bash", "bats"}),
)
"""Languages whose files use each other's names."""
_WORD = re.compile(r"[^\W\d]\w*")
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


def definitions(
    sources: Sources, path: str, position: lsp.Position, stop: Event
) -> list[lsp.Location] | list[lsp.LocationLink]:
    """Where the name at a position is defined: in this file, else in those it imports, else anywhere."""
    here = sources.source(path)
    tree = here.tree if here else None
    name = name_at(tree, here.lines.offset(position)) if here and tree else None
    if here is None or tree is None or name is None:
        return []
    own = [(here, unit) for unit in tree.definitions() if unit.name == name.text and not _titled(tree, unit)]
    found = own[:MOST_DEFINITIONS] or list(_elsewhere(sources, path, name.text, stop))
    if sources.client.definition_links:
        origin = here.lines.range(name.start, name.end)
        return [_link(origin, source, unit) for source, unit in found]
    return [source.location(*name_span(source.document.text, unit)) for source, unit in found]


def references(
    sources: Sources, path: str, position: lsp.Position, stop: Event, *, declared: bool
) -> list[lsp.Location]:
    """Every mention of the name at a position, this file's first; with its definitions if `declared`."""
    here = sources.source(path)
    tree = here.tree if here else None
    name = name_at(tree, here.lines.offset(position)) if here and tree else None
    found: list[lsp.Location] = []
    for each in _files_with(sources, path, name.text) if name else ():
        if stop.is_set() or len(found) >= MOST_REFERENCES:
            break
        source = sources.source(each)
        if source and name and (tree := source.tree):
            starts = _starts(tree, name.text, declared=declared)
            found += (source.location(start, start + len(name.text)) for start in starts)
    return found[:MOST_REFERENCES]


def name_at(tree: SyntaxTree, offset: int) -> Name | None:
    """The name around an offset or right before it; never one in a comment or a string."""
    defined = (unit for unit in tree.definitions() if unit.name and not _titled(tree, unit))
    names = [Name(unit.name, unit.name_start) for unit in defined]
    for text, starts in tree.mentions().items():
        before = bisect_right(starts, offset)
        if before:
            names.append(Name(text, starts[before - 1]))
    around = (name for name in names if name.start <= offset <= name.end)
    return max(around, key=lambda name: name.start, default=None)


def _titled(tree: SyntaxTree, unit: Unit) -> bool:
    """Whether it is a test that goes by a string, which is no name anybody can mention."""
    return not tree.text.startswith(unit.name, unit.name_start)


# --- definitions --------------------------------------------------------------------------------------


def _elsewhere(sources: Sources, path: str, name: str, stop: Event) -> Iterator[tuple[Source, Unit]]:
    index = sources.snapshot.index
    for definition in _best_first(index, path, _of_name(index, path, name))[:MOST_DEFINITIONS]:
        if stop.is_set():
            return
        source = sources.source(definition.path)
        unit = sources.unit(definition, source) if source else None
        if source and unit:
            yield source, unit


def _of_name(index: Index, path: str, name: str) -> list[Definition]:
    found: Sequence[Definition] = index.definitions(name)
    word = _WORD.search(name)
    if word and word[0] != name:  # `empty?`, `$size`: an index knows the word in it
        entries = (index.entry(file) for file in index.mentioning(word[0]) if _akin(path, file))
        found = [each for entry in entries if entry for each in entry.definitions if each.name == name]
    return [each for each in found if _akin(path, each.path) and each.path != path]


def _best_first(index: Index, path: str, found: list[Definition]) -> list[Definition]:
    """Only what this file imports, or what that passes on, where there is any of it."""
    imported = frozenset(index.imports(path))
    near = [each for each in found if each.path in imported]
    if not near and len(found) <= _FEW:
        near = [each for each in found if not imported.isdisjoint(index.importers(each.path))]
    weights = index.store.weights({each.path for each in near or found})

    def place(each: Definition) -> tuple[bool, bool, int, float, str, int]:
        alone, test = each.unit.kind == "signature", is_test(each.path)
        return alone, test, -_shared(path, each.path), -weights.get(each.path, 0), each.path, each.unit.start

    return sorted(near or found, key=place)


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    common = commonpath([f"/{one}", f"/{other}"])
    return common.count("/") if common != "/" else 0


def _akin(one: str, other: str) -> bool:
    languages = {language_of(one), language_of(other)}
    return len(languages) == 1 or any(languages <= kin for kin in _KIN)


def _link(origin: lsp.Range, source: Source, unit: Unit) -> lsp.LocationLink:
    return lsp.LocationLink(
        target_uri=source.uri,
        target_range=source.lines.range(unit.start, unit.end),
        target_selection_range=source.lines.range(*name_span(source.document.text, unit)),
        origin_selection_range=origin,
    )


# --- references ---------------------------------------------------------------------------------------


def _files_with(sources: Sources, path: str, name: str) -> Iterator[str]:
    """The files in whose text a name may stand, this one first."""
    yield path
    word = _WORD.search(name)
    others = sources.snapshot.index.mentioning(word[0]) if word else ()
    yield from (other for other in others if other != path and _akin(path, other))


def _starts(tree: SyntaxTree, name: str, *, declared: bool) -> list[int]:
    starts = list(tree.mentions().get(name, ()))
    if declared:
        units = (unit for unit in tree.definitions() if unit.name == name and not _titled(tree, unit))
        starts += (unit.name_start for unit in units)
    return sorted(set(starts))
