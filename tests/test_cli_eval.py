import json
from pathlib import Path

import pytest

from quintet.cli import main

BUGGY = "def total(prices, discount):\n    return sum(prices) * (100 + discount) / 100\n"
TEST = """from unittest import TestCase

from shop import total


class TotalTest(TestCase):
    def test_it(self):
        self.assertEqual(total([10, 20], {discount}), {expected})
"""
PASSING = TEST.format(discount=0, expected=30)
VISIBLE = TEST.format(discount=10, expected=27)
HIDDEN = VISIBLE + "        self.assertEqual(total([100], 50), 50)\n"
OFFLINE = ["--backend", "none", "--order", "prior", "--mode", "fast"]


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    task = {
        "id": "p/1",
        "bug_type": "operator misuse",
        "files": {"shop.py": BUGGY},
        "test_files": {"test_shop.py": HIDDEN},
        "example_test": VISIBLE,
        "test_cmd": "python -m unittest test_shop",
        "fixed_files": {},
    }
    path = tmp_path / "tasks.jsonl"
    other = task | {"id": "p/2", "example_test": PASSING}
    path.write_text(json.dumps(task) + "\n" + json.dumps(other) + "\n")
    return path


def rows(out: Path) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in map(json.loads, (out / "results.jsonl").read_text().splitlines())}


def test_tasks_are_run_judged_and_reported(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert main(["eval", str(tasks), "--out", str(out), *OFFLINE]) == 0

    lines = capsys.readouterr().out.splitlines()
    total = json.loads(lines[-1])
    assert (total["tasks"], total["verified"], total["solved"], total["tokens"]) == (2, 1, 1, 0)
    assert any("p/1" in line and "solved" in line for line in lines[:-1])
    found = rows(out)
    assert (found["p/1"]["verified"], found["p/1"]["solved"]) == (True, True)
    assert (found["p/1"]["source"], found["p/1"]["edits"]) == ("template", "single")
    assert found["p/2"]["outcome"] == "abandoned"
    assert "operator misuse" in (out / "report.html").read_text()
    assert list((out / "trajectories").iterdir())


def test_a_run_goes_on_where_it_stopped(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    main(["eval", str(tasks), "--out", str(out), "--limit", "1", *OFFLINE])
    before = (out / "results.jsonl").read_text()
    capsys.readouterr()

    assert main(["eval", str(tasks), "--out", str(out), "--jobs", "2", *OFFLINE]) == 0

    assert (out / "results.jsonl").read_text().startswith(before)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["tasks"] == 2
    assert list(rows(out)) == ["p/1", "p/2"]


def test_other_settings_want_another_folder(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["eval", str(tasks), "--out", str(tmp_path / "out"), "--limit", "1", *OFFLINE])

    assert main(["eval", str(tasks), "--out", str(tmp_path / "out"), *OFFLINE, "--seed", "1"]) == 2
    assert "choose another --out" in capsys.readouterr().err


def test_runs_can_be_shown_side_by_side(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [tmp_path / "first", tmp_path / "second"]
    for run in runs:
        main(["eval", str(tasks), "--out", str(run), "--limit", "1", *OFFLINE])
    capsys.readouterr()

    assert main(["eval", "--out", str(tmp_path / "both"), "--report", *map(str, runs)]) == 0

    page = (tmp_path / "both" / "report.html").read_text()
    assert capsys.readouterr().out.strip() == str(tmp_path / "both" / "report.html")
    assert ("first" in page, "second" in page) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which tasks to run"),
        (["none.jsonl"], "cannot read the tasks"),
        (["--report", "no/such/run"], "holds no results.jsonl"),
    ],
)
def test_what_is_missing_is_one_sentence(
    tmp_path: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--out", str(tmp_path / "out"), *arguments]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_history_tasks_without_repositories_fail_in_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task = {
        "id": "h/1",
        "kind": "history",
        "repo": "o/n",
        "base_commit": "b",
        "fix_commit": "f",
        "test_paths": ["t.py"],
        "F2P": ["t::x"],
        "test_cmd": "python t.py",
    }
    (tmp_path / "tasks.jsonl").write_text(json.dumps(task) + "\n")

    assert main(["eval", str(tmp_path / "tasks.jsonl"), "--out", str(tmp_path / "out"), *OFFLINE]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["errors"] == 1
    assert "--repos" in str(rows(tmp_path / "out")["h/1"]["reason"])
