"""The Debugger: what the failed attempts teach.

Deterministic part: lines where an edit changed how the tests fail are alive, and edits that made more tests
pass are promising; both move up. A capable model puts a hypothesis into words for the next draft.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace

from quintet.agents.ask import ask
from quintet.agents.run import Judged, Report, Run
from quintet.agents.targets import line_of
from quintet.agents.task import Event, Note
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice

_SHOWN = 3
_ALIVE = 0.95


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Raise the suspicion of lines that matter; add to `run.hypotheses`."""
    alive = _alive_lines(run)
    run.targets = tuple(
        replace(target, lines={line: _raised(weight, line in alive.get(target.document.path, ()))
                               for line, weight in target.lines.items()})
        for target in run.targets
    )  # fmt: skip
    best = promising(run)[:_SHOWN]
    by_model = False
    if run.capable and best:
        try:
            words = "\n\n".join(f"{judged.proposal.diff}\n→ {judged.judgement.message}" for judged in best)
            hypothesis = (await ask(run, "debugger", choice.mode, words))[0].strip()
            run.hypotheses.append(hypothesis)
            by_model = True
            yield Note(f"Debugger: {hypothesis}")
        except BackendError as error:
            yield Note(f"The Debugger goes on without the model: {error}")
    count = sum(len(lines) for lines in alive.values())
    summary = f"{count} line(s) where an edit changed the failure"
    if best and best[0].fraction:
        summary += (
            f"; nearest: {best[0].proposal.description} ({best[0].fraction:.0%} of the named tests pass)"
        )
    run.report = Report(summary, by_model)


def promising(run: Run) -> list[Judged]:
    """Attempts that changed how the tests fail, those with more tests passed first."""
    usual = _usual_message(run)
    changed = [judged for judged in run.judged if judged.fraction or judged.judgement.message != usual]
    changed = [judged for judged in changed if not judged.judgement.stopped]
    return sorted(changed, key=lambda judged: (-judged.fraction, -judged.proposal.score))


def _usual_message(run: Run) -> str:
    """How the tests fail on the code as it stands."""
    failures = run.trial.baseline.failures if run.trial else ()
    named = [failure for failure in failures if run.trial and failure.test in run.trial.named]
    return (named or list(failures))[0].message if failures else ""


def _alive_lines(run: Run) -> dict[str, set[int]]:
    lines: dict[str, set[int]] = {}
    for judged in promising(run):
        document = judged.proposal.document
        for edit in judged.proposal.edits:
            lines.setdefault(document.path, set()).add(line_of(document.text, edit.start))
    return lines


def _raised(weight: float, alive: bool) -> float:  # noqa: FBT001 - a two-valued fact, named at the one call
    return max(weight, _ALIVE) if alive else weight
