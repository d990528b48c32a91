"""How the user's tests are run: a command line understood, or one found out from what the workspace holds.

Starts nothing; which interpreter a name stands for is decided elsewhere.
"""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from quintet.workspace.document import Document
from quintet.workspace.snapshot import Snapshot

Runner = Literal["pytest", "unittest", "node", "command"]
Assignments = tuple[tuple[str, str], ...]

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PYTHON = re.compile(r"python[\d.]*$")
_SHELL = re.compile(r"[|&;<>()$`\n]")
_WRAPPERS = (
    ("uv", "run"),
    ("poetry", "run"),
    ("pdm", "run"),
    ("pipenv", "run"),
    ("rye", "run"),
    ("hatch", "run"),
)
_PACKAGE_MANAGERS = {"npm", "yarn", "pnpm", "bun"}
_PYTEST_FILES = re.compile(r"(^|/)(conftest\.py|pytest\.ini|\.pytest\.ini)$")
_PYTEST_TABLES = {"pyproject.toml": "[tool.pytest", "tox.ini": "[pytest]", "setup.cfg": "[tool:pytest]"}
_PYTHON_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
_UNITTEST_FILE = re.compile(r"(^|/)test[^/]*\.py$")
_NODE_TEST = re.compile(
    r"(^|/)([^/]*[._-](test|spec)|test|test-[^/]*)\.(js|mjs|cjs)$|(^|/)test/.*\.(js|mjs|cjs)$"
)


@dataclass(frozen=True, slots=True)
class TestCommand:
    """A test command, taken apart.

    `text` is what the user would type. `program` and `flags` start the interpreter (`python -W error`);
    `args` belong to the runner, and for "command" are the whole line's argv. `module` tells
    `python -m pytest` (which puts the working directory on the path) from `pytest`.
    """

    __test__ = False

    text: str
    runner: Runner
    program: str = ""
    flags: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Assignments = ()
    module: bool = False


def understand(text: str, snapshot: Snapshot) -> TestCommand | str:
    """Take a user's command line apart; a string is one sentence on why that cannot be done."""
    try:
        words = shlex.split(text, comments=False)
    except ValueError as problem:
        return f"The test command {text!r} cannot be read: {problem}."
    if not words:
        return "The test command is empty."
    if _SHELL.search(text):
        return TestCommand(text, "command", args=("/bin/sh", "-c", text))
    env = []
    while words and _ASSIGNMENT.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        env.append((name, value))
    if not words:
        return f"The test command {text!r} only sets variables."
    return _classify(text, _unwrapped(words), tuple(env), snapshot)


def detect(snapshot: Snapshot, *, pytest: bool) -> TestCommand | None:
    """The command a newcomer to this workspace would try; None where nothing looks like tests.

    `pytest` says whether the workspace's Python has it; without it Python tests are left to unittest.
    """
    for rule in (_detect_python(pytest=pytest), _detect_node, _detect_others):
        if text := rule(snapshot):
            found = understand(text, snapshot)
            return found if isinstance(found, TestCommand) else None
    return None


def _classify(
    text: str, words: list[str], env: tuple[tuple[str, str], ...], snapshot: Snapshot
) -> TestCommand:
    program, rest = words[0], words[1:]
    name = PurePosixPath(program).name
    if name in {"pytest", "py.test"}:
        python = str(PurePosixPath(program).with_name("python")) if "/" in program else "python"
        return TestCommand(text, "pytest", python, (), tuple(rest), env)
    if _PYTHON.match(name):
        return _python(text, program, rest, env)
    if name == "node" and "--test" in rest:
        flags = tuple(word for word in rest if word != "--test")
        return TestCommand(text, "node", program, (), flags, env)
    if name in _PACKAGE_MANAGERS and rest in (["test"], ["t"], ["run", "test"]):
        script = _script(snapshot)
        if script and not _SHELL.search(script) and script.split()[0] == "node":
            return _classify(text, shlex.split(script), env, snapshot)
    return TestCommand(text, "command", args=tuple(words), env=env)


def _python(text: str, program: str, rest: list[str], env: Assignments) -> TestCommand:
    """`python [flags] -m pytest|unittest args`, or some other Python program."""
    flags = []
    waiting = list(rest)
    while waiting and waiting[0].startswith("-") and waiting[0] not in {"-m", "-c", "-"}:
        flags.append(waiting.pop(0))
        if flags[-1] in {"-W", "-X"} and waiting:
            flags.append(waiting.pop(0))
    if len(waiting) > 1 and waiting[0] == "-m" and waiting[1] in {"pytest", "unittest", "py.test"}:
        runner: Runner = "unittest" if waiting[1] == "unittest" else "pytest"
        return TestCommand(text, runner, program, tuple(flags), tuple(waiting[2:]), env, module=True)
    return TestCommand(text, "command", program, args=(program, *rest), env=env)


def _unwrapped(words: list[str]) -> list[str]:
    """Without `uv run` and its like: they want the network, and the environment they use is found anyway."""
    for wrapper in _WRAPPERS:
        if tuple(words[:2]) == wrapper and len(words) > 2 and not words[2].startswith("-"):
            return words[2:]
    return words


def _detect_python(*, pytest: bool) -> Callable[[Snapshot], str | None]:
    def rule(snapshot: Snapshot) -> str | None:
        files = snapshot.files()
        if not any(_PYTHON_TEST.search(path) or _PYTEST_FILES.search(path) for path in files):
            return None
        if pytest:
            return "python -m pytest"
        has_tests = any(_UNITTEST_FILE.search(path) for path in files) and not _configured(snapshot)
        return "python -m unittest" if has_tests else "python -m pytest"

    return rule


def _detect_node(snapshot: Snapshot) -> str | None:
    script = _script(snapshot)
    if script and "no test specified" not in script:
        return "npm test"
    return "node --test" if any(_NODE_TEST.search(path) for path in snapshot.files()) else None


def _detect_others(snapshot: Snapshot) -> str | None:
    known = {"Cargo.toml": "cargo test --offline", "go.mod": "go test ./..."}
    return next((command for name, command in known.items() if (snapshot.root / name).is_file()), None)


def _configured(snapshot: Snapshot) -> bool:
    """Whether the workspace configures pytest."""
    if any(_PYTEST_FILES.search(path) for path in snapshot.files()):
        return True
    return any(mark in _text(snapshot, name) for name, mark in _PYTEST_TABLES.items())


def _script(snapshot: Snapshot) -> str | None:
    """package.json's own test script."""
    try:
        package = json.loads(_text(snapshot, "package.json") or "{}")
    except ValueError:
        return None
    scripts = package.get("scripts") if isinstance(package, dict) else None
    script = scripts.get("test") if isinstance(scripts, dict) else None
    return script.strip() or None if isinstance(script, str) else None


def _text(snapshot: Snapshot, path: str) -> str:
    found = snapshot.document(path)
    return found.text if isinstance(found, Document) else ""
