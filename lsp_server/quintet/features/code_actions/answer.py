"""One fix from question to edit: run the repair, show what happens, and say how it ended.

Only a patch the tests accepted becomes an edit. Everything else is a sentence to the user.
"""

import asyncio
import logging
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
    Unverified,
    Verified,
)
from quintet.features import Edge
from quintet.features.code_actions.offers import Asked, worker
from quintet.features.code_actions.progress import Progress, progress
from quintet.protocol import Refused, Target, file_uri, to_workspace_edit
from quintet.session import Notice, Session
from quintet.settling import Moved
from quintet.tools.verdict import TestRun

log = logging.getLogger(__name__)

_LAST_WORDS = 10.0
"""Seconds a cancelled run may take to stop what it started before its request is answered regardless."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An edit the user's tests accepted, made for the documents as they are now, and what to call it."""

    edit: lsp.WorkspaceEdit
    label: str


async def answer(edge: Edge, asked: Asked, title: str = "Quintet") -> Answer | None:
    """Work on a task; None where nothing came of it, which the user has then been told.

    Cancelling this, or the progress it shows, stops everything that was started for it.
    """
    session = worker(edge, asked)
    if isinstance(session, str):
        edge.say(session, lsp.MessageType.Warning)
        return None
    async with progress(edge, title, "Copying the workspace and running its tests") as shown:
        work = session.start(_work(edge, session, asked, shown))
        shown.cancels(asyncio.current_task())
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work}, timeout=_LAST_WORDS)
            shown.ending = "Cancelled"
            if shown.cancelled:  # by its user, who asked for an end and not for an error
                return None
            raise
        if work.cancelled() and session not in edge.sessions:
            return _conclude(edge, session, Abandoned("The folder was closed meanwhile."), shown)
        return work.result()


async def _work(edge: Edge, session: Session, asked: Asked, shown: Progress) -> Answer | None:
    async with aclosing(session.repair(asked.task)) as events:
        async for event in events:
            if isinstance(event, RunFinished):
                _log(asked, event)
                # Nothing may be awaited between this event and the edit: the texts could move on.
                return _conclude(edge, session, event.outcome, shown)
            _show(edge, event, shown)
    return _conclude(edge, session, Abandoned("The run ended without a word."), shown)


def _conclude(edge: Edge, session: Session, outcome: Outcome, shown: Progress) -> Answer | None:
    """Make the edit, or say why there is none."""
    result = _edit(edge, session, outcome)
    if isinstance(result, Answer):
        edge.say(result.label)
        shown.ending = result.label
        return result
    edge.say(result, lsp.MessageType.Warning)
    shown.ending = result
    return None


def _edit(edge: Edge, session: Session, outcome: Outcome) -> Answer | str:
    if isinstance(outcome, Unverified):
        return f"No fix: {outcome.reason} What was tried is not offered, because nothing proves it."
    if isinstance(outcome, Abandoned):
        return f"No fix: {outcome.reason}"
    documents = session.documents_of(outcome.patch)
    if isinstance(documents, Moved):
        return f"The fix was found, but {documents.reason} Ask again."
    targets = {path: _target(session, path, document.text) for path, document in documents.items()}
    label = _label(outcome)
    edit = to_workspace_edit(outcome.patch, targets, edge.client, label="Fix by Quintet", description=label)
    return edit.reason if isinstance(edit, Refused) else Answer(edit, label)


def _target(session: Session, path: str, text: str) -> Target:
    """A file as the editor knows it: by the name it used, or by its place on the disk."""
    held = session.documents.get(path)
    if held is not None:
        return Target(held.name, text, held.document.version)
    root = session.root
    return Target(file_uri((root / path).as_posix() if root else path), text, None)


def _label(outcome: Verified) -> str:
    """What proves the fix: the command, its exit code, the counts before and after."""
    verdict = outcome.verdict
    before, after = verdict.before, verdict.after or verdict.before
    return (
        f"Verified by {verdict.command}: exit code {after.exit_code}, {_counts(after)} "
        f"(before the fix: {_counts(before)}). Isolation: {verdict.level.partition(':')[0]}."
    )


def _counts(run: TestRun) -> str:
    return f"{run.passed} passed, {len(run.failing)} failed"


# --- what happens meanwhile ---------------------------------------------------------------------------


def _show(edge: Edge, event: Event | Notice, shown: Progress) -> None:
    match event:
        case Notice(text):
            edge.say(text, lsp.MessageType.Warning)
        case RunStarted():
            shown.report(f"{event.command} in {event.level.partition(':')[0]}, with {event.backend}")
        case StepStarted():
            shown.report(f"{event.role.capitalize()}: {event.why}")
        case StepFinished():
            shown.report(f"{event.step.role.capitalize()}: {event.step.summary}")
        case CandidateJudged():
            shown.report(f"{event.number} candidates tried: {event.description}", important=False)
        case Note(text):
            shown.report(text)
        case _:
            pass


def _log(asked: Asked, event: RunFinished) -> None:
    facts = {
        "id": asked.id,
        "outcome": type(event.outcome).__name__.lower(),
        "mode": event.mode,
        "roles": [step.role for step in event.steps],
        "tokens": event.usage.prompt_tokens - event.usage.cached_tokens + event.usage.completion_tokens,
        "judged": event.judged,
        "ms": round(event.seconds * 1000),
    }
    log.info("repair ended", extra=facts)
