"""The Planner: where is the fault, and what is to be done about it.

Deterministic part: coverage, traceback, names and cursor say which lines are suspicious. With a capable model
the plan is written by it and checked against the workspace before anyone believes it.
"""

from collections.abc import AsyncGenerator, Iterator

from quintet.agents.ask import ask
from quintet.agents.proof import mean, speaking
from quintet.agents.run import Report, Run
from quintet.agents.targets import Target, defined, gather, line_of, selected, whole_units
from quintet.agents.task import Event, Note
from quintet.tools.verdict import Suspicion
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice

_FILES_WHEN_LOST = 3
_PLANNED = 0.9
_CURSOR = 0.8
_SHOWN = 3


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Fill `run.targets` and, with a capable model, `run.plan`."""
    if run.pointed:
        async for event in _pointed(run):
            yield event
        return
    suspicions = await _suspicions(run)
    by_model = False
    if run.capable:
        try:
            plan, planned = _checked(run, (await ask(run, "planner", choice.mode))[0])
            run.plan, by_model = plan, bool(planned)
            suspicions = (*planned, *suspicions)
        except BackendError as error:
            yield Note(f"The Planner goes on without the model: {error}")
    run.targets = gather(run.snapshot, (each for each in suspicions if run.may_change(each.path)))
    run.localised = True
    if run.targets:
        yield Note("Suspicious: " + "; ".join(_told(target) for target in run.targets[:3]))
    if run.plan:
        yield Note(run.plan)
    lines = sum(len(target.lines) for target in run.targets)
    where = f"{lines} suspicious lines in {len(run.targets)} place(s)" if lines else "no place found"
    run.report = Report(where, by_model)


async def _pointed(run: Run) -> AsyncGenerator[Event, None]:
    """What the user pointed at, and no other place; for a stub also the failing tests that run it."""
    run.localised = True
    task, target = run.task, _place(run)
    if target is None or (task.kind != "test" and not run.may_change(task.path or "")):
        where = f"{task.path}:{task.line}"
        run.setback = (
            f"{where} judges patches or is protected." if target else f"Nothing is known of {where}."
        )
        run.report = Report("no place found")
        return
    run.targets = (target,)
    if task.kind == "implement" and run.own and not task.tests:
        mean(run.own, await speaking(run.own, target))
        if run.own.named:
            yield Note(f"Failing tests that run {target.name}: {', '.join(run.own.named[:_SHOWN])}")
    first, last = min(target.lines), max(target.lines)
    run.report = Report(f"{target.name} ({target.document.path}:{first}-{last})")


def _place(run: Run) -> Target | None:
    """What a task that points at something points at."""
    task = run.task
    if task.path is None or task.line is None:
        return None
    whole = None if task.kind == "rewrite" else defined(run.snapshot, task.path, task.line)
    if whole or task.kind == "test":
        return whole
    return selected(run.snapshot, task.path, task.line, task.end_line or task.line)


async def _suspicions(run: Run) -> tuple[Suspicion, ...]:
    """What the tests blame, else where the user stands, else the files whose names fit best."""
    found = list(await run.trial.suspects()) if run.trial is not None and run.trial.named else []
    task = run.task
    if task.path and task.line:
        found.append(Suspicion(task.path, task.line, _CURSOR, "the request was made here"))
    elif task.path:
        found.extend(whole_units(run.snapshot, task.path, _CURSOR / 2, "the request names this file"))
    found.extend(_unparsed(run, {task.path or "", *(suspicion.path for suspicion in found)}))
    if found:
        return tuple(found)
    ranked = run.snapshot.index.search(f"{task.issue} {task.diagnostic}", _FILES_WHEN_LOST)
    paths = [path for path, _ in ranked if run.may_change(path)]
    if not paths:
        paths = [path for path in run.snapshot.files() if run.may_change(path)]
    return tuple(
        suspicion
        for path in paths[:_FILES_WHEN_LOST]
        for suspicion in whole_units(run.snapshot, path, 0.3, "its names fit the task")
    )


def _unparsed(run: Run, paths: set[str]) -> Iterator[Suspicion]:
    for path in sorted(paths):
        tree = run.snapshot.tree(path) if path in run.snapshot.files() else None
        for problem in tree.problems() if tree else ():
            line = line_of(tree.text, problem.start) if tree else 1
            yield Suspicion(path, line, 1.0, problem.message)


def _checked(run: Run, plan: str) -> tuple[str, tuple[Suspicion, ...]]:
    """The lines of a plan whose file and unit exist, and the suspicion that follows from each."""
    kept: list[str] = []
    suspicions: list[Suspicion] = []
    for line in plan.splitlines():
        path, _, rest = (part.strip(" `*-") for part in line.partition("::"))
        name, _, why = (part.strip(" `*()") for part in rest.partition("::"))
        tree = run.snapshot.tree(path) if path in run.snapshot.files() else None
        if tree is None or not run.may_change(path):
            continue
        for unit in tree.units():
            if unit.name == name.rpartition(".")[2]:
                kept.append(f"{path} :: {name} :: {why}")
                suspicions.append(
                    Suspicion(path, line_of(tree.text, unit.body_start), _PLANNED, why or "planned")
                )
                break
    return "\n".join(kept), tuple(suspicions)


def _told(target: Target) -> str:
    first = line_of(target.document.text, target.start)
    last = line_of(target.document.text, max(target.start, target.end - 1))
    top = max(target.lines, key=lambda line: target.lines[line])
    return f"{target.name} ({target.document.path}:{first}-{last}, most of all line {top})"
