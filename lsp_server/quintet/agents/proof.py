"""What a run is judged by: the trial it opens, and the one it changes to when the Tester wrote a test.

Knows the sandbox only as what a trial runs in; chooses no candidate.
"""

import re

import msgspec

from quintet.agents.coverage import body_lines, likeliest_first, running
from quintet.agents.places import command_for
from quintet.agents.run import Run
from quintet.agents.targets import Target
from quintet.tools.trial import NoTestsError, Trial, TrialError, open_trial
from quintet.tools.verdict import Verdict
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch


async def open_proof(run: Run) -> str:
    """Open the run's trial. Returns what is wrong in one sentence, or nothing.

    A workspace without tests is no error here: the Tester may write one, and what nothing can prove is never
    offered as a fix.
    """
    task = run.task
    told = bool(task.issue or task.diagnostic) or run.pointed
    try:
        run.own = run.trial = await run.stack.enter_async_context(
            open_trial(
                run.snapshot,
                command=task.test_command,
                named=task.tests,
                sandbox=run.sandbox,
                may_edit_tests=task.may_edit_tests or task.kind == "test",
                may_pass=told,
            )
        )
    except NoTestsError as error:
        run.untested = "the workspace has no tests that could judge it"
        return "" if told and (run.pointed or not task.test_command) else str(error)
    except TrialError as error:
        run.untested = f"its tests cannot be run: {error}"
        return "" if task.to_order else str(error)
    if run.pointed and not task.tests:
        mean(run.own, ())  # what fails elsewhere is another matter
    return ""


def mean(trial: Trial, named: tuple[str, ...]) -> None:
    """Let a trial be about these failing tests; its judge is measured anew."""
    trial.named = trial.quick.named = named
    trial.quick.wall = 0.0


async def speaking(trial: Trial, target: Target) -> tuple[str, ...]:
    """The failing tests that run a definition: they say what it has to do."""
    failing = trial.baseline.failing
    if not failing or target.unit is None:
        return ()
    path, lines = target.document.path, body_lines(target.tree, target.unit)
    if trial.command.runner != "command":
        failing = likeliest_first(trial, failing, target.name)
        found = (await running(trial, {path: lines}, failing)).tests
        if found:
            return found
    frames = {failure.test: failure.frames for failure in trial.baseline.failures}
    return tuple(
        test
        for test in failing
        if any(frame.path == path and frame.line in lines for frame in frames.get(test, ()))
        or _speaks_of(trial, test, target.name)
    )


def _speaks_of(trial: Trial, test: str, name: str) -> bool:
    """Whether the code of a test whose lines cannot be traced mentions a name."""
    path = trial.report.test_files.get(test)
    tree = trial.snapshot.tree(path) if path and trial.command.runner == "node" else None
    title = test.rpartition("::")[2]
    return any(
        unit.name == title and re.search(rf"\b{re.escape(name)}\b", unit_text)
        for unit in (tree.definitions() if tree else ())
        if (unit_text := tree.text[unit.start : unit.end] if tree else "")
    )


async def adopt_test(run: Run, test: Document) -> tuple[str, ...]:
    """Judge by `test` from now on if it fails on the code as it stands; the ids that fail.

    The user's own tests keep their say: see `last_word`.
    """
    snapshot = run.snapshot.with_documents((test,))
    try:
        trial = await run.stack.enter_async_context(
            open_trial(snapshot, command=command_for(run, test.path), sandbox=run.sandbox)
        )
    except TrialError:
        return ()
    if trial.named:
        run.trial, run.written = trial, test
    return trial.named


async def last_word(run: Run, patch: Patch) -> Verdict:
    """The verdict on a patch: of the user's own tests, and of the written one where it judges.

    Raises `TrialError` where the tests cannot be run at all. The run must have a trial.
    """
    if run.trial is None:
        raise TrialError("No test can be run, so nothing can be verified.")
    verdict = await run.trial.verify(patch)
    if run.written is None or run.own is None or not verdict.verified:
        return verdict
    own = await run.own.verify(patch)
    said = f"The test that Quintet wrote ({run.written.path}) failed before and passes now"
    if not own.verified:
        return msgspec.structs.replace(own, reason=f"{said}, but: {own.reason}")
    return msgspec.structs.replace(
        own, named=verdict.named, reason=f"{said}, and none of your own newly fails."
    )
