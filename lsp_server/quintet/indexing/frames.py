"""Messages between the server, the indexer and its parsers: msgpack behind a length, over pipes.

Values only; this module starts no process.
"""

import struct
from collections.abc import Sequence
from typing import BinaryIO, Protocol, TypeVar

import msgspec

from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.store import Record

T = TypeVar("T")

LENGTH = struct.Struct(">I")
_MOST = 1 << 28


class Job(msgspec.Struct, frozen=True, tag=True):
    """Files to be read and described, in this order: path, size, mtime_ns, kind. `texts` are open buffers.

    Where `store` names one, a content it holds already is not parsed again.
    """

    root: str
    files: Sequence[tuple[str, int, int, str]]
    texts: dict[str, str] = {}
    store: str | None = None


class Done(msgspec.Struct, frozen=True, tag=True):
    """One file of a job, described."""

    record: Record


class Start(msgspec.Struct, frozen=True, tag=True):
    """The indexer's first message: the folder, where its store is kept, and the deny list."""

    root: str
    store: str
    deny: Deny = BUILT_IN


class Buffers(msgspec.Struct, frozen=True, tag=True):
    """Texts of open buffers, to be indexed in place of the disk's; None for one that was closed."""

    texts: dict[str, str | None]


class Command(msgspec.Struct, frozen=True, tag=True):
    """What the indexer should do: "pause", "resume", "rebuild", "rescan", "stop"."""

    word: str


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How far the index is. `done` of `total` files; `complete` once everything on disk is in it.

    `note` is something a person should know, in one sentence; `looking` while the folder is being walked.
    """

    done: int = 0
    total: int = 0
    complete: bool = False
    looking: bool = False
    paused: bool = False
    note: str = ""


class Reader(Protocol):
    """The end of a pipe that is read."""

    def read(self, size: int, /) -> bytes:
        """Read up to so many bytes; fewer only at the end."""


def write(pipe: BinaryIO, message: msgspec.Struct) -> None:
    """Send one message. Raises OSError where the other end has gone."""
    body = msgspec.msgpack.encode(message)
    pipe.write(LENGTH.pack(len(body)) + body)
    pipe.flush()


def read(pipe: Reader, decoder: "msgspec.msgpack.Decoder[T]") -> T | None:
    """The next message; None at the end, or where what comes is none."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > _MOST:
        return None
    body = pipe.read(size)
    try:
        return decoder.decode(body) if len(body) == size else None
    except msgspec.MsgspecError:
        return None
