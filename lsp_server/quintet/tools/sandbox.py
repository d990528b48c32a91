"""Where untrusted commands run: confined, limited, and dead when the run is over.

The only module that starts processes for a repair; it knows nothing of tests, patches or who asked.
"""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.tools import cgroup
from quintet.tools.child import Child, Level, Limits, closed, size_in_words, watch
from quintet.tools.confine import Place, bubblewrap_argv, clean_environment, limited_argv

__all__ = ["Child", "Limits", "Run", "Sandbox", "probe"]

_LEASH = Path(__file__).parent / "inside" / "leash.py"
_PROBE_SECONDS = 10.0

# Forks once, which must fail in a group of one.
_FORKS = "import os\nif os.fork() == 0: os._exit(0)\nos.wait()"
# Under a limit of six tells its user namespace and how many of eight children were born; they die with it.
_FORKS_LIMITED = """
import os, resource, time
resource.setrlimit(resource.RLIMIT_NPROC, (6, 6))
born = 0
try:
    while born < 8:
        if os.fork() == 0: time.sleep(30)
        born += 1
except BlockingIOError: pass
print(os.readlink("/proc/self/ns/user"), born, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended. `stopped` says in words which limit ended it; `exit_code` is then None."""

    exit_code: int | None
    output: str
    seconds: float
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One level of isolation that works on this machine.

    `why` says, for the weaker level, why the stronger one is not used. The kernel bounds the number of
    processes with `groups`, or with a limit that counts in bubblewrap's user namespace alone (`own_count`);
    without either they are only counted, and `unbounded` says why.
    """

    level: Level
    why: str = ""
    program: str = "bwrap"
    groups: cgroup.Groups | None = None
    own_count: bool = False
    unbounded: str = "not asked for"

    def describe(self) -> str:
        """The isolation in words, for people."""
        if self.level == "bubblewrap":
            return (
                "bubblewrap: no network, own processes and /tmp, the system read-only, secrets of the home "
                f"hidden, only the throw-away copy writable; {self._bound()}"
            )
        return (
            f"process group with limits on time, memory, output and processes; {self._bound()}; the network "
            f"and the user's files are NOT cut off ({self.why})"
        )

    def _bound(self) -> str:
        if self.groups is not None:
            return f"processes bounded by the kernel (control group, version {self.groups.version})"
        if self.own_count:
            return "processes bounded by the kernel (own user namespace)"
        return f"processes counted, but not bounded by the kernel ({self.unbounded})"

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
        async with _grouped(self.groups, limits.tasks) as group:
            argv = self._argv(argv, place, limits)
            spawning = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    *(group.joined(argv) if group else argv),
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
                await asyncio.shield(closed(child))
                raise
            child = Child(process, limits, place, self.level, group)
            watcher = asyncio.create_task(watch(child))
            try:
                yield child
            finally:
                watcher.cancel()
                child.kill()
                await asyncio.shield(closed(child))

    def _argv(self, argv: Sequence[str], place: Place, limits: Limits) -> list[str]:
        tasks = limits.tasks if self.own_count else None
        inner = limited_argv(
            argv, cpu=limits.cpu, memory=limits.memory, file_size=limits.file_size, tasks=tasks
        )
        if self.level == "bubblewrap":
            return [*bubblewrap_argv(self.program, place), *inner]
        return [sys.executable, "-I", "-S", str(_LEASH), *inner]


def probe() -> Sandbox:
    """The strongest level that works here, and the strongest bound on processes, found by trying them."""
    sandbox = _probe_level()
    why = "there is no control group for them here"
    for groups in cgroup.places():
        if (problem := _problem_with(groups)) is None:
            return replace(sandbox, groups=groups)
        why = f"control groups do not work here: {problem}"
    own_count = sandbox.level == "bubblewrap" and _counts_by_namespace(sandbox.program)
    return replace(sandbox, own_count=own_count, unbounded=why)


def _probe_level() -> Sandbox:
    program = shutil.which("bwrap")
    if program is None:
        return Sandbox("process group", why="bubblewrap is not installed")
    place = Place(root=Path("/"), shadow=Path("/"))
    check = 'test "$(grep -c : /proc/net/dev)" = 1 && test "$$" -lt 9 && ! touch /quintet-probe 2>/dev/null'
    try:
        done = _tried([*bubblewrap_argv(program, place), "/bin/sh", "-c", check])
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Sandbox("process group", why=f"bubblewrap does not work here: {problem}")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it does not isolate"]
        return Sandbox("process group", why=f"bubblewrap does not work here: {lines[-1]}")
    return Sandbox("bubblewrap", program=program)


def _problem_with(groups: cgroup.Groups) -> str | None:
    """Why groups made there bound nothing, in words; None if they do."""
    groups.sweep()
    try:
        group = groups.make(1)
        try:
            done = _tried(group.joined([sys.executable, "-I", "-S", "-c", _FORKS]))
            lines = done.stderr.strip().splitlines() or ["they bound nothing"]
            return None if group.refused() else lines[-1].rpartition(": ")[2]
        finally:
            group.remove()
    except OSError as problem:
        return problem.strerror or str(problem)
    except subprocess.TimeoutExpired as problem:
        return str(problem)


def _counts_by_namespace(program: str) -> bool:
    """Whether bubblewrap makes a user namespace whose processes the kernel counts apart (since Linux 5.14).

    Else the limit would count all that the user runs. It never binds root.
    """
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if os.getuid() == 0 or release is None or (int(release[1]), int(release[2])) < (5, 14):
        return False
    place = Place(Path("/"), Path("/"), visible=(Path(sys.prefix), Path(sys.base_prefix)))
    try:
        outside = str(Path("/proc/self/ns/user").readlink())
        done = _tried([*bubblewrap_argv(program, place), sys.executable, "-I", "-S", "-c", _FORKS_LIMITED])
    except (OSError, subprocess.TimeoutExpired):
        return False
    inside, _, born = done.stdout.strip().partition(" ")
    return inside not in {"", outside} and born in {"1", "2", "3", "4"}


def _tried(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
    )


@asynccontextmanager
async def _grouped(groups: cgroup.Groups | None, most: int) -> AsyncIterator[cgroup.Group | None]:
    """A control group for as long as the block lasts; None where none can be made (any more)."""
    group = None
    if groups is not None:
        with contextlib.suppress(OSError):
            group = groups.make(most)
    try:
        yield group
    finally:
        if group is not None:
            await asyncio.shield(_removed(group))


async def _removed(group: cgroup.Group) -> None:
    """Remove a group whose last process may still be on its way out; what stays is swept by a later probe."""
    for _ in range(50):
        if group.remove():
            return
        await asyncio.sleep(0.02)


def _stopped_by_signal(code: int | None, limits: Limits) -> str | None:
    if code in {-24, 128 + 24}:
        return f"used more than {limits.cpu:g} s of processor time"
    if code in {-25, 128 + 25}:
        return f"wrote a file larger than {size_in_words(limits.file_size)}"
    return None
