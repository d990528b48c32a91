from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp
from lsprotocol.converters import get_converter

from quintet.protocol import (
    Client,
    Codec,
    Encoding,
    client_of,
    file_path,
    file_uri,
    from_diagnostic,
    to_diagnostic,
    workspace_path,
)
from quintet.workspace.document import Document, digest

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
texts = st.text(st.sampled_from("ab\n\r\té😀\u2028\u0301\ud83d\x0c"), max_size=30)
codecs = st.builds(Codec, st.sampled_from(ENCODINGS), st.booleans())


def at(line: int, character: int) -> lsp.Position:
    return lsp.Position(line, character)


# --- positions


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 7), ("utf-16", 5), ("utf-32", 4)])
def test_a_character_outside_the_basic_plane_counts_as_each_encoding_says(
    encoding: Encoding, character: int
) -> None:
    lines = Codec(encoding).lines('x="😋"')
    assert lines.position(4) == at(0, character)
    assert lines.offset(at(0, character)) == 4


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 2), ("utf-16", 1)])
def test_a_position_inside_a_character_is_the_place_before_it(encoding: Encoding, character: int) -> None:
    assert Codec(encoding).lines("😋b").offset(at(0, character)) == 0


def test_positions_beyond_the_line_or_the_text_are_moved_back() -> None:
    lines = Codec().lines("ab\r\ncd")
    assert lines.offset(at(0, 99)) == 2
    assert lines.offset(at(1, 99)) == 6
    assert lines.offset(at(9, 0)) == 6


def test_line_ends_are_those_of_the_specification_and_no_others() -> None:
    lines = Codec().lines("a\rb\nc\r\nd\u2028e\x0cf")
    assert [lines.position(offset).line for offset in (0, 2, 4, 7, 9, 11)] == [0, 1, 2, 3, 3, 3]


def test_some_editors_keep_a_lone_carriage_return_in_its_line() -> None:
    lines = Codec(lone_cr=False).lines("a\rb\r\nc")
    assert lines.position(2) == at(0, 2)
    assert lines.position(5) == at(1, 0)


@given(texts, codecs, st.data())
def test_offset_to_position_and_back(text: str, codec: Codec, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = codec.lines(text)
    back = lines.offset(lines.position(offset))
    between = text[offset - 1 : offset + 1] == "\r\n"
    assert back == (offset - 1 if between else offset)


@given(texts, codecs, st.integers(0, 9), st.integers(0, 99))
def test_every_position_has_an_offset(text: str, codec: Codec, line: int, character: int) -> None:
    lines = codec.lines(text)
    offset = lines.offset(at(line, character))
    assert 0 <= offset <= len(text)
    assert lines.position(offset) <= at(line, character)


# --- URIs


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/a%20b.py", "/home/me/a b.py"),
        ("file:///home/me/caf%C3%A9.py", "/home/me/café.py"),
        ("file:///home/me/caf%E9.py", "/home/me/caf\udce9.py"),
        ("file:///home/me/a%23b%3Fc.py", "/home/me/a#b?c.py"),
        ("file://localhost/a.py", "/a.py"),
        ("file:///c%3A/x.py", "/c:/x.py"),
        ("FILE:///a.py", "/a.py"),
        ("untitled:Untitled-1", None),
        ("file://server/share/a.py", None),
        ("", None),
    ],
)
def test_file_uris_on_posix(uri: str, path: str | None) -> None:
    assert file_path(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/my%20code/x.py", "C:/my code/x.py"),
        ("file:///C:/x.py", "C:/x.py"),
        ("file:///c:/x.py", "C:/x.py"),
        ("file://server/share/a.py", "//server/share/a.py"),
    ],
)
def test_file_uris_on_windows(uri: str, path: str) -> None:
    assert file_path(uri, windows=True) == path
    assert file_path(file_uri(path, windows=True), windows=True) == path


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_path_survives_its_uri(name: str) -> None:
    path = "/" + name
    if not path.startswith("//"):
        assert file_path(file_uri(path, windows=False), windows=False) == path


def test_a_name_that_is_no_utf8_survives_its_uri() -> None:
    assert file_uri("/caf\udce9.py", windows=False) == "file:///caf%E9.py"


def test_workspace_paths_are_relative_inside_and_absolute_outside(tmp_path: Path) -> None:
    root = tmp_path / "my work"
    root.mkdir()
    assert workspace_path((root / "a b" / "c.py").as_uri(), root) == "a b/c.py"
    assert workspace_path(f"{root.as_uri()}/sub/../x.py", root) == "x.py"
    assert workspace_path((tmp_path / "other.py").as_uri(), root) == (tmp_path / "other.py").as_posix()
    assert workspace_path((tmp_path / "other.py").as_uri(), None) == (tmp_path / "other.py").as_posix()
    assert workspace_path("untitled:x", root) is None
    assert workspace_path("file:///nul%00byte.py", root) is None


def test_a_workspace_behind_a_symbolic_link_is_one_workspace(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    assert workspace_path((real / "a.py").as_uri(), link) == "a.py"
    assert workspace_path((link / "a.py").as_uri(), real) == "a.py"


# --- what the client can do


def client(encoding: str = "utf-16", name: str = "editor", **capabilities: Any) -> Client:
    raw = {"processId": None, "rootUri": None, "capabilities": capabilities, "clientInfo": {"name": name}}
    return client_of(get_converter().structure(raw, lsp.InitializeParams), encoding)


def test_a_client_that_declares_nothing_gets_the_plainest_of_everything() -> None:
    assert client() == Client()


def test_what_a_client_declares_is_used() -> None:
    found = client(
        "utf-8",
        workspace={
            "configuration": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
        window={"workDoneProgress": True},
        textDocument={
            "publishDiagnostics": {"dataSupport": True},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
                "dataSupport": True,
                "disabledSupport": True,
                "resolveSupport": {"properties": ["edit"]},
                "tagSupport": {"valueSet": [1]},
            },
        },
    )
    assert found == Client(
        Codec("utf-8"),
        document_changes=True,
        annotations=True,
        creates_files=True,
        literals=True,
        resolves=True,
        disabled=True,
        model_tag=True,
        progress=True,
        configuration=True,
        registers_settings=True,
        diagnostic_data=True,
    )


def test_our_own_clients_say_what_they_draw_besides() -> None:
    found = client(experimental={"quintet": {"preview": True, "trace": "yes"}})
    assert (found.preview, found.status, found.trace) == (True, False, False)
    assert not client(experimental=True).preview


def test_what_came_of_a_run_is_told_with_its_tests_and_comes_back_with_them() -> None:
    tells = Client(diagnostic_data=True, related=True)
    place = lsp.DiagnosticRelatedInformation(
        lsp.Location("file:///w/b.py", lsp.Range(at(0, 0), at(0, 0))), "x"
    )
    sent = to_diagnostic(
        lsp.Range(at(1, 0), at(1, 4)),
        "Suspicious",
        2,
        tells,
        code="suspicious",
        severity="information",
        tests=("t.py::test_a",),
        related=[place],
    )
    assert (sent.code, sent.severity, sent.related_information) == (
        "suspicious",
        lsp.DiagnosticSeverity.Information,
        [place],
    )
    assert from_diagnostic(sent).tests == ("t.py::test_a",)


def test_neovim_takes_document_changes_and_keeps_lone_carriage_returns() -> None:
    found = client(name="Neovim", workspace={"workspaceEdit": {"resourceOperations": ["rename", "create"]}})
    assert found.document_changes
    assert not found.codec.lone_cr


# --- diagnostics


def test_ours_carry_their_version_and_come_back_with_it() -> None:
    span = Codec().lines("x = (\n").range(4, 5)
    sent = to_diagnostic(span, "Never closed.", 3, Client(diagnostic_data=True))
    assert (sent.source, sent.severity, sent.data) == (
        "quintet",
        lsp.DiagnosticSeverity.Error,
        {"version": 3},
    )
    back = from_diagnostic(sent)
    assert (back.message, back.source, back.line, back.version) == ("Never closed.", "quintet", 1, 3)


def test_a_client_without_data_support_is_sent_none() -> None:
    assert to_diagnostic(lsp.Range(at(0, 0), at(0, 1)), "x", 3, Client()).data is None


@pytest.mark.parametrize("data", [None, [], {"version": "three"}, {"version": 3}])
def test_another_servers_data_is_not_ours_to_read(data: Any) -> None:
    theirs = lsp.Diagnostic(lsp.Range(at(4, 0), at(4, 1)), "undefined name", source="pyflakes", data=data)
    assert (from_diagnostic(theirs).line, from_diagnostic(theirs).version) == (5, None)


def test_documents_and_targets_speak_of_the_same_text() -> None:
    document = Document("a.py", "a = 1\r\n")
    assert document.digest == digest("a = 1\r\n")
