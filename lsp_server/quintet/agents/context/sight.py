"""What the builder asks of a workspace, in one place: each thing once, and never all the files.

Everything below the ranking reads through here; nothing here ranks.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from math import log

from quintet.workspace.document import Document
from quintet.workspace.entry import Definition, FileEntry
from quintet.workspace.snapshot import Snapshot

_COMMON = 2_000
"""Files that may hold a name without its being worthless; a small workspace has no more."""


class Sight:
    """One look at a snapshot, for one pack."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._entries: dict[str, FileEntry | None] = {}
        self._texts: dict[str, tuple[Document, tuple[Definition, ...]] | None] = {}
        self._mentioning: dict[str, tuple[str, ...]] = {}

    @cached_property
    def size(self) -> int:
        """How many files are indexed; at least 2, so that a rarity is a number."""
        return max(self.snapshot.index.store.counts()[0], 2)

    def search(self, words: str, limit: int) -> Mapping[str, float]:
        """The files that speak of some words, with their scores (BM25)."""
        return dict(self.snapshot.index.search(words, limit))

    def entry(self, path: str) -> FileEntry | None:
        """What the index knows of a file."""
        if path not in self._entries:
            self._entries[path] = self.snapshot.index.entry(path)
        return self._entries[path]

    def text(self, path: str) -> tuple[Document, tuple[Definition, ...]] | None:
        """A file's text with its definitions, whose offsets are true of it; None where it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> tuple[Document, tuple[Definition, ...]] | None:
        document = self.snapshot.document(path)
        if not isinstance(document, Document):
            return None
        entry = self.entry(path)
        if entry is not None and entry.digest == document.digest:
            return document, entry.definitions
        tree = self.snapshot.tree(path)
        units = tree.definitions() if tree else ()
        return document, tuple(Definition(path, unit, tree.signature(unit)) for unit in units if tree)

    def mentioning(self, name: str) -> tuple[str, ...]:
        """The files in whose text a name stands; none for one that is in very many: it tells nothing."""
        if name not in self._mentioning:
            found = self.snapshot.index.mentioning(name)
            self._mentioning[name] = found if len(found) <= _COMMON else ()
        return self._mentioning[name]

    def defining(self, name: str) -> tuple[Definition, ...]:
        """The definitions of a name; none for one that is in very many files."""
        return self.snapshot.index.definitions(name) if self.mentioning(name) else ()

    def rarity(self, files: int) -> float:
        """What a name in so many files is worth: 1 for one file, 0 for all of them."""
        return max(log(self.size / files) / log(self.size), 0.0) if files else 0.0

    def imports(self, path: str) -> tuple[str, ...]:
        """The files that a file imports."""
        return self.snapshot.index.imports(path)

    def weights(self, paths: Iterable[str]) -> Mapping[str, float]:
        """How much of the workspace leans on each of some files."""
        return self.snapshot.index.store.weights(paths)

    def weightiest(self, limit: int) -> tuple[str, ...]:
        """The files that most of the workspace leans on, best first."""
        return self.snapshot.index.store.weightiest(limit)
