"""What came of each task, and the folder it is kept in: one JSON line a task, written as the task ends.

Knows nothing of how a task is run or shown. A run that was cut off goes on where it stopped: what is on disk
is read back, a torn last line is dropped, and a task whose harness failed is tried again.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

RowOutcome = Literal["verified", "unverified", "abandoned", "error"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One task's result.

    `verified`: the tests the pipeline saw accept the patch. `solved`: the judging tests do. `judged` counts
    the candidates whose tests were run, `judged_to_plausible` those up to the first that passed, itself too.
    `source` and `edits` say where the patch came from (`edits="pair"`: two edits together). `outcome="error"`
    means the harness, not the pipeline, failed; such a task is tried again when the run is resumed.
    """

    id: str
    language: str
    bug_type: str
    outcome: RowOutcome
    verified: bool = False
    solved: bool = False
    reason: str = ""
    mode: str = ""
    steps: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    judged: int = 0
    judged_to_plausible: int | None = None
    source: str = ""
    edits: Literal["", "single", "pair", "many"] = ""
    level: str = ""
    patch: str = ""

    @property
    def tokens(self) -> int:
        """Tokens the models read and wrote."""
        return self.prompt_tokens + self.completion_tokens


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What makes two runs comparable: kept beside the results, checked when a run is resumed."""

    tasks: str
    backend: str
    mode: str
    ranking: str
    drafts: bool
    seed: int
    candidates: int | None
    budget_tokens: int
    budget_seconds: float
    budget_tests: int
    quintet: str
    engine: str = ""
    """The engine and model that answered, e.g. "llama_cpp SmolLM2-135M-Instruct"; empty without a model."""


class ResultsError(Exception):
    """A results folder cannot be used; the message is one sentence."""


class Results:
    """The results folder of one run: rows so far, and a file each new row is appended to at once."""

    def __init__(self, folder: Path, settings: RunSettings) -> None:
        """Open or make the folder. Raises `ResultsError` if it holds a run made with other settings."""
        self.folder = folder
        self._path = folder / "results.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._check_settings(settings)
            self._rows = {row.id: row for row in _read_rows(self._path, mend=True)}
        except OSError as error:
            raise ResultsError(f"cannot write results to {folder}: {error.strerror or error}") from error

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows so far, the last one of each task."""
        return tuple(self._rows.values())

    def done(self, task_id: str) -> bool:
        """Whether the task has a result that stands."""
        row = self._rows.get(task_id)
        return row is not None and row.outcome != "error"

    def add(self, row: Row) -> None:
        """Keep a row, on disk before this returns."""
        self._rows[row.id] = row
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(row) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _check_settings(self, settings: RunSettings) -> None:
        path = self.folder / "settings.json"
        if path.exists():
            before = _decode_settings(path)
            differing = [
                f"{name} {getattr(before, name)!r} there, {getattr(settings, name)!r} now"
                for name in settings.__struct_fields__
                if getattr(before, name) != getattr(settings, name)
            ]
            if differing:
                there = f"{self.folder} holds results of another run"
                raise ResultsError(f"{there} ({'; '.join(differing)}): choose another --out")
        path.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")


class FinishedRun(msgspec.Struct, frozen=True):
    """A results folder read back for a report; `name` is the folder's."""

    name: str
    rows: tuple[Row, ...]
    settings: RunSettings | None


def read_run(folder: Path) -> FinishedRun:
    """Read a results folder. Raises `ResultsError` if there are no results in it."""
    path = folder / "results.jsonl"
    if not path.is_file():
        raise ResultsError(f"{folder} holds no results.jsonl")
    settings = folder / "settings.json"
    return FinishedRun(
        folder.resolve().name,
        tuple({row.id: row for row in _read_rows(path, mend=False)}.values()),
        _decode_settings(settings) if settings.exists() else None,
    )


def _decode_settings(path: Path) -> RunSettings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunSettings)
    except msgspec.MsgspecError as error:
        raise ResultsError(f"{path} is not readable as a run's settings: {error}") from error


def _read_rows(path: Path, *, mend: bool) -> Iterable[Row]:
    """Rows on disk. A last line without a newline was torn by a crash: left out, and with `mend` cut off."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if mend and whole < len(data):
        os.truncate(path, whole)
    for number, line in enumerate(data[:whole].splitlines(), 1):
        try:
            yield msgspec.json.decode(line, type=Row)
        except msgspec.MsgspecError as error:
            raise ResultsError(f"{path}, line {number}, is not a result: {error}") from error
