"""What a run is judged by: the trial it opens, and the one it changes to when the Tester wrote a test.

Knows the sandbox only as what a trial runs in; chooses no candidate.
"""

from quintet.agents.run import Run
from quintet.tools.trial import NoTestsError, TrialError, open_trial
from quintet.workspace.document import Document


async def open_proof(run: Run) -> str:
    """Open the run's trial. Returns what is wrong in one sentence, or nothing.

    A workspace without tests is no error here: the Tester may write one, and what nothing can prove is never
    offered as a fix.
    """
    task = run.task
    told = bool(task.issue or task.diagnostic)
    try:
        run.trial = await run.stack.enter_async_context(
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
    """Judge by `test` from now on if it fails on the code as it stands; the ids that fail."""
    snapshot = run.snapshot.with_documents((test,))
    command = f"python -m pytest -q {test.path}" if test.path.endswith(".py") else f"node --test {test.path}"
    try:
        trial = await run.stack.enter_async_context(
            open_trial(snapshot, command=command, sandbox=run.sandbox)
        )
    except TrialError:
        return ()
    if trial.named:
        run.trial = trial
    return trial.named
