"""A user sees how far the index is, and can pause it, go on, and have it made anew."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from in_memory import Editor, editor
from quintet.features.indexing import COMMANDS
from support import Lay


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own processes find the packages as this one does."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


async def ask(it: Editor, command: str) -> Any:
    return await it.request("workspace/executeCommand", {"command": command, "arguments": []})


async def test_progress_is_shown_while_the_index_is_made(lay: Lay) -> None:
    root = lay({f"pkg/m{number}.py": f"def f{number}(): pass\n" * 200 for number in range(900)})
    async with editor() as it:
        await it.initialize(root, options={"index": True})
        seen: list[dict[str, Any]] = []

        def ended(message: dict[str, Any]) -> bool:
            if message.get("method") == "$/progress":
                seen.append(message["params"]["value"])
            return bool(seen) and seen[-1]["kind"] == "end"

        await it.wait(ended)
        assert seen[0] == {"kind": "begin", "title": "Quintet: index", "cancellable": False, "percentage": 0}
        assert all(value["message"].endswith(" files") for value in seen if value["kind"] == "report")
        assert seen[-1]["message"] == "The index is complete."


async def test_the_commands_reach_the_indexer(lay: Lay) -> None:
    async with editor() as it:
        offered = await it.initialize(lay({"a.py": "x = 1\n"}), options={"index": True})
        assert set(COMMANDS) <= set(offered["capabilities"]["executeCommandProvider"]["commands"])
        async with asyncio.timeout(20):
            while it.server.edge.sessions[0].keeper is None:  # noqa: ASYNC110 -- `initialized` has no answer
                await asyncio.sleep(0.01)
        assert await ask(it, "quintet.index.pause") == "The index is paused."
        assert await ask(it, "quintet.index.resume") == "The index goes on."
        assert await ask(it, "quintet.index.rebuild") == "The index is made anew."


async def test_without_an_index_the_commands_say_why(tmp_path: Path) -> None:
    async with editor() as it:
        await it.initialize(tmp_path)
        answer = await ask(it, "quintet.index.pause")
        assert answer == "No index is kept: no folder is open, or the setting quintet.index is off."
