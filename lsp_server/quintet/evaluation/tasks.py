"""The tasks `quintet eval` runs, as they stand in a JSON Lines file: values and their loading.

Knows nothing of running them. A known fix (`fixed_files`) is not even decoded, so it cannot leak.
"""

from pathlib import Path, PurePosixPath

import msgspec


class TasksError(Exception):
    """A task file cannot be used; the message is one sentence naming file, line and what is wrong."""


class ProgramTask(msgspec.Struct, frozen=True, kw_only=True):
    """A small program that stands alone in a folder.

    `files` is the buggy program; `test_files` judge. Where `example_test` has text, it is the visible test
    and `test_files` stay hidden; where it is None, `test_files` are visible; where it is blank, no test is.
    `test_cmd` runs in the folder and exits 0 when the program is right, within `timeout_s` seconds.
    """

    id: str
    language: str = "python"
    bug_type: str = ""
    entry: str = ""
    issue: str = ""
    files: dict[str, str]
    test_files: dict[str, str]
    example_test: str | None = None
    test_cmd: str
    timeout_s: float = 60.0

    def visible_tests(self) -> dict[str, str]:
        """The test files the pipeline may see.

        An example test takes the name of the (first) judging test file: `test_cmd` names that.
        """
        if self.example_test is None:
            return self.test_files
        if not self.example_test.strip():
            return {}
        return {next(iter(self.test_files)): self.example_test}


class HistoryTask(msgspec.Struct, frozen=True, kw_only=True):
    """A bug fix from the history of a real repository.

    The workspace is `base_commit` with `test_paths` and `extra_paths` taken from `fix_commit`. `failing` (in
    the file: `F2P`) are the tests that fail there and pass after the fix: `dotted.module.Class::name`.
    `pythonpath` is a colon-separated list of folders relative to the repository.
    """

    id: str
    language: str = "python"
    bug_type: str = "history"
    issue: str = ""
    repo: str
    base_commit: str
    fix_commit: str
    test_paths: tuple[str, ...]
    extra_paths: tuple[str, ...] = ()
    pythonpath: str = "."
    failing: tuple[str, ...] = msgspec.field(name="F2P")
    test_cmd: str
    timeout_s: float = 60.0
    core: bool = False


EvalTask = ProgramTask | HistoryTask


class _Kind(msgspec.Struct):
    kind: str = "program"


def load_tasks(path: Path) -> tuple[EvalTask, ...]:
    """Every task of the file, in its order. Raises `TasksError` for a file that cannot be used."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise TasksError(f"cannot read the tasks in {path}: {error.strerror or error}") from error
    tasks = tuple(_decode(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip())
    if not tasks:
        raise TasksError(f"{path} holds no task")
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise TasksError(f"{path} holds the task {task.id} twice")
        seen.add(task.id)
    return tasks


def _decode(line: bytes, where: str) -> EvalTask:
    try:
        history = msgspec.json.decode(line, type=_Kind).kind == "history"
        task: EvalTask = (
            msgspec.json.decode(line, type=HistoryTask)
            if history
            else msgspec.json.decode(line, type=ProgramTask)
        )
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise TasksError(f"{where}: not a task: {error}") from error
    paths = (
        (*task.files, *task.test_files)
        if isinstance(task, ProgramTask)
        else (*task.test_paths, *task.extra_paths)
    )
    for path in paths:
        if not _stays_inside(path):
            raise TasksError(f"{where}: the path {path!r} leaves the task's folder")
    if isinstance(task, ProgramTask) and not task.test_files:
        raise TasksError(f"{where}: no test_files, so nothing could judge")
    return task


def _stays_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts
