"""`quintet demo`: a small project with a real bug, repaired live by the pocket model.

The project stands in `demo_project/`, each file with `.txt` at its end so that no tool takes it for ours.
"""

import argparse
import shutil
import sys
import tempfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from quintet.agents.task import RunFinished, Task, Verified
from quintet.cli.bench import Choices, choices_from, open_bench
from quintet.cli.running import run_async
from quintet.cli.view import View, open_view, watch
from quintet.workspace.snapshot import open_snapshot

ISSUE = (
    "An invoice that falls due on a Saturday is to be paid on the Monday after it, as one due on a Sunday."
)
TESTS = "python -m unittest"
"""As the project's README has it; what runs everywhere, pytest installed or not."""
STORY = (
    "A workshop's invoices. Banks are closed at weekends, so none may fall due on one; but a Saturday gets "
    "through, and a test says so. Quintet has to find out why.\n"
)


def run(arguments: argparse.Namespace) -> int:
    """0 when the bug was repaired and the repair proven."""
    folder = Path(tempfile.mkdtemp(prefix="quintet_demo_"))
    project = folder / "invoicing"
    try:
        lay_out(project)
        console = Console(file=sys.stdout)
        console.print(Text("Quintet demo", style="bold"), Text(f"\n{STORY}"), sep="")
        choices = choices_from(arguments, project)
        finished = run_async(_repair(project, choices, open_view(sys.stdout)))
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    _farewell(project, kept=arguments.keep)
    return 0 if isinstance(finished.outcome, Verified) else 1


async def _repair(project: Path, choices: Choices, view: View) -> RunFinished:
    with view:
        view.waiting("starting the model")
        async with open_bench(choices) as bench:
            view.waiting("running the project's tests")
            task = Task(kind="test_failure", issue=ISSUE, test_command=TESTS)
            return await watch(bench.repair(task, open_snapshot(project, deny=bench.deny)), view)


def lay_out(target: Path) -> None:
    """Write the project into the folder `target`, which is made."""
    _copy(files("quintet.cli").joinpath("demo_project"), target)


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        elif entry.name.endswith(".txt"):
            (target / entry.name.removesuffix(".txt")).write_bytes(entry.read_bytes())


def _farewell(project: Path, *, kept: bool) -> None:
    if kept:
        print(f"The project is kept, with its bug, in {project}")
        print(f"Try: quintet repair --workspace {project} --apply")
    else:
        print(f"The project was in {project} and is gone again; --keep keeps it.")
    print("Now your own: quintet repair --workspace DIR")
