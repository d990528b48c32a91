"""Fixtures: workspaces with a real bug in them, and the sandbox of this machine."""

import os
from pathlib import Path

import pytest

from quintet.tools.sandbox import Sandbox, probe
from support import BUGGY, TEST, Lay


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write files into a fresh workspace."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "workspace"
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        root.mkdir(exist_ok=True)
        return root

    return write


@pytest.fixture
def shop(lay: Lay) -> Path:
    """A package with one bug and one failing test."""
    return lay({"shop/__init__.py": "", "shop/prices.py": BUGGY, "tests/test_prices.py": TEST})


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What test runs keep does not belong among the user's, and the user's git settings are not theirs."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fast tests first; what only bubblewrap promises is left out, and counted so, where there is none."""
    items.sort(key=_slowness)
    if probe().level == "bubblewrap":
        return
    needs = [item for item in items if "strong" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=needs)
    items[:] = [item for item in items if item not in needs]


def _slowness(item: pytest.Item) -> int:
    """Texts and trees, then what runs tests in a sandbox, then models, then editors."""
    if item.get_closest_marker("editor") or "e2e" in item.path.parts:
        return 3
    if item.get_closest_marker("model"):
        return 2
    return 1 if {"sandbox", "room", "strong"} & set(getattr(item, "fixturenames", ())) else 0


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """The best isolation this machine offers."""
    return probe()
