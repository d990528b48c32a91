import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from quintet.workspace.document import Document


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        await it.initialize(tmp_path)
        yield it


async def held(it: Editor, path: str) -> Document:
    """What the session holds once everything sent so far has arrived."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return it.server.edge.sessions[0].documents[path].document


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    first, last = ({"line": line, "character": character} for line, character in (start, end))
    return {"range": {"start": first, "end": last}, "text": text}


async def test_an_opened_document_is_what_the_editor_says_not_what_the_disk_says(
    ready: Editor, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("old\n")
    ready.open(tmp_path / "a.py", "new\r\n", version=5)
    assert await held(ready, "a.py") == Document("a.py", "new\r\n", version=5)


async def test_changes_apply_in_order_each_to_the_text_the_one_before_left(
    ready: Editor, tmp_path: Path
) -> None:
    uri = ready.open(tmp_path / "a.py", "x = 1\ny = 2\n")
    ready.change(
        uri, 2, change((0, 4), (0, 5), "10"), change((0, 6), (1, 0), " + 1\n"), change((1, 0), (1, 1), "z")
    )
    ready.change(uri, 3, change((2, 0), (9, 9), "# end"))
    assert await held(ready, "a.py") == Document("a.py", "x = 10 + 1\nz = 2\n# end", version=3)


async def test_positions_count_utf16_where_that_was_agreed_on(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "s = '😀😀x'\n")
    ready.change(uri, 2, change((0, 9), (0, 10), "y"))
    assert (await held(ready, "a.py")).text == "s = '😀😀y'\n"


async def test_positions_count_utf8_where_that_was_agreed_on(tmp_path: Path) -> None:
    async with editor() as it:
        result = await it.initialize(
            tmp_path, CAPABLE | {"general": {"positionEncodings": ["utf-8", "utf-16"]}}
        )
        assert result["capabilities"]["positionEncoding"] == "utf-8"
        uri = it.open(tmp_path / "a.py", "s = '😀x'\n")
        it.change(uri, 2, change((0, 9), (0, 10), "y"))
        assert (await held(it, "a.py")).text == "s = '😀y'\n"


async def test_a_change_without_a_range_is_the_whole_text(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "x\n")
    ready.change(uri, 2, {"text": "y\n"})
    assert (await held(ready, "a.py")).text == "y\n"


async def test_a_range_turned_around_changes_nothing_it_should_not(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "abc\n")
    ready.change(uri, 2, change((0, 2), (0, 1), "-"))
    assert (await held(ready, "a.py")).text == "ab-c\n"


async def test_names_with_spaces_and_bytes_that_are_no_utf8_are_files_like_others(
    ready: Editor, tmp_path: Path
) -> None:
    uri = f"{tmp_path.as_uri()}/caf%E9%20x.py"
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "x = (\n"}
    ready.notify("textDocument/didOpen", {"textDocument": document})
    published = await ready.heard("textDocument/publishDiagnostics", uri=uri)
    assert published["diagnostics"]
    assert (await held(ready, "caf\udce9 x.py")).text == "x = (\n"


async def test_how_a_file_is_encoded_comes_from_the_disk(ready: Editor, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# coding: latin-1\ns = 'é'\n".encode("latin-1"))
    ready.open(tmp_path / "a.py", "# coding: latin-1\ns = 'é!'\n")
    assert (await held(ready, "a.py")).encode() == "# coding: latin-1\ns = 'é!'\n".encode("latin-1")


async def test_a_save_looks_at_the_encoding_again(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "x = 1\n")
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    ready.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert (await held(ready, "a.py")).bom


async def test_a_closed_document_is_the_disks_again(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "x\n")
    await held(ready, "a.py")
    ready.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    ready.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await ready.request("shutdown")
    assert not ready.server.edge.sessions[0].documents


async def test_documents_that_are_no_files_are_left_alone(ready: Editor) -> None:
    document = {"uri": "untitled:Untitled-1", "languageId": "python", "version": 1, "text": "x = (\n"}
    ready.notify("textDocument/didOpen", {"textDocument": document})
    ready.change("untitled:Untitled-1", 2, {"text": "y"})
    ready.notify("textDocument/didSave", {"textDocument": {"uri": "untitled:Untitled-1"}})
    ready.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}})
    await ready.request("shutdown")
    assert not ready.server.edge.sessions[0].documents
