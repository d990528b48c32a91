"""Records, foreign output and names of tests, read into values."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.tools.protect import is_configuration, is_test
from quintet.tools.reports import (
    COMMAND,
    Ended,
    error_line,
    frames_in,
    matches,
    read_command,
    read_lines,
    read_records,
)
from quintet.tools.v8_coverage import executed_lines
from quintet.tools.verdict import Frame

ROOT = Path("/ws")


def ended(output: str = "", code: int | None = 1, stopped: str | None = None) -> Ended:
    return Ended("the command", code, 1.5, output, stopped)


def lines(*records: dict[str, object]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def test_records_become_a_run() -> None:
    data = lines(
        {"start": "t.py::a"},
        {"test": "t.py::a", "outcome": "passed", "seconds": 0.1, "file": "t.py"},
        {"start": "t.py::b"},
        {
            "test": "t.py::b", "outcome": "failed", "seconds": 0.2, "file": "t.py", "message": "AssertionError: no",
            "detail": "long", "frames": [["t.py", 3, "b"], ["m.py", 7, "f"]],
        },
        {"test": "t.py::b", "outcome": "error", "seconds": 0.0, "message": "teardown"},
        {"test": "t.py::c", "outcome": "skipped"},
        {"lines": "t.py::a", "executed": {"m.py": [[7, 1, 1]]}},
        {"end": 1, "modules": ["json"], "files": ["m.py"]},
    )  # fmt: skip
    report = read_records(read_lines(data), ended(), ROOT)
    assert report.complete
    assert report.run.outcomes == {"t.py::a": "passed", "t.py::b": "failed", "t.py::c": "skipped"}
    assert (report.run.passed, report.run.failing) == (1, ("t.py::b",))
    [failure] = report.run.failures
    assert failure.message == "AssertionError: no", "the first phase that failed tells why"
    assert failure.frames[-1] == Frame("m.py", 7, "f")
    assert report.seconds["t.py::b"] == pytest.approx(0.2)
    assert report.test_files == {"t.py::a": "t.py", "t.py::b": "t.py"}
    assert (report.modules, report.own_files) == (("json",), ("m.py",))
    assert report.executed == {"t.py::a": {"m.py": [(7, 1, 1)]}}


def test_a_test_that_never_ended_failed_by_what_stopped_the_run() -> None:
    data = lines({"start": "t.py::a"}) + b'{"test": "t.py::b", "outc'
    report = read_records(read_lines(data), ended(code=None, stopped="did not finish within 9 s"), ROOT)
    assert not report.complete
    assert report.run.outcomes == {"t.py::a": "failed"}
    assert report.run.failures[0].message == "did not finish within 9 s"


def test_a_test_during_which_the_process_died_failed() -> None:
    output = 'Fatal Python error: Segmentation fault\n  File "/ws/m.py", line 4 in f\n'
    report = read_records(read_lines(lines({"start": "a"})), ended(output, 139), ROOT)
    assert report.run.failures[0].message == "the test process ended in the middle of this test"


def test_a_failing_phase_is_not_overruled_by_a_later_one() -> None:
    records = read_lines(lines({"test": "a", "outcome": "error"}, {"test": "a", "outcome": "passed"}))
    assert read_records(records, ended(), ROOT).run.outcomes == {"a": "error"}


@given(st.binary(max_size=200))
def test_a_report_file_can_hold_anything(data: bytes) -> None:
    report = read_records(read_lines(data), ended(), ROOT)
    assert set(report.run.failing) <= set(report.run.outcomes)


# --- commands we cannot read ------------------------------------------------------------------------

PYTHON = """Traceback (most recent call last):
  File "/ws/run.py", line 9, in <module>
    main()
  File "/usr/lib/python3.11/json/__init__.py", line 3, in loads
  File "/ws/pkg/core.py", line 4, in main
    return 1 / 0
ZeroDivisionError: division by zero
"""
NODE = """/ws/solution.js:12
    throw new Error("no");
    ^

Error: assertion failed
    at check (/ws/solution.js:12:11)
    at Object.<anonymous> (file:///ws/run_tests.js:3:1)
    at Module._compile (node:internal/modules/cjs/loader:1469:14)

Node.js v20.1.0
"""
RUST = "thread 'tests::a' panicked at src/lib.rs:17:9:\nassertion `left == right` failed\n"


def test_exit_code_0_is_one_test_that_passed() -> None:
    assert read_command(ended(code=0), ROOT).run.outcomes == {COMMAND: "passed"}


@pytest.mark.parametrize(
    ("output", "message", "frames"),
    [
        (PYTHON, "ZeroDivisionError: division by zero", [("run.py", 9), ("pkg/core.py", 4)]),
        (NODE, "Error: assertion failed", [("run_tests.js", 3), ("solution.js", 12), ("solution.js", 12)]),
        (RUST, "assertion `left == right` failed", [("src/lib.rs", 17)]),
        ("", "exit code 1", []),
        ("1 of 3 wrong\n\n", "1 of 3 wrong", []),
    ],
)
def test_what_a_command_printed_is_read(output: str, message: str, frames: list[tuple[str, int]]) -> None:
    report = read_command(ended(output), ROOT)
    assert report.run.outcomes == {COMMAND: "failed"}
    [failure] = report.run.failures
    assert failure.message == message
    assert [(frame.path, frame.line) for frame in failure.frames] == frames


@pytest.mark.parametrize("filling", ["x", "\n", " ", "a.b/", "  at x (", 'File "', "E "])
def test_endless_output_is_kept_by_its_ends(filling: str) -> None:
    output = "first" + filling * 200_000 + "last"
    kept = read_command(ended(output), ROOT).run.output
    assert len(kept) < 21_000
    assert kept.startswith("first")
    assert kept.endswith("last")


def test_a_command_that_was_stopped_failed_for_that_reason() -> None:
    report = read_command(ended("Error: x", None, "did not finish within 9 s"), ROOT)
    assert report.run.failures[0].message == "did not finish within 9 s"
    assert not report.complete


def test_frames_of_other_peoples_code_are_left_out() -> None:
    output = (
        'File "/ws/.venv/lib/python3.11/site-packages/x.py", line 1, in f\nFile "/usr/x.py", line 1, in f\n'
    )
    assert frames_in(output, ROOT) == ()


def test_the_last_error_is_the_one_told() -> None:
    assert error_line("ValueError: first\nduring that\nKeyError: 'second'\nbye") == "KeyError: 'second'"


# --- names of tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_a.py::Case::test_x[1/2.5-a]",
        "tests/test_a.py::Case::test_x",
        "tests/test_a.py",
        "tests/test_a.py::Case",
        "test_x",
        "Case::test_x",
        "Case.test_x",
        "tests.test_a::Case::test_x",
        "tests.test_a.Case.test_x",
    ],
)
def test_what_people_call_a_test_is_understood(name: str) -> None:
    assert matches(name, "tests/test_a.py::Case::test_x[1/2.5-a]")


@pytest.mark.parametrize(
    "name", ["test_", "test_y", "tests/test_b.py", "test_x[2]", "Other::test_x", "a.py::Case::test_x"]
)
def test_other_tests_are_not_meant(name: str) -> None:
    assert not matches(name, "tests/test_a.py::Case::test_x[1]")


# --- files that judge -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "test_a.py",
        "pkg/a_test.go",
        "a.test.ts",
        "src/__tests__/a.js",
        "run_tests.js",
        "ATest.java",
    ],
)
def test_tests_are_known_by_their_names(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path", ["conftest.py", "sub/conftest.py", "pyproject.toml", "jest.config.js", "x.pth"]
)
def test_what_configures_the_judge_is_known(path: str) -> None:
    assert is_configuration(path)


@pytest.mark.parametrize(
    "path", ["contest.py", "src/latest.py", "attest/core.py", "testing/core.py", "a/spec.py"]
)
def test_sources_are_no_judges(path: str) -> None:
    assert not is_configuration(path)
    assert not is_test(path)


# --- V8 coverage ------------------------------------------------------------------------------------


def test_executed_lines_are_read_from_v8(tmp_path: Path) -> None:
    source = "function f(a) {\n  if (a) {\n    return 'ä';\n  }\n  return 2;\n}\n\nf(1);\n"
    (tmp_path / "a.js").write_text(source)
    never = {"startOffset": source.index("\n  return 2"), "endOffset": source.index("}\n\nf(1)"), "count": 0}
    functions = [
        {
            "functionName": "",
            "isBlockCoverage": True,
            "ranges": [{"startOffset": 0, "endOffset": len(source), "count": 1}],
        },
        {
            "functionName": "f",
            "isBlockCoverage": True,
            "ranges": [{"startOffset": 0, "endOffset": source.index("\n\nf(1)"), "count": 1}, never],
        },
    ]
    folder = tmp_path / "coverage"
    folder.mkdir()
    result = [
        {"scriptId": "1", "url": "file:///ws/a.js", "functions": functions},
        {"scriptId": "2", "url": "node:internal/x", "functions": functions},
        {"scriptId": "3", "url": "file:///ws/node_modules/b.js", "functions": functions},
    ]
    (folder / "coverage-1.json").write_text(json.dumps({"result": result}))
    (folder / "coverage-2.json").write_text("{cut of")
    assert executed_lines(folder, ROOT, tmp_path) == {"a.js": [1, 2, 3, 4, 6, 8]}
