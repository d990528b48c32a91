import json
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from quintet.server import JsonLines


@pytest.fixture
async def fresh() -> AsyncIterator[Editor]:
    async with editor() as it:
        yield it


async def test_exactly_what_is_there_is_offered(fresh: Editor, tmp_path: Path) -> None:
    offered = (await fresh.initialize(tmp_path))["capabilities"]
    assert offered["codeActionProvider"] == {
        "codeActionKinds": ["quickfix", "refactor.rewrite", "source.quintet"],
        "resolveProvider": True,
    }
    assert offered["executeCommandProvider"] == {
        "commands": [
            "quintet.fix",
            "quintet.fixInMode",
            "quintet.taken",
            "quintet.runTests",
            "quintet.fixTests",
            "quintet.reviewChanges",
            "quintet.rewrite",
            "quintet.refactor",
            "quintet.checkpoints",
            "quintet.restoreCheckpoint",
            "quintet.stop",
            "quintet.chooseMode",
            "quintet.chooseBackend",
            "quintet.restart",
            "quintet.doctor",
            "quintet.runs",
            "quintet.showTrace",
            "quintet.showPatch",
            "quintet.explainContext",
            "quintet.explain",
            "quintet.index.pause",
            "quintet.index.resume",
            "quintet.index.rebuild",
        ]
    }
    assert offered["textDocumentSync"] == {"openClose": True, "change": 2, "save": {"includeText": False}}
    assert offered["positionEncoding"] == "utf-16"
    assert not {key for key in offered if key.endswith("Provider")} - {
        "codeActionProvider",
        "codeLensProvider",
        "diagnosticProvider",
        "executeCommandProvider",
        "documentSymbolProvider",
        "workspaceSymbolProvider",
        "definitionProvider",
        "referencesProvider",
    }


@pytest.mark.parametrize(
    ("raw", "inside"),
    [
        ({"rootUri": "{root}"}, True),
        ({"rootPath": "{path}", "rootUri": None}, True),
        ({"workspaceFolders": [{"uri": "{root}", "name": "w"}], "rootUri": "file:///elsewhere"}, True),
        ({"workspaceFolders": [{"uri": "file:///no/more", "name": "w"}], "rootUri": "{root}"}, True),
        ({"workspaceFolders": [], "rootUri": "{root}"}, True),
        ({"rootUri": None}, False),
        ({"rootUri": "file:///does/not/exist"}, False),
        ({"rootUri": "vscode-remote://ssh/x"}, False),
    ],
)
async def test_the_root_is_the_first_folder_that_is_there(
    fresh: Editor, tmp_path: Path, raw: dict[str, Any], *, inside: bool
) -> None:
    text = json.dumps(raw).replace("{root}", tmp_path.as_uri()).replace("{path}", str(tmp_path))
    await fresh.request(
        "initialize", {"processId": None, "rootUri": None, "capabilities": {}} | json.loads(text)
    )
    assert fresh.server.edge.sessions[0].root == (tmp_path if inside else None)


async def test_options_come_from_the_file_the_editor_and_its_settings(fresh: Editor, tmp_path: Path) -> None:
    (tmp_path / "quintet.toml").write_text('mode = "deep"\n[budget]\ntokens = 1\nseconds = 1\n')
    fresh.settings = {"budget": {"seconds": 3}}
    await fresh.initialize(tmp_path, options={"budget": {"tokens": 2, "seconds": 2}})
    await fresh.request("shutdown")
    settings = fresh.server.edge.sessions[0].settings
    assert (settings.mode, settings.budget.tokens, settings.budget.seconds) == ("deep", 2, 3.0)


async def test_wrong_options_are_told_once_in_one_message(fresh: Editor, tmp_path: Path) -> None:
    fresh.settings = {"modus": "fast"}
    await fresh.initialize(tmp_path, options={"mode": 3, "budgte": {"tokens": 1}})
    told = (await fresh.heard("window/showMessage"))["message"]
    assert told == (
        'Quintet: initializationOptions: quintet.mode must be fast or standard or deep or auto, not 3; it stays "auto". '
        "initializationOptions: quintet.budgte.tokens is not known; did you mean quintet.budget.tokens? "
        "workspace/configuration: quintet.modus is not known; did you mean quintet.mode?"
    )
    fresh.notify("workspace/didChangeConfiguration", {"settings": {"quintet": {"mode": "fast"}}})
    await fresh.request("shutdown")
    assert len(fresh.shown()) == 1


async def test_an_editor_without_configuration_requests_is_not_asked(fresh: Editor, tmp_path: Path) -> None:
    await fresh.initialize(tmp_path, {}, options={"mode": "nope"})
    assert "mode" in (await fresh.heard("window/showMessage"))["message"]
    assert not [it for it in fresh.received if it.get("method") == "workspace/configuration"]


async def test_pushed_settings_of_other_servers_are_not_ours(fresh: Editor, tmp_path: Path) -> None:
    await fresh.initialize(tmp_path, {})
    fresh.notify("workspace/didChangeConfiguration", {"settings": {"pylsp": {"x": 1}}})
    fresh.notify("workspace/didChangeConfiguration", {"settings": {"quintet": {"mode": "fast"}, "pylsp": {}}})
    await fresh.request("shutdown")
    assert fresh.server.edge.sessions[0].settings.mode == "fast"
    assert fresh.shown() == []


async def test_changes_of_settings_are_asked_for_where_the_editor_lets_us(
    fresh: Editor, tmp_path: Path
) -> None:
    workspace = CAPABLE["workspace"] | {"didChangeConfiguration": {"dynamicRegistration": True}}
    await fresh.initialize(tmp_path, CAPABLE | {"workspace": workspace})
    registered = await fresh.heard("client/registerCapability")
    assert [it["method"] for it in registered["registrations"]] == ["workspace/didChangeConfiguration"]


@pytest.mark.parametrize("answer", [ValueError("no"), [], None])
async def test_an_editor_that_cannot_say_its_settings_takes_none_back(
    fresh: Editor, tmp_path: Path, answer: object
) -> None:
    fresh.settings = {"deny": ["private/"], "mode": "fast"}
    await fresh.initialize(tmp_path)
    await settled(fresh)
    fresh.received.clear()
    fresh.replies["workspace/configuration"] = lambda _: answer
    fresh.notify("workspace/didChangeConfiguration", {"settings": None})
    await settled(fresh)
    settings = fresh.server.edge.sessions[0].settings
    assert (settings.deny, settings.mode) == (("private/",), "fast")
    fresh.notify("workspace/didChangeConfiguration", {"settings": {"quintet": 5}})
    await fresh.heard("window/showMessage")
    settings = fresh.server.edge.sessions[0].settings
    assert (settings.deny, settings.mode) == (("private/",), "auto")


async def settled(it: Editor) -> None:
    """The editor has been asked for its settings, and what it said has been taken."""
    await it.heard("workspace/configuration")
    await it.request("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:x"}})


async def test_a_failure_inside_is_an_answer_and_no_window(fresh: Editor, tmp_path: Path) -> None:
    @fresh.server.feature("quintet/broken")
    def broken(_: Any) -> None:
        raise ValueError("inside")

    await fresh.initialize(tmp_path)
    error = (await fresh.answer(fresh.ask("quintet/broken", {})))["error"]
    assert (error["code"], error["message"]) == (-32603, "ValueError: inside")
    assert fresh.shown() == []


def failure() -> Any:
    """Exception information as logging gets it."""
    try:
        int("bad\nthing")
    except ValueError:
        return sys.exc_info()


def test_the_log_is_one_json_object_a_line() -> None:
    record = logging.LogRecord("quintet.x", logging.ERROR, "f.py", 1, "failed %s", ("a\nb",), failure())
    record.path = Path("/w")
    record.tokens = 5
    line = JsonLines().format(record)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["logger"], read["message"]) == ("error", "quintet.x", "failed a\nb")
    assert read["tokens"] == 5
    assert "ValueError" in read["trace"]
