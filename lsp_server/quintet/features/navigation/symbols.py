"""Definitions as an editor lists them: all of a document, or those of a workspace that fit what was typed."""

import heapq
import re
from collections.abc import Iterator, Sequence
from functools import cache
from threading import Event

from lsprotocol import types as lsp

from quintet.features.navigation.sources import Source, Sources, name_span, readable_tree
from quintet.protocol import Client, Lines, to_symbol_kind
from quintet.workspace.document import Document
from quintet.workspace.syntax import SyntaxTree, Unit

MOST = 100
"""Symbols of the workspace in one answer: an editor asks again with every letter typed."""
_LOOKED_AT = 10 * MOST
_WORDS = re.compile(r"\w+")
_JOINTS = re.compile(r"[.:#/\\]+")


def of_document(
    document: Document, uri: str, client: Client
) -> Sequence[lsp.DocumentSymbol] | Sequence[lsp.SymbolInformation]:
    """All definitions of a text: one inside the other where the client shows that, else as a flat list."""
    tree = readable_tree(document)
    if tree is None:
        return ()
    lines = client.codec.lines(document.text)
    if client.nested_symbols:
        return _nested(tree, lines)
    return [_flat(unit, lsp.Location(uri, lines.range(unit.start, unit.end))) for unit in tree.definitions()]


def of_workspace(folders: Sequence[Sources], query: str, stop: Event) -> list[lsp.SymbolInformation]:
    """The likeliest meant first, whichever folder they are in; once, where folders lie in one another.

    What the index tells of a text that is gone is looked up in the new one.
    """
    typed = ["".join(_WORDS.findall(part)).lower() for part in _JOINTS.split(query)]
    *around, name = [part for part in typed if part] or [""]
    if not name and query:
        return []
    each_best_first = (_found(folder, name, around) for folder in folders)
    found: dict[tuple[str, int, str], lsp.SymbolInformation] = {}
    for folder, source, unit in heapq.merge(*each_best_first, key=lambda it: _merit(it[2].name, name)):
        if stop.is_set() or len(found) == MOST:
            break
        path = source.document.path
        where = unit.container or (path if len(folders) == 1 else f"{folder.snapshot.root.name}/{path}")
        found.setdefault((source.uri, unit.start, unit.name), _flat(unit, _place(source, unit), where))
    return list(found.values())


def _found(folder: Sources, name: str, around: Sequence[str]) -> Iterator[tuple[Sources, Source, Unit]]:
    """What is typed may be a name with those around it, `Box.size`; only the letters of each count."""
    read = cache(folder.source)
    for definition in folder.snapshot.index.symbols(name, _LOOKED_AT if around else MOST):
        if all(part in definition.unit.container.lower() for part in around):
            source = read(definition.path)
            unit = folder.unit(definition, source) if source else None
            if source and unit:
                yield folder, source, unit


def _merit(name: str, typed: str) -> tuple[bool, bool, bool, int]:
    """The order that an index gives names in, least first, by which those of several are put together."""
    lower = name.lower()
    return lower != typed, not lower.startswith(typed), typed not in lower, len(name)


def _place(source: Source, unit: Unit) -> lsp.Location:
    return source.location(*name_span(source.document.text, unit))


def _flat(unit: Unit, location: lsp.Location, container: str = "") -> lsp.SymbolInformation:
    return lsp.SymbolInformation(
        name=_shown(unit.name, unit),
        kind=to_symbol_kind(unit.kind),
        location=location,
        container_name=container or unit.container or None,
    )


def _nested(tree: SyntaxTree, lines: Lines) -> list[lsp.DocumentSymbol]:
    top: list[lsp.DocumentSymbol] = []
    around: list[tuple[Unit, list[lsp.DocumentSymbol]]] = []
    for unit in tree.definitions():
        while around and not _inside(unit, around[-1][0]):
            around.pop()
        parent = around[-1][0] if around else None
        children: list[lsp.DocumentSymbol] = []
        siblings = around[-1][1] if around else top
        siblings.append(_symbol(unit, parent, tree.text, lines, children))
        if unit.kind != "type":  # `typedef struct a {} b;` does not make a part of b
            around.append((unit, children))
    return top


def _inside(unit: Unit, outer: Unit) -> bool:
    """Two names of one statement, `const a = 1, b = 2`, are beside each other."""
    same = (unit.start, unit.end) == (outer.start, outer.end)
    return outer.start <= unit.start and unit.end <= outer.end and not same


def _symbol(
    unit: Unit, parent: Unit | None, text: str, lines: Lines, children: list[lsp.DocumentSymbol]
) -> lsp.DocumentSymbol:
    # Where a method is not written inside what it belongs to, `func (b *Box) Size()`, its name says it.
    name = unit.qualified.removeprefix(f"{parent.qualified}.") if parent else unit.qualified
    return lsp.DocumentSymbol(
        name=_shown(name, unit),
        kind=to_symbol_kind(unit.kind),
        range=lines.range(unit.start, unit.end),
        selection_range=lines.range(*name_span(text, unit)),
        detail="test" if unit.test else None,
        children=children,
    )


def _shown(name: str, unit: Unit) -> str:
    """A name on one line and never empty, which editors refuse: the title of a test may be any string."""
    return " ".join(name.split()) or f"({unit.kind})"
