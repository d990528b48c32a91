"""Stands in for the server and passes everything on to it, but keeps what the client says: `recorder.py SERVER LOG …`.

Writes a line of JSON for its start, for each message and for its end, in a file of its own in the folder LOG.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any


def main() -> int:
    """Run the server; returns its exit status."""
    server, log, *arguments = sys.argv[1:]
    if arguments != ["serve"]:
        return subprocess.run([server, *arguments], check=False).returncode
    with (Path(log) / f"{time.time_ns()}.jsonl").open("w", buffering=1) as file:

        def note(**what: Any) -> None:
            file.write(json.dumps({"time": time.time(), **what}) + "\n")

        note(start=os.getpid())
        with subprocess.Popen([server, "serve"], stdin=subprocess.PIPE) as child:
            assert child.stdin
            while frame := read(sys.stdin.buffer):
                note(message=json.loads(frame.partition(b"\r\n\r\n")[2]))
                child.stdin.write(frame)
                child.stdin.flush()
        note(end=os.getpid())
    return child.returncode


def read(stream: IO[bytes]) -> bytes:
    """The next message with its header; nothing at the end."""
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        header += line
    [length] = [
        int(line[15:]) for line in header.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    return header + stream.read(length)


if __name__ == "__main__":
    sys.exit(main())
