"""Code actions: offered at once, worked on only when the user takes one.

Offering calls no model and runs no test; what is to be done travels in the action's `data`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from quintet.edge import Edge, status
from quintet.features.code_actions.offers import KINDS, Asked, Offer, offers, worker

if TYPE_CHECKING:
    from quintet.edge.progress import Progress
    from quintet.edge.running import Found
    from quintet.session import Session

FIX = "quintet.fix"
FIX_IN_MODE = "quintet.fixInMode"
TAKEN = "quintet.taken"
MODES = ("auto", "fast", "standard", "deep")


def register(edge: Edge) -> None:
    """Offer, resolve, and commands for editors that cannot resolve and for what asks back."""
    server = edge.server

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True),
    )
    async def offer(params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction | lsp.Command]:
        found = await offers(edge, params)
        return [_action(edge, it) if edge.client.literals else _command(it) for it in found]

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        # An action that comes back without an edit changes nothing, and the user has been told why. An error
        # would be shown a second time, as a failure of the server, by every editor in its own words.
        if action.edit is not None or (action.data is None and action.command is not None):
            return action
        found = await _worked(edge, _asked(action.data))
        if found is not None:
            action.edit, action.title = found.edit, found.title
        return action

    @server.command(FIX)
    async def fix(data: Any) -> dict[str, bool]:
        return {"applied": await _given(edge, _asked(data))}

    @server.command(FIX_IN_MODE)
    async def fix_in_mode(data: Any) -> dict[str, bool]:
        from quintet.edge.asking import ask  # noqa: PLC0415 -- none of these is needed to start

        asked = _asked(data)
        mode = await ask(edge, "How much work may it be?", MODES)
        if mode is None:
            return {"applied": False}
        task = msgspec.structs.replace(asked.task, mode=mode)
        return {"applied": await _given(edge, msgspec.structs.replace(asked, task=task))}

    @server.command(TAKEN)
    async def taken(data: Any) -> None:
        """An action's edit was made by the editor itself: keep what was there before."""
        await _taken(edge, data)


def _asked(data: object) -> Asked:
    try:
        return msgspec.convert(data, Asked)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"This is no action of ours: {error}") from error


# --- the work -----------------------------------------------------------------------------------------


async def _worked(edge: Edge, asked: Asked) -> "Found | None":
    """Work on a task for an editor that puts the edit in itself."""
    from quintet.edge.running import BEGIN, run  # noqa: PLC0415
    from quintet.edge.working import work  # noqa: PLC0415

    session = _session(edge, asked)
    if session is None:
        return None

    async def doing(shown: "Progress") -> "Found | None":
        found = await run(edge, session, asked.task, asked.title, shown)
        shown.ending = found if isinstance(found, str) else found.label
        if isinstance(found, str):
            edge.warn(found)
            return None
        edge.say(found.label) if found.verified else edge.warn(found.label)
        edge.given[asked.id] = found
        return found

    return await work(edge, session, asked.title, BEGIN, doing)


async def _given(edge: Edge, asked: Asked) -> bool:
    """Work on a task and put the edit into the editor; whether it took it."""
    from quintet.edge.giving import carry_out  # noqa: PLC0415

    session = _session(edge, asked)
    return session is not None and await carry_out(edge, session, asked.task, asked.title)


def _session(edge: Edge, asked: Asked) -> "Session | None":
    session = worker(edge, asked)
    if isinstance(session, str):
        edge.warn(session)
        return None
    return session


async def _taken(edge: Edge, data: object) -> None:
    from quintet.edge.giving import keep  # noqa: PLC0415

    found = edge.given.pop(data, None) if isinstance(data, str) else None
    if found is not None:
        status.solved(edge, found.session, found.solves)
        await keep(found.session, found.title, found.documents, found.outcome.patch)
    for session in edge.sessions:
        ready = next((each for each in session.findings.ready if each.id == data), None)
        if ready is not None:
            session.findings.forget(ready.id)
            status.solved(edge, session, ready.outcome.verdict.named)
            patch = ready.outcome.patch
            await keep(session, ready.title, ready.documents, patch)


# --- how it is offered --------------------------------------------------------------------------------


def _action(edge: Edge, offer: Offer) -> lsp.CodeAction:
    action = lsp.CodeAction(
        title=offer.asked.title,
        kind=offer.kind,
        diagnostics=[*offer.diagnostics] or None,
        tags=[lsp.CodeActionTag.LlmGenerated] if edge.client.model_tag and offer.by_model else None,
    )
    if offer.obstacle:
        action.disabled = lsp.CodeActionDisabled(offer.obstacle)
    elif offer.edit is not None:
        action.edit, action.is_preferred = offer.edit, True
        action.command = lsp.Command(action.title, TAKEN, arguments=[offer.asked.id])
    elif offer.command or edge.client.preview or not edge.client.resolves:
        action.command = _command(offer)
    else:
        action.data = msgspec.to_builtins(offer.asked)
        action.command = lsp.Command(action.title, TAKEN, arguments=[offer.asked.id])
    return action


def _command(offer: Offer) -> lsp.Command:
    arguments = [offer.arguments or msgspec.to_builtins(offer.asked)]
    return lsp.Command(title=offer.asked.title, command=offer.command or FIX, arguments=arguments)
