"""Who the specialists are when they ask a model, as a table. Knows no order; that is the policy's."""

from dataclasses import dataclass

from quintet.agents.task import Role, TaskKind


@dataclass(frozen=True, slots=True)
class Row:
    """How a role uses a model: its prompt's name, the longest answer in tokens, whether it may reason aloud.

    Edits are written without reasoning: it costs tokens and spoils the format.
    """

    prompt: str
    max_tokens: int
    thinks: bool


ROLES: dict[Role, Row] = {
    "planner": Row("planner", 256, thinks=True),
    "coder": Row("coder", 1_536, thinks=False),
    "tester": Row("tester", 768, thinks=False),
    "debugger": Row("debugger", 256, thinks=True),
    "reviewer": Row("reviewer", 128, thinks=True),
}

PROMPTS: dict[tuple[Role, TaskKind], str] = {
    ("coder", "rewrite"): "coder_rewrite",
    ("coder", "implement"): "coder_implement",
    ("reviewer", "rewrite"): "reviewer_to_order",
    ("reviewer", "implement"): "reviewer_to_order",
    ("tester", "test"): "tester_to_order",
}
"""Where a kind of task needs other words than the role's usual ones."""
