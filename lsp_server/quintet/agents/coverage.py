"""Which tests run which lines, with a patch in or without: what a test that passes says, and of what.

Looks at one trial's copy while nothing else does; believes nothing and decides nothing.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quintet.agents.selection import grown
from quintet.agents.targets import line_of
from quintet.tools import v8_coverage
from quintet.tools.trial import Trial
from quintet.tools.whole import run_whole
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, growth, in_order
from quintet.workspace.syntax import SyntaxTree, Unit

Lines = Mapping[str, frozenset[int]]
"""By path: lines, counted from 1."""

WHOLE = ""
"""Stands for all tests where the runner does not tell them apart."""

_SECONDS = 20.0
_TEST_SECONDS = 1.5
_MOST = 200


@dataclass(frozen=True, slots=True)
class Ran:
    """Whether tests ran some lines: `told` is false where that cannot be known.

    `tests` are those that did, where the runner tells them apart.
    """

    told: bool
    any: bool = False
    tests: tuple[str, ...] = ()


async def running(trial: Trial, lines: Lines, tests: Sequence[str], patched: Iterable[Document] = ()) -> Ran:
    """Which of `tests` run one of `lines`, in the files as they are but for `patched`."""
    ran = await executed(trial, tests, patched)
    found = [test for test, by_path in ran.items() if meets(by_path, lines)]
    return Ran(told=bool(ran), any=bool(found), tests=tuple(test for test in found if test != WHOLE))


async def executed(trial: Trial, tests: Sequence[str], patched: Iterable[Document] = ()) -> dict[str, Lines]:
    """The lines that each of `tests` runs, of very many the first ones; or all together, as `WHOLE`.

    Nothing where that cannot be known.
    """
    await trial.quick.trace((), seconds=0, test_seconds=0)  # gets it ready, on the files as they are
    trial.shadow.write({document.path: document for document in patched})
    try:
        if trial.command.runner in {"node", "command"}:
            ran = await _by_v8(trial)
            return {WHOLE: ran} if ran else {}
        traced = await trial.quick.trace(tests[:_MOST], seconds=_SECONDS, test_seconds=_TEST_SECONDS)
    finally:
        trial.shadow.restore()
    return {
        test: {path: frozenset(line for line, _, _ in rows) for path, rows in by_path.items()}
        for test, by_path in traced.items()
    }


def meets(ran: Lines, lines: Lines) -> bool:
    """Whether one of `lines` is among those that ran."""
    return any(not lines[path].isdisjoint(ran.get(path, ())) for path in lines)


async def _by_v8(trial: Trial) -> Lines:
    """What one whole run under node executed; nothing where no node was at work."""
    folder = trial.shadow.scratch / f"v8-{uuid.uuid4().hex}"
    env = {"NODE_V8_COVERAGE": str(folder)}
    await run_whole(trial.setting, trial.shadow.place, seconds=_SECONDS, env=env)
    root = trial.setting.sandbox.root(trial.shadow.place)
    found = v8_coverage.executed_lines(folder, root, trial.shadow.place.shadow)
    return {path: frozenset(lines) for path, lines in found.items()}


def likeliest_first(trial: Trial, tests: Iterable[str], name: str) -> tuple[str, ...]:
    """The tests in files that mention a name come first: only so many are traced."""
    mentioning = frozenset(trial.snapshot.index.mentioning(name)) if name else frozenset[str]()
    return tuple(sorted(tests, key=lambda test: trial.report.test_files.get(test) not in mentioning))


# --- lines --------------------------------------------------------------------------------------------


def changed_lines(after: SyntaxTree, edits: Iterable[Edit]) -> frozenset[int]:
    """The lines of `after` that `edits` made, grown to whole statements; heads of definitions do not count.

    A head runs when its file is imported, which says nothing of what is in it.
    """
    lines: set[int] = set()
    moved = 0
    for edit in in_order(edits):
        start = edit.start + moved
        moved += growth(edit)
        first, last = _span(after.text, start, start + len(edit.text))
        first, last = grown(after, first, last)
        lines.update(range(first, last + 1))
    return _without_heads(after, lines)


def body_lines(tree: SyntaxTree, unit: Unit) -> frozenset[int]:
    """The lines of a definition that run when it is used."""
    first, last = line_of(tree.text, unit.start), line_of(tree.text, max(unit.start, unit.end - 1))
    return _without_heads(tree, set(range(first, last + 1)))


def _span(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines of `[start, end)` without the blanks around it; of what was deleted, the line it stood on."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    first = line_of(text, start)
    lines = text.split("\n")
    while start == end and first > 1 and not lines[first - 1].strip():
        first -= 1
    return first, max(first, line_of(text, max(start, end - 1)))


def _without_heads(tree: SyntaxTree, lines: set[int]) -> frozenset[int]:
    heads = {line for unit in tree.units() for line in _head(tree, unit)}
    return frozenset(lines - heads or lines)


def _head(tree: SyntaxTree, unit: Unit) -> Iterator[int]:
    last, body = line_of(tree.text, unit.head_end), line_of(tree.text, unit.body_start)
    opened = tree.text.startswith("{", unit.body_start)
    yield from range(line_of(tree.text, unit.start), last + 1 if opened or body > last else last)
