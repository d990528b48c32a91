"""The run over many tasks: lay one out, let the pipeline repair it, judge, and say what came of it.

Knows the pipeline as a function from a task to events; which engine stands behind it is the caller's affair.
"""

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from quintet.agents.task import (
    Abandoned,
    CandidateJudged,
    Event,
    RunFinished,
    RunStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.evaluation.judging import solves
from quintet.evaluation.layout import has_visible_tests, lay_out
from quintet.evaluation.results import Row, RowOutcome
from quintet.evaluation.tasks import EvalTask
from quintet.tools.sandbox import Sandbox
from quintet.workspace.edits import Patch
from quintet.workspace.snapshot import Snapshot, open_snapshot

Repair = Callable[[Task, Snapshot], AsyncIterator[Event]]


@dataclass(frozen=True, slots=True)
class Harness:
    """What every task needs: the pipeline, a sandbox for the judging tests, the repositories' folder."""

    repair: Repair
    sandbox: Sandbox
    repos: Path | None = None


async def evaluate(
    tasks: Sequence[EvalTask], harness: Harness, *, jobs: int = 1
) -> AsyncGenerator[Row, None]:
    """One row a task, as the tasks end; at most `jobs` at a time. Closing it cancels those under way."""
    waiting = deque(tasks)
    running: set[asyncio.Task[Row]] = set()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.add(asyncio.create_task(run_task(waiting.popleft(), harness)))
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def run_task(task: EvalTask, harness: Harness) -> Row:
    """Run one task in a temporary folder that is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix="quintet_eval_") as folder:
            workspace = Path(folder) / "workspace"
            asked = await lay_out(task, workspace, harness.repos)
            snapshot = await asyncio.to_thread(open_snapshot, workspace)
            tally = await _watch(harness.repair(asked, snapshot))
        return await _judged(task, tally, harness)
    except Exception as error:  # noqa: BLE001  one broken task must not end the run over the others
        return Row(
            id=task.id,
            language=task.language,
            bug_type=task.bug_type,
            outcome="error",
            reason=f"{type(error).__name__}: {error}",
        )


@dataclass(slots=True)
class Tally:
    """What is kept of a run's events."""

    level: str = ""
    plausible: list[CandidateJudged] = field(default_factory=list)
    finished: RunFinished | None = None

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case RunStarted():
                self.level = event.level.partition(":")[0]
            case CandidateJudged() if event.judgement.plausible:
                self.plausible.append(event)
            case RunFinished():
                self.finished = event


async def _watch(events: AsyncIterator[Event]) -> Tally:
    tally = Tally()
    async with aclosing(cast("AsyncGenerator[Event, None]", events)) as stream:
        async for event in stream:
            tally.add(event)
    return tally


async def _judged(task: EvalTask, tally: Tally, harness: Harness) -> Row:
    finished = tally.finished
    if finished is None:
        raise RuntimeError("the run ended without saying how")
    outcome = finished.outcome
    patch = None if isinstance(outcome, Abandoned) else outcome.patch
    solved = patch is not None and await solves(task, patch, harness.sandbox, harness.repos)
    verified = isinstance(outcome, Verified) and has_visible_tests(task)
    source, edits = _origin(tally, patch)
    return Row(
        id=task.id,
        language=task.language,
        bug_type=task.bug_type,
        outcome=_outcome(outcome, verified=verified),
        verified=verified,
        solved=solved,
        reason=outcome.verdict.reason if isinstance(outcome, Verified) else outcome.reason,
        mode=finished.mode,
        steps=len(finished.steps),
        prompt_tokens=finished.usage.prompt_tokens,
        cached_tokens=finished.usage.cached_tokens,
        completion_tokens=finished.usage.completion_tokens,
        seconds=round(finished.seconds, 3),
        judged=finished.judged,
        judged_to_plausible=tally.plausible[0].number if tally.plausible else None,
        source=source,
        edits=edits,
        level=tally.level,
        patch="" if isinstance(outcome, Abandoned) else outcome.diff,
    )


def _outcome(outcome: Verified | Unverified | Abandoned, *, verified: bool) -> RowOutcome:
    """A patch that no visible test speaks for is not verified, whatever test the run wrote for itself."""
    if isinstance(outcome, Abandoned):
        return "abandoned"
    return "verified" if verified else "unverified"


def _origin(tally: Tally, patch: Patch | None) -> tuple[str, Literal["", "single", "pair", "many"]]:
    """Where the patch came from and how many edits it makes: of the candidates that passed, the one it is."""
    if patch is None:
        return "", ""
    count = sum(len(change.edits) for change in patch.files)
    edits: Literal["single", "pair", "many"] = "single" if count == 1 else "pair" if count == 2 else "many"
    outcome = tally.finished.outcome if tally.finished else None
    number = outcome.candidate if isinstance(outcome, Verified) else 0
    source = next((event.source for event in tally.plausible if event.number == number), "model")
    return ("template" if source in {"edit", "pair", "syntax"} else source), edits
