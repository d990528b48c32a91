"""Symbols, definitions and references by name: what an editor can do where no other server knows better.

Answers come from syntax trees and the folders' indexes; nothing is resolved as a compiler would.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.features.navigation.sources import Sources

T = TypeVar("T")
log = logging.getLogger(__name__)

_LONGEST = 20.0
"""Seconds after which an answer is what was found by then."""
_PATIENCE = 1.0
"""Seconds an answer waits for the index of a small workspace."""


def register(edge: Edge) -> None:
    """Offer the four requests. What each needs to read texts is imported when the first of them comes."""
    feature = edge.server.feature

    @feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, lsp.DocumentSymbolOptions(label="Quintet"))
    async def document_symbols(
        params: lsp.DocumentSymbolParams,
    ) -> Sequence[lsp.DocumentSymbol] | Sequence[lsp.SymbolInformation] | None:
        from quintet.features.navigation.symbols import of_document  # noqa: PLC0415

        session, path = edge.at(params.text_document.uri) or (None, "")
        held = session.documents.get(path) if session else None
        if session is None or held is None or not session.settings.navigation:
            return None
        work = partial(of_document, held.document, held.name, edge.client)
        return await _in_thread(lambda _: work())

    @feature(lsp.WORKSPACE_SYMBOL)
    async def workspace_symbols(params: lsp.WorkspaceSymbolParams) -> Sequence[lsp.SymbolInformation] | None:
        from quintet.features.navigation.symbols import of_workspace  # noqa: PLC0415

        folders = await _sources(edge, edge.sessions)
        return await _in_thread(partial(of_workspace, folders, params.query)) if folders else None

    @feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(
        params: lsp.DefinitionParams,
    ) -> Sequence[lsp.Location] | Sequence[lsp.LocationLink] | None:
        from quintet.features.navigation.lookup import definitions  # noqa: PLC0415

        return await _at(edge, params.text_document.uri, params.position, definitions)

    @feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> Sequence[lsp.Location] | None:
        from quintet.features.navigation.lookup import references  # noqa: PLC0415

        look = partial(references, declared=params.context.include_declaration)
        return await _at(edge, params.text_document.uri, params.position, look)


async def _at(
    edge: Edge,
    uri: str,
    position: lsp.Position,
    look: "Callable[[list[Sources], str, lsp.Position, Event], T]",
) -> T | None:
    """What is found for a place; None, which is LSP's nothing, for one that is outside the workspace.

    Other folders are only asked about a name that its own does not define.
    """
    from quintet.features.navigation.lookup import is_foreign  # noqa: PLC0415

    session, path = edge.at(uri) or (None, "")
    if session is None or Path(path).is_absolute():
        return None
    folders = await _sources(edge, [session])
    if not folders:
        return None
    others = [each for each in edge.sessions if each is not session]
    if others:
        foreign = await _in_thread(partial(is_foreign, folders[0], path, position))
        folders += await _sources(edge, others) if foreign else []
    return await _in_thread(partial(look, folders, path, position))


async def _sources(edge: Edge, sessions: Sequence[Session]) -> "list[Sources]":
    """Folders as they are now; without those of which the user wants no such answers."""
    from quintet.features.navigation.sources import Sources  # noqa: PLC0415

    asked = [each for each in sessions if each.root is not None and each.settings.navigation]
    snapshots = await asyncio.gather(*(each.snapshot(patience=_PATIENCE) for each in asked))
    return [
        Sources(snapshot, edge.client, {path: held.name for path, held in each.documents.items()})
        for each, snapshot in zip(asked, snapshots, strict=True)
    ]


async def _in_thread(work: Callable[[Event], T]) -> T:
    """Run work beside the event loop. It is told to stop when the request is cancelled or takes too long."""
    stop = Event()
    timer = asyncio.get_running_loop().call_later(_LONGEST, stop.set)
    try:
        found = await asyncio.to_thread(work, stop)
        if stop.is_set():
            log.info("an answer took too long and was cut short")
        return found
    finally:
        timer.cancel()
        stop.set()
