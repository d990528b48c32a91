"""Numbers about a run's rows: shares with their uncertainty, medians, counts.

Pure arithmetic; knows neither files nor pages.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median

import msgspec

from quintet.evaluation.results import Row

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Share(msgspec.Struct, frozen=True):
    """`count` of `total`, with the Wilson score interval at 95 %: `low <= count / total <= high`.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    Without any trial the interval is all of 0..1.
    """

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0.0 of nothing."""
        return self.count / self.total if self.total else 0.0


def wilson(count: int, total: int, z: float = 1.959964) -> Share:
    """The share with its interval; `z` is the normal quantile of the confidence wanted."""
    if not total:
        return Share(0, 0, 0.0, 1.0)
    share = count / total
    spread = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # At the ends the bound is exact; floating point would leave it a hair outside 0..1.
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == total else middle + half
    return Share(count, total, low, high)


class Summary(msgspec.Struct, frozen=True):
    """A run in numbers. Medians are None where nothing was measured."""

    tasks: int
    solved: Share
    verified: Share
    overfitted: int
    """Verified by the visible tests, refused by the judging ones."""
    errors: int
    tokens: int
    seconds: float
    median_seconds: float | None
    median_tests: float | None
    """Candidates tested until the first that passed, over the tasks where one passed."""


def summarise(rows: Iterable[Row]) -> Summary:
    """Boil rows down."""
    rows = tuple(rows)
    tests = [row.judged_to_plausible for row in rows if row.judged_to_plausible is not None]
    return Summary(
        tasks=len(rows),
        solved=wilson(sum(row.solved for row in rows), len(rows)),
        verified=wilson(sum(row.verified for row in rows), len(rows)),
        overfitted=sum(row.verified and not row.solved for row in rows),
        errors=sum(row.outcome == "error" for row in rows),
        tokens=sum(row.tokens for row in rows),
        seconds=sum(row.seconds for row in rows),
        median_seconds=median(row.seconds for row in rows) if rows else None,
        median_tests=median(tests) if tests else None,
    )


def solved_by(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, Share]:
    """Share of solved tasks for each value of `key`, most frequent value first."""
    rows = tuple(rows)
    totals = Counter(key(row) for row in rows)
    solved = Counter(key(row) for row in rows if row.solved)
    return {name: wilson(solved[name], total) for name, total in totals.most_common()}


def histogram(values: Iterable[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Counts between neighbouring `edges` (`edges[i] <= value < edges[i + 1]`), the last one open upwards."""
    counts = [0] * len(edges)
    for value in values:
        below = [i for i, edge in enumerate(edges) if edge <= value]
        if below:
            counts[below[-1]] += 1
    return tuple(counts)


def reasons(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """Why tasks ended without a verified patch, most frequent first; numbers in a reason are read as one."""
    texts = (row.reason or "no reason given" for row in rows if not row.verified)
    return Counter(_without_numbers(text) for text in texts).most_common()


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("…", text)
