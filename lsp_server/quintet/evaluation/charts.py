"""Two charts as SVG text: shares with intervals as bars, and counts as columns.

Knows numbers and labels, nothing of tasks or runs. Colours are CSS classes `s0`, `s1` … (one a series) that
the page defines, so that a chart follows the page's light or dark scheme.
"""

from collections.abc import Sequence
from html import escape

import msgspec

from quintet.evaluation.statistics import Share

WIDTH = 1000
NARROW = 560
COLOURS = 6


def colour(number: int) -> int:
    """Which of the page's series colours the series `number` takes; after the last they start again."""
    return number % COLOURS


class Group(msgspec.Struct, frozen=True):
    """The bars that stand together: one share a series, None where a series has nothing to say."""

    label: str
    shares: tuple[Share | None, ...]


def share_bars(groups: Sequence[Group], series: Sequence[str]) -> str:
    """Horizontal bars from 0 to 100 %, each with its 95 % interval as a whisker and its count beside it."""
    left, right, bar, gap, between = 150, 64, 16, 4, 18
    scale = (WIDTH - left - right) / 100
    parts: list[str] = []
    y = 8
    for group in groups:
        height = len(group.shares) * (bar + gap) - gap
        parts.append(_text(left - 12, y + height / 2 + 4, group.label, "label end"))
        for number, share in enumerate(group.shares):
            if share is not None:
                parts.append(_share_bar(share, series[number], number, (left, y, scale, bar)))
            y += bar + gap
        y += between - gap
    bottom = y - between + 10
    grid = "".join(
        f'<line class="grid" x1="{left + at * scale:.1f}" x2="{left + at * scale:.1f}" y1="0" y2="{bottom}"/>'
        + _text(left + at * scale, bottom + 16, f"{at} %", "tick middle")
        for at in (0, 25, 50, 75, 100)
    )
    return _svg(bottom + 24, grid + "".join(parts), "Share of tasks by group")


def _share_bar(share: Share, name: str, number: int, place: tuple[float, float, float, float]) -> str:
    left, y, scale, bar = place
    middle = y + bar / 2
    low, high = left + share.low * 100 * scale, left + share.high * 100 * scale
    width = max(share.value * 100 * scale, 1.5)
    interval = f"95 % interval {share.low:.0%} to {share.high:.0%}"
    tip = f"{name}: {share.count} of {share.total} ({share.value:.0%}, {interval})"
    whisker = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 3}v6M{high:.1f} {middle - 3}v6"
    return (
        f"<g><title>{escape(tip)}</title>"
        f'<rect class="s{colour(number)}" x="{left}" y="{y}" width="{width:.1f}" height="{bar}" rx="3"/>'
        f'<path class="whisker" d="{whisker}"/>'
        + _text(WIDTH, middle + 4, f"{share.count}/{share.total}", "value end")
        + "</g>"
    )


def columns(
    labels: Sequence[str], counts: Sequence[Sequence[int]], series: Sequence[str], *, unit: str, wide: bool
) -> str:
    """Columns grouped by label, `counts[series][label]`; `unit` names the horizontal axis."""
    across, left, top, height = WIDTH if wide else NARROW, 34, 22, 190
    most = max((count for row in counts for count in row), default=0)
    step = _tick(most)
    ceiling = max(step * -(-most // step), step)
    slot = (across - left) / max(len(labels), 1)
    width = min((slot - 12) / max(len(counts), 1), 46)
    floor = top + height
    parts = [_level(at, floor - at / ceiling * height, left, across) for at in range(0, ceiling + 1, step)]
    for place, label in enumerate(labels):
        middle = left + (place + 0.5) * slot
        parts.append(_text(middle, floor + 17, label, "tick middle"))
        for number, row in enumerate(counts):
            x = middle + (number - len(counts) / 2) * width
            tip = f"{series[number]}: {row[place]} tasks at {label} {unit}"
            parts.append(_column(row[place], tip, number, (x, floor, width, height / ceiling)))
    parts.append(_text((left + across) / 2, floor + 38, unit, "axis middle"))
    return _svg(floor + 46, "".join(parts), unit, across)


def _level(at: int, y: float, left: float, right: float) -> str:
    line = f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text(left - 8, y + 4, str(at), "tick end")


def _column(count: int, tip: str, number: int, place: tuple[float, float, float, float]) -> str:
    x, floor, width, scale = place
    if not count:
        return ""
    tall = count * scale
    return (
        f"<g><title>{escape(tip)}</title>"
        f'<rect class="s{colour(number)}" x="{x + 1:.1f}" y="{floor - tall:.1f}" '
        f'width="{width - 2:.1f}" height="{tall:.1f}" rx="3"/>'
        + _text(x + width / 2, floor - tall - 5, str(count), "value middle")
        + "</g>"
    )


def _tick(highest: int) -> int:
    """A round distance between grid lines that gives about four of them."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 4 * factor * size:
                return factor * size
        size *= 10


def _text(x: float, y: float, text: str, classes: str) -> str:
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(height: float, body: str, title: str, width: float = WIDTH) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )
