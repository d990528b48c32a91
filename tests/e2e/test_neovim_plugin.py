"""Our plugin in real editors: each scenario is Lua that runs in Neovim, most against a server that it leads."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from e2e.leftovers import gone
from e2e.neovim_plugin.scenarios import SCENARIOS, command, editors, environment
from e2e.neovim_plugin.screen import pictures

EDITORS = editors()


async def drive(editor: Path, scenario: str, folder: Path, mark: str) -> dict[str, Any]:
    """Run a scenario; what it found, by the tests in it."""
    process = await asyncio.create_subprocess_exec(
        *command(editor, "--headless"),
        env=environment(scenario, folder, mark),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 240)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    out = folder / "out.json"
    assert out.exists(), output.decode()
    found: dict[str, Any] = json.loads(out.read_text())
    return found


@pytest.mark.editor
@pytest.mark.parametrize("editor", EDITORS, ids=["now", "next"][: len(EDITORS)])
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_plugin(editor: Path, scenario: str, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex

    found = await drive(editor, scenario, tmp_path, mark)

    problems = [f"{it['name']}: {it['problem']}" for it in found["results"] if "problem" in it]
    assert not problems, "\n".join(problems)
    assert found["results"]
    assert "problem" not in found, found["problem"]
    assert ".lua:" not in found["errors"]  # one that no test has met: of a callback, say
    assert await gone(mark) == []


@pytest.mark.editor
async def test_what_is_on_the_screen_becomes_a_picture(tmp_path: Path) -> None:
    wanted = environment("preview", tmp_path, uuid.uuid4().hex)

    await pictures(command(EDITORS[0], "--embed"), wanted, (100, 30), tmp_path)

    drawn = (tmp_path / "neovim-preview.svg").read_text(encoding="utf-8")
    assert "Verified&#160;by&#160;python" in drawn
    assert "apply&#160;2&#160;of&#160;3" in drawn
