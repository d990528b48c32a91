"""A change handed to the editor: shown first where its user wants that, and kept so that it can be undone.

A part of a proven change is no proven change: it is verified again before it is made.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.agents.task import Task, Unverified, Verified
from quintet.checkpoints import Checkpoints, Restoration
from quintet.edge import Edge, status
from quintet.edge.edits import Part, Refused, to_workspace_edit
from quintet.edge.previewing import Shown, taken, unverified_wanted
from quintet.edge.progress import Progress
from quintet.edge.running import BEGIN, Found, confirms, label_of, run
from quintet.edge.targets import targets_of, uri_of
from quintet.edge.working import work
from quintet.session import Session
from quintet.settling import Moved, rebased
from quintet.trying import verified
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch
from quintet_models.trajectory import state_folder

_PATIENCE = 600.0
"""Seconds an editor has to answer: in some of them its user confirms an edit piece by piece."""
_GONE = "The editor has not said whether it took the change; look before you ask again."
_NOTHING = "Nothing was changed."


async def carry_out(edge: Edge, session: Session, task: Task, title: str) -> bool:
    """Work on a task and bring what comes of it into the editor; whether something was changed."""

    async def doing(shown: Progress) -> bool:
        found = await run(edge, session, task, title, shown)
        return refused(edge, shown, found) if isinstance(found, str) else await give(edge, found, shown)

    if problem := session.obstacle(task.path):
        return refused(edge, None, f"No fix: {problem}")
    return await work(edge, session, title, BEGIN, doing) or False


async def give(edge: Edge, found: Found, shown: Progress) -> bool:
    """Bring a change into the editor; whether it took it. What went wrong its user has then been told."""
    outcome = await _agreed(edge, found, shown)
    if outcome is None:
        shown.ending = _NOTHING
        return False
    fitting = await _fitting(found, outcome, shown)
    if isinstance(fitting, str):
        return refused(edge, shown, f"The change was not made: {fitting} Ask again.")
    session, label = found.session, label_of(fitting)
    confirm = not edge.client.preview and confirms(session, fitting)
    part = Part(fitting.patch, found.title, label, confirm=confirm)
    if not await hand_over(edge, session, found.title, [part], shown):
        return False
    shown.ending = label
    if isinstance(fitting, Verified):
        edge.say(label)
        status.solved(edge, session, fitting.verdict.named)
    else:
        edge.warn(label)
    return True


async def hand_over(
    edge: Edge,
    session: Session,
    title: str,
    parts: Sequence[Part],
    shown: Progress | None = None,
    delete: Sequence[str] = (),
) -> bool:
    """Put parts that fit the texts of now into the editor, and keep what was there before.

    `delete` are files to be taken away besides, in an editor that does that.
    """
    patch = joined(parts)
    documents = session.documents_of(patch)
    if isinstance(documents, Moved):
        return refused(edge, shown, f"The change was not made: {documents.reason} Ask again.")
    edit = to_workspace_edit(parts, targets_of(session, documents), edge.client)
    if isinstance(edit, Refused):
        return refused(edge, shown, edit.reason)
    if delete and edge.client.deletes_files:
        gone = [lsp.DeleteFile(uri=uri_of(session, path)) for path in delete]
        edit.document_changes = [*(edit.document_changes or ()), *gone]
    if problem := await apply_edit(edge, edit, title):
        return refused(edge, shown, problem)
    await keep(session, title, documents, patch)
    return True


async def put_back(edge: Edge, session: Session, back: Restoration) -> bool:
    """Bring texts back to what they were; that can be undone, too."""
    title = "Back to before"
    if not await hand_over(edge, session, title, [Part(back.patch, title)], delete=back.delete):
        return False
    left = (
        "" if edge.client.deletes_files or not back.delete else f" Delete {', '.join(back.delete)} yourself."
    )
    edge.say(f"It is as it was before.{left}")
    return True


async def apply_edit(edge: Edge, edit: lsp.WorkspaceEdit, title: str) -> str:
    """Ask the editor to make an edit; a sentence on why it did not, or nothing."""
    params = lsp.ApplyWorkspaceEditParams(edit=edit, label=title)
    try:
        async with asyncio.timeout(_PATIENCE):
            result = await edge.server.workspace_apply_edit_async(params)
    except TimeoutError:
        return _GONE
    except JsonRpcException as error:
        result = lsp.ApplyWorkspaceEditResult(applied=False, failure_reason=error.message)
    if result.applied:
        return ""
    why = f" ({result.failure_reason})" if result.failure_reason else ""
    return f"The editor did not take the fix{why}."


async def keep(session: Session, title: str, documents: Mapping[str, Document], patch: Patch) -> None:
    """Keep what a change replaces, so that it can be brought back."""
    if session.root is None:
        return
    created = {change.path for change in patch.files if change.base is None}
    before = {path: None if path in created else document for path, document in documents.items()}
    await asyncio.to_thread(checkpoints().keep, session.root, title, before, patch)


def checkpoints() -> Checkpoints:
    """The before-images of the last changes, in the user's state folder."""
    return Checkpoints(state_folder().parent / "checkpoints")


def joined(parts: Sequence[Part]) -> Patch:
    """Disjoint parts as one patch."""
    files = {change.path: change for change in parts[0].patch.files}
    for part in parts[1:]:
        for change in part.patch.files:
            known = files.get(change.path)
            edits = sorted((*known.edits, *change.edits)) if known else change.edits
            files[change.path] = type(change)(change.path, change.base, tuple(edits))
    return Patch(tuple(files.values()))


def refused(edge: Edge, shown: Progress | None, reason: str) -> bool:
    """Tell the user why a change was not made."""
    if shown is not None:
        shown.ending = reason
    edge.warn(reason)
    return False


async def _agreed(edge: Edge, found: Found, shown: Progress) -> Verified | Unverified | None:
    """What of a change its user agrees to; None where they do not."""
    confirm = confirms(found.session, found.outcome)
    if not (edge.client.preview and confirm):
        asks_itself = confirm and edge.client.annotations  # with the edit
        wanted = found.verified or asks_itself or await unverified_wanted(edge, found.label)
        return found.outcome if wanted else None
    shown.report("Waiting for your choice")
    patch, good = found.outcome.patch, found.verified
    chosen = await taken(
        edge, Shown(found.id, found.session, patch, found.documents, found.title, found.label, verified=good)
    )
    if chosen is None or chosen is patch:
        return found.outcome if chosen else None
    return await _part(edge, found, chosen, shown)


async def _part(edge: Edge, found: Found, part: Patch, shown: Progress) -> Verified | Unverified | None:
    """The outcome for a part of a change: that tests run the whole of it says nothing of a part."""
    reason = "only a part of it was taken, and no test is known to run that part."
    if isinstance(found.outcome, Verified) and found.outcome.verdict.named:
        shown.report("Verifying the part that was taken")
        again = await _verified(found, part, found.outcome)
        if isinstance(again, Verified):
            return again
        reason = f"the part that was taken does not stand by itself. {again}"
    if found.verified and not await unverified_wanted(edge, f"Not verified: {reason}"):
        return None
    return Unverified(part, "", reason)


async def _fitting(
    found: Found, outcome: Verified | Unverified, shown: Progress
) -> Verified | Unverified | str:
    """The change for texts that may have moved on meanwhile; one that was moved is verified again."""
    if not isinstance(found.session.documents_of(outcome.patch), Moved):
        return outcome
    patch = rebased(outcome.patch, lambda path: found.documents[path], found.session.current)
    if isinstance(patch, Moved):
        return patch.reason
    if isinstance(outcome, Unverified):
        return msgspec.structs.replace(outcome, patch=patch)
    shown.report("The text has moved on: verifying again")
    return await _verified(found, patch, outcome)


async def _verified(found: Found, patch: Patch, earlier: Verified) -> Verified | str:
    return await verified(found.session, patch, earlier, may_edit_tests=found.task.may_edit_tests)
