"""One whole run of a test command, in a fresh process of the sandbox.

Knows how each runner is made to tell what it does; nothing of patches or verdicts.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from quintet.tools import reports
from quintet.tools.commands import TestCommand
from quintet.tools.confine import Place
from quintet.tools.interpreter import Interpreter
from quintet.tools.reports import Ended, Report
from quintet.tools.sandbox import Limits, Run, Sandbox

PACKAGE = "quintet_inside"
_INSIDE = Path(__file__).parent / "inside"
_MAIN = f"from {PACKAGE}.start import main\n\nmain()\n"


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything but the files: the command, who runs it, where, and how long a test may take (seconds)."""

    command: TestCommand
    sandbox: Sandbox
    python: Interpreter | None
    limits: Limits
    test_seconds: float = 10.0

    def place(self, place: Place) -> Place:
        """The place, with what the interpreter and our recorders need to read."""
        visible = (
            *place.visible,
            *(self.python.visible if self.python else ()),
            place.shadow.parent / "inside",
        )
        return replace(place, visible=visible)

    def env(self, place: Place) -> dict[str, str]:
        """Variables the user set on the command line; editable installs are led to the copy."""
        env = dict(self.command.env)
        if self.python and self.sandbox.root(place) != place.root:
            own = [Path(path) for path in self.python.paths if Path(path).is_relative_to(place.root)]
            copied = [
                str(place.shadow / path.relative_to(place.root)) for path in own if _is_copied(path, place)
            ]
            env["PYTHONPATH"] = ":".join(filter(None, [env.get("PYTHONPATH", ""), *copied]))
        return env

    def argv(self, place: Place, order: dict[str, object]) -> list[str]:
        """The user's Python running our recorders with an order."""
        assert self.python is not None, "only for pytest and unittest"  # noqa: S101 - a precondition
        text = msgspec.json.encode(order).decode()
        return [self.python.executable, *self.command.flags, str(place.shadow.parent / "inside"), text]

    def order(self, place: Place, do: str, **options: object) -> dict[str, object]:
        """What `inside/start.py` is told."""
        return {
            "do": do,
            "runner": self.command.runner,
            "args": self.command.args,
            "module": self.command.module,
            "options": {"root": str(self.sandbox.root(place)), **options},
        }


def lay_out(base: Path) -> None:
    """Put the programs that run inside the sandbox beside the copy, out of the run's reach."""
    shutil.copytree(_INSIDE, base / "inside" / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    (base / "inside" / "__main__.py").write_text(_MAIN, "utf-8")


async def run_whole(
    setting: Setting,
    place: Place,
    *,
    select: Sequence[str] = (),
    modules: bool = False,
    seconds: float | None = None,
    env: Mapping[str, str] | None = None,
) -> Report:
    """Run the command on the files as they lie in the copy.

    `select` narrows it to some tests, where the runner can do that; `modules` asks what was imported;
    `seconds` overrides the limit on wall time; `env` are further variables.
    """
    place = setting.place(place)
    limits = setting.limits if seconds is None else replace(setting.limits, wall=seconds)
    runner = setting.command.runner
    root = setting.sandbox.root(place)
    report = place.scratch[0] / "report.jsonl"
    report.unlink(missing_ok=True)
    if runner in {"pytest", "unittest"}:
        order = setting.order(place, "run", seconds=setting.test_seconds, modules=modules, select=select)
        argv = setting.argv(place, {**order, "report": str(report)})
    elif runner == "node":
        argv = node_argv(setting.command, place, report, select)
    else:
        argv = command_argv(setting)
    run = await setting.sandbox.run(
        argv, place=place, env={**setting.env(place), **(env or {})}, limits=limits
    )
    ended = _ended(setting.command, run)
    if runner == "command":
        return reports.read_command(ended, root)
    data = report.read_bytes() if report.exists() else b""
    return reports.read_records(reports.read_lines(data), ended, root)


def node_argv(command: TestCommand, place: Place, report: Path, select: Sequence[str]) -> list[str]:
    """`node --test` with our reporter beside the usual one; `select` are files, if the user chose none."""
    reporter = place.shadow.parent / "inside" / PACKAGE / "reporter.mjs"
    argv = [command.program, "--test", f"--test-reporter={reporter}", f"--test-reporter-destination={report}"]
    argv += ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    chosen = any(not arg.startswith("-") for arg in command.args)
    return [*argv, *command.args, *(() if chosen else select)]


def command_argv(setting: Setting) -> list[str]:
    """Any command; a bare `python` is the interpreter that was found for it."""
    argv = list(setting.command.args)
    if setting.python:
        argv[0] = setting.python.executable
    return argv


def _ended(command: TestCommand, run: Run) -> Ended:
    return Ended(command.text, run.exit_code, run.seconds, run.output, run.stopped)


def _is_copied(path: Path, place: Place) -> bool:
    return not any(path.is_relative_to(place.root / linked) for linked in place.linked)
