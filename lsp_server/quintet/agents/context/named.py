"""What a task points at by itself: its words, the failures, suspicious lines, the cursor, the failing tests.

These come before anything that has to be searched for.
"""

from collections.abc import Iterable, Iterator

from quintet.agents.context.pieces import Piece
from quintet.agents.context.sight import Sight
from quintet.agents.targets import offset_of
from quintet.agents.task import Task
from quintet.tools.verdict import Suspicion, TestRun
from quintet.workspace.document import Document
from quintet.workspace.syntax import Unit

_DETAIL = 1_500


def request(task: Task) -> Iterator[Piece]:
    """What was asked, in the user's words."""
    parts = [task.issue]
    if task.diagnostic:
        parts.append(f"Diagnostic at {task.path}:{task.line}: {task.diagnostic}")
    if text := "\n".join(part for part in parts if part):
        yield Piece("request", "", (0, 0), (), "what was asked", text)


def failures(run: TestRun | None) -> Iterator[Piece]:
    """How each failing test fails; of a long report the end."""
    for number, failure in enumerate(run.failures if run else (), start=1):
        detail = failure.detail or failure.message
        text = f"{failure.test}\n{detail[-_DETAIL:]}"
        yield Piece("failure", failure.test, (number, number), (), "how the test fails", text)


def suspected(sight: Sight, suspects: Iterable[Suspicion]) -> Iterator[Piece]:
    """The functions around suspicious lines."""
    for suspicion in suspects:
        yield from _at(
            sight, suspicion.path, suspicion.line, f"line {suspicion.line} is suspicious: {suspicion.why}"
        )


def cursor(sight: Sight, task: Task) -> Iterator[Piece]:
    """The function around the line where the user asked."""
    if task.path and task.line:
        yield from _at(sight, task.path, task.line, "the cursor is here")


def failing_tests(sight: Sight, run: TestRun | None) -> Iterator[Piece]:
    """The code of the failing tests."""
    tests = {test.rpartition("::")[2].partition("[")[0]: test for test in run.failing} if run else {}
    for name, test in tests.items():
        found = [each for each in sight.defining(name) if test.startswith(each.path)] or sight.defining(name)
        for definition in found:
            text = sight.text(definition.path)
            unit = next((each.unit for each in text[1] if each.unit.name == name), None) if text else None
            if text and unit:
                yield body(text[0], unit, "this test fails", section="test")


def body(document: Document, unit: Unit, why: str, *, section: str = "body") -> Piece:
    """The whole lines of a definition, as they stand."""
    text = document.text
    start = text.rfind("\n", 0, unit.start) + 1
    first = text.count("\n", 0, unit.start) + 1
    last = first + text.count("\n", unit.start, unit.end)
    return Piece(section, document.path, (first, last), (unit.name,), why, text[start : unit.end])


def _at(sight: Sight, path: str, line: int, why: str) -> Iterator[Piece]:
    document, tree = sight.snapshot.document(path), sight.snapshot.tree(path)
    if isinstance(document, Document) and tree is not None:
        yield body(document, tree.unit_at(offset_of(document.text, line)), why)
