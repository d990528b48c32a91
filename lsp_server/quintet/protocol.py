"""Between LSP's words and ours: positions, URIs, edits, diagnostics and what each editor can do.

The only home of code units, URIs and editor quirks; it knows text and nothing of settings, agents or engines.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from lsprotocol import types as lsp

Encoding = Literal["utf-8", "utf-16", "utf-32"]
WINDOWS = os.name == "nt"
SOURCE = "quintet"

_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE_FEED = re.compile(r"\r?\n")
_DRIVE = re.compile(r"/[A-Za-z]:")
_LF_ONLY_CLIENTS = ("neovim", "vim", "emacs", "eglot", "lsp-mode")
"""Editors that keep a lone carriage return inside its line, where the specification ends the line there."""


# --- positions ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Codec:
    """How one client counts: the code unit of `character`, and whether a lone CR ends a line."""

    encoding: Encoding = "utf-16"
    lone_cr: bool = True

    def lines(self, text: str) -> "Lines":
        """The text made ready for conversions in both directions."""
        return Lines(text, self)


class Lines:
    """Positions and offsets of one text. Offsets are code points, positions the client's."""

    def __init__(self, text: str, codec: Codec) -> None:
        self.text = text
        self._codec = codec

    def offset(self, position: lsp.Position) -> int:
        """The offset of a position; one beyond its line or the text is moved back to the nearest place."""
        start, end = self._span(position.line)
        return start + _characters(self.text[start:end], position.character, self._codec.encoding)

    def position(self, offset: int) -> lsp.Position:
        """The position of an offset, which lies in `0..len(text)`."""
        line = bisect_right(self._table, offset, key=_start) - 1
        start, end = self._table[line]
        # An offset between CR and LF belongs to no line's text: LSP can only name the place before both.
        return lsp.Position(line, _units(self.text[start : min(offset, end)], self._codec.encoding))

    def range(self, start: int, end: int) -> lsp.Range:
        """The range of two offsets."""
        return lsp.Range(self.position(start), self.position(end))

    def holds(self, span: lsp.Range) -> bool:
        """Whether a range lies within the text's lines."""
        return span.start.line <= span.end.line < len(self._table)

    @cached_property
    def _table(self) -> list[tuple[int, int]]:
        """Where each line starts and where its text ends."""
        ends = _LINE_END if self._codec.lone_cr else _LINE_FEED
        breaks = [found.span() for found in ends.finditer(self.text)]
        starts = [0, *(end for _, end in breaks)]
        return list(zip(starts, [*(start for start, _ in breaks), len(self.text)], strict=True))

    def _span(self, line: int) -> tuple[int, int]:
        """One line's row of the table, without making the table where the text allows.

        A change while typing asks for a line or two of a text that is another one at the next keystroke.
        """
        text = self.text
        if self._codec.lone_cr and text.count("\r") != text.count("\r\n"):
            return self._table[line] if line < len(self._table) else (len(text), len(text))
        pieces = text.split("\n", line + 1)
        if len(pieces) <= line:
            return len(text), len(text)
        end = len(text) - (len(pieces[-1]) + 1 if len(pieces) > line + 1 else 0)
        start = end - len(pieces[line])
        return start, end - 1 if text[start:end].endswith("\r") and end < len(text) else end


def _start(row: tuple[int, int]) -> int:
    return row[0]


def _units(line: str, encoding: Encoding) -> int:
    """Code units of a piece of one line."""
    if encoding == "utf-32" or line.isascii():
        return len(line)
    if encoding == "utf-16":
        return len(line.encode("utf-16-le", "surrogatepass")) // 2
    return len(line.encode("utf-8", "surrogatepass"))


def _characters(line: str, units: int, encoding: Encoding) -> int:
    """How many whole characters fit in `units` code units of a line."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    wide = 1 << 16
    sizes = (
        (2 if ord(c) >= wide else 1) if encoding == "utf-16" else len(c.encode("utf-8", "surrogatepass"))
        for c in line
    )
    for count, total in enumerate(accumulate(sizes)):
        if total > units:
            return count
    return len(line)


# --- URIs ---------------------------------------------------------------------------------------------


def file_path(uri: str, *, windows: bool = WINDOWS) -> str | None:
    """The absolute path a file URI names, with forward slashes; None for every other scheme.

    Bytes that are no UTF-8 come out as the file system knows them (PEP 383); a drive letter is upper case.
    """
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path)) or "/"
    if windows and _DRIVE.match(path):
        return path[1].upper() + path[2:]
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"//{parts.netloc}{path}" if windows else None
    return path


def file_uri(path: str, *, windows: bool = WINDOWS) -> str:
    """The URI of an absolute path with forward slashes."""
    if windows and path.startswith("//"):
        return "file:" + quote_from_bytes(os.fsencode(path))
    prefix = "file:///" if windows and not path.startswith("/") else "file://"
    return prefix + quote_from_bytes(os.fsencode(path))


def workspace_path(uri: str, root: Path | None) -> str | None:
    """How the core calls a document: relative to the workspace, or absolute where it lies outside.

    None for documents that are no files. A workspace reached through a symbolic link is still the workspace.
    """
    path = file_path(uri)
    if path is None or "\0" in path:
        return None
    full = Path(os.path.normpath(path))
    if root is None:
        return full.as_posix()
    for candidate, base in ((full, root), (full.parent.resolve() / full.name, root.resolve())):
        if candidate.is_relative_to(base):
            return candidate.relative_to(base).as_posix()
    return full.as_posix()


# --- what the client can do ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Client:
    """The editor, as far as it changes what we send."""

    codec: Codec = Codec()
    document_changes: bool = False
    annotations: bool = False
    creates_files: bool = False
    deletes_files: bool = False
    literals: bool = False
    resolves: bool = False
    disabled: bool = False
    model_tag: bool = False
    progress: bool = False
    configuration: bool = False
    registers_settings: bool = False
    diagnostic_data: bool = False
    pulls: bool = False
    """It asks for the problems of a document's text; what came of a run it is still told."""
    related: bool = False
    lens_refresh: bool = False
    preview: bool = False
    """It is one of ours and shows a change before it is made: `quintet/preview`."""
    status: bool = False
    trace: bool = False
    nested_symbols: bool = False
    definition_links: bool = False
    shows_documents: bool = False
    text_document_content: bool = False
    """It asks for the text of documents that we name, so that a page needs no file."""


def client_of(params: lsp.InitializeParams, encoding: str) -> Client:
    """Read what an editor declared; `encoding` is the position encoding that was agreed on."""
    name = params.client_info.name.lower() if params.client_info else ""
    declared = params.capabilities
    edits = _get(declared, "workspace.workspace_edit")
    actions = _get(declared, "text_document.code_action")
    operations = _get(edits, "resource_operations") or ()
    return Client(
        codec=Codec(_encoding(encoding), lone_cr=not name.startswith(_LF_ONLY_CLIENTS)),
        # Neovim understands documentChanges but declares only the file operations that live inside them.
        document_changes=bool(_get(edits, "document_changes") or operations),
        annotations=_get(edits, "change_annotation_support") is not None,
        creates_files=lsp.ResourceOperationKind.Create in operations,
        deletes_files=lsp.ResourceOperationKind.Delete in operations,
        literals=_get(actions, "code_action_literal_support") is not None,
        resolves=bool(_get(actions, "data_support"))
        and "edit" in (_get(actions, "resolve_support.properties") or ()),
        disabled=bool(_get(actions, "disabled_support")),
        model_tag=lsp.CodeActionTag.LlmGenerated in (_get(actions, "tag_support.value_set") or ()),
        progress=bool(_get(declared, "window.work_done_progress")),
        configuration=bool(_get(declared, "workspace.configuration")),
        registers_settings=bool(_get(declared, "workspace.did_change_configuration.dynamic_registration")),
        diagnostic_data=bool(_get(declared, "text_document.publish_diagnostics.data_support")),
        pulls=_get(declared, "text_document.diagnostic") is not None,
        related=bool(_get(declared, "text_document.publish_diagnostics.related_information")),
        lens_refresh=bool(_get(declared, "workspace.code_lens.refresh_support")),
        preview=_ours(declared, "preview"),
        status=_ours(declared, "status"),
        trace=_ours(declared, "trace"),
        nested_symbols=bool(
            _get(declared, "text_document.document_symbol.hierarchical_document_symbol_support")
        ),
        definition_links=bool(_get(declared, "text_document.definition.link_support")),
        shows_documents=bool(_get(declared, "window.show_document.support")),
        text_document_content=_get(declared, "workspace.text_document_content") is not None,
    )


def _ours(declared: Any, name: str) -> bool:
    """What our own clients declare besides, under `experimental.quintet`."""
    experimental = _get(declared, "experimental")
    own = experimental.get(SOURCE) if isinstance(experimental, Mapping) else None
    return isinstance(own, Mapping) and own.get(name) is True


def _encoding(name: str) -> Encoding:
    return "utf-8" if name == "utf-8" else "utf-32" if name == "utf-32" else "utf-16"


def _get(declared: Any, path: str) -> Any:
    """A capability by its dotted name; None where any part of it is missing."""
    for name in path.split("."):
        declared = getattr(declared, name, None)
    return declared


# --- diagnostics --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reported:
    """A diagnostic someone showed the user. `line` counts from 1.

    `version` and `tests`, the failing tests it speaks of, are known of ours only.
    """

    message: str
    source: str
    line: int
    version: int | None
    tests: tuple[str, ...] = ()


SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
    "hint": lsp.DiagnosticSeverity.Hint,
}
"""LSP's word for how bad a finding is."""


def to_diagnostic(  # noqa: PLR0913 -- each is a field of it
    span: lsp.Range,
    message: str,
    version: int | None,
    client: Client,
    *,
    code: str = "syntax",
    severity: str = "error",
    tests: Sequence[str] = (),
    related: Sequence[lsp.DiagnosticRelatedInformation] = (),
) -> lsp.Diagnostic:
    """One of our own; where the editor keeps `data`, it carries the version and the tests it speaks of."""
    data = {"version": version} | ({"tests": [*tests]} if tests else {})
    return lsp.Diagnostic(
        range=span,
        message=message,
        severity=SEVERITIES[severity],
        source=SOURCE,
        code=code,
        related_information=[*related] if related and client.related else None,
        data=data if client.diagnostic_data else None,
    )


def from_diagnostic(diagnostic: lsp.Diagnostic) -> Reported:
    """A diagnostic of ours or of another server, as the core sees it."""
    ours = diagnostic.source == SOURCE
    data = diagnostic.data if ours and isinstance(diagnostic.data, Mapping) else {}
    version, tests = data.get("version"), data.get("tests")
    named = tests if isinstance(tests, list | tuple) else ()
    return Reported(
        message=diagnostic.message,
        source=diagnostic.source or "",
        line=diagnostic.range.start.line + 1,
        version=version if isinstance(version, int) else None,
        tests=tuple(test for test in named if isinstance(test, str)),
    )


def shape(span: lsp.Range) -> dict[str, dict[str, int]]:
    """A range as it is written down, for arguments and for messages of our own."""
    start, end = span.start, span.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }


# --- symbols ------------------------------------------------------------------------------------------

_SYMBOL_KINDS = {
    "function": lsp.SymbolKind.Function,
    "method": lsp.SymbolKind.Method,
    "class": lsp.SymbolKind.Class,
    "interface": lsp.SymbolKind.Interface,
    "enum": lsp.SymbolKind.Enum,
    "namespace": lsp.SymbolKind.Namespace,
    "constant": lsp.SymbolKind.Constant,
    "field": lsp.SymbolKind.Field,
    "type": lsp.SymbolKind.Class,
    "signature": lsp.SymbolKind.Function,
}


def to_symbol_kind(kind: str) -> lsp.SymbolKind:
    """LSP's word for a definition's kind; one of those that a client need not declare."""
    return _SYMBOL_KINDS.get(kind, lsp.SymbolKind.Variable)
