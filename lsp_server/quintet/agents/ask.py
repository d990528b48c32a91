"""One question of one specialist to the model: the shared context first, the role's words last.

The order is the point: all specialists of a run share the long leading part, so an engine's prefix cache
pays for it once. Knows prompts and budgets; what an answer means is the specialist's business.
"""

import asyncio
import re
from contextlib import aclosing
from functools import cache
from importlib.resources import files

from quintet.agents.context import Survey, fill, survey
from quintet.agents.modes import MODES
from quintet.agents.roles import PROMPTS, ROLES
from quintet.agents.run import Run
from quintet.agents.task import Mode, Role
from quintet_models.backends.base import Backend, BackendError
from quintet_models.messages import Message, Request, Sampling

_CONTEXT_RESERVE = 512
_LONGEST_ANSWER = max(row.max_tokens for row in ROLES.values())
"""Room is kept for this whoever asks, so that all read the same."""


@cache
def prompt(name: str) -> str:
    """The text of `prompts/<name>.md`."""
    return files("quintet.agents.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


async def ask(run: Run, role: Role, mode: Mode, words: str = "", *, n: int = 1) -> tuple[str, ...]:
    """The model's answers (reasoning left out), `n` of them; the first is greedy when `n` is 1.

    Raises `BackendError` when the engine fails, has no model for this, or the budget holds no more tokens.
    """
    backend = run.backend
    if backend is None:
        raise BackendError("no model is connected")
    row = ROLES[role]
    max_tokens = row.max_tokens
    if run.tokens_left < max_tokens:
        raise BackendError("the token budget is spent")
    try:
        async with asyncio.timeout(run.seconds_left):
            context = await _context(run, backend, mode)
    except TimeoutError:
        raise BackendError("the time budget was spent before the model was asked") from None
    request = Request(
        messages=(
            Message("system", prompt("system")),
            Message("user", context + _question(run, role, words)),
        ),
        n=n,
        sampling=Sampling(
            max_tokens=max_tokens, temperature=0.0 if n == 1 else 0.7, top_p=0.95, seed=run.seed
        ),
        thinking=row.thinks and mode != "fast",
    )
    return await collect(run, backend, request)


def fenced(answer: str) -> str | None:
    """The first fenced block of an answer."""
    match = re.search(r"^```[^\n]*\n(.*?)^```", answer, re.MULTILINE | re.DOTALL)
    return match.group(1) if match else None


async def collect(run: Run, backend: Backend, request: Request) -> tuple[str, ...]:
    """Run a request to its end within the run's time; usage goes on the run's account."""
    texts = [""] * request.n
    try:
        async with asyncio.timeout(run.seconds_left), aclosing(backend.stream(request)) as deltas:
            async for delta in deltas:
                texts[delta.index] += delta.text
                if delta.usage is not None:
                    run.usage += delta.usage
    except TimeoutError:
        raise BackendError("the time budget was spent while the model was writing") from None
    return tuple(texts)


async def _context(run: Run, backend: Backend, mode: Mode) -> str:
    """What all specialists of the run read first; the same for each, as long as the workspace is the same."""
    room = backend.profile.context_tokens - _LONGEST_ANSWER - _CONTEXT_RESERVE
    room = min(room, MODES[mode].context_tokens, run.tokens_left - _LONGEST_ANSWER)
    packed = await fill(await _survey(run), max(room, 0), backend.count)
    return packed.text


async def _survey(run: Run) -> Survey:
    """What the workspace has for the task, ranked once for a snapshot and what its tests said."""
    blaming = run.trial if run.trial and (run.trial.named or not run.pointed) else None
    suspects = tuple(
        suspicion for suspicion in (await blaming.suspects() if blaming else ()) if suspicion.score > 0
    )
    baseline = run.trial.baseline if run.trial else None
    known = run.snapshot, baseline, suspects
    if run.surveyed is None or run.surveyed[0] != known:
        found = await asyncio.to_thread(
            survey, run.snapshot, run.task, run=baseline, suspects=suspects, history=run.history
        )
        run.surveyed = known, found
    return run.surveyed[1]


def _question(run: Run, role: Role, words: str) -> str:
    parts = [prompt(PROMPTS.get((role, run.task.kind), ROLES[role].prompt))]
    if run.plan and role != "planner":
        parts.append(f"The plan:\n{run.plan}")
    if run.hypotheses and role in {"coder", "debugger", "tester"}:
        parts.append("What was learned so far:\n" + "\n".join(f"- {text}" for text in run.hypotheses[-3:]))
    if words:
        parts.append(words)
    return "\n" + "\n\n".join(parts) + "\n"
