"""Snapshot, task and a token budget to one prompt whose leading part stays the same.

What a task points at is chosen first, then what a ranking of definitions finds, and all of it stands behind a
map of the repository that no task changes, so that an engine's prefix cache serves every specialist and the
next task. Knows no engine: the caller counts the tokens.
"""

import asyncio

from quintet.agents.context.filling import fill
from quintet.agents.context.pieces import Count, Piece, Prompt, estimate
from quintet.agents.context.surveying import History, Survey, survey
from quintet.agents.task import Task
from quintet.tools.verdict import Suspicion, TestRun
from quintet.workspace.snapshot import Snapshot

__all__ = ["Count", "History", "Piece", "Prompt", "Survey", "estimate", "fill", "pack", "survey"]


async def pack(
    snapshot: Snapshot,
    task: Task,
    *,
    tokens: int,
    count: Count = estimate,
    run: TestRun | None = None,
    suspects: tuple[Suspicion, ...] = (),
    history: History | None = None,
) -> Prompt:
    """The most telling pieces that fit into `tokens`, counted with `count`."""
    found = await asyncio.to_thread(survey, snapshot, task, run=run, suspects=suspects, history=history)
    return await fill(found, tokens, count)
