from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import Editor, editor


@pytest.fixture
async def fresh() -> AsyncIterator[Editor]:
    async with editor() as it:
        yield it


@pytest.fixture
async def ready(fresh: Editor, tmp_path: Path) -> Editor:
    await fresh.initialize(tmp_path)
    return fresh


async def refusal(it: Editor, message: Any, msg_id: Any = 77) -> tuple[int, str]:
    it.send(message)
    error = (await it.answer(msg_id))["error"]
    return error["code"], error["message"]


def request(method: str, msg_id: Any = 77, **rest: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": msg_id, "method": method} | rest


@pytest.mark.parametrize(
    ("method", "params", "detail"),
    [
        ("textDocument/codeAction", {"textDocument": 5}, "expected str @ $.params.text_document.uri"),
        ("textDocument/codeAction", {}, "required field missing @ $.params.text_document"),
        ("textDocument/codeAction", [1, 2], "Invalid params"),
        ("textDocument/codeAction", None, "Invalid params"),
        ("codeAction/resolve", {"kind": "quickfix"}, "Invalid params"),
        ("codeAction/resolve", {"title": "x"}, "This is no action of ours"),
        ("codeAction/resolve", {"title": "x", "data": {"id": "a", "task": {"kind": "dance"}}}, "$.task.kind"),
        ("workspace/executeCommand", {"command": "quintet.fix"}, "Arguments of quintet.fix"),
        (
            "workspace/executeCommand",
            {"command": "quintet.fix", "arguments": [{}]},
            "This is no action of ours",
        ),
        (
            "workspace/executeCommand",
            {"command": "quintet.fix", "arguments": [1, 2]},
            "Arguments of quintet.fix",
        ),
        ("workspace/executeCommand", {"command": "rm"}, "There is no command 'rm'."),
        ("workspace/executeCommand", {"arguments": {}}, "Invalid params"),
    ],
)
async def test_malformed_params_are_answered(ready: Editor, method: str, params: Any, detail: str) -> None:
    code, message = await refusal(ready, request(method, params=params))
    assert code == -32602
    assert detail in message


async def test_params_left_out_are_answered(ready: Editor) -> None:
    assert (await refusal(ready, request("codeAction/resolve")))[0] == -32602


@pytest.mark.parametrize("rest", [{}, {"params": {}}, {"params": [1]}, {"params": None}, {"strange": 1}])
async def test_an_unknown_method_is_answered_whatever_comes_with_it(ready: Editor, rest: Any) -> None:
    assert await refusal(ready, request("quintet/nothing", **rest)) == (
        -32601,
        "Method Not Found: quintet/nothing",
    )


@pytest.mark.parametrize("message", [[], [1], "x", 3, None, {}, {"id": 1, "method": "shutdown"}])
async def test_what_is_no_message_is_answered_without_an_id(ready: Editor, message: Any) -> None:
    assert (await refusal(ready, message, None))[0] == -32600
    assert "id" in (await ready.answer(None))


@pytest.mark.parametrize("msg_id", [None, 1.5, [], {}, True])
async def test_an_id_of_another_type_is_refused(ready: Editor, msg_id: Any) -> None:
    assert (await refusal(ready, request("shutdown", msg_id), None))[0] == -32600


async def test_before_initialize_every_request_is_refused(fresh: Editor) -> None:
    assert (await refusal(fresh, request("textDocument/codeAction", params={})))[0] == -32002


async def test_initialize_comes_once(ready: Editor) -> None:
    assert (await refusal(ready, request("initialize", params={})))[0] == -32600


async def test_after_shutdown_every_request_is_refused(ready: Editor) -> None:
    await ready.request("shutdown")
    assert await refusal(ready, request("textDocument/codeAction", params={})) == (
        -32600,
        "The server is shutting down.",
    )


@pytest.mark.parametrize(
    "notification",
    [
        {"method": "textDocument/didChange", "params": {"textDocument": {}}},
        {"method": "textDocument/didOpen", "params": 3},
        {"method": "textDocument/didOpen"},
        {"method": "quintet/nothing", "params": [1]},
        {"method": "$/cancelRequest", "params": {}},
        {"method": "$/cancelRequest", "params": {"id": 12345}},
        {"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": "file:///not/open.py", "version": 1}, "contentChanges": []}},
    ],
)  # fmt: skip
async def test_a_strange_notification_changes_nothing(ready: Editor, notification: Any) -> None:
    ready.send({"jsonrpc": "2.0"} | notification)
    assert await ready.request("shutdown") is None
    assert not ready.shown()


async def test_a_malformed_answer_ends_the_wait_for_it(fresh: Editor, tmp_path: Path) -> None:
    fresh.replies["workspace/configuration"] = lambda _: 5
    await fresh.initialize(tmp_path)
    await fresh.heard("workspace/configuration")
    assert await fresh.request("shutdown") is None


async def test_an_answer_nobody_waits_for_is_ignored(ready: Editor) -> None:
    ready.send({"jsonrpc": "2.0", "id": "nobody", "result": 1})
    ready.send({"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "x"}})
    assert await ready.request("shutdown") is None


async def test_a_message_inside_a_message_is_only_data(ready: Editor) -> None:
    inner = {"jsonrpc": "2.0", "id": 5, "method": "shutdown"}
    code, message = await refusal(ready, request("codeAction/resolve", params={"title": "x", "data": inner}))
    assert code == -32602
    assert "no action of ours" in message
