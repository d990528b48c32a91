"""Runs pytest and records what every test did, by hooks instead of by reading its output.

Runs under the user's Python inside the sandbox, with whatever pytest (6 or later) is there.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.assertion import rewrite as assertion_rewrite

from .lines import Lines
from .record import Alarm, TestTooSlowError, detail_of, frames_of, imported, inside, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from .record import Emit

    Wait = Callable[[Any], tuple[Emit, dict[str, Any]]]

_OUTCOMES = {"passed": "passed", "failed": "failed", "skipped": "skipped"}


def run(args: Sequence[str], emit: Emit, options: dict[str, Any], wait: Wait | None = None) -> int:
    """Run pytest with the user's arguments; returns its exit code.

    `options`: root (absolute path of the workspace), seconds (a test's time, 0: no limit), select (run only
    these `file::name` instead of the files in `args`), trace (record the executed lines of each test),
    modules (tell what was imported). `wait` is called when pytest is ready to collect and returns what this
    process, a fork by then, is to do: where to emit and with which options.
    """
    recorder = Recorder(emit, options, wait)
    return int(pytest.main([*args, *_aside(args)], plugins=[recorder]))


class Recorder:
    """A pytest plugin: one record when a test starts, one when it ended."""

    def __init__(self, emit: Emit, options: dict[str, Any], wait: Wait | None = None) -> None:
        self.wait = wait
        self.take(emit, options)

    def take(self, emit: Emit, options: dict[str, Any]) -> None:
        """From now on, do this."""
        self.emit = emit
        self.root: str = options["root"]
        self.seconds: float = options.get("seconds", 0.0)
        self.select: list[str] = options.get("select") or []
        self.lines: Lines | None = Lines(self.root) if options.get("trace") else None
        self.modules: bool = options.get("modules", False)

    def pytest_configure(self, config: Any) -> None:
        """Take back options that would keep us from seeing all tests."""
        config.option.maxfail = 0
        for name in ("numprocesses", "tx"):  # pytest-xdist: its workers would be out of our sight
            if getattr(config.option, name, None):
                setattr(config.option, name, None if name == "numprocesses" else [])
                config.option.dist = "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: Any) -> None:
        """Everything is set up, nothing of the workspace is imported but conftest.py: the place to fork."""
        config = session.config
        if self.wait is not None:
            self.take(*self.wait(config))
            _capture_anew(config)
            config.option.tbstyle = (
                "native"  # nobody reads a candidate's traceback; the other styles are slow
            )
        if self.select:
            config.args[:] = [f"{self.root}/{name}" for name in self.select]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, Any, None]:
        """Announce the test and bound its time."""
        self.emit({"start": item.nodeid})
        yield
        if self.lines is not None:
            self.emit({"lines": item.nodeid, "executed": self.lines.take()})

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, None]:
        """Fixtures run the user's code too."""
        with Alarm(self.seconds), self.lines or nullcontext():
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, None]:
        """The test itself: bounded, and traced if asked."""
        with Alarm(self.seconds), self.lines or nullcontext():
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, None]:
        """And so does what cleans up."""
        with Alarm(self.seconds):
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        """Record how a phase ended, while the exception is still at hand."""
        outcome = yield
        report = outcome.get_result()
        how = self._outcome(report)
        if how is None:
            return
        record: dict[str, Any] = {"test": item.nodeid, "outcome": how, "seconds": call.duration}
        record["file"] = inside(str(getattr(item, "path", None) or item.fspath), self.root)
        if how in {"failed", "error"}:
            record.update(self._failure(call.excinfo, report))
        self.emit(record)

    def _outcome(self, report: Any) -> str | None:
        """What the phase adds to what is known of the test; None where it adds nothing."""
        how = _OUTCOMES[report.outcome]
        if report.when != "call":
            how = {"failed": "error", "skipped": "skipped"}.get(how, "")
        elif hasattr(report, "wasxfail"):
            how = "xfailed" if how == "skipped" else how
        return how or None

    def _failure(self, excinfo: Any, report: Any) -> dict[str, Any]:
        """Why: the crash line as pytest words it (it knows the values compared), its text, our frames."""
        detail = detail_of(report.longreprtext)
        if excinfo is None:  # a strict xfail that passed
            return {"message": detail.splitlines()[0] if detail else "failed", "detail": detail, "frames": []}
        error = excinfo.value
        while isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
            error = error.__cause__
        message = str(error) if isinstance(error, TestTooSlowError) else message_of(error)
        return {
            "message": message,
            "detail": detail,
            "frames": frames_of(error, error.__traceback__, self.root),
        }

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, None]:
        """A file that cannot be imported is a failure of its own, under the file's id."""
        with Alarm(self.seconds if isinstance(collector, pytest.Module) else 0.0):
            outcome = yield
        report = outcome.get_result()
        if report.outcome == "failed":
            call = getattr(report, "call", None)
            record = {"test": report.nodeid or "collection", "outcome": "error", "seconds": 0.0}
            record["file"] = inside(str(getattr(collector, "path", None) or collector.fspath), self.root)
            record.update(self._failure(call.excinfo if call else None, report))
            self.emit(record)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The last record: without it, the run did not come to its end."""
        self.emit(dict(imported(self.root) if self.modules else {}, end=int(exitstatus)))


def _aside(args: Sequence[str]) -> list[str]:
    """Options that keep plugins out of the way.

    pytest's cache would be left in the copy; it is moved, not switched off, for its options may be in use.
    pytest-cov makes tests slow and may fail a run for its percentage.
    """
    off = {word.rpartition("no:")[2] for word in args if word.startswith(("no:", "-pno:"))}
    options = [] if "cacheprovider" in off else ["-o", f"cache_dir={tempfile.gettempdir()}/pytest-cache"]
    installed = importlib.util.find_spec("pytest_cov") and not os.environ.get(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    )
    return [*options, "--no-cov"] if installed and not off & {"cov", "pytest_cov"} else options


def _capture_anew(config: Any) -> None:
    """Give this fork files of its own to capture into: those it was born with are its siblings' too."""
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.stop_global_capturing()
        capture.start_global_capturing()
        capture.suspend_global_capture()


def rewrite_ahead(config: Any, paths: Iterable[str]) -> int:
    """Rewrite the assertions of test files once, for all forks; returns how many could be.

    pytest keeps them in bytecode files, which we never write, and does the work again in every fork. It has
    no interface for this; where the function is not as expected, the forks do it themselves.
    """
    rewrite = getattr(assertion_rewrite, "_rewrite_test", None)
    if rewrite is None:
        return 0
    known: dict[tuple[str, bytes], Any] = {}

    def cached(path: Any, config: Any) -> Any:
        key = (str(path), Path(path).read_bytes())
        if key not in known:
            known[key] = rewrite(path, config)
        return known[key]

    setattr(assertion_rewrite, "_rewrite_test", cached)  # noqa: B010 - a private name, on purpose
    for path in paths:
        with suppress(Exception):
            cached(Path(path), config)
    return len(known)
