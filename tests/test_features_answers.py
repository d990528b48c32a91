"""From the action the user takes to the edit, with the real pipeline and no model."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from in_memory import CAPABLE, Editor, editor
from quintet.protocol import Codec
from quintet.workspace.edits import Edit, apply
from support import Lay

BUGGY = "def add(a, b):\n    return a - b  # 😀\n"
FIXED = BUGGY.replace("-", "+", 1)
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
COMMAND = "python -m unittest"  # it starts in a fraction of pytest's time


@pytest.fixture
def sums(lay: Lay) -> Path:
    return lay({"sums.py": BUGGY, "test_sums.py": TEST})


@asynccontextmanager
async def opened(root: Path, capabilities: Any = None, **options: Any) -> AsyncIterator[Editor]:
    async with editor() as it:
        await it.initialize(
            root,
            capabilities,
            options={"backend": "none", "mode": "fast", "test": {"command": COMMAND}} | options,
        )
        yield it


async def offered(it: Editor, root: Path) -> Any:
    """The action on the failing test, with the source open as version 1."""
    it.open(root / "sums.py")
    [action, *_] = await it.actions(it.open(root / "test_sums.py"), 7, 4)
    return action


async def begun(it: Editor) -> str:
    """Wait until candidates are being tried; the progress's token."""

    def running(message: dict[str, Any]) -> bool:
        value = message.get("params", {}).get("value", {}) if message.get("method") == "$/progress" else {}
        return str(value.get("message", "")).startswith("Coder")

    token: str = (await it.wait(running))["params"]["token"]
    return token


def after(text: str, edits: list[dict[str, Any]]) -> str:
    """What an editor that counts UTF-16 makes of edits."""
    lines = Codec("utf-16").lines(text)

    def offset(position: dict[str, int]) -> int:
        return lines.offset(lsp.Position(**position))

    return apply(
        text, [Edit(offset(e["range"]["start"]), offset(e["range"]["end"]), e["newText"]) for e in edits]
    )


def nothing_left(it: Editor) -> bool:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return not children and not it.server.edge.sessions[0].busy


async def test_the_fix_comes_with_its_proof_and_for_the_version_it_was_made_for(sums: Path) -> None:
    async with opened(sums) as it:
        resolved = await it.request("codeAction/resolve", await offered(it, sums))
        [change] = resolved["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": (sums / "sums.py").as_uri(), "version": 1}
        assert after(BUGGY, change["edits"]) == FIXED
        [told] = it.shown()
        assert told.startswith(f"Quintet: Verified by {COMMAND}: exit code 0, 1 passed, 0 failed (before")
        kinds = [value["kind"] for value in it.progress()]
        assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("begin", "end", {"report"})
        assert it.progress()[0]["cancellable"]
        assert it.progress()[-1]["message"] == told.removeprefix("Quintet: ")
        assert (sums / "sums.py").read_text() == BUGGY
        assert nothing_left(it)


async def test_a_file_nobody_has_open_is_edited_without_a_version(sums: Path) -> None:
    async with opened(sums) as it:
        [action, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        resolved = await it.request("codeAction/resolve", action)
        [change] = resolved["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": (sums / "sums.py").as_uri(), "version": None}


async def test_the_buffer_is_repaired_not_the_disk(sums: Path) -> None:
    (sums / "sums.py").write_text(FIXED)
    buffer = "# not saved\n" + BUGGY
    async with opened(sums) as it:
        it.open(sums / "sums.py", buffer, version=9)
        [action, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        [change] = (await it.request("codeAction/resolve", action))["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 9
        assert after(buffer, change["edits"]) == "# not saved\n" + FIXED


async def test_a_diagnostic_leads_to_the_same_fix(sums: Path) -> None:
    async with opened(sums) as it:
        uri = it.open(sums / "sums.py")
        at = {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}}
        [action, *_] = await it.actions(
            uri, 1, 6, diagnostics=[{"range": at, "message": "suspicious subtraction"}]
        )
        [change] = (await it.request("codeAction/resolve", action))["edit"]["documentChanges"]
        assert after(BUGGY, change["edits"]) == FIXED


async def test_an_action_on_a_diagnostic_of_an_older_text_does_nothing(sums: Path) -> None:
    async with opened(sums) as it:
        uri = it.open(sums / "sums.py")
        at = {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}}
        [action, *_] = await it.actions(uri, 1, 6, diagnostics=[{"range": at, "message": "suspicious"}])
        it.change(uri, 2, {"text": FIXED})
        assert "edit" not in await it.request("codeAction/resolve", action)
        assert it.shown()[0].startswith("Quintet: The file has changed since this was reported")
        assert it.progress() == []


async def test_a_fix_follows_the_text_that_moved_on_and_is_proven_again(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        await begun(it)
        start = {"line": 0, "character": 0}
        it.change(
            (sums / "sums.py").as_uri(), 2, {"range": {"start": start, "end": start}, "text": "# 😀 new\n\n"}
        )
        [change] = (await it.answer(asked))["result"]["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 2
        assert after("# 😀 new\n\n" + BUGGY, change["edits"]) == "# 😀 new\n\n" + FIXED


async def test_a_fix_whose_place_was_edited_meanwhile_is_refused(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        await begun(it)
        it.change((sums / "sums.py").as_uri(), 2, {"text": BUGGY.replace("a - b", "a * b")})
        assert "edit" not in (await it.answer(asked))["result"]
        assert it.shown() == [
            "Quintet: No fix: The fix was found, but sums.py was edited in the same place meanwhile. Ask again."
        ]


async def test_a_file_that_changes_on_the_disk_meanwhile_gets_no_edit_and_no_error(sums: Path) -> None:
    async with opened(sums) as it:
        [action, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        asked = it.ask("codeAction/resolve", action)
        await begun(it)
        (sums / "sums.py").write_text("# new\n" + BUGGY)
        assert "edit" not in (await it.answer(asked))["result"]
        assert len(it.shown()) == 1  # which sentence depends on how far the run had come


async def test_a_fix_that_the_new_text_does_not_bear_is_refused(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        await begun(it)
        it.change((sums / "sums.py").as_uri(), 2, {"text": BUGGY + "\n\nraise SystemExit\n"})
        assert "edit" not in (await it.answer(asked))["result"]
        assert "not for the text as it is now" in it.shown()[0]


async def test_cancel_in_the_progress_window_stops_everything_and_says_no_more(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        it.notify("window/workDoneProgress/cancel", {"token": await begun(it)})
        assert "edit" not in (await it.answer(asked))["result"]
        assert it.progress()[-1] == {"kind": "end", "message": "Cancelled"}
        assert it.shown() == []
        assert nothing_left(it)


async def test_cancelling_the_request_stops_everything(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        await begun(it)
        it.notify("$/cancelRequest", {"id": asked})
        assert (await it.answer(asked))["error"]["code"] == -32800
        assert it.progress()[-1]["kind"] == "end"
        assert nothing_left(it)


async def test_shutting_down_stops_everything(sums: Path) -> None:
    async with opened(sums) as it:
        asked = it.ask("codeAction/resolve", await offered(it, sums))
        await begun(it)
        assert await it.request("shutdown") is None
        assert (await it.answer(asked))["error"]["code"] == -32800
        assert nothing_left(it)


async def test_the_next_repair_waits_for_the_one_before(sums: Path) -> None:
    async with opened(sums) as it:
        action = await offered(it, sums)
        first = it.ask("codeAction/resolve", action)
        await begun(it)
        second = it.ask("codeAction/resolve", action)
        waiting = "Waiting for the repair before this one."
        await it.wait(
            lambda m: m.get("method") == "$/progress" and m["params"]["value"].get("message") == waiting
        )
        it.notify("$/cancelRequest", {"id": first})
        assert (await it.answer(second))["result"]["edit"]


async def test_without_resolve_the_command_applies_the_edit(sums: Path) -> None:
    async with opened(sums, {"workspace": {"workspaceEdit": {"documentChanges": True}}}) as it:
        it.open(sums / "sums.py")
        [command, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        params = {"command": command["command"], "arguments": command["arguments"]}
        assert await it.request("workspace/executeCommand", params) == {"applied": True}
        [change] = (await it.heard("workspace/applyEdit"))["edit"]["documentChanges"]
        assert after(BUGGY, change["edits"]) == FIXED


async def test_cancelling_the_command_applies_nothing(sums: Path) -> None:
    async with opened(sums, {"window": {"workDoneProgress": True}}) as it:
        it.open(sums / "sums.py")
        [command, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        asked = it.ask(
            "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
        )
        await begun(it)
        it.notify("$/cancelRequest", {"id": asked})
        assert (await it.answer(asked))["error"]["code"] == -32800
        assert nothing_left(it)
        assert not [message for message in it.received if message.get("method") == "workspace/applyEdit"]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ({"applied": False, "failureReason": "read only"}, "The editor did not take the fix (read only)."),
        ({"applied": False}, "The editor did not take the fix."),
        (LookupError("no such method"), "The editor did not take the fix (no such method)."),
    ],
)
async def test_an_editor_that_does_not_take_the_edit_is_reported(sums: Path, reply: Any, told: str) -> None:
    async with opened(sums, {}) as it:
        it.replies["workspace/applyEdit"] = lambda _: reply
        [command, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        params = {"command": command["command"], "arguments": command["arguments"]}
        assert await it.request("workspace/executeCommand", params) == {"applied": False}
        assert it.shown()[-1] == f"Quintet: {told}"


@pytest.mark.parametrize(
    ("prepare", "options", "sentence"),
    [
        (lambda root: (root / "sums.py").write_text(FIXED), {}, "already pass"),
        (lambda _: None, {"test": {"command": "no-such-runner --all"}}, "no-such-runner"),
    ],
    ids=["fixed", "no such command"],
)
async def test_what_cannot_be_repaired_is_one_sentence(
    sums: Path, prepare: Callable[[Path], Any], options: Any, sentence: str
) -> None:
    prepare(sums)
    async with opened(sums, **options) as it:
        [action, *_] = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        assert "edit" not in await it.request("codeAction/resolve", action)
        [told] = it.shown()
        assert told.startswith("Quintet: No fix: ")
        assert sentence in told
        assert it.progress()[-1] == {"kind": "end", "message": told.removeprefix("Quintet: ")}


async def test_an_engine_that_does_not_answer_is_told_once_and_the_search_goes_on(sums: Path) -> None:
    async with opened(sums, backend="openai:http://127.0.0.1:9/v1") as it:
        action = await offered(it, sums)
        assert (await it.request("codeAction/resolve", action))["edit"]
        assert (await it.request("codeAction/resolve", action))["edit"]
        warnings = [message for message in it.shown() if "Quintet searches without one." in message]
        assert len(warnings) == 1


async def test_an_editor_that_does_not_want_progress_gets_the_fix_all_the_same(sums: Path) -> None:
    capabilities = CAPABLE | {"window": {}}
    async with opened(sums, capabilities) as it:
        assert (await it.request("codeAction/resolve", await offered(it, sums)))["edit"]
        assert it.progress() == []


async def test_an_editor_that_never_answers_about_progress_is_not_waited_for(sums: Path) -> None:
    async with opened(sums) as it:
        action = await offered(it, sums)
        it.silent.add("window/workDoneProgress/create")
        asked = it.ask("codeAction/resolve", action)
        await it.heard("window/workDoneProgress/create")
        await asyncio.sleep(0)
        assert (await it.answer(asked))["result"]["edit"]
