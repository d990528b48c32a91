"""A real editor without a plugin of ours: Emacs with eglot, set up as the documentation says, and the real server."""

import asyncio
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from e2e.installed import INSTALL, places
from e2e.leftovers import gone
from support import Lay

BUGGY = "def add(a, b):\n    return a - b\n"
FIXED = BUGGY.replace("a - b", "a + b")
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
SCRIPT = Path(__file__).with_name("emacs.el")


async def drive(root: Path, out: Path, mark: str) -> dict[str, Any]:
    """Run the script in Emacs; what it saw."""
    emacs = places().emacs
    assert emacs, INSTALL
    environment = {
        **os.environ,
        "SERVER": str(Path(sys.executable).with_name("quintet")),
        "WORKSPACE": str(root),
        "OUT": str(out),
        "HOME": str(out.parent / "home"),
        "MARK_OF_THIS_TEST": mark,
        "OMP_NUM_THREADS": "1",
    }
    process = await asyncio.create_subprocess_exec(
        str(emacs), "-q", "--batch", "-l", str(SCRIPT),
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 400)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    seen = _read(out)
    assert process.returncode == 0, seen.get("problem") or output.decode()
    return seen


def _read(out: Path) -> dict[str, Any]:
    seen: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {}
    return seen


@pytest.mark.editor
@pytest.mark.installed
async def test_a_verified_fix_in_emacs_and_its_undo(lay: Lay, tmp_path: Path) -> None:
    root = lay({".git/HEAD": "", "sums.py": BUGGY, "test_sums.py": TEST})
    mark = uuid.uuid4().hex

    seen = await drive(root, tmp_path / "seen.json", mark)

    assert seen["root"] == f"{root}/"
    assert [text.partition(":")[0] for text in seen["syntax"]] == ["quintet [syntax]"]
    assert seen["failing"] == ["test_sums.TestAdd.test_add"]
    assert ["test_add fails" in text for text in seen["marked"]] == [True]
    assert "Make test_add pass" in seen["offered"]
    assert (seen["fixed"], seen["undone"]) == (FIXED, BUGGY)
    assert (root / "sums.py").read_text() == BUGGY
    assert any("exit code 0, 1 passed, 0 failed" in text for text in seen["messages"])
    # Emacs kills a server as soon as it has answered `shutdown`: what it had started must end by itself
    assert await gone(mark, str(root)) == []
