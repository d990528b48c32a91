"""The parser processes: jobs out, records back, and a new one for each that hangs or dies.

Knows neither the store nor the walk. Everything that happens arrives as an event in one queue.
"""

import contextlib
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import msgspec

from quintet.indexing.frames import Done, Job, read, write
from quintet.workspace.scan import Found
from quintet.workspace.store import Record

if TYPE_CHECKING:
    from queue import SimpleQueue

PARSER = (sys.executable, "-m", "quintet.indexing.parser")
PATIENCE = 20.0
"""Seconds a file may take to be parsed; hand-written sources take a hundredth of one."""

_BATCH_FILES = 64
_BATCH_BYTES = 1 << 19
_FEW = 64


@dataclass(frozen=True, slots=True)
class Described:
    """Event: a file came back, from `parser`; None where there is none to account for it."""

    record: Record
    parser: "_Parser | None" = None


@dataclass(frozen=True, slots=True)
class _Gone:
    """Event: a parser's pipe ended."""

    parser: "_Parser"


class _Task(NamedTuple):
    """A file, with its text where that is not the disk's."""

    found: Found
    text: str | None


@dataclass(slots=True, eq=False)
class _Parser:
    process: "subprocess.Popen[bytes]"
    waiting: "deque[_Task]" = field(default_factory=deque)
    since: float = 0.0


class Crew:
    """Up to `size` parsers over one queue of events.

    `events` receives `Described` for every file handed in, whatever becomes of its parser, and events of the
    crew's own, which the one who reads the queue gives back to `notice`.
    """

    def __init__(
        self,
        root: str,
        events: "SimpleQueue[object]",
        *,
        size: int = 2,
        patience: float = PATIENCE,
        command: Sequence[str] = PARSER,
    ) -> None:
        self.store: str | None = None
        """A store whose contents need no parsing; set when there is one worth asking."""
        self._root = root
        self._events = events
        self._size = size
        self._command = command
        self._patience = patience
        self._pending: deque[_Task] = deque()
        self._parsers: list[_Parser] = []

    @property
    def left(self) -> int:
        """Files handed in that have not come back."""
        return len(self._pending) + sum(len(parser.waiting) for parser in self._parsers)

    def take(self, files: Iterable[Found], texts: Mapping[str, str] | None = None) -> None:
        """Hand in files; `texts` are their texts where these are not on disk."""
        self._pending.extend(_Task(found, (texts or {}).get(found.path)) for found in files)
        self._deal()

    def notice(self, event: object) -> None:
        """Keep the crew's own account of an event that came out of the queue."""
        if isinstance(event, Described):
            if event.parser in self._parsers:
                event.parser.waiting.popleft()
                event.parser.since = time.monotonic()
        elif isinstance(event, _Gone) and event.parser in self._parsers:
            self._bury(event.parser, "its parser crashed")
        self._deal()

    def check(self) -> None:
        """End a parser that has been at one file for too long."""
        for parser in list(self._parsers):
            if parser.waiting and time.monotonic() - parser.since > self._patience:
                self._bury(parser, f"its parser did not come to an end within {self._patience:g} s")
        self._deal()

    def clear(self) -> None:
        """Forget what has not been dealt out yet."""
        self._pending.clear()

    def close(self) -> None:
        """End all parsers, also those at work; the crew may be used again."""
        self.clear()
        for parser in self._parsers:
            _end(parser.process)
        self._parsers.clear()

    def _deal(self) -> None:
        """Give idle parsers work; a second parser is worth starting only for more than a few files."""
        while self._pending:
            idle = next((parser for parser in self._parsers if not parser.waiting), None)
            if idle is None:
                enough = 1 if self.left <= _FEW else self._size
                if len(self._parsers) >= enough:
                    return
                idle = self._hire()
            self._send(idle)

    def _hire(self) -> _Parser:
        process = subprocess.Popen(  # noqa: S603 -- our own program
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        parser = _Parser(process)
        self._parsers.append(parser)
        Thread(target=self._listen, args=(parser,), daemon=True).start()
        return parser

    def _listen(self, parser: _Parser) -> None:
        pipe, decoder = cast("BinaryIO", parser.process.stdout), msgspec.msgpack.Decoder(Done)
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed under our hands
            while done := read(pipe, decoder):
                self._events.put(Described(done.record, parser))
        self._events.put(_Gone(parser))

    def _send(self, parser: _Parser) -> None:
        """One job: a few files, each path once, for a job knows its texts by path."""
        size, texts = 0, dict[str, str | None]()
        while self._pending and len(texts) < _BATCH_FILES and size < _BATCH_BYTES:
            found, text = self._pending[0]
            if found.path in texts:
                break
            parser.waiting.append(self._pending.popleft())
            texts[found.path] = text
            size += found.size
        parser.since = time.monotonic()
        files = [(found.path, found.size, found.mtime_ns, found.kind) for found, _ in parser.waiting]
        held = {path: text for path, text in texts.items() if text is not None}
        with contextlib.suppress(OSError):  # it has died: its pipe will say so
            write(cast("BinaryIO", parser.process.stdin), Job(self._root, files, held, self.store))

    def _bury(self, parser: _Parser, why: str) -> None:
        """Give up the file a parser was at, and hand the rest of its job to others."""
        self._parsers.remove(parser)
        _end(parser.process)
        if parser.waiting:
            lost, _ = parser.waiting.popleft()
            record = Record(lost.path, lost.size, lost.mtime_ns, reason=why, kind=lost.kind)
            self._events.put(Described(record))
            self._pending.extendleft(reversed(parser.waiting))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
