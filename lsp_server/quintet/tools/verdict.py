"""What a test run said, and what follows from it: values only.

A verdict must not depend on who wrote the patch, so nothing here knows of agents or models.
"""

from typing import Literal

import msgspec

TestOutcome = Literal["passed", "failed", "error", "skipped", "xfailed"]


class Frame(msgspec.Struct, frozen=True):
    """One line of a traceback inside the workspace: relative path, line counted from 1, function."""

    path: str
    line: int
    function: str = ""


class Failure(msgspec.Struct, frozen=True):
    """Why one test failed: the error's last line, the runner's own text (capped), innermost frame last."""

    test: str
    message: str
    detail: str = ""
    frames: tuple[Frame, ...] = ()


class TestRun(msgspec.Struct, frozen=True):
    """One run of a test command.

    `outcomes` maps a test's id to how it ended; a command whose runner we cannot read has the single id
    "command". `exit_code` is None where the run was stopped; `stopped` then says by which limit.
    """

    __test__ = False

    command: str
    exit_code: int | None
    seconds: float
    outcomes: dict[str, TestOutcome]
    failures: tuple[Failure, ...] = ()
    output: str = ""
    stopped: str | None = None

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(outcome == "passed" for outcome in self.outcomes.values())

    @property
    def failing(self) -> tuple[str, ...]:
        """Ids of the tests that failed or could not be run, in the runner's order."""
        return tuple(test for test, outcome in self.outcomes.items() if outcome in {"failed", "error"})


class Suspicion(msgspec.Struct, frozen=True):
    """A place that may hold the fault: line counted from 1, score in 0..1, the reason in words."""

    path: str
    line: int
    score: float
    why: str


class Judgement(msgspec.Struct, frozen=True):
    """The quick look at one candidate: did the named tests pass, and how far did it get?"""

    plausible: bool
    passed: int
    failed: int
    seconds: float
    message: str = ""
    stopped: str | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The final word on a patch, from a fresh and full run in a throw-away copy.

    `verified` holds when the named tests pass, nothing that passed before fails now, and every touched file
    still parses. `reason` is one sentence either way. `level` names the isolation the tests ran under.
    """

    verified: bool
    reason: str
    command: str
    before: TestRun
    after: TestRun | None
    named: tuple[str, ...]
    newly_failing: tuple[str, ...]
    level: str
