r"""Where two texts differ: few, small, character-exact spans, in time that does not explode.

This module knows strings only. A line ends with "\n"; "\r" is part of its line.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

Span = tuple[int, int, int, int]
"""`before[a:b]` became `after[c:d]`, as (a, b, c, d)."""

_PAIRS = 20_000
"""Most pairs of equal lines that difflib may look at: its time is their number times that of the runs."""


def lines_of(text: str) -> list[str]:
    r"""The lines of a text, each with its "\n"; joining them gives the text back."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    if parts[-1]:
        lines.append(parts[-1])
    return lines


def changed_characters(before: str, after: str) -> list[Span]:
    """The differing spans of two texts in code points, sorted, with equal text between any two of them.

    A span never begins or ends inside a CRLF, since an editor cannot name such a position.
    """
    old, new = lines_of(before), lines_of(after)
    old_starts, new_starts = _starts(old), _starts(new)
    spans = []
    for a, b, c, d in changed_lines(old, new):
        span = old_starts[a], old_starts[b], new_starts[c], new_starts[d]
        spans.append(_trim(before, after, span))
    return spans


def differing(before: str, after: str) -> Span:
    """The one span that holds all that differs, found in a few comparisons of slices."""
    return _trim(before, after, (0, len(before), 0, len(after)))


def changed_lines(old: Sequence[str], new: Sequence[str]) -> list[Span]:
    """The differing runs of two sequences of lines, sorted, with at least one equal line between two runs."""
    runs: list[Span] = []
    for a, b, c, d in _gaps(old, new):
        if runs and (runs[-1][1], runs[-1][3]) == (a, c):
            a, _, c, _ = runs.pop()  # noqa: PLW2901 -- grown over the run it touches
        runs.append((a, b, c, d))
    return runs


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[Span]:
    """Differing runs in order: lines that occur once on both sides divide, difflib conquers what is small."""
    todo = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = _shrink(old, new, todo.pop())
        if a == b and c == d:
            continue
        if a == b or c == d:
            yield a, b, c, d
        elif _pairs(old[a:b], new[c:d]) <= _PAIRS:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            for tag, i, j, k, m in matcher.get_opcodes():
                if tag != "equal":
                    yield a + i, a + j, c + k, c + m
        elif anchors := _anchors(old[a:b], new[c:d]):
            cuts = [(a, c), *((a + i, c + k) for i, k in anchors), (b, d)]
            todo.extend((i, j, k, m) for (i, k), (j, m) in reversed(list(pairwise(cuts))))
        else:
            yield a, b, c, d


def _shrink(old: Sequence[str], new: Sequence[str], span: Span) -> Span:
    a, b, c, d = span
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return a, b, c, d


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    left, right = Counter(old), Counter(new)
    return sum(count * right[line] for line, count in left.items())


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal lines, unique on both sides, in an order that holds on both (patience diff)."""
    once_old = {line for line, count in Counter(old).items() if count == 1}
    place = {line: i for i, line in enumerate(old) if line in once_old}
    once_new = {line for line, count in Counter(new).items() if count == 1}
    pairs = [(place[line], k) for k, line in enumerate(new) if line in once_new and line in place]
    tails: list[int] = []  # old index that ends the shortest-ending chain of each length
    chain: list[tuple[int, int | None]] = []  # for each pair: its length, the pair before it
    last: list[int] = []  # the pair that ends the chain of each length
    for number, (i, _) in enumerate(pairs):
        length = bisect_left(tails, i)
        tails[length : length + 1] = [i]
        last[length : length + 1] = [number]
        chain.append((length, last[length - 1] if length else None))
    picked = []
    step: int | None = last[-1] if last else None
    while step is not None:
        picked.append(pairs[step])
        step = chain[step][1]
    return picked[::-1]


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts


def _trim(before: str, after: str, span: Span) -> Span:
    """Cut what both sides of a differing span begin and end with."""
    a, b, c, d = span
    front = _common(before[a:b], after[c:d])
    back = _common(before[a + front : b][::-1], after[c + front : d][::-1])
    front -= front > 0 and (_splits(before, a + front) or _splits(after, c + front))
    back -= back > 0 and (_splits(before, b - back) or _splits(after, d - back))
    return a + front, b - back, c + front, d - back


def _splits(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n"


def _common(left: str, right: str) -> int:
    """Length of the common beginning: halving, since comparing slices runs in C."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


# --- unified format ---------------------------------------------------------------------------------


def unified_file(path: str, before: str | None, after: str, *, context: int = 3) -> str:
    """One file's part of a unified diff, empty where nothing differs; `before=None`: the file is new."""
    old, new = lines_of(before or ""), lines_of(after)
    hunks = "".join(_hunk(old, new, group, context) for group in _groups(changed_lines(old, new), context))
    if before is None:
        target = _quoted("b/" + path)
        head = f"diff --git {_quoted('a/' + path)} {target}\nnew file mode 100644\n"
        return head + (f"--- /dev/null\n+++ {_ended(target)}\n{hunks}" if hunks else "")
    return hunks and f"--- {_ended(_quoted('a/' + path))}\n+++ {_ended(_quoted('b/' + path))}\n{hunks}"


def _groups(runs: Sequence[Span], context: int) -> Iterator[list[Span]]:
    """Runs whose contexts touch, together."""
    group: list[Span] = []
    for run in runs:
        if group and run[0] - group[-1][1] > 2 * context:
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _hunk(old: Sequence[str], new: Sequence[str], group: Sequence[Span], context: int) -> str:
    first, last = group[0], group[-1]
    lead = min(context, first[0])
    trail = min(context, len(old) - last[1])
    a, b, c, d = first[0] - lead, last[1] + trail, first[2] - lead, last[3] + trail
    rows = [f"@@ -{_range(a, b)} +{_range(c, d)} @@\n"]
    at = a
    for start, end, new_start, new_end in group:
        rows += (_row(" ", line) for line in old[at:start])
        rows += (_row("-", line) for line in old[start:end])
        rows += (_row("+", line) for line in new[new_start:new_end])
        at = end
    rows += (_row(" ", line) for line in old[at:b])
    return "".join(rows)


def _range(start: int, end: int) -> str:
    """The hunk header's form: lines from 1, and an empty range names the line before it."""
    count = end - start
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"


def _row(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path as git writes it in a diff: quoted, C-style, where it holds control characters or quotes."""
    if not any(character in '"\\' or ord(character) < 32 for character in path):
        return path
    escape = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escape.get(c, c if ord(c) >= 32 else f"\\{ord(c):03o}") for c in path) + '"'


def _ended(path: str) -> str:
    """A tab ends a name that contains blanks, or readers would take what follows for a date."""
    return path + "\t" if " " in path else path
