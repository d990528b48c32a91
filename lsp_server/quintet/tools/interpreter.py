"""Which Python runs the user's tests, and what it has: asked of the interpreter itself, inside the sandbox.

Knows nothing of test commands or reports.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from quintet.tools.confine import Place
from quintet.tools.sandbox import Limits, Sandbox

OLDEST = (3, 8)

_ASK = """
import sys
sys.path[:] = [path for path in sys.path if path]  # no module of the folder it is asked in
import json, importlib.util
print(json.dumps({
    "executable": sys.executable, "version": list(sys.version_info[:3]), "prefix": sys.prefix,
    "base_prefix": getattr(sys, "base_prefix", sys.prefix),
    "pytest": importlib.util.find_spec("pytest") is not None,
    "paths": sys.path,
}))
"""


class Interpreter(msgspec.Struct, frozen=True):
    """A Python that was asked: absolute path, version, where its files lie, whether it can import pytest."""

    executable: str
    version: tuple[int, int, int]
    prefix: str
    base_prefix: str
    pytest: bool
    paths: tuple[str, ...]

    @property
    def visible(self) -> tuple[Path, ...]:
        """Folders a sandbox must leave readable for it."""
        return tuple({Path(path): None for path in (self.prefix, self.base_prefix, *self.paths)})


async def find_python(
    name: str, *, needs_pytest: bool, place: Place, sandbox: Sandbox
) -> tuple[Interpreter | None, str]:
    """The Python a user means by `name` in this workspace, or None and one sentence on why there is none.

    A path is taken as it is. A bare name is the workspace's own environment if it has one, else the active
    one (VIRTUAL_ENV), else the one on PATH, else ours; the last three only if they can import what is needed.
    """
    problem = f"There is no Python called {name!r}."
    for program, final in _candidates(name, place.root):
        found = await ask(program, place=place, sandbox=sandbox)
        if isinstance(found, Interpreter):
            if found.version[:2] < OLDEST:
                version = ".".join(map(str, found.version))
                problem = f"{found.executable} is Python {version}; 3.8 is the oldest that can be used."
            elif needs_pytest and not found.pytest:
                problem = f"pytest is not installed for {found.executable}."
            else:
                return found, ""
        elif final:
            problem = found
        if final:
            break
    return None, problem


async def ask(program: str, *, place: Place, sandbox: Sandbox) -> Interpreter | str:
    """What `program` is, or one sentence on why it cannot be used."""
    home = Path(program).parent.parent
    near = Place(place.root, place.shadow, place.linked, place.scratch, (*place.visible, home, *_ours()))
    run = await sandbox.run([program, "-c", _ASK], place=near, limits=Limits(wall=20, cpu=20))
    if run.exit_code == 127:
        return f"There is no Python at {program}."
    try:
        return msgspec.json.decode(run.output.strip().splitlines()[-1], type=Interpreter)
    except (IndexError, msgspec.DecodeError):
        why = run.stopped or run.output.strip()[-200:] or "it said nothing"
        return f"{program} cannot be used as a Python: {why}"


def _candidates(name: str, root: Path) -> Iterator[tuple[str, bool]]:
    """Programs to ask, the best first, and whether that one is what the user means and no other will do."""
    if os.sep in name:
        yield str(root / name), True
        return
    for folder in (".venv", "venv", "env"):
        if (program := root / folder / "bin" / name).exists() and (root / folder / "pyvenv.cfg").exists():
            yield str(program), True
    if active := os.environ.get("VIRTUAL_ENV"):
        yield str(Path(active) / "bin" / name), False
    for alias in dict.fromkeys((name, "python3") if name == "python" else (name,)):
        if found := shutil.which(alias):
            yield found, False
    if name in {"python", "python3"}:
        yield sys.executable, False


def _ours() -> tuple[Path, ...]:
    return (Path(sys.prefix), Path(sys.base_prefix))
