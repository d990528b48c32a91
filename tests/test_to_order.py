"""What is written to order: rewriting selected lines and implementing stubs, from task to outcome.

The model is a script; tests, sandbox and everything between are real.
"""

from pathlib import Path
from typing import Any

import pytest

from quintet.agents.task import (
    Abandoned,
    CandidateJudged,
    Event,
    Note,
    StepStarted,
    Task,
    Unverified,
    Verified,
)
from quintet.tools.sandbox import Sandbox
from quintet_models import trajectory
from scripts import script
from support import PYTEST, Lay, ending, run

SHOP = """def total(prices, discount):
    result = 0
    for price in prices:
        result += price
    return result * (100 - discount) / 100


def cheapest(prices):
    return min(prices)
"""
TESTS = """from shop import cheapest, total


def test_total():
    assert total([10, 20], 10) == 27


def test_no_discount():
    assert total([10, 20], 0) == 30


def test_cheapest():
    assert cheapest([3, 1, 2]) == 1
"""
LOOP = "```python\n    result = sum(prices)\n```"
WRONG = "```python\n    result = max(prices)\n```"
REWRITE = Task(
    kind="rewrite",
    issue="Use a built-in function.",
    path="shop.py",
    line=3,
    end_line=4,
    test_command=PYTEST,
)
FINE = {"match": "You are the Reviewer", "text": "1: as asked", "repeat": True}


def roles(events: list[Event]) -> list[str]:
    return [event.role for event in events if isinstance(event, StepStarted)]


def notes(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Note))


async def outcome(task: Task, root: Path, sandbox: Sandbox, backend: Any = None, **wiring: Any) -> Any:
    return ending(await run(task, root, sandbox, backend=backend, ranking="model", **wiring)).outcome


async def test_a_rewrite_is_verified_by_the_passing_tests_that_run_it(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    backend = script(
        tmp_path, {"match": "Lines 3 to 4", "text": "```python\n    result += sum(prices)\n```"}, FINE
    )
    kept = tmp_path / "kept"
    events = await run(REWRITE, root, sandbox, backend=backend, ranking="model", record_in=kept)
    found = ending(events).outcome
    assert isinstance(found, Verified)
    assert "+    result += sum(prices)" in found.diff
    header, *decisions, _ = trajectory.read(next(kept.iterdir()))
    assert isinstance(header, trajectory.Header)
    assert header.task == "rewrite"
    assert len(decisions) == 3
    assert found.verdict.reason == (
        "The 2 tests that run total() pass, and the other test does not newly fail."
    )
    assert roles(events) == ["planner", "coder", "reviewer"]
    asked = backend.requests[0].messages[1].content
    assert "Use a built-in function." in asked
    assert "failing tests" not in asked


async def test_a_test_that_fails_elsewhere_does_not_stand_in_the_way(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    broken = TESTS + "\n\ndef test_broken():\n    assert cheapest([]) == 0\n"
    root = lay({"shop.py": SHOP, "test_shop.py": broken})
    backend = script(
        tmp_path, {"match": "Lines 3 to 4", "text": "```python\n    result += sum(prices)\n```"}, FINE
    )
    found = await outcome(REWRITE, root, sandbox, backend)
    assert isinstance(found, Verified)
    assert found.verdict.named == ()


async def test_what_a_draft_breaks_is_told_to_the_coder_who_tries_again(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    backend = script(
        tmp_path,
        {
            "match": "tried and refused. test_shop.py::test_total",
            "text": "```python\n    result += sum(prices)\n```",
        },
        {"match": "Lines 3 to 4", "text": WRONG},
        FINE,
    )
    events = await run(REWRITE, root, sandbox, backend=backend, ranking="model", mode="fast")
    assert isinstance(ending(events).outcome, Verified)
    assert roles(events) == ["planner", "coder", "coder", "reviewer"]
    assert [event.judgement.plausible for event in events if isinstance(event, CandidateJudged)] == [
        False,
        True,
    ]


async def test_drafts_that_all_break_tests_end_with_the_test_they_break(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    worse = "```python\n    result = min(prices)\n```"
    backend = script(
        tmp_path,
        {"match": "tried and refused", "text": worse},
        {"match": "Lines 3 to 4", "text": WRONG},
    )
    found = await outcome(REWRITE, root, sandbox, backend, mode="fast")
    assert isinstance(found, Abandoned)
    assert found.reason.startswith("no draft stands (2 tried). test_shop.py::test_total")


async def test_a_rewrite_that_no_test_runs_is_unverified(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    tests = TESTS.partition("def test_total")[0] + "def test_cheapest():\n    assert cheapest([3, 1]) == 1\n"
    root = lay({"shop.py": SHOP, "test_shop.py": tests})
    backend = script(tmp_path, {"match": "Lines 3 to 4", "text": LOOP}, FINE)
    found = await outcome(REWRITE, root, sandbox, backend)
    assert isinstance(found, Unverified)
    assert found.reason == (
        "the one test that passed before still passes, but none runs the changed lines of total()"
    )
    assert "+    result = sum(prices)" in found.diff


async def test_without_tests_a_rewrite_is_unverified_and_says_why(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP})
    backend = script(tmp_path, {"match": "Lines 3 to 4", "text": LOOP})
    task = Task(kind="rewrite", issue="Shorter.", path="shop.py", line=3, end_line=4)
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Unverified)
    assert found.reason == "the workspace has no tests that could judge it"


async def test_tests_that_cannot_be_run_leave_a_rewrite_unverified(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    backend = script(tmp_path, {"match": "Lines 3 to 4", "text": LOOP})
    task = Task(
        kind="rewrite",
        issue="Shorter.",
        path="shop.py",
        line=3,
        end_line=4,
        test_command="nowhere-python -m pytest",
    )
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Unverified)
    assert found.reason.startswith("its tests cannot be run: ")
    assert "nowhere-python" in found.reason


async def test_an_edit_outside_the_selection_is_refused(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    stray = "shop.py\n<<<<<<< SEARCH\n    return min(prices)\n=======\n    return sorted(prices)[0]\n>>>>>>> REPLACE\n"
    backend = script(
        tmp_path,
        {"match": "Change only the lines 3 to 4 of shop.py", "text": stray},
        {"match": "Lines 3 to 4", "text": stray},
        edit_format="search_replace",
    )
    found = await outcome(REWRITE, root, sandbox, backend, mode="fast")
    assert isinstance(found, Abandoned)
    assert found.reason.startswith("the model gave no usable draft")
    assert len(backend.requests) == 2


@pytest.mark.parametrize("kind", ["rewrite", "implement"])
async def test_without_a_capable_model_the_user_is_told_what_is_missing(
    lay: Lay, sandbox: Sandbox, tmp_path: Path, kind: Any
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    task = Task(kind=kind, issue="Shorter.", path="shop.py", line=3, test_command=PYTEST)
    weak = script(tmp_path, capable=False, scores=True, edit_format="infill")
    for backend, lacking in ((None, "no model is connected"), (weak, "the model in use does not")):
        found = await outcome(task, root, sandbox, backend)
        assert isinstance(found, Abandoned)
        assert f"needs a model that follows instructions; {lacking}. " in found.reason
        assert found.reason.endswith("Choose another with quintet.chooseBackend.")


async def test_a_place_without_anything_is_said_to_be_one(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS, "notes.txt": "prices\n"})
    for path, line in (("notes.txt", 1), ("shop.py", 99)):
        task = Task(kind="rewrite", issue="Shorter.", path=path, line=line, test_command=PYTEST)
        found = await outcome(task, root, sandbox)
        assert isinstance(found, Abandoned)
        assert f"Nothing is known of {path}:{line}." in found.reason


async def test_tests_are_not_rewritten_unasked_and_prove_nothing_when_they_are(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"shop.py": SHOP, "test_shop.py": TESTS})
    task = Task(kind="rewrite", issue="Weaker.", path="test_shop.py", line=5, test_command=PYTEST)
    refused = await outcome(task, root, sandbox)
    assert isinstance(refused, Abandoned)
    assert "test_shop.py:5 judges patches" in refused.reason
    backend = script(
        tmp_path, {"match": "Line 5", "text": "```python\n    assert total([10, 20], 10)\n```"}, FINE
    )
    task = Task(
        kind="rewrite", issue="Weaker.", path="test_shop.py", line=5, test_command=PYTEST, may_edit_tests=True
    )
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Unverified)
    assert "what a changed test says proves nothing" in found.reason


# --- stubs --------------------------------------------------------------------------------------------

STUB = '''def double(number):
    """Twice the number."""
    raise NotImplementedError


def half(number):
    return number / 2
'''
STUB_TESTS = """from stub import double, half


def test_double():
    assert double(4) == 8


def test_half():
    assert half(4) == 2


def test_other():
    assert half(4) == 3
"""
WRITTEN = '```python\ndef double(number):\n    """Twice the number."""\n    return number * 2\n```'


async def test_the_failing_test_that_runs_a_stub_speaks_for_it(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"stub.py": STUB, "test_stub.py": STUB_TESTS})
    backend = script(tmp_path, {"match": "You are the Coder. Write what is missing", "text": WRITTEN}, FINE)
    task = Task(kind="implement", path="stub.py", line=3, test_command=PYTEST)
    events = await run(task, root, sandbox, backend=backend, ranking="model")
    found = ending(events).outcome
    assert isinstance(found, Verified)
    assert found.verdict.named == ("test_stub.py::test_double",)
    assert "Failing tests that run double: test_stub.py::test_double" in notes(events)


async def test_a_stub_within_a_small_edits_reach_needs_no_model(lay: Lay, sandbox: Sandbox) -> None:
    stub = "def first(items):\n    pass\n"
    test = "from stub import first\n\n\ndef test_first():\n    assert first([]) == []\n    assert first([2]) == [2]\n"
    root = lay({"stub.py": stub, "test_stub.py": test})
    task = Task(kind="implement", path="stub.py", line=2, test_command=PYTEST)
    found = await outcome(task, root, sandbox)
    assert isinstance(found, Verified)
    assert "return items" in found.diff


async def test_beyond_a_small_edits_reach_the_end_says_that_a_model_could(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"stub.py": STUB, "test_stub.py": STUB_TESTS.replace("== 8", "== 'x81'")})
    task = Task(kind="implement", path="stub.py", line=3, test_command=PYTEST)
    found = await outcome(task, root, sandbox, mode="fast")
    assert isinstance(found, Abandoned)
    assert (
        "passed the failing tests. Implementing more than a small edit reaches needs a model" in found.reason
    )


async def test_examples_in_the_documentation_of_a_stub_become_its_test(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    documented = STUB.replace("Twice the number.", "Twice the number.\n\n    >>> double(4)\n    8\n    ")
    tests = STUB_TESTS.replace("double, half", "half").partition("def test_double")[0]
    tests += "def test_half():\n    assert half(4) == 2\n"
    root = lay({"stub.py": documented, "test_stub.py": tests})
    backend = script(tmp_path, {"match": "Write what is missing", "text": WRITTEN}, FINE)
    task = Task(kind="implement", path="stub.py", line=1, test_command=PYTEST)
    events = await run(task, root, sandbox, backend=backend, ranking="model")
    found = ending(events).outcome
    assert isinstance(found, Verified)
    assert "The test that Quintet wrote (test_double.py) failed before and passes now" in found.verdict.reason
    assert [file.path for file in found.patch.files] == ["stub.py"]


async def test_a_stub_that_no_test_runs_is_implemented_unverified(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    tests = "from stub import half\n\n\ndef test_half():\n    assert half(4) == 2\n"
    root = lay({"stub.py": STUB, "test_stub.py": tests})
    backend = script(tmp_path, {"match": "Write what is missing", "text": WRITTEN}, FINE)
    task = Task(kind="implement", path="stub.py", line=1, test_command=PYTEST)
    events = await run(task, root, sandbox, backend=backend, ranking="model")
    found = ending(events).outcome
    assert isinstance(found, Unverified)
    assert "none runs the changed lines of double()" in found.reason
    assert roles(events) == ["planner", "tester", "coder", "reviewer"]


# --- under node ---------------------------------------------------------------------------------------

SCRIPT = """function add(a, b) {
  throw new Error("not implemented");
}

function half(number) {
  const result = number / 2;
  return result;
}

module.exports = { add, half };
"""
SCRIPT_TESTS = """const test = require("node:test");
const assert = require("node:assert/strict");
const { add, half } = require("./math.js");

test("half of it", () => assert.equal(half(4), 2));
test("a sum", () => assert.equal(add(1, 2), 3));
"""


async def test_under_node_a_stub_and_a_rewrite_are_verified_too(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = lay({"math.js": SCRIPT, "math.test.js": SCRIPT_TESTS})
    added = "```js\nfunction add(a, b) {\n  return a + b;\n}\n```"
    backend = script(tmp_path, {"match": "Write what is missing", "text": added}, FINE)
    task = Task(kind="implement", path="math.js", line=2, test_command="node --test")
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Verified)
    assert found.verdict.named == ("math.test.js::a sum",)

    backend = script(tmp_path, {"match": "Lines 6 to 7", "text": "```js\n  return number / 2;\n```"}, FINE)
    task = Task(
        kind="rewrite", issue="Shorter.", path="math.js", line=6, end_line=7, test_command="node --test"
    )
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Verified)
    assert found.verdict.reason == "The one test that passed before still passes, and half() is run."
