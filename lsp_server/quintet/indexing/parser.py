"""A parser process: takes jobs on stdin and answers with one record a file, so that it may be killed.

A grammar that hangs or crashes takes this process with it and nothing else.
"""

import gc
import logging
import os
import signal
import sqlite3
import sys
from pathlib import Path

import msgspec

from quintet.indexing.frames import Done, Job, read, write
from quintet.workspace.document import Document
from quintet.workspace.document import read as read_document
from quintet.workspace.entry import is_prose
from quintet.workspace.index import record_of
from quintet.workspace.makers import maker
from quintet.workspace.store import Record, Store, StoreError

log = logging.getLogger(__name__)

_TOO_LONG = 60
"""Seconds at one file after which a parser ends itself, however deep in a grammar it is."""
_SELDOM = 200_000
"""Objects made between two looks for cycles: a file's description makes many and leaves none."""


def main() -> None:
    """Answer jobs until the other end closes."""
    gc.freeze()
    gc.set_threshold(_SELDOM)
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whoever started us may ignore it
    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # what a library prints must not get between
    decoder = msgspec.msgpack.Decoder(Job)
    store: Store | None = None
    while job := read(sys.stdin.buffer, decoder):
        if job.store and store is None:
            store = _opened(Path(job.store))
        for file in job.files:
            _end_after(_TOO_LONG)
            done = Done(_described(job, file, store))
            _end_after(0)
            write(pipe, done)


def _end_after(seconds: int) -> None:
    """Have the system end this process then; 0: do not. Who should end it sooner may be gone by that time."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _described(job: Job, file: tuple[str, int, int, str], store: Store | None) -> Record:
    """One file's record; a bug that a text brings out costs that file, and not this process."""
    try:
        return _record(job, file, store)
    except Exception as error:
        path, size, mtime_ns, kind = file
        log.exception("%s cannot be described", path)
        return Record(path, size, mtime_ns, reason=f"its description failed: {error!r}", kind=kind)


def _record(job: Job, file: tuple[str, int, int, str], store: Store | None) -> Record:
    path, size, mtime_ns, kind = file
    if path in job.texts:
        return record_of(Document(path, job.texts[path]), size, mtime_ns, kind)
    document = read_document(Path(job.root), path)
    if not isinstance(document, Document):
        reason = document.reason.removeprefix(f"{path} ").removesuffix(".")
        return Record(path, size, mtime_ns, reason=reason, kind="unreadable")
    digest, made_by = document.digest, maker(document.language, prose=is_prose(path))
    if store is not None and _holds(store, digest, made_by):
        return Record(path, size, mtime_ns, digest, made_by, kind=kind)
    return record_of(document, size, mtime_ns, kind)


def _holds(store: Store, digest: str, made_by: str) -> bool:
    try:
        return store.has(digest, made_by)
    except sqlite3.Error:
        return False  # who keeps it will find out what is wrong with it


def _opened(path: Path) -> Store | None:
    try:
        return Store(path, readonly=True)
    except StoreError:
        return None


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # the indexer has gone: nobody is left to be told
