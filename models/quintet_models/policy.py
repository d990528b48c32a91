"""The meta-controller at run time: what is known about a run, in numbers, to the next specialist or stop.

Knows no engine, no file and no tensor library; a learned policy and the cascade wear the same face, so the
controller cannot tell which one drives it.
"""

from typing import Literal, Protocol

import msgspec

Role = Literal["planner", "coder", "tester", "debugger", "reviewer"]
Mode = Literal["fast", "standard", "deep"]
TaskKind = Literal["test_failure", "diagnostic", "instruction", "rewrite", "implement", "test"]
LADDER: tuple[Mode, ...] = ("fast", "standard", "deep")
TO_ORDER: frozenset[TaskKind] = frozenset({"rewrite", "implement"})
"""Kinds whose user says what is to be written, and not what is wrong."""


_TRIES = 2


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a policy may look at; all of it is known at decision time, none of it is the answer.

    Fractions are in 0..1, times in
    seconds, lengths in lines. A feature that is not known yet has the value its type's zero gives.
    """

    # before the first step
    task_kind: TaskKind
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
        if state.task_kind == "test":
            return _finished(state) or _write_test(state)
        return _finished(state) or _prepare(state) or _to_order(state) or _propose(state) or _escalate(state)


def _finished(state: State) -> Stop | None:
    if state.verified:
        return Stop("a patch passed the tests in a fresh run")
    if state.unverified_ready:
        return Stop("no test can prove a patch for this task")
    if state.seconds_left <= 0 and not state.plausible:
        return Stop(f"the time budget is spent ({state.seconds:.0f} s, {state.judged} candidates judged)")
    return None


def _prepare(state: State) -> Choice | Stop | None:
    """Look at what is there before anything is proposed."""
    if state.plausible:
        return Choice("reviewer", state.mode, f"{state.plausible} candidate(s) passed the failing tests")
    if not state.localised:
        return Choice("planner", state.mode, "the fault is not localised yet")
    if state.task_kind in TO_ORDER and not state.suspects:
        return Stop("there is nothing to change at this place")
    if not state.failing_tests and not state.tester_tried and state.task_kind != "rewrite":
        return Choice("tester", state.mode, "no failing test speaks for the task")
    return None


def _to_order(state: State) -> Choice | Stop | None:
    """Only a model can write what was asked for in words; the tests say what must not break."""
    if state.task_kind not in TO_ORDER or state.failing_tests:
        return None
    if not state.model_capable:
        return Stop(_needs_model(state))
    if state.tests_left <= 0:
        return Stop(f"the test budget is spent ({state.judged} drafts judged)")
    return _draft(state)


def _draft(state: State) -> Choice | Stop:
    """Twice in each mode, the second time knowing what was refused and why."""
    tries = state.calls_in_mode.get("coder", 0)
    if not tries:
        return Choice("coder", state.mode, "first drafts" if not state.judged else "new drafts")
    refused = state.judged_last_step or state.last_role == "reviewer"
    if refused and tries < _TRIES:
        return Choice("coder", state.mode, f"{state.judged} draft(s) refused: once more, knowing why")
    if rest := _rest(state):
        return Choice("coder", rest[0], f"{state.mode} gave no draft that stands")
    return Stop(
        f"no draft stands ({state.judged} tried)" if state.judged else "the model gave no usable draft"
    )


def _write_test(state: State) -> Choice | Stop:
    """A test for a definition: one step of the Tester in each mode, until one is accepted."""
    if not state.localised:
        return Choice("planner", state.mode, "the definition is to be found")
    if not state.suspects:
        return Stop("there is no definition at this place that a test could be written for")
    if not state.tester_tried:
        return Choice("tester", state.mode, "a test is wanted")
    if not state.model_capable:
        return Stop(_needs_model(state))
    if rest := _rest(state):
        return Choice("tester", rest[0], f"{state.mode} gave no test that stands")
    return Stop("no test that was written stands")


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
    if rest := _rest(state):
        return Choice("coder", rest[0], f"{state.mode} found nothing in {state.judged} candidates")
    found = f"none of {state.judged} candidates passed the failing tests"
    if state.task_kind == "implement" and not state.model_capable:
        return Stop(f"{found}. {_needs_model(state)}")
    return Stop(found)


def _rest(state: State) -> tuple[Mode, ...]:
    """The modes above the present one."""
    return state.modes[state.modes.index(state.mode) + 1 :] if state.mode in state.modes else ()


def _needs_model(state: State) -> str:
    """What is missing, and what to do."""
    work = {
        "rewrite": "Rewriting by instruction",
        "implement": "Implementing more than a small edit reaches",
        "test": "Writing a test that is not among the examples (>>>) of the documentation",
    }
    lacking = "the model in use does not" if state.model else "no model is connected"
    return (
        f"{work.get(state.task_kind, 'This')} needs a model that follows instructions; {lacking}. "
        "Choose another with quintet.chooseBackend."
    )
