"""The only loop: the policy picks a specialist, it acts, until a patch is verified or the policy stops.

Knows neither editors nor engines: what it needs comes in as values and protocols, and everything that happens
leaves as one stream of events.
"""

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from quintet.agents.context import History
from quintet.agents.proof import open_proof
from quintet.agents.ranking import Ranking
from quintet.agents.run import Report, Run
from quintet.agents.specialists import coder, debugger, planner, reviewer, tester
from quintet.agents.task import (
    Abandoned,
    Budget,
    Event,
    Mode,
    Outcome,
    Role,
    RunFinished,
    RunStarted,
    Step,
    StepFinished,
    StepStarted,
    Task,
)
from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import TrialError
from quintet.workspace.snapshot import Snapshot
from quintet_models import trajectory
from quintet_models.backends.base import Backend
from quintet_models.policy import LADDER, Choice, Policy, State, Stop

Act = Callable[[Run, Choice], AsyncGenerator[Event, None]]

ACTS: Mapping[Role, Act] = {
    "planner": planner.act,
    "coder": coder.act,
    "tester": tester.act,
    "debugger": debugger.act,
    "reviewer": reviewer.act,
}
_MOST_STEPS = 60
_MOST_RECORDS = 2_000


async def repair(  # noqa: PLR0913 - keywords only, each one wire of the composition
    task: Task,
    snapshot: Snapshot,
    *,
    policy: Policy,
    backend: Backend | None,
    sandbox: Sandbox,
    budget: Budget,
    mode: str = "auto",
    ranking: Ranking = "model",
    drafts: bool = True,
    seed: int = 0,
    record_in: Path | None = None,
    history: History | None = None,
) -> AsyncGenerator[Event, None]:
    """Repair `task` in a throw-away copy of `snapshot`; iterate inside `contextlib.aclosing`.

    The last event is `RunFinished`, unless the iteration is closed before. `mode` is "auto" or the one mode
    to stay in; `drafts=False` lets the model rank and not write. `record_in` is a folder for the trajectory,
    which is written however the run ends. `history` is what was done of late, for what the model is shown.
    """
    modes: tuple[Mode, ...] = LADDER if mode == "auto" else tuple(step for step in LADDER if step == mode)
    if not modes:
        raise ValueError(f"There is no mode {mode!r}: choose auto, fast, standard or deep.")
    run = Run(task, snapshot, sandbox, backend, budget, modes, ranking, drafts, seed, history, mode=modes[0])
    decisions: list[trajectory.Decision] = []
    outcome: Outcome | None = None
    try:
        async with run.stack:
            failure = await open_proof(run)
            if not failure:
                yield _started(run, mode)
                try:
                    async with aclosing(_loop(run, policy, decisions)) as events:
                        async for event in events:
                            yield event
                except TrialError as error:  # a disk that filled up meanwhile, say
                    failure = str(error)
            outcome = run.verified or run.unverified or Abandoned(failure or _why(run))
        yield RunFinished(outcome, run.mode, tuple(run.steps), run.usage, run.seconds, len(run.judged))
    finally:
        if record_in is not None:
            _record(run, mode, decisions, outcome, record_in)


async def _loop(
    run: Run, policy: Policy, decisions: list[trajectory.Decision]
) -> AsyncGenerator[Event, None]:
    for _ in range(_MOST_STEPS):
        state = run.state()
        choice = policy.choose(state)
        if isinstance(choice, Stop):
            run.stopped = choice.why
            return
        run.mode = choice.mode
        yield StepStarted(choice.role, choice.mode, choice.why)
        async with aclosing(_step(run, choice)) as events:
            async for event in events:
                yield event
        decisions.append(_decision(state, run))
    run.stopped = f"the specialists went in circles: {_MOST_STEPS} steps without an end"


async def _step(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    began, usage, judged = time.monotonic(), run.usage, len(run.judged)
    run.report = Report("nothing to do")
    async with aclosing(ACTS[choice.role](run, choice)) as events:
        async for event in events:
            yield event
    step = Step(
        role=choice.role,
        mode=choice.mode,
        why=choice.why,
        by_model=run.report.by_model,
        summary=run.report.summary,
        seconds=time.monotonic() - began,
        usage=run.usage - usage,
        candidates=run.report.candidates,
        judged=len(run.judged) - judged,
    )
    run.steps.append(step)
    yield StepFinished(step)


def _why(run: Run) -> str:
    """Why the run ended without a patch."""
    return f"{run.stopped.removesuffix('.')}. {run.setback}" if run.setback else run.stopped


def _started(run: Run, mode: str) -> RunStarted:
    model = f"{run.backend.profile.engine}: {run.backend.profile.model}" if run.backend else "no model"
    command = run.trial.baseline.command if run.trial else "no tests found"
    level = run.trial.level if run.trial else run.sandbox.describe()
    return RunStarted(run.task, mode, model, level, command)


# --- the record -------------------------------------------------------------------------------------


def _decision(state: State, run: Run) -> trajectory.Decision:
    step = run.steps[-1]
    return trajectory.Decision(
        state=state.as_dict(),
        role=step.role,
        mode=step.mode,
        why=step.why,
        by_model=step.by_model,
        seconds=step.seconds,
        usage=step.usage,
        judged=step.judged,
        best_fraction_passed=max((judged.fraction for judged in run.judged), default=0.0),
        plausible=len(run.plausible),
    )


def _record(
    run: Run, mode: str, decisions: list[trajectory.Decision], outcome: Outcome | None, folder: Path
) -> None:
    profile = run.backend.profile if run.backend else None
    header = trajectory.Header(
        version=trajectory.VERSION,
        started=time.time() - run.seconds,
        task=run.task.kind,
        mode=mode,
        engine=profile.engine if profile else "none",
        model=profile.model if profile else "none",
    )
    name = "cancelled" if outcome is None else type(outcome).__name__.lower()
    reason = getattr(outcome, "reason", "") if outcome else "the run was closed before its end"
    ending = trajectory.Ending(name, reason, run.seconds, run.usage)  # type: ignore[arg-type]
    with contextlib.suppress(OSError):  # a record that cannot be kept must not cost the repair
        trajectory.write(trajectory.new_path(folder), (header, *decisions, ending))
        trajectory.prune(folder, _MOST_RECORDS)
