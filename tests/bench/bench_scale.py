"""What a made-up workspace of very many files costs: answers while it is indexed, memory, time, and how they grow.

    python tests/bench/bench_scale.py --files 100000 [--keep FOLDER]

Starts the real server over stdio, types and asks at a steady pace, and does the same with a tenth of the files
first. A request is not sent again while its last one is under way: how long that takes counts, and how often it
was not sent is said. An index is complete when the progress that the editor is shown ends; one that is too
quick for a progress, with the last write after which the store says that nothing is left to do. Linux only.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run by its path, it finds those beside it

from bench.scale_editor import Asked, Editor
from bench.scale_processes import Memory, Watched
from bench.workspace_maker import make

_PACE = 0.5
"""Seconds from one character typed, and what is asked then, to the next."""
_LIMIT = 6 * 3600.0
_QUIET = 3.0
"""Seconds without a progress and without a further write after which an index is taken for complete."""
_REST = 30.0
"""Seconds after which an index is at rest: its parsers go after ten."""
_IDLE_ROUNDS = 60
_TYPED_IN = 15_000
"""Characters at least of the file that is typed in."""
_QUERIES = ("order", "getUser", "load", "pending_job", "OpenAcc", "resolve", "tree", "mergeLine")
_NOTHING = "nothing"
_PEAK, _AFTER = 1_500_000_000, 600_000_000


@dataclass(slots=True)
class Figures:
    """What was measured of one workspace: seconds and bytes; `times` by request, `idle` once it was indexed."""

    files: int
    size: int
    wall: float = 0.0
    cpu: float = 0.0
    first: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    idle: dict[str, list[float]] = field(default_factory=dict)
    peak: Memory | None = None
    peaks: dict[str, int] = field(default_factory=dict)
    after: Memory | None = None
    store: int = 0
    warm_wall: float = 0.0
    warm_cpu: float = 0.0
    outside: float = 0.0


def main() -> None:
    """Make the workspaces, measure them, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where workspaces are made, and found again")
    parser.add_argument("--alone", action="store_true", help="without a tenth of the files first")
    arguments = parser.parse_args()
    sizes = [arguments.files] if arguments.alone else [arguments.files // 10, arguments.files]
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as scratch:
        found = []
        for files in sizes:
            root, size = _workspace(arguments.keep or Path(scratch), files, arguments.seed)
            found.append(measure(root, Path(scratch) / f"state-{files}", Figures(files, size)))
            show(found[-1])
    if len(found) > 1:
        _show_growth(*found)


def _workspace(folder: Path, files: int, seed: int) -> tuple[Path, int]:
    """A workspace of that many files, and its bytes; made unless it is there, by the same program."""
    home = folder.resolve() / f"{files}-{seed}-{_program()}"
    told = home / "made.json"
    if not told.is_file():
        began = time.perf_counter()
        size = make(home / "workspace", files, seed)
        told.write_text(json.dumps(size))
        Console().print(f"{files:,} files made in {time.perf_counter() - began:.0f} s")
    return home / "workspace", json.loads(told.read_text())


def _program() -> str:
    """What the texts come from, in a few characters."""
    here = Path(__file__).parent
    made_by = [*here.glob("workspace_*.py"), *here.glob("workspace_fragments/*.txt")]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in sorted(made_by)), digest_size=4).hexdigest()


# --- measuring ----------------------------------------------------------------------------------------


def measure(root: Path, state: Path, found: Figures) -> Figures:
    """Index a folder from nothing while somebody types in it, start again, and change a file outside."""
    sources = (path for path in sorted(root.glob("python/*/*/*/*.py")) if path.name != "__init__.py")
    typed_in = next(path for path in sources if _imports(text := path.read_text()) and len(text) > _TYPED_IN)
    with _served(root, state) as (editor, watched):
        store = _Store(state)
        typist = _Typist(editor, typed_in)
        found.wall = _until(store, editor, typist.round)
        found.cpu, found.times, found.missed = watched.cpu(), typist.taken(), dict(typist.missed)
        found.first = typist.first
        found.peak = watched.peak()
        found.peaks = {role: watched.peak_of(role) for role in ("server", "indexer", "parsers", "others")}
        for _ in range(_IDLE_ROUNDS):
            typist.round()
            time.sleep(_PACE)
        found.idle = typist.taken()
        time.sleep(_REST)
        found.after = watched.latest(5)
        found.store = sum(file.stat().st_size for file in (state / "quintet").rglob("*") if file.is_file())
    with _served(root, state) as (editor, watched):
        found.warm_wall = _until(_Store(state), editor, lambda: None)
        found.warm_cpu = watched.cpu()
        found.outside = _noticed(editor, root)
    return found


@contextmanager
def _served(root: Path, state: Path) -> Iterator[tuple[Editor, Watched]]:
    """A server with a cache of its own, that knows no user's settings."""
    homes = dict.fromkeys(("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), str(state))
    editor = Editor(root, {**os.environ, **homes, "PYTHONPATH": os.pathsep.join(sys.path)})
    watched = Watched(editor.process.pid)
    watched.start()
    try:
        yield editor, watched
        editor.close()
    finally:
        watched.stop()
        editor.process.kill()


def _until(store: "_Store", editor: Editor, round_of: Callable[[], None]) -> float:
    """Seconds from `initialized` to a complete index; a round is done at every pace meanwhile."""
    due = time.monotonic()
    while (now := time.monotonic()) < editor.initialized + _LIMIT:
        if now >= due:
            round_of()
            due += _PACE
        if ended := editor.first_ended():
            return ended - editor.initialized
        done = store.done()
        if done and now - done > _QUIET and not editor.progress:
            return done - editor.initialized
        time.sleep(0.02)
    raise TimeoutError("the index does not become complete")


class _Store:
    """When the indexer last wrote that all is done, as far as one can see from outside."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._open: sqlite3.Connection | None = None
        self._version = -1
        self._done: float | None = None

    def done(self) -> float | None:
        """The time of the last write after which nothing was left to do."""
        try:
            self._look()
        except sqlite3.OperationalError:  # it is being made
            self._open = None
        return self._done

    def _look(self) -> None:
        if self._open is None:
            (path,) = [*self._state.glob("quintet/index/*/index-*.db"), None][:1]
            if path is None:
                return
            self._open = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
            (self._version,) = self._open.execute("PRAGMA data_version").fetchone()
        (version,) = self._open.execute("PRAGMA data_version").fetchone()
        weighed = self._open.execute("SELECT 1 FROM meta WHERE (key, value) = ('weighed', 'yes')").fetchone()
        if version != self._version and weighed:
            self._done = time.monotonic()
        self._version = version


class _Typist:
    """Somebody who types in one file, and whose editor asks what editors ask."""

    def __init__(self, editor: Editor, path: Path) -> None:
        self.times: dict[str, list[float]] = {}
        self.missed: dict[str, int] = {}
        self.first = 0.0
        self._editor = editor
        self._uri = path.as_uri()
        self._lines = path.read_text().splitlines()
        self._version = 1
        self._asked: dict[str, Asked] = {}
        item = {"uri": self._uri, "languageId": "python", "version": 1, "text": "\n".join(self._lines)}
        editor.tell("textDocument/didOpen", {"textDocument": item})

    def round(self) -> None:
        """Type a character, or take it back, and ask."""
        self._type()
        here = {"textDocument": {"uri": self._uri}}
        line = next(number for number, text in enumerate(self._lines) if _imports(text))
        at = {"line": line, "character": self._lines[line].index(" import ") + 9}
        self._ask(_NOTHING, "textDocument/documentSymbol", {"textDocument": {"uri": f"{self._uri}.none"}})
        self._ask("documentSymbol", "textDocument/documentSymbol", here)
        self._ask("definition", "textDocument/definition", {**here, "position": at})
        self._ask("workspace/symbol", "workspace/symbol", {"query": _QUERIES[self._version % len(_QUERIES)]})

    def taken(self) -> dict[str, list[float]]:
        """The times since the last call; what is still under way has taken as long as it has by now."""
        for name, asked in self._asked.items():
            self.times.setdefault(name, []).append(asked.seconds or time.monotonic() - asked.began)
        self._asked.clear()
        times, self.times = self.times, {}
        return times

    def _type(self) -> None:
        """At the end of the first function's name."""
        line = next(number for number, text in enumerate(self._lines) if text.startswith("def "))
        end = self._lines[line].index("(")
        there, behind = {"line": line, "character": end}, {"line": line, "character": end + 1}
        self._version += 1
        start, text = (there, "x") if self._version % 2 == 0 else (there, "")
        change = {"range": {"start": start, "end": there if text else behind}, "text": text}
        about = {"uri": self._uri, "version": self._version}
        self._editor.tell("textDocument/didChange", {"textDocument": about, "contentChanges": [change]})

    def _ask(self, name: str, method: str, params: object) -> None:
        last = self._asked.get(name)
        if last is not None and last.seconds is None:
            self.missed[name] = self.missed.get(name, 0) + 1
            return
        if last is not None:
            self.times.setdefault(name, []).append(last.seconds or 0.0)
            if name == "workspace/symbol" and last.wait() and not self.first:
                self.first = last.began + (last.seconds or 0.0) - self._editor.initialized
        self._asked[name] = self._editor.ask(method, params)


def _imports(text: str) -> bool:
    """Whether a text imports from the workspace."""
    return any(line.startswith("from ") and "." in line.split()[1] for line in text.splitlines())


def _noticed(editor: Editor, root: Path) -> float:
    """Seconds until a name that came into a file by another program is found."""
    path = max(root.glob("python/*/*/*/*.py"))
    name = f"appeared_at_{time.time_ns()}"
    text = path.read_text()
    path.write_text(f"{text}\n\ndef {name}():\n    pass\n")
    began = time.monotonic()
    try:
        while time.monotonic() < began + 600:
            if any(
                each["name"] == name for each in editor.ask("workspace/symbol", {"query": name}).wait() or ()
            ):
                return time.monotonic() - began
            time.sleep(0.05)
    finally:
        path.write_text(text)
    raise TimeoutError("a change outside the editor is not noticed")


# --- printing -----------------------------------------------------------------------------------------


def show(it: Figures) -> None:
    """Print everything about one workspace."""
    console = Console()
    assert it.peak
    assert it.after
    table = Table(
        "", "median ms", "99 % ms", "longest ms", "not sent", "median ms at rest", "99 % ms at rest"
    )
    table.title = f"{it.files:,} files, {it.size / 1e6:,.0f} MB: answers while it is indexed"
    for name, times in it.times.items():
        rest = it.idle.get(name, [0.0])
        cells = (*_spread(times), _milli(max(times)), f"{it.missed.get(name, 0):,}", *_spread(rest))
        table.add_row(name, *cells)
    console.print(table)
    table = Table("", "", "limit", title=f"{it.files:,} files")
    roles = ", ".join(f"{role} {_mega(size)}" for role, size in it.peaks.items() if size)
    for row in (
        ("first symbol of the workspace found, s", f"{it.first:.1f}" if it.first else "none meanwhile", ""),
        ("complete, s on the clock", f"{it.wall:,.1f}", ""),
        ("complete, s of processors", f"{it.cpu:,.1f}", ""),
        ("processor ms a file", f"{1e3 * it.cpu / it.files:.1f}", ""),
        ("peak of all processes, MB resident", _mega(it.peak.total_rss), _mega(_PEAK)),
        ("… shared pages counted once, MB", _mega(it.peak.total_pss), ""),
        ("… each at its own peak, MB", roles, ""),
        (f"{_REST:.0f} s afterwards, MB resident", _mega(it.after.total_rss), _mega(_AFTER)),
        ("… shared pages counted once, MB", _mega(it.after.total_pss), ""),
        ("the store, MB", _mega(it.store), ""),
        ("… bytes a file", f"{it.store / it.files:,.0f}", ""),
        ("started again, s on the clock", f"{it.warm_wall:.1f}", ""),
        ("started again, s of processors", f"{it.warm_cpu:.1f} ({it.warm_cpu / it.cpu:.1%})", "10 %"),
        ("a change outside found, s", f"{it.outside:.2f}", ""),
    ):
        table.add_row(*row)
    console.print(table)


def _show_growth(small: Figures, large: Figures) -> None:
    """How much more a file costs in the larger workspace."""
    table = Table("a file costs", f"of {small.files:,}", f"of {large.files:,}", "ratio (linear: 1)")
    costs: dict[str, Callable[[Figures], float]] = {
        "processor ms": lambda it: 1e3 * it.cpu / it.files,
        "ms on the clock": lambda it: 1e3 * it.wall / it.files,
        "bytes of store": lambda it: it.store / it.files,
        "processor ms of a warm start": lambda it: 1e3 * it.warm_cpu / it.files,
    }
    for name, cost in costs.items():
        before, now = cost(small), cost(large)
        table.add_row(name, f"{before:,.2f}", f"{now:,.2f}", f"{now / before:.2f}")
    for name in large.times:
        before, now = (statistics.median(it.idle[name]) for it in (small, large))
        table.add_row(f"{name} at rest, median ms", _milli(before), _milli(now), f"{now / before:.2f}")
    Console().print(table)


def _spread(times: Sequence[float]) -> tuple[str, str]:
    ordered = sorted(times)
    return _milli(statistics.median(ordered)), _milli(ordered[int(0.99 * len(ordered))])


def _milli(seconds: float) -> str:
    return f"{1e3 * seconds:,.1f}"


def _mega(size: int) -> str:
    return f"{size / 1e6:,.0f}"


if __name__ == "__main__":
    main()
