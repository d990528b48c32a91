"""The command `quintet.explainContext`: what a model would be shown for a task at a place, and why.

Packs as a repair does, calls no model and runs no test.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from quintet.agents.modes import MODES
from quintet.agents.task import Task
from quintet.edge import Edge
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

        asked = _asked(arguments)
        session, path = _place(edge, asked)
        try:
            async with asyncio.timeout(_LONGEST):
                explained = await _explained(session, asked, path)
        except TimeoutError:
            _refuse(f"The context was not packed within {_LONGEST:.0f} seconds.")
        shown = await show(edge, PAGE, await asyncio.to_thread(page, explained))
        return {**msgspec.to_builtins(explained), "document": shown}


def _asked(arguments: tuple[Any, ...]) -> Asked:
    if len(arguments) > 1:
        raise JsonRpcInvalidParams(f"{COMMAND} takes one object, not {len(arguments)} arguments.")
    try:
        asked = msgspec.convert(arguments[0] if arguments and arguments[0] is not None else {}, Asked)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"Arguments of {COMMAND}: {error}") from error
    if asked.line is not None and asked.uri is None:
        raise JsonRpcInvalidParams(f"Arguments of {COMMAND}: a line is of a document, whose uri is missing")
    return asked


def _place(edge: Edge, asked: Asked) -> tuple[Session, str | None]:
    """The folder and the file in it that are asked about; refuses what is no file of the workspace."""
    session, path = edge.sessions[0], None
    if session.root is None:
        _refuse("Quintet needs a folder to work in: open the project's folder, not a single file.")
    if asked.uri is not None:
        session, path = edge.at(asked.uri) or (session, None)
        if path is None:
            _refuse(f"{asked.uri} is no file.")
        if Path(path).is_absolute():
            _refuse(
                f"{path} lies outside the workspace {', '.join(str(each.root) for each in edge.sessions)}."
            )
    return session, path


async def _explained(session: Session, asked: Asked, path: str | None) -> "Explained":
    from quintet.agents.context import pack  # noqa: PLC0415 -- nor are these
    from quintet.features.explain.pages import explained  # noqa: PLC0415

    snapshot = await session.snapshot()
    read = await asyncio.to_thread(snapshot.document, path) if path else None
    if isinstance(read, Unreadable):
        _refuse(read.reason)
    mode = session.settings.mode
    tokens = asked.tokens or MODES["standard" if mode == "auto" else mode].context_tokens
    line = None if asked.line is None else asked.line + 1
    task = Task(kind="instruction", issue=asked.issue, path=path, line=line)
    prompt = await pack(snapshot, task, tokens=tokens, history=await session.history())
    return await explained(prompt, tokens, snapshot.incomplete)


def _refuse(reason: str) -> NoReturn:
    raise JsonRpcException(reason, lsp.LSPErrorCodes.RequestFailed.value)
