"""What one run did, told as values: its steps, what they tried and spent, and what came of it.

Knows the events of a run; nothing of editors, disks or the event loop. A story holds no text of the workspace
but the patch, and nothing that looks like a secret.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

from quintet.agents.task import (
    Abandoned,
    CandidateJudged,
    Event,
    Outcome,
    Role,
    RunFinished,
    RunStarted,
    Step,
    StepFinished,
    StepStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.tools.verdict import TestRun, Verdict
from quintet.workspace.masking import masked
from quintet_models.messages import Usage

State = Literal["running", "verified", "unverified", "abandoned", "cancelled"]

_TRIES = 50
_NOTES = 200
_TESTS = 200
_TEXT = 4_000
_TRY = 500
"""Characters of what is said about one try: there are many of them."""
_DIFF = 200_000


class Said(Protocol):
    """A sentence for the user: a Note, or what whoever started the run has to tell."""

    @property
    def text(self) -> str:
        """The sentence."""
        ...


# --- the story ----------------------------------------------------------------------------------------


class Tokens(msgspec.Struct, frozen=True):
    """Tokens read and written by models; `cached` ones are part of `prompt` and cost nothing."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


class Asked(msgspec.Struct, frozen=True):
    """What the run was asked to do; `line` counts from 1."""

    kind: str
    path: str | None
    line: int | None
    issue: str
    diagnostic: str
    tests: tuple[str, ...]


class Remark(msgspec.Struct, frozen=True):
    """Something said meanwhile, `at` seconds after the start."""

    at: float
    text: str


class Try(msgspec.Struct, frozen=True):
    """What the tests said of one candidate."""

    number: int
    source: str
    description: str
    score: float
    passed: int
    failed: int
    plausible: bool
    message: str


class Chapter(msgspec.Struct, frozen=True):
    """One act of one specialist, from `at` seconds after the start; of its tries the last ones."""

    role: Role
    mode: str
    why: str
    summary: str
    at: float
    seconds: float
    by_model: bool
    tokens: Tokens
    candidates: int
    judged: int
    notes: tuple[Remark, ...]
    tries: tuple[Try, ...]


class Tests(msgspec.Struct, frozen=True):
    """How a test run ended; `exit_code` is None where it was stopped."""

    __test__ = False

    exit_code: int | None
    passed: int
    failed: int
    seconds: float


class Proof(msgspec.Struct, frozen=True):
    """The final word on the patch, in numbers."""

    verified: bool
    reason: str
    command: str
    level: str
    named: tuple[str, ...]
    newly_failing: tuple[str, ...]
    before: Tests
    after: Tests | None


class Story(msgspec.Struct, frozen=True):
    """One run: `started` in seconds since 1970, everything else in seconds since then.

    `reason` says why it ended so; before the first step, what it waits for. `scripted` is true where answers
    came from a file and not from a model. `diff` is unified; a very long one is cut, and says so.
    """

    id: str
    title: str
    started: float
    seconds: float
    state: State
    mode: str
    backend: str
    sandbox: str
    command: str
    scripted: bool
    task: Asked
    plan: str
    reason: str
    diff: str
    tokens: Tokens
    steps: tuple[Chapter, ...]
    verdict: Proof | None


# --- telling it ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Act:
    """A step as far as it has come."""

    role: Role
    mode: str
    why: str
    at: float
    done: Step | None = None
    tries: deque[Try] = field(default_factory=lambda: deque(maxlen=_TRIES))
    judged: int = 0


class Telling:
    """The story of a run while it goes on: hears its events and can be asked at any time how it stands.

    `started` is in seconds since 1970 (None: now), the times at which something was heard are in seconds
    since then.
    """

    def __init__(self, id: str, title: str, task: Task, started: float | None = None) -> None:  # noqa: A002
        self.id = id
        self.state: State = "running"
        self._title = _text(title)
        self._task = _asked(task)
        self._started = time.time() if started is None else started
        self._seconds = 0.0
        self._began = RunStarted(task, "", "", "", "")
        self._acts: list[_Act] = []
        self._notes: deque[tuple[int, Remark]] = deque(maxlen=_NOTES)
        """Each with how many steps had begun when it was made."""
        self._said = ""
        """What it waits for, or why it ended, as long as no outcome says so."""
        self._plan = ""
        self._outcome: Outcome | None = None
        self._usage: Usage | None = None

    def hear(self, event: Event | Said, at: float) -> None:
        """Take the next event; after the end of the run nothing is heard any more."""
        if self.state != "running":
            return
        self._seconds = max(self._seconds, at)
        match event:
            case RunStarted():
                self._began = event
            case StepStarted(role, mode, why):
                self._said = ""
                self._acts.append(_Act(role, mode, _text(why), self._seconds))
            case CandidateJudged() if self._acts:
                self._acts[-1].tries.append(_try(event))
                self._acts[-1].judged += 1
            case CandidateJudged():
                pass
            case StepFinished(step):
                self._finish(step)
            case RunFinished():
                self._outcome, self._usage = event.outcome, event.usage
                self.state = _STATES[type(event.outcome)]
            case _:
                self._note(event.text)

    def end(self, state: State = "cancelled", reason: str = "") -> None:
        """The run has ended without saying so."""
        if self.state == "running":
            self.state, self._said = state, _text(reason)

    @property
    def spent(self) -> int:
        """Tokens that cost computation: read, less what an engine had cached, and written."""
        usage = self._used()
        return usage.prompt_tokens - usage.cached_tokens + usage.completion_tokens

    @property
    def story(self) -> Story:
        """The run so far."""
        began, outcome = self._began, self._outcome
        verdict = outcome.verdict if isinstance(outcome, Verified) else None
        return Story(
            id=self.id,
            title=self._title,
            started=self._started,
            seconds=self._seconds,
            state=self.state,
            mode=began.mode,
            backend=_text(began.backend),
            sandbox=_text(began.level),
            command=_text(began.command),
            scripted=began.backend.startswith("scripted"),
            task=self._task,
            plan=self._plan,
            reason=self._reason(),
            diff="" if outcome is None or isinstance(outcome, Abandoned) else _diff(outcome.diff),
            tokens=_tokens(self._used()),
            steps=tuple(self._chapters()),
            verdict=_proof(verdict) if verdict else None,
        )

    def _used(self) -> Usage:
        return self._usage or sum((act.done.usage for act in self._acts if act.done), Usage())

    def _finish(self, step: Step) -> None:
        if not self._acts or self._acts[-1].done:
            at = max(0.0, self._seconds - step.seconds)
            self._acts.append(_Act(step.role, step.mode, _text(step.why), at))
        self._acts[-1].done = step

    def _note(self, text: str) -> None:
        text = _text(text)
        self._notes.append((len(self._acts), Remark(self._seconds, text)))
        if not self._acts:
            self._said = text
        elif self._acts[-1].role == "planner" and " :: " in text.partition("\n")[0]:
            self._plan = text  # `path :: name :: why` is how the Planner's lines are written

    def _reason(self) -> str:
        outcome = self._outcome
        if outcome is None:
            return self._said
        return _text(outcome.verdict.reason if isinstance(outcome, Verified) else outcome.reason)

    def _chapters(self) -> Iterator[Chapter]:
        for number, act in enumerate(self._acts, start=1):
            done = act.done
            yield Chapter(
                role=act.role,
                mode=act.mode,
                why=act.why,
                summary=_text(done.summary) if done else "",
                at=act.at,
                seconds=done.seconds if done else self._seconds - act.at,
                by_model=done.by_model if done else False,
                tokens=_tokens(done.usage if done else Usage()),
                candidates=done.candidates if done else act.judged,
                judged=done.judged if done else act.judged,
                # What was said before the first step is told with it.
                notes=tuple(note for step, note in self._notes if max(step, 1) == number),
                tries=tuple(act.tries),
            )


_STATES: dict[type[Outcome], State] = {
    Verified: "verified",
    Unverified: "unverified",
    Abandoned: "abandoned",
}


def _asked(task: Task) -> Asked:
    return Asked(
        task.kind, task.path, task.line, _text(task.issue), _text(task.diagnostic), _tests(task.tests)
    )


def _tests(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_text(name, _TRY) for name in tuple(names)[:_TESTS])


def _try(event: CandidateJudged) -> Try:
    said = event.judgement
    return Try(
        event.number,
        event.source,
        _text(event.description, _TRY),
        event.score,
        said.passed,
        said.failed,
        said.plausible,
        _text(said.message, _TRY),
    )


def _proof(verdict: Verdict) -> Proof:
    return Proof(
        verdict.verified,
        _text(verdict.reason),
        _text(verdict.command),
        _text(verdict.level),
        _tests(verdict.named),
        _tests(verdict.newly_failing),
        _counted(verdict.before),
        _counted(verdict.after) if verdict.after else None,
    )


def _counted(run: TestRun) -> Tests:
    return Tests(run.exit_code, run.passed, len(run.failing), run.seconds)


def _tokens(usage: Usage) -> Tokens:
    return Tokens(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)


# --- texts --------------------------------------------------------------------------------------------


def _text(text: str, most: int = _TEXT) -> str:
    """A text as a story may hold it: without secrets, of bounded length, and fit for any encoding."""
    text = masked(text[: 2 * most])  # first masked and then cut: half a secret does not look like one
    text = text if len(text) <= most else text[: most - 1] + "…"
    return _whole(text)


def _diff(diff: str) -> str:
    if len(diff) <= _DIFF:
        return _whole(diff)
    kept = diff[:_DIFF].rpartition("\n")[0]
    return _whole(f"{kept}\n… {len(diff) - len(kept):,} more characters are not kept here.\n")


def _whole(text: str) -> str:
    """The text with half characters replaced: no protocol could carry them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
