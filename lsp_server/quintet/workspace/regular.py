"""Reading the beginning of a file that may be anything: a pipe, a link, gone.

Opens and closes one file; knows nothing of what is in it.
"""

import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


def read_start(path: str | Path, size: int, *, follow: bool = False) -> bytes:
    """At most `size` bytes from the start of a regular file; never waits for a pipe or a device.

    Raises OSError for what is not a regular file (any more), and for a symbolic link unless told to `follow`.
    """
    handle = os.open(path, _FLAGS if follow else _FLAGS | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "not a regular file", str(path))
        return _read(handle, size)
    finally:
        os.close(handle)


def _read(handle: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.read(handle, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
