"""Syntax problems of the open documents, pushed a moment after the typing stops.

Knows no language: what is wrong comes from the session's syntax trees as offsets.
"""

import asyncio
import logging
import time

from lsprotocol import types as lsp

from quintet.features import Edge
from quintet.protocol import to_diagnostic

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


async def publish(edge: Edge) -> None:
    """Follow the open documents until cancelled; started once the client is ready."""
    session = edge.session
    shown: dict[str, str] = {}
    spent = 0.0
    while True:
        await session.changed.wait()
        await _pause(session.changed, max(PAUSE, REST * spent))
        spent = 0.0
        for path in sorted(session.take_dirty()):
            began = time.perf_counter()
            try:
                _publish(edge, path, shown)
            except Exception:  # one document we cannot parse must not end the diagnostics of all others
                log.exception("diagnostics failed", extra={"path": path})
            spent = max(spent, time.perf_counter() - began)
            await asyncio.sleep(0)


async def _pause(changed: asyncio.Event, pause: float) -> None:
    """Wait until nothing has changed for `pause` seconds, LONGEST at most if that is more."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while changed.is_set():
        changed.clear()
        await asyncio.sleep(pause)
        if loop.time() >= end:
            break


def _publish(edge: Edge, path: str, shown: dict[str, str]) -> None:
    """Send the problems of one document, or none for one that was closed. `shown` is who has some."""
    held = edge.session.documents.get(path)
    if held is None:
        if uri := shown.pop(path, None):
            _send(edge, uri, None, [])
        return
    if shown.get(path, held.name) != held.name:
        _send(edge, shown[path], None, [])
    found = _problems(edge, path) if edge.session.settings.diagnostics.syntax else []
    shown[path] = held.name
    _send(edge, held.name, held.document.version, found)


def _problems(edge: Edge, path: str) -> list[lsp.Diagnostic]:
    document = edge.session.documents[path].document
    if len(document.text) > MAX_LENGTH:
        return []
    tree = edge.session.tree(path)
    problems = tree.problems()[:MOST] if tree else ()
    if not problems:
        return []
    lines = edge.client.codec.lines(document.text)
    return [
        to_diagnostic(lines.range(problem.start, problem.end), problem.message, document.version, edge.client)
        for problem in problems
    ]


def _send(edge: Edge, uri: str, version: int | None, diagnostics: list[lsp.Diagnostic]) -> None:
    params = lsp.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=diagnostics)
    edge.server.text_document_publish_diagnostics(params)
