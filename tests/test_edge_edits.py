"""A patch as the editor takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from quintet.edge.edits import Part, Refused, Target, to_workspace_edit
from quintet.protocol import Client, Codec, Encoding
from quintet.workspace.document import digest
from quintet.workspace.edits import Edit, FileEdit, Patch, apply, create_file, diff

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
texts = st.text(st.sampled_from("ab\n\r\té😀\u2028\u0301\ud83d\x0c"), max_size=30)
codecs = st.builds(Codec, st.sampled_from(ENCODINGS), st.booleans())


def at(line: int, character: int) -> lsp.Position:
    return lsp.Position(line, character)


FULL = Client(document_changes=True, annotations=True, creates_files=True)
OLD = "a = '😀' + x\r\nb = 2\r\n"


def changed(text: str, new: str) -> Patch:
    return Patch((FileEdit("a.py", digest(text), diff(text, new)),))


def test_an_edit_is_versioned_and_annotated_where_the_client_says_so() -> None:
    target = {"a.py": Target("file:///w/a.py", OLD, 7)}
    edit = to_workspace_edit([Part(changed(OLD, OLD.replace("+ x", "+ y")), "Fix", "why")], target, FULL)
    assert edit == lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(
                lsp.OptionalVersionedTextDocumentIdentifier(uri="file:///w/a.py", version=7),
                [lsp.AnnotatedTextEdit("quintet", lsp.Range(at(0, 11), at(0, 12)), "y")],
            )
        ],
        change_annotations={
            "quintet": lsp.ChangeAnnotation("Fix", needs_confirmation=False, description="why")
        },
    )


def test_without_document_changes_the_edit_is_a_map() -> None:
    target = {"a.py": Target("file:///w/a.py", OLD, None)}
    edit = to_workspace_edit([Part(changed(OLD, OLD.replace("2", "3")), "Fix")], target, Client())
    assert edit == lsp.WorkspaceEdit(
        changes={"file:///w/a.py": [lsp.TextEdit(lsp.Range(at(1, 4), at(1, 5)), "3")]}
    )


def test_a_new_file_is_created_and_then_filled() -> None:
    patch = Patch((create_file("n.py", "x = 1\n"),))
    target = {"n.py": Target("file:///w/n.py", "", None)}
    edit = to_workspace_edit([Part(patch, "Fix")], target, Client(document_changes=True, creates_files=True))
    assert isinstance(edit, lsp.WorkspaceEdit)
    create, fill = edit.document_changes or ()
    assert isinstance(create, lsp.CreateFile)
    assert create.uri == "file:///w/n.py"
    assert isinstance(fill, lsp.TextDocumentEdit)
    assert fill.edits == [lsp.TextEdit(lsp.Range(at(0, 0), at(0, 0)), "x = 1\n")]


@pytest.mark.parametrize("weak", [Client(), Client(document_changes=True), Client(creates_files=True)])
def test_a_client_that_creates_no_files_is_not_sent_one(weak: Client) -> None:
    patch = Patch((create_file("n.py", "x = 1\n"),))
    edit = to_workspace_edit([Part(patch, "Fix")], {"n.py": Target("file:///w/n.py", "", None)}, weak)
    assert edit == Refused("The change adds n.py, and this editor does not let a server create files.")


@given(texts, texts, codecs)
def test_what_the_editor_applies_is_what_the_core_meant(before: str, after: str, codec: Codec) -> None:
    if before == after:
        return
    target = {"a.py": Target("file:///w/a.py", before, 1)}
    edit = to_workspace_edit([Part(changed(before, after), "Fix")], target, Client(codec))
    assert isinstance(edit, lsp.WorkspaceEdit)
    assert edit.changes
    lines = codec.lines(before)
    applied = apply(
        before,
        [
            Edit(lines.offset(it.range.start), lines.offset(it.range.end), it.new_text)
            for it in edit.changes["file:///w/a.py"]
        ],
    )
    assert applied == after


def test_parts_are_asked_about_one_by_one_and_a_file_is_edited_once() -> None:
    certain, doubtful = (
        Patch((FileEdit("a.py", digest(OLD), (edit,)),)) for edit in (Edit(0, 1, "c"), Edit(14, 15, "d"))
    )
    edit = to_workspace_edit(
        [Part(doubtful, "Perhaps", confirm=True), Part(certain, "Surely")],
        {"a.py": Target("file:///w/a.py", OLD, 1)},
        FULL,
    )
    assert isinstance(edit, lsp.WorkspaceEdit)
    [change] = edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    assert [(getattr(it, "new_text", ""), getattr(it, "annotation_id", "")) for it in change.edits] == [
        ("c", "quintet-1"),
        ("d", "quintet"),
    ]
    asked = {name: it.needs_confirmation for name, it in (edit.change_annotations or {}).items()}
    assert asked == {"quintet": True, "quintet-1": False}
