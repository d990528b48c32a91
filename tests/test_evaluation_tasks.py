import json
from pathlib import Path

import pytest

from quintet.evaluation.tasks import HistoryTask, ProgramTask, TasksError, load_tasks

PROGRAM = {
    "id": "p/1",
    "files": {"a.py": "x = 1\n"},
    "test_files": {"test_a.py": "assert False\n"},
    "test_cmd": "python test_a.py",
    "fixed_files": {"a.py": "x = 2\n"},
}
HISTORY = {
    "id": "h/1",
    "kind": "history",
    "repo": "owner/name",
    "base_commit": "b",
    "fix_commit": "f",
    "test_paths": ["tests/test_a.py"],
    "F2P": ["tests.test_a::test_one"],
    "test_cmd": "python -m pytest -q",
}


def write(path: Path, *tasks: object) -> Path:
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return path


def test_both_kinds_are_told_apart(tmp_path: Path) -> None:
    program, history = load_tasks(write(tmp_path / "t.jsonl", PROGRAM, HISTORY))

    assert isinstance(program, ProgramTask)
    assert isinstance(history, HistoryTask)
    assert history.failing == ("tests.test_a::test_one",)


def test_a_known_fix_is_not_even_decoded(tmp_path: Path) -> None:
    (task,) = load_tasks(write(tmp_path / "t.jsonl", PROGRAM))

    assert "x = 2" not in repr(task)


@pytest.mark.parametrize(
    ("example", "visible"),
    [
        (None, {"test_a.py": "assert False\n"}),
        ("assert True\n", {"test_a.py": "assert True\n"}),
        ("  \n", {}),
    ],
)
def test_what_the_pipeline_may_see(tmp_path: Path, example: str | None, visible: dict[str, str]) -> None:
    (task,) = load_tasks(write(tmp_path / "t.jsonl", PROGRAM | {"example_test": example}))

    assert isinstance(task, ProgramTask)
    assert task.visible_tests() == visible


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        ([], "holds no task"),
        ([PROGRAM, PROGRAM], "holds the task p/1 twice"),
        ([PROGRAM | {"files": {"../a.py": ""}}], "line 1: the path '../a.py' leaves the task's folder"),
        ([PROGRAM | {"files": {"/a.py": ""}}], "leaves the task's folder"),
        ([HISTORY | {"test_paths": ["../x"]}], "leaves the task's folder"),
        ([PROGRAM | {"test_files": {}}], "no test_files"),
        ([PROGRAM, {"id": "p/2"}], "line 2: not a task"),
        (["text"], "line 1: not a task"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, tasks: list[object], sentence: str) -> None:
    with pytest.raises(TasksError, match=sentence.replace("(", "\\(")) as caught:
        load_tasks(write(tmp_path / "t.jsonl", *tasks))

    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TasksError, match="cannot read the tasks"):
        load_tasks(tmp_path / "none.jsonl")
