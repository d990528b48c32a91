"""Who may import whom holds: import-linter's contracts in pyproject.toml, checked on the code as it is."""

import pkgutil
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

import quintet

ROOT = Path(__file__).parent.parent


def test_no_layer_is_bypassed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(ROOT)  # import-linter does so too, and leaves it there
    status = lint_imports(no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_part_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    named = {name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")}
    parts = {f"quintet.{module.name}" for module in pkgutil.iter_modules(quintet.__path__)}
    assert parts - named == set()
