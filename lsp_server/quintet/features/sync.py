"""Document sync: what the editor holds, in the order it says so.

Handlers are plain functions, because those of pygls that are coroutines may finish out of order; they only
change the session's state and never work.
"""

import logging

from lsprotocol import types as lsp

from quintet.features import Edge
from quintet.workspace.edits import Edit

log = logging.getLogger(__name__)


def register(edge: Edge) -> None:
    """Take over the four notifications of text synchronisation."""
    feature = edge.server.feature

    @feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = edge.path(document.uri)
        if path is not None:
            edge.session.open(path, document.uri, document.text, document.version)

    @feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        path = edge.path(params.text_document.uri)
        if path not in edge.session.documents:
            log.warning("a change of a document that is not open", extra={"uri": params.text_document.uri})
            return
        for change in params.content_changes:
            edge.session.edit(path, _edit(edge, path, change), params.text_document.version)

    @feature(lsp.TEXT_DOCUMENT_DID_SAVE, lsp.SaveOptions(include_text=False))
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        # The text is known already; what a save can change is the encoding the file has on disk.
        path = edge.path(params.text_document.uri)
        if path in edge.session.documents:
            edge.session.saved(path)

    @feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        path = edge.path(params.text_document.uri)
        if path is not None:
            edge.session.close(path)


def _edit(edge: Edge, path: str, change: lsp.TextDocumentContentChangeEvent) -> Edit:
    """One change as the core takes it. Offsets are of the text as the changes before it left it."""
    text = edge.session.documents[path].document.text
    if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
        return Edit(0, len(text), change.text)
    lines = edge.client.codec.lines(text)
    start = lines.offset(change.range.start)
    return Edit(start, max(start, lines.offset(change.range.end)), change.text)
