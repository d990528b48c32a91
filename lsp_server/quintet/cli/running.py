"""How a command runs its asynchronous part: to its end, or cancelled and cleaned up by a signal.

Knows nothing of what it runs.
"""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from quintet.cli.failure import CommandError

T = TypeVar("T")


class TerminatedError(CommandError):
    """SIGTERM came; what was under way has been cancelled and cleaned up."""

    exit_code = 128 + signal.SIGTERM


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end. Ctrl-C and SIGTERM cancel the work, which cleans up before the error leaves here.

    Raises KeyboardInterrupt after Ctrl-C, `TerminatedError` after SIGTERM.
    """
    return asyncio.run(_until_terminated(work))


async def _until_terminated(work: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    terminated = False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        return await task
    except asyncio.CancelledError:
        if terminated:
            raise TerminatedError("terminated") from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
