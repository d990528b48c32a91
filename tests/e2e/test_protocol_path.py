"""The real server as a process of its own, driven by pytest-lsp in the manner of several editors."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import make_test_lsp_client

from e2e.leftovers import gone
from quintet.protocol import Codec
from quintet.workspace.edits import Edit, apply
from quintet_models.trajectory import Decision, read
from support import Lay

BUGGY = "# 😀 sums\n\ndef add(a, b):\n    '''😀'''; return a - b\n"
FIXED = BUGGY.replace("a - b", "a + b")
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
EDITORS = (("visual-studio-code", "utf-16"), ("neovim@v0.11", "utf-8"), ("emacs", "utf-32"))


@pytest.fixture
def sums(lay: Lay) -> Path:
    return lay({"my sums/sums.py": BUGGY, "my sums/test_sums.py": TEST}) / "my sums"


@dataclass
class Served:
    """A client, its server's process, and what marks everything that server started."""

    client: LanguageClient
    root: Path
    mark: str
    applied: list[lsp.WorkspaceEdit]

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self.client._server is not None
        return self.client._server

    async def left(self) -> list[str]:
        return await gone(self.mark, str(self.root))

    def open(self, name: str) -> str:
        path = self.root / name
        item = lsp.TextDocumentItem(path.as_uri(), "python", 1, path.read_text())
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return path.as_uri()

    async def action(self, uri: str, line: int) -> Any:
        """The first action offered on a line."""
        here = lsp.Position(line, 6)
        params = lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(uri), lsp.Range(here, here), lsp.CodeActionContext(diagnostics=[])
        )
        found = await self.client.text_document_code_action_async(params)
        assert found
        return found[0]

    async def running(self) -> str:
        """Wait until candidates are being tried; the progress's token."""
        while True:
            if any((report.message or "").startswith("Coder") for report in self.reports()):
                return str(next(iter(self.client.progress_reports)))
            await asyncio.sleep(0.02)

    def reports(self) -> list[Any]:
        """All that was said in the progress window, of the one progress there is."""
        return [report for reports in self.client.progress_reports.values() for report in reports]


@asynccontextmanager
async def served(root: Path, editor: str, **options: Any) -> AsyncIterator[Served]:
    client = make_test_lsp_client()
    mark = uuid.uuid4().hex
    state = str(root.parent / "state")
    env = {**os.environ, "MARK_OF_THIS_TEST": mark, "OMP_NUM_THREADS": "1", "XDG_STATE_HOME": state}
    await client.start_io(sys.executable, "-m", "quintet", "serve", env=env)
    it = Served(client, root, mark, [])
    converter = client.protocol._converter

    # lsprotocol takes every action that has a command for a bare command, and loses its kind and arguments.
    @converter.register_structure_hook
    def action_or_command(raw: Any, _: Any) -> lsp.Command | lsp.CodeAction:
        kind: type[Any] = lsp.Command if isinstance(raw.get("command"), str) else lsp.CodeAction
        found: lsp.Command | lsp.CodeAction = converter.structure(raw, kind)
        return found

    @client.feature(lsp.WORKSPACE_APPLY_EDIT)  # type: ignore[untyped-decorator]
    def apply_edit(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        it.applied.append(params.edit)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    try:
        await client.initialize_session(
            lsp.InitializeParams(
                capabilities=client_capabilities(editor),
                root_uri=root.as_uri(),
                initialization_options={"backend": "none", "mode": "fast"} | options,
            )
        )
        yield it
        if it.process.returncode is None:
            await client.shutdown_session()
    finally:
        if it.process.returncode is None:
            it.process.kill()
        await client.stop()  # type: ignore[no-untyped-call]


def result(edit: lsp.WorkspaceEdit | None, uri: str, encoding: Any) -> str:
    """The text of the source after an edit, whichever way the edit came."""
    assert edit
    edits: list[Any] = []
    for change in edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit)
        assert change.text_document.uri == uri
        edits += change.edits
    edits += (edit.changes or {}).get(uri, [])
    lines = Codec(encoding).lines(BUGGY)
    return apply(
        BUGGY, [Edit(lines.offset(it.range.start), lines.offset(it.range.end), it.new_text) for it in edits]
    )


@pytest.mark.parametrize(("editor", "units"), EDITORS)
async def test_a_fix_reaches_each_editor_in_the_way_it_takes_one(sums: Path, editor: str, units: str) -> None:
    async with served(sums, editor, test={"command": "python -m unittest"}) as it:
        uri = it.open("sums.py")
        offered = await it.action(it.open("test_sums.py"), 7)
        assert offered.title == "Make test_add pass"
        if offered.data is not None:
            edit = (await it.client.code_action_resolve_async(offered)).edit
        else:
            params = lsp.ExecuteCommandParams(offered.command.command, offered.command.arguments)
            assert await it.client.workspace_execute_command_async(params)
            [edit] = it.applied
        assert result(edit, uri, units) == FIXED
        assert (sums / "sums.py").read_text() == BUGGY
        kinds = [report.kind for report in it.reports()]
        assert (kinds[0], kinds[-1]) == ("begin", "end")
        assert "exit code 0, 1 passed, 0 failed" in it.client.messages[0].message
    assert await it.left() == []
    assert it.process.returncode == 0


@pytest.mark.model
async def test_with_the_pocket_model(sums: Path) -> None:
    options = {"backend": "pocket", "test": {"command": "python -m unittest"}}
    async with served(sums, "visual-studio-code", **options) as it:
        uri = it.open("sums.py")
        resolved = await it.client.code_action_resolve_async(await it.action(it.open("test_sums.py"), 7))
        assert result(resolved.edit, uri, "utf-16") == FIXED
        assert any("pocket" in (report.message or "") for report in it.reports())
    [record] = (sums.parent / "state").rglob("*.jsonl")
    assert any(isinstance(it, Decision) and it.by_model and it.usage.prompt_tokens > 0 for it in read(record))
    assert await it.left() == []


async def test_syntax_problems_are_published(lay: Lay) -> None:
    root = lay({"a b.py": "x = '😀'; y = (\n"})
    async with served(root, "visual-studio-code") as it:
        uri = it.open("a b.py")
        await it.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        [problem] = it.client.diagnostics[uri]
        assert problem.range.start == lsp.Position(0, 14)


async def test_symbols_places_and_context_from_the_index(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        client, uri, tests = it.client, it.open("sums.py"), it.open("test_sums.py")
        [add] = (
            await client.text_document_document_symbol_async(
                lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
            )
            or ()
        )
        assert isinstance(add, lsp.DocumentSymbol)
        assert (add.name, add.selection_range.start) == ("add", lsp.Position(2, 4))
        found = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("add")) or ()
        assert [symbol.name for symbol in found] == ["add", "TestAdd", "test_add"]
        place = lsp.TextDocumentIdentifier(tests), lsp.Position(7, 25)
        links = await client.text_document_definition_async(lsp.DefinitionParams(*place))
        assert isinstance(links, Sequence)
        [link] = links
        assert isinstance(link, lsp.LocationLink)
        assert (link.target_uri, link.target_selection_range) == (uri, add.selection_range)
        params = lsp.ReferenceParams(lsp.ReferenceContext(include_declaration=True), *place)
        mentions = await client.text_document_references_async(params) or ()
        assert [(each.uri, each.range.start.line) for each in mentions] == [(tests, 2), (tests, 7), (uri, 2)]
        arguments = [{"uri": uri, "line": 3, "issue": "add subtracts", "tokens": 500}]
        context: Any = await client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("quintet.explainContext", arguments)
        )
        assert "return a - b" in context["text"]
        assert [shown.uri for shown in client.shown_documents] == [context["document"]]
        assert not context["document"].startswith(sums.as_uri())
    assert await it.left() == []


async def test_cancel_in_the_progress_window_leaves_nothing(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        it.open("sums.py")
        action = await it.action(it.open("test_sums.py"), 7)
        resolving = asyncio.ensure_future(it.client.code_action_resolve_async(action))
        token = await it.running()
        it.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        assert (await resolving).edit is None
        assert await gone(str(sums)) == []


async def test_a_cancelled_request_leaves_nothing(sums: Path) -> None:
    async with served(sums, "neovim@v0.11") as it:
        action = await it.action(it.open("test_sums.py"), 7)
        resolving = it.client.protocol.send_request(lsp.CODE_ACTION_RESOLVE, action, msg_id="the-one")
        await it.running()
        it.client.cancel_request(lsp.CancelParams("the-one"))
        with pytest.raises(JsonRpcException, match="the-one"):
            await asyncio.wrap_future(resolving)
        assert await gone(str(sums)) == []


async def test_an_editor_that_is_gone_takes_everything_with_it(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        action = await it.action(it.open("test_sums.py"), 7)
        it.client.protocol.send_request(lsp.CODE_ACTION_RESOLVE, action)
        await it.running()
        assert it.process.stdin
        it.process.stdin.close()
        await it.process.wait()
        assert await it.left() == []


async def test_a_server_told_to_end_takes_everything_with_it(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        action = await it.action(it.open("test_sums.py"), 7)
        it.client.protocol.send_request(lsp.CODE_ACTION_RESOLVE, action)
        await it.running()
        it.process.send_signal(signal.SIGTERM)
        assert await it.process.wait() == 0
        assert await it.left() == []


async def test_exit_without_shutdown_is_an_error_by_the_specification(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        it.client.exit(None)
        assert await it.process.wait() == 1


async def test_malformed_and_unknown_requests_are_answered(sums: Path) -> None:
    async with served(sums, "visual-studio-code") as it:
        for method, code in (("textDocument/codeAction", -32602), ("quintet/nothing", -32601)):
            raw = {"jsonrpc": "2.0", "id": method, "method": method, "params": {"textDocument": 5}}
            answer = it.client.protocol._request_futures[method] = Future()
            it.client.protocol._send_data(raw)
            with pytest.raises(JsonRpcException) as refused:
                await asyncio.wrap_future(answer)
            assert refused.value.code == code


HALF = b'Content-Length: 99\r\n\r\n{"jsonrpc"'


@pytest.mark.parametrize(
    ("through", "said", "answered"),
    [
        ("pipe", b"", b""),
        ("pipe", HALF, b""),
        ("pipe", b"Content-Length: 4\r\n\r\n{no}", b"-32700"),
        ("file", b"", b""),
        ("file", HALF, b"-32700"),
    ],
)
async def test_a_client_that_stops_talking_ends_the_server(
    tmp_path: Path, through: str, said: bytes, answered: bytes
) -> None:
    (tmp_path / "said").write_bytes(said)
    with (tmp_path / "said").open("rb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "quintet", "serve"),
            stdin=file if through == "file" else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    output, _ = await process.communicate(None if through == "file" else said)
    assert process.returncode == 0
    assert answered in output
    assert bool(answered) == bool(output)
