"""Brings a store in step with a folder: walk, compare, have what changed described, write, and weigh.

One thread turns one queue of events; processes that parse and threads that listen put events in. Knows no
server: `keeper` and `once` are its users.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from quintet.indexing.crew import Crew, Described
from quintet.indexing.frames import Buffers, Command, Progress
from quintet.workspace import graph
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.document import digest
from quintet.workspace.index import still_read_so
from quintet.workspace.modules import Modules, is_config
from quintet.workspace.scan import Found, Scan, Skipped, decides, is_text, iterate, look, rules
from quintet.workspace.store import Known, Record, Store

_BATCH = 256
_FEW = 64
"""Changed files up to which each is looked at by itself."""
_LATEST = 0.5
"""Seconds a described file may wait to be written."""
_TELL = 0.2
_QUIET = 0.3
"""Seconds without a further change after which changes on disk are looked at, ..."""
_STORM = 5.0
"""... and the longest that is waited for such a pause."""
_IDLE = 10.0
_SELDOM = 50.0
_BUFFER = -1
"""`mtime_ns` of a text that came from an editor: the next walk does not take it for the disk's."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Event: something happened at these paths of the folder."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """Event: whoever we work for has gone."""


class Indexer:
    """The work on one folder and its store. `tell` is called with Progress, at most a few times a second."""

    def __init__(
        self,
        root: Path,
        store: Store,
        *,
        tell: Callable[[Progress], None] = lambda _: None,
        deny: Deny = BUILT_IN,
        parsers: int = 2,
        cache: Path | None = None,
    ) -> None:
        self.events: SimpleQueue[object] = SimpleQueue()
        self._root = root
        self._store = store
        self._tell = tell
        self._deny = deny
        self._crew = Crew(str(root), self.events, size=parsers)
        self._cache = str(cache) if cache else None
        self._known: dict[str, Known] = store.known()
        self._buffers: dict[str, str] = {}
        self._walk: Iterator[Scan] | None = None
        self._seen: set[str] = set()
        self._skipped: dict[str, str] = {}
        self._described: list[Record] = []
        self._oldest = 0.0
        self._changed: set[str] = set()
        self._first_change = self._last_change = 0.0
        self._told = 0.0
        self._total = 0
        self._complete = False
        self._settled = False
        self._paused = False
        self._rested = 0.0
        self._modules: Modules | None = None
        self._unlinked: set[str] = set()
        self._unweighed = store.meta("weighed") != "yes"
        self._next_weighing = 0.0

    # --- the loop -------------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until `Ended` or the command "stop" arrives."""
        self.rescan()
        while self.turn(stay=True):
            pass
        self.close()

    def run_once(self) -> None:
        """Bring the store in step with the folder as it is now, and return."""
        self.rescan()
        while not self._settled:
            self.turn(stay=False)
        self.close()

    def close(self) -> None:
        """Write what is at hand and end the parsers."""
        self._write()
        self._crew.close()

    def abandon(self) -> None:
        """End the parsers, whatever they were at."""
        self._crew.close()

    def turn(self, *, stay: bool) -> bool:
        """The events at hand, or a piece of work where there are none; False when it is time to end."""
        busy = self._walk is not None and not self._paused
        try:
            event = self.events.get(block=not busy, timeout=None if busy else self._wait(stay=stay))
        except Empty:
            event = None
            if self._walk is not None and not self._paused:
                self._step()
        while event is not None:
            if not self._take(event):
                return False
            full = len(self._described) >= _BATCH or self.events.empty()
            event = None if full else self.events.get()
        if self._paused:
            return True
        self._crew.check()
        self._look_at_changes()
        if self._described and (
            len(self._described) >= _BATCH or time.monotonic() - self._oldest > _LATEST or not self._crew.left
        ):
            self._write()
        self._finish()
        self._report()
        return True

    def _wait(self, *, stay: bool) -> float:
        if self._crew.left or self._described or not stay:
            return 0.1
        return _QUIET / 2 if self._changed else 1.0

    def _take(self, event: object) -> bool:
        match event:
            case Ended() | Command(word="stop"):
                return False
            case Command(word=word):
                self._obey(word)
            case Buffers(texts=texts):
                self._take_buffers(texts)
            case Changed():
                now = time.monotonic()
                self._first_change = self._first_change if self._changed else now
                self._last_change = now
                self._changed.update(event.paths)
            case Described():
                self._crew.notice(event)
                if not self._is_old(event.record):
                    self._describe(event.record)
            case _:
                self._crew.notice(event)
        return True

    def _obey(self, word: str) -> None:
        if word == "pause":
            self._paused = True
            self._crew.close()
            self._report(now=True)
        elif word in {"resume", "rescan"}:
            self._paused = False
            self.rescan()
        elif word == "rebuild":
            self._crew.close()
            self._described.clear()
            self._store.clear()
            self._known.clear()
            self._modules, self._unweighed, self._next_weighing = None, True, 0.0
            self._paused = False
            self.rescan()

    # --- the walk -------------------------------------------------------------------------------------

    def rescan(self) -> None:
        """Begin to compare the whole folder with the store."""
        self._crew.store = self._cache if self._known else None
        self._crew.clear()  # the walk will come upon them again
        self._walk = iterate(self._root, self._deny)
        self._seen, self._skipped = set(), {}
        self._changed.clear()
        self._complete = self._settled = False
        self._total = 0
        self._hand_in(self._buffers)

    def _step(self) -> None:
        """Take in one piece of the walk."""
        assert self._walk is not None  # noqa: S101 -- the caller looked
        part = next(self._walk, None)
        if part is None:
            self._walk = None
            gone = self._known.keys() - self._seen - self._buffers.keys()
            if gone:
                self._store.set_meta(weighed="")
                self._store.remove(gone)
                self._modules, self._unweighed = None, True
            here = self._seen | self._buffers.keys()
            self._known = {path: known for path, known in self._known.items() if path in here}
            self._store.set_skipped(self._skipped)
            return
        self._skipped |= {skip.path: skip.reason for skip in part.skipped}
        self._seen.update(found.path for found in part.files)
        self._compare(part.files)

    def _compare(self, files: Iterable[Found]) -> None:
        """Have those described that are not what the store knows."""
        new = [found for found in files if found.path not in self._buffers and self._differs(found)]
        self._total += len(new)
        self._crew.take(new)

    def _differs(self, found: Found) -> bool:
        known = self._known.get(found.path)
        if known is None or (known.size, known.mtime_ns) != (found.size, found.mtime_ns):
            return True
        return known.digest is not None and not still_read_so(found.path, known.maker)

    def _look_at_changes(self) -> None:
        """Once a storm of changes has passed: look at single files, or walk again."""
        now = time.monotonic()
        passed = now - self._last_change > _QUIET or now - self._first_change > _STORM
        if not self._changed or not passed or self._walk is not None or self._crew.left > _BATCH:
            return  # a walk would hand in again what waits
        changed, self._changed = self._changed, set()
        seen = [] if len(changed) > _FEW else [self._look(path) for path in changed]
        if not seen or None in seen:
            self.rescan()
            return
        found = [each for each in seen if isinstance(each, Found)]
        for each in seen:
            if each is not None and each.path not in self._known:
                self._store.set_left_out(each.path, each.reason if isinstance(each, Skipped) else "")
        if found:
            self._settled = False
            self._compare(found)

    def _look(self, path: str) -> Found | Skipped | None:
        """What a path is now; None where that is for a walk to say: a folder, a rule, a file that is gone."""
        if not path or rules(path) or not is_text(path):
            return None
        known = self._known.get(path)
        seen = look(self._root, path, self._deny)
        if decides(path) and not (known and isinstance(seen, Found)):
            return None
        if seen is None and known is None and not (self._root / path).is_dir() and not self._holds(path):
            return Skipped(path, "")  # it came and went
        return None if known is not None and isinstance(seen, Skipped) else seen

    def _holds(self, folder: str) -> bool:
        prefix = folder + "/"
        return any(path.startswith(prefix) for path in self._known)

    # --- what comes back ------------------------------------------------------------------------------

    def _take_buffers(self, texts: dict[str, str | None]) -> None:
        held = {path: text for path, text in texts.items() if text is not None}
        closed = texts.keys() - held.keys()
        self._buffers = {path: text for path, text in (self._buffers | held).items() if path not in closed}
        self._settled = False
        if not self._paused:
            self._hand_in(held)
        if closed:
            self.events.put(Changed(tuple(closed)))

    def _hand_in(self, texts: dict[str, str]) -> None:
        self._total += len(texts)
        self._crew.take((Found(path, 0, _BUFFER) for path in texts), texts)

    def _is_old(self, record: Record) -> bool:
        """Whether the editor has said something else since a file was handed in."""
        held = self._buffers.get(record.path)
        if held is None:
            new = record.path not in self._known
            return record.mtime_ns == _BUFFER or (new and not os.path.lexists(self._root / record.path))
        return record.mtime_ns != _BUFFER or record.digest not in {None, digest(held)}

    def _describe(self, record: Record) -> None:
        if not self._described:
            self._oldest = time.monotonic()
        self._described.append(record)
        if record.path not in self._known or is_config(record.path):
            self._modules = None  # what imports mean may be something else now
        self._known[record.path] = Known(
            record.size, record.mtime_ns, record.digest, record.maker, record.reason, record.kind
        )

    def _write(self) -> None:
        latest = {record.path: record for record in self._described}
        self._described.clear()
        lost = [each for each in latest.values() if self._is_lost(each)]
        if lost:  # another has swept what this one was to share
            self._crew.store = None
            for each in lost:
                self._known.pop(each.path, None)
            self._crew.take(Found(latest.pop(each.path).path, each.size, each.mtime_ns) for each in lost)
        if latest:
            if not self._unweighed:
                self._store.set_meta(weighed="")  # should we be killed
            self._store.put(latest.values())
            self._unlinked |= latest.keys()
            self._unweighed = True

    def _is_lost(self, record: Record) -> bool:
        known = record.digest is None or record.entry is not None
        return not known and not self._store.has(record.digest or "", record.maker)

    def _finish(self) -> None:
        """When nothing is left to do: weigh the files, and let the parsers go after a while."""
        if self._walk is not None or self._crew.left or self._described:
            self._rested = time.monotonic()
            return
        if not self._settled:
            if self._unweighed and time.monotonic() > self._next_weighing:
                self._weigh()
            elif self._unlinked:
                graph.relink(self._store, self._resolver(), self._unlinked)
                self._unlinked.clear()
            self._complete = self._settled = True
            self._report(now=True)
        elif self._unweighed and time.monotonic() > self._next_weighing:
            self._weigh()
        elif time.monotonic() - self._rested > _IDLE:
            self._crew.close()

    def _weigh(self) -> None:
        """Work out the whole graph, at most for a fiftieth of the time."""
        began = time.monotonic()
        self._store.set_meta(weighed="")
        self._store.sweep()
        graph.settle(self._store, self._resolver())
        self._unweighed = False
        self._unlinked.clear()
        self._store.set_meta(weighed="yes")
        now = time.monotonic()
        self._next_weighing = now + _SELDOM * (now - began)

    def _resolver(self) -> Modules:
        if self._modules is None:
            self._modules = Modules(self._store.ids(), self._configs())
        return self._modules

    def _configs(self) -> dict[str, str]:
        """The texts of files that say how imports are resolved."""
        found = {}
        for path in self._known:
            if is_config(path):
                try:
                    found[path] = (self._root / path).read_text("utf-8", "replace")
                except OSError:
                    continue
        return found

    def _report(self, *, now: bool = False) -> None:
        if not now and (self._settled or time.monotonic() - self._told < _TELL):
            return
        self._told = time.monotonic()
        left = self._crew.left + len(self._described)
        self._tell(
            Progress(
                done=max(self._total - left, 0),
                total=self._total,
                complete=self._complete,
                looking=self._walk is not None,
                paused=self._paused,
            )
        )
