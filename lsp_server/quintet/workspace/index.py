"""What every file of a workspace defines, mentions and imports, kept up to date file by file.

Built from Documents that someone else has read; this module touches no disk and ranks nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quintet.workspace.document import Document
from quintet.workspace.syntax import Import, SyntaxTree, Unit, parse
from quintet.workspace.terms import terms

MAX_INDEXED = 1 << 20
"""Texts above this many characters are read and edited but not indexed: generated, and slow to parse."""

_HEAD = 120
"""Characters of a signature or a documentation line that an outline shows."""


_MINIFIED_FROM = 10_000
_LONG_LINES = 400
"""Characters a line on average, above which a text of some size is taken for minified."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition of a file: what `syntax.Unit` says, with its path and its signature on one line."""

    path: str
    unit: Unit
    signature: str

    @property
    def name(self) -> str:
        """The bare name."""
        return self.unit.name

    @property
    def qualified(self) -> str:
        """The name with those around it: `Class.method`."""
        return self.unit.qualified


@dataclass(frozen=True, slots=True)
class Mention:
    """A file that mentions a name: the offsets at which it does."""

    path: str
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """All the index knows of one file.

    `mentions` maps a name to the offsets where it stands without being defined; `words` counts what a search
    finds the file by.
    """

    path: str
    language: str
    digest: str
    lines: int
    doc: str
    definitions: tuple[Definition, ...]
    mentions: Mapping[str, tuple[int, ...]]
    imports: tuple[Import, ...]
    words: Mapping[str, int]


def read_entry(document: Document, tree: SyntaxTree) -> FileEntry:
    """Describe one file by its tree."""
    units = tree.definitions()
    definitions = tuple(Definition(document.path, unit, _short(tree.signature(unit))) for unit in units)
    doc = tree.module().doc
    return FileEntry(
        path=document.path,
        language=tree.language,
        digest=document.digest,
        lines=document.text.count("\n") + 1,
        doc=doc,
        definitions=definitions,
        mentions=tree.mentions(),
        imports=tree.imports(),
        words=_words(document.path, doc, definitions),
    )


class Index:
    """The files of a workspace by path and their definitions by name.

    Whatever the order of updates, the index equals one built from scratch. `frozen` hands out a view that
    never changes: the two share their tables until the next update copies them.
    """

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._files: dict[str, FileEntry] = {}
        self._defined: dict[str, tuple[str, ...]] = {}
        self._shared = False
        for document in documents:
            self.update(document)

    def update(self, document: Document, tree: SyntaxTree | None = None) -> None:
        """Take in a file's new text; `tree`, if given, is its tree.

        A file without a grammar or that is `unindexable` is left out.
        """
        known = self._files.get(document.path)
        if known and known.digest == document.digest and known.language == document.language:
            return
        self.remove(document.path)
        if unindexable(document.text):
            return
        tree = tree or parse(document.text, document.language)
        if tree is not None:
            self.add(read_entry(document, tree))

    def add(self, entry: FileEntry) -> None:
        """Take in a file that has been described already, in place of what was known of it."""
        self.remove(entry.path)
        self._own()
        self._files[entry.path] = entry
        for name in {definition.name for definition in entry.definitions}:
            self._defined[name] = tuple(sorted((*self._defined.get(name, ()), entry.path)))

    def remove(self, path: str) -> None:
        """Forget a file; one that is not known is no matter."""
        if path not in self._files:
            return
        self._own()
        for name in {definition.name for definition in self._files.pop(path).definitions}:
            paths = tuple(each for each in self._defined[name] if each != path)
            if paths:
                self._defined[name] = paths
            else:
                del self._defined[name]

    def frozen(self) -> "Index":
        """A view of the index as it is now, for a Snapshot; costs nothing until the next update."""
        view = Index()
        view._files, view._defined = self._files, self._defined
        self._shared = view._shared = True
        return view

    @property
    def files(self) -> Mapping[str, FileEntry]:
        """Every file by path."""
        return MappingProxyType(self._files)

    def definitions(self, name: str) -> tuple[Definition, ...]:
        """The definitions of a name, bare or with those around it (`Class.method`), by path and place."""
        bare = name.rpartition(".")[2]
        return tuple(
            definition
            for path in self._defined.get(bare, ())
            for definition in self._files[path].definitions
            if definition.name == bare and (bare == name or _ends_with(definition.qualified, name))
        )

    def references(self, name: str) -> tuple[Mention, ...]:
        """The files that mention a bare name other than to define it, by path."""
        return tuple(
            Mention(path, entry.mentions[name])
            for path, entry in sorted(self._files.items())
            if name in entry.mentions
        )

    def outline(self, path: str) -> str:
        """A file's definitions as indented signatures, each with its first line of documentation."""
        entry = self._files.get(path)
        if entry is None:
            return ""
        lines = [path + (f"  # {_short(entry.doc)}" if entry.doc else "")]
        for definition in entry.definitions:
            unit = definition.unit
            indent = "    " * (unit.container.count(".") + 1 if unit.container else 0)
            doc = f"  # {_short(unit.doc)}" if unit.doc else ""
            lines.append(f"{indent}{definition.signature}{doc}")
        return "\n".join(lines)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Index):
            return NotImplemented
        return self._files == other._files and self._defined == other._defined

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _own(self) -> None:
        """Copy tables that a frozen view looks at: about 0.1 ms for 20,000 files."""
        if self._shared:
            self._files, self._defined = dict(self._files), dict(self._defined)
            self._shared = False


def unindexable(text: str) -> str | None:
    """Why a text is not indexed, in a few words: too long, or made small by a tool; None where it is."""
    if len(text) > MAX_INDEXED:
        return f"not indexed: over {MAX_INDEXED:,} characters"
    lines = text.count("\n") + 1
    if len(text) > _MINIFIED_FROM and len(text) > _LONG_LINES * lines:
        return "not indexed: minified"
    return None


def _words(path: str, doc: str, definitions: tuple[Definition, ...]) -> Counter[str]:
    """What a search finds a file by: its path counts most, then names, then signatures and docs."""
    words: Counter[str] = Counter()
    for word in terms(path):
        words[word] += 3
    words.update(terms(doc))
    for definition in definitions:
        for word in terms(definition.name):
            words[word] += 1
        words.update(terms(definition.signature))
        words.update(terms(definition.unit.doc))
    return words


def _ends_with(qualified: str, name: str) -> bool:
    return qualified == name or qualified.endswith("." + name)


def _short(text: str) -> str:
    return text if len(text) <= _HEAD else text[: _HEAD - 1] + "…"
