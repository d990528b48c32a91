"""Which of the views a run gets: live on a terminal, plain lines elsewhere, none where only JSON is wanted.

Knows the views by their one face.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO, cast

from rich.console import Console

from quintet.agents.task import Event, RunFinished, RunStarted
from quintet.cli import telling
from quintet.cli.failure import CommandError
from quintet.cli.lines import Lines
from quintet.cli.screen import Screen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class View(Protocol):
    """Shows a run while the block lasts."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def waiting(self, what: str) -> None:
        """Something takes a while and is no event of the run."""

    def show(self, event: Event) -> None:
        """Show one event."""


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        pass

    def waiting(self, what: str) -> None:
        """Show nothing."""

    def show(self, event: Event) -> None:
        """Show nothing."""


def open_view(stream: TextIO, *, quiet: bool = False) -> View:
    """The view for a stream; `quiet` shows something only to a person at a terminal."""
    if stream.isatty():
        return Screen(Console(file=stream))
    return Silent() if quiet else Lines(stream)


async def watch(events: AsyncIterator[Event], view: View) -> RunFinished:
    """Show a run to its end; its last event.

    Raises `NotRunError` where the tests could not even be run: there was nothing to show.
    """
    started = False
    async with aclosing(cast("AsyncGenerator[Event, None]", events)) as stream:
        async for event in stream:
            started = started or isinstance(event, RunStarted)
            if isinstance(event, RunFinished) and not started:
                raise NotRunError(event)
            view.show(event)
            if isinstance(event, RunFinished):
                return event
    raise RuntimeError("the run ended without saying how")


class NotRunError(CommandError):
    """A run that ended before it began; `finished` says so in a program's words."""

    def __init__(self, finished: RunFinished) -> None:
        super().__init__(telling.reason(finished.outcome))
        self.finished = finished


def standard_view(*, as_json: bool) -> View:
    """The view for this process: on stdout, or on stderr where stdout is for JSON."""
    return open_view(sys.stderr, quiet=True) if as_json else open_view(sys.stdout)
