"""The context builder: within the budget, telling things first, a stable beginning."""

from pathlib import Path

import pytest

from quintet.agents.context import estimate, pack
from quintet.agents.task import Task
from quintet.tools.verdict import Failure, Suspicion, TestRun
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import BUGGY, TEST, Lay

TEST_ID = "tests/test_prices.py::test_total"
RUN = TestRun(
    "pytest", 1, 0.1, {TEST_ID: "failed"}, (Failure(TEST_ID, "assert 33.0 == 27", "E assert 33.0 == 27"),)
)
SUSPECT = Suspicion("shop/prices.py", 9, 0.9, "the failing test runs it")
TASK = Task(kind="test_failure", issue="Discounts are added instead of taken off.")


@pytest.fixture
def snapshot(lay: Lay) -> Snapshot:
    others = {
        f"shop/module_{number}.py": f"def unrelated_{number}(a, b):\n    return a\n" for number in range(30)
    }
    root = lay(
        {"AGENTS.md": "Use tabs never.\n", "shop/prices.py": BUGGY, "tests/test_prices.py": TEST, **others}
    )
    return open_snapshot(root)


@pytest.mark.parametrize("tokens", [0, 5, 60, 200, 1_000, 8_000])
async def test_never_over_budget_and_never_silently_cut(snapshot: Snapshot, tokens: int) -> None:
    prompt = await pack(snapshot, TASK, tokens=tokens, run=RUN, suspects=(SUSPECT,))
    assert prompt.tokens == await estimate(prompt.text) <= tokens
    if tokens < 1_000:
        assert prompt.left_out


async def test_what_the_failure_names_comes_in_first(snapshot: Snapshot) -> None:
    prompt = await pack(snapshot, TASK, tokens=250, run=RUN, suspects=(SUSPECT,))
    names = {name for piece in prompt.pieces for name in piece.symbols if piece.section in {"body", "test"}}
    assert {"total", "test_total"} <= names
    assert "assert 33.0 == 27" in prompt.text
    assert all(piece.why for piece in prompt.pieces)


async def test_a_body_is_quoted_as_it_stands_with_its_lines(snapshot: Snapshot) -> None:
    prompt = await pack(snapshot, TASK, tokens=400, run=RUN, suspects=(SUSPECT,))
    body = next(piece for piece in prompt.pieces if piece.section == "body" and piece.symbols == ("total",))
    first, last = body.lines
    assert body.text == "\n".join(BUGGY.splitlines()[first - 1 : last])


async def test_another_failure_leaves_the_beginning_as_it_was(snapshot: Snapshot) -> None:
    """What changes between two requests stands at the end, so an engine's prefix cache pays."""
    other = TestRun(
        "pytest", 1, 0.1, {TEST_ID: "failed"}, (Failure(TEST_ID, "assert 1 == 2", "E assert 1 == 2"),)
    )
    first = (await pack(snapshot, TASK, tokens=2_000, run=RUN, suspects=(SUSPECT,))).text
    second = (await pack(snapshot, TASK, tokens=2_000, run=other, suspects=(SUSPECT,))).text
    shared = next(at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    assert shared > 0.8 * len(first)


async def test_the_callers_tokenizer_counts(snapshot: Snapshot) -> None:
    async def dear(text: str) -> int:
        return len(text)

    assert (await pack(snapshot, TASK, tokens=500, count=dear, run=RUN)).tokens <= 500


async def test_an_empty_workspace_gives_an_empty_pack(tmp_path: Path) -> None:
    prompt = await pack(open_snapshot(tmp_path), Task(kind="instruction"), tokens=1_000)
    assert (prompt.text, prompt.pieces, prompt.tokens) == ("", (), 0)
