from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from in_memory import Editor, editor

BROKEN = "s = '😀'; x = (\n"


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        await it.initialize(tmp_path)
        yield it


async def test_a_syntax_problem_is_published_with_place_version_and_source(
    ready: Editor, tmp_path: Path
) -> None:
    uri = ready.open(tmp_path / "a.py", BROKEN, version=4)
    published = await ready.heard("textDocument/publishDiagnostics", uri=uri)
    assert published["version"] == 4
    [problem] = published["diagnostics"]
    assert (problem["source"], problem["code"], problem["severity"]) == ("quintet", "syntax", 1)
    assert problem["data"] == {"version": 4}
    assert problem["range"]["start"] == {"line": 0, "character": 14}
    assert problem["message"]


async def test_the_problem_goes_when_it_is_mended_and_comes_when_it_is_made(
    ready: Editor, tmp_path: Path
) -> None:
    uri = ready.open(tmp_path / "a.py", BROKEN)
    await ready.heard("textDocument/publishDiagnostics", uri=uri, version=1)
    ready.change(uri, 2, {"text": "x = 1\n"})
    assert (await ready.heard("textDocument/publishDiagnostics", uri=uri, version=2))["diagnostics"] == []
    end = {"line": 0, "character": 5}
    ready.change(uri, 3, {"range": {"start": end, "end": end}, "text": " + ("})
    assert (await ready.heard("textDocument/publishDiagnostics", uri=uri, version=3))["diagnostics"]


async def test_fast_typing_is_answered_for_its_last_version(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", "")
    text = "def f(:\n"
    for number in range(len(text)):
        end = {"line": 0, "character": number}
        ready.change(uri, number + 2, {"range": {"start": end, "end": end}, "text": text[number]})
    await ready.heard("textDocument/publishDiagnostics", uri=uri, version=len(text) + 1)
    published = [it for it in ready.received if it.get("method") == "textDocument/publishDiagnostics"]
    assert len(published) < len(text)
    assert published[-1]["params"]["diagnostics"]


async def test_a_closed_document_has_no_problems(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "a.py", BROKEN)
    await ready.heard("textDocument/publishDiagnostics", uri=uri)
    ready.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await ready.heard("textDocument/publishDiagnostics", uri=uri, diagnostics=[])


async def test_a_file_without_a_grammar_has_no_problems(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path / "notes.txt", "x = (\n")
    assert (await ready.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"] == []


async def test_a_file_outside_the_workspace_is_checked_too(ready: Editor, tmp_path: Path) -> None:
    uri = ready.open(tmp_path.parent / "outside.py", BROKEN)
    assert (await ready.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"]


async def test_the_setting_turns_them_off_and_on_again(tmp_path: Path) -> None:
    async with editor() as it:
        it.settings = {"diagnostics": {"syntax": False}}
        await it.initialize(tmp_path)
        uri = it.open(tmp_path / "a.py", BROKEN)
        assert (await it.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"] == []
        it.received.clear()
        it.settings = {}
        it.notify("workspace/didChangeConfiguration", {"settings": None})
        assert (await it.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"]


async def test_a_client_without_data_support_is_sent_no_data(tmp_path: Path) -> None:
    async with editor() as it:
        await it.initialize(tmp_path, {})
        uri = it.open(tmp_path / "a.py", BROKEN)
        [problem] = (await it.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"]
        assert "data" not in problem
