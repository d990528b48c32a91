"""Syntax problems of the open documents, pushed a moment after the typing stops.

Knows no language: what is wrong comes from the session's syntax trees as offsets.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from quintet.features import Edge
from quintet.protocol import Client, to_diagnostic
from quintet.session import Session

if TYPE_CHECKING:  # grammars come after `initialize`
    from quintet.workspace.syntax import SyntaxTree

log = logging.getLogger(__name__)

PAUSE = 0.15
"""Seconds without a change after which problems are computed."""
LONGEST = 1.0
"""Seconds after which they are computed although the changes go on."""
REST = 5.0
"""The next check waits this many times as long as the last one took: long texts are checked less often."""
MOST = 50
"""Problems shown of one document: beyond the first few, recovery from errors is guesswork."""
MAX_LENGTH = 500_000
"""Texts above this many characters are not checked: a parse would be felt while typing."""


async def publish(edge: Edge, session: Session, shown: set[str]) -> None:
    """Follow a session's open documents until cancelled; started once the client is ready.

    `shown` are the documents of which problems were sent, by whichever session they belonged to then.
    """
    spent = 0.0
    while True:
        await session.changed.wait()
        await _pause(session.changed, max(PAUSE, REST * spent))
        spent = 0.0
        _take_back(edge, shown)
        for path in sorted(session.take_dirty()):
            began = time.perf_counter()
            try:
                await _publish(edge, session, path, shown)
            except Exception:  # one document we cannot parse must not end the diagnostics of all others
                log.exception("diagnostics failed", extra={"path": path})
            spent = max(spent, time.perf_counter() - began)


async def _pause(changed: asyncio.Event, pause: float) -> None:
    """Wait until nothing has changed for `pause` seconds, LONGEST at most if that is more."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while changed.is_set():
        changed.clear()
        await asyncio.sleep(pause)
        if loop.time() >= end:
            break


def _take_back(edge: Edge, shown: set[str]) -> None:
    """A document that is closed has no problems."""
    held = {document.name for session in edge.sessions for document in session.documents.values()}
    for uri in sorted(shown - held):
        shown.discard(uri)
        _send(edge, uri, None, [])


async def _publish(edge: Edge, session: Session, path: str, shown: set[str]) -> None:
    """Send the problems of one document: open, still the same, and not of a folder inside this one."""
    held = session.documents.get(path)
    if held is None or edge.at(held.name) != (session, path):
        return
    document, found = held.document, list[lsp.Diagnostic]()
    if session.settings.diagnostics.syntax and len(document.text) <= MAX_LENGTH:
        tree = await session.tree(path)
        found = await asyncio.to_thread(_problems, tree, document.version, edge.client) if tree else []
    now = session.documents.get(path)
    if now is held and now.document is document:  # else it is looked at again, or closed
        shown.add(held.name)
        _send(edge, held.name, document.version, found)


def _problems(tree: "SyntaxTree", version: int | None, client: Client) -> list[lsp.Diagnostic]:
    problems = tree.problems()[:MOST]
    lines = client.codec.lines(tree.text) if problems else None
    return [
        to_diagnostic(lines.range(problem.start, problem.end), problem.message, version, client)
        for problem in problems
        if lines
    ]


def _send(edge: Edge, uri: str, version: int | None, diagnostics: list[lsp.Diagnostic]) -> None:
    params = lsp.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=diagnostics)
    edge.server.text_document_publish_diagnostics(params)
