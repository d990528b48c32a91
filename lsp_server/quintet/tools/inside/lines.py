"""Which lines of the workspace run, by the interpreter's own tracing: no coverage package is needed.

Runs under the user's Python inside the sandbox.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from .record import inside

if TYPE_CHECKING:
    from types import CodeType, FrameType


class Lines:
    """Collects executed lines while it is entered.

    `take` returns, for each file, `[line, when, depth]`: a counter that grows with time, of the line's last
    execution, and how many of the user's functions were on the stack then.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.clock = 0
        self.depth = 0
        self.executed: dict[str, dict[int, tuple[int, int]]] = {}
        self._files: dict[CodeType, str | None] = {}

    def __enter__(self) -> None:
        self.depth = 0
        threading.settrace(self._call)
        sys.settrace(self._call)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def take(self) -> dict[str, list[list[int]]]:
        """What was collected since the last time."""
        executed, self.executed = self.executed, {}
        return {path: [[line, *seen] for line, seen in lines.items()] for path, lines in executed.items()}

    def _call(self, frame: FrameType, event: str, _argument: Any) -> Any:
        code = frame.f_code
        if code not in self._files:
            self._files[code] = inside(code.co_filename, self.root)
        path = self._files[code]
        if event != "call" or path is None:
            return None
        self.depth += 1
        seen = self.executed.setdefault(path, {})

        def local(frame: FrameType, event: str, _argument: Any) -> Any:
            if event == "line":
                self.clock += 1
                seen[frame.f_lineno] = (self.clock, self.depth)
            elif event == "return":
                self.depth -= 1
            return local

        return local
