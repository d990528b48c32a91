"""The Tester: which test speaks for the task, and a new one where none does.

A test written in the same run is evidence only if it fails on the code as it stands. Deterministic part: the
examples (`>>>`) in the user's words or the docstring of the unit in question become a test. A capable model
may write one in the project's own framework.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from quintet.agents import testing
from quintet.agents.ask import ask, fenced
from quintet.agents.examples import examples_test
from quintet.agents.places import Place, place_for
from quintet.agents.proof import adopt_test
from quintet.agents.run import Report, Run
from quintet.agents.targets import Target
from quintet.agents.task import Event, Note
from quintet.workspace.document import Document
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Give the run a trial with a failing test that speaks for the task, if one can be had."""
    first, run.tester_tried = not run.tester_tried, True
    if run.task.kind == "test":
        async with aclosing(testing.write(run, choice, examples=first)) as events:
            async for event in events:
                yield event
        return
    by_model = False
    if run.task.kind == "test_failure" and run.trial is not None and run.trial.named:
        run.report = Report(f"{len(run.trial.named)} failing test(s) speak for the task")
        return
    target, place = _placed(run)
    text = examples_test(target, place, run.task.issue) if target and place else None
    if text is None and place and run.capable and not run.task.to_order:  # it would agree with its own draft
        try:
            text, by_model = fenced((await ask(run, "tester", choice.mode))[0]), True
        except BackendError as error:
            yield Note(f"The Tester goes on without the model: {error}")
    if text is None or place is None:
        run.report = Report("no test speaks for the task, and none could be written")
        return
    failing = await adopt_test(run, Document(place.path, text))
    summary = f"wrote a test that fails on the code as it stands ({len(failing)} failing)" if failing else (
        "wrote a test, but it passes on the code as it stands: no evidence")  # fmt: skip
    run.report = Report(summary, by_model)


def _placed(run: Run) -> tuple[Target | None, Place | None]:
    """The likeliest definition that a test can be written for, and where that goes."""
    for target in sorted(run.targets, key=lambda each: each.unit is None):
        if place := place_for(run, target):
            return target, place
    return None, None
