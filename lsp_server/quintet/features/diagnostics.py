"""What is wrong with the files: syntax, and what runs of the tests and reviews have found.

Problems of the syntax depend on the text alone: an editor that can ask for them does, others are sent them a
moment after the typing stops. What came of a run is always sent. Knows no language and starts no run.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.edge.targets import uri_of
from quintet.findings import Related
from quintet.protocol import Client, to_diagnostic
from quintet.session import Session
from quintet.workspace.document import Document

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


def register(edge: Edge) -> None:
    """Answer editors that ask for the problems of a text themselves; these are not sent them, too."""
    options = lsp.DiagnosticOptions(
        inter_file_dependencies=False, workspace_diagnostics=False, identifier="syntax"
    )

    @edge.server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pull(params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        session, path = edge.at(params.text_document.uri) or (None, "")
        held = session.documents.get(path) if session else None
        if session is None or held is None:
            return lsp.RelatedFullDocumentDiagnosticReport([], result_id="")
        result_id = held.document.digest
        if params.previous_result_id == result_id:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id)
        found = await _syntax(edge, session, path)
        return lsp.RelatedFullDocumentDiagnosticReport(found, result_id=result_id)


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
    """A document that is closed has no problems but those that a run has found in it."""
    held = {document.name for session in edge.sessions for document in session.documents.values()}
    found = {uri_of(session, path) for session in edge.sessions for path in session.findings.paths()}
    for uri in sorted(shown - held - found):
        shown.discard(uri)
        _send(edge, uri, None, [])


async def _publish(edge: Edge, session: Session, path: str, shown: set[str]) -> None:
    """Send the problems of one document, still the same, and not of a folder inside this one."""
    held = session.documents.get(path)
    if held is None:
        await _publish_closed(edge, session, path, shown)
        return
    if edge.at(held.name) != (session, path):
        return
    document, found = held.document, list[lsp.Diagnostic]()
    if not edge.client.pulls:
        found = await _syntax(edge, session, path)
    found += _found(edge, session, document)
    now = session.documents.get(path)
    if now is held and now.document is document:  # else it is looked at again, or closed
        shown.add(held.name)
        _send(edge, held.name, document.version, found)


async def _publish_closed(edge: Edge, session: Session, path: str, shown: set[str]) -> None:
    """A file that nobody has open is told what a run has found in it, and when that is gone."""
    uri = uri_of(session, path)
    if path in session.findings.paths():
        document = await asyncio.to_thread(session.current, path)
        if isinstance(document, Document) and path not in session.documents:
            shown.add(uri)
            _send(edge, uri, None, _found(edge, session, document))
    elif uri in shown:
        shown.discard(uri)
        _send(edge, uri, None, [])


async def _syntax(edge: Edge, session: Session, path: str) -> list[lsp.Diagnostic]:
    document = session.documents[path].document
    if not session.settings.diagnostics.syntax or len(document.text) > MAX_LENGTH:
        return []
    tree = await session.tree(path)
    return await asyncio.to_thread(_problems, tree, document.version, edge.client) if tree else []


def _found(edge: Edge, session: Session, document: Document) -> list[lsp.Diagnostic]:
    """What runs and reviews have found, where it is in the text of now."""
    findings = session.findings.of(document.path, document.text)
    lines = edge.client.codec.lines(document.text) if findings else None
    return [
        to_diagnostic(
            lines.range(each.start, each.end),
            each.message,
            document.version,
            edge.client,
            code=each.code,
            severity=each.severity,
            tests=each.tests,
            related=[_related(session, other) for other in each.related],
        )
        for each in findings
        if lines
    ]


def _related(session: Session, other: Related) -> lsp.DiagnosticRelatedInformation:
    line = lsp.Position(other.line - 1, 0)
    location = lsp.Location(uri_of(session, other.path), lsp.Range(line, line))
    return lsp.DiagnosticRelatedInformation(location, other.message)


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
