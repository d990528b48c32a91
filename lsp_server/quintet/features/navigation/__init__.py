"""Symbols, definitions and references by name: what an editor can do where no other server knows better.

Answers come from syntax trees and the workspace's index; nothing is resolved as a compiler would.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as lsp

from quintet.features import Edge

if TYPE_CHECKING:
    from quintet.features.navigation.sources import Sources

T = TypeVar("T")
log = logging.getLogger(__name__)

_LONGEST = 20.0
"""Seconds after which an answer is what was found by then."""


def register(edge: Edge) -> None:
    """Offer the four requests. What each needs to read texts is imported when the first of them comes."""
    feature = edge.server.feature

    @feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, lsp.DocumentSymbolOptions(label="Quintet"))
    async def document_symbols(
        params: lsp.DocumentSymbolParams,
    ) -> Sequence[lsp.DocumentSymbol] | Sequence[lsp.SymbolInformation] | None:
        from quintet.features.navigation.symbols import of_document  # noqa: PLC0415

        held = edge.session.documents.get(edge.path(params.text_document.uri) or "")
        if held is None or not edge.session.settings.navigation:
            return None
        work = partial(of_document, held.document, held.name, edge.client)
        return await _in_thread(lambda _: work())

    @feature(lsp.WORKSPACE_SYMBOL)
    async def workspace_symbols(params: lsp.WorkspaceSymbolParams) -> Sequence[lsp.SymbolInformation] | None:
        from quintet.features.navigation.symbols import of_workspace  # noqa: PLC0415

        sources = await _sources(edge)
        return await _in_thread(partial(of_workspace, sources, params.query)) if sources else None

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
    edge: Edge, uri: str, position: lsp.Position, look: "Callable[[Sources, str, lsp.Position, Event], T]"
) -> T | None:
    """What is found for a place; None, which is LSP's nothing, for one that is outside the workspace."""
    path = edge.path(uri)
    if path is None or Path(path).is_absolute() or (sources := await _sources(edge)) is None:
        return None
    return await _in_thread(partial(look, sources, path, position))


async def _sources(edge: Edge) -> "Sources | None":
    """The workspace as it is now; None where no folder is open, or the user wants no such answers."""
    from quintet.features.navigation.sources import Sources  # noqa: PLC0415

    if edge.session.root is None or not edge.session.settings.navigation:
        return None
    snapshot = await edge.session.snapshot()
    names = {path: held.name for path, held in edge.session.documents.items()}
    return Sources(snapshot, edge.client, names)


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
