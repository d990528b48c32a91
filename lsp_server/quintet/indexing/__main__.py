"""The indexer process: keeps one folder's store in step until its server goes, and tells it how far it is.

Messages on stdin are `Buffers` and `Command`; on stdout goes `Progress`. Runs below the user's own work.
"""

import contextlib
import os
import sqlite3
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from quintet.indexing.frames import Buffers, Command, Progress, Start, read, write
from quintet.indexing.indexer import Changed, Ended, Indexer
from quintet.indexing.once import open_store, trouble
from quintet.indexing.watch import Watch
from quintet.workspace.store import Store

if TYPE_CHECKING:
    from queue import SimpleQueue

_POLITE = 10


def main() -> int:
    """0 when the server has gone or said stop."""
    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # what a library prints must not get between
    with contextlib.suppress(OSError, AttributeError):  # no such thing on Windows
        os.nice(_POLITE)
    start = read(sys.stdin.buffer, msgspec.msgpack.Decoder(Start))
    if start is None:
        return 0
    path = Path(start.store)
    store, note = open_store(path)
    write(pipe, Progress(note=note))
    try:
        _keep(start, store, pipe)
    except sqlite3.Error as error:
        write(pipe, Progress(note=trouble(path, error)))
        return 1
    finally:
        store.close()
    return 0


def _keep(start: Start, store: Store, pipe: BinaryIO) -> None:
    """Until the server goes or says stop.

    Raises sqlite3.Error where the store cannot be read or written.
    """
    path = Path(start.store)
    indexer = Indexer(
        Path(start.root),
        store,
        tell=lambda progress: write(pipe, progress),
        deny=start.deny,
        cache=path if path.is_file() else None,
    )
    Thread(target=_listen, args=(sys.stdin.buffer, indexer.events), daemon=True).start()
    watch = _watch(Path(start.root), indexer, pipe)
    try:
        indexer.run()
    finally:
        indexer.abandon()
        if watch:
            watch.close()


def _listen(pipe: BinaryIO, events: "SimpleQueue[object]") -> None:
    decoder: msgspec.msgpack.Decoder[Buffers | Command] = msgspec.msgpack.Decoder(Buffers | Command)
    while message := read(pipe, decoder):
        events.put(message)
    events.put(Ended())


def _watch(root: Path, indexer: Indexer, pipe: BinaryIO) -> Watch | None:
    try:
        return Watch(root, lambda paths: indexer.events.put(Changed(paths)))
    except OSError as error:
        why = error.strerror or str(error)
        write(pipe, Progress(note=f"Changes outside the editor are not noticed until the next start: {why}."))
        return None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # the server has gone: nobody is left to be told
