"""Back to before a change of ours: the commands `quintet.checkpoints` and `quintet.restoreCheckpoint`.

What was typed since stays; where it is in the way, nothing is restored.
"""

import asyncio
import time
from typing import Any

import msgspec
from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.edge.arguments import read

LIST = "quintet.checkpoints"
RESTORE = "quintet.restoreCheckpoint"
_SHOWN = 8


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A checkpoint by its id, or none: then its user is asked."""

    id: str | None = None


def register(edge: Edge) -> None:
    """Offer the commands."""

    @edge.server.command(LIST)
    async def checkpoints(*_: Any) -> dict[str, Any]:
        return {"checkpoints": [msgspec.to_builtins(each) for each, _ in await _all(edge)]}

    @edge.server.command(RESTORE)
    async def restore(*arguments: Any) -> dict[str, bool]:
        asked = read(RESTORE, arguments, Which)
        return {"applied": await _restore(edge, asked.id)}


async def _all(edge: Edge) -> list[Any]:
    """The checkpoints of all folders with their sessions, the newest first."""
    from quintet.edge.giving import checkpoints  # noqa: PLC0415 -- not needed to start

    found = []
    for session in edge.sessions:
        if session.root is not None:
            kept = await asyncio.to_thread(checkpoints().list, session.root)
            found += [(each, session) for each in kept]
    return sorted(found, key=lambda each: -each[0].at)


async def _restore(edge: Edge, wanted: str | None) -> bool:
    from quintet.edge.asking import ask  # noqa: PLC0415
    from quintet.edge.giving import checkpoints, put_back  # noqa: PLC0415

    known = await _all(edge)
    if not known:
        edge.say("There is nothing to go back to: no change was made here yet.")
        return False
    if wanted is None:
        titles = {_title(each): each.id for each, _ in reversed(known[:_SHOWN])}
        chosen = await ask(edge, "Go back to before which change?", [*reversed(titles)])
        wanted = titles.get(chosen or "")
        if wanted is None:
            return False
    session = next((session for each, session in known if each.id == wanted), None)
    if session is None or session.root is None:
        edge.warn("There is no such checkpoint any more.")
        return False
    found = await asyncio.to_thread(checkpoints().restore, session.root, wanted, session.current)
    if isinstance(found, str):
        edge.say(found, lsp.MessageType.Warning)
        return False
    return await put_back(edge, session, found)


def _title(checkpoint: Any) -> str:
    when = time.strftime("%H:%M:%S", time.localtime(checkpoint.at))
    return f"{when} {checkpoint.title} ({', '.join(checkpoint.files[:3])})"
