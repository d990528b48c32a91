"""Document sync: what the editor holds, in the order it says so, told to every session that sees it.

Handlers are plain functions, because those of pygls that are coroutines may finish out of order; they only
change the sessions' state and never work.
"""

import logging

from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.session import Session
from quintet.workspace.edits import Edit

log = logging.getLogger(__name__)


def register(edge: Edge) -> None:
    """Take over the four notifications of text synchronisation."""
    feature = edge.server.feature

    @feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        for session, path in edge.holders(document.uri):
            session.open(path, document.uri, document.text, document.version)

    @feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        if not (holders := _open(edge, params.text_document.uri)):
            log.warning("a change of a document that is not open", extra={"uri": params.text_document.uri})
        for session, path in holders:
            _change(edge, session, path, params)

    @feature(lsp.TEXT_DOCUMENT_DID_SAVE, lsp.SaveOptions(include_text=False))
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        # The text is known already; what a save can change is the encoding the file has on disk.
        holders = _open(edge, params.text_document.uri)
        for session, path in holders:
            session.saved(path)
        _follow(edge, holders[:1])

    @feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        for session, path in edge.holders(params.text_document.uri):
            session.close(path)


def move(edge: Edge, sessions: list[Session]) -> None:
    """Put these sessions in place of those before; every open document goes to those who see it now.

    Who saw it before keeps what it knows of it, and looks at it again: it may now be the one whose it is.
    """
    before = {
        held.name: (held.document, edge.holders(held.name))
        for session in edge.sessions
        for held in session.documents.values()
    }
    edge.sessions = sessions
    for uri, (document, holders) in before.items():
        after = edge.holders(uri)
        if after == holders:
            continue
        for session, path in holders:
            if (session, path) in after:
                session.touch(path)
            else:
                session.close(path)
        for session, path in after:
            if (session, path) not in holders:
                session.open(path, uri, document.text, document.version)


def _follow(edge: Edge, holders: list[tuple[Session, str]]) -> None:
    """Let the features do what they do after a save."""
    for session, path in holders:
        for act in edge.on_save:
            session.start(act(session, path))


def _open(edge: Edge, uri: str) -> list[tuple[Session, str]]:
    return [(session, path) for session, path in edge.holders(uri) if path in session.documents]


def _change(edge: Edge, session: Session, path: str, params: lsp.DidChangeTextDocumentParams) -> None:
    for change in params.content_changes:
        text = session.documents[path].document.text
        session.edit(path, _edit(edge, text, change), params.text_document.version)


def _edit(edge: Edge, text: str, change: lsp.TextDocumentContentChangeEvent) -> Edit:
    """One change as the core takes it. Offsets are of the text as the changes before it left it."""
    if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
        return Edit(0, len(text), change.text)
    lines = edge.client.codec.lines(text)
    start = lines.offset(change.range.start)
    return Edit(start, max(start, lines.offset(change.range.end)), change.text)
