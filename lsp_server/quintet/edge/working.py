"""One piece of work for the user: shown while it goes on, stopped by whoever may stop it, never outliving us.

Knows sessions and progress; what is done is given as a coroutine.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from quintet.edge import Edge
from quintet.edge.progress import Progress, progress
from quintet.session import Session

T = TypeVar("T")

_LAST_WORDS = 10.0
"""Seconds that cancelled work may take to stop what it started before its request is answered regardless."""


async def work(
    edge: Edge, session: Session, title: str, text: str, doing: Callable[[Progress], Awaitable[T]]
) -> T | None:
    """Do something under a progress of its own.

    None where its user ended it, in the progress window or by `quintet.stop`, or where the folder was closed.
    Cancelling the request cancels it too, and is answered as LSP wants. Either way all that was started for
    it is stopped first.
    """

    async def all_of_it() -> T:
        return await doing(shown)

    async with progress(edge, title, text) as shown:
        request = asyncio.current_task()
        assert request is not None  # noqa: S101 -- a coroutine runs in a task
        task = session.start(all_of_it())
        with shown.cancels(request):
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.wait({task}, timeout=_LAST_WORDS)
                shown.ending = "Cancelled"
                if shown.cancelled:  # by its user, who asked for an end and not for an error
                    return None
                raise
        if task.cancelled() and session not in edge.sessions:
            shown.ending = "The folder was closed meanwhile."
            edge.warn(shown.ending)
            return None
        return task.result()
