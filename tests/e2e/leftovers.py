"""Which processes still belong to a server that should be gone."""

import asyncio
from pathlib import Path


def leftovers(*marks: str) -> list[str]:
    """Command lines of the living processes that carry one of the marks in arguments or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (process / "environ").read_bytes().decode(errors="replace")
        except OSError:  # it has ended, or is somebody else's
            continue
        if command and any(mark in command or mark in environment for mark in marks):
            found.append(command)
    return found


async def gone(*marks: str, seconds: float = 10.0) -> list[str]:
    """Wait until nothing is left; what is left after `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := leftovers(*marks)) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 -- nobody tells
        await asyncio.sleep(0.05)
    return found
