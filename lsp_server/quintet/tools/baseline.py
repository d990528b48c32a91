"""Before any patch: which command, run by whom, and what its first run means.

Turns what cannot be repaired (no tests, no such command, nothing fails) into one sentence each.
"""

import re
from collections.abc import Sequence

from quintet.tools.commands import TestCommand, detect, understand
from quintet.tools.confine import Place
from quintet.tools.interpreter import find_python
from quintet.tools.protect import is_test
from quintet.tools.reports import COMMAND, Report, matches
from quintet.tools.sandbox import Limits, Sandbox
from quintet.tools.shadow import TrialError
from quintet.tools.verify import still_failing
from quintet.tools.whole import Setting
from quintet.workspace.snapshot import Snapshot

_WHOLE = Limits(wall=120.0, cpu=300.0)
_SCRIPT = Limits(wall=15.0, cpu=60.0)
_MISSING = re.compile(r"^ModuleNotFoundError: No module named '([^']+)'")
_SCRIPTS = ("node", "python", "python3", "deno", "bun", "ruby", "sh", "bash")


class NoTestsError(TrialError):
    """There is nothing that could judge a patch."""


class AlreadyPassingError(TrialError):
    """The tests that are meant pass already; `report` is the run that says so."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


async def settle(snapshot: Snapshot, command: str | None, place: Place, sandbox: Sandbox) -> Setting:
    """The command and its interpreter. Raises TrialError where there is none."""
    if command is None:
        return await _settle_detected(snapshot, place, sandbox)
    found = understand(command, snapshot)
    if isinstance(found, str):
        raise TrialError(found)
    return await _settle(found, place, sandbox)


def check(report: Report, setting: Setting, snapshot: Snapshot) -> None:
    """Raise TrialError where the first run says nothing about the code."""
    run = report.run
    if setting.command.runner == "command":
        if run.exit_code in {126, 127} and "not found" in run.output:
            raise TrialError(f"The test command {run.command!r} cannot be run: {_last_line(run.output)}")
        return
    if run.outcomes:
        _check_imports(report, setting, snapshot)
        return
    if run.stopped:
        raise TrialError(f"The tests did not begin: `{run.command}` {run.stopped}.")
    if run.exit_code in {0, 5}:
        raise NoTestsError(f"`{run.command}` found no tests.")
    raise TrialError(f"The tests cannot be run with `{run.command}`: {_complaint(run.output)}")


def meant(report: Report, named: tuple[str, ...], command: TestCommand, *, may_pass: bool) -> tuple[str, ...]:
    """The failing tests a task is about. Raises where they are unknown, or pass already."""
    run = report.run
    if not run.failing:
        if may_pass:
            return ()
        raise AlreadyPassingError(
            f"The tests already pass: `{command.text}` reports {run.passed} passed.", report
        )
    if not named or command.runner == "command":
        return run.failing
    unknown = [name for name in named if not any(matches(name, test) for test in run.outcomes)]
    if unknown and not any(_uncollected(test) for test in run.failing):
        raise TrialError(f"`{command.text}` knows no test called {unknown[0]!r}.")
    found = [test for name in named for test in _failing_for(name, report)]
    if not found and may_pass:
        return ()
    if not found:
        raise AlreadyPassingError(f"{', '.join(named)} already passes.", report)
    return tuple(dict.fromkeys(found))


def selection(command: TestCommand, report: Report, named: Sequence[str]) -> tuple[str, ...]:
    """What the runner is told in order to run the named tests alone; nothing means everything."""
    if command.runner == "unittest":
        return tuple(named) if all(name in report.run.outcomes for name in named) else ()
    if command.runner == "node":
        files = [report.test_files.get(name) for name in named]
        return tuple(dict.fromkeys(file for file in files if file)) if all(files) else ()
    chosen = []
    for name in named:
        file = report.test_files.get(name)
        if file is None:  # not collected yet: everything that is to be run may contain it
            return ()
        chosen.append("::".join([file, *name.split("::")[1:]]))
    return tuple(chosen)


async def _settle(command: TestCommand, place: Place, sandbox: Sandbox) -> Setting:
    script = command.runner == "command" and command.args[0].rpartition("/")[2] in _SCRIPTS
    limits = _SCRIPT if script else _WHOLE
    if not command.program or command.runner == "node":
        return Setting(command, sandbox, None, limits)
    needs_pytest = command.runner == "pytest"
    python, problem = await find_python(
        command.program, needs_pytest=needs_pytest, place=place, sandbox=sandbox
    )
    if python is None:
        raise TrialError(problem)
    return Setting(command, sandbox, python, limits)


async def _settle_detected(snapshot: Snapshot, place: Place, sandbox: Sandbox) -> Setting:
    found = detect(snapshot, pytest=True)
    if found is None:
        raise NoTestsError("No tests were found in the workspace; say how to run them.")
    if found.runner != "pytest":
        return await _settle(found, place, sandbox)
    try:
        return await _settle(found, place, sandbox)
    except TrialError:
        other = detect(snapshot, pytest=False)
        if other is None or other.runner == "pytest":
            raise
        return await _settle(other, place, sandbox)


def _failing_for(name: str, report: Report) -> list[str]:
    """The failing tests that `name` means; a name that could not be collected yet is kept as it is."""
    tests = [test for test in report.run.outcomes if matches(name, test)]
    if not tests:
        return [name]
    return [test for test in tests if still_failing((test,), report.run)]


def _check_imports(report: Report, setting: Setting, snapshot: Snapshot) -> None:
    """A test file that wants a package the interpreter lacks: nothing a patch could mend."""
    run = report.run
    for failure in run.failures:
        where = failure.frames[-1].path if failure.frames else failure.test
        found = _MISSING.search(failure.message)
        if run.passed or not found or not is_test(where):
            continue
        module = found[1]
        package, dot, _ = module.partition(".")
        homes = _homes(package, snapshot)
        if homes and not dot:
            folder = homes[0]
            raise TrialError(
                f"The tests cannot import {module}, which lies in {folder}: set PYTHONPATH={folder}."
            )
        if not homes:
            python = setting.python.executable if setting.python else "the interpreter"
            raise TrialError(f"The tests cannot run with {python}: No module named {module!r}.")


def _homes(package: str, snapshot: Snapshot) -> list[str]:
    """Folders of the workspace that hold a module or package of that name."""
    homes: dict[str, None] = {}
    for path in snapshot.files():
        *folders, name = path.split("/")
        if package in folders and name.endswith(".py"):
            homes["/".join(folders[: folders.index(package)]) or "."] = None
        elif name == f"{package}.py":
            homes["/".join(folders) or "."] = None
    return list(homes)


def _uncollected(test: str) -> bool:
    return "::" not in test or test == COMMAND


def _complaint(output: str) -> str:
    """What pytest or unittest said about the command line itself."""
    lines = [line.strip() for line in output.splitlines() if line.startswith(("ERROR: ", "error: "))]
    return lines[0].partition(": ")[2] if lines else _last_line(output)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing."
