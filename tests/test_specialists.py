"""Every role with a capable model: what it is told, what is believed of its answers, what is not.

The model is a script; tests, sandbox and everything between are real.
"""

import json
from pathlib import Path
from typing import Any

from quintet.agents.task import Abandoned, CandidateJudged, Note, StepFinished, Task, Unverified, Verified
from quintet.tools.sandbox import Sandbox
from quintet_models.backends.base import Backend
from quintet_models.backends.scripted import Scripted
from support import BUGGY, PYTEST, TEST, Lay, ending, run

TASK = Task(kind="test_failure", issue="The discount is added.", test_command=PYTEST)
PLAN = "shop/prices.py :: total :: the discount is added\nshop/nowhere.py :: ghost :: not a file"
FIX = (
    "shop/prices.py\n<<<<<<< SEARCH\n    return result * (100 + discount) / 100\n=======\n"
    "    share = 100 - discount\n    return result * share / 100\n>>>>>>> REPLACE\n"
)


def script(tmp_path: Path, *lines: dict[str, Any], **profile: Any) -> Backend:
    known = {"capable": True, "edit_format": "search_replace", "samples": 1, "context_tokens": 16_000}
    path = tmp_path / "script.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in ({"profile": known | profile}, *lines)))
    return Scripted.read(str(path))


def steps(events: list[Any]) -> dict[str, StepFinished]:
    return {event.step.role: event for event in events if isinstance(event, StepFinished)}


def notes(events: list[Any]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Note))


async def test_planner_coder_and_reviewer_use_the_model(shop: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    backend = script(
        tmp_path,
        {"match": "You are the Planner", "text": PLAN},
        {"match": "You are the Coder", "text": FIX},
        {"match": "You are the Reviewer", "text": "1: it repairs the sign of the discount"},
    )
    events = await run(TASK, shop, sandbox, backend=backend, ranking="model")
    outcome = ending(events).outcome
    assert isinstance(outcome, Verified)
    assert "+    share = 100 - discount" in outcome.diff
    assert all(event.step.by_model for event in steps(events).values() if event.step.role != "coder")
    assert "the discount is added" in notes(events)
    assert "ghost" not in notes(events)
    assert ending(events).usage.completion_tokens > 0
    first = next(event for event in events if isinstance(event, CandidateJudged))
    assert first.source == "model"


async def test_the_specialists_of_a_run_share_the_beginning_of_what_they_read(
    shop: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    backend = script(
        tmp_path,
        {"match": "You are the Planner", "text": PLAN},
        {"match": "You are the Coder", "text": FIX},
        {"match": "You are the Reviewer", "text": "1: fine"},
    )
    await run(TASK, shop, sandbox, backend=backend, ranking="model")
    assert isinstance(backend, Scripted)
    read = [request.messages[1].content for request in backend.requests]
    assert len(read) == 3
    shared = next(at for at, column in enumerate(zip(*read, strict=False)) if len(set(column)) > 1)
    beginning = read[0][:shared]
    assert all(f"## {path}" in beginning for path in ("shop/prices.py", "tests/test_prices.py"))
    assert shared > 0.75 * min(map(len, read)), (
        "all but a specialist's own words, in a workspace of two files"
    )
    assert not any(
        request.thinking for request in backend.requests if "You are the Coder" in request.messages[1].content
    )


async def test_a_refused_answer_is_asked_for_once_more_with_the_reason(
    shop: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    backend = script(
        tmp_path,
        {"match": "You are the Planner", "text": PLAN},
        {"match": "The SEARCH part does not", "text": FIX},
        {"match": "You are the Coder", "text": FIX.replace("100 + discount", "200 + discount")},
        {"match": "You are the Reviewer", "text": "1: fine"},
    )
    events = await run(TASK, shop, sandbox, backend=backend, ranking="model")
    outcome = ending(events).outcome
    assert isinstance(outcome, Verified)
    assert "share" in outcome.diff


async def test_a_reviewer_that_accepts_nothing_is_heard(shop: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    backend = script(
        tmp_path,
        {"match": "You are the Planner", "text": PLAN},
        {"match": "You are the Coder", "text": FIX, "repeat": True},
        {"match": "You are the Reviewer", "text": "0: it special-cases the test", "repeat": True},
        {"match": "You are the Debugger", "text": "Look elsewhere.", "repeat": True},
    )
    events = await run(TASK, shop, sandbox, backend=backend, ranking="model", mode="fast")
    outcome = ending(events).outcome
    assert isinstance(outcome, Abandoned)
    assert "special-cases" in notes(events)


async def test_an_engine_that_fails_costs_the_model_not_the_repair(
    shop: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    backend = script(tmp_path, {"error": "The engine is gone; start it again.", "repeat": True})
    events = await run(TASK, shop, sandbox, backend=backend, ranking="model")
    assert isinstance(ending(events).outcome, Verified)
    assert "The engine is gone" in notes(events)
    assert not any(event.step.by_model for event in steps(events).values() if event.step.role != "coder")


async def test_likelihood_decides_the_order(shop: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    backend = script(
        tmp_path, {"score": "100 - discount", "ratio": 30.0}, capable=False, scores=True, edit_format="infill"
    )
    events = await run(TASK, shop, sandbox, backend=backend, ranking="model")
    first = next(event for event in events if isinstance(event, CandidateJudged))
    assert first.judgement.plausible
    assert "`+` → `-`" in first.description


async def test_without_a_failing_test_the_likeliest_edit_is_unverified(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop/prices.py": BUGGY})
    backend = script(
        tmp_path, {"score": "100 - discount", "ratio": 30.0}, capable=False, scores=True, edit_format="infill"
    )
    task = Task(kind="instruction", issue="The discount is added.", path="shop/prices.py")
    outcome = ending(await run(task, root, sandbox, backend=backend, ranking="model")).outcome
    assert isinstance(outcome, Unverified)
    assert "100 - discount" in outcome.diff
    assert "no failing test" in outcome.reason


async def test_a_written_test_counts_only_if_it_fails_first(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    passing = TEST.split("def test_total")[0] + "def test_cheapest():\n    assert cheapest([3, 1]) == 1\n"
    root = lay({"shop/__init__.py": "", "shop/prices.py": BUGGY, "tests/test_cheapest.py": passing})
    task = Task(
        kind="instruction", issue="The discount is added.", path="shop/prices.py", test_command=PYTEST
    )
    vain = "```python\ndef test_nothing():\n    assert True\n```"
    telling = (
        "```python\nfrom shop.prices import total\n\n\ndef test_off():\n    assert total([10], 10) == 9\n```"
    )
    for text, kind in ((vain, Unverified), (telling, Verified)):
        backend = script(
            tmp_path,
            {"match": "You are the Planner", "text": PLAN},
            {"match": "You are the Tester", "text": text},
            {"match": "You are the Coder", "text": FIX, "repeat": True},
            {"match": "You are the Reviewer", "text": "1: fine"},
        )
        outcome = ending(await run(task, root, sandbox, backend=backend, ranking="model")).outcome
        assert isinstance(outcome, kind)
        assert [file.path for file in outcome.patch.files] == ["shop/prices.py"]


async def test_what_breaks_the_users_own_tests_is_refused_whatever_the_written_one_says(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    passing = TEST.split("def test_total")[0] + "def test_cheapest():\n    assert cheapest([3, 1]) == 1\n"
    root = lay({"shop/__init__.py": "", "shop/prices.py": BUGGY, "tests/test_cheapest.py": passing})
    task = Task(
        kind="instruction", issue="The discount is added.", path="shop/prices.py", test_command=PYTEST
    )
    telling = (
        "```python\nfrom shop.prices import total\n\n\ndef test_off():\n    assert total([10], 10) == 9\n```"
    )
    breaking = (
        FIX + "<<<<<<< SEARCH\n    return min(prices)\n=======\n    return max(prices)\n>>>>>>> REPLACE\n"
    )
    backend = script(
        tmp_path,
        {"match": "You are the Planner", "text": PLAN},
        {"match": "You are the Tester", "text": telling},
        {"match": "You are the Coder", "text": breaking, "repeat": True},
        {"match": "You are the Reviewer", "text": "1: fine", "repeat": True},
        {"match": "You are the Debugger", "text": "Look again.", "repeat": True},
    )
    events = await run(task, root, sandbox, backend=backend, ranking="model", mode="fast")
    outcome = ending(events).outcome
    assert "test_cheapest" in notes(events)
    assert not isinstance(outcome, Verified) or "max(prices)" not in outcome.diff
