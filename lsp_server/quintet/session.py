"""The mutable object behind a folder: its open documents, settings, index and the repairs under way.

It speaks of texts, offsets and tasks; it must not know the protocol, so headless runs and tests use it as is.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from quintet import settling
from quintet.connection import Workshop
from quintet.findings import Findings
from quintet.history import Past
from quintet.settings import Place, Problem, Settings, Source, from_workspace, resolve
from quintet.settling import Moved
from quintet.workspace.deny import Deny, denied, others_of
from quintet.workspace.document import Document, Unreadable, read
from quintet.workspace.edits import Edit, Patch, apply

if TYPE_CHECKING:  # imported where they are used: a server that has not been asked for a fix needs none
    from quintet.agents.context import History
    from quintet.indexing.keeper import Keeper
    from quintet.tools.sandbox import Sandbox
    from quintet.workspace.snapshot import Snapshot
    from quintet.workspace.syntax import SyntaxTree
    from quintet_models.backends.base import Backend

T = TypeVar("T")
log = logging.getLogger(__name__)

_GRACE = 60.0
"""Seconds a run may take beyond its budget and its tests before it is ended from outside."""
_MANY_FILES = 2_000
"""Files in a kept index, from which on it is used though it is not complete."""
_NOT_YET = "The index has not been begun."
_PATIENCE = 20.0
"""Seconds that a repair waits for the index of a workspace that is smaller."""


@dataclass(slots=True)
class Open:
    """A document an editor holds. `name` is the editor's for it; `refusal` says why we must not edit it."""

    name: str
    document: Document
    refusal: str | None = None
    tree: "SyntaxTree | None" = None
    """Of this text or of one before it, from which the next is made."""


class Session:
    """What a client has told us of one folder, and what we are doing about it; without a `root`, of none.

    State changes are plain methods and short; long work is asynchronous and reads a Snapshot. The `workshop`
    may be shared with other sessions and is not closed with this one. `grace` is how many seconds beyond its
    budget and its tests a run may take.
    """

    def __init__(
        self, root: Path | None = None, workshop: Workshop | None = None, *, grace: float = _GRACE
    ) -> None:
        self.root = root
        self.documents: dict[str, Open] = {}
        self.settings = Settings()
        self.deny = Deny()
        """What nobody is shown: keys and passwords, and what the settings add to them."""
        self.test_command: str | None = None
        """The command the last repair ran, where the settings name none."""
        self.changed = asyncio.Event()
        self.dirty: set[str] = set()
        """Paths opened, changed or closed since somebody last took them; `changed` is set with them."""
        self.findings = Findings()
        """What test runs and reviews have said of the files."""
        self._past = Past()
        self._sources: dict[Place, Source] = {}
        self._unread: str | None = None
        """Why no repair may be started though `obstacle` knows none: the file may be put right by then."""
        self._neighbours: tuple[Session, ...] = ()
        """Those whose folders are inside this one's or around it: what one of them denies, all do."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self.grace = grace
        self._workshop = workshop or Workshop()
        self.keeper: Keeper | None = None
        """Who keeps the workspace's index; none before `keep_index`, or where it is not wanted."""
        self.index_decided = asyncio.Event()
        """Set where it is known whether an index is kept; who clears it calls `keep_index` in the end."""
        self.index_decided.set()
        self._closed = False

    # --- settings -------------------------------------------------------------------------------------

    def configure(self, *sources: Source) -> tuple[Problem, ...]:
        """Take options, each source replacing what its place said before; return what is wrong with them."""
        self._sources |= {source.place: source.after(self._sources.get(source.place)) for source in sources}
        resolved = resolve(self._sources.values())
        self.settings, self._unread = resolved.settings, resolved.obstacle
        for session in (self, *self._neighbours):
            session._enforce()  # noqa: SLF001 -- another of this kind
        for path in self.documents:
            self.touch(path)
        places = {source.place for source in sources}
        return tuple(problem for problem in resolved.problems if problem.source.place in places)

    def read_again(self) -> Iterator[Problem]:
        """Take what the folder's own file says by now, and those of the neighbours; what is wrong with it."""
        for session in (self, *self._neighbours):
            if session.root is not None and not session._closed:  # noqa: SLF001
                source = from_workspace(session.root)
                whose = f"{session.root.name}/" if self._neighbours else ""
                yield from session.configure(msgspec.structs.replace(source, name=whose + source.name))

    def _unknown(self) -> str | None:
        """What may deny more than is known, in one sentence."""
        return next((each._unread for each in (self, *self._neighbours) if each._unread), None)  # noqa: SLF001

    def stand_among(self, sessions: Iterable["Session"]) -> None:
        """Know the sessions of all open folders: what is denied inside this one or around it is here too."""
        self._neighbours = tuple(each for each in sessions if each is not self and self._meets(each))
        self._enforce()

    def _meets(self, other: "Session") -> bool:
        if self.root is None or other.root is None:
            return False
        ours, theirs = self.root.resolve(), other.root.resolve()
        return ours.is_relative_to(theirs) or theirs.is_relative_to(ours)

    def _enforce(self) -> None:
        """Deny what the settings here and of the neighbours say now, in open documents and the index too."""
        lists = [(each.root.resolve(), each.settings.deny) for each in self._neighbours if each.root]
        others = others_of(self.root.resolve(), lists) if self.root else ()
        before, self.deny = self.deny, Deny(self.settings.deny, others)
        if self.deny == before:
            return
        for path in self.documents:
            self._compare(path)
            self.touch(path)
        if self.keeper is not None:
            self.keeper.deny(self.deny)

    # --- documents ------------------------------------------------------------------------------------

    def open(self, path: str, name: str, text: str, version: int | None) -> None:
        """A document is in the editor's hands now. How it is encoded is read from the disk."""
        self.documents[path] = Open(name, Document(path, text, version))
        self._compare(path)
        self.touch(path)

    def saved(self, path: str) -> None:
        """The disk has an open document's text: its encoding may be another one now."""
        self._compare(path)
        self._past.saved(path)

    def _compare(self, path: str) -> None:
        """Find out how an open document is encoded, and whether it is ours to read and to edit."""
        held = self.documents[path]
        on_disk = self._read(path)
        held.refusal = self._denied(path)
        if isinstance(on_disk, Unreadable):
            held.refusal = held.refusal or (on_disk.reason if self._exists(path) else None)
            on_disk = Document(path, "")
        held.document = replace(on_disk.with_text(held.document.text), version=held.document.version)

    def edit(self, path: str, edit: Edit, version: int | None) -> None:
        """An open document changed at one place."""
        held = self.documents[path]
        before = held.document.text
        text = apply(before, (edit,))
        if held.refusal is None and not Path(path).is_absolute():
            self._past.edited(path, before, text, edit.start)
        held.document = replace(held.document.with_text(text), version=version)
        self.touch(path)

    def close(self, path: str) -> None:
        """The disk is the truth again."""
        if self.documents.pop(path, None):
            self._past.closed(path)
            self.touch(path)

    def solved(self, tests: Iterable[str]) -> None:
        """A change was made that makes these tests pass."""
        for path in self.findings.solved(tests):
            self.look_again(path)

    def look_again(self, path: str) -> None:
        """Something else is known of a file now, open or not."""
        self.dirty.add(path)
        self.changed.set()

    def touch(self, path: str) -> None:
        """Whoever follows an open or closed document should look at it again."""
        self.look_again(path)
        if self.keeper is not None and not Path(path).is_absolute():
            held = self.documents.get(path)
            self.keeper.buffer(path, held.document.text if held and held.refusal is None else None)

    def take_dirty(self) -> frozenset[str]:
        """The paths changed since the last call."""
        taken = frozenset(self.dirty)
        self.dirty.clear()
        self.changed.clear()
        return taken

    async def tree(self, path: str) -> "SyntaxTree | None":
        """The syntax of an open document as it is at the call; None where there is no grammar for it.

        Made in a thread: the editor may have gone on when it comes.
        """
        from quintet.workspace.trees import tree_after  # noqa: PLC0415 -- grammars come after `initialize`

        held = self.documents[path]
        tree = await asyncio.to_thread(tree_after, held.tree, held.document)
        held.tree = tree
        return tree

    def current(self, path: str) -> Document | Unreadable:
        """A file of the workspace as the user sees it: the open document, or what the disk holds."""
        held = self.documents.get(path)
        if held is None:
            reason = self._denied(path)
            return Unreadable(path, reason) if reason else self._read(path)
        return held.document if held.refusal is None else Unreadable(path, held.refusal)

    def _denied(self, path: str) -> str | None:
        """Why nobody is shown a file: by its name, or by that of the file it is a link to."""
        if (reason := denied(path, self.deny)) or self.root is None:
            return reason
        try:
            real = Path(os.path.realpath(self.root / path))
            top = os.path.realpath(self.root)
        except ValueError:  # no name that a disk could hold
            return None
        name = real.relative_to(top).as_posix() if real.is_relative_to(top) else real.as_posix()
        return denied(name, self.deny) if name != path else None

    def _read(self, path: str) -> Document | Unreadable:
        return read(self.root or Path("/"), path)

    def _exists(self, path: str) -> bool:
        return (self.root or Path("/")).joinpath(path).exists()

    # --- work -----------------------------------------------------------------------------------------

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something that must not outlive the session."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def busy(self) -> bool:
        """Whether a repair is under way, here or in another folder."""
        return self._workshop.turn.locked()

    def keep_index(self) -> None:
        """Begin to keep the workspace's index, in a process of its own; only once, and only for a folder."""
        from quintet.indexing.keeper import Keeper  # noqa: PLC0415 -- after `initialize` is answered

        self.index_decided.set()
        if self.root is None or self.keeper is not None or self._closed or not self.settings.index:
            return
        self.keeper = Keeper(self.root, deny=self.deny)
        self.keeper.start()
        for path in self.overlays():
            self.keeper.buffer(path, self.documents[path].document.text)

    async def aclose(self) -> None:
        """Stop everything under way; safe to call twice."""
        self._closed = True
        self.index_decided.set()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.keeper is not None:
            await self.keeper.aclose()

    def obstacle(self, path: str | None) -> str | None:
        """Why no repair can be started at a path: one sentence, or None."""
        if self._closed:
            return "The folder is no longer open."
        if self.root is None:
            return "Quintet needs a folder to work in: open the project's folder, not a single file."
        if not self.settings.trusted:
            return "This workspace is not trusted, so Quintet does not run its tests."
        if path is None:
            return None
        if Path(path).is_absolute():
            return f"{path} lies outside the workspace {self.root}."
        held = self.documents.get(path)
        return held.refusal if held else None

    @asynccontextmanager
    async def at_work(self, path: str | None = None) -> AsyncIterator["Sandbox | str"]:
        """Have the workshop for oneself, one at a time: where tests may run; or why they may not.

        Call `read_again` before.
        """
        if problem := self._unknown() or self.obstacle(path):
            yield problem
            return
        async with self._workshop.turn:
            sandbox = await self._workshop.sandbox()
            if self.settings.sandbox == "strict" and sandbox.level != "bubblewrap":
                yield f"The setting quintet.sandbox is strict, and only {sandbox.describe()} works."
            else:
                yield sandbox

    async def backend(self) -> tuple["Backend | None", str]:
        """The model that the settings name, and what to tell the user of it."""
        return await self._workshop.connection.get(self.settings)

    async def free_engine(self) -> None:
        """Let go of the engine; the next who needs one finds it anew."""
        await self._workshop.connection.aclose()

    async def history(self) -> "History":
        """What was done here of late. Git is asked now and then, but not in a folder that is not trusted."""
        assert self.root is not None  # noqa: S101 -- `obstacle` comes first
        return await self._past.history(self.root, self._denied, git=self.settings.trusted)

    async def snapshot(self, *, patience: float = _PATIENCE) -> "Snapshot":
        """The workspace as it is now, unsaved buffers included. Nothing here holds up the event loop.

        By the kept index; a small workspace is waited for, `patience` seconds at most, and where that is not
        enough `incomplete` says so. Where no index is kept, the folder is walked and indexed here and now.
        """
        from quintet.workspace.index import Index  # noqa: PLC0415
        from quintet.workspace.snapshot import Snapshot, open_snapshot  # noqa: PLC0415
        from quintet.workspace.store import Store  # noqa: PLC0415

        assert self.root is not None  # noqa: S101 -- `obstacle` comes first
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.index_decided.wait()
        if self._closed or not self.index_decided.is_set():
            return Snapshot(self.root, self.overlays(), Index(Store(), self.overlays()), _NOT_YET, self.deny)
        keeper = self.keeper
        if keeper is not None:
            await keeper.wait(patience, enough=_MANY_FILES)
            overlays = self.overlays()
            index = keeper.index(overlays)
            if index is not None or keeper.at_work:
                index = index or Index(Store(), overlays)
                return Snapshot(self.root, overlays, index, keeper.state.incomplete, self.deny)
        return await asyncio.to_thread(open_snapshot, self.root, self.overlays(), self.deny)

    def overlays(self) -> dict[str, Document]:
        """The buffers that stand for files of the workspace."""
        return {
            path: held.document
            for path, held in self.documents.items()
            if held.refusal is None and not Path(path).is_absolute()
        }

    def documents_of(self, patch: Patch) -> dict[str, Document] | Moved:
        """The texts a patch is about to change, if they still are the ones it was made for."""
        return settling.documents_of(patch, self.current)
