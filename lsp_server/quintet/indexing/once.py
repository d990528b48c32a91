"""Brings the kept index of a folder up to date here and now: for the command line, and for tests.

Knows no server; where a store is kept is said here and nowhere else.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from quintet.indexing.frames import Progress
from quintet.indexing.indexer import Indexer
from quintet.indexing.withheld import withhold
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.index import Index
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.store import VERSION, Store, StoreError, is_damage


def store_path(root: Path) -> Path:
    """Where the index of a folder is kept (XDG base directories: cache)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    name = hashlib.blake2b(os.fsencode(root.resolve()), digest_size=10).hexdigest()
    return cache / "quintet" / "index" / f"{root.resolve().name}-{name}" / f"index-{VERSION}.db"


def open_store(path: Path) -> tuple[Store, str]:
    """The store at a path, made anew where unusable, or one in memory; and what a person should know."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
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


def delete(path: Path) -> None:
    """Remove a store and what belongs to it. Raises OSError."""
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)


def open_indexed(
    root: Path, *, deny: Deny = BUILT_IN, tell: Callable[[Progress], None] = lambda _: None, parsers: int = 2
) -> Snapshot:
    """The folder as it is now, by its kept index; by one in memory where that cannot be written."""
    path = store_path(root)
    store, note = open_store(path)
    if note:
        tell(Progress(note=note))
    cache = path if path.is_file() else None
    try:
        withhold(store, deny)
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
