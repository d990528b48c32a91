"""The JSON object `quintet repair` prints: what other programs read.

Its fields are a promise to them: add, but do not rename.
"""

from typing import Literal

import msgspec

from quintet.agents.task import Abandoned, Alternative, RunFinished, Step, Unverified, Verified
from quintet.cli import telling
from quintet.tools.verdict import Verdict
from quintet_models.messages import Usage


class AnswerTokens(msgspec.Struct, frozen=True):
    """Tokens of the whole run; `prompt` includes `cached`."""

    prompt: int
    cached: int
    completion: int
    total: int


class AnswerStep(msgspec.Struct, frozen=True):
    """One act of one specialist."""

    role: str
    mode: str
    why: str
    summary: str
    by_model: bool
    seconds: float
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    candidates: int
    judged: int
    tool_calls: int


class Answer(msgspec.Struct, frozen=True):
    """How a repair ended. `patch` is a unified diff, empty where there is none; seconds are wall time."""

    outcome: Literal["verified", "unverified", "abandoned"]
    reason: str
    mode: str
    patch: str
    verdict: Verdict | None
    steps: tuple[AnswerStep, ...]
    tokens: AnswerTokens
    seconds: float
    judged: int
    alternatives: tuple[Alternative, ...]
    applied: bool


def answer(finished: RunFinished, *, applied: bool = False) -> Answer:
    """The answer for a finished run."""
    outcome = finished.outcome
    verified = outcome if isinstance(outcome, Verified) else None
    return Answer(
        outcome=outcome_name(finished),
        reason=telling.reason(outcome),
        mode=finished.mode,
        patch=telling.diff_of(outcome),
        verdict=verified.verdict if verified else None,
        steps=tuple(_step(step) for step in finished.steps),
        tokens=_tokens(finished.usage),
        seconds=finished.seconds,
        judged=finished.judged,
        alternatives=verified.alternatives if verified else (),
        applied=applied,
    )


def outcome_name(finished: RunFinished) -> Literal["verified", "unverified", "abandoned"]:
    """The outcome in one word."""
    match finished.outcome:
        case Verified():
            return "verified"
        case Unverified():
            return "unverified"
        case Abandoned():
            return "abandoned"


def _step(step: Step) -> AnswerStep:
    usage = step.usage
    return AnswerStep(
        step.role,
        step.mode,
        step.why,
        step.summary,
        step.by_model,
        step.seconds,
        usage.prompt_tokens,
        usage.cached_tokens,
        usage.completion_tokens,
        step.candidates,
        step.judged,
        step.tool_calls,
    )


def _tokens(usage: Usage) -> AnswerTokens:
    total = usage.prompt_tokens + usage.completion_tokens
    return AnswerTokens(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, total)
