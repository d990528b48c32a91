"""Where the fault may be: places of the workspace ordered by what the tests ran, the traceback and names.

Values in, values out: it runs nothing and reads no file but through the snapshot.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from quintet.tools.protect import is_test
from quintet.tools.reports import Report
from quintet.tools.verdict import Failure, Suspicion
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import SyntaxTree

Executed = Mapping[str, Mapping[str, list[tuple[int, int, int]]]]
"""Per test and file: (line, a counter that says when it last ran, depth of the user's functions then)."""

MOST = 400
_TEST_NAME = re.compile(r"test|check(?![a-z])", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")
_STATEMENT = re.compile(r"statement$|_declaration$|^(assignment|decorator)$")
_COMPOUND = frozenset({
    "if_statement", "for_statement", "while_statement", "try_statement", "with_statement", "match_statement",
    "function_definition", "class_definition", "decorated_definition", "function_declaration",
    "class_declaration", "for_in_statement", "switch_statement", "export_statement", "statement_block",
})  # fmt: skip

# The share of the score that each observation can give. Coverage leads; the others order what it leaves tied,
# which is everything where one failing test is all there is.
_COVERAGE, _TRACE, _NAME, _NEAR, _DEEP = 0.60, 0.14, 0.10, 0.09, 0.07
_MODULE = 0.25


@dataclass(slots=True)
class _Line:
    failing: int = 0
    passing: int = 0
    when: float = 0.0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Clues:
    """Places on the tracebacks outside tests (1 for the innermost, less for its callers), and names said."""

    frames: Mapping[tuple[str, int], float]
    names: set[str]


def rank(
    executed: Executed,
    failing: Iterable[str],
    failures: Iterable[Failure],
    snapshot: Snapshot,
    *,
    hint: str = "",
) -> tuple[Suspicion, ...]:
    """Lines of non-test files, most suspicious first.

    Ochiai's coefficient over the tests' executed lines; ties are broken by the traceback, by names that the
    failure or `hint` (the issue, a diagnostic) mentions, by how late and how deep in the calls a line ran.
    """
    bad = set(failing)
    clues = _clues(tuple(failures), hint)
    total = len(bad & set(executed)) or 1
    tests = total, len(executed) - total
    found: list[Suspicion] = []
    for path, lines in _by_file(executed, bad).items():
        tree = snapshot.tree(path)
        units = _units_by_line(tree)
        spread = _statements(tree, lines) if tree else {line: line for line in lines}
        for line, origin in spread.items():
            if lines[origin].failing:
                name, _ = units.get(line, ("", 0))
                found.append(_suspicion(path, line, lines[origin], tests, clues, name))
        if tree:
            found += _constants(path, tree, lines)
    return tuple(sorted(found, key=lambda each: (-each.score, each.path, each.line))[:MOST])


def by_text(
    failures: Iterable[Failure],
    snapshot: Snapshot,
    mentions: str,
    *,
    executed: Mapping[str, Iterable[int]] | None = None,
    hint: str = "",
) -> tuple[Suspicion, ...]:
    """Without per-test coverage: lines of the files that the tests' text (`mentions`) or a traceback names.

    `executed`, if known, are the lines that ran in the failing run, by file; others are left out there.
    """
    clues = _clues(tuple(failures), hint)
    known = {path for path, _ in clues.frames} | set(executed or ())
    found = []
    for path in _mentioned(snapshot, mentions, known):
        tree = snapshot.tree(path)
        if tree is None or _tests_only(tree):
            continue
        units = _units_by_line(tree)
        ran = set(executed[path]) if executed and path in executed else None
        found += [
            _guess(path, line, clues, units.get(line, ("", line)), ran=bool(ran))
            for line in _code_lines(tree)
            if ran is None or line in ran
        ]
    return tuple(sorted(found, key=lambda each: (-each.score, each.path, each.line))[:MOST])


def _guess(path: str, line: int, clues: _Clues, unit: tuple[str, int], *, ran: bool) -> Suspicion:
    """A line of which only the file is known to be used, or to have run."""
    name, first = unit
    why = ["ran in the failing run" if ran else "in a file the tests use"]
    score = 0.5 if ran else 0.3
    if (place := clues.frames.get((path, line))) is not None:
        score += 0.3 * place
        why.append("on the traceback")
    if line > first:
        score += 0.02
    if name in clues.names:
        score += 0.15
        why.append(f"in {name}, which the failure or the issue names")
    return Suspicion(path, line, round(min(score, 1.0), 4), "; ".join(why))


def neighbours(
    report: Report, named: Iterable[str], *, most: int = 60, seconds: float = 1.5
) -> tuple[str, ...]:
    """Passing tests to compare with, those of the failing tests' files first, up to `seconds` in all."""
    files = {report.test_files.get(test) for test in named}
    passing = [
        test for test, how in report.run.outcomes.items() if how == "passed" and test in report.test_files
    ]
    passing.sort(key=lambda test: report.test_files[test] not in files)
    chosen: list[str] = []
    for test in passing[:most]:
        seconds -= report.seconds.get(test, 0.0)
        if seconds < 0:
            break
        chosen.append(test)
    return tuple(chosen)


def _suspicion(
    path: str, line: int, seen: _Line, tests: tuple[int, int], clues: _Clues, name: str
) -> Suspicion:
    """A line that failing tests ran. `tests` counts the failing and the passing ones that were traced."""
    failing, passing = tests
    ochiai = seen.failing / math.sqrt(failing * (seen.failing + seen.passing))
    score = _COVERAGE * ochiai + _NEAR * seen.when + _DEEP * min(seen.depth, 5) / 5
    why = [f"ran in {seen.failing} of {failing} failing and {seen.passing} of {passing} passing tests"]
    if (place := clues.frames.get((path, line))) is not None:
        score += _TRACE * place
        why.append("on the traceback")
    if name in clues.names:
        score += _NAME
        why.append(f"in {name}, which the failure or the issue names")
    return Suspicion(path, line, round(score, 4), "; ".join(why))


def _by_file(executed: Executed, bad: set[str]) -> dict[str, dict[int, _Line]]:
    """Tests per line of the user's non-test files; `when` is scaled to 0..1 within its failing test."""
    files: dict[str, dict[int, _Line]] = {}
    for test, ran in executed.items():
        last = max((when for lines in ran.values() for _, when, _ in lines), default=1)
        first = min((when for lines in ran.values() for _, when, _ in lines), default=0)
        for path, lines in ran.items():
            if is_test(path) or path.endswith("conftest.py"):
                continue
            table = files.setdefault(path, {})
            for line, when, depth in lines:
                seen = table.setdefault(line, _Line())
                if test in bad:
                    seen.failing += 1
                    seen.when = max(seen.when, (when - first + 1) / (last - first + 1))
                    seen.depth = max(seen.depth, depth)
                else:
                    seen.passing += 1
    return files


def _statements(tree: SyntaxTree, lines: Mapping[int, _Line]) -> dict[int, int]:
    """Every line of the statements that ran, and the traced line that stands for it.

    The interpreter reports a statement over several lines by some of them only.
    """
    spread = {line: line for line in lines}
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if not _STATEMENT.search(node.type) or node.type in _COMPOUND:
            continue
        span = range(node.start_point.row + 1, node.end_point.row + 2)
        origin = next((line for line in span if line in lines), None)
        if origin is not None:
            for line in span:
                spread.setdefault(line, origin)
    return spread


def _constants(path: str, tree: SyntaxTree, lines: Mapping[int, _Line]) -> list[Suspicion]:
    """Module-level definitions without a body that the executed functions mention: they ran at import."""
    starts = _line_starts(tree.text)
    ran = {line for line, seen in lines.items() if seen.failing}
    used = _words_on(tree.text, ran)
    found = []
    for unit in tree.definitions():
        if unit.kind != "constant" or unit.container or unit.name not in used:
            continue
        for line in range(
            bisect_right(starts, unit.start), bisect_right(starts, max(unit.start, unit.end - 1)) + 1
        ):
            if line not in ran:
                why = f"{unit.name} is used by what ran in the failing tests"
                found.append(Suspicion(path, line, _MODULE, why))
    return found


def _clues(failures: tuple[Failure, ...], hint: str) -> _Clues:
    places: dict[tuple[str, int], float] = {}
    for failure in failures:
        own = [frame for frame in failure.frames if not is_test(frame.path)]
        for distance, frame in enumerate(reversed(own)):
            key = (frame.path, frame.line)
            places[key] = max(places.get(key, 0.0), 1 / (1 + distance))
    text = " ".join([hint, *(f"{failure.test} {failure.message}" for failure in failures)])
    words = set(_WORD.findall(text))
    return _Clues(places, words | {word.removeprefix("test_") for word in words})


def _units_by_line(tree: SyntaxTree | None) -> dict[int, tuple[str, int]]:
    """The innermost definition around each line: its name and first line."""
    found: dict[int, tuple[str, int]] = {}
    if tree is not None:
        starts = _line_starts(tree.text)
        for unit in tree.units():  # outer before inner
            first = bisect_right(starts, unit.start)
            for line in range(first, bisect_right(starts, max(unit.start, unit.end - 1)) + 1):
                found[line] = unit.name, first
    return found


def _mentioned(snapshot: Snapshot, mentions: str, known: set[str]) -> list[str]:
    """Non-test sources whose name, with or without its ending, stands in the tests' text."""
    words = set(re.findall(r"[\w-]+(?:\.[\w-]+)*", mentions))
    found = []
    for path in snapshot.files():
        name = path.rpartition("/")[2]
        wanted = path in known or name in words or name.rpartition(".")[0] in words
        if wanted and not is_test(path):
            found.append(path)
    return found


def _tests_only(tree: SyntaxTree) -> bool:
    """Whether all the file defines is named like a test, whatever the file is called."""
    names = [unit.name for unit in tree.units() if not unit.container]
    return bool(names) and all(_TEST_NAME.match(name) for name in names)


def _code_lines(tree: SyntaxTree) -> list[int]:
    """Lines that hold more than blanks, comments and closing brackets."""
    lines = []
    for number, line in enumerate(tree.text.splitlines(), 1):
        text = line.strip()
        if text and not text.startswith(("#", "//", "/*", "*")) and _WORD.search(text):
            lines.append(number)
    return lines


def _words_on(text: str, lines: set[int]) -> set[str]:
    return {
        word
        for number, line in enumerate(text.split("\n"), 1)
        if number in lines
        for word in _WORD.findall(line)
    }


def _line_starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))][: text.count("\n") + 1]
