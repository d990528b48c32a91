"""What a workspace defines and mentions: the store, with the texts of open buffers in place of its own.

A view without a state of its own; it asks the store and the buffers, and never the disk.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from quintet.workspace.document import Document
from quintet.workspace.entry import (
    Definition,
    FileEntry,
    definition_of,
    encode,
    is_prose,
    names_in,
    read_entry,
    unindexable,
)
from quintet.workspace.generated import HEAD, kind_of
from quintet.workspace.languages import language_of
from quintet.workspace.makers import maker
from quintet.workspace.store import Record, Store
from quintet.workspace.trees import tree_of

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The files of a workspace as they are in `store`, but for the texts in `over`, by path.

    The store may be ahead of a view made earlier: it follows the disk. Offsets in a Definition are those of
    the text whose digest its FileEntry carries; `Snapshot` compares.
    """

    store: Store = field(default_factory=Store)
    over: Mapping[str, Document] = field(default_factory=lambda: MappingProxyType({}))

    def with_documents(self, documents: Iterable[Document]) -> "Index":
        """The same workspace with these texts over what it has."""
        over = {**self.over, **{document.path: document for document in documents}}
        return replace(self, over=MappingProxyType(over))

    def paths(self) -> tuple[str, ...]:
        """Every indexed file, sorted."""
        stored = self.store.paths()
        if not self.over:
            return stored
        ours = {path for path in self.over if self._entry(path)}
        return tuple(sorted(ours.union(path for path in stored if path not in self.over)))

    def entry(self, path: str) -> FileEntry | None:
        """All that is known of a file; None where it is not indexed."""
        return self._entry(path) if path in self.over else self.store.entry(path)

    def outline(self, path: str) -> str:
        """A file's definitions as indented signatures, each with its first line of documentation."""
        entry = self.entry(path)
        return entry.outline() if entry and entry.language else ""

    def definitions(self, name: str) -> tuple[Definition, ...]:
        """The definitions of a name, bare or with those around it (`Class.method`), by path and place."""
        bare = name.rpartition(".")[2]
        found = [
            definition
            for entry in self.store.defining(bare)
            if entry.path not in self.over
            for definition in entry.definitions
        ]
        found += [each for path in self.over for each in self._defined(path, bare)]
        fits = (
            each for each in found if each.name == bare and (bare == name or _ends_with(each.qualified, name))
        )
        return tuple(sorted(fits, key=lambda each: (each.path, each.unit.start)))

    def mentioning(self, name: str) -> tuple[str, ...]:
        """The files in whose text a bare name stands, be it in a comment, sorted: `Snapshot` says where."""
        stored = self.store.mentioning(name)
        if not self.over:
            return stored
        ours = {path for path, document in self.over.items() if name in _names(document)}
        return tuple(sorted(ours.union(path for path in stored if path not in self.over)))

    def search(self, query: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
        """The files that speak of the query, best first (BM25), with their scores; ties by path.

        A buffer counts by the words its file had when the store last saw it; one the store has never seen
        comes last.
        """
        words = tuple(dict.fromkeys(_WORD.findall(query)))
        found = self.store.search(words, limit)
        new = [path for path in self.over if self.store.entry(path) is None]
        return (*found, *((path, 0.0) for path in sorted(new) if self._speaks(path, words)))[:limit]

    def symbols(self, query: str, limit: int = 100) -> tuple[Definition, ...]:
        """Definitions whose name has the query's letters in their order, the likeliest meant first."""
        stored = (entry for entry in self.store.beginning(query, limit) if entry.path not in self.over)
        entries = [*stored, *self._over_entries()]
        matches = [
            (merit, definition)
            for entry in entries
            for definition in entry.definitions
            if (merit := _merit(definition.name, query)) is not None
        ]
        matches.sort(key=lambda match: (match[0], match[1].path, match[1].unit.start))
        return tuple(definition for _, definition in matches[:limit])

    def imports(self, path: str) -> tuple[str, ...]:
        """The files of the workspace that a file imports, as its stored text does."""
        return self.store.linked(path)

    def importers(self, path: str) -> tuple[str, ...]:
        """The files of the workspace that import a file."""
        return self.store.linked(path, back=True)

    def weight(self, path: str) -> float:
        """How much of the workspace leans on a file (see `graph`); all files together sum to 1."""
        return self.store.weights([path]).get(path, 0.0)

    def _defined(self, path: str, name: str) -> list[Definition]:
        """What a buffer defines by a bare name, without describing all that it defines: it is typed in."""
        document = self.over[path]
        tree = None if unindexable(document) else tree_of(document)
        if tree is None:
            return []
        return [definition_of(tree, path, unit) for unit in tree.definitions() if unit.name == name]

    def _over_entries(self) -> list[FileEntry]:
        return [entry for path in self.over if (entry := self._entry(path))]

    def _entry(self, path: str) -> FileEntry | None:
        return _read(self.over[path])

    def _speaks(self, path: str, words: tuple[str, ...]) -> bool:
        entry = self._entry(path)
        return entry is not None and any(word in entry.outline() for word in words)


def index_of(documents: Iterable[Document]) -> Index:
    """An index in memory of these documents alone."""
    store = Store()
    store.put(map(record_of, documents))
    return Index(store)


def still_read_so(path: str, made_by: str) -> bool:
    """Whether the file of a path, read by `made_by` then, would be read in the same way today.

    Where the path names no language, the first line of the text may have: what was read by it holds.
    """
    language = language_of(path) or made_by.partition(" ")[0]
    return made_by == maker(language, prose=is_prose(path))


def record_of(document: Document, size: int = 0, mtime_ns: int = 0, kind: str = "") -> Record:
    """What the store keeps of a document, read here and now."""
    kind = kind or kind_of(document.path, document.text[:HEAD])
    if reason := unindexable(document):
        return Record(document.path, size, mtime_ns, reason=reason, kind=kind)
    entry = read_entry(document)
    told = document.language or is_prose(document.path)
    names = " ".join(sorted(names_in(document.text))) if told else ""
    made_by = maker(document.language, prose=is_prose(document.path))
    return Record(document.path, size, mtime_ns, entry.digest, made_by, encode(entry), names, kind=kind)


@lru_cache(maxsize=64)
def _read(document: Document) -> FileEntry | None:
    return None if unindexable(document) else read_entry(document, tree_of(document))


@lru_cache(maxsize=64)
def _names(document: Document) -> frozenset[str]:
    return frozenset(names_in(document.text))


def _merit(name: str, query: str) -> tuple[int, int] | None:
    """How well a name fits what was typed, least first; None where it does not."""
    lower, typed = name.lower(), query.lower()
    if lower == typed:
        return 0, 0
    if lower.startswith(typed):
        return 1, len(name)
    if typed in lower:
        return 2, len(name)
    letters = iter(lower)
    return (3, len(name)) if all(letter in letters for letter in typed) else None


def _ends_with(qualified: str, name: str) -> bool:
    return qualified == name or qualified.endswith("." + name)
