"""A process under way, the limits it is under, and the watch that ends it when it goes past them.

Knows nothing of how it was confined, beyond how to end it; starts nothing.
"""

import asyncio
import contextlib
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from quintet.tools import cgroup, process_tree
from quintet.tools.confine import Place

Level = Literal["bubblewrap", "process group"]

_LONGEST_PAUSE = 0.1
_FREE_SPACE = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Seconds, bytes, and a count of processes; `wall=None` runs until it is ended.

    `memory` bounds each process's data (RLIMIT_DATA) and the private memory of all of them together.
    `output` counts bytes of stdout and stderr; `file_size` is the largest file the run may write.
    """

    wall: float | None = 60.0
    cpu: float = 60.0
    memory: int = 4 << 30
    output: int = 1 << 20
    processes: int = 128
    file_size: int = 256 << 20

    @property
    def tasks(self) -> int:
        """Where the kernel stops a bomb: processes and threads together, more than any honest run starts.

        Threads are why it grows with the machine: numpy, Go, node and the JVM start some for each core.
        """
        return self.processes * (8 + (os.cpu_count() or 1))


@dataclass(slots=True)
class Child:
    """A confined process under way. Its pipes are asyncio's; `stopped` is set when a limit ended it."""

    process: asyncio.subprocess.Process
    limits: Limits
    place: Place
    level: Level
    group: cgroup.Group | None = None
    started: float = field(default_factory=time.monotonic)
    stopped: str | None = None

    async def output(self) -> str:
        """Everything written to stdout, until the end or until the cap, where the process is stopped."""
        stream = self.process.stdout
        assert stream is not None, "started without a pipe"  # noqa: S101 - a precondition
        kept = bytearray()
        while chunk := await stream.read(1 << 16):
            kept += chunk
            if len(kept) > self.limits.output:
                del kept[self.limits.output :]
                self.stop(f"wrote more than {size_in_words(self.limits.output)} of output")
                break
        return kept.decode("utf-8", "replace")

    def stop(self, why: str) -> None:
        """End everything the child started, for a reason a person understands; the first reason stays."""
        if self.stopped is None and self.process.returncode is None:
            self.stopped = why
        self.kill()

    def kill(self) -> None:
        """End everything the child started, now."""
        if self.process.returncode is None:
            process_tree.kill(self.process.pid, leashed=self.level == "process group")

    async def ended(self) -> None:
        """Wait until nothing of the child is left; what does not go when asked is killed again."""
        while self.process.returncode is None:
            try:
                await asyncio.wait_for(self.process.wait(), 0.5)
            except TimeoutError:
                process_tree.kill(self.process.pid, leashed=False)
        self.stopped = self.stopped or self.refused()  # a bomb may have died of the bound by itself

    def refused(self) -> str | None:
        """The kernel's bound on processes, in words, if the child has come up against it."""
        if self.group is None or not self.group.refused():
            return None
        return f"started more than {self.group.most} processes and threads"

    def exceeded(self) -> str | None:
        """The limit that is exceeded right now, in words."""
        limits = self.limits
        if limits.wall is not None and time.monotonic() - self.started > limits.wall:
            return f"did not finish within {limits.wall:g} s"
        count, memory = process_tree.usage(self.process.pid, at_most=limits.processes + 3)
        if count > limits.processes + 3:  # the three are ours: bubblewrap, its init, or the leash
            return f"started more than {limits.processes} processes"
        if memory > limits.memory:
            return f"used more than {size_in_words(limits.memory)} of memory"
        if any(_is_full(path) for path in self.place.writable):
            return "filled the disk of its throw-away copy"
        return self.refused()


async def watch(child: Child) -> None:
    """Stop the child when it exceeds a limit, and also when it cannot be watched: it would have none."""
    pause = 0.02
    try:
        while child.process.returncode is None:
            if why := child.exceeded():
                child.stop(why)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, _LONGEST_PAUSE)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the child must not go on
        child.stop(f"could not be watched any longer: {problem!r}")


async def closed(child: Child) -> None:
    """Reap the process and close its pipes, so that no transport outlives the block."""
    if child.process.stdin is not None:
        child.process.stdin.close()
    await child.ended()
    if child.process.stdout is not None:
        with contextlib.suppress(OSError):
            while await child.process.stdout.read(1 << 20):
                pass


def size_in_words(count: int) -> str:
    """A number of bytes for people: `4 GiB`."""
    for unit, step in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= step:
            return f"{count / step:g} {unit}"
    return f"{count} bytes"


def _is_full(folder: Path) -> bool:
    """Whether the disk below a folder is nearly full; a folder that the run removed fills nothing."""
    try:
        return shutil.disk_usage(folder).free < _FREE_SPACE
    except OSError:
        return False
