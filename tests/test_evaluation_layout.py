from pathlib import Path

import msgspec
import pytest

from quintet.evaluation.layout import LayoutError, lay_out, node_id
from quintet.evaluation.tasks import HistoryTask, ProgramTask

QUIET = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"


def program(**changes: object) -> ProgramTask:
    base = ProgramTask(
        id="p/1",
        issue="it is wrong",
        files={"src/a.py": "x = 'ä'\r\n"},
        test_files={"test_a.py": "hidden\n", "data.txt": "hidden too\n"},
        example_test="visible\n",
        test_cmd="python -m pytest -q test_a.py",
    )
    return msgspec.structs.replace(base, **changes)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


async def test_the_example_takes_the_judging_tests_place_and_nothing_hidden_is_there(tmp_path: Path) -> None:
    task = await lay_out(program(), tmp_path, None)

    assert everything(tmp_path) == {"src/a.py": "x = 'ä'\r\n".encode(), "test_a.py": b"visible\n"}
    assert (task.issue, task.test_command) == ("it is wrong", f"{QUIET} python -m pytest -q test_a.py")
    assert task.protected == ("test_a.py",)


async def test_without_an_example_the_judging_tests_are_visible(tmp_path: Path) -> None:
    await lay_out(program(example_test=None), tmp_path, None)

    assert everything(tmp_path)["test_a.py"] == b"hidden\n"


async def test_with_a_blank_example_there_is_no_test_and_no_command(tmp_path: Path) -> None:
    task = await lay_out(program(example_test="\n"), tmp_path, None)

    assert list(everything(tmp_path)) == ["src/a.py"]
    assert task.test_command is None


async def test_history_tasks_need_repositories(tmp_path: Path) -> None:
    task = HistoryTask(
        id="h/1",
        repo="o/n",
        base_commit="b",
        fix_commit="f",
        test_paths=("t.py",),
        failing=("t::x",),
        test_cmd="x",
    )

    with pytest.raises(LayoutError, match="--repos"):
        await lay_out(task, tmp_path, None)


@pytest.mark.parametrize(
    ("test", "paths", "expected"),
    [
        ("tests.test_a::test_x", ("tests/test_a.py",), "tests/test_a.py::test_x"),
        ("tests.test_a.Case.Inner::test_x", ("tests/test_a.py",), "tests/test_a.py::Case::Inner::test_x"),
        ("test_a::test_x[1-a::b.c]", ("tests/test_a.py",), "tests/test_a.py::test_x[1-a::b.c]"),
        ("t.test_a.b::x", ("t/test_a.py", "t/test_a/b.py"), "t/test_a/b.py::x"),
        ("other::x", ("t/test_a.py",), "other::x"),
    ],
)
def test_dotted_names_become_pytests_own(test: str, paths: tuple[str, ...], expected: str) -> None:
    assert node_id(test, paths) == expected
