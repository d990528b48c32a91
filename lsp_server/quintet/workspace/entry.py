"""What an index knows of one file, made from its tree; small enough to keep for every file of a workspace.

A text in, an entry out; this module reads no disk, compares no files and ranks nothing.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from quintet.workspace.document import Document
from quintet.workspace.syntax import Import, SyntaxTree, Unit, parse

MAX_INDEXED = 1 << 20
"""Texts above this many characters are read and edited but not indexed: generated, and slow to parse."""

_MAX_PLAIN = 1 << 17
"""The same for texts of no language we know, which are data for the most part."""

_PROSE = frozenset(
    [
        "md",
        "markdown",
        "rst",
        "txt",
        "adoc",
        "org",
        "html",
        "tmpl",
        "toml",
        "yaml",
        "yml",
        "json",
        "cfg",
        "ini",
        "proto",
        "graphql",
    ]
)

_HEAD = 120
"""Characters of a signature or a documentation line that an outline shows."""

_MINIFIED_FROM = 10_000
_LONG_LINES = 400
"""Characters a line on average, above which a text of some size is taken for minified."""

_NAME = re.compile(r"[^\W\d]\w*")
_DIGITS = b"0123456789"
_APART = bytes(byte if chr(byte).isalnum() or byte == 0x5F else 0x20 for byte in range(128)).ljust(256)
"""Every byte that no ASCII name can hold, made a blank."""
_HUMP = re.compile(r"[A-Z](?:(?<=[a-z0-9][A-Z])|(?<=[A-Z][A-Z])(?=[a-z]))")


class Definition(msgspec.Struct, frozen=True):
    """One definition of a file: what `syntax.Unit` says, with its path and its signature on one line.

    The unit's offsets are those of the text with the entry's digest.
    """

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
class FileEntry:
    """All the index knows of one file. A text without a grammar has `language` "" and no definitions.

    `digest` identifies the text, `lines` counts it, `doc` is its own documentation in one line.
    """

    path: str
    language: str
    digest: str
    lines: int
    doc: str
    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()

    def outline(self) -> str:
        """The definitions as indented signatures, each with its first line of documentation."""
        lines = [self.path + (f"  # {self.doc}" if self.doc else "")]
        for definition in self.definitions:
            unit = definition.unit
            indent = "    " * (unit.container.count(".") + 1 if unit.container else 0)
            doc = f"  # {unit.doc}" if unit.doc else ""
            lines.append(f"{indent}{definition.signature}{doc}")
        return "\n".join(lines)


def read_entry(document: Document, tree: SyntaxTree | None = None) -> FileEntry:
    """Describe one file; `tree`, if given, is its tree."""
    tree = tree or parse(document.text, document.language, at_once=True)
    text = document.text
    lines = text.count("\n") + 1
    if tree is None:
        first = next((line for line in text[:4096].splitlines() if line.strip()), "")
        return FileEntry(document.path, "", document.digest, lines, _short(first.strip("#=-*/<!> \t")))
    definitions = tuple(definition_of(tree, document.path, unit) for unit in tree.definitions())
    doc = _short(tree.module().doc)
    return FileEntry(document.path, tree.language, document.digest, lines, doc, definitions, tree.imports())


def definition_of(tree: SyntaxTree, path: str, unit: Unit) -> Definition:
    """A unit of a file's tree as an index keeps it: signature and documentation cut to a line."""
    return Definition(path, _trimmed(unit), _short(tree.signature(unit)))


def unindexable(document: Document) -> str | None:
    """Why a text is not indexed, in a few words: too long, or made small by a tool; None where it is."""
    text = document.text
    most = MAX_INDEXED if document.language else _MAX_PLAIN
    if len(text) > most:
        return f"not indexed: over {most:,} characters"
    lines = text.count("\n") + 1
    if len(text) > _MINIFIED_FROM and len(text) > _LONG_LINES * lines:
        return "not indexed: minified"
    return None


def is_prose(path: str) -> bool:
    """Whether a text of no language we know is for people to read, so that names in it mean something."""
    return path.rpartition(".")[2].lower() in _PROSE


def names_in(text: str) -> set[str]:
    """Every name that stands anywhere in a text, in comments and strings too: whoever asks looks again."""
    if text.isascii():
        words = set(text.encode().translate(_APART).split())
        return set(b" ".join(word.lstrip(_DIGITS) for word in words).decode().split())
    return set(_NAME.findall(text))


# --- the words a search finds a file by -------------------------------------------------------------


class Words(NamedTuple):
    """What a search finds a file by.

    `path`, the `names` it defines, and the `text` of its signatures and documentation: in these, compound
    names are taken apart at changes of case. `defined` and `used` are the names that a file defines and those
    that stand in it, exactly, with a space between them.
    """

    path: str
    names: str
    text: str
    defined: str
    used: str


def words_of(entry: FileEntry, used: str) -> Words:
    """The words of a file; `used` is `names_in` its text, joined by spaces."""
    names = [definition.unit.name for definition in entry.definitions]
    said = [f"{definition.signature} {definition.unit.doc}" for definition in entry.definitions]
    return Words(
        path=apart(entry.path),
        names=apart(" ".join(names)),
        text=apart("\n".join([entry.doc, *said])),
        defined=" ".join(sorted(set(names))),
        used=used,
    )


def apart(text: str) -> str:
    """A text with a space at every change of case within a word: `HTTPHeaderParser` → HTTP Header Parser."""
    return _HUMP.sub(r" \g<0>", text)


# --- entries as bytes -------------------------------------------------------------------------------


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    language: str
    lines: int
    doc: str
    units: list[tuple[Unit, str]]
    imports: tuple[Import, ...]


class _Rest(msgspec.Struct, frozen=True, array_like=True):
    """`_Entry` with its units left unread."""

    language: str
    lines: int
    doc: str
    units: msgspec.Raw
    imports: tuple[Import, ...]


class _Named(msgspec.Struct, frozen=True, array_like=True):
    """The first two fields of a Unit."""

    kind: str
    name: str


class _Names(msgspec.Struct, frozen=True, array_like=True):
    """`_Entry` as far as the names it defines: what stands behind is not read."""

    language: str
    lines: int
    doc: str
    units: list[tuple[_Named, msgspec.Raw]]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Entry)
_IMPORTS = msgspec.msgpack.Decoder(_Rest)
_NAMES = msgspec.msgpack.Decoder(_Names)


def encode(entry: FileEntry) -> bytes:
    """An entry as bytes, without its path and digest: files with one content share it."""
    units = [(each.unit, each.signature) for each in entry.definitions]
    return _ENCODER.encode(_Entry(entry.language, entry.lines, entry.doc, units, entry.imports))


def decode(data: bytes, path: str, digest: str) -> FileEntry:
    """The entry of a file. Raises ValueError for bytes that `encode` did not make."""
    read = _DECODER.decode(data)
    return FileEntry(
        path=path,
        language=read.language,
        digest=digest,
        lines=read.lines,
        doc=read.doc,
        definitions=tuple(Definition(path, *each) for each in read.units),
        imports=read.imports,
    )


def decode_imports(data: bytes) -> tuple[str, tuple[Import, ...]]:
    """Only the language and the imports of an encoded entry, for who reads those of every file."""
    read = _IMPORTS.decode(data)
    return read.language, read.imports


def decode_names(data: bytes) -> list[str]:
    """Only the names that an encoded entry defines, for who reads those of every file."""
    return [unit.name for unit, _ in _NAMES.decode(data).units]


def _trimmed(unit: Unit) -> Unit:
    return unit if len(unit.doc) <= _HEAD else msgspec.structs.replace(unit, doc=_short(unit.doc))


def _short(text: str) -> str:
    return text if len(text) <= _HEAD else text[: _HEAD - 1] + "…"
