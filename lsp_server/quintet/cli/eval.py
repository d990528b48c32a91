"""`quintet eval`: run repair tasks, keep a row a task, write the report."""

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from quintet import __version__
from quintet.cli.bench import Bench, Choices, choices_from, open_bench
from quintet.cli.failure import CommandError
from quintet.cli.running import run_async
from quintet.evaluation.harness import Harness, evaluate
from quintet.evaluation.report import write_report
from quintet.evaluation.results import FinishedRun, Results, ResultsError, Row, RunSettings, read_run
from quintet.evaluation.statistics import summarise
from quintet.evaluation.tables import MARKS, OUTCOMES, outcome_of
from quintet.evaluation.tasks import EvalTask, TasksError, load_tasks

COLOURS = {"solved": "green", "overfitted": "yellow", "error": "red"}


class Total(msgspec.Struct, frozen=True):
    """The last line on stdout. Seconds and tokens are sums over the tasks; a median of nothing is None."""

    tasks: int
    verified: int
    solved: int
    tokens: int
    seconds: float
    median_seconds: float | None
    median_tests_to_plausible: float | None
    errors: int


def run(arguments: argparse.Namespace) -> int:
    """0 when every task came to an end; 1 where the harness failed on some."""
    try:
        beside = [read_run(folder) for folder in arguments.report]
        if arguments.tasks is None:
            return _report_only(arguments.out, beside)
        tasks = load_tasks(arguments.tasks)[: arguments.limit]
        rows = run_async(_evaluate(arguments, tasks, choices_from(arguments, None), beside))
    except (TasksError, ResultsError) as error:
        raise CommandError(str(error)) from error
    total = total_of(rows)
    print(msgspec.json.encode(total).decode())
    return 1 if total.errors else 0


def _report_only(out: Path, runs: Sequence[FinishedRun]) -> int:
    if not runs:
        raise CommandError("say which tasks to run, or with --report which results to show")
    out.mkdir(parents=True, exist_ok=True)
    write_report(out / "report.html", runs)
    print(out / "report.html")
    return 0


async def _evaluate(
    arguments: argparse.Namespace, tasks: Sequence[EvalTask], choices: Choices, beside: Sequence[FinishedRun]
) -> tuple[Row, ...]:
    wanted = {task.id for task in tasks}
    async with open_bench(choices) as bench:
        settings = _settings(arguments.tasks, choices, bench)
        results = Results(arguments.out, settings)
        left = [task for task in tasks if not results.done(task.id)]
        repair = partial(bench.repair, record_in=results.folder / "trajectories")
        harness = Harness(repair, bench.sandbox, arguments.repos)
        async with (
            aclosing(evaluate(left, harness, jobs=arguments.jobs)) as rows,
            _shown(tasks, left) as show,
        ):
            async for row in rows:
                results.add(row)
                show(row)
                _write_page(results, settings, beside)  # as it goes: a long run can be looked at, or cut off
        _write_page(results, settings, beside)
    return tuple(row for row in results.rows if row.id in wanted)


def _write_page(results: Results, settings: RunSettings, beside: Sequence[FinishedRun]) -> None:
    run_so_far = FinishedRun(results.folder.resolve().name, results.rows, settings)
    write_report(results.folder / "report.html", [run_so_far, *beside])


def _settings(tasks: Path, choices: Choices, bench: Bench) -> RunSettings:
    settings = choices.settings
    return RunSettings(
        tasks=tasks.name,
        backend=settings.backend,
        mode=settings.mode,
        ranking=choices.ranking,
        drafts=choices.drafts,
        seed=choices.seed,
        candidates=choices.candidates,
        budget_tokens=settings.budget.tokens,
        budget_seconds=settings.budget.seconds,
        budget_tests=settings.budget.tests,
        quintet=__version__,
        engine=bench.engine,
    )


def total_of(rows: Sequence[Row]) -> Total:
    """The rows in one line."""
    summary = summarise(rows)
    return Total(
        tasks=summary.tasks,
        verified=summary.verified.count,
        solved=summary.solved.count,
        tokens=summary.tokens,
        seconds=round(summary.seconds, 3),
        median_seconds=None if summary.median_seconds is None else round(summary.median_seconds, 3),
        median_tests_to_plausible=summary.median_tests,
        errors=summary.errors,
    )


# --- what is seen while it runs -----------------------------------------------------------------------


class Shower:
    """Says one line a task, and keeps a bar below them where there is a terminal."""

    def __init__(self, progress: Progress, total: int, done: int) -> None:
        self._progress = progress
        self._bar = progress.add_task("", total=total, completed=done, solved=0)
        self._solved = 0

    def __call__(self, row: Row) -> None:
        """Tell of a row."""
        self._solved += row.solved
        self._progress.update(self._bar, advance=1, solved=self._solved)
        self._progress.console.print(row_line(row), soft_wrap=True)


@asynccontextmanager
async def _shown(tasks: Sequence[EvalTask], left: Sequence[EvalTask]) -> AsyncIterator[Shower]:
    console = Console(file=sys.stdout)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[solved]} solved"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    done = len(tasks) - len(left)
    if done:
        console.print(f"{done} of {len(tasks)} tasks have a result already", style="dim")
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Shower(progress, len(tasks), done)


def row_line(row: Row) -> Text:
    """A row on one line."""
    outcome = outcome_of(row)
    line = Text.assemble(
        (f"{MARKS[outcome]} {OUTCOMES[outcome]:<13}", COLOURS.get(outcome, "dim")),
        f" {row.id:<28} ",
        (f"{row.seconds:6.1f} s  {row.judged:4} tested  {row.tokens:6,} tokens  ", "dim"),
    )
    return line if row.verified else line.append(" ".join(row.reason.split())[:120], "dim")
