"""The end of a run that does not end by itself. Knows events and clocks, and nothing of what a run does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from quintet.agents.task import Abandoned, Event, RunFinished, RunStarted

_WHOLE_RUNS = 3
"""Whole runs of the tests that may still come when the budget is spent: a verification, and one more each
for a test that fails now and then and for a second candidate."""


async def in_time(run: AsyncGenerator[Event], seconds: float) -> AsyncGenerator[Event]:
    """The events of a run; one that does not end by itself is stopped and Abandoned.

    Its `seconds` count from RunStarted: how long the tests take is known then, and whole runs of them may be
    due after the budget. Until then there are only steps that have limits of their own.
    """
    loop = asyncio.get_running_loop()
    began, end = loop.time(), None
    async with aclosing(run):
        while True:
            try:
                async with asyncio.timeout_at(end):
                    event = await anext(run, None)
            except TimeoutError:
                event = abandoned("The run did not end in time and was stopped.")
            if event is None:
                return
            if isinstance(event, RunStarted):
                now = loop.time()
                end = now + seconds + _WHOLE_RUNS * (now - began)
            yield event
            if isinstance(event, RunFinished):
                return


def abandoned(reason: str) -> RunFinished:
    """A run that ended before it began."""
    from quintet_models.messages import Usage  # noqa: PLC0415

    return RunFinished(Abandoned(reason), "fast", (), Usage(), 0.0, 0)
