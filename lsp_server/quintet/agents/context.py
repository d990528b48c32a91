"""Snapshot, task and a token budget to one prompt whose leading part stays the same.

The pieces that a failure names are chosen first, then outlines by relevance, then bodies. They are printed
the other way round: stable text (rules, outlines) leads and volatile text (the failure) ends, so that an
engine's prefix cache serves every specialist of a task. Knows no engine: the caller counts the tokens.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from quintet.agents.targets import offset_of
from quintet.agents.task import Task
from quintet.tools.verdict import Suspicion, TestRun
from quintet.workspace.document import Document
from quintet.workspace.rank import search
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import Unit

Count = Callable[[str], Awaitable[int]]

_SECTIONS = ("rules", "outline", "body", "test", "failure", "request")
_RANKED_FILES = 60
_LARGE_UNIT = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing in the pack: lines `[first, last]` (from 1) of a file, the names defined there, and why."""

    section: str
    path: str
    lines: tuple[int, int]
    symbols: tuple[str, ...]
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The pack: `text` is at most the budget in tokens; `left_out` lists what would have come next."""

    text: str
    tokens: int
    pieces: tuple[Piece, ...]
    left_out: tuple[Piece, ...]


async def estimate(text: str) -> int:
    """Tokens where no tokenizer is at hand: four characters each, rounded up."""
    return (len(text) + 3) // 4


async def pack(
    snapshot: Snapshot,
    task: Task,
    *,
    tokens: int,
    count: Count = estimate,
    run: TestRun | None = None,
    suspects: tuple[Suspicion, ...] = (),
) -> Prompt:
    """The most telling pieces that fit into `tokens`, counted with `count`."""
    chosen: list[Piece] = []
    left_out: list[Piece] = []
    spent = 0
    for piece in _wanted(snapshot, task, run, suspects):
        if any(_covers(other, piece) for other in chosen):
            continue
        cost = await count(_printed(piece))
        if spent + cost > tokens:
            left_out.append(piece)
            continue
        chosen.append(piece)
        spent += cost
    while True:
        text = "".join(_printed(piece) for piece in _in_order(chosen))
        total = await count(text) if chosen else 0
        if total <= tokens:
            return Prompt(text, total, tuple(_in_order(chosen)), tuple(left_out))
        left_out.append(chosen.pop())  # joined pieces can cost a few tokens more than their sum


def _covers(have: Piece, piece: Piece) -> bool:
    same = have.path == piece.path and have.section == piece.section
    return same and have.lines[0] <= piece.lines[0] and piece.lines[1] <= have.lines[1]


def _in_order(pieces: Iterable[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda piece: (_SECTIONS.index(piece.section), piece.path, piece.lines))


def _printed(piece: Piece) -> str:
    if piece.section == "request":
        return f"# Task\n{piece.text.rstrip()}\n"
    if piece.section == "failure":
        return f"# Failing test\n{piece.text.rstrip()}\n\n"
    first, last = piece.lines
    where = piece.path if piece.section in {"outline", "rules"} else f"{piece.path}:{first}-{last}"
    return f"# {piece.section.capitalize()} of {where}\n{piece.text.rstrip()}\n\n"


# --- what is wanted, most telling first -------------------------------------------------------------


def _wanted(
    snapshot: Snapshot, task: Task, run: TestRun | None, suspects: tuple[Suspicion, ...]
) -> Iterator[Piece]:
    query = _query(task, run)
    ranked = search(snapshot.index, query, _RANKED_FILES)
    yield from _request(task)
    yield from _failures(run)
    yield from _suspected(snapshot, suspects)
    yield from _cursor(snapshot, task)
    yield from _failing_tests(snapshot, run)
    yield from _rules(snapshot)
    for path, _score in ranked:
        outline = snapshot.index.outline(path)
        if outline:
            names = tuple(unit.name for unit in _units(snapshot, path))
            yield Piece("outline", path, (1, 1), names, "its names match the task", outline)
    for path, _score in ranked:
        yield from _bodies(snapshot, path)


def _query(task: Task, run: TestRun | None) -> str:
    failures = " ".join(f"{failure.test} {failure.message}" for failure in run.failures) if run else ""
    return " ".join((task.issue, task.diagnostic, task.path or "", failures))


def _request(task: Task) -> Iterator[Piece]:
    parts = [task.issue]
    if task.diagnostic:
        parts.append(f"Diagnostic at {task.path}:{task.line}: {task.diagnostic}")
    if text := "\n".join(part for part in parts if part):
        yield Piece("request", "", (0, 0), (), "what was asked", text)


def _failures(run: TestRun | None) -> Iterator[Piece]:
    for number, failure in enumerate(run.failures if run else (), start=1):
        detail = failure.detail or failure.message
        text = f"{failure.test}\n{detail[-1500:]}"
        yield Piece("failure", failure.test, (number, number), (), "how the test fails", text)


def _suspected(snapshot: Snapshot, suspects: tuple[Suspicion, ...]) -> Iterator[Piece]:
    for suspicion in suspects:
        document = snapshot.document(suspicion.path)
        tree = snapshot.tree(suspicion.path)
        if not isinstance(document, Document) or tree is None:
            continue
        unit = tree.unit_at(offset_of(document.text, suspicion.line))
        if unit is not None:
            yield _body(document, unit, f"line {suspicion.line} is suspicious: {suspicion.why}")


def _cursor(snapshot: Snapshot, task: Task) -> Iterator[Piece]:
    document = snapshot.document(task.path) if task.path else None
    tree = snapshot.tree(task.path) if task.path else None
    if task.line and isinstance(document, Document) and tree is not None:
        unit = tree.unit_at(offset_of(document.text, task.line))
        if unit is not None:
            yield _body(document, unit, "the cursor is here")


def _failing_tests(snapshot: Snapshot, run: TestRun | None) -> Iterator[Piece]:
    names = {test.rpartition("::")[2].partition("[")[0]: test for test in run.failing} if run else {}
    for name in names:
        for path in snapshot.files():
            for unit in _units(snapshot, path):
                if unit.name == name and isinstance(document := snapshot.document(path), Document):
                    yield _body(document, unit, "this test fails", section="test")


def _rules(snapshot: Snapshot) -> Iterator[Piece]:
    document = snapshot.document("AGENTS.md")
    if isinstance(document, Document):
        lines = document.text.count("\n") + 1
        yield Piece("rules", "AGENTS.md", (1, lines), (), "the project's rules", document.text)


def _bodies(snapshot: Snapshot, path: str) -> Iterator[Piece]:
    document = snapshot.document(path)
    if isinstance(document, Document):
        for unit in _units(snapshot, path):
            piece = _body(document, unit, "its file matches the task")
            if piece.lines[1] - piece.lines[0] < _LARGE_UNIT:
                yield piece


def _body(document: Document, unit: Unit, why: str, *, section: str = "body") -> Piece:
    text = document.text
    start = text.rfind("\n", 0, unit.start) + 1
    first = text.count("\n", 0, unit.start) + 1
    last = first + text.count("\n", unit.start, unit.end)
    return Piece(section, document.path, (first, last), (unit.name,), why, text[start : unit.end])


def _units(snapshot: Snapshot, path: str) -> tuple[Unit, ...]:
    tree = snapshot.tree(path)
    return tree.units() if tree else ()
