"""Brings the kept index of a folder up to date here and now: for the command line, and for tests.

Knows no server; where a store is kept is said here and nowhere else.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from quintet.indexing.frames import Progress
from quintet.indexing.indexer import Indexer
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.index import Index
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.store import VERSION, Store, StoreError, is_damage

_UNUSED = 30 * 86_400
"""Seconds not written to, after which a store beside the one that is opened is removed."""


def store_path(root: Path, deny: Deny = BUILT_IN) -> Path:
    """Where the index of a folder is kept (XDG base directories: cache).

    Each deny list has a store of its own: who denies more never reads what another may.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    name = hashlib.blake2b(os.fsencode(root.resolve()), digest_size=10).hexdigest()
    mark = "" if deny == BUILT_IN else f"-{hashlib.blake2b(repr(deny).encode(), digest_size=6).hexdigest()}"
    return cache / "quintet" / "index" / f"{root.resolve().name}-{name}" / f"index-{VERSION}{mark}.db"


def open_store(path: Path) -> tuple[Store, str]:
    """The store at a path, made anew where unusable, or one in memory; and what a person should know."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(path)
        return Store(path), ""
    except (StoreError, OSError) as error:
        first = error
    if not is_damage(first):
        return Store(), f"The index is kept in memory only: {first}"
    try:
        delete(path)
        return Store(path), f"{first} It is made anew."
    except (StoreError, OSError) as error:
        return Store(), f"The index is kept in memory only: {error}"


def _forget_old(path: Path) -> None:
    """Remove the stores beside one that were not written to for long."""
    for other in path.parent.glob("index-*.db"):
        with suppress(OSError):
            if other != path and time.time() - other.stat().st_mtime > _UNUSED:
                delete(other)


def delete(path: Path) -> None:
    """Remove a store and what belongs to it. Raises OSError."""
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)


def open_indexed(
    root: Path, *, deny: Deny = BUILT_IN, tell: Callable[[Progress], None] = lambda _: None, parsers: int = 2
) -> Snapshot:
    """The folder as it is now, by its kept index; by one in memory where that cannot be written."""
    path = store_path(root, deny)
    store, note = open_store(path)
    if note:
        tell(Progress(note=note))
    cache = path if path.is_file() else None
    try:
        _bring_up_to_date(Indexer(root, store, tell=tell, deny=deny, parsers=parsers, cache=cache))
    except sqlite3.Error as error:
        tell(Progress(note=trouble(path, error, ", and is kept in memory only")))
        store.close()
        store = Store()
        _bring_up_to_date(Indexer(root, store, tell=tell, deny=deny, parsers=parsers))
    return Snapshot(root, {}, Index(store), deny=deny)


def trouble(path: Path, error: sqlite3.Error, instead: str = "") -> str:
    """What a person should know of an error met in a store, and what is done; a damaged one is gone then."""
    if not is_damage(error):
        return f"The index {path} cannot be written{instead}: {error}."
    with suppress(OSError):
        delete(path)
    return f"The index {path} was damaged and is removed{instead}: {error}."


def _bring_up_to_date(indexer: Indexer) -> None:
    try:
        indexer.run_once()
    finally:
        indexer.abandon()
