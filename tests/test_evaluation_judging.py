from pathlib import Path

import msgspec
import pytest

from quintet.evaluation.judging import passed_in, solves
from quintet.evaluation.tasks import HistoryTask, ProgramTask
from quintet.tools.sandbox import Sandbox
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch, create_file, replace_text
from test_evaluation_repository import commit, git

BUGGY = "def double(x):\n    return x + 2\n"
FIXED = "def double(x):\n    return x * 2\n"
OVERFITTED = "def double(x):\n    return 2 if x == 1 else x + 2\n"
TEST = "from a import double\nassert double(3) == 6\n"


def patch(path: str, before: str, after: str) -> Patch:
    return Patch((replace_text(Document(path, before), after),))


def program(**changes: object) -> ProgramTask:
    base = ProgramTask(
        id="p/1",
        files={"a.py": BUGGY},
        test_files={"test_a.py": TEST},
        example_test="from a import double\nassert double(1) == 2\n",
        test_cmd="python test_a.py",
    )
    return msgspec.structs.replace(base, **changes)


@pytest.mark.parametrize(("after", "solved"), [(FIXED, True), (OVERFITTED, False), ("x = (\n", False)])
async def test_the_hidden_tests_have_the_last_word(sandbox: Sandbox, after: str, *, solved: bool) -> None:
    assert await solves(program(), patch("a.py", BUGGY, after), sandbox, None) is solved


async def test_a_patch_cannot_talk_to_its_judges(sandbox: Sandbox) -> None:
    visible = program().visible_tests()["test_a.py"]
    tampering = Patch((replace_text(Document("test_a.py", visible), ""),))

    assert not await solves(program(), tampering, sandbox, None)


async def test_a_patch_may_bring_a_file(sandbox: Sandbox) -> None:
    moved = Patch(
        (replace_text(Document("a.py", BUGGY), "from b import double\n"), create_file("b.py", FIXED))
    )

    assert await solves(program(), moved, sandbox, None)


async def test_an_endless_program_is_not_solved(sandbox: Sandbox) -> None:
    endless = patch("a.py", BUGGY, "while True:\n    pass\n")

    assert not await solves(program(timeout_s=1.0), endless, sandbox, None)


@pytest.fixture
def history(tmp_path: Path) -> tuple[HistoryTask, Path]:
    """A repository with a bug, and its fix with a new test and another that guards the rest."""
    folder = tmp_path / "repos" / "o+n"
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    guard = "from a import double\n\ndef test_one():\n    assert double(2) == 4\n"
    base = commit(folder, {"src/a.py": BUGGY, "tests/test_a.py": guard, "pyproject.toml": ""})
    new = guard + "\ndef test_three():\n    assert double(3) == 6\n"
    fix = commit(folder, {"src/a.py": FIXED, "tests/test_a.py": new})
    task = HistoryTask(
        id="h/1",
        repo="o/n",
        base_commit=base,
        fix_commit=fix,
        test_paths=("tests/test_a.py",),
        pythonpath="src",
        failing=("tests.test_a::test_three",),
        test_cmd="PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q -p no:cacheprovider tests/test_a.py",
    )
    return task, tmp_path / "repos"


async def test_history_is_solved_by_the_fix(history: tuple[HistoryTask, Path], sandbox: Sandbox) -> None:
    task, repos = history

    assert await solves(task, patch("src/a.py", BUGGY, FIXED), sandbox, repos)


async def test_history_is_not_solved_by_what_breaks_another_test(
    history: tuple[HistoryTask, Path], sandbox: Sandbox
) -> None:
    task, repos = history
    breaking = "def double(x):\n    return 6\n"

    assert not await solves(task, patch("src/a.py", BUGGY, breaking), sandbox, repos)


def test_only_passing_tests_of_a_report_count(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="t" name="plain"/>'
        '<testcase classname="t" name="talks"><system-out>x</system-out></testcase>'
        '<testcase classname="t" name="fails"><failure message="x"/></testcase>'
        '<testcase classname="t" name="skipped"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )

    assert passed_in(report) == {"t::plain", "t::talks"}


def test_a_report_that_was_never_finished_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "torn.xml").write_text("<testsuites><testcase")

    assert passed_in(tmp_path / "torn.xml") == passed_in(tmp_path / "none.xml") == set()
