"""Places that may hold the fault: the order, and the reasons given."""

from quintet.tools.localize import by_text, neighbours, rank
from quintet.tools.reports import Report
from quintet.tools.verdict import Failure, Frame, TestRun
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import Lay

SOURCE = """LIMIT = 10
OTHER = 3


def check(value):
    if value > LIMIT:
        return clamp(
            value,
            LIMIT,
        )
    return value


def clamp(value, most):
    return most - 1
"""
BAD, GOOD = "tests/test_m.py::test_clamp", "tests/test_m.py::test_small"
EXECUTED = {
    BAD: {"m.py": [(6, 1, 1), (7, 4, 1), (8, 2, 1), (15, 3, 2)], "tests/test_m.py": [(3, 0, 1)]},
    GOOD: {"m.py": [(6, 1, 1), (11, 2, 1)]},
}
FAILURES = (
    Failure(
        BAD,
        "AssertionError: clamp is wrong",
        frames=(
            Frame("tests/test_m.py", 3, "test_clamp"),
            Frame("m.py", 7, "check"),
            Frame("m.py", 15, "clamp"),
        ),
    ),
)


def workspace(lay: Lay) -> Snapshot:
    return open_snapshot(lay({"m.py": SOURCE, "tests/test_m.py": "from m import check\n"}))


def test_lines_only_failing_tests_run_come_first(lay: Lay) -> None:
    found = rank(EXECUTED, (BAD,), FAILURES, workspace(lay))
    assert found[0].line == 15, "only the failing test ran it, and the traceback ends there"
    order = [each.line for each in found]
    assert order.index(7) < order.index(6), "what passing tests run too is less suspicious"
    assert 11 not in order, "what no failing test ran cannot be at fault"
    assert {each.path for each in found} == {"m.py"}, "a test is never suspected"


def test_reasons_are_given_in_words(lay: Lay) -> None:
    first, *rest = rank(EXECUTED, (BAD,), FAILURES, workspace(lay))
    assert first.why == (
        "ran in 1 of 1 failing and 0 of 1 passing tests; on the traceback; "
        "in clamp, which the failure or the issue names"
    )
    assert next(each.why for each in rest if each.line == 6).startswith(
        "ran in 1 of 1 failing and 1 of 1 passing"
    )
    assert all(0 < each.score <= 1 for each in (first, *rest))


def test_all_lines_of_a_long_statement_are_suspected(lay: Lay) -> None:
    lines = {each.line for each in rank(EXECUTED, (BAD,), (), workspace(lay))}
    assert {7, 8, 9, 10} <= lines


def test_a_constant_that_ran_at_import_is_suspected_last(lay: Lay) -> None:
    found = rank(EXECUTED, (BAD,), FAILURES, workspace(lay))
    assert (found[-1].line, found[-1].why) == (1, "LIMIT is used by what ran in the failing tests")
    assert 2 not in {each.line for each in found}, "no line that ran mentions OTHER"


def test_the_issue_breaks_a_tie(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"m.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n"}))
    executed = {BAD: {"m.py": [(2, 2, 1), (6, 1, 1)]}}
    assert rank(executed, (BAD,), (), snapshot)[0].line == 2
    assert rank(executed, (BAD,), (), snapshot, hint="two() is wrong")[0].line == 6


def test_deeper_and_later_lines_break_a_tie(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"m.py": "def one():\n    a()\n    b()\n    c()\n"}))
    executed = {BAD: {"m.py": [(2, 1, 1), (3, 2, 1), (4, 3, 1)]}}
    assert [each.line for each in rank(executed, (BAD,), (), snapshot)] == [4, 3, 2]


def test_nothing_executed_is_nothing_suspected(lay: Lay) -> None:
    assert rank({}, (BAD,), FAILURES, workspace(lay)) == ()


# --- without coverage by test -----------------------------------------------------------------------

SCRIPT = "const add = (a, b) => {\n  return a - b;\n};\n\n// no code\nconst other = () => 1;\n"


def test_files_that_tests_name_are_suspected(lay: Lay) -> None:
    snapshot = open_snapshot(
        lay({"sums.js": SCRIPT, "unused.js": SCRIPT, "check.js": "const testAdd = () => {};\n"})
    )
    found = by_text((), snapshot, "require('./sums'); read('check.js')")
    assert {each.path for each in found} == {"sums.js"}, "check.js defines nothing but a test"
    assert [each.line for each in found] == [2, 1, 6], "bodies before heads"


def test_the_traceback_leads_where_there_is_no_coverage(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"sums.js": SCRIPT}))
    failure = Failure(
        "command", "Error: add is wrong", frames=(Frame("run_tests.js", 1), Frame("sums.js", 2))
    )
    first, *_ = by_text((failure,), snapshot, "")
    assert (first.line, first.why) == (
        2,
        "in a file the tests use; on the traceback; in add, which the failure or the issue names",
    )


def test_lines_that_did_not_run_are_left_out_where_that_is_known(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"sums.js": SCRIPT}))
    found = by_text((), snapshot, "", executed={"sums.js": [1, 2]})
    assert [each.line for each in found] == [2, 1]
    assert found[0].why == "ran in the failing run"


# --- passing tests to compare with ------------------------------------------------------------------


def test_passing_tests_of_the_same_file_are_compared_first() -> None:
    files = {"a::1": "a", "b::1": "b", "b::2": "b", "b::3": "b"}
    run = TestRun("", 1, 1.0, {"a::1": "passed", "b::1": "failed", "b::2": "passed", "b::3": "skipped"})
    report = Report(run, complete=True, test_files=files, seconds=dict.fromkeys(files, 0.4))
    assert neighbours(report, ("b::1",)) == ("b::2", "a::1")
    assert neighbours(report, ("b::1",), seconds=0.5) == ("b::2",)
    assert neighbours(report, ("b::1",), most=1) == ("b::2",)
