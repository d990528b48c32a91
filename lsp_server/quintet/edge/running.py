"""A task from the question to what came of it: the pipeline is run, shown and recorded.

Only a patch that the tests accepted is a fix. What could not be proven comes out where its user asked for new
code, and then says so; everything else is a sentence.
"""

import asyncio
import logging
import uuid
from contextlib import aclosing
from dataclasses import dataclass

from lsprotocol import types as lsp

from quintet.agents.task import (
    Abandoned,
    CandidateJudged,
    Event,
    Note,
    Outcome,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.edge import Edge, status
from quintet.edge.edits import Part, Refused, to_workspace_edit
from quintet.edge.progress import Progress
from quintet.edge.targets import targets_of
from quintet.repairing import Notice, repair
from quintet.session import Session
from quintet.settling import Moved
from quintet.story import Telling
from quintet.tools.verdict import TestRun
from quintet.workspace.document import Document

log = logging.getLogger(__name__)

NEW_CODE = frozenset({"rewrite", "implement", "test"})
"""Kinds of task whose result is worth looking at even where no test proves it."""
BEGIN = "Copying the workspace and running its tests"
"""What is shown first of every run."""
_OFTEN = 0.25
"""Seconds between two reports of a run to a client that draws it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A change for the texts as they are at this moment, what it is called and what is to be said of it.

    `edit` is the whole of it. `id` is the run's.
    """

    id: str
    session: Session
    task: Task
    outcome: Verified | Unverified
    documents: dict[str, Document]
    title: str
    label: str
    edit: lsp.WorkspaceEdit

    @property
    def solves(self) -> tuple[str, ...]:
        """The failing tests that it makes pass."""
        return self.outcome.verdict.named if isinstance(self.outcome, Verified) else ()

    @property
    def verified(self) -> bool:
        """Whether the tests accepted it."""
        return isinstance(self.outcome, Verified)


async def run(edge: Edge, session: Session, task: Task, title: str, shown: Progress) -> Found | str:
    """Work on a task; what was found, or one sentence on why nothing was."""
    telling = Telling(uuid.uuid4().hex, title, task)
    edge.stories.add(telling)
    began = asyncio.get_running_loop().time()
    told = 0.0
    found: Found | str = "No fix: the run ended without a word."
    status.tell(edge, busy=True)
    try:
        async with aclosing(repair(session, task)) as events:
            async for event in events:
                now = asyncio.get_running_loop().time()
                telling.hear(event, now - began)
                if isinstance(event, RunFinished):
                    _log(telling.id, event)
                    # Nothing may be awaited between this event and the edit: the texts could move on.
                    found = conclude(edge, session, task, event.outcome, telling.id, title)
                    break
                _show(edge, event, shown)
                if now - told >= _OFTEN:
                    told = now
                    status.trace(edge, telling.story)
    except asyncio.CancelledError:
        telling.end("cancelled")
        raise
    finally:
        status.trace(edge, telling.story)
        status.tell(edge, busy=False, tokens=telling.spent, outcome=telling.story.state)
    return found


def conclude(
    edge: Edge, session: Session, task: Task, outcome: Outcome, run_id: str, title: str
) -> Found | str:
    """The change that came of a task, for the texts of now; or why there is none."""
    if isinstance(outcome, Abandoned):
        return f"No {_thing(task)}: {outcome.reason}"
    if isinstance(outcome, Unverified) and task.kind not in NEW_CODE:
        return f"No fix: {outcome.reason} What was tried is not offered, because nothing proves it."
    documents = session.documents_of(outcome.patch)
    if isinstance(documents, Moved):
        return f"The {_thing(task)} was found, but {documents.reason} Ask again."
    label = label_of(outcome)
    name = title if isinstance(outcome, Verified) else f"{title} (unverified)"
    part = Part(outcome.patch, name, label, confirm=confirms(session, outcome))
    edit = to_workspace_edit([part], targets_of(session, documents), edge.client)
    if isinstance(edit, Refused):
        return edit.reason
    return Found(run_id, session, task, outcome, documents, name, label, edit)


def confirms(session: Session, outcome: Verified | Unverified) -> bool:
    """Whether the user wants to be shown a change before it is made, in parts that may be left out."""
    wish = session.settings.preview
    if wish != "auto":
        return wish == "always"
    return isinstance(outcome, Unverified) or len(outcome.patch.files) > 1


def label_of(outcome: Verified | Unverified) -> str:
    """What proves a change: the command, its exit code, the counts before and after. Or that nothing does."""
    if isinstance(outcome, Unverified):
        return f"Not verified: {outcome.reason}"
    verdict = outcome.verdict
    before, after = verdict.before, verdict.after or verdict.before
    return (
        f"Verified by {verdict.command}: exit code {after.exit_code}, {_counts(after)} "
        f"(before the fix: {_counts(before)}). Isolation: {verdict.level.partition(':')[0]}."
    )


def _counts(ran: TestRun) -> str:
    return f"{ran.passed} passed, {len(ran.failing)} failed"


def _thing(task: Task) -> str:
    return {"rewrite": "rewrite", "implement": "implementation", "test": "test"}.get(task.kind, "fix")


# --- what happens meanwhile ---------------------------------------------------------------------------


def _show(edge: Edge, event: Event | Notice, shown: Progress) -> None:
    match event:
        case Notice(text):
            edge.warn(text)
        case RunStarted():
            status.tell(edge, engine=event.backend)
            shown.report(f"{event.command} in {event.level.partition(':')[0]}, with {event.backend}")
        case StepStarted():
            shown.report(f"{event.role.capitalize()}: {event.why}")
        case StepFinished():
            shown.report(f"{event.step.role.capitalize()}: {event.step.summary}")
        case CandidateJudged():
            many = f"{event.number} candidate{'s' * (event.number != 1)} tried"
            shown.report(f"{many}: {event.description}", important=False)
        case Note(text):
            shown.report(text)
        case _:
            pass


def _log(run_id: str, event: RunFinished) -> None:
    facts = {
        "id": run_id,
        "outcome": type(event.outcome).__name__.lower(),
        "mode": event.mode,
        "roles": [step.role for step in event.steps],
        "tokens": event.usage.prompt_tokens - event.usage.cached_tokens + event.usage.completion_tokens,
        "judged": event.judged,
        "ms": round(event.seconds * 1000),
    }
    log.info("repair ended", extra=facts)
