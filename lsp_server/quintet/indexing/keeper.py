"""The server's end of the indexer: starts it, starts it again when it dies, and hands out what it keeps.

Asynchronous and never waits for the indexer: whoever asks gets what is known by now, and is told how much
that is.
"""

import asyncio
import contextlib
import logging
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from quintet.indexing.frames import LENGTH, Buffers, Command, Progress, Start
from quintet.indexing.once import delete, store_path
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.document import Document
from quintet.workspace.index import Index
from quintet.workspace.store import Store, StoreError

log = logging.getLogger(__name__)

_STARTS = 4
_LASTING = 60.0
"""Seconds after which a process that dies does not count against the number of starts."""
_LOOK = 0.05
_PAUSE = 0.4
"""Seconds without typing after which a buffer's text is indexed."""


@dataclass(frozen=True, slots=True)
class State:
    """What a person may be told of the index: how far it is, and a sentence that explains why it is not."""

    progress: Progress
    note: str = ""

    @property
    def incomplete(self) -> str:
        """In words, that the index is not ready; empty where it is."""
        if self.progress.complete:
            return ""
        if self.note and not self.progress.total:
            return self.note
        if self.progress.paused:
            return "The index is paused."
        done, total = self.progress.done, self.progress.total
        return (
            f"The index is not complete yet: {done:,} of {total:,} files."
            if total
            else "The index is being made."
        )


class Keeper:
    """One folder's indexer process. `changed` is set whenever `state` is another one."""

    def __init__(self, root: Path, *, deny: Deny = BUILT_IN, command: tuple[str, ...] = ()) -> None:
        self.state = State(Progress())
        self.changed = asyncio.Event()
        self._root = root
        self._deny = deny
        self._command = command or (sys.executable, "-m", "quintet.indexing")
        self._path = store_path(root, deny)
        self._store: Store | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._texts: dict[str, str | None] = {}
        self._open: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._expected = False
        self._former: set[Path] = set()
        self._paused = False
        self._closed = False

    def start(self) -> None:
        """Begin to keep the index; returns at once."""
        self._task = self._task or asyncio.create_task(self._keep())

    def index(self, over: Mapping[str, Document]) -> Index | None:
        """What is known by now, with these texts in place of the disk's; None where nothing is kept."""
        store = self._opened()
        return Index(store, over) if store is not None else None

    @property
    def at_work(self) -> bool:
        """Whether more will be known soon: there is a process, or will be again, and it is not done."""
        resting = self.state.progress.complete or self.state.progress.paused
        return self._task is not None and not self._task.done() and not resting

    async def wait(self, seconds: float, *, enough: int) -> None:
        """Wait until the index is complete or paused, or holds `enough` files, or the seconds are over."""
        end = asyncio.get_running_loop().time() + seconds
        while self.at_work and asyncio.get_running_loop().time() < end:
            if await asyncio.to_thread(self._holds, enough):
                return
            await asyncio.sleep(_LOOK)

    def _holds(self, files: int) -> bool:
        """Asked in a thread: who reads the store at the moment is waited for."""
        index = self.index({})
        with contextlib.suppress(sqlite3.Error):
            return index is not None and index.store.holds(files)
        return False

    def deny(self, deny: Deny) -> None:
        """Deny other files from now on: the process ends and another begins, with a store of its own.

        The former one is removed, for it may hold what is denied by now.
        """
        if deny == self._deny:
            return
        self._former.add(self._path)
        self._deny, self._path, self._store = deny, store_path(self._root, deny), None
        self._tell(State(Progress(), self.state.note))
        if self._process is not None:
            self._expected = True
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        else:
            self._remove_former()

    def buffer(self, path: str, text: str | None) -> None:
        """An editor's text of a file, to be indexed when it pauses; None where the disk is true again."""
        self._texts[path] = text
        if text is None:
            self._open.pop(path, None)
        else:
            self._open[path] = text
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._flush)

    def command(self, word: str) -> None:
        """Ask for "pause", "resume", "rescan" or "rebuild"."""
        self._paused = word == "pause"
        self._send(Command(word))

    async def aclose(self) -> None:
        """End the process; safe to call twice."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._store is not None:
            self._store.close()
            self._store = None

    # --- the process ----------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Run the process, and run it again when it dies; not for ever."""
        loop = asyncio.get_running_loop()
        deaths: list[float] = []
        while len(deaths) < _STARTS:
            with contextlib.suppress(OSError):  # no more processes, no more files: as good as dead
                await self._once()
            self._tell(State(Progress(), self.state.note))
            self._store = None  # it may be made anew, and this one is of a file that is gone
            if self._expected:
                self._expected = False
                self._remove_former()
                continue
            deaths = [*(death for death in deaths if loop.time() - death < _LASTING), loop.time()]
            log.warning("the indexer process ended and is started again")
            await asyncio.sleep(0.2 * len(deaths))
        note = self.state.note or "The indexer died several times in a row; its log says why."
        self._tell(State(self.state.progress, note))

    def _remove_former(self) -> None:
        for path in self._former - {self._path}:
            with contextlib.suppress(OSError):
                delete(path)
        self._former.clear()

    async def _once(self) -> None:
        spawning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        )
        try:
            process = await asyncio.shield(spawning)
        except asyncio.CancelledError:  # asyncio itself does not get over being cancelled in there
            process = await spawning
            process.kill()
            await process.wait()
            raise
        self._process = process
        try:
            self._send(Start(str(self._root), str(self._path), self._deny))
            for path, text in self._open.items():
                self._send(Buffers({path: text}))
            if self._paused:
                self._send(Command("pause"))
            assert process.stdout is not None  # noqa: S101 -- it was asked for
            await self._listen(process.stdout)
        finally:
            self._process = None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())

    async def _listen(self, pipe: asyncio.StreamReader) -> None:
        decoder = msgspec.msgpack.Decoder(Progress)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            while True:
                (size,) = LENGTH.unpack(await pipe.readexactly(LENGTH.size))
                progress = decoder.decode(await pipe.readexactly(size))
                if self._expected:
                    continue  # it speaks of what is not wanted any more
                if progress.note:
                    log.warning("%s", progress.note)
                self._tell(State(progress, progress.note or self.state.note))

    def _tell(self, state: State) -> None:
        self.state = state
        self.changed.set()

    def _flush(self) -> None:
        texts, self._texts = self._texts, {}
        for path, text in texts.items():
            self._send(Buffers({path: text}))

    def _send(self, message: msgspec.Struct) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return  # what is open is sent again to the next one
        try:
            body = msgspec.msgpack.encode(message)
        except UnicodeEncodeError:
            return  # half a character: no text that could be saved either
        process.stdin.write(LENGTH.pack(len(body)) + body)

    def _opened(self) -> Store | None:
        """The store, once there is one."""
        if self._store is None and not self._closed:
            path = self._path
            try:
                store = Store(path, readonly=True)
            except StoreError:
                return None
            if path != self._path or self._closed:  # meanwhile, for this may be a thread
                store.close()
                return None
            self._store = store
        return self._store
