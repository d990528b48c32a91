"""The warm judge: gets everything ready once, then forks for every candidate.

Runs under the user's Python inside the sandbox. Orders come as JSON lines on stdin, answers leave on stdout;
what tests print goes elsewhere. It writes no file of the workspace: the candidate is in the copy already when
the order comes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import inspect
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from . import sources, start
from .record import capped, emitter, imported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .record import Emit

    Order = dict[str, Any]

_PR_SET_CHILD_SUBREAPER = 36
_OUTPUT_KEPT = 4000
_PAUSE = 0.05


def serve(order: Order) -> None:
    """Answer orders until stdin ends; `order` says how tests are run.

    With pytest, the fork happens as late as can be: configured, plugins loaded, about to collect. That is
    only right while nothing of the workspace but conftest.py is imported by then; else each fork starts over.
    """
    desk = Desk(order)
    wish = desk.next()
    if wish is None:
        return
    _warm(order, wish)
    late = order["runner"] == "pytest" and order["late"] and _fork(lambda: _looks_late(order)) == 0
    desk.answer({"late": late})
    if late:
        _serve_late(desk, wish["tests"])
    while (candidate := desk.candidate()) is not None:
        _run_and_leave(order, *candidate)


class Desk:
    """Where orders come in and answers go out, in the one process that stays."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.orders: BinaryIO = os.fdopen(os.dup(0), "rb")
        self.answers: BinaryIO = os.fdopen(os.dup(1), "wb")
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # what anybody prints must not look like an answer
            os.dup2(null, descriptor)
        with contextlib.suppress(OSError, AttributeError):  # strays are handed to us, and so found
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def next(self) -> Order | None:
        """The next order; None when there will be no more."""
        line = self.orders.readline()
        return json.loads(line) if line else None

    def answer(self, answer: dict[str, Any]) -> None:
        """Send one answer."""
        self.answers.write(json.dumps(answer).encode("utf-8", "backslashreplace") + b"\n")
        self.answers.flush()

    def candidate(self) -> tuple[Emit, Order] | None:
        """Fork for every order: returns what to do in the forks, and None in the parent, at the end."""
        while True:
            wish = self.next()
            if wish is None:
                return None
            started = time.monotonic()
            report, report_end = os.pipe()
            printed, printed_end = os.pipe()
            scratch = tempfile.mkdtemp(prefix="candidate-")
            child = os.fork()
            if child == 0:
                self.orders.close()
                self.answers.close()
                _limit(wish, printed_end, scratch)
                options = {
                    "root": self.order["options"]["root"],
                    "select": wish["select"],
                    "trace": wish["trace"],
                }
                return emitter(report_end), dict(options, seconds=wish["test_seconds"])
            os.close(report_end)
            os.close(printed_end)
            answer: dict[str, Any] = {}
            try:
                answer = _listen(child, report, printed, wish)
            finally:
                answer["cpu"] = _end(child)
                os.close(report)
                os.close(printed)
                shutil.rmtree(scratch, ignore_errors=True)
            self.answer(dict(answer, seconds=time.monotonic() - started))


def _warm(order: Order, wish: Order) -> None:
    """Import what the first run imported from outside the workspace, and compile its sources once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("quintet_inside.record_" + order["runner"])
        for name in wish["modules"]:
            with contextlib.suppress(BaseException):
                importlib.import_module(name)
    root = order["options"]["root"]
    sources.remember(root)
    sources.compile_ahead(f"{root}/{path}" for path in wish["files"])
    inspect.getmodule(_warm.__code__)  # fills a table of all modules that every traceback asks for
    gc.collect()
    gc.freeze()  # the collector must not touch, and so copy, what parent and forks share


def _looks_late(order: Order) -> int:
    """In a fork: 0 if pytest gets ready to collect without importing what candidates change."""
    from .record_pytest import run  # noqa: PLC0415 - not with unittest

    root = order["options"]["root"]

    def wait(_config: Any) -> NoReturn:
        files = imported(root)["files"]
        os._exit(any(not path.endswith("conftest.py") for path in files))

    run(order["args"], lambda _record: None, order["options"], wait)
    return 1


def _serve_late(desk: Desk, tests: list[str]) -> NoReturn:
    """Serve from within pytest, at the moment before it collects."""
    from .record_pytest import rewrite_ahead, run  # noqa: PLC0415 - not with unittest

    root = desk.order["options"]["root"]

    def wait(config: Any) -> tuple[Emit, Order]:
        rewrite_ahead(config, [f"{root}/{path}" for path in tests])
        gc.collect()
        gc.freeze()
        candidate = desk.candidate()
        if candidate is None:
            os._exit(0)
        return candidate

    run(desk.order["args"], lambda _record: None, desk.order["options"], wait)
    os._exit(0)


def _run_and_leave(order: Order, emit: Emit, options: Order) -> NoReturn:
    """The rest of a fork's life."""
    code = 70
    try:
        code = start.run(order["runner"], order["args"], emit, options)
    except BaseException:  # noqa: BLE001 - told to whoever reads the output; the fork ends here
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _limit(wish: Order, printed: int, scratch: str) -> None:
    """Make this fork a candidate's: its own group, output, temporary folder and limits."""
    os.setpgid(0, 0)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = scratch
    tempfile.tempdir = None
    seconds = int(wish["seconds"]) + 2
    for kind, wanted in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_DATA, wish["memory"])):
        most = resource.getrlimit(kind)[1]
        bound = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (bound, bound))


def _listen(child: int, report: int, printed: int, wish: Order) -> dict[str, Any]:
    """Collect records and output until the fork's last record, its end, or a limit."""
    deadline = time.monotonic() + wish["seconds"]
    answer: dict[str, Any] = {"records": [], "output": "", "stopped": None}
    rest = b""
    output = bytearray()
    written = 0
    waiting = [report, printed]
    while waiting and not answer["stopped"]:  # a fork that dies may say why after its last record
        over = report not in waiting
        ready = select.select(waiting, [], [], 0 if over else _PAUSE)[0]
        if over and not ready:  # what it left running may hold the other pipe for ever
            break
        for descriptor in ready:
            data = os.read(descriptor, 1 << 16)
            if not data:
                waiting.remove(descriptor)
            elif descriptor == printed:
                written += len(data)
                output += data
                del output[:-_OUTPUT_KEPT]
            else:
                *lines, rest = (rest + data).split(b"\n")
                answer["records"] += map(json.loads, lines)
        if answer["records"] and "end" in answer["records"][-1]:
            break
        if written > wish["output"]:
            answer["stopped"] = f"wrote more than {wish['output']} bytes of output"
        elif time.monotonic() > deadline:
            answer["stopped"] = f"did not finish within {wish['seconds']:.3g} s"
        elif not ready and wish["cpu"] and _cpu(child) > wish["cpu"]:
            answer["stopped"] = f"did not finish within {wish['cpu']:.3g} s of processor time"
    answer["output"] = capped(output.decode("utf-8", "replace"), _OUTPUT_KEPT)
    return answer


def _cpu(process: int) -> float:
    """Seconds of processor time a process has used: unlike the clock, it does not run while others do."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _end(child: int) -> float:
    """Kill the fork's group and whatever left it, and reap them all; returns the fork's processor time."""
    cpu = 0.0
    for kill, process in ((os.killpg, child), (os.kill, child)):  # it may not have had the time for its group
        with contextlib.suppress(ProcessLookupError):
            kill(process, signal.SIGKILL)
    while True:
        for process in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        try:
            process, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return cpu
        if process == child:
            cpu = usage.ru_utime + usage.ru_stime


def _children() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split())


def _fork(work: Any) -> int:
    """Run `work` in a fork and return its exit code; -1 where it died otherwise."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
