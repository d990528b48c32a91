"""What a run is judged by: the trial it opens, and the one it changes to when the Tester wrote a test.

Knows the sandbox only as what a trial runs in; chooses no candidate.
"""

import shlex

import msgspec

from quintet.agents.run import Run
from quintet.tools.trial import NoTestsError, TrialError, open_trial
from quintet.tools.verdict import Verdict
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch


async def open_proof(run: Run) -> str:
    """Open the run's trial. Returns what is wrong in one sentence, or nothing.

    A workspace without tests is no error here: the Tester may write one, and what nothing can prove is never
    offered as a fix.
    """
    task = run.task
    told = bool(task.issue or task.diagnostic)
    try:
        run.own = run.trial = await run.stack.enter_async_context(
            open_trial(
                run.snapshot,
                command=task.test_command,
                named=task.tests,
                sandbox=run.sandbox,
                may_edit_tests=task.may_edit_tests,
                may_pass=told,
            )
        )
    except NoTestsError as error:
        return "" if told and not task.test_command else str(error)
    except TrialError as error:
        return str(error)
    return ""


async def adopt_test(run: Run, test: Document) -> tuple[str, ...]:
    """Judge by `test` from now on if it fails on the code as it stands; the ids that fail.

    The user's own tests keep their say: see `last_word`.
    """
    snapshot = run.snapshot.with_documents((test,))
    try:
        trial = await run.stack.enter_async_context(
            open_trial(snapshot, command=_command(run, test.path), sandbox=run.sandbox)
        )
    except TrialError:
        return ()
    if trial.named:
        run.trial, run.written = trial, test
    return trial.named


def _command(run: Run, path: str) -> str:
    """How one test file is run: by the user's interpreter and with their variables where they use pytest."""
    if not path.endswith(".py"):
        return f"node --test {shlex.quote(path)}"
    own = run.own.command if run.own and run.own.command.runner == "pytest" else None
    variables = [f"{name}={shlex.quote(value)}" for name, value in (own.env if own else ())]
    program = own.program if own and own.module else "python"
    return " ".join((*variables, program, "-m", "pytest", "-q", shlex.quote(path)))


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
