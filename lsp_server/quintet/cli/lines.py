"""A run told in plain lines: for pipes, logs and terminals that cannot redraw.

Knows events; writes to a stream and keeps no state but how much it has said.
"""

from types import TracebackType
from typing import Self, TextIO

from quintet.agents.task import (
    CandidateJudged,
    Event,
    Note,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Verified,
)
from quintet.cli import telling

EVERY = 50
"""Candidates that fail are told in passing, once for so many."""


class Lines:
    """Tells every event at once, one line each; only candidates that passed are told one by one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.flush()

    def waiting(self, what: str) -> None:
        """Something takes a while and is no event of the run."""
        self._say(what)

    def show(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case RunStarted():
                self._say(f"model    {event.backend}")
                self._say(f"tests    {event.command}")
                self._say(f"sandbox  {event.level}")
            case StepStarted():
                self._say(f"{event.role} ({event.mode}): {telling.one_line(event.why)}")
            case Note():
                self._say(f"  {telling.one_line(event.text)}")
            case CandidateJudged():
                self._candidate(event)
            case StepFinished(step=step):
                who = "model" if step.by_model else "rules"
                cost = f"{telling.tokens(step.usage)}, {step.seconds:.1f} s"
                self._say(f"  {telling.one_line(step.summary)} ({who}, {cost})")
            case RunFinished():
                self._finished(event)

    def _candidate(self, event: CandidateJudged) -> None:
        if event.judgement.plausible:
            source = telling.SOURCES.get(event.source, event.source)
            self._say(f"  passed: candidate {event.number}, {source}: {telling.one_line(event.description)}")
        elif event.number % EVERY == 0:
            self._say(f"  {event.number} candidates tested")

    def _finished(self, event: RunFinished) -> None:
        outcome = event.outcome
        self._say("")
        self._say(f"{telling.headline(outcome)}. {telling.one_line(telling.reason(outcome))}")
        if isinstance(outcome, Verified):
            verdict = outcome.verdict
            self._say(f"  command  {verdict.command}")
            self._say(
                f"  before   exit code {telling.exit_code(verdict.before)}, {telling.counts(verdict.before)}"
            )
            if verdict.after is not None:
                after = verdict.after
                self._say(f"  after    exit code {telling.exit_code(after)}, {telling.counts(after)}")
            self._say(f"  sandbox  {verdict.level}")
        if diff := telling.diff_of(outcome):
            self._say("")
            self._say(diff.rstrip("\n"))
        self._say("")
        self._say(telling.spent(event))

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
