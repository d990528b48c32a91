"""A real editor: Neovim without any plugin of ours, the real server, the real model, real tests."""

import asyncio
import base64
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from e2e.leftovers import gone
from quintet_models.trajectory import Decision, read
from support import Lay

# Windows line ends, none at the end, a character outside the basic plane: what editors get wrong.
BUGGY = "# 😀 sums\r\n\r\n\r\ndef add(a, b):\r\n    '''😀'''; return a - b".encode()
FIXED = BUGGY.replace(b"a - b", b"a + b")
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
SCRIPT = Path(__file__).with_name("neovim.lua")
NEOVIM = Path(sys.executable).with_name("nvim")


async def drive(root: Path, out: Path, mark: str, backend: str) -> dict[str, Any]:
    """Run the script in Neovim; what it saw."""
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "WORKSPACE": str(root),
        "BACKEND": backend,
        "OUT": str(out),
        "MARK_OF_THIS_TEST": mark,
        "OMP_NUM_THREADS": "1",
        "XDG_STATE_HOME": str(out.parent / "state"),
    }
    process = await asyncio.create_subprocess_exec(
        str(NEOVIM), "--clean", "--headless", "-l", str(SCRIPT),
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 400)
    seen = _read(out)
    assert process.returncode == 0, seen.get("problem") or output.decode()
    return seen


def _read(out: Path) -> dict[str, Any]:
    seen: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {}
    return seen


@pytest.mark.editor
@pytest.mark.model
async def test_a_verified_fix_in_neovim_and_its_undo(lay: Lay, tmp_path: Path) -> None:
    root = lay({"pyproject.toml": "", "test_sums.py": TEST})
    (root / "sums.py").write_bytes(BUGGY)
    mark = uuid.uuid4().hex

    seen = await drive(root, tmp_path / "seen.json", mark, "pocket")

    assert (seen["root"], seen["encoding"]) == (str(root), "utf-8")
    assert seen["diagnostic"] == "quintet"
    assert seen["offered"] == [
        "Fix with Quintet",
        "Make the failing tests pass",
        "Fix with Quintet, in another mode…",
    ]
    kinds = [value["kind"] for value in seen["progress"]]
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert any("pocket" in value.get("message", "") for value in seen["progress"])
    assert ["exit code 0, 1 passed, 0 failed" in text for text in seen["messages"]] == [True]
    texts = {name: base64.b64decode(seen[name]) for name in ("before", "fixed", "undone", "disk")}
    assert texts == {"before": BUGGY, "fixed": FIXED, "undone": BUGGY, "disk": BUGGY}
    [decisions] = [read(path) for path in (tmp_path / "state" / "quintet").rglob("*.jsonl")]
    assert any(isinstance(it, Decision) and it.by_model and it.usage.prompt_tokens > 0 for it in decisions)
    assert await gone(mark, str(root)) == []
