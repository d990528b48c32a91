"""Code lenses above tests: run it, have it fixed. Only where the user wants them (`quintet.lenses`)."""

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.tools.protect import is_test

if TYPE_CHECKING:
    from quintet.workspace.syntax import SyntaxTree


def register(edge: Edge) -> None:
    """Answer the request."""

    @edge.server.feature(lsp.TEXT_DOCUMENT_CODE_LENS, lsp.CodeLensOptions(resolve_provider=False))
    async def lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        session, path = edge.at(params.text_document.uri) or (None, "")
        if session is None or path not in session.documents or not session.settings.lenses:
            return []
        if not is_test(path) or session.obstacle(path):
            return []
        tree = await session.tree(path)
        return await asyncio.to_thread(_lenses, edge, tree, path, params.text_document.uri) if tree else []


def _lenses(edge: Edge, tree: "SyntaxTree", path: str, uri: str) -> list[lsp.CodeLens]:
    lines = edge.client.codec.lines(tree.text)
    found = []
    for unit in tree.units():
        if tree.language == "python" and unit.kind in {"function", "method"} and unit.name.startswith("test"):
            test = "::".join((path, *unit.qualified.split(".")))
            span = lines.range(unit.name_start, unit.name_start + len(unit.name))
            arguments = [{"uri": uri, "test": test}]
            for title, command in (("Run", "quintet.runTests"), ("Fix", "quintet.fixTests")):
                found.append(lsp.CodeLens(span, lsp.Command(title, command, arguments=arguments)))
    return found
