"""How much a run may do, as a table: mode to allowed specialists and budgets. Knows no logic."""

from dataclasses import dataclass

from quintet.agents.task import Mode, Role


@dataclass(frozen=True, slots=True)
class Compute:
    """What one mode pays for.

    `lines` suspicious lines are worked on; `candidates` single edits at most enter the queue, `pairs` pairs
    of edits at most; `sampled_lines` lines are rewritten by the model, `samples` drafts each; `after` further
    candidates are judged once one passed, so that likelihood can choose among several.
    """

    roles: tuple[Role, ...]
    lines: int
    candidates: int
    pairs: int
    sampled_lines: int
    samples: int
    after: int
    context_tokens: int


MODES: dict[Mode, Compute] = {
    "fast": Compute(
        roles=("planner", "tester", "coder", "reviewer"),
        lines=40,
        candidates=160,
        pairs=0,
        sampled_lines=0,
        samples=1,
        after=48,
        context_tokens=4_000,
    ),
    "standard": Compute(
        roles=("planner", "tester", "coder", "debugger", "reviewer"),
        lines=120,
        candidates=600,
        pairs=0,
        sampled_lines=12,
        samples=4,
        after=48,
        context_tokens=12_000,
    ),
    "deep": Compute(
        roles=("planner", "tester", "coder", "debugger", "reviewer"),
        lines=400,
        candidates=1_200,
        pairs=600,
        sampled_lines=16,
        samples=6,
        after=48,
        context_tokens=28_000,
    ),
}
