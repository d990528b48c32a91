"""Trajectories: what is written is read back, whole or with the line that is wrong."""

from pathlib import Path

import pytest

from quintet_models.messages import Usage
from quintet_models.trajectory import (
    VERSION,
    Decision,
    Ending,
    Header,
    Line,
    TrajectoryError,
    new_path,
    prune,
    read,
    write,
)

LINES: tuple[Line, ...] = (
    Header(VERSION, 1.5, "test_failure", "auto", "scripted", "two lines"),
    Decision(
        {"mode": "fast", "calls": {"coder": 1}},
        "coder",
        "fast",
        "first",
        True,  # noqa: FBT003
        0.5,
        Usage(9, 3, 2),
        7,
        0.5,
        1,
    ),
    Ending("verified", "", 2.0, Usage(9, 3, 2)),
)


def test_round_trip(tmp_path: Path) -> None:
    path = new_path(tmp_path / "runs")
    write(path, LINES)
    assert read(path) == LINES
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, LINES)
    path.write_bytes(path.read_bytes() + b'{"type": "end"}\n')
    with pytest.raises(TrajectoryError, match="line 4"):
        read(path)


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, (Header(VERSION + 1, 0.0, "test_failure", "auto", "x", "y"),))
    with pytest.raises(TrajectoryError, match=f"version {VERSION + 1}"):
        read(path)


def test_the_oldest_are_dropped(tmp_path: Path) -> None:
    for stamp in ("20260101T000000-a", "20260102T000000-b", "20260103T000000-c"):
        write(tmp_path / f"{stamp}.jsonl", LINES)
    prune(tmp_path, 2)
    assert [path.stem[-1] for path in sorted(tmp_path.iterdir())] == ["b", "c"]


def test_names_do_not_collide(tmp_path: Path) -> None:
    assert len({new_path(tmp_path) for _ in range(50)}) == 50
