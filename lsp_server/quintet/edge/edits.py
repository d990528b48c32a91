"""A patch as the editor takes it: versioned, in pieces it may be asked about, within what it declared.

Pure conversion: it asks nobody and knows neither sessions nor runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp

from quintet.protocol import SOURCE, Client
from quintet.workspace.edits import Edit, FileEdit, Patch


@dataclass(frozen=True, slots=True)
class Target:
    """A file as the editor has it: its name for it, the text the edits were made for, the version if open."""

    uri: str
    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit this editor cannot be given: one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a change that an editor shows under a heading, and asks about where `confirm` says so."""

    patch: Patch
    label: str
    description: str = ""
    confirm: bool = False


def to_workspace_edit(
    parts: Sequence[Part], targets: Mapping[str, Target], client: Client
) -> lsp.WorkspaceEdit | Refused:
    """The parts, disjoint and made for the same texts, as one edit.

    `targets` holds every path of the patches, an empty text for a new file. With `document_changes` the edits
    carry the version they were made for, so that an editor whose buffer moved on can refuse them.
    """
    files = _by_file(parts)
    created = [path for path, pieces in files.items() if pieces[0][1].base is None]
    if created and not (client.creates_files and client.document_changes):
        return Refused(f"The change adds {created[0]}, and this editor does not let a server create files.")
    if not client.document_changes:
        return lsp.WorkspaceEdit(
            changes={
                targets[path].uri: _edits(pieces, targets[path], client) for path, pieces in files.items()
            }
        )
    changes = [
        change
        for path, pieces in files.items()
        for change in _document_changes(pieces, targets[path], client)
    ]
    names = {
        _name(number): lsp.ChangeAnnotation(part.label, part.confirm, part.description)
        for number, part in enumerate(parts)
    }
    return lsp.WorkspaceEdit(
        document_changes=changes, change_annotations=names if client.annotations else None
    )


_Pieces = list[tuple[int, FileEdit]]
"""The changes of one file, each with the number of the part it belongs to."""


def _by_file(parts: Sequence[Part]) -> dict[str, _Pieces]:
    files: dict[str, _Pieces] = {}
    for number, part in enumerate(parts):
        for change in part.patch.files:
            files.setdefault(change.path, []).append((number, change))
    return files


def _name(number: int) -> str:
    return f"{SOURCE}-{number}" if number else SOURCE


def _document_changes(
    pieces: _Pieces, target: Target, client: Client
) -> Sequence[lsp.TextDocumentEdit | lsp.CreateFile]:
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri=target.uri, version=target.version)
    edit = lsp.TextDocumentEdit(identifier, _edits(pieces, target, client))
    number, change = pieces[0]
    if change.base is not None:
        return (edit,)
    options = lsp.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    annotation = _name(number) if client.annotations else None
    return (lsp.CreateFile(uri=target.uri, options=options, annotation_id=annotation), edit)


def _edits(pieces: _Pieces, target: Target, client: Client) -> list[Any]:
    """The edits of one file in the order of their places."""
    lines = client.codec.lines(target.text)
    found: list[tuple[int, Any]] = []
    for number, change in pieces:
        for edit in _sayable(change.edits, target.text):
            span = lines.range(edit.start, edit.end)
            annotated = client.annotations and client.document_changes
            said = (
                lsp.AnnotatedTextEdit(_name(number), span, edit.text)
                if annotated
                else lsp.TextEdit(span, edit.text)
            )
            found.append((edit.start, said))
    return [said for _, said in sorted(found, key=lambda each: each[0])]


def _sayable(edits: Sequence[Edit], text: str) -> list[Edit]:
    """The same change without a boundary between CR and LF, where no position can point."""
    result: list[Edit] = []
    for edit in edits:
        if result and result[-1].end == edit.start:
            last = result.pop()
            edit = Edit(last.start, edit.end, last.text + edit.text)  # noqa: PLW2901 -- one edit from two
        result.append(edit)
    return [_widened(edit, text) for edit in result]


def _widened(edit: Edit, text: str) -> Edit:
    start, end, new = edit.start, edit.end, edit.text
    if text[start - 1 : start + 1] == "\r\n":
        start, new = start - 1, "\r" + new
    if text[end - 1 : end + 1] == "\r\n":
        end, new = end + 1, new + "\n"
    return Edit(start, end, new)
