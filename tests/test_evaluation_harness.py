import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from quintet.agents.task import (
    Abandoned,
    Alternative,
    CandidateJudged,
    Event,
    Outcome,
    RunFinished,
    RunStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.evaluation.harness import Harness, evaluate, run_task
from quintet.evaluation.results import Row
from quintet.evaluation.tasks import ProgramTask
from quintet.tools.sandbox import Sandbox
from quintet.tools.verdict import Judgement, TestRun, Verdict
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch, replace_text
from quintet.workspace.snapshot import Snapshot
from quintet_models.messages import Usage

if TYPE_CHECKING:
    from pathlib import Path

BUGGY = "def double(x):\n    return x + 2\n"
FIXED = "def double(x):\n    return x * 2\n"
OVERFITTED = "def double(x):\n    return x + 1\n"
TEST = "from a import double\nassert double(3) == 6\nassert double(1) == 2\n"


def task(
    name: str = "p/1", example: str | None = "from a import double\nassert double(1) == 2\n"
) -> ProgramTask:
    return ProgramTask(
        id=name,
        bug_type="operator misuse",
        files={"a.py": BUGGY},
        test_files={"test_a.py": TEST},
        example_test=example,
        test_cmd="python test_a.py",
    )


def patch(after: str) -> Patch:
    return Patch((replace_text(Document("a.py", BUGGY), after),))


def verified(after: str, *others: str, candidate: int = 1) -> Verified:
    run = TestRun("python test_a.py", 0, 0.1, {"command": "passed"})
    verdict = Verdict(True, "it passes", "python test_a.py", run, run, ("command",), (), "level")  # noqa: FBT003
    return Verified(
        patch(after), "a diff", verdict, tuple(Alternative(other, "", 0.0) for other in others), candidate
    )


def pipeline(outcome: Outcome, *judged: tuple[str, str, bool]) -> "Scripted":
    return Scripted(outcome, judged)


class Scripted:
    """A pipeline that says what it was told to, and remembers what it was asked."""

    def __init__(self, outcome: Outcome, judged: tuple[tuple[str, str, bool], ...]) -> None:
        self.outcome = outcome
        self.judged = judged
        self.asked: list[tuple[Task, tuple[str, ...]]] = []

    async def __call__(self, asked: Task, snapshot: Snapshot) -> AsyncIterator[Event]:
        self.asked.append((asked, snapshot.files()))
        yield RunStarted(asked, "auto", "none", "bubblewrap: no network", "python test_a.py")
        for number, (source, description, fine) in enumerate(self.judged, 1):
            judgement = Judgement(plausible=fine, passed=int(fine), failed=int(not fine), seconds=0.01)
            yield CandidateJudged(number, source, description, 0.0, judgement)
        yield RunFinished(self.outcome, "fast", (), Usage(70, 20, 5), 1.5, len(self.judged))


async def row(sandbox: Sandbox, scripted: Scripted, example: str | None = "pass\n") -> Row:
    return await run_task(task(example=example), Harness(scripted, sandbox))


async def test_a_row_tells_what_happened_and_where_the_patch_came_from(sandbox: Sandbox) -> None:
    judged = (("edit", "a", False), ("edit", "b", True), ("pair", "c", True), ("model", "d", True))
    found = await row(sandbox, pipeline(verified(FIXED, "b", "d", candidate=3), *judged))

    assert (found.outcome, found.verified, found.solved) == ("verified", True, True)
    assert (found.judged, found.judged_to_plausible) == (4, 2)
    assert (found.source, found.edits) == ("template", "single")
    assert (found.tokens, found.cached_tokens, found.seconds) == (75, 20, 1.5)
    assert found.level == "bubblewrap"


async def test_verified_is_not_solved(sandbox: Sandbox) -> None:
    found = await row(sandbox, pipeline(verified(OVERFITTED)))

    assert (found.outcome, found.verified, found.solved) == ("verified", True, False)


async def test_without_a_visible_test_nothing_is_verified_but_it_is_judged(sandbox: Sandbox) -> None:
    found = await row(sandbox, pipeline(verified(FIXED)), example="")

    assert (found.outcome, found.verified, found.solved) == ("unverified", False, True)


async def test_an_unverified_patch_is_judged_and_an_abandoned_run_is_not(sandbox: Sandbox) -> None:
    unproven = await row(sandbox, pipeline(Unverified(patch(FIXED), "a diff", "no test speaks for it")))
    given_up = await row(sandbox, pipeline(Abandoned("nothing passed"), ("edit", "a", False)))

    assert (unproven.outcome, unproven.solved, unproven.reason) == (
        "unverified",
        True,
        "no test speaks for it",
    )
    assert (given_up.outcome, given_up.solved, given_up.source) == ("abandoned", False, "")
    assert given_up.judged_to_plausible is None


async def test_the_pipeline_never_sees_what_judges(sandbox: Sandbox) -> None:
    scripted = pipeline(Abandoned("nothing"))
    await row(sandbox, scripted, example="")

    ((asked, files),) = scripted.asked
    assert files == ("a.py",)
    assert asked.test_command is None


async def broken(asked: Task, _: Snapshot) -> AsyncIterator[Event]:
    yield RunStarted(asked, "auto", "none", "level", "command")
    raise RuntimeError("the engine caught fire")


async def test_a_broken_task_is_a_row_and_the_others_go_on(sandbox: Sandbox) -> None:
    async with aclosing(evaluate([task("p/1"), task("p/2")], Harness(broken, sandbox))) as rows:
        found = [row async for row in rows]

    assert [row.outcome for row in found] == ["error", "error"]
    assert found[0].reason == "RuntimeError: the engine caught fire"


class Slow:
    """A pipeline that takes until it is cancelled, and counts who is in it."""

    def __init__(self) -> None:
        self.inside = 0
        self.full = asyncio.Event()
        self.most = 0
        self.folders: list[Path] = []

    async def __call__(self, _: Task, snapshot: Snapshot) -> AsyncIterator[Event]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.folders.append(snapshot.root)
        if self.inside == 2:
            self.full.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.inside -= 1
        yield RunFinished(Abandoned("never"), "fast", (), Usage(), 0.0, 0)


async def test_no_more_than_the_jobs_wanted_run_at_a_time_and_closing_leaves_nothing(
    sandbox: Sandbox,
) -> None:
    slow = Slow()
    rows = evaluate([task(f"p/{n}") for n in range(5)], Harness(slow, sandbox), jobs=2)
    waiting = asyncio.create_task(anext(rows))
    await slow.full.wait()

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await rows.aclose()

    assert (slow.most, slow.inside) == (2, 0)
    assert not any(folder.exists() for folder in slow.folders)
