"""A text file as a value: its characters, and how they became bytes, so that they can become them again.

This module knows nothing of edits, trees, ignore rules or open editors.
"""

import codecs
import hashlib
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.workspace.languages import language_of

MAX_BYTES = 8 << 20
"""Files above this are refused: no hand-written source comes near, and a parse would stall the editor."""

_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_FIRST_LINE = 200
_BLANK = re.compile(r"^[ \t\f]*(?:#.*)?\r?$")


@dataclass(frozen=True, slots=True)
class Document:
    r"""A file's text, exactly: line ends are kept as they are and a byte order mark is not part of `text`.

    `path` is relative to the workspace with forward slashes; `version` is the editor's, where it is open.
    Whatever `decode` returns, `encode` turns back into the same bytes.
    """

    path: str
    text: str
    version: int | None = None
    encoding: str = "utf-8"
    bom: bool = False

    @property
    def language(self) -> str | None:
        """Id of the language that the file's name or first line stands for; None where we have no grammar."""
        return language_of(self.path, self.text[:_FIRST_LINE].partition("\n")[0])

    @property
    def digest(self) -> str:
        """What identifies the text (not its encoding): 32 hex digits."""
        return digest(self.text)

    def encode(self) -> bytes:
        """The bytes of the file. Raises UnicodeEncodeError where `encoding` lacks one of the characters."""
        return (codecs.BOM_UTF8 if self.bom else b"") + self.text.encode(self.encoding)

    def with_text(self, text: str) -> "Document":
        """The same file with another text, in the encoding that text declares or else in the old one."""
        encoding = self.encoding
        if self.language == "python" and not self.bom:
            declared = _declared(text)
            if declared != _declared(self.text):
                encoding = declared or "utf-8"
        return replace(self, text=text, encoding=encoding)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file we will not touch, and why: `reason` is one sentence for the user."""

    path: str
    reason: str


def digest(text: str) -> str:
    """Identify a text: BLAKE2b over its UTF-8 form, 32 hex digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def read(root: Path, path: str) -> Document | Unreadable:
    """Read the file at the relative `path` below `root`; never raises for what a disk can hold."""
    full = root / path
    try:
        status = full.stat()
        if not stat.S_ISREG(status.st_mode):
            return Unreadable(path, f"{path} is not a regular file.")
        if status.st_size > MAX_BYTES:
            return _too_large(path, status.st_size)
        data = full.read_bytes()
    except FileNotFoundError:
        return Unreadable(path, f"{path} does not exist.")
    except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate in the name
        why = getattr(error, "strerror", None) or str(error)
        return Unreadable(path, f"{path} cannot be read: {why}.")
    return decode(path, data)


def decode(path: str, data: bytes, *, version: int | None = None) -> Document | Unreadable:
    """Make a Document of a file's bytes, or say in one sentence why not.

    UTF-8, unless a Python file's coding line (PEP 263) says otherwise. Binary content, more than
    `MAX_BYTES`, and bytes that the encoding does not give back are refused.
    """
    if len(data) > MAX_BYTES:
        return _too_large(path, len(data))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Unreadable(path, f"{path} is UTF-16; only UTF-8 and a Python coding line are supported.")
    if b"\0" in data:
        return Unreadable(path, f"{path} is a binary file.")
    bom = data.startswith(codecs.BOM_UTF8)
    body = data.removeprefix(codecs.BOM_UTF8) if bom else data
    declared = _declared(body[:4096].decode("latin-1")) if language_of(path) == "python" else None
    if bom and declared and _codec(declared) != "utf-8":
        return Unreadable(path, f"{path} has a UTF-8 byte order mark but declares {declared}.")
    text = _decoded(path, body, declared)
    if isinstance(text, Unreadable):
        return text
    return Document(path, text, version, declared or "utf-8", bom)


def _decoded(path: str, body: bytes, declared: str | None) -> str | Unreadable:
    """The text, which must give back its bytes and still show its own coding line."""
    encoding = declared or "utf-8"
    lossy = Unreadable(path, f"{path} would not survive being read and written as {encoding}.")
    if "escape" in (_codec(encoding) or ""):
        return lossy  # these rewrite every line end, and warn on the way
    try:
        text = body.decode(encoding)
        if declared and (text.encode(encoding) != body or _declared(text[:4096]) != declared):
            return lossy
    except LookupError:
        return Unreadable(path, f"{path} declares the unknown encoding {encoding}.")
    except UnicodeError as error:
        where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        return Unreadable(path, f"{path} is not valid {encoding}{where}.")
    return text


def _codec(encoding: str) -> str | None:
    """Python's own name for an encoding; None where it knows none."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None


def _declared(text: str) -> str | None:
    """The encoding a Python source declares in its first two lines (PEP 263)."""
    for line in text.split("\n", 2)[:2]:
        if found := _CODING.match(line):
            return found[1]
        if not _BLANK.match(line):
            return None
    return None


def _too_large(path: str, size: int) -> Unreadable:
    return Unreadable(path, f"{path} is {size / (1 << 20):.1f} MB, over the limit of {MAX_BYTES >> 20} MB.")
