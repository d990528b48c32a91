"""How often files were changed: git's log to numbers, and git asked for it."""

import subprocess
from pathlib import Path

import pytest

from quintet.agents.context.churn import churn
from quintet.cli.churn import churn_of

DAY = 86_400


def test_a_commit_counts_half_after_half_a_year() -> None:
    log = f"@{360 * DAY}\n\na.py\0b.py\0\0@{180 * DAY}\n\na.py\0"
    assert churn(log) == {"a.py": 1.5, "b.py": 1.0}


def test_paths_are_told_from_the_workspace_and_not_from_the_repository() -> None:
    assert churn("@9\n\nlib/a.py\nother/b.py\n", "lib/") == {"a.py": 1.0}


def test_what_is_no_log_says_nothing() -> None:
    assert churn("") == {}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments], cwd=folder, check=True
    )


def test_git_is_asked_and_its_configuration_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "ä.py").write_text("a = 1\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    trap = tmp_path / "trap.sh"
    trap.write_text("#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    git(tmp_path, "config", "log.showSignature", "true")
    git(tmp_path, "config", "gpg.program", str(trap))
    assert churn_of(tmp_path) == {"lib/ä.py": 1.0}
    assert churn_of(tmp_path / "lib") == {"ä.py": 1.0}
    assert not list(tmp_path.rglob("sprung"))


def test_a_folder_without_git_has_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert churn_of(tmp_path) == {}
    monkeypatch.setenv("PATH", "")
    assert churn_of(tmp_path) == {}
