"""What a repair is asked, what happens during it, and how it ends: frozen values.

Everything a consumer of a run sees (editor progress, the terminal, the trajectory, tests) is one stream of
these events; nothing here does anything.
"""

from typing import Literal

import msgspec

from quintet.tools.verdict import Judgement, Verdict
from quintet.workspace.edits import Patch
from quintet_models import policy
from quintet_models.messages import Usage

Role = policy.Role
Mode = policy.Mode
TaskKind = policy.TaskKind


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants.

    `path` and `line` (from 1) are where they asked, `issue` is in their words, `test_command` is how they run
    their tests (None: found out), `tests` names the failing tests they mean (empty: all that fail), and
    `diagnostic` is the message of the diagnostic at the cursor. `protected` files are left alone besides the
    tests, whose protection `may_edit_tests` lifts. `mode` is the one to work in (None: as the settings say).

    "rewrite" is about the lines `line` to `end_line` (None: the one line), grown to whole statements, and
    `issue` is the instruction; "implement" and "test" are about the definition around `line`.
    """

    kind: TaskKind
    issue: str = ""
    path: str | None = None
    line: int | None = None
    end_line: int | None = None
    test_command: str | None = None
    tests: tuple[str, ...] = ()
    diagnostic: str = ""
    protected: tuple[str, ...] = ()
    may_edit_tests: bool = False
    mode: Mode | Literal["auto"] | None = None

    @property
    def to_order(self) -> bool:
        """Whether the user says what is to be written, and not what is wrong."""
        return self.kind in policy.TO_ORDER


class Budget(msgspec.Struct, frozen=True):
    """What a run may spend: tokens read and written by models, wall seconds, judged candidates."""

    tokens: int = 60_000
    seconds: float = 120.0
    tests: int = 1_500


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One act of one specialist, after the fact.

    `why` is the policy's reason for choosing it. `by_model` is false where the role was done by its
    deterministic part; `summary` is one sentence on what came of it.
    """

    role: Role
    mode: Mode
    why: str
    by_model: bool
    summary: str
    seconds: float
    usage: Usage = Usage()
    candidates: int = 0
    judged: int = 0
    tool_calls: int = 0


# --- events -----------------------------------------------------------------------------------------


class RunStarted(msgspec.Struct, frozen=True, tag=True):
    """The run has its shadow and its backend. `level` is the sandbox's isolation, in words."""

    task: Task
    mode: str
    backend: str
    level: str
    command: str


class StepStarted(msgspec.Struct, frozen=True, tag=True):
    """The policy chose a specialist."""

    role: Role
    mode: Mode
    why: str


class Note(msgspec.Struct, frozen=True, tag=True):
    """Something a person may want to know while waiting: a finding, a plan, a limit met."""

    text: str


class CandidateJudged(msgspec.Struct, frozen=True, tag=True):
    """The tests looked at one candidate. `score` is its place in the queue: higher came earlier."""

    number: int
    source: str
    description: str
    score: float
    judgement: Judgement


class StepFinished(msgspec.Struct, frozen=True, tag=True):
    """A specialist is done."""

    step: Step


class Alternative(msgspec.Struct, frozen=True):
    """Another candidate that passed the visible tests, for the trace."""

    description: str
    diff: str
    score: float


class Verified(msgspec.Struct, frozen=True, tag=True):
    """A patch the user's own tests accepted, with the verdict that says so.

    `candidate` is the number under which it was judged (`CandidateJudged.number`).
    """

    patch: Patch
    diff: str
    verdict: Verdict
    alternatives: tuple[Alternative, ...] = ()
    candidate: int = 0


class Unverified(msgspec.Struct, frozen=True, tag=True):
    """A patch nothing could prove; `reason` says what is missing. Never offered as a fix.

    What was written to order (kinds "rewrite", "implement", "test") may be shown to its user as unverified.
    """

    patch: Patch
    diff: str
    reason: str


class Abandoned(msgspec.Struct, frozen=True, tag=True):
    """No patch. `reason` is one sentence for a person."""

    reason: str


Outcome = Verified | Unverified | Abandoned


class RunFinished(msgspec.Struct, frozen=True, tag=True):
    """The last event of every run that was not cancelled."""

    outcome: Outcome
    mode: Mode
    steps: tuple[Step, ...]
    usage: Usage
    seconds: float
    judged: int


Event = RunStarted | StepStarted | Note | CandidateJudged | StepFinished | RunFinished
