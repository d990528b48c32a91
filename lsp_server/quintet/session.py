"""The one mutable object of a running server: open documents, settings, the engine and the repairs under way.

It speaks of texts, offsets and tasks; it must not know the protocol, so headless runs and tests use it as is.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from quintet import settling
from quintet.agents.task import Abandoned, Event, Note, RunFinished, RunStarted, Task, Verified
from quintet.connection import Connection
from quintet.settings import Place, Problem, Settings, Source, from_workspace, resolve
from quintet.settling import Moved
from quintet.workspace.deny import denied
from quintet.workspace.document import Document, Unreadable, read
from quintet.workspace.edits import Edit, Patch, apply

if TYPE_CHECKING:  # imported where they are used: a server that has not been asked for a fix needs none
    from quintet.indexing.keeper import Keeper
    from quintet.tools.sandbox import Sandbox
    from quintet.workspace.snapshot import Snapshot
    from quintet.workspace.syntax import SyntaxTree
    from quintet_models.backends.base import Backend

T = TypeVar("T")
log = logging.getLogger(__name__)

_FEW_EDITS = 4
"""Up to this many edits since the last parse are parsed one by one; beyond, the whole text is."""
_GRACE = 60.0
"""Seconds a run may take beyond its budget and its tests before it is ended from outside."""
_MANY_FILES = 2_000
"""Files in a kept index, from which on it is used though it is not complete."""
_WHOLE_RUNS = 3
"""Whole runs of the tests that may still come when the budget is spent: a verification, and one more each
for a test that fails now and then and for a second candidate."""


@dataclass(slots=True)
class Open:
    """A document an editor holds. `name` is the editor's for it; `refusal` says why we must not edit it."""

    name: str
    document: Document
    refusal: str | None = None
    tree: "SyntaxTree | None" = None
    unparsed: list[Edit] = field(default_factory=list)


class Notice(msgspec.Struct, frozen=True):
    """Something the user should be told even if they do not look at the progress: one sentence."""

    text: str


class Session:
    """What a client has told us, and what we are doing about it.

    State changes are plain methods and short; long work is asynchronous and reads a Snapshot. `grace` is how
    many seconds beyond its budget and its tests a run may take.
    """

    def __init__(self, *, grace: float = _GRACE) -> None:
        self.root: Path | None = None
        self.documents: dict[str, Open] = {}
        self.settings = Settings()
        self.test_command: str | None = None
        """The command the last repair ran, where the settings name none."""
        self.changed = asyncio.Event()
        self.dirty: set[str] = set()
        """Paths opened, changed or closed since somebody last took them; `changed` is set with them."""
        self._sources: dict[Place, Source] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._turn = asyncio.Lock()
        self._grace = grace
        self._connection = Connection()
        self.keeper: Keeper | None = None
        """Who keeps the workspace's index; none before `keep_index`, or where it is not wanted."""
        self._sandbox: Sandbox | None = None
        self._closed = False

    # --- settings -------------------------------------------------------------------------------------

    def configure(self, *sources: Source) -> tuple[Problem, ...]:
        """Take options, each source replacing what its place said before; return what is wrong with them."""
        self._sources |= {source.place: source for source in sources}
        resolved = resolve(self._sources.values())
        self.settings = resolved.settings
        for path in self.documents:
            self._touch(path)
        return tuple(problem for problem in resolved.problems if problem.source in sources)

    # --- documents ------------------------------------------------------------------------------------

    def open(self, path: str, name: str, text: str, version: int | None) -> None:
        """A document is in the editor's hands now. How it is encoded is read from the disk."""
        self.documents[path] = Open(name, Document(path, text, version))
        self.saved(path)
        self._touch(path)

    def saved(self, path: str) -> None:
        """The disk has an open document's text: its encoding may be another one now."""
        held = self.documents[path]
        on_disk = self._read(path)
        held.refusal = denied(path)
        if isinstance(on_disk, Unreadable):
            held.refusal = held.refusal or (on_disk.reason if self._exists(path) else None)
            on_disk = Document(path, "")
        held.document = replace(on_disk.with_text(held.document.text), version=held.document.version)

    def edit(self, path: str, edit: Edit, version: int | None) -> None:
        """An open document changed at one place."""
        held = self.documents[path]
        text = apply(held.document.text, (edit,))
        held.document = replace(held.document.with_text(text), version=version)
        held.unparsed.append(edit)
        if len(held.unparsed) > _FEW_EDITS:  # nobody may ever ask for the tree: what leads to it is not kept
            held.tree = None
            held.unparsed.clear()
        self._touch(path)

    def close(self, path: str) -> None:
        """The disk is the truth again."""
        if self.documents.pop(path, None):
            self._touch(path)

    def _touch(self, path: str) -> None:
        self.dirty.add(path)
        self.changed.set()
        if self.keeper is not None and not Path(path).is_absolute():
            held = self.documents.get(path)
            self.keeper.buffer(path, held.document.text if held and held.refusal is None else None)

    def take_dirty(self) -> frozenset[str]:
        """The paths changed since the last call."""
        taken = frozenset(self.dirty)
        self.dirty.clear()
        self.changed.clear()
        return taken

    def tree(self, path: str) -> "SyntaxTree | None":
        """The syntax of an open document as it is now; None where there is no grammar for it."""
        from quintet.workspace.syntax import parse  # noqa: PLC0415
        from quintet.workspace.trees import remember  # noqa: PLC0415 -- grammars come after `initialize`

        held = self.documents[path]
        if held.tree is None:
            language = held.document.language
            held.tree = parse(held.document.text, language) if language else None
        else:
            for edit in held.unparsed:
                held.tree = held.tree.edited((edit,))
        held.unparsed.clear()
        if held.tree is not None:
            remember(held.tree)  # so that a snapshot of this text does not parse it again
        return held.tree

    def current(self, path: str) -> Document | Unreadable:
        """A file of the workspace as the user sees it: the open document, or what the disk holds."""
        held = self.documents.get(path)
        if held is None:
            return self._read(path)
        return held.document if held.refusal is None else Unreadable(path, held.refusal)

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
        """Whether a repair is under way."""
        return self._turn.locked()

    def keep_index(self) -> None:
        """Begin to keep the workspace's index, in a process of its own; only once, and only for a folder."""
        from quintet.indexing.keeper import Keeper  # noqa: PLC0415 -- after `initialize` is answered

        if self.root is None or self.keeper is not None or self._closed or not self.settings.index:
            return
        self.keeper = Keeper(self.root)
        self.keeper.start()
        for path in self.overlays():
            self.keeper.buffer(path, self.documents[path].document.text)

    async def aclose(self) -> None:
        """Stop everything under way and free the engine; safe to call twice."""
        self._closed = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.keeper is not None:
            await self.keeper.aclose()
        await self._connection.aclose()

    def obstacle(self, path: str | None) -> str | None:
        """Why no repair can be started at a path: one sentence, or None."""
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

    async def repair(self, task: Task) -> AsyncGenerator[Event | Notice]:
        """Repair, one run at a time; iterate inside `contextlib.aclosing`.

        The last event is RunFinished. The patch in it fits the documents as they are at that moment: one
        made for texts that have changed meanwhile was moved along and verified again, or is Abandoned.
        """
        if problem := self.obstacle(task.path):
            yield _abandoned(problem)
            return
        if self.root is not None:
            for wrong in self.configure(from_workspace(self.root)):
                yield Notice(str(wrong))
        if self._turn.locked():
            yield Note("Waiting for the repair before this one.")
        async with self._turn:
            sandbox = await self._probe()
            if self.settings.sandbox == "strict" and sandbox.level != "bubblewrap":
                yield _abandoned(
                    f"The setting quintet.sandbox is strict, and only {sandbox.describe()} works."
                )
                return
            yield Note("Connecting to the model")
            backend, trouble = await self._connection.get(self.settings)
            if trouble:
                yield Notice(trouble)
            snapshot = await self.snapshot()
            yield Note(snapshot.incomplete or "Copying the workspace and running its tests")
            run = self._run(task, snapshot, backend, sandbox)
            async with aclosing(_in_time(run, self.settings.budget.seconds + self._grace)) as events:
                async for event in events:
                    if isinstance(event, RunStarted):
                        self.test_command = event.command or self.test_command
                    if isinstance(event, RunFinished) and isinstance(event.outcome, Verified):
                        outcome = await settling.settle(
                            event.outcome, snapshot, sandbox, self, may_edit_tests=task.may_edit_tests
                        )
                        yield msgspec.structs.replace(event, outcome=outcome)
                    else:
                        yield event

    def _run(
        self, task: Task, snapshot: "Snapshot", backend: "Backend | None", sandbox: "Sandbox"
    ) -> AsyncGenerator[Event]:
        from quintet.agents.controller import repair  # noqa: PLC0415
        from quintet_models.policy import CascadePolicy  # noqa: PLC0415
        from quintet_models.trajectory import state_folder  # noqa: PLC0415

        return repair(
            task,
            snapshot,
            policy=CascadePolicy(),
            backend=backend,
            sandbox=sandbox,
            budget=self.settings.budget,
            mode=self.settings.mode,
            record_in=state_folder() if self.settings.record else None,
        )

    async def snapshot(self) -> "Snapshot":
        """The workspace as it is now, unsaved buffers included. Nothing here holds up the event loop.

        By the kept index, where that is ready or the workspace too large to wait for it: `incomplete` then
        says so. Else the folder is walked and indexed here and now.
        """
        from quintet.workspace.snapshot import Snapshot, open_snapshot  # noqa: PLC0415

        assert self.root is not None  # noqa: S101 -- `obstacle` comes first
        overlays = self.overlays()
        if self.keeper is not None:
            state = self.keeper.state
            shown = {path: document for path, document in overlays.items() if not denied(path)}
            index = self.keeper.index(shown)
            if index is not None and (state.progress.complete or index.store.counts()[0] > _MANY_FILES):
                return Snapshot(self.root, overlays, index, state.incomplete)
        return await asyncio.to_thread(open_snapshot, self.root, overlays)

    def overlays(self) -> dict[str, Document]:
        """The buffers that stand for files of the workspace."""
        return {
            path: held.document
            for path, held in self.documents.items()
            if held.refusal is None and not Path(path).is_absolute()
        }

    async def _probe(self) -> "Sandbox":
        from quintet.tools.sandbox import probe  # noqa: PLC0415

        if self._sandbox is None:
            self._sandbox = await asyncio.to_thread(probe)
        return self._sandbox

    def documents_of(self, patch: Patch) -> dict[str, Document] | Moved:
        """The texts a patch is about to change, if they still are the ones it was made for."""
        return settling.documents_of(patch, self.current)


async def _in_time(run: AsyncGenerator[Event], seconds: float) -> AsyncGenerator[Event]:
    """The events of a run; one that does not end by itself is stopped and Abandoned.

    Its `seconds` count from RunStarted: how long the tests take is known then, and whole runs of them may be
    due after the budget. Until then there are only steps that have limits of their own.
    """
    loop = asyncio.get_running_loop()
    began, end = loop.time(), None
    async with aclosing(run):
        while True:
            try:
                async with asyncio.timeout_at(end):
                    event = await anext(run, None)
            except TimeoutError:
                event = _abandoned("The run did not end in time and was stopped.")
            if event is None:
                return
            if isinstance(event, RunStarted):
                now = loop.time()
                end = now + seconds + _WHOLE_RUNS * (now - began)
            yield event
            if isinstance(event, RunFinished):
                return


def _abandoned(reason: str) -> RunFinished:
    """A run that ended before it began."""
    from quintet_models.messages import Usage  # noqa: PLC0415

    return RunFinished(Abandoned(reason), "fast", (), Usage(), 0.0, 0)
