"""`quintet repair`: find and fix what makes a workspace's tests fail."""

import argparse
import asyncio
import sys
from pathlib import Path

import msgspec

from quintet.agents.context import History
from quintet.agents.task import RunFinished, Task, Verified
from quintet.cli.answer import answer
from quintet.cli.applying import write_patch
from quintet.cli.bench import Choices, choices_from, open_bench, workspace_of
from quintet.cli.failure import CommandError
from quintet.cli.running import run_async
from quintet.cli.view import NotRunError, View, standard_view, watch
from quintet.history import churn_of
from quintet.workspace.snapshot import open_snapshot


def run(arguments: argparse.Namespace) -> int:
    """0 verified, 1 not; where the tests could not even be run, that is a `CommandError`."""
    root = workspace_of(arguments)
    choices = choices_from(arguments, root)
    task = task_from(arguments, root, choices.settings.test.command)
    view = standard_view(as_json=arguments.json)
    try:
        finished = run_async(_repair(task, root, choices, view))
    except NotRunError as error:
        if arguments.json:
            _print_answer(error.finished)
        raise
    written: tuple[str, ...] = ()
    if arguments.apply and isinstance(finished.outcome, Verified):
        written = write_patch(finished.outcome.patch, root)
    if arguments.json:
        _print_answer(finished, applied=bool(written))
    else:
        _say_what_next(finished, written, may_apply=not arguments.apply)
    return 0 if isinstance(finished.outcome, Verified) else 1


async def _repair(task: Task, root: Path, choices: Choices, view: View) -> RunFinished:
    with view:
        view.waiting("starting the engine")
        async with open_bench(choices) as bench:
            view.waiting("reading the workspace and running its tests")
            history = History(await asyncio.to_thread(churn_of, root)) if bench.backend else None
            snapshot = open_snapshot(root, deny=bench.deny)
            return await watch(bench.repair(task, snapshot, history=history), view)


def _print_answer(finished: RunFinished, *, applied: bool = False) -> None:
    print(msgspec.json.encode(answer(finished, applied=applied)).decode())


def task_from(arguments: argparse.Namespace, root: Path, test_command: str | None) -> Task:
    """The task the options describe. Raises `CommandError` for a place or a text that is not there."""
    path, line = _place(arguments.file, root) if arguments.file else (None, None)
    return Task(
        kind="test_failure",
        issue=text_or_file(arguments.issue) if arguments.issue else "",
        path=path,
        line=line,
        test_command=arguments.test or test_command,
        tests=tuple(arguments.only),
        may_edit_tests=arguments.may_edit_tests,
    )


def text_or_file(said: str) -> str:
    """The text itself, or with `@FILE` what the file holds."""
    if not said.startswith("@"):
        return said
    try:
        return Path(said[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CommandError(f"cannot read {said[1:]}: {reason}") from error


def _place(said: str, root: Path) -> tuple[str, int | None]:
    """`FILE` or `FILE:LINE`; the file is looked for in the workspace, then in the current folder."""
    name, _, last = said.rpartition(":")
    readings = [(said, None), (name, int(last))] if name and last.isdigit() else [(said, None)]
    for path, line in readings:
        for base in (root, Path()):
            file = (base / path).resolve()
            if file.is_file():
                return _inside(file, root), line
    raise CommandError(f"there is no file {said} in the workspace {root}")


def _inside(file: Path, root: Path) -> str:
    if not file.is_relative_to(root):
        raise CommandError(f"{file} lies outside the workspace {root}")
    return file.relative_to(root).as_posix()


def _say_what_next(finished: RunFinished, written: tuple[str, ...], *, may_apply: bool) -> None:
    if written:
        print(f"Written: {', '.join(written)}")
    elif isinstance(finished.outcome, Verified) and may_apply:
        print("Nothing in the workspace was changed; --apply writes the patch.")
    sys.stdout.flush()
