"""The rule by which a patch is verified, over runs that need not be made."""

from quintet.tools.reports import Report
from quintet.tools.verdict import Failure, TestOutcome, TestRun
from quintet.tools.verify import compare, newly_failing, still_failing, unparsable
from quintet.workspace.document import Document


def report(*, complete: bool = True, stopped: str | None = None, **outcomes: TestOutcome) -> Report:
    """A run of tests `t.py::NAME`; a `file_NAME` is a file that could not be collected."""
    named = {name if name.startswith("file_") else f"t.py::{name}": how for name, how in outcomes.items()}
    failures = tuple(
        Failure(test, f"wrong in {test}") for test, how in named.items() if how in {"failed", "error"}
    )
    run = TestRun("cmd", 1 if failures else 0, 1.0, named, failures, stopped=stopped)
    return Report(run, complete)


def ended(how: Report, code: int | None, stopped: str | None = None) -> Report:
    """The same records of a process that ended otherwise."""
    run = how.run
    return Report(
        TestRun("cmd", code, 1.0, run.outcomes, run.failures, stopped=stopped), complete=how.complete
    )


BEFORE = report(a="failed", b="passed", c="failed", d="skipped")
NAMED = ("t.py::a",)


def test_the_named_test_passes_and_nothing_else_fails() -> None:
    finding = compare(BEFORE, report(a="passed", b="passed", c="failed", d="skipped"), NAMED)
    assert finding.verified
    assert finding.reason == "t.py::a passes now, and none of the 1 others newly fails."


def test_the_named_test_still_fails() -> None:
    finding = compare(BEFORE, report(a="failed", b="passed"), NAMED)
    assert not finding.verified
    assert finding.reason == "The test still fails: t.py::a: wrong in t.py::a"


def test_some_of_several_named_tests_still_fail() -> None:
    finding = compare(BEFORE, report(a="passed", b="passed", c="error"), ("t.py::a", "t.py::c"))
    assert finding.reason == "1 of 2 tests still fail: t.py::c: wrong in t.py::c"


def test_a_named_test_that_does_not_run_any_more_does_not_pass() -> None:
    finding = compare(BEFORE, report(b="passed", c="failed"), NAMED)
    assert (finding.verified, finding.reason) == (False, "The test still fails: t.py::a did not run")


def test_a_named_test_that_skips_itself_does_not_pass() -> None:
    assert still_failing(NAMED, report(a="skipped").run) == NAMED


def test_a_file_passes_when_all_its_tests_do() -> None:
    assert still_failing(("t.py",), report(a="passed", b="passed").run) == ()
    assert still_failing(("t.py",), report(a="passed", b="failed").run) == ("t.py",)


def test_a_test_that_passed_before_fails_now() -> None:
    finding = compare(BEFORE, report(a="passed", b="failed"), NAMED)
    assert not finding.verified
    assert finding.newly_failing == ("t.py::b",)
    assert finding.reason == "t.py::b passed before and fails now: t.py::b: wrong in t.py::b"


def test_a_test_that_vanished_is_newly_failing() -> None:
    assert newly_failing(BEFORE, report(a="passed", c="failed")) == ("t.py::b",)


def test_a_test_that_failed_before_may_go_on_failing() -> None:
    assert newly_failing(BEFORE, report(a="failed", b="passed", c="error")) == ()


def test_a_new_test_that_fails_counts() -> None:
    assert newly_failing(BEFORE, report(a="passed", b="passed", new="failed")) == ("t.py::new",)


def test_a_test_hidden_by_a_broken_file_was_not_passing() -> None:
    before = Report(TestRun("cmd", 1, 1.0, {"t.py": "error", "u.py::x": "passed"}), complete=True)
    after = Report(
        TestRun("cmd", 1, 1.0, {"t.py::a": "passed", "t.py::b": "failed", "u.py::x": "passed"}), complete=True
    )
    assert newly_failing(before, after) == ()


def test_a_run_that_breaks_off_verifies_nothing() -> None:
    after = report(complete=False, stopped="started more than 128 processes", a="passed", b="passed")
    finding = compare(BEFORE, after, NAMED)
    assert not finding.verified
    assert finding.reason == "The run did not come to its end: started more than 128 processes."


def test_records_that_all_pass_are_not_believed_when_the_process_ended_badly() -> None:
    finding = compare(BEFORE, ended(report(a="passed", b="passed", c="passed"), 1), NAMED)
    assert not finding.verified
    assert finding.reason == "No test fails, yet the run ended with exit code 1."


def test_a_run_that_was_stopped_after_its_last_record_verifies_nothing() -> None:
    after = ended(report(a="passed", b="passed", c="failed"), None, "did not finish within 120 s")
    finding = compare(BEFORE, after, NAMED)
    assert (finding.verified, finding.reason) == (
        False,
        "The run did not come to its end: did not finish within 120 s.",
    )


def test_a_bad_exit_code_is_expected_where_another_test_fails_as_before() -> None:
    after = ended(report(a="passed", b="passed", c="failed"), 1)
    assert compare(BEFORE, after, NAMED).verified


def test_without_named_tests_nothing_may_newly_fail() -> None:
    before = report(a="passed", b="passed")
    assert (
        compare(before, report(a="passed", b="passed"), ()).reason
        == "All 2 tests that passed before still pass."
    )
    assert not compare(before, report(a="passed", b="failed"), ()).verified


def test_a_file_must_still_parse() -> None:
    good, bad = Document("a.py", "x = 1\n"), Document("a.py", "x = (\n")
    assert unparsable({"a.py": good}, {"a.py": bad}) == "a.py does not parse any more."
    assert unparsable({"a.py": None}, {"a.py": bad}) == "a.py does not parse any more."
    assert unparsable({"a.py": good}, {"a.py": good}) is None
    assert unparsable({"a.py": bad}, {"a.py": bad}) is None, "it did not parse before either"
    assert unparsable({"a.txt": None}, {"a.txt": Document("a.txt", "(((")}) is None
