"""The events of one run, as the controller would send them: for tests of what shows or counts them."""

from quintet.agents.task import (
    Abandoned,
    Alternative,
    CandidateJudged,
    Event,
    Note,
    Outcome,
    RunFinished,
    RunStarted,
    Step,
    StepFinished,
    StepStarted,
    Task,
    Verified,
)
from quintet.tools.verdict import Judgement, TestRun, Verdict
from quintet.workspace.edits import Patch
from quintet_models.messages import Usage

DIFF = """--- a/pay/terms.py
+++ b/pay/terms.py
@@ -1,3 +1,3 @@
 def is_working_day(day):
-    return day.weekday() <= 5
+    return day.weekday() < 5
 # [bold]not markup[/bold]
"""
BEFORE = TestRun("python -m unittest", 1, 0.2, {"a": "passed", "b": "failed", "c": "skipped"})
AFTER = TestRun("python -m unittest", 0, 0.3, {"a": "passed", "b": "passed", "c": "skipped"})
VERDICT = Verdict(
    verified=True,
    reason="b passes now, and nothing else fails",
    command="python -m unittest",
    before=BEFORE,
    after=AFTER,
    named=("b",),
    newly_failing=(),
    level="bubblewrap: no network",
)
VERIFIED = Verified(Patch(()), DIFF, VERDICT, (Alternative("line 2: `5` → `4`", "", -2.0),))
PLANNED = Step(
    role="planner",
    mode="fast",
    why="the fault is not localised yet",
    by_model=False,
    summary="2 suspicious lines",
    seconds=0.5,
)
CODED = Step(
    role="coder",
    mode="fast",
    why="first candidates",
    by_model=True,
    summary="3 judged, 2 passed",
    seconds=1.5,
    usage=Usage(1200, 300, 34),
    candidates=3,
    judged=3,
)


def judged(number: int, description: str, *, fine: bool, message: str = "") -> CandidateJudged:
    judgement = Judgement(
        plausible=fine, passed=int(fine), failed=int(not fine), seconds=0.01, message=message
    )
    return CandidateJudged(number, "edit", description, -float(number), judgement)


def finished(outcome: Outcome = VERIFIED) -> RunFinished:
    return RunFinished(outcome, "fast", (PLANNED, CODED), Usage(1200, 300, 34), 2.5, 3)


def run(outcome: Outcome = VERIFIED) -> list[Event]:
    """A whole run."""
    return [
        RunStarted(
            Task(kind="test_failure"),
            "auto",
            "pocket: SmolLM2",
            "bubblewrap: no network",
            "python -m unittest",
        ),
        StepStarted("planner", "fast", PLANNED.why),
        Note("line 2 is run by the failing test [red]only[/red]"),
        StepFinished(PLANNED),
        StepStarted("coder", "fast", CODED.why),
        judged(1, "line 2: `5` → `6`", fine=False, message="AssertionError: \x1b[31mred\x1b[0m\nand more"),
        judged(2, "line 2: `<=` → `<`", fine=True),
        judged(3, "line 2: `5` → `4`", fine=True),
        StepFinished(CODED),
        finished(outcome),
    ]


ABANDONED = Abandoned("none of 3 candidates passed the failing tests")
