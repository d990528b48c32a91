"""The texts of a snapshot as places in an editor: URIs and positions for paths and offsets.

May be used from any thread; knows nothing of what is looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lsprotocol import types as lsp

from quintet.protocol import Client, Lines, file_uri
from quintet.workspace.document import Document
from quintet.workspace.entry import Definition, unindexable
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import SyntaxTree, Unit
from quintet.workspace.trees import tree_of


@dataclass(frozen=True, slots=True)
class Source:
    """One file: the editor's name for it, its text, and that text made ready for positions."""

    uri: str
    document: Document
    lines: Lines

    @property
    def tree(self) -> SyntaxTree | None:
        """The tree of the text, if it is one to look into."""
        return readable_tree(self.document)

    def location(self, start: int, end: int) -> lsp.Location:
        """The place of two offsets."""
        return lsp.Location(self.uri, self.lines.range(start, end))


@dataclass(frozen=True, slots=True)
class Sources:
    """A snapshot for one request. `names` are the editor's own URIs of its open documents, by path."""

    snapshot: Snapshot
    client: Client
    names: Mapping[str, str]

    def source(self, path: str) -> Source | None:
        """A file as the user sees it now, read anew by every call; None where it cannot be read."""
        document = self.snapshot.document(path)
        if not isinstance(document, Document):
            return None
        uri = self.names.get(path) or file_uri((self.snapshot.root / path).as_posix())
        return Source(uri, document, self.client.codec.lines(document.text))

    def unit(self, definition: Definition, source: Source) -> Unit | None:
        """A definition as it stands in the text; None where that has it no more.

        The index may speak of another text than the disk has by now. Its offsets are then of no use, and the
        nearest definition with the same qualified name is meant.
        """
        entry = self.snapshot.index.entry(definition.path)
        if entry and entry.digest == source.document.digest and definition in entry.definitions:
            return definition.unit
        tree = source.tree
        alike = (
            [unit for unit in tree.definitions() if unit.qualified == definition.qualified] if tree else ()
        )
        return min(alike, key=lambda unit: abs(unit.start - definition.unit.start), default=None)


def readable_tree(document: Document) -> SyntaxTree | None:
    """The tree of a text; None where it has no grammar, or is as no person writes: huge, or minified."""
    return None if unindexable(document) else tree_of(document)


def name_span(text: str, unit: Unit) -> tuple[int, int]:
    """Where a definition's name stands, always inside the definition. The title of a test is in quotes."""
    quoted = not text.startswith(unit.name, unit.name_start)
    start = min(max(unit.name_start + quoted, unit.start), unit.end)
    return start, min(start + len(unit.name), unit.end)
