# ruff: noqa: INP001 -- a script, of no package
"""Builds the extension, with the server's wheel in it: `.venv/bin/python editor_clients/vscode/build.py`.

Needs Node 20 or newer with npm, and the repository's own environment. Ends with the first step that fails.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SERVER = HERE / "server"
WINDOWS = os.name == "nt"
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")


def main() -> int:
    """Build it; returns the exit status."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("There is no npm: install Node 20 or newer, and run this line again.\n")
        return 1
    try:
        bring_server()
        run(npm, "ci", "--no-audit", "--no-fund")
        for task in ("check", "test", "package"):
            run(npm, "run", task)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"This failed: {' '.join(map(str, error.cmd))}\n")
        return 1
    made = max(HERE.glob("*.vsix"), key=lambda path: path.stat().st_mtime)
    sys.stdout.write(f"{made.relative_to(ROOT)}: {made.stat().st_size // 1024} KB\n")
    return 0


def bring_server() -> None:
    """The wheel of the server, and which pocket model belongs to it, into `server/`."""
    shutil.rmtree(SERVER, ignore_errors=True)
    SERVER.mkdir()
    python = str(PYTHON) if PYTHON.exists() else sys.executable
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(SERVER), str(ROOT))
    (SERVER / "pocket.json").write_text(json.dumps(pocket(), indent=2), encoding="utf-8")


def pocket() -> dict[str, object]:
    """What pip installs for the pocket model, and how the engine is compiled: as in this repository."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    model = [line for line in extras["pocket"] if not line.startswith(project["name"])]
    venv = runpy.run_path(str(ROOT / ".ci" / "venv.py"))
    return {"engine": extras["llama"], "model": model, "cmake": venv["ENGINE_FLAGS"], "slim": venv["SLIM"]}


def run(*command: str) -> None:
    """Run a command in this folder, its output shown; raises `CalledProcessError`."""
    subprocess.run(command, check=True, cwd=HERE, stdin=subprocess.DEVNULL)  # noqa: S603 -- our own tools


if __name__ == "__main__":
    sys.exit(main())
