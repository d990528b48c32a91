"""The meta-controller at run time: what is known about a run, in numbers, to the next specialist or stop.

Knows no engine, no file and no tensor library; a learned policy and the cascade wear the same face, so the
controller cannot tell which one drives it.
"""

from typing import Literal, Protocol

import msgspec

Role = Literal["planner", "coder", "tester", "debugger", "reviewer"]
Mode = Literal["fast", "standard", "deep"]
LADDER: tuple[Mode, ...] = ("fast", "standard", "deep")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a policy may look at; all of it is known at decision time, none of it is the answer.

    Fractions are in 0..1, times in
    seconds, lengths in lines. A feature that is not known yet has the value its type's zero gives.
    """

    # before the first step
    task_kind: Literal["test_failure", "diagnostic", "instruction"]
    language: str = ""
    failure_family: str = ""
    files_in_workspace: int = 0
    failing_tests: int = 0
    passing_tests: int = 0
    baseline_seconds: float = 0.0
    model: bool = False
    model_capable: bool = False
    modes: tuple[Mode, ...] = LADDER
    roles: tuple[Role, ...] = ()

    # after localisation
    localised: bool = False
    suspects: int = 0
    suspicion_top: float = 0.0
    suspicion_entropy: float = 0.0
    unit_lines: int = 0
    unit_branches: int = 0
    unit_nesting: int = 0
    fan_in: int = 0

    # within the run
    mode: Mode = "fast"
    last_role: Role | None = None
    calls: dict[Role, int] = {}
    calls_in_mode: dict[Role, int] = {}
    tester_tried: bool = False
    queued: int = 0
    judged: int = 0
    judged_last_step: int = 0
    drafts: int = 0
    smallest_plausible: int = 0
    distinct_messages: int = 0
    best_fraction_passed: float = 0.0
    plausible: int = 0
    rejected: int = 0
    verified: bool = False
    unverified_ready: bool = False
    tokens: int = 0
    tokens_left: int = 0
    seconds: float = 0.0
    seconds_left: float = 0.0
    tests_left: int = 0

    def as_dict(self) -> dict[str, object]:
        """Plain data for the record."""
        return msgspec.structs.asdict(self)


class Choice(msgspec.Struct, frozen=True):
    """The next act: which specialist, in which mode, and why (one clause, shown to the user)."""

    role: Role
    mode: Mode
    why: str


class Stop(msgspec.Struct, frozen=True):
    """No further act; `why` is one sentence a person understands."""

    why: str


class Policy(Protocol):
    """Chooses; keeps no memory of its own, so that a logged State replays to the same choice."""

    def choose(self, state: State) -> Choice | Stop:
        """The next act in `state`."""
        ...


class CascadePolicy:
    """Fast, then standard, then deep, stopping at the first verified patch.

    Once tests can judge, this is the baseline every learned policy has to beat (cascade routing, Dekoninck et
    al. 2024, arXiv 2410.10347, with the test verdict as the quality estimate).
    """

    def choose(self, state: State) -> Choice | Stop:
        """The first rule that applies."""
        return _finished(state) or _prepare(state) or _propose(state) or _escalate(state)


def _finished(state: State) -> Stop | None:
    if state.verified:
        return Stop("a patch passed the tests in a fresh run")
    if state.unverified_ready:
        return Stop("no test can prove a patch for this task")
    if state.seconds_left <= 0 and not state.plausible:
        return Stop(f"the time budget is spent ({state.seconds:.0f} s, {state.judged} candidates judged)")
    return None


def _prepare(state: State) -> Choice | None:
    """Look at what is there before anything is proposed."""
    if state.plausible:
        return Choice("reviewer", state.mode, f"{state.plausible} candidate(s) passed the failing tests")
    if not state.localised:
        return Choice("planner", state.mode, "the fault is not localised yet")
    if not state.failing_tests and not state.tester_tried:
        return Choice("tester", state.mode, "no failing test speaks for the task")
    return None


def _propose(state: State) -> Choice | Stop | None:
    """Spend what the mode allows on candidates."""
    if not state.failing_tests and state.calls.get("coder"):
        return Stop(
            "no failing test speaks for the task, and nothing else can choose a patch: write one that fails"
        )
    if state.tests_left <= 0:
        return Stop(f"the test budget is spent ({state.judged} candidates judged)")
    coded = state.calls_in_mode.get("coder", 0)
    if not coded or state.queued:
        why = "first candidates" if not state.judged else f"{state.queued or 'new'} candidates to try"
        return Choice("coder", state.mode, why)
    debugged = state.calls_in_mode.get("debugger", 0)
    if "debugger" in state.roles and debugged < coded and debugged < 2 and state.judged:
        return Choice("debugger", state.mode, f"{state.judged} candidates failed: a new hypothesis is needed")
    return None


def _escalate(state: State) -> Choice | Stop:
    """The mode is used up: the next one, or the end."""
    rest = state.modes[state.modes.index(state.mode) + 1 :] if state.mode in state.modes else ()
    if rest:
        return Choice("coder", rest[0], f"{state.mode} found nothing in {state.judged} candidates")
    return Stop(f"none of {state.judged} candidates passed the failing tests")
