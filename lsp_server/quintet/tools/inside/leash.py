"""Runs a command and ends everything that came of it, where there is no process space to do that.

Run under our own Python as `leash.py COMMAND ARG...`. It takes orphans in (PR_SET_CHILD_SUBREAPER), so that a
daemon that left its session is still found; when the command ends, the leash is told to (SIGTERM), or the
parent dies, all of them are killed before it leaves with the command's exit code.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class _ToldToEnd(BaseException):
    """SIGTERM came."""


def main() -> int:
    """Run the command in its own session; returns its exit code, 128 + n for signal n."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    parent = os.getppid()
    signal.signal(signal.SIGTERM, _end)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    child = 0
    try:
        if os.getppid() != parent:
            return 143
        child = os.fork()
        if child == 0:
            _become(sys.argv[1:])
        return _code(os.waitpid(child, 0)[1])
    except _ToldToEnd:
        return 143
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end_all(child)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _ToldToEnd


def _become(argv: list[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores the last two
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - that is what it is for
    except OSError as problem:
        os.write(2, f"{argv[0]}: {problem.strerror}\n".encode())
    os._exit(127)


def _end_all(group: int) -> None:
    """Kill the group at one stroke, then whatever left it, until nothing of us is left."""
    while True:
        if group:
            _kill(-group)
        for process in _descendants(os.getpid()):
            _kill(process)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _descendants(pid: int) -> list[int]:
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123 - light start
            found = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return found + [below for process in found for below in _descendants(process)]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _code(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


if __name__ == "__main__":
    sys.exit(main())
