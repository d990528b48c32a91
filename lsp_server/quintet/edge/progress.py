"""Work-done progress of one long request: shown where the editor can, cancellable by its user.

Knows tokens and notifications; what is being done is told to it as text.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.edge import Edge

log = logging.getLogger(__name__)

_PATIENCE = 5.0
"""Seconds an editor has to say that it will show progress; without an answer there is none."""
_SHORTEST = 0.1
"""Seconds between two reports: more would only keep the editor busy drawing."""


@dataclass(slots=True)
class Progress:
    """Progress of one piece of work; without a `token` nobody sees it."""

    edge: Edge
    token: str | None
    ending: str = ""
    last: float = 0.0
    cancelled: bool = False

    def report(self, text: str, *, important: bool = True) -> None:
        """Say what is going on; what is not important is left out when reports come fast."""
        now = asyncio.get_running_loop().time()
        if self.token is None or (not important and now - self.last < _SHORTEST):
            return
        self.last = now
        self.edge.server.work_done_progress.report(self.token, lsp.WorkDoneProgressReport(message=text))

    @contextmanager
    def cancels(self, work: asyncio.Task[Any]) -> Iterator[None]:
        """While the block lasts, the user may cancel `work`: in the progress window, or by `quintet.stop`."""
        future = self.edge.server.work_done_progress.tokens.get(self.token) if self.token else None
        if future is not None:
            future.add_done_callback(lambda _: self._cancel(work))
        key = uuid.uuid4().hex
        self.edge.stops[key] = lambda: self._cancel(work)
        try:
            yield
        finally:
            del self.edge.stops[key]

    def _cancel(self, work: asyncio.Task[Any]) -> None:
        self.cancelled = True
        work.cancel()


@asynccontextmanager
async def progress(edge: Edge, title: str, text: str) -> AsyncIterator[Progress]:
    """Open a progress of our own making; it ends with the block, however that ends."""
    shown = Progress(edge, await _token(edge))
    if shown.token is None:
        yield shown
        return
    tokens = edge.server.work_done_progress
    tokens.begin(shown.token, lsp.WorkDoneProgressBegin(title=title, message=text, cancellable=True))
    try:
        yield shown
    finally:
        tokens.tokens.pop(shown.token, None)
        tokens.end(shown.token, lsp.WorkDoneProgressEnd(message=shown.ending or None))


async def _token(edge: Edge) -> str | None:
    if not edge.client.progress:
        return None
    token = f"quintet-{uuid.uuid4().hex}"
    try:
        async with asyncio.timeout(_PATIENCE):
            await edge.server.work_done_progress.create_async(token)
    except (TimeoutError, JsonRpcException):
        log.info("the editor shows no progress")
        return None
    return token
