"""Notices what changes in a folder outside the editor, by the operating system's own notices.

Says which paths, never what became of them: the indexer looks. Knows no store.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from quintet.workspace.scan import REPOSITORY_FOLDERS, SKIPPED_FOLDERS

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

_OTHERS = SKIPPED_FOLDERS | REPOSITORY_FOLDERS
_CHANGES = (
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
)
"""What the system is asked to tell: not who opens a file to read it, for that is we ourselves."""
_NOTICES = "watchdog.observers"
"""The log in which watchdog says that notices were lost."""


class _Lost(logging.Handler):
    """Hears watchdog say that events were lost: it tells nobody but its log."""

    def __init__(self, changed: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__(logging.WARNING)
        self._changed = changed

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on as a change of anything."""
        if "overflow" in record.getMessage().lower():
            self._changed(("",))


class Watch(FileSystemEventHandler):
    """Calls `changed` with the relative paths of events, from a thread of its own, until it is closed.

    Where the system has lost events, the path is "": anything may have changed.
    Raises OSError where the folder cannot be watched (too many folders for the system's limit).
    """

    def __init__(self, root: Path, changed: Callable[[tuple[str, ...]], None]) -> None:
        self._root = os.fsdecode(root.resolve())
        self._changed = changed
        self._lost = _Lost(changed)
        logging.getLogger(_NOTICES).addHandler(self._lost)
        self._observer: BaseObserver = Observer()
        self._observer.schedule(self, self._root, recursive=True, event_filter=list(_CHANGES))
        self._observer.start()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Watchdog's call for everything that happens."""
        paths = (self._relative(path) for path in (event.src_path, event.dest_path) if path)
        wanted = tuple(path for path in paths if path is not None)
        if wanted:
            self._changed(wanted)

    def close(self) -> None:
        """Stop watching."""
        logging.getLogger(_NOTICES).removeHandler(self._lost)
        self._observer.stop()
        self._observer.join(2)

    def _relative(self, path: str | bytes) -> str | None:
        """A path below the root with forward slashes; None for what is of no interest."""
        text = os.fsdecode(path)
        if not text.startswith(self._root):
            return None
        relative = text[len(self._root) :].lstrip(os.sep).replace(os.sep, "/")
        return None if not _OTHERS.isdisjoint(relative.split("/")) else relative
