"""Tests run for the user: what is reported where, and patches that wait in the diagnostics."""

from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from support import Lay

BUGGY = "def add(a, b):\n    return a - b\n"
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)

    def test_nothing(self):
        self.assertEqual(add(0, 0), 0)
"""
OPTIONS = {"backend": "none", "mode": "fast", "test": {"command": "python -m unittest"}}


@pytest.fixture
def sums(lay: Lay) -> Path:
    return lay({"sums.py": BUGGY, "test_sums.py": TEST})


async def execute(it: Editor, command: str, *arguments: Any) -> Any:
    return await it.request("workspace/executeCommand", {"command": command, "arguments": [*arguments]})


async def told(it: Editor, uri: str, code: str) -> list[dict[str, Any]]:
    """The first diagnostics of a file among which there is one of a kind."""

    def fits(message: dict[str, Any]) -> bool:
        params = message.get("params") or {}
        codes = [each["code"] for each in params.get("diagnostics", ())]
        return (
            message.get("method") == "textDocument/publishDiagnostics"
            and params["uri"] == uri
            and code in codes
        )

    found: list[dict[str, Any]] = (await it.wait(fits))["params"]["diagnostics"]
    return found


async def test_a_run_reports_the_failing_line_and_the_suspicious_ones(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "test_sums.py")
        result = await execute(it, "quintet.runTests")
        assert (result["passed"], result["failed"], result["exit_code"]) == (1, 1, 1)
        assert result["failing"] == ["test_sums.py::TestAdd::test_add"] or "test_add" in result["failing"][0]
        [failing] = await told(it, uri, "test")
        assert failing["range"]["start"] == {"line": 7, "character": 8}
        assert "test_add fails: AssertionError: -1 != 5" in failing["message"]
        closed = (sums / "sums.py").as_uri()
        suspicious = await told(it, closed, "suspicious")
        assert suspicious[0]["message"].startswith("Suspicious, 1 of ")
        assert {each["range"]["start"]["line"] for each in suspicious} >= {1}
        assert [text for text in it.shown() if "1 of 2 tests fail" in text]


async def test_the_diagnostic_of_a_failing_test_leads_to_its_fix(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "test_sums.py")
        await execute(it, "quintet.runTests")
        [failing] = await told(it, uri, "test")
        [fix, *_] = await it.actions(uri, 7, 9, diagnostics=[failing])
        assert fix["title"] == "Make test_add pass"
        assert "isPreferred" not in fix
        resolved = await it.request("codeAction/resolve", fix)
        [change] = resolved["edit"]["documentChanges"]
        assert change["edits"][0]["newText"] == "+"
        assert (await execute(it, "quintet.checkpoints"))["checkpoints"] == []
        it.received.clear()
        await execute(it, resolved["command"]["command"], *resolved["command"]["arguments"])
        assert len((await execute(it, "quintet.checkpoints"))["checkpoints"]) == 1
        await it.heard("textDocument/publishDiagnostics", uri=uri, diagnostics=[])


async def test_an_editor_that_gives_no_data_back_is_offered_the_same(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "test_sums.py")
        await execute(it, "quintet.runTests")
        [failing] = await told(it, uri, "test")
        del failing["data"]
        actions = await it.actions(uri, 7, 9, diagnostics=[failing], only=["quickfix"])
        assert [each["title"] for each in actions] == [
            "Make test_add pass",
            "Make test_add pass, in another mode…",
        ]


async def test_a_suggested_fix_waits_in_the_diagnostic_and_is_preferred(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "sums.py")
        await execute(it, "quintet.runTests", {"suggest": True})
        suspicious = await told(it, uri, "suspicious")
        [ready, *others] = await it.actions(uri, 1, 6, diagnostics=suspicious[:1])
        assert ready["title"] == "Apply the verified fix: Make test_add pass"
        assert ready["isPreferred"]
        assert ready["edit"]["documentChanges"][0]["edits"][0]["newText"] == "+"
        assert not [each for each in others if each.get("isPreferred")]
        await execute(it, "quintet.taken", *ready["command"]["arguments"])
        [kept] = (await execute(it, "quintet.checkpoints"))["checkpoints"]
        assert kept["files"] == ["sums.py"]
        await it.heard("textDocument/publishDiagnostics", uri=uri, diagnostics=[])


async def test_a_suggested_fix_is_not_offered_for_a_text_that_moved_on(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "sums.py")
        await execute(it, "quintet.runTests", {"suggest": True})
        suspicious = await told(it, uri, "suspicious")
        it.change(uri, 2, {"text": "# new\n" + BUGGY})
        actions = await it.actions(uri, 2, 6, diagnostics=suspicious[:1])
        assert not [each for each in actions if "edit" in each]


async def test_findings_follow_the_text_and_go_with_their_own_line(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "test_sums.py")
        await execute(it, "quintet.runTests")
        await told(it, uri, "test")
        it.change(uri, 2, {"text": "# a line more\n" + TEST})
        moved = await it.heard("textDocument/publishDiagnostics", uri=uri, version=2)
        assert [each["range"]["start"]["line"] for each in moved["diagnostics"]] == [8]
        it.change(uri, 3, {"text": TEST.replace("add(2, 3), 5", "add(2, 3), 6")})
        gone = await it.heard("textDocument/publishDiagnostics", uri=uri, version=3)
        assert gone["diagnostics"] == []


async def test_fixing_the_tests_applies_what_is_proven_and_can_be_taken_back(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "sums.py")
        assert await execute(it, "quintet.fixTests") == {"applied": True}
        edit = (await it.heard("workspace/applyEdit"))["edit"]["documentChanges"][0]
        assert edit["edits"][0]["newText"] == "+"
        it.change(uri, 2, {"text": BUGGY.replace("-", "+")})
        it.received.clear()
        [kept] = (await execute(it, "quintet.checkpoints"))["checkpoints"]
        assert await execute(it, "quintet.restoreCheckpoint", {"id": kept["id"]}) == {"applied": True}
        back = (await it.heard("workspace/applyEdit"))["edit"]["documentChanges"][0]
        assert back["textDocument"] == {"uri": uri, "version": 2}
        assert back["edits"][0]["newText"] == "-"


async def test_what_passes_is_said_and_takes_earlier_findings_back(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        uri = it.open(sums / "test_sums.py")
        await execute(it, "quintet.runTests")
        await told(it, uri, "test")
        it.received.clear()
        it.open(sums / "sums.py", BUGGY.replace("-", "+"))
        result = await execute(it, "quintet.runTests")
        assert result["failed"] == 0
        await it.heard("textDocument/publishDiagnostics", uri=uri, diagnostics=[])


async def test_an_untrusted_workspace_runs_no_test(sums: Path) -> None:
    marker = sums / "ran"
    (sums / "test_sums.py").write_text(f"open({str(marker)!r}, 'w')\n")
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS | {"trusted": False})
        for command in ("quintet.runTests", "quintet.reviewChanges"):
            assert "not trusted" in (await execute(it, command))["reason"]
        assert await execute(it, "quintet.fixTests") == {"applied": False}
        assert not marker.exists()
        assert it.progress() == []  # nothing was begun


async def test_saving_runs_the_tests_where_that_is_wanted(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(
            sums, options=OPTIONS | {"test": {"command": "python -m unittest", "on_save": True}}
        )
        uri = it.open(sums / "test_sums.py")
        it.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        assert await told(it, uri, "test")


async def test_lenses_stand_above_tests_only_for_who_wants_them(sums: Path) -> None:
    for wanted, count in ((False, 0), (True, 4)):
        async with editor() as it:
            await it.initialize(sums, options=OPTIONS | {"lenses": wanted})
            uri = it.open(sums / "test_sums.py")
            lenses = await it.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
            assert len(lenses) == count
            for lens in lenses[:1]:
                assert lens["command"]["title"] == "Run"
                assert lens["command"]["arguments"] == [
                    {"uri": uri, "test": "test_sums.py::TestAdd::test_add"}
                ]


async def test_stop_ends_a_run(sums: Path) -> None:
    (sums / "sums.py").write_text("import time\n\n\ndef add(a, b):\n    time.sleep(9)\n    return a - b\n")
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        asked = it.ask("workspace/executeCommand", {"command": "quintet.runTests", "arguments": []})
        await it.wait(lambda m: m.get("method") == "$/progress")
        assert await execute(it, "quintet.stop") == {"stopped": 1}
        assert (await it.answer(asked))["result"] == {"reason": "It was stopped."}
        assert await execute(it, "quintet.stop") == {"stopped": 0}


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("quintet.runTests", {"tests": "x"}),
        ("quintet.fixTests", {"mode": "slow"}),
        ("quintet.refactor", {"uri": "file:///x"}),
        ("quintet.rewrite", {}),
        ("quintet.chooseMode", {"mode": "turbo"}),
        ("quintet.explain", {"uri": "file:///x", "line": -1}),
    ],
)
async def test_arguments_that_do_not_fit_are_refused_with_the_field(
    sums: Path, command: str, argument: dict[str, Any]
) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        asked = it.ask("workspace/executeCommand", {"command": command, "arguments": [argument]})
        error = (await it.answer(asked))["error"]
        assert error["code"] == -32602
        assert command in error["message"]


async def test_an_editor_that_pulls_is_not_pushed_the_same_problems(sums: Path) -> None:
    capabilities = CAPABLE | {"textDocument": CAPABLE["textDocument"] | {"diagnostic": {}}}
    async with editor() as it:
        await it.initialize(sums, capabilities, options=OPTIONS)
        uri = it.open(sums / "sums.py", "x = (\n")
        report = await it.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert [each["code"] for each in report["items"]] == ["syntax"]
        again = {"textDocument": {"uri": uri}, "previousResultId": report["resultId"]}
        assert (await it.request("textDocument/diagnostic", again))["kind"] == "unchanged"
        assert (await it.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"] == []
