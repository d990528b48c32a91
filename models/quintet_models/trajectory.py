"""What a run did, as versioned JSON lines: runs write them, training reads them.

Holds numbers, choices and costs; never the text of the workspace, unless the caller put it into a note.
"""

import os
import time
from pathlib import Path
from typing import Literal

import msgspec

from quintet_models.messages import Usage

VERSION = 1


class Header(msgspec.Struct, frozen=True, tag="run"):
    """The first line: where the run started from."""

    version: int
    started: float
    task: str
    mode: str
    engine: str
    model: str


class Decision(msgspec.Struct, frozen=True, tag="decision"):
    """One turn of the controller: the state it saw, what it chose, what that cost and brought.

    `state` is the policy's State as plain data, so that a later schema can still read it.
    """

    state: dict[str, object]
    role: str
    mode: str
    why: str
    by_model: bool
    seconds: float
    usage: Usage
    judged: int
    best_fraction_passed: float
    plausible: int


class Ending(msgspec.Struct, frozen=True, tag="end"):
    """The last line; absent where the process died."""

    outcome: Literal["verified", "unverified", "abandoned", "cancelled"]
    reason: str
    seconds: float
    usage: Usage


Line = Header | Decision | Ending


class TrajectoryError(Exception):
    """A file that is no trajectory, or one of a version this program does not read."""


def write(path: Path, lines: tuple[Line, ...]) -> None:
    """Write a trajectory whole: it appears under its name complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    encoder = msgspec.json.Encoder()
    partial.write_bytes(b"".join(encoder.encode(line) + b"\n" for line in lines))
    partial.replace(path)


def read(path: Path) -> tuple[Line, ...]:
    """Read a trajectory; raises `TrajectoryError` with the offending line's number."""
    decoder = msgspec.json.Decoder(Line)
    lines: list[Line] = []
    for number, raw in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            line = decoder.decode(raw)
        except msgspec.DecodeError as error:
            raise TrajectoryError(f"{path.name}, line {number}: {error}") from error
        if isinstance(line, Header) and line.version > VERSION:
            raise TrajectoryError(
                f"{path.name} has version {line.version}; this program reads up to {VERSION}"
            )
        lines.append(line)
    return tuple(lines)


def state_folder() -> Path:
    """Where the trajectories of a user's own runs are kept (XDG base directories: state)."""
    root = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(root).expanduser() / "quintet" / "trajectories"


def prune(folder: Path, keep: int) -> None:
    """Drop the oldest trajectories of a folder until `keep` are left."""
    for path in sorted(folder.glob("*.jsonl"))[:-keep]:
        path.unlink(missing_ok=True)


def new_path(folder: Path) -> Path:
    """A name that sorts by time and that no other run takes."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    return folder / f"{stamp}-{os.urandom(4).hex()}.jsonl"
