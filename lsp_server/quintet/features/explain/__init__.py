"""The command `quintet.explainContext`: what a model would be shown for a task at a place, and why.

Packs as a repair does, calls no model and runs no test.
"""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

from quintet.agents.modes import MODES
from quintet.agents.task import Task
from quintet.edge import Edge
from quintet.edge.arguments import file_of, read, refuse
from quintet.edge.showing import show
from quintet.session import Session
from quintet.workspace.document import Unreadable

if TYPE_CHECKING:
    from quintet.features.explain.pages import Explained

COMMAND = "quintet.explainContext"
PAGE = "context.md"

_LONGEST = 60.0
"""Seconds after which the request is answered with an error."""


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be explained: a place (`line` counts from 0), words, a budget. Each may be missing."""

    uri: str | None = None
    line: Annotated[int, msgspec.Meta(ge=0)] | None = None
    issue: str = ""
    tokens: Annotated[int, msgspec.Meta(ge=1, le=200_000)] | None = None


def register(edge: Edge) -> None:
    """Offer the command."""

    @edge.server.command(COMMAND)
    async def explain(*arguments: Any) -> dict[str, Any]:
        from quintet.features.explain.pages import page  # noqa: PLC0415 -- not needed to start

        asked = read(COMMAND, arguments, Asked)
        session, path = _place(edge, asked)
        try:
            async with asyncio.timeout(_LONGEST):
                explained = await _explained(session, asked, path)
        except TimeoutError:
            refuse(f"The context was not packed within {_LONGEST:.0f} seconds.")
        shown = await show(edge, PAGE, await asyncio.to_thread(page, explained))
        return {**msgspec.to_builtins(explained), "document": shown}


def _place(edge: Edge, asked: Asked) -> tuple[Session, str | None]:
    """The folder and the file in it that are asked about; refuses what is no file of the workspace."""
    if asked.uri is not None:
        return file_of(edge, asked.uri)
    if asked.line is not None:
        raise JsonRpcInvalidParams(f"Arguments of {COMMAND}: a line is of a document, whose uri is missing")
    if edge.sessions[0].root is None:
        refuse("Quintet needs a folder to work in: open the project's folder, not a single file.")
    return edge.sessions[0], None


async def _explained(session: Session, asked: Asked, path: str | None) -> "Explained":
    from quintet.agents.context import pack  # noqa: PLC0415 -- nor are these
    from quintet.features.explain.pages import explained  # noqa: PLC0415

    snapshot = await session.snapshot()
    read = await asyncio.to_thread(snapshot.document, path) if path else None
    if isinstance(read, Unreadable):
        refuse(read.reason)
    mode = session.settings.mode
    tokens = asked.tokens or MODES["standard" if mode == "auto" else mode].context_tokens
    line = None if asked.line is None else asked.line + 1
    task = Task(kind="instruction", issue=asked.issue, path=path, line=line)
    prompt = await pack(snapshot, task, tokens=tokens, history=await session.history())
    return await explained(prompt, tokens, snapshot.incomplete)
