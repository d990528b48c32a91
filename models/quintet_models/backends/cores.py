"""How many threads an engine gets by default."""

import os
from pathlib import Path


def default_threads() -> int:
    """Physical cores this process may use, less one for the editor; at least one.

    llama.cpp's threads wait for one another by spinning: one thread too many on a busy machine costs far more
    than it brings.
    """
    return max(1, physical_cores() - 1)


def physical_cores() -> int:
    """Cores this process may run on, each with its hyper-threads counted once."""
    allowed = os.sched_getaffinity(0)
    siblings = {_siblings(cpu) for cpu in allowed}
    return max(1, len(siblings))


def _siblings(cpu: int) -> str:
    """Which logical CPUs share the core of `cpu`; the CPU itself where the system does not say."""
    try:
        return Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text("ascii")
    except OSError:
        return str(cpu)
