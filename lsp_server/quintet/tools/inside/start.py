"""The program run inside the sandbox: one whole test run, or a judge that stays.

Runs under the user's Python; its only argument is a JSON object.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .record import emitter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .record import Emit


def main() -> None:
    """Do what the argument says: {"do": "run" | "judge", "runner", "args", "report", "module", "options"}."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    prepare(order)
    if order["do"] == "judge":
        worker = importlib.import_module("quintet_inside.worker")
        worker.serve(order)
        return
    descriptor = os.open(order["report"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.exit(run(order["runner"], order["args"], emitter(descriptor), order["options"]))


def prepare(order: dict[str, Any]) -> None:
    """Make `sys` look as if the user's command had been started directly."""
    if (Path(sys.path[0]) / "quintet_inside").is_dir():
        del sys.path[0]
    if order["module"]:  # `python -m` puts the working directory first, the bare `pytest` does not
        sys.path.insert(0, str(Path.cwd()))
    sys.argv[:] = [order["runner"], *order["args"]]
    sys.dont_write_bytecode = True


def run(runner: str, args: Sequence[str], emit: Emit, options: dict[str, Any]) -> int:
    """One run of pytest or unittest in this process; returns its exit code."""
    module = importlib.import_module("quintet_inside.record_" + runner)
    return int(module.run(args, emit, options))
