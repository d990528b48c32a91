"""The worker process as seen from the server: started, spoken to, watched and, if need be, killed.

Knows frames, not models; imports neither llama_cpp nor numpy, so that a server starts light.
"""

import asyncio
import contextlib
import os
import sys
from collections import deque
from typing import Self

from quintet_models.backends import llama_frames as frames
from quintet_models.backends.base import BackendError

FAREWELL_SECONDS = 2.0
"""How long a worker may take to leave after its stdin was closed."""


ADVICE = (
    "If llama-cpp-python was built for another processor, build it again: CMAKE_ARGS=-DGGML_NATIVE=OFF "
    "pip install --force-reinstall --no-deps --no-cache-dir llama-cpp-python"
)
"""What to do about an engine that dies before it has answered at all, which is nearly always this."""


class WorkerProcess:
    """One worker. Replies are sorted into a queue for each job; None there means that it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._queues: dict[int, asyncio.Queue[frames.Reply | None]] = {}
        self._complaints: deque[str] = deque(maxlen=20)
        self._ended = self._ready = False
        self._readers = (
            asyncio.create_task(self._read_replies()),
            asyncio.create_task(self._read_complaints()),
        )

    @classmethod
    async def start(cls, first: frames.First) -> Self:
        """Start a worker with its first frame; its answer comes under id 0."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a user's folder with a file called numpy.py must not become part of us
            "-m",
            "quintet_models.backends.llama_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # Without this, a crashing ggml first runs a debugger on itself for its backtrace.
            env={**os.environ, "GGML_NO_BACKTRACE": "1"},
            process_group=0,
        )
        worker = cls(process)
        worker.open(0)
        await worker.send(first)
        return worker

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        return not self._ended

    @property
    def pid(self) -> int:
        """Its process id, which is its process group too."""
        return self._process.pid

    def open(self, job: int) -> None:
        """Make a place for the replies to a job."""
        self._queues[job] = asyncio.Queue()
        if self._ended:
            self._queues[job].put_nowait(None)

    def close_job(self, job: int) -> None:
        """Throw away what may still come for a job."""
        self._queues.pop(job, None)

    async def send(self, message: frames.First | frames.Command) -> None:
        """Write a frame; a worker that has gone is noticed where its answer is awaited."""
        assert self._process.stdin  # noqa: S101  it was asked for
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(frames.frame(message))
            await self._process.stdin.drain()

    async def receive(self, job: int) -> frames.Reply:
        """The next reply to a job. Raises `BackendError` when the job failed or the worker has gone."""
        reply = await self._queues[job].get()
        if reply is None:
            raise BackendError(self.obituary())
        if isinstance(reply, frames.Failed):
            raise BackendError(reply.message)
        return reply

    def obituary(self) -> str:
        """One sentence on why the process ended, and what to do."""
        code = self._process.returncode
        how = (
            f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with status {code}"
        )
        last = f" ({self._complaints[-1]})" if self._complaints else ""
        if self._ready:
            return f"The llama.cpp worker {how}{last}; it is started again with the next request."
        return f"The llama.cpp worker {how}{last} while it loaded the model. {ADVICE}"

    def kill(self) -> None:
        """End it at once; every job hears of it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def aclose(self) -> None:
        """Ask it to leave, then make it."""
        assert self._process.stdin  # noqa: S101  it was asked for
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), FAREWELL_SECONDS)
        except TimeoutError:
            self.kill()
            await self._process.wait()
        await asyncio.gather(*self._readers)

    async def _read_replies(self) -> None:
        assert self._process.stdout  # noqa: S101  it was asked for
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await self._process.stdout.readexactly(frames.HEADER.size)
                (length,) = frames.HEADER.unpack(header)
                reply = frames.decode_reply(await self._process.stdout.readexactly(length))
                self._ready = self._ready or isinstance(reply, frames.Ready)
                queue = self._queues.get(0 if isinstance(reply, frames.Ready) else reply.id)
                if queue:
                    queue.put_nowait(reply)
        await self._process.wait()
        self._ended = True
        for queue in self._queues.values():
            queue.put_nowait(None)

    async def _read_complaints(self) -> None:
        assert self._process.stderr  # noqa: S101  it was asked for
        while line := await self._process.stderr.readline():
            self._complaints.append(line.decode("utf-8", "replace").strip())
