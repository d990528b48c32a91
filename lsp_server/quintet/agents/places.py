"""Where a new test goes, in which framework it is written, and how it alone is run.

Reads the snapshot and what is known of the user's own tests; writes nothing.
"""

import posixpath
import re
import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from quintet.agents.run import Run
from quintet.agents.targets import Target
from quintet.tools.protect import is_test
from quintet.workspace.snapshot import Snapshot

Framework = Literal["pytest", "unittest", "node"]

_SAMPLE = 5
_ABOUT_TESTS = (
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "pytest.ini",
    "requirements-dev.txt",
    "requirements.txt",
)
_NODE = frozenset({".js", ".mjs", ".cjs"})
_DATA = frozenset({"fixtures", "testdata"})
_NO_TESTS = frozenset({"conftest", "__init__"})


@dataclass(frozen=True, slots=True)
class Place:
    """A test to be written: its framework, its file, and the line that imports what it tests."""

    framework: Framework
    path: str
    imports: str


def place_for(run: Run, target: Target) -> Place | None:
    """Where a test for a definition goes; None for languages without a framework that we know."""
    framework = framework_of(run, target)
    if framework is None:
        return None
    path = _path(run.snapshot, target)
    name = target.unit.qualified.partition(".")[0] if target.unit else ""
    if framework != "node":
        module = module_of(run.snapshot, target.document.path)
        return Place(framework, path, f"from {module} import {name or '*'}")
    module = posixpath.relpath(target.document.path, posixpath.dirname(path) or ".")
    module = module if module.startswith(".") else f"./{module}"
    text = target.document.text
    own = target.document.path.endswith(".mjs") or re.search(r"^(export|import)\b", text, re.MULTILINE)
    names = f"{{ {name} }}" if name else "all"
    line = f'import {names} from "{module}";' if own else f'const {names} = require("{module}");'
    return Place(framework, path, line)


def framework_of(run: Run, target: Target) -> Framework | None:
    """The framework of the user's own tests, or the one that is there without an installation."""
    if target.document.language == "javascript" and PurePosixPath(target.document.path).suffix in _NODE:
        return "node"
    if target.document.language != "python":
        return None
    return _python_framework(run)


def command_for(run: Run, path: str) -> str:
    """How one test file is run: by the user's interpreter and with their variables where they use Python."""
    if not path.endswith(".py"):
        return f"node --test {shlex.quote(path)}"
    own = run.own.command if run.own and run.own.command.runner in {"pytest", "unittest"} else None
    variables = [f"{name}={shlex.quote(value)}" for name, value in (own.env if own else ())]
    program = own.program if own and own.module else "python"
    runner = ("-m", "pytest", "-q") if _python_framework(run) == "pytest" else ("-m", "unittest")
    return " ".join((*variables, program, *runner, shlex.quote(path)))


def module_of(snapshot: Snapshot, path: str) -> str:
    """The dotted name a Python file is imported by, counted from the folder above its outermost package."""
    parts = PurePosixPath(path).with_suffix("").parts
    files = frozenset(snapshot.files())
    top = len(parts) - 1
    while top > 0 and "/".join((*parts[:top], "__init__.py")) in files:
        top -= 1
    packaged = top < len(parts) - 1
    first = top if packaged else int(parts[0] == "src" and len(parts) > 1)
    return ".".join(parts[first:]).removesuffix(".__init__")


def _python_framework(run: Run) -> Framework:
    runner = run.own.command.runner if run.own else "command"
    if runner in {"pytest", "unittest"}:
        return "unittest" if runner == "unittest" else "pytest"
    return "pytest" if "pytest" in " ".join(_texts(run.snapshot)) else "unittest"


def _texts(snapshot: Snapshot) -> list[str]:
    """What says which framework is used: a few tests, and the files that configure them."""
    tests = [path for path in snapshot.files() if is_test(path) and path.endswith(".py")][:_SAMPLE]
    return [document.text for document in snapshot.documents((*tests, *_ABOUT_TESTS)).values()]


def _path(snapshot: Snapshot, target: Target) -> str:
    """Beside the tests there are, those of the same module first, under a name that no test has."""
    module = PurePosixPath(target.document.path)
    family = _NODE if module.suffix in _NODE else {module.suffix}
    tests = [
        path for path in snapshot.files() if _is_test_code(path) and PurePosixPath(path).suffix in family
    ]
    near = [path for path in tests if module.stem in PurePosixPath(path).stem]
    folders = Counter(str(PurePosixPath(path).parent) for path in near or tests)
    folder = folders.most_common(1)[0][0] if folders else "."
    unit = target.unit.name if target.unit else module.stem
    taken = frozenset(PurePosixPath(path).name for path in snapshot.files())
    stems = _stems(re.sub(r"\W+", "_", unit).strip("_").lower(), module.stem.strip("_"))
    names = (f"test_{stem}.py" if module.suffix == ".py" else f"{stem}.test{module.suffix}" for stem in stems)
    name = next(name for name in names if name not in taken)
    return name if folder == "." else f"{folder}/{name}"


def _stems(unit: str, module: str) -> list[str]:
    return [unit, f"{module}_{unit}", *(f"{module}_{unit}_{number}" for number in range(2, 1000))]


def _is_test_code(path: str) -> bool:
    pure = PurePosixPath(path)
    return is_test(path) and pure.stem not in _NO_TESTS and _DATA.isdisjoint(pure.parts)
