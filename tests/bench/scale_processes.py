"""What a server and all the processes it started take: memory sampled by role, and processor time in total.

Reads `/proc`, so it is for Linux. `Rss` counts a page that two processes share twice, `Pss` half for each.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_EVERY = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")
_ROLES = (("quintet.indexing.parser", "parsers"), ("quintet.indexing", "indexer"), ("serve", "server"))
"""What stands in a command line, and what such a process is; the first that fits."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of all processes at one moment, by role and together."""

    at: float
    rss: dict[str, int]
    pss: dict[str, int]

    @property
    def total_rss(self) -> int:
        """All processes' resident memory, shared pages as often as they are shared."""
        return sum(self.rss.values())

    @property
    def total_pss(self) -> int:
        """All processes' resident memory, shared pages once."""
        return sum(self.pss.values())


@dataclass(slots=True)
class Watched:
    """The tree of a process, looked at every half second until `stop`."""

    pid: int
    seen: list[Memory] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def cpu(self) -> float:
        """Processor seconds of the tree so far: of those that live, and of those that have been waited for."""
        return sum(_cpu(pid) for pid in _tree(self.pid))

    def peak(self) -> Memory:
        """The moment of the most resident memory."""
        return max(self.seen, key=lambda memory: memory.total_rss)

    def peak_of(self, role: str) -> int:
        """The most resident memory that processes of a role had at one moment."""
        return max(memory.rss.get(role, 0) for memory in self.seen)

    def latest(self, seconds: float) -> Memory:
        """The moment of the most resident memory within the last seconds."""
        since = time.monotonic() - seconds
        return max(
            (memory for memory in self.seen if memory.at >= since), key=lambda memory: memory.total_rss
        )

    def _look(self) -> None:
        while not self._stop.wait(_EVERY):
            found = _memory(self.pid)
            if found.rss:
                self.seen.append(found)


def _memory(pid: int) -> Memory:
    rss: dict[str, int] = {}
    pss: dict[str, int] = {}
    for each in _tree(pid):
        sizes = _sizes(each)
        if sizes:
            role = _role(each)
            rss[role] = rss.get(role, 0) + sizes["Rss"]
            pss[role] = pss.get(role, 0) + sizes["Pss"]
    return Memory(time.monotonic(), rss, pss)


def _tree(pid: int) -> Iterator[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(path.name)):
            children.setdefault(int(fields[1]), []).append(int(path.name))
    waiting = [pid]
    while waiting:
        yield (each := waiting.pop())
        waiting += children.get(each, ())


def _role(pid: int) -> str:
    words = _read(Path(f"/proc/{pid}/cmdline")).split("\0")
    return next((role for word, role in _ROLES if word in words), "others")


def _sizes(pid: int) -> dict[str, int]:
    """Bytes by kind; none of a process that has ended."""
    found = {}
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()[1:]:
        name, _, value = line.partition(":")
        found[name] = int(value.split()[0]) * 1024
    return found


def _cpu(pid: int) -> float:
    """Processor seconds of a process and of its children that it has waited for (proc_pid_stat(5))."""
    return sum(map(int, _stat(pid)[11:15])) / _TICKS


def _stat(pid: int) -> list[str]:
    """From the state on; none of a process that has ended."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:  # it has ended
        return ""
