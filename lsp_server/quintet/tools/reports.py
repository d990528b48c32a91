"""What our recorders and foreign runners say, read into values.

Knows nothing of how the run was made; what cannot be read is left out, never an exception.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from quintet.tools.verdict import Failure, Frame, TestOutcome, TestRun

COMMAND = "command"
"""The one test id of a command whose runner we cannot read."""

COLLECTION = "collection"
"""The test id of a run that broke off before any test was known: a conftest.py that cannot be loaded."""

_PYTHON_FRAME = re.compile(
    r'^(?:E[ \t])?[ \t]*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$', re.MULTILINE
)
_NODE_FRAME = re.compile(
    r"^[ \t]*at (?:(?:async )?(?P<function>[^\n(]*?) \()?(?:file://)?(?P<path>/[^\n:()]+):(?P<line>\d+):\d+\)?$"
    r"|^(?P<path2>/[^\n:]+):(?P<line2>\d+)$",
    re.MULTILINE,
)
_ANY_PLACE = re.compile(r"(?<![\w./-])(?P<path>[\w./-]{1,250}\.[A-Za-z]{1,4}):(?P<line>\d+)")
_ERROR_LINE = re.compile(
    r"^(?:E +|Uncaught )?(?:[\w.]*(?:Error|Exception|Exit|Interrupt|Warning))\b.*", re.MULTILINE
)
_DETAIL = 6000
_OUTPUT = 20_000
_SCANNED = 100_000
_MESSAGE = 600


class Record(msgspec.Struct):
    """One line a recorder wrote: exactly one of `start`, `test`, `lines` and `end` is set."""

    start: str | None = None
    test: str | None = None
    outcome: TestOutcome = "passed"
    seconds: float = 0.0
    file: str | None = None
    message: str = ""
    detail: str = ""
    frames: list[tuple[str, int, str]] = []
    lines: str | None = None
    executed: dict[str, list[tuple[int, int, int]]] = {}
    end: int | None = None
    modules: list[str] = []
    files: list[str] = []


@dataclass(frozen=True, slots=True)
class Report:
    """A run and what else its records told.

    `test_files` maps a test to its file, `seconds` to its duration; `modules` were imported from outside the
    workspace, `own_files` from inside; `executed` holds (line, when, depth) per test and file. `complete` is
    false where the runner did not come to its end.
    """

    run: TestRun
    complete: bool
    test_files: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    own_files: tuple[str, ...] = ()
    executed: dict[str, dict[str, list[tuple[int, int, int]]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process behind a report ended."""

    command: str
    exit_code: int | None
    seconds: float
    output: str
    stopped: str | None


def read_lines(data: bytes) -> list[Record]:
    """Records of a report file; a line cut off by a kill is left out."""
    return list(_decoded(data.splitlines()))


def read_records(records: Iterable[Record], ended: Ended, root: Path) -> Report:
    """Put together what a recorder told of a run in `root` (as the sandbox sees it)."""
    outcomes: dict[str, TestOutcome] = {}
    failures: dict[str, Failure] = {}
    report = Report(TestRun(ended.command, ended.exit_code, ended.seconds, outcomes), complete=False)
    running = end = None
    for record in records:
        if record.start is not None:
            running = record.start
        elif record.test is not None:
            _add(record, outcomes, failures, report, root)
            running = None if record.test == running else running
        elif record.lines is not None:
            report.executed[record.lines] = record.executed
        elif record.end is not None:
            end = record
    if running is not None and running not in outcomes:
        why = ended.stopped or "the test process ended in the middle of this test"
        outcomes[running] = "failed"
        failures[running] = Failure(running, why, _tail(ended.output), frames_in(ended.output, root))
    if not outcomes and ended.stopped is None and (frames := frames_in(ended.output, root)):
        outcomes[COLLECTION] = "error"
        failures[COLLECTION] = Failure(COLLECTION, error_line(ended.output), _tail(ended.output), frames)
    run = TestRun(
        ended.command,
        ended.exit_code,
        ended.seconds,
        outcomes,
        tuple(failures.values()),
        _ends(ended.output),
        ended.stopped,
    )
    return Report(
        run,
        end is not None,
        report.test_files,
        report.seconds,
        tuple(end.modules) if end else (),
        tuple(end.files) if end else (),
        report.executed,
    )


def read_command(ended: Ended, root: Path) -> Report:
    """A runner we cannot read: exit code 0 is one test that passed; frames are read off what it printed."""
    if ended.exit_code == 0:
        run = TestRun(ended.command, 0, ended.seconds, {COMMAND: "passed"}, (), _ends(ended.output))
        return Report(run, complete=True, seconds={COMMAND: ended.seconds})
    message = ended.stopped or error_line(ended.output) or f"exit code {ended.exit_code}"
    failure = Failure(COMMAND, message, _tail(ended.output), frames_in(ended.output, root))
    run = TestRun(
        ended.command,
        ended.exit_code,
        ended.seconds,
        {COMMAND: "failed"},
        (failure,),
        _ends(ended.output),
        ended.stopped,
    )
    return Report(run, complete=ended.stopped is None, seconds={COMMAND: ended.seconds})


def frames_in(output: str, root: Path) -> tuple[Frame, ...]:
    """Places in the workspace that a traceback in the output names, innermost last."""
    output = output[-_SCANNED:]
    python = [_frame(m["path"], m["line"], m["function"], root) for m in _PYTHON_FRAME.finditer(output)]
    if found := [frame for frame in python if frame]:
        return tuple(found[-40:])
    node = [
        _frame(m["path"] or m["path2"], m["line"] or m["line2"], m["function"], root)
        for m in _NODE_FRAME.finditer(output)
    ]
    if found := [frame for frame in reversed(node) if frame]:
        return tuple(found[-40:])
    places = [_frame(m["path"], m["line"], None, root) for m in _ANY_PLACE.finditer(output)]
    return tuple(frame for frame in places if frame)[-40:]


def error_line(output: str) -> str:
    """The line that says what went wrong: the last that looks like an error, else the last one."""
    output = output[-_SCANNED:]
    if found := _ERROR_LINE.findall(output):
        return str(found[-1]).removeprefix("E ").strip()[:_MESSAGE]
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1].strip()[:_MESSAGE] if lines else ""


def matches(name: str, test: str) -> bool:
    """Whether a person who says `name` means the runner's `test`.

    A file or class stands for all its tests, a bare name for every test of that name, a name without
    parameters for all its variants; `package.module::test` and `package.module.Case.test` are understood.
    """
    wanted, given = _parts(name), _parts(test)
    if wanted[-1] != given[-1]:
        given = [*given[:-1], given[-1].partition("[")[0]]
    size = len(wanted)
    return any(given[at : at + size] == wanted for at in (0, len(given) - size) if at >= 0)


def _parts(name: str) -> list[str]:
    """`tests/test_a.py::Case::test[x/y.z]` → tests, test_a, Case, test[x/y.z]."""
    head, bracket, parameters = name.partition("[")
    words = re.sub(r"\.(py|js|mjs|cjs|ts)(?=::|$)", "", head).replace("::", "/").replace(".", "/").split("/")
    words = [word for word in words if word] or [head]
    return [*words[:-1], words[-1] + bracket + parameters]


def _add(
    record: Record,
    outcomes: dict[str, TestOutcome],
    failures: dict[str, Failure],
    report: Report,
    root: Path,
) -> None:
    """One test's (or one phase's) end; what went wrong in any phase stays."""
    test = record.test or ""
    if outcomes.get(test) not in {"failed", "error"}:
        outcomes[test] = record.outcome
    if record.file:
        report.test_files[test] = record.file
    report.seconds[test] = report.seconds.get(test, 0.0) + record.seconds
    if record.outcome in {"failed", "error"} and test not in failures:
        frames = tuple(Frame(*frame) for frame in record.frames) or frames_in(record.detail, root)
        failures[test] = Failure(test, record.message or record.outcome, record.detail, frames)


def _frame(path: str, line: str, function: str | None, root: Path) -> Frame | None:
    """A place below the workspace that is the user's own code."""
    full = Path(path) if path.startswith("/") else root / path
    if not full.is_relative_to(root):
        return None
    relative = full.relative_to(root).as_posix()
    if any(part in relative for part in ("site-packages/", "node_modules/", "/lib/python")):
        return None
    return Frame(relative, int(line), function or "")


def _decoded(lines: Iterable[bytes]) -> Iterable[Record]:
    decoder = msgspec.json.Decoder(Record)
    for line in lines:
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:
            continue


def _ends(text: str) -> str:
    """The beginning and the end of what was printed: a run is kept, sent and recorded."""
    return text if len(text) <= _OUTPUT else f"{text[: _OUTPUT // 4]}\n[...]\n{text[-_OUTPUT // 4 * 3 :]}"


def _tail(text: str) -> str:
    return text if len(text) <= _DETAIL else "[...]\n" + text[-_DETAIL:]
