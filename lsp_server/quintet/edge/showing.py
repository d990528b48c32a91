"""A page of text brought before the user: kept in memory where the editor asks for it, else in a file.

Knows nothing of what is on the page. A file lies among the user's own state and never in a workspace.
"""

import asyncio
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.edge import Edge
from quintet.edge.pages import address
from quintet.protocol import file_uri

log = logging.getLogger(__name__)

_PATIENCE = 5.0
"""Seconds an editor has to say that it shows a document."""
_FILES = 50
"""Pages of a workspace that are left on the disk."""


async def show(edge: Edge, name: str, text: str, *, take_focus: bool = True) -> str | None:
    """Show a page called `name`, as in "trace/5f.md", in place of the one of that name before.

    Its URI; None where the editor does not show it.
    """
    if not edge.client.shows_documents:
        return None
    uri = await _placed(edge, name, text)
    if uri is None:
        return None
    try:
        async with asyncio.timeout(_PATIENCE):
            params = lsp.ShowDocumentParams(uri=uri, take_focus=take_focus)
            result = await edge.server.window_show_document_async(params)
    except (TimeoutError, JsonRpcException) as error:
        log.info("the editor did not show %s: %s", name, error)
        return None
    return uri if getattr(result, "success", False) else None  # some answer null


async def _placed(edge: Edge, name: str, text: str) -> str | None:
    """Put a page where the editor finds it; its URI."""
    if not edge.client.text_document_content:
        roots = [session.root for session in edge.sessions if session.root is not None]
        path = await asyncio.to_thread(written, roots, name, text)
        return file_uri(path.as_posix()) if path else None
    uri = address(name)
    if edge.pages.put(name, text):
        await _refresh(edge, uri)
    return uri


async def _refresh(edge: Edge, uri: str) -> None:
    """Have the editor ask again for a page that it may have open."""
    try:
        async with asyncio.timeout(_PATIENCE):
            params = lsp.TextDocumentContentRefreshParams(uri)
            await edge.server.workspace_text_document_content_refresh_async(params)
    except (TimeoutError, JsonRpcException) as error:
        log.info("the editor does not read %s again: %s", uri, error)


def written(roots: Iterable[Path], name: str, text: str) -> Path | None:
    """Keep a page of what is open in the folders `roots`, where only its user can read it.

    None where that cannot be: the log says why. Of earlier pages the last ones stay.
    """
    from quintet.workspace.document import digest  # noqa: PLC0415 -- not needed to start
    from quintet_models.trajectory import state_folder  # noqa: PLC0415

    roots = tuple(roots)
    folder = state_folder().parent / "pages" / digest("\0".join(map(str, roots)))[:16]
    path = folder / name
    if any(folder.resolve().is_relative_to(root.resolve()) for root in roots):
        log.warning("%s is not shown: the page would lie in the workspace", name)
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        _prune(folder)
    except OSError as error:
        log.warning("%s is not shown: %s", name, error)
        return None
    return path


def _prune(folder: Path) -> None:
    """Drop the oldest pages until not too many are left."""
    pages = [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(pages, key=lambda path: path.stat().st_mtime)[:-_FILES]:
        path.unlink(missing_ok=True)
