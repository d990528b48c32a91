"""The pipeline from task to outcome: real tests, real sandbox, no model."""

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from quintet.agents.controller import repair
from quintet.agents.task import (
    Abandoned,
    Budget,
    CandidateJudged,
    RunStarted,
    StepFinished,
    StepStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.tools.process_tree import children
from quintet.tools.sandbox import Sandbox
from quintet.workspace.document import Document
from quintet.workspace.snapshot import open_snapshot
from quintet_models import trajectory
from quintet_models.policy import CascadePolicy, Choice, State, Stop
from support import BUGGY, PYTEST, TEST, Lay, ending, run

TASK = Task(kind="test_failure", test_command=PYTEST)


async def test_a_bug_is_found_mended_and_proved(shop: Path, sandbox: Sandbox) -> None:
    events = await run(TASK, shop, sandbox)
    outcome = ending(events).outcome
    assert isinstance(outcome, Verified)
    assert "+    return result * (100 - discount) / 100" in outcome.diff
    assert outcome.verdict.named == ("tests/test_prices.py::test_total",)
    assert outcome.verdict.after is not None
    assert (outcome.verdict.before.passed, outcome.verdict.after.passed) == (2, 3)
    assert (shop / "shop/prices.py").read_text() == BUGGY


async def test_the_stream_tells_who_did_what_and_why(shop: Path, sandbox: Sandbox) -> None:
    events = await run(TASK, shop, sandbox)
    assert isinstance(events[0], RunStarted)
    started = [event for event in events if isinstance(event, StepStarted)]
    finished = [event.step for event in events if isinstance(event, StepFinished)]
    assert (
        [event.role for event in started]
        == [step.role for step in finished]
        == ["planner", "coder", "reviewer"]
    )
    assert all(event.why for event in started)
    assert all(step.summary and not step.by_model for step in finished)
    judged = [event for event in events if isinstance(event, CandidateJudged)]
    assert [event.number for event in judged] == list(range(1, len(judged) + 1))
    assert ending(events).judged == len(judged) == sum(step.judged for step in finished)


async def test_two_faults_are_reached_by_a_pair_of_edits(lay: Lay, sandbox: Sandbox) -> None:
    root = lay(
        {
            "span.py": "def span(low, high):\n    return list(range(low + 1, high - 1))\n",
            "test_span.py": "from span import span\n\n\ndef test_span():\n    assert span(2, 5) == [2, 3, 4]\n",
        }
    )
    last = ending(await run(TASK, root, sandbox))
    assert isinstance(last.outcome, Verified)
    assert last.mode == "deep"


async def test_one_mode_stays_one_mode(lay: Lay, sandbox: Sandbox) -> None:
    root = lay(
        {
            "answer.py": "def answer(question):\n    return question\n",
            "test_answer.py": "from answer import answer\n\n\ndef test_answer():\n    assert answer('q') == 'zebra 77'\n",
        }
    )
    events = await run(TASK, root, sandbox, mode="fast")
    outcome = ending(events).outcome
    assert isinstance(outcome, Abandoned)
    assert "passed the failing tests" in outcome.reason
    assert {event.mode for event in events if isinstance(event, StepStarted)} == {"fast"}


async def test_the_test_budget_holds(shop: Path, sandbox: Sandbox) -> None:
    last = ending(await run(TASK, shop, sandbox, budget=Budget(tests=1, seconds=60), ranking="random"))
    assert last.judged <= 1


async def test_an_unsaved_buffer_is_what_is_repaired(shop: Path, sandbox: Sandbox) -> None:
    typed = BUGGY.replace("result * (100 + discount)", "(100 + discount) * result")
    snapshot = open_snapshot(shop, {"shop/prices.py": Document("shop/prices.py", typed, 7)})
    outcome = ending(await run(TASK, snapshot, sandbox)).outcome
    assert isinstance(outcome, Verified)
    assert "-    return (100 + discount) * result / 100" in outcome.diff


EXAMPLES = "Discounts are added.\n\n>>> total([10, 20], 10)\n27.0\n"
GREEN = TEST.split("def test_total")[0] + "def test_cheapest():\n    assert cheapest([3, 1, 2]) == 1\n"


async def test_examples_in_the_issue_become_the_test_that_is_missing(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"shop/__init__.py": "", "shop/prices.py": BUGGY, "tests/test_prices.py": GREEN})
    task = Task(kind="instruction", issue=EXAMPLES, path="shop/prices.py", test_command=PYTEST)
    events = await run(task, root, sandbox)
    outcome = ending(events).outcome
    assert "tester" in [event.role for event in events if isinstance(event, StepStarted)]
    assert isinstance(outcome, Verified)
    assert [file.path for file in outcome.patch.files] == ["shop/prices.py"]
    assert "Quintet wrote" in outcome.verdict.reason
    assert outcome.verdict.after is not None
    assert outcome.verdict.after.outcomes == {"tests/test_prices.py::test_cheapest": "passed"}


async def test_a_written_test_alone_proves_nothing(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"shop/__init__.py": "", "shop/prices.py": BUGGY})
    task = Task(kind="instruction", issue=EXAMPLES, path="shop/prices.py")
    outcome = ending(await run(task, root, sandbox)).outcome
    assert isinstance(outcome, Unverified)
    assert "only one that Quintet wrote" in outcome.reason


async def test_without_test_or_model_nothing_is_offered(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"shop/prices.py": BUGGY})
    outcome = ending(await run(Task(kind="instruction", issue="Discounts are added."), root, sandbox)).outcome
    assert isinstance(outcome, Abandoned)


async def test_a_syntax_error_is_mended_when_tests_can_judge(lay: Lay, sandbox: Sandbox) -> None:
    broken = BUGGY.replace("for price in prices:", "for price in prices").replace("100 + d", "100 - d")
    root = lay({"shop/__init__.py": "", "shop/prices.py": broken, "tests/test_prices.py": TEST})
    outcome = ending(await run(TASK, root, sandbox)).outcome
    assert isinstance(outcome, Verified)
    assert "+    for price in prices:" in outcome.diff


async def test_a_run_leaves_a_record_however_it_ends(shop: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    await run(TASK, shop, sandbox, record_in=tmp_path / "whole")
    (whole,) = (tmp_path / "whole").iterdir()
    header, *decisions, end = trajectory.read(whole)
    assert isinstance(header, trajectory.Header)
    assert [line.role for line in decisions if isinstance(line, trajectory.Decision)] == [
        "planner",
        "coder",
        "reviewer",
    ]
    assert isinstance(end, trajectory.Ending)
    assert end.outcome == "verified"

    wiring = {"policy": CascadePolicy(), "backend": None, "sandbox": sandbox, "budget": Budget()}
    snapshot = open_snapshot(shop)
    async with aclosing(repair(TASK, snapshot, record_in=tmp_path / "cut", **wiring)) as events:  # type: ignore[arg-type]
        async for event in events:
            if isinstance(event, CandidateJudged):
                break
    (cut,) = (tmp_path / "cut").iterdir()
    end = trajectory.read(cut)[-1]
    assert isinstance(end, trajectory.Ending)
    assert end.outcome == "cancelled"


async def test_a_closed_run_leaves_no_task_and_no_process(shop: Path, sandbox: Sandbox) -> None:
    before = asyncio.all_tasks()
    wiring = {"policy": CascadePolicy(), "backend": None, "sandbox": sandbox, "budget": Budget()}
    async with aclosing(repair(TASK, open_snapshot(shop), **wiring)) as events:  # type: ignore[arg-type]
        async for event in events:
            if isinstance(event, CandidateJudged):
                break
    assert asyncio.all_tasks() == before
    assert children(os.getpid()) == []


async def test_a_policy_that_never_stops_is_stopped(shop: Path, sandbox: Sandbox) -> None:
    class Circling:
        def choose(self, state: State) -> Choice | Stop:
            return Choice("planner", state.mode, "again")

    outcome = ending(await run(TASK, shop, sandbox, policy=Circling())).outcome
    assert isinstance(outcome, Abandoned)
    assert "circles" in outcome.reason


async def test_an_unknown_mode_is_refused(shop: Path, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="choose auto, fast, standard or deep"):
        await run(TASK, shop, sandbox, mode="turbo")
