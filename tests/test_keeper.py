"""The server's end of the indexer: what is kept is handed out at once, and a process that dies comes back."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from in_memory import editor
from quintet.indexing.frames import Progress
from quintet.indexing.keeper import Keeper, State
from quintet.indexing.once import open_indexed, store_path
from quintet.session import Session
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.document import Document
from support import Lay


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own processes find the packages as this one does."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 -- another process is waited for
            await asyncio.sleep(0.05)


def found(keeper: Keeper, name: str) -> list[str]:
    index = keeper.index({})
    return [each.path for each in index.definitions(name)] if index else []


async def test_what_changes_on_disk_and_in_buffers_is_found(lay: Lay) -> None:
    root = lay({"a.py": "def first(): pass\n"})
    keeper = Keeper(root)
    assert keeper.state.incomplete == "The index is being made."
    assert found(keeper, "first") == []
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    assert keeper.state.incomplete == ""
    assert found(keeper, "first") == ["a.py"]
    (root / "pkg").mkdir()
    (root / "pkg/b.py").write_text("def second(): pass\n")
    await until(lambda: found(keeper, "second") == ["pkg/b.py"])
    keeper.buffer("a.py", "def typed(): pass\n")
    await until(lambda: found(keeper, "typed") == ["a.py"])
    over = {"a.py": Document("a.py", "def newest(): pass\n")}
    index = keeper.index(over)
    assert index is not None
    assert [each.path for each in index.definitions("newest")] == ["a.py"]
    keeper.buffer("a.py", None)
    await until(lambda: found(keeper, "first") == ["a.py"])
    await keeper.aclose()
    await keeper.aclose()


async def test_a_process_that_is_killed_comes_back_with_the_open_texts(lay: Lay) -> None:
    keeper = Keeper(lay({"a.py": "def first(): pass\n"}))
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    keeper.buffer("a.py", "def typed(): pass\n")
    await until(lambda: found(keeper, "typed") == ["a.py"])
    process = keeper._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await until(lambda: keeper._process not in {None, process})
    keeper.buffer("b.py", "def more(): pass\n")
    await until(lambda: found(keeper, "more") == ["b.py"] and found(keeper, "typed") == ["a.py"])
    await keeper.aclose()


async def test_one_that_dies_every_time_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, command=(sys.executable, "-c", "raise SystemExit(3)"))
    keeper.start()
    await until(lambda: bool(keeper.state.note))
    assert keeper.state.incomplete == "The indexer died several times in a row; its log says why."
    await keeper.aclose()


async def test_the_indexer_does_not_outlive_its_server(lay: Lay) -> None:
    keeper = Keeper(lay({"a.py": "x = 1\n"}))
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    process = keeper._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()  # what a server that is killed leaves behind
    async with asyncio.timeout(20):
        assert await process.wait() == 0
    await keeper.aclose()


async def test_what_is_denied_from_now_on_is_found_no_more(lay: Lay) -> None:
    root = lay({"a.py": "def first(): pass\n", "own/b.py": "def hidden(): pass\n", "own/c.txt": "words"})
    keeper = Keeper(root)
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    assert found(keeper, "hidden") == ["own/b.py"]
    keeper.deny(Deny(("own/",)))
    assert keeper.index({}) is None  # at once: the other list has a store of its own
    assert keeper.state.incomplete == "The index is being made."
    await until(lambda: found(keeper, "first") == ["a.py"])
    assert found(keeper, "hidden") == []
    assert list(store_path(root).parent.glob("*.db")) == [store_path(root, Deny(("own/",)))]
    await until(lambda: keeper.state.progress.complete)
    index = keeper.index({})
    assert index is not None
    assert index.search("hidden") == ()
    assert set(index.store.listed()) == {"a.py"}
    assert index.store.left_out() == {"own/": "on your deny list"}
    keeper.changed.clear()
    keeper.command("rebuild")
    await keeper.changed.wait()
    await until(lambda: keeper.state.progress.complete and found(keeper, "first") == ["a.py"])
    keeper.deny(BUILT_IN)
    await until(lambda: found(keeper, "hidden") == ["own/b.py"])
    await keeper.aclose()


async def test_a_list_that_stays_the_same_restarts_nothing(lay: Lay) -> None:
    keeper = Keeper(lay({"a.py": "x = 1\n"}), deny=Deny(("own/",)))
    keeper.deny(Deny(("own/",)))
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    process = keeper._process
    keeper.deny(Deny(("own/",)))
    assert keeper.state.progress.complete
    assert keeper._process is process
    await keeper.aclose()


async def test_who_denies_other_files_in_one_folder_does_not_see_theirs(lay: Lay) -> None:
    root = lay({"a.py": "def first(): pass\n", "own/b.py": "def hidden(): pass\n"})
    keeper = Keeper(root, deny=Deny(("own/",)))
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    open_indexed(root)  # by somebody who denies nothing
    assert found(keeper, "hidden") == []
    keeper.buffer("a.py", "def typed(): pass\n")
    await until(lambda: found(keeper, "typed") == ["a.py"])
    assert found(keeper, "hidden") == []
    await keeper.aclose()


async def test_what_was_paused_stays_paused_with_another_list(lay: Lay) -> None:
    keeper = Keeper(lay({"a.py": "def first(): pass\n"}))
    keeper.start()
    await until(lambda: keeper.state.progress.complete)
    keeper.command("pause")
    await until(lambda: keeper.state.progress.paused)
    keeper.deny(Deny(("own/",)))
    await until(lambda: keeper.state.progress.paused)
    assert not keeper.at_work
    keeper.command("resume")
    await until(lambda: found(keeper, "first") == ["a.py"])
    await keeper.aclose()
    assert keeper.index({}) is None


async def test_a_setting_takes_files_out_of_a_running_server(lay: Lay) -> None:
    root = lay({"a.py": "def first(): pass\n", "own/b.py": "def hidden_one(): pass\n"})
    async with editor() as it:
        await it.initialize(root, options={"index": True})
        uri = it.open(root / "own/b.py", "def hidden_two(): pass\n")

        async def symbols(query: str) -> list[str]:
            answer = await it.request("workspace/symbol", {"query": query})
            return [each["name"] for each in answer]

        assert await symbols("hidden") == ["hidden_two"]
        await until(lambda: it.server.edge.sessions[0].keeper is not None)
        keeper = it.server.edge.sessions[0].keeper
        assert keeper is not None
        await until(lambda: found(keeper, "hidden_two") == ["own/b.py"])
        it.notify("workspace/didChangeConfiguration", {"settings": {"quintet": {"deny": ["own/", "["]}}})
        assert (await symbols("hidden"), await symbols("first")) == ([], ["first"])
        await until(lambda: keeper.state.progress.complete)
        assert (await symbols("hidden"), await symbols("first")) == ([], ["first"])
        index = keeper.index({})
        assert index is not None
        assert set(index.store.listed()) == {"a.py"}
        arguments = [{"uri": uri}]
        params = {"command": "quintet.explainContext", "arguments": arguments}
        refused = await it.answer(it.ask("workspace/executeCommand", params))
        assert refused["error"]["message"] == "own/b.py is on your deny list."
        all_of_it = await it.request("workspace/executeCommand", params | {"arguments": []})
        assert "first" in all_of_it["text"]
        assert "hidden" not in all_of_it["text"]
        assert it.shown() == [
            'Quintet: didChangeConfiguration: quintet.deny: "[" is no pattern and denies nothing.'
        ]


async def test_a_session_answers_from_the_kept_index(lay: Lay) -> None:
    root = lay({"a.py": "def first(): pass\n"})
    session = Session()
    session.root = root
    session.keep_index()
    keeper = session.keeper
    assert keeper is not None
    await until(lambda: keeper.state.progress.complete)
    session.open("a.py", "file:///a.py", "def unsaved(): pass\n", 1)
    snapshot = await session.snapshot()
    assert [each.path for each in snapshot.index.definitions("unsaved")] == ["a.py"]
    assert snapshot.files() == ("a.py",)
    assert snapshot.incomplete == ""
    await session.aclose()
    assert store_path(root).exists()


def test_how_far_the_index_is_is_said_in_words() -> None:
    assert State(Progress(3, 9)).incomplete == "The index is not complete yet: 3 of 9 files."
    assert State(Progress(3, 9, paused=True)).incomplete == "The index is paused."
    assert State(Progress(9, 9, complete=True), "a note").incomplete == ""


async def test_where_nothing_can_be_kept_the_session_reads_for_itself(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    session = Session()
    session.root = lay({"a.py": "def first(): pass\n"})
    session.keep_index()
    keeper = session.keeper
    assert keeper is not None
    await until(lambda: bool(keeper.state.note))
    assert keeper.state.note.startswith("The index is kept in memory only")
    snapshot = await session.snapshot()
    assert [each.path for each in snapshot.index.definitions("first")] == ["a.py"]
    await session.aclose()


async def test_an_editor_that_never_gives_its_settings_is_answered_all_the_same(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quintet.server._PATIENCE", 2.0)
    root = lay({"a.py": "def first(): pass\n"})
    async with editor() as it:
        it.silent.add("workspace/configuration")
        await it.initialize(root, options={"index": True})
        found: list[dict[str, Any]] = await it.request("workspace/symbol", {"query": "first"})
        assert found == []
        async with asyncio.timeout(60):
            while not found:
                found = await it.request("workspace/symbol", {"query": "first"})
        assert [each["name"] for each in found] == ["first"]
