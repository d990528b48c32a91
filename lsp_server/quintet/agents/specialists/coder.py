"""The Coder: candidates from two sources into one best-first queue, and the tests that try them.

What the model writes and what single edits reach compete by the same score. While the tests look at one
candidate, the model ranks the next ones.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress

from quintet.agents import to_order
from quintet.agents.frontier import Proposal
from quintet.agents.modes import MODES, Compute
from quintet.agents.proposals import drafts, edits, pairs
from quintet.agents.run import Judged, Report, Run
from quintet.agents.targets import Target
from quintet.agents.task import CandidateJudged, Event, Mode, Note, Unverified
from quintet.tools.trial import Trial
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice

_BATCH = 64
_WAVE = 160
_LOOK_AGAIN = 0.05
_AFTER_SECONDS = 3.0
_LIKELIER = 0.0


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Judge candidates until some passed, the queue is empty or the budget is spent."""
    compute = MODES[choice.mode]
    before = len(run.judged)
    if not run.targets:
        run.report = Report("there is nothing to change: no place in the workspace is suspicious")
        return
    if run.task.to_order and not (run.trial and run.trial.named):
        async with aclosing(to_order.write(run, choice)) as events:
            async for event in events:
                yield event
        return
    if not run.calls(choice.mode).get("coder"):
        async for event in _fill(run, choice.mode, compute):
            yield event
    if run.trial is None or not run.trial.named:
        async for event in _unproven(run):
            yield event
        return
    async with aclosing(_search(run, run.trial, compute)) as events:
        async for event in events:
            yield event
    judged = len(run.judged) - before
    found = f"{len(run.plausible)} passed" if run.plausible else "none passed"
    run.report = Report(f"{judged} candidates judged, {found}", run.ranker.by_model, judged)


async def _fill(run: Run, mode: Mode, compute: Compute) -> AsyncGenerator[Event, None]:
    """Put this mode's candidates on the run's list of what is to be ranked."""
    if run.backend is not None and run.drafts and run.ranking == "model":
        try:
            for target, written in await drafts(run, mode, compute):
                _queue(run, target, written)
        except BackendError as error:
            yield Note(f"No drafts from the model: {error}")
    for target, single in edits(run, compute):
        _queue(run, target, single)
    if compute.pairs:
        run.frontier.push(run.frontier.fresh(pairs(run, compute)))
    count = sum(len(batch) for _, batch in run.pending) + len(run.frontier)
    yield Note(f"{count} candidates in {mode} mode")


def _queue(run: Run, target: Target, proposals: Iterable[Proposal]) -> None:
    fresh = tuple(run.frontier.fresh(proposals))
    for first in range(0, len(fresh), _BATCH):
        run.pending.append((target, fresh[first : first + _BATCH]))


async def _search(run: Run, trial: Trial, compute: Compute) -> AsyncGenerator[Event, None]:
    ranking = asyncio.create_task(_rank(run))
    deadline, after = float("inf"), compute.after
    try:
        await _first_wave(run, ranking)
        while run.tests_left and run.seconds_left and time.monotonic() < deadline and after:
            if not await _ready(run, ranking):
                break
            proposal = run.frontier.pop()
            judgement = await trial.judge(proposal.patch)
            judged = Judged(len(run.judged) + 1, proposal, judgement)
            run.judged.append(judged)
            yield CandidateJudged(
                judged.number, proposal.source, proposal.description, proposal.score, judgement
            )
            if judgement.plausible:
                run.plausible.append(judged)
            if run.plausible:
                after -= 1
                deadline = min(deadline, time.monotonic() + _AFTER_SECONDS)
    finally:
        ranking.cancel()
        with suppress(asyncio.CancelledError):
            await ranking


async def _first_wave(run: Run, ranking: asyncio.Task[None]) -> None:
    """Wait until the likeliest are known: judging is cheap, but in a bad order it is waste."""
    while not ranking.done() and len(run.frontier) < _WAVE and run.seconds_left:
        await asyncio.wait({ranking}, timeout=_LOOK_AGAIN)


async def _ready(run: Run, ranking: asyncio.Task[None]) -> bool:
    """Whether there is a candidate to judge; later ones are ranked while earlier ones are judged."""
    while not ranking.done() and not len(run.frontier) and run.seconds_left:
        await asyncio.wait({ranking}, timeout=_LOOK_AGAIN)
    return len(run.frontier) > 0


async def _rank(run: Run) -> None:
    """Move what is pending into the queue.

    An engine that fails costs the ranking, not the candidates. Where trying a candidate turned out cheaper
    than asking about it, the rest goes by prior belief.
    """
    ranker = run.ranker if run.ranking_pays else run.ranker.without_model()
    while run.pending:
        target, batch = run.pending[0]
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(run.seconds_left, _LOOK_AGAIN)):
                ranked, usage = await ranker.ranked(batch, target, run.task)
            run.frontier.push(ranked)
            run.usage += usage
            if ranker.by_model:
                run.ranked += len(batch)
                run.ranking_seconds += time.monotonic() - began
        except (BackendError, TimeoutError):
            ranker = ranker.without_model()
            continue
        run.pending.popleft()


async def _unproven(run: Run) -> AsyncGenerator[Event, None]:
    """Without a failing test: the candidate the model finds likelier than the code, marked as unproven."""
    await _rank(run)
    if not len(run.frontier) or not (run.ranker.by_model or run.capable):
        run.report = Report("no failing test and no model: nothing can choose a candidate")
        return
    proposal = run.frontier.pop()
    if proposal.ratio <= _LIKELIER and proposal.source != "model":
        run.report = Report("the model finds no candidate likelier than the code as it stands")
        return
    verdict = await run.trial.verify(proposal.patch) if run.trial else None
    if verdict is not None and verdict.newly_failing:
        run.report = Report(f"the likeliest candidate breaks tests: {verdict.reason}")
        return
    run.report = Report(f"the likeliest candidate: {proposal.description}", by_model=True, candidates=1)
    run.unverified = Unverified(proposal.patch, proposal.diff, "no failing test speaks for the task")
    yield Note(f"Unproven: {proposal.description}")
