"""What several test modules share: a small program with a bug, and one run of the real pipeline."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from quintet.agents.controller import repair
from quintet.agents.task import Budget, Event, RunFinished, Task
from quintet.tools.sandbox import Sandbox
from quintet.workspace.snapshot import Snapshot, open_snapshot
from quintet_models.policy import CascadePolicy

BUGGY = '''"""Prices."""


def total(prices, discount):
    """The sum of the prices, less the discount in percent."""
    result = 0
    for price in prices:
        result += price
    return result * (100 + discount) / 100


def cheapest(prices):
    return min(prices)
'''
TEST = """from shop.prices import cheapest, total


def test_total():
    assert total([10, 20], 10) == 27


def test_no_discount():
    assert total([10, 20], 0) == 30


def test_cheapest():
    assert cheapest([3, 1, 2]) == 1
"""

PYTEST = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q"
"""The workspace's tests without our own development plugins, which take seconds to load."""

Lay = Callable[[dict[str, str]], Path]


async def run(task: Task, workspace: Path | Snapshot, sandbox: Sandbox, **wiring: Any) -> list[Event]:
    """All events of a repair, by default without a model."""
    snapshot = workspace if isinstance(workspace, Snapshot) else open_snapshot(workspace)
    known: dict[str, Any] = {
        "policy": CascadePolicy(),
        "backend": None,
        "budget": Budget(seconds=60),
        "ranking": "prior",
    }
    async with aclosing(repair(task, snapshot, sandbox=sandbox, **(known | wiring))) as events:
        return [event async for event in events]


def ending(events: list[Event]) -> RunFinished:
    """The last event, which every run that is not cancelled has."""
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last
