"""Where untrusted commands run: confined, limited, and dead when the run is over.

The only module that starts processes for a repair; it knows nothing of tests, patches or who asked.
"""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from quintet.tools import process_tree
from quintet.tools.confine import Place, bubblewrap_argv, clean_environment, limited_argv

Level = Literal["bubblewrap", "process group"]

_LEASH = Path(__file__).parent / "inside" / "leash.py"
_PROBE_SECONDS = 10.0
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


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended. `stopped` says in words which limit ended it; `exit_code` is then None."""

    exit_code: int | None
    output: str
    seconds: float
    stopped: str | None = None


@dataclass(slots=True)
class Child:
    """A confined process under way. Its pipes are asyncio's; `stopped` is set when a limit ended it."""

    process: asyncio.subprocess.Process
    limits: Limits
    place: Place
    level: Level
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
                self.stop(f"wrote more than {_size(self.limits.output)} of output")
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

    def exceeded(self) -> str | None:
        """The limit that is exceeded right now, in words."""
        limits = self.limits
        if limits.wall is not None and time.monotonic() - self.started > limits.wall:
            return f"did not finish within {limits.wall:g} s"
        count, memory = process_tree.usage(self.process.pid, at_most=limits.processes + 3)
        if count > limits.processes + 3:  # the three are ours: bubblewrap, its init, or the leash
            return f"started more than {limits.processes} processes"
        if memory > limits.memory:
            return f"used more than {_size(limits.memory)} of memory"
        if any(_is_full(path) for path in self.place.writable):
            return "filled the disk of its throw-away copy"
        return None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One level of isolation that works on this machine.

    `why` says, for the weaker level, why the stronger one is not used.
    """

    level: Level
    why: str = ""
    program: str = "bwrap"

    def describe(self) -> str:
        """The isolation in words, for people."""
        if self.level == "bubblewrap":
            return (
                "bubblewrap: no network, own processes and /tmp, the system read-only, secrets of the home "
                "hidden, only the throw-away copy writable"
            )
        return (
            "process group with limits on time, memory, output and processes; the network and the user's "
            f"files are NOT cut off ({self.why})"
        )

    def root(self, place: Place) -> Path:
        """Where a run sees the shadow: at the workspace's own path, or where it really lies."""
        return place.root if self.level == "bubblewrap" else place.shadow

    async def run(
        self,
        argv: Sequence[str],
        *,
        place: Place,
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Run:
        """Run to the end, stdout and stderr together.

        A program that does not exist is exit code 127, as in a shell. Cancelling kills everything.
        """
        async with self.start(argv, place=place, env=env, limits=limits) as child:
            output = await child.output()
            await child.ended()
            seconds = time.monotonic() - child.started
            code = child.process.returncode
            stopped = child.stopped or _stopped_by_signal(code, child.limits)
            return Run(None if stopped else code, output, seconds, stopped)

    @asynccontextmanager
    async def start(
        self,
        argv: Sequence[str],
        *,
        place: Place,
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        talk: bool = False,
    ) -> AsyncIterator[Child]:
        """A confined process for as long as the block lasts.

        With `talk`, stdin is a pipe and stderr is dropped; else stdin is empty and stderr goes to stdout.
        """
        limits = limits or Limits()
        spawning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._argv(argv, place, limits),
                stdin=asyncio.subprocess.PIPE if talk else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL if talk else asyncio.subprocess.STDOUT,
                env=clean_environment(place, env or {}, private_tmp=self.level == "bubblewrap"),
                cwd=place.shadow,
                start_new_session=True,
                limit=1 << 24,
            )
        )
        try:
            process = await asyncio.shield(spawning)
        except asyncio.CancelledError:
            # asyncio would kill bubblewrap alone, before its child knows that it must not outlive it
            child = Child(await spawning, limits, place, self.level)
            child.kill()
            await asyncio.shield(_closed(child))
            raise
        child = Child(process, limits, place, self.level)
        watcher = asyncio.create_task(_watch(child))
        try:
            yield child
        finally:
            watcher.cancel()
            child.kill()
            await asyncio.shield(_closed(child))

    def _argv(self, argv: Sequence[str], place: Place, limits: Limits) -> list[str]:
        inner = limited_argv(argv, cpu=limits.cpu, memory=limits.memory, file_size=limits.file_size)
        if self.level == "bubblewrap":
            return [*bubblewrap_argv(self.program, place), *inner]
        return [sys.executable, "-I", "-S", str(_LEASH), *inner]


def probe() -> Sandbox:
    """The strongest level that works here, found by trying it."""
    program = shutil.which("bwrap")
    if program is None:
        return Sandbox("process group", why="bubblewrap is not installed")
    place = Place(root=Path("/"), shadow=Path("/"))
    check = 'test "$(grep -c : /proc/net/dev)" = 1 && test "$$" -lt 9 && ! touch /quintet-probe 2>/dev/null'
    argv = [*bubblewrap_argv(program, place), "/bin/sh", "-c", check]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Sandbox("process group", why=f"bubblewrap does not work here: {problem}")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it does not isolate"]
        return Sandbox("process group", why=f"bubblewrap does not work here: {lines[-1]}")
    return Sandbox("bubblewrap", program=program)


async def _watch(child: Child) -> None:
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


def _is_full(folder: Path) -> bool:
    """Whether the disk below a folder is nearly full; a folder that the run removed fills nothing."""
    try:
        return shutil.disk_usage(folder).free < _FREE_SPACE
    except OSError:
        return False


async def _closed(child: Child) -> None:
    """Reap the process and close its pipes, so that no transport outlives the block."""
    if child.process.stdin is not None:
        child.process.stdin.close()
    await child.ended()
    if child.process.stdout is not None:
        with contextlib.suppress(OSError):
            while await child.process.stdout.read(1 << 20):
                pass


def _stopped_by_signal(code: int | None, limits: Limits) -> str | None:
    if code in {-24, 128 + 24}:
        return f"used more than {limits.cpu:g} s of processor time"
    if code in {-25, 128 + 25}:
        return f"wrote a file larger than {_size(limits.file_size)}"
    return None


def _size(count: int) -> str:
    for unit, step in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= step:
            return f"{count / step:g} {unit}"
    return f"{count} bytes"
