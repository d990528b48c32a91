"""What a test command means, how one is found out, and which Python a name stands for."""

import json
import sys
from pathlib import Path

import pytest

from quintet.tools.commands import TestCommand, detect, understand
from quintet.tools.confine import Place
from quintet.tools.interpreter import Interpreter, find_python
from quintet.tools.sandbox import Sandbox
from quintet.workspace.snapshot import open_snapshot
from support import Lay


def understood(text: str, root: Path) -> TestCommand:
    found = understand(text, open_snapshot(root))
    assert isinstance(found, TestCommand), found
    assert found.text == text
    return found


@pytest.mark.parametrize(
    ("text", "runner", "program", "flags", "args", "module"),
    [
        ("pytest", "pytest", "python", (), (), False),
        ("python -m pytest -x tests", "pytest", "python", (), ("-x", "tests"), True),
        ("python3.11 -W error -m pytest", "pytest", "python3.11", ("-W", "error"), (), True),
        ("/opt/py/bin/python -m pytest a.py::b", "pytest", "/opt/py/bin/python", (), ("a.py::b",), True),
        (".venv/bin/pytest -q", "pytest", ".venv/bin/python", (), ("-q",), False),
        ("uv run pytest -q", "pytest", "python", (), ("-q",), False),
        ("poetry run python -m pytest", "pytest", "python", (), (), True),
        ("python -m unittest discover -s tests", "unittest", "python", (), ("discover", "-s", "tests"), True),
        ("python -B -m unittest", "unittest", "python", ("-B",), (), True),
        ("node --test", "node", "node", (), (), False),
        ("node --test test/a.js", "node", "node", (), ("test/a.js",), False),
        ("python check.py --all", "command", "python", (), ("python", "check.py", "--all"), False),
        ("node run_tests.js", "command", "", (), ("node", "run_tests.js"), False),
        ("cargo test", "command", "", (), ("cargo", "test"), False),
        ("cd a && pytest", "command", "", (), ("/bin/sh", "-c", "cd a && pytest"), False),
        ("npm test", "command", "", (), ("npm", "test"), False),
    ],
)
def test_a_command_line_is_taken_apart(
    lay: Lay,
    *,
    text: str,
    runner: str,
    program: str,
    flags: tuple[str, ...],
    args: tuple[str, ...],
    module: bool,
) -> None:
    found = understood(text, lay({}))
    assert (found.runner, found.program, found.flags, found.args) == (runner, program, flags, args)
    assert found.module == module


def test_variables_before_the_command_are_kept(lay: Lay) -> None:
    found = understood("PYTHONPATH=src MODE='a b' pytest -k 'x and y'", lay({}))
    assert found.env == (("PYTHONPATH", "src"), ("MODE", "a b"))
    assert found.args == ("-k", "x and y")


@pytest.mark.parametrize(
    ("script", "runner", "args"),
    [
        ("node --test test/", "node", ("test/",)),
        ("node run.js", "command", ("node", "run.js")),
        ("jest && echo done", "command", ("npm", "test")),
    ],
)
def test_npm_test_is_looked_up(lay: Lay, script: str, runner: str, args: tuple[str, ...]) -> None:
    root = lay({"package.json": json.dumps({"scripts": {"test": script}})})
    found = understood("npm test", root)
    assert (found.runner, found.args) == (runner, args)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The test command is empty."),
        ("   ", "The test command is empty."),
        ("pytest 'a", 'The test command "pytest \'a" cannot be read: No closing quotation.'),
        ("A=1", "The test command 'A=1' only sets variables."),
    ],
)
def test_what_cannot_be_a_command_is_said_in_one_sentence(lay: Lay, text: str, message: str) -> None:
    assert understand(text, open_snapshot(lay({}))) == message


@pytest.mark.parametrize(
    ("files", "with_pytest", "expected"),
    [
        ({"tests/test_a.py": ""}, True, "python -m pytest"),
        ({"a_test.py": ""}, True, "python -m pytest"),
        ({"tests/test_a.py": ""}, False, "python -m unittest"),
        ({"tests/test_a.py": "", "conftest.py": ""}, False, "python -m pytest"),
        ({"tests/test_a.py": "", "pyproject.toml": "[tool.pytest.ini_options]\n"}, False, "python -m pytest"),
        ({"a.test.js": ""}, True, "node --test"),
        ({"test/a.mjs": ""}, True, "node --test"),
        ({"package.json": '{"scripts": {"test": "jest"}}'}, True, "npm test"),
        ({"package.json": '{"scripts": {"test": "echo no test specified && exit 1"}}'}, True, None),
        ({"package.json": "not json"}, True, None),
        ({"Cargo.toml": "", "src/lib.rs": ""}, True, "cargo test --offline"),
        ({"go.mod": "module a\n"}, True, "go test ./..."),
        ({"a.py": "", "README.md": ""}, True, None),
        ({}, True, None),
    ],
)
def test_a_command_is_found_out(
    lay: Lay, *, files: dict[str, str], with_pytest: bool, expected: str | None
) -> None:
    found = detect(open_snapshot(lay(files)), pytest=with_pytest)
    assert (found.text if found else None) == expected


# --- interpreters -----------------------------------------------------------------------------------


def environment(root: Path, script: str) -> None:
    """An environment in the workspace, whose Python is a shell script."""
    for name, text in {"pyvenv.cfg": "", "bin/python": script}.items():
        path = root / ".venv" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)


async def found_in(
    root: Path, sandbox: Sandbox, name: str = "python", *, needs_pytest: bool = True
) -> Interpreter | str:
    place = Place(root, root, linked=(".venv",), visible=(root,))
    python, problem = await find_python(name, needs_pytest=needs_pytest, place=place, sandbox=sandbox)
    return python or problem


async def test_the_workspaces_own_environment_comes_first(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({})
    environment(root, f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    found = await found_in(root, sandbox)
    assert isinstance(found, Interpreter)
    assert found.executable == sys.executable
    assert found.version == sys.version_info[:3]
    assert found.pytest


async def test_the_workspaces_own_environment_without_pytest_is_not_replaced(
    lay: Lay, sandbox: Sandbox
) -> None:
    root = lay({})
    environment(root, f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    assert await found_in(root, sandbox) == f"pytest is not installed for {sys.executable}."
    assert isinstance(await found_in(root, sandbox, needs_pytest=False), Interpreter)


async def test_an_environment_that_is_broken_is_said(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({})
    environment(root, "#!/bin/sh\necho its libraries are gone >&2\nexit 1\n")
    assert await found_in(root, sandbox) == (
        f"{root}/.venv/bin/python cannot be used as a Python: its libraries are gone"
    )


async def test_a_python_that_is_too_old_is_said(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({})
    answer = {
        "executable": "/old/python", "version": [3, 6, 1], "prefix": "/old", "base_prefix": "/old", "pytest": True,
        "paths": [],
    }  # fmt: skip
    environment(root, f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    assert await found_in(root, sandbox) == "/old/python is Python 3.6.1; 3.8 is the oldest that can be used."


async def test_a_path_is_taken_as_it_is(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({})
    assert await found_in(root, sandbox, "./no/python") == f"There is no Python at {root}/no/python."
    assert isinstance(await found_in(root, sandbox, sys.executable), Interpreter)


async def test_ours_is_the_last_resort(lay: Lay, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    root = lay({})
    tools = root / "tools"
    tools.mkdir()
    for name in ("bash", "sh", "bwrap", "env"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    found = await found_in(root, sandbox)
    assert isinstance(found, Interpreter)
    assert found.executable == sys.executable
    assert await found_in(root, sandbox, "python3.5") == "There is no Python called 'python3.5'."
