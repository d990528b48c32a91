"""The index as a user sees it: how far it is, and commands to pause it, go on, or make it anew.

Knows nothing of what is in it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.edge import Edge
from quintet.session import Session

if TYPE_CHECKING:  # a server that starts needs no store
    from quintet.indexing.keeper import Keeper

log = logging.getLogger(__name__)

COMMANDS = {
    "quintet.index.pause": "pause",
    "quintet.index.resume": "resume",
    "quintet.index.rebuild": "rebuild",
}
_SHOWN_AFTER = 1.0
"""Seconds an index may take before anybody is shown that there is one."""
_PAUSE = 0.5


def register(edge: Edge) -> None:
    """Offer the commands."""
    for name, word in COMMANDS.items():
        edge.server.command(name)(_command(edge, word))


def _command(edge: Edge, word: str) -> Callable[..., Awaitable[str]]:
    async def run(*_: Any) -> str:
        keepers = [session.keeper for session in edge.sessions if session.keeper]
        if not keepers:
            return "No index is kept: no folder is open, or the setting quintet.index is off."
        for keeper in keepers:
            keeper.command(word)
        return {"pause": "The index is paused.", "resume": "The index goes on."}.get(
            word, "The index is made anew."
        )

    return run


async def follow(edge: Edge, session: Session) -> None:
    """Show the progress of a folder's index until cancelled; started once the client is ready."""
    keeper = session.keeper
    if keeper is None:
        return
    told = ""
    while True:
        await keeper.changed.wait()
        keeper.changed.clear()
        if keeper.state.note and keeper.state.note != told:
            told = keeper.state.note
            log.warning("%s", told)
        if keeper.state.progress.complete or not edge.client.progress:
            continue
        await asyncio.sleep(_SHOWN_AFTER)
        if keeper.at_work:
            await _show(edge, session, keeper)


async def _show(edge: Edge, session: Session, keeper: "Keeper") -> None:
    """One progress from here to the end of the work, or to a pause."""
    shown, token = edge.server.work_done_progress, str(uuid4())
    which = f" of {session.root.name}" if session.root and len(edge.sessions) > 1 else ""
    try:
        await shown.create_async(token)
    except JsonRpcException:
        log.info("the editor shows no progress")
        return
    title = f"Quintet: index{which}"
    shown.begin(token, lsp.WorkDoneProgressBegin(title=title, percentage=0, cancellable=False))
    try:
        while keeper.at_work:
            now = keeper.state.progress
            part = round(100 * now.done / now.total) if now.total else 0
            text = f"{now.done:,} of {now.total:,} files"
            shown.report(token, lsp.WorkDoneProgressReport(message=text, percentage=part))
            await asyncio.sleep(_PAUSE)
    finally:
        shown.tokens.pop(token, None)
        shown.end(token, lsp.WorkDoneProgressEnd(message=keeper.state.incomplete or "The index is complete."))
