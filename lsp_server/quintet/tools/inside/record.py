"""What a test run says, as JSON lines: shared by the pytest and the unittest recorders.

Runs under the user's Python inside the sandbox; knows nothing of what is done with the lines.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    Emit = Callable[[dict[str, Any]], None]
    Place = tuple[str, int, str]

_MESSAGE = 600
_DETAIL = 6000
_FRAMES = 40


class TestTooSlowError(BaseException):
    """A test did not finish in its time; no `except Exception` of the code under test may catch it."""

    __test__ = False


class Alarm:
    """Ends a test from within after `seconds`, which leaves a traceback that shows the endless loop.

    It rings again every second, for code that catches everything; off where `seconds` is 0 or there is no
    SIGALRM.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds if hasattr(signal, "SIGALRM") else 0.0
        self._before: Any = None

    def __enter__(self) -> None:
        if self.seconds:
            self._before = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self.seconds, 1.0)

    def __exit__(self, *_: object) -> None:
        if self.seconds:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        raise TestTooSlowError(f"did not finish within {self.seconds:g} s")


def emitter(descriptor: int) -> Emit:
    """Write each record to an open file at once, so that nothing is lost when the run is killed."""

    def emit(record: dict[str, Any]) -> None:
        data = (json.dumps(record, default=str) + "\n").encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(descriptor, data) :]

    return emit


def message_of(error: BaseException) -> str:
    """`Type: text`, as the last line of a traceback has it, capped."""
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    if isinstance(error, SyntaxError):  # where it is comes last, what it is too
        text = f"{type(error).__name__}: {error}"
    return capped(text, _MESSAGE)


def detail_of(text: str) -> str:
    """The runner's own text, its middle cut out where it is long."""
    return capped(text, _DETAIL)


def capped(text: str, size: int) -> str:
    """At most `size` characters: the beginning and the end."""
    if len(text) <= size:
        return text
    return text[: size // 2] + "\n[...]\n" + text[-size // 2 :]


def frames_of(error: BaseException | None, tb: TracebackType | None, root: str) -> list[Place]:
    """Lines of the workspace on the traceback, innermost last: a syntax error's own place is."""
    found = []
    while tb is not None:
        code = tb.tb_frame.f_code
        path = inside(code.co_filename, root)
        if path:
            found.append((path, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        path = inside(error.filename, root)
        if path:
            found.append((path, error.lineno, ""))
    return found[:5] + found[5:][-_FRAMES:]


def inside(filename: str, root: str) -> str | None:
    """The path relative to the workspace, or None for what is not the user's code."""
    if filename.startswith("<"):  # made from a string, or frozen into the interpreter
        return None
    path = os.path.abspath(filename)  # noqa: PTH100 - links are not followed: the run sees them as they are
    if not path.startswith(root + os.sep):
        return None
    relative = path[len(root) + 1 :].replace(os.sep, "/")
    foreign = ("site-packages/", "node_modules/", "/lib/python")
    return None if any(part in relative for part in foreign) else relative


def imported(root: str) -> dict[str, list[str]]:
    """What this process imported: `modules` from outside the workspace, `files` of the workspace itself."""
    modules, files = [], []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if not path or name.startswith(("quintet_inside", "__")):
            continue
        own = inside(path, root)
        if own is None:
            modules.append(name)
        elif own.endswith(".py"):
            files.append(own)
    return {"modules": modules, "files": files}
