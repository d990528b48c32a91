"""A repair in a session: whose turn it is, with what, until when, and for which texts its patch is.

Knows no editor; what the specialists do is the controller's.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from quintet import settling
from quintet.agents import controller
from quintet.agents.task import Event, Note, RunFinished, RunStarted, Task, Verified
from quintet.deadline import abandoned, in_time
from quintet.session import Session
from quintet_models.policy import CascadePolicy
from quintet_models.trajectory import state_folder


class Notice(msgspec.Struct, frozen=True):
    """Something the user should be told even if they do not look at the progress: one sentence."""

    text: str


async def repair(session: Session, task: Task) -> AsyncGenerator[Event | Notice]:
    """Repair, one run at a time in a workshop; iterate inside `contextlib.aclosing`.

    The last event is RunFinished. The patch in it fits the documents as they are at that moment: one
    made for texts that have changed meanwhile was moved along and verified again, or is Abandoned.
    """
    for wrong in session.read_again():
        yield Notice(str(wrong))
    if session.busy:
        yield Note("Waiting for the repair before this one.")
    async with session.at_work(task.path) as sandbox:
        if isinstance(sandbox, str):
            yield abandoned(sandbox)
            return
        yield Note("Connecting to the model")
        backend, trouble = await session.backend()
        if trouble:
            yield Notice(trouble)
        history = await session.history() if backend else None  # nobody else would read it
        snapshot = await session.snapshot()
        yield Note(snapshot.incomplete or "Copying the workspace and running its tests")
        run = controller.repair(
            task,
            snapshot,
            policy=CascadePolicy(),
            backend=backend,
            sandbox=sandbox,
            budget=session.settings.budget,
            mode=task.mode or session.settings.mode,
            record_in=state_folder() if session.settings.record else None,
            history=history,
        )
        async with aclosing(in_time(run, session.settings.budget.seconds + session.grace)) as events:
            async for event in events:
                if isinstance(event, RunStarted):
                    session.test_command = event.command or session.test_command
                if isinstance(event, RunFinished) and isinstance(event.outcome, Verified):
                    outcome = await settling.settle(
                        event.outcome, snapshot, sandbox, session, may_edit_tests=task.may_edit_tests
                    )
                    yield msgspec.structs.replace(event, outcome=outcome)
                else:
                    yield event
