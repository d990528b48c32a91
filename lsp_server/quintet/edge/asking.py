"""Questions to the user that any editor can show, each with a few answers. Knows nothing of what is asked."""

import asyncio
import logging
from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.edge import Edge

log = logging.getLogger(__name__)

_LONGEST = 600.0
"""Seconds after which a question that nobody answered counts as dismissed."""


async def ask(
    edge: Edge, question: str, answers: Sequence[str], kind: lsp.MessageType = lsp.MessageType.Info
) -> str | None:
    """The answer that was chosen; None where none was, or where the editor cannot ask."""
    items = [lsp.MessageActionItem(answer) for answer in answers]
    params = lsp.ShowMessageRequestParams(kind, f"Quintet: {question}", items)
    try:
        async with asyncio.timeout(_LONGEST):
            chosen = await edge.server.window_show_message_request_async(params)
    except (TimeoutError, JsonRpcException) as error:
        log.info("the editor did not ask: %s", error)
        return None
    title = getattr(chosen, "title", None)
    return title if title in answers else None
