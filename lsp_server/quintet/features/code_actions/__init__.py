"""The code action "Fix with Quintet": offered at once, worked on only when the user takes it.

Offering calls no model and runs no test; what is to be done travels in the action's `data`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from quintet.features import Edge
from quintet.features.code_actions.offers import Asked, Offer, offers

if TYPE_CHECKING:
    from quintet.features.code_actions.answer import Answer

COMMAND = "quintet.fix"


def register(edge: Edge) -> None:
    """Offer, resolve, and a command for editors that cannot resolve."""
    server = edge.server

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix], resolve_provider=True),
    )
    async def offer(params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction | lsp.Command]:
        found = await offers(edge, params)
        return [_action(edge, it) if edge.client.literals else _command(it) for it in found]

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        # An action that comes back without an edit changes nothing, and the user has been told why. An error
        # would be shown a second time, as a failure of the server, by every editor in its own words.
        found = await _answer(edge, action.data)
        action.edit = found.edit if found else None
        return action

    @server.command(COMMAND)
    async def fix(data: Any) -> dict[str, bool]:
        found = await _answer(edge, data)
        return {"applied": found is not None and await _apply(edge, found)}


async def _answer(edge: Edge, data: object) -> "Answer | None":
    try:
        asked = msgspec.convert(data, Asked)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"This is no action of ours: {error}") from error
    from quintet.features.code_actions.answer import answer  # noqa: PLC0415 -- not needed to start

    return await answer(edge, asked)


def _action(edge: Edge, offer: Offer) -> lsp.CodeAction:
    action = lsp.CodeAction(
        title=offer.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[offer.diagnostic] if offer.diagnostic else None,
        tags=[lsp.CodeActionTag.LlmGenerated] if edge.client.model_tag else None,
    )
    if offer.obstacle:
        action.disabled = lsp.CodeActionDisabled(offer.obstacle)
    elif edge.client.resolves:
        action.data = msgspec.to_builtins(offer.asked)
    else:
        action.command = _command(offer)
    return action


def _command(offer: Offer) -> lsp.Command:
    return lsp.Command(title=offer.title, command=COMMAND, arguments=[msgspec.to_builtins(offer.asked)])


async def _apply(edge: Edge, found: "Answer") -> bool:
    """Put an edit into the editor, for those that take none with the action."""
    params = lsp.ApplyWorkspaceEditParams(edit=found.edit, label="Fix with Quintet")
    try:
        result = await edge.server.workspace_apply_edit_async(params)
    except JsonRpcException as error:
        result = lsp.ApplyWorkspaceEditResult(applied=False, failure_reason=error.message)
    if not result.applied:
        why = f" ({result.failure_reason})" if result.failure_reason else ""
        edge.say(f"The editor did not take the fix{why}.", lsp.MessageType.Warning)
    return result.applied
