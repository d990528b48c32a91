"""The scenarios that run inside Neovim, the editors they run in, and what they are started with."""

import os
import sys
from pathlib import Path

from e2e.installed import places

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SCENARIOS = sorted(path.stem for path in HERE.glob("*.lua") if path.stem != "harness")


def editors() -> list[Path]:
    """The Neovim that our environment has, and the next one where `.ci/editors.py nvim-next` was run."""
    following = places().neovim
    return [Path(sys.executable).with_name("nvim"), *([following] if following else [])]


def command(editor: Path, *options: str) -> list[str]:
    """The command line that runs a scenario in an editor."""
    return [str(editor), *options, "--clean", "-S", str(HERE / "harness.lua")]


def environment(scenario: str, folder: Path, mark: str) -> dict[str, str]:
    """What a scenario is started with. It works, and writes what held to `out.json`, in a folder."""
    root = folder / "my work"
    root.mkdir()
    return {
        **os.environ,
        "PLUGIN": str(ROOT / "editor_clients" / "neovim"),
        "SCENARIO": str(HERE / f"{scenario}.lua"),
        "FAKE": str(HERE / "fake_server.py"),
        "PYTHON": sys.executable,
        "WORKSPACE": str(root),
        "OUT": str(folder / "out.json"),
        "MARK_OF_THIS_TEST": mark,
        "OMP_NUM_THREADS": "1",
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
