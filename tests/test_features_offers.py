import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from support import BUGGY, TEST

THEIRS = {
    "range": {"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 10}},
    "message": "result may be wrong\nbecause of the discount",
    "source": "linter",
}


@pytest.fixture
async def ready(shop: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        await it.initialize(shop, options={"backend": "none"})
        yield it


def without(*path: str) -> dict[str, Any]:
    """What a modern editor declares, less one thing."""
    capabilities = copy.deepcopy(CAPABLE)
    inner = capabilities
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return capabilities


async def test_any_servers_diagnostic_can_be_fixed(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py", version=3)
    [action, *_] = await ready.actions(uri, 8, 4, diagnostics=[THEIRS])
    assert (action["title"], action["kind"], action["diagnostics"]) == (
        "Fix with Quintet",
        "quickfix",
        [THEIRS],
    )
    assert action["data"]["version"] == 3
    task = action["data"]["task"]
    assert (task["kind"], task["path"], task["line"]) == ("diagnostic", "shop/prices.py", 9)
    assert task["diagnostic"] == "linter: result may be wrong\nbecause of the discount"
    assert not {"disabled", "edit"} & set(action)


async def test_offering_starts_nothing(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py")
    await ready.heard("workspace/configuration")
    ready.received.clear()
    await ready.actions(uri, 8, 4, diagnostics=[THEIRS])
    assert [it for it in ready.received if it.get("method") != "textDocument/publishDiagnostics"] == [
        await ready.answer(ready.server.protocol.msg_id or 2)
    ]


async def test_several_diagnostics_are_told_apart_by_their_first_line(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py")
    long = THEIRS | {"message": "x" * 100}
    actions = await ready.actions(uri, 8, 4, diagnostics=[THEIRS, long])
    assert [action["title"] for action in actions if action["kind"] == "quickfix"] == [
        "Fix with Quintet: result may be wrong",
        f"Fix with Quintet: {'x' * 59}…",
        "Fix with Quintet: result may be wrong, in another mode…",
        "Fix all 2 of this kind with Quintet",
    ]
    assert actions[0]["data"]["id"] != actions[1]["data"]["id"]


async def test_our_own_diagnostic_of_an_older_text_is_not_acted_on(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py", "x = (\n")
    ours = (await ready.heard("textDocument/publishDiagnostics", uri=uri))["diagnostics"]
    assert "data" in (await ready.actions(uri, diagnostics=ours))[0]
    ready.change(uri, 2, {"text": "\nx = (\n"})
    [action, *_] = await ready.actions(uri, diagnostics=ours)
    assert action["disabled"]["reason"].startswith("The file has changed since this was reported")
    assert "data" not in action


async def test_a_diagnostic_beyond_the_text_is_of_an_older_one(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py", "x = 1\n")
    [action, *_] = await ready.actions(uri, diagnostics=[THEIRS])
    assert "disabled" in action


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (None, {"quickfix", "refactor.rewrite", "source.quintet"}),
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.rewrite"}),
        (["refactor.rewrite"], {"refactor.rewrite"}),
        (["quickfix.x", "source"], {"source.quintet"}),
        (["refactor.extract", "source.organizeImports"], set()),
    ],
)
async def test_only_the_kinds_that_are_wanted(
    ready: Editor, shop: Path, only: list[str] | None, kinds: set[str]
) -> None:
    uri = ready.open(shop / "shop/prices.py")
    context = {"diagnostics": [THEIRS]} | ({"only": only} if only else {})
    assert {action["kind"] for action in await ready.actions(uri, 8, 4, **context)} == kinds


async def test_a_test_at_the_cursor_is_named(ready: Editor, shop: Path) -> None:
    uri = ready.open(
        shop / "tests/test_prices.py",
        TEST + "\n\nclass TestMore:\n    def test_in_class(self):\n        pass\n",
    )
    [first, *_] = await ready.actions(uri, 4, 8)
    assert first["title"] == "Make test_total pass"
    assert first["data"]["task"]["tests"] == ["tests/test_prices.py::test_total"]
    assert first["data"]["version"] is None
    [second, *_] = await ready.actions(uri, 17, 10)
    assert second["data"]["task"]["tests"] == ["tests/test_prices.py::TestMore::test_in_class"]
    [third, *_] = await ready.actions(uri, 0, 0)
    assert third["title"] == "Make the failing tests of this file pass"
    assert third["data"]["task"]["tests"] == ["tests/test_prices.py"]


async def test_tests_are_not_offered_to_an_editor_that_looks_by_itself(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "tests/test_prices.py")
    assert await ready.actions(uri, 4, 8, triggerKind=2) == []
    assert len(await ready.actions(uri, 4, 8, triggerKind=2, diagnostics=[THEIRS])) == 1
    assert len(await ready.actions(uri, 4, 8, triggerKind=1, only=["quickfix"])) == 2


async def test_in_a_source_file_tests_are_offered_once_their_command_is_known(
    ready: Editor, shop: Path
) -> None:
    uri = ready.open(shop / "shop/prices.py")
    assert await ready.actions(uri, 8, 4, only=["quickfix"]) == []
    ready.settings = {"test": {"command": "pytest -q"}}
    ready.notify("workspace/didChangeConfiguration", {"settings": None})
    await ready.request("workspace/executeCommand", {"command": "quintet.fix", "arguments": [_nowhere()]})
    [action, *_] = await ready.actions(uri, 8, 4)
    assert action["title"] == "Make the failing tests pass"
    task = action["data"]["task"]
    assert (task["kind"], task["path"], task["line"]) == ("test_failure", "shop/prices.py", 9)
    assert (task["test_command"], task["tests"]) == ("pytest -q", [])


def _nowhere() -> dict[str, Any]:
    """An action for a file outside: answered at once, so that what was sent before has been taken."""
    task = {"kind": "diagnostic", "path": "/elsewhere/x.py"}
    return {"id": "x", "task": task, "uri": "file:///elsewhere/x.py", "title": "x"}


async def test_a_javascript_test_file_is_a_test_file(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "sum.test.js", "test('adds', () => {});\n")
    [action, *_] = await ready.actions(uri)
    assert action["data"]["task"]["tests"] == ["sum.test.js"]


async def test_a_workspace_that_is_not_trusted_is_offered_nothing_that_runs(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, options={"trusted": False})
        uri = it.open(shop / "tests/test_prices.py")
        [action, *_] = await it.actions(uri, 4, 8)
        assert (
            action["disabled"]["reason"]
            == "This workspace is not trusted, so Quintet does not run its tests."
        )
        assert "data" not in action


@pytest.mark.parametrize("where", ["outside.py", ".env.py", "notes.txt", "never_opened.py"])
async def test_places_where_there_is_nothing_to_do(ready: Editor, shop: Path, where: str) -> None:
    path = shop.parent / where if where == "outside.py" else shop / where
    uri = path.as_uri() if where == "never_opened.py" else ready.open(path, BUGGY)
    actions = await ready.actions(uri, 8, 4, diagnostics=[THEIRS], only=["quickfix", "refactor"])
    assert all("disabled" in action for action in actions)


async def test_without_a_folder_there_is_nothing_to_run_in(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(None)
        uri = it.open(shop / "shop/prices.py")
        [action, *_] = await it.actions(uri, 8, 4, diagnostics=[THEIRS])
        assert "open the project's folder" in action["disabled"]["reason"]


async def test_an_editor_that_shows_no_disabled_actions_gets_none(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(None, without("textDocument", "codeAction", "disabledSupport"))
        uri = it.open(shop / "shop/prices.py")
        assert await it.actions(uri, 8, 4, diagnostics=[THEIRS], only=["quickfix", "refactor"]) == []


@pytest.mark.parametrize("missing", ["resolveSupport", "dataSupport"])
async def test_an_editor_that_cannot_resolve_gets_a_command(shop: Path, missing: str) -> None:
    async with editor() as it:
        await it.initialize(shop, without("textDocument", "codeAction", missing))
        uri = it.open(shop / "shop/prices.py")
        [action, *_] = await it.actions(uri, 8, 4, diagnostics=[THEIRS])
        assert action["command"]["command"] == "quintet.fix"
        assert action["command"]["arguments"][0]["task"]["path"] == "shop/prices.py"
        assert "data" not in action


async def test_an_editor_that_knows_only_commands_gets_those(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, {})
        uri = it.open(shop / "shop/prices.py")
        [command, *_] = await it.actions(uri, 8, 4, diagnostics=[THEIRS])
        assert (command["title"], command["command"]) == ("Fix with Quintet", "quintet.fix")


async def test_an_editor_that_marks_what_models_wrote_can_mark_this(shop: Path) -> None:
    capabilities = copy.deepcopy(CAPABLE)
    capabilities["textDocument"]["codeAction"]["tagSupport"] = {"valueSet": [1]}
    async with editor() as it:
        await it.initialize(shop, capabilities)
        uri = it.open(shop / "shop/prices.py")
        [action, *_] = await it.actions(uri, 8, 4, diagnostics=[THEIRS])
        assert action["tags"] == [1]


async def test_without_a_model_nothing_is_marked_as_a_models(shop: Path) -> None:
    capabilities = copy.deepcopy(CAPABLE)
    capabilities["textDocument"]["codeAction"]["tagSupport"] = {"valueSet": [1]}
    async with editor() as it:
        await it.initialize(shop, capabilities, options={"backend": "none"})
        actions = await it.actions(it.open(shop / "shop/prices.py"), 8, 4, diagnostics=[THEIRS])
        assert not [action for action in actions if "tags" in action]
