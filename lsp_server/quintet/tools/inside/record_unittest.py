"""Runs unittest's own command line and records what every test did, by a result class of ours.

Runs under the user's Python inside the sandbox.
"""

from __future__ import annotations

import sys
import time
import unittest
from typing import TYPE_CHECKING, Any

from .lines import Lines
from .record import Alarm, TestTooSlowError, detail_of, frames_of, imported, inside, message_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .record import Emit


def run(args: Sequence[str], emit: Emit, options: dict[str, Any]) -> int:
    """Run `python -m unittest ARGS`; returns its exit code. `options` as for pytest, `select` are ids."""
    select: list[str] = options.get("select") or []
    argv = ["python -m unittest", *(select or args)]

    def make(*given: Any, **named: Any) -> Result:
        return Result(emit, options, *given, **named)

    program = unittest.main(
        module=None,
        argv=argv,
        exit=False,
        failfast=False,
        testRunner=unittest.TextTestRunner(resultclass=make, stream=sys.stderr),
    )
    ok = program.result.wasSuccessful()
    emit(dict(imported(options["root"]) if options.get("modules") else {}, end=0 if ok else 1))
    return 0 if ok else 1


class Result(unittest.TextTestResult):
    """A result that tells as it goes, and bounds the time of each test."""

    def __init__(self, emit: Emit, options: dict[str, Any], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.emit = emit
        self.root: str = options["root"]
        self.alarm = Alarm(options.get("seconds", 0.0))
        self.lines: Lines | None = Lines(self.root) if options.get("trace") else None
        self.started = 0.0
        self.bad = False

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Announce the test."""
        super().startTest(test)
        self.emit({"start": test.id()})
        self.started = time.time()
        self.bad = False
        self.alarm.__enter__()
        if self.lines is not None:
            self.lines.__enter__()

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """The test is over, however it ended."""
        if self.lines is not None:
            self.lines.__exit__()
            self.emit({"lines": test.id(), "executed": self.lines.take()})
        self.alarm.__exit__()
        super().stopTest(test)

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Passed, unless one of its subtests failed."""
        super().addSuccess(test)
        self._tell(test, "failed" if self.bad else "passed")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """An assertion of the test did not hold."""
        super().addFailure(test, err)
        self._tell(test, "failed", err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """The test, or a fixture, raised."""
        super().addError(test, err)
        self._tell(test, "error", err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        """The test skipped itself."""
        super().addSkip(test, reason)
        self._tell(test, "skipped")

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """It failed, as it said it would."""
        super().addExpectedFailure(test, err)
        self._tell(test, "xfailed")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """It passed though it said it would fail: unittest counts that as a failure."""
        super().addUnexpectedSuccess(test)
        self._tell(test, "failed")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """A failing subtest fails the test it belongs to."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.bad = True
            self._tell(test, "failed", err)

    def _tell(self, test: unittest.TestCase, outcome: str, err: Any = None) -> None:
        record: dict[str, Any] = {
            "test": _id(test),
            "outcome": outcome,
            "seconds": time.time() - self.started,
        }
        module = sys.modules.get(type(test).__module__)
        record["file"] = inside(getattr(module, "__file__", None) or "", self.root)
        if err is not None:
            error = err[1]
            message = str(error) if isinstance(error, TestTooSlowError) else message_of(error)
            detail = detail_of(self._exc_info_to_string(err, test))  # type: ignore[attr-defined]
            record.update(message=message, detail=detail, frames=frames_of(error, err[2], self.root))
            # a module that could not be imported: the loader kept only the text of what happened
        self.emit(record)


def _id(test: unittest.TestCase) -> str:
    return test.id().replace("unittest.loader._FailedTest.", "")
