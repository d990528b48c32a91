from pathlib import Path

import msgspec
import pytest

from quintet.evaluation.results import Results, ResultsError, Row, RunSettings, read_run

SETTINGS = RunSettings(
    tasks="t.jsonl",
    backend="none",
    mode="auto",
    ranking="prior",
    drafts=True,
    seed=0,
    candidates=None,
    budget_tokens=1,
    budget_seconds=1.0,
    budget_tests=1,
    quintet="0",
)


def row(task: str, outcome: str = "verified", *, solved: bool = True) -> Row:
    return msgspec.convert(
        {"id": task, "language": "python", "bug_type": "x", "outcome": outcome, "solved": solved}, Row
    )


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    Results(tmp_path / "out", SETTINGS).add(row("a"))

    again = Results(tmp_path / "out", SETTINGS)

    assert again.done("a")
    assert not again.done("b")
    assert again.rows == (row("a"),)


def test_a_torn_last_line_is_dropped_and_written_over(tmp_path: Path) -> None:
    Results(tmp_path, SETTINGS).add(row("a"))
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(b'{"id":"b","lang')

    again = Results(tmp_path, SETTINGS)
    again.add(row("b"))

    assert [kept.id for kept in read_run(tmp_path).rows] == ["a", "b"]


def test_a_task_whose_harness_failed_is_tried_again_and_its_last_row_counts(tmp_path: Path) -> None:
    results = Results(tmp_path, SETTINGS)
    results.add(row("a", "error", solved=False))

    assert not results.done("a")

    results.add(row("a"))

    assert results.done("a")
    assert read_run(tmp_path).rows == (row("a"),)


def test_results_of_another_run_are_not_mixed_in(tmp_path: Path) -> None:
    Results(tmp_path, SETTINGS)

    with pytest.raises(ResultsError, match="mode 'auto' there, 'fast' now") as caught:
        Results(tmp_path, msgspec.structs.replace(SETTINGS, mode="fast"))

    assert "choose another --out" in str(caught.value)


def test_a_line_that_is_no_result_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("{}\n")

    with pytest.raises(ResultsError, match="line 1"):
        read_run(tmp_path)


def test_a_folder_without_results_and_one_that_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"holds no results\.jsonl"):
        read_run(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot write results"):
        Results(tmp_path / "file", SETTINGS)
