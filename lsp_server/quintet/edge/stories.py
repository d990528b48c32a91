"""The runs of late, told as they stand whenever somebody asks.

It is kept light, since every server that starts has one: what a story is need not be known before a run.
"""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quintet.story import Story, Telling

_RUNS = 20


class Stories:
    """The runs of late, newest first; those before are forgotten."""

    def __init__(self) -> None:
        self._tellings: deque[Telling] = deque(maxlen=_RUNS)

    def add(self, telling: "Telling") -> None:
        """A run begins; it is told as it stands whenever somebody asks."""
        self._tellings.appendleft(telling)

    def get(self, id: str | None = None) -> "Story | None":  # noqa: A002
        """A run by its id, or the last one; None where it is not known, or no longer."""
        found = (each for each in self._tellings if id is None or each.id == id)
        return next((each.story for each in found), None)

    def __iter__(self) -> Iterator["Story"]:
        return (telling.story for telling in tuple(self._tellings))

    def __len__(self) -> int:
        return len(self._tellings)
