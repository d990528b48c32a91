"""The Reviewer's patience: what passed is verified while there is time, and once when there is none."""

from pathlib import Path

import pytest

from quintet.agents.frontier import Proposal
from quintet.agents.run import Judged, Run
from quintet.agents.specialists import reviewer
from quintet.agents.task import Budget, Note, Task
from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import open_trial
from quintet.tools.verdict import Judgement
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit
from quintet.workspace.snapshot import open_snapshot
from quintet_models.policy import Choice
from support import BUGGY, PYTEST


@pytest.mark.parametrize(("seconds", "verified"), [(0.0, 1), (600.0, 3)])
async def test_past_the_budget_one_candidate_is_verified_and_no_more(
    shop: Path, sandbox: Sandbox, seconds: float, verified: int
) -> None:
    snapshot = open_snapshot(shop)
    document = snapshot.document("shop/prices.py")
    assert isinstance(document, Document)
    at = BUGGY.index("100 + discount")
    wrong = [
        Proposal(document, (Edit(at, at + 3, number),), "edit", "constant", f"100 -> {number}", 0.0)
        for number in ("101", "102", "103")
    ]
    task = Task(kind="test_failure", issue="The discount is added.", test_command=PYTEST)
    run = Run(task, snapshot, sandbox, None, Budget(seconds=seconds), ("fast",))
    async with open_trial(snapshot, command=PYTEST, sandbox=sandbox) as trial:
        run.own = run.trial = trial
        run.plausible = [
            Judged(n, each, Judgement(plausible=True, passed=1, failed=0, seconds=0.1))
            for n, each in enumerate(wrong, start=1)
        ]
        events = [event async for event in reviewer.act(run, Choice("reviewer", "fast", "three passed"))]
    assert run.verified is None
    assert len([event for event in events if isinstance(event, Note)]) == len(run.rejected) == verified
