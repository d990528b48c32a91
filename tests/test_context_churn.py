"""How often files were changed: git's log to numbers."""

from quintet.agents.context.churn import churn

DAY = 86_400


def test_a_commit_counts_half_after_half_a_year() -> None:
    log = f"@{360 * DAY}\n\na.py\0b.py\0\0@{180 * DAY}\n\na.py\0"
    assert churn(log) == {"a.py": 1.5, "b.py": 1.0}


def test_paths_are_told_from_the_workspace_and_not_from_the_repository() -> None:
    assert churn("@9\n\nlib/a.py\nother/b.py\n", "lib/") == {"a.py": 1.0}


def test_what_is_no_log_says_nothing() -> None:
    assert churn("") == {}
