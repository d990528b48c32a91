"""A task laid out as a workspace, the way its user would have it in front of them.

Knows tasks and files. What judges the patch is not laid out here, so the pipeline cannot see it.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

from quintet.agents.task import Task
from quintet.evaluation.repository import find_repository, write_out
from quintet.evaluation.tasks import EvalTask, HistoryTask


class LayoutError(Exception):
    """A task cannot be laid out; the message is one sentence."""


async def lay_out(task: EvalTask, folder: Path, repos: Path | None) -> Task:
    """Fill the empty `folder` with the task's workspace; what the pipeline is asked.

    Raises `LayoutError`, and `RepositoryError` where a history task's repository is not usable.
    """
    if isinstance(task, HistoryTask):
        await lay_out_history(task, folder, repos)
        return Task(
            kind="test_failure",
            issue=task.issue,
            test_command=_command(task),
            tests=tuple(node_id(test, task.test_paths) for test in task.failing),
            protected=(*task.test_paths, *task.extra_paths),
        )
    visible = task.visible_tests()
    write_files(folder, task.files)
    write_files(folder, visible)
    command = _command(task) if visible else None
    return Task(kind="test_failure", issue=task.issue, test_command=command, protected=tuple(visible))


def environment(task: EvalTask) -> dict[str, str]:
    """Variables a task's test command is run with.

    A program that stands alone needs no pytest plugins; those that happen to be installed beside us would
    make the result depend on the machine, and take seconds to import.
    """
    if isinstance(task, HistoryTask):
        return {"PYTHONPATH": task.pythonpath}
    return {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if task.language == "python" else {}


def _command(task: EvalTask) -> str:
    words = [f"{name}={shlex.quote(value)}" for name, value in environment(task).items()]
    return " ".join((*words, task.test_cmd))


async def lay_out_history(task: HistoryTask, folder: Path, repos: Path | None) -> None:
    """The repository before the fix, with the tests of the fix."""
    if repos is None:
        raise LayoutError(
            f"{task.id} is a task from a repository's history: say where those are with --repos"
        )
    git_dir = find_repository(repos, task.repo)
    await write_out(git_dir, task.base_commit, folder)
    await write_tests(task, folder, repos)


async def write_tests(task: HistoryTask, folder: Path, repos: Path) -> None:
    """The tests (and what they need) as the fix has them."""
    await write_out(
        find_repository(repos, task.repo), task.fix_commit, folder, (*task.test_paths, *task.extra_paths)
    )


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts below `folder`, byte for byte in UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))


def has_visible_tests(task: EvalTask) -> bool:
    """Whether the pipeline sees a test that speaks for the task."""
    return isinstance(task, HistoryTask) or bool(task.visible_tests())


def node_id(test: str, paths: tuple[str, ...]) -> str:
    """`dotted.module.Class::name` as pytest's own id, `path/module.py::Class::name`.

    The module may be written without leading folders (those that pytest's rootdir swallowed). A test of none
    of the `paths` is returned as it is.
    """
    dotted, _, name = test.partition("::")
    best: tuple[int, str] = (0, test)
    for path in paths:
        module = path.removesuffix(".py").split("/")
        words = dotted.split(".")
        for length in range(1, len(words) + 1):
            if module[-length:] == words[:length] and length > best[0]:
                best = (length, "::".join((path, *words[length:], name)))
    return best[1]
