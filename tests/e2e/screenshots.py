"""Makes the pictures in docs/images anew: `python tests/e2e/screenshots.py`. They come out of the tests' own scenarios.

Needs what `.ci/editors.py vscode` installs. It judges no picture: look at them before they are committed.
"""

import asyncio
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
MOST = 150_000
"""Bytes a picture may have."""

VSCODE = {
    "suggested-ready": "vscode-ready-fix",
    "rename-preview": "vscode-preview",
    "trace-panel": "vscode-trace",
}
"""Of the pictures that scenarios take, those that are shown, and under which name."""
NEOVIM = ("neovim-preview", "neovim-trace")


def main() -> int:
    """Play the scenarios and copy their pictures; returns the exit status."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = {**vscode(Path(folder)), **neovim(Path(folder))}
        large = [path.name for path in made.values() if path.stat().st_size > MOST]
        if large:
            sys.stderr.write(f"Larger than {MOST // 1000} KB: {', '.join(large)}\n")
            return 1
        for name, path in made.items():
            shutil.copyfile(path, IMAGES / f"{name}{path.suffix}")
    sys.stdout.write(f"{len(made)} pictures in {IMAGES.relative_to(ROOT)}\n")
    return 0


def vscode(folder: Path) -> dict[str, Path]:
    """The pictures of VS Code by their names in the documentation."""
    from e2e.test_vscode import play  # noqa: PLC0415 -- the tests' folder is put on the path below

    shots, work = folder / "shots", folder / "vscode"
    work.mkdir()
    scenarios = sorted({shot.partition("-")[0] for shot in VSCODE})
    results = play(scenarios, work, shots)
    problems = [f"{name}: {results[name]['problem']}" for name in scenarios if not results[name]["ok"]]
    if problems:
        sys.exit("\n".join(problems))
    return {name: shots / f"{shot}.png" for shot, name in VSCODE.items()}


def neovim(folder: Path) -> dict[str, Path]:
    """The pictures of Neovim by their names in the documentation."""
    from e2e.neovim_plugin.scenarios import command, editors, environment  # noqa: PLC0415
    from e2e.neovim_plugin.screen import pictures  # noqa: PLC0415

    work = folder / "neovim"
    work.mkdir()
    wanted = environment("real", work, uuid.uuid4().hex)
    asyncio.run(pictures(command(editors()[0], "--embed"), wanted, (100, 30), work))
    return {name: work / f"{name}.svg" for name in NEOVIM}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    sys.exit(main())
