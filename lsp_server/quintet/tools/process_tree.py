"""A process and everything that came of it, read from /proc.

Knows nothing of sandboxes or limits; Linux only, and a process that goes while it is read is no error.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def usage(pid: int, *, at_most: int) -> tuple[int, int]:
    """How many processes hang below `pid` (itself included) and the bytes of private memory they hold.

    Counting stops just above `at_most`: a fork bomb must not be counted to its end.
    """
    count = memory = 0
    for process in descendants(pid):
        count += 1
        memory += _private(process)
        if count > at_most:
            break
    return count, memory


def descendants(pid: int) -> Iterator[int]:
    """`pid`, then its descendants, parents before their children."""
    waiting = [pid]
    while waiting:
        process = waiting.pop(0)
        yield process
        waiting += children(process)


def children(pid: int) -> list[int]:
    """The direct children of all threads of `pid`."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text("ascii").split())
    except (OSError, ValueError):
        return found
    return found


def kill(pid: int, *, leashed: bool) -> None:
    """End `pid`, which leads a process group, and all that hangs below it.

    bubblewrap's only child is the init of a process space: the kernel ends the whole space with it, and
    bubblewrap then ends by itself, which tells us that nothing is left. A leash does the same when asked.
    """
    if leashed:
        send(pid, signal.SIGTERM)
        return
    below = children(pid)
    for process in below:
        send(process, signal.SIGKILL)
    if not below:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # with a child that came between the look and the signal


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _private(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return max(0, int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0
