"""A GGUF model through llama.cpp: the `Backend` whose engine lives in a worker process.

Knows the worker by its frames only; a crash there is an error here, and the next request starts another.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from quintet_models.backends import llama_frames as frames
from quintet_models.backends.base import BackendError, Profile, ScoreRequest, Scores, UnsupportedError
from quintet_models.backends.cores import default_threads
from quintet_models.backends.llama_process import WorkerProcess
from quintet_models.backends.profile import profile_for
from quintet_models.messages import Delta, Request

CANCEL_SECONDS = 1.0
"""A worker that has not let go of a cancelled job by then is killed. Normally it takes milliseconds."""


class LlamaCpp:
    """One worker shared by all requests, started with `connect` and again whenever it has died."""

    def __init__(self, load: frames.Load, *, engine: str = "llama_cpp", model: str | None = None) -> None:
        self._load, self._engine, self._model = load, engine, model
        self._worker: WorkerProcess | None = None
        self._starting = asyncio.Lock()
        self._jobs = itertools.count(1)
        self._watchers: set[asyncio.Task[None]] = set()
        self._profile: Profile | None = None
        self._closed = False

    @classmethod
    async def connect(
        cls,
        path: str,
        *,
        threads: int | None = None,
        context: int | None = None,
        engine: str = "llama_cpp",
        model: str | None = None,
    ) -> "LlamaCpp":
        """Load a model. Raises `BackendError` where llama-cpp-python or the file is missing or broken."""
        load = frames.Load(path=path, threads=threads or default_threads(), context=context or 0)
        backend = cls(load, engine=engine, model=model)
        try:
            await backend._running()
        except BaseException:
            await backend.aclose()
            raise
        return backend

    @property
    def profile(self) -> Profile:
        """What the model can do."""
        assert self._profile  # noqa: S101  `connect` has loaded the model
        return self._profile

    @property
    def worker_pid(self) -> int | None:
        """The process that holds the model now, for `quintet doctor`."""
        return self._worker.pid if self._worker and self._worker.alive else None

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Generate; closing the iterator cancels. Raises `BackendError`."""
        if request.adapter:
            raise UnsupportedError(f"This model has no adapter called {request.adapter!r}.")
        if request.tools and self.profile.tools == "none":
            raise UnsupportedError("The model's chat template knows no tools.")
        worker, job = await self._running(), next(self._jobs)
        worker.open(job)
        finished = False
        try:
            await worker.send(frames.Generate(job, request))
            while True:
                try:
                    reply = await worker.receive(job)
                except BackendError:
                    finished = True
                    raise
                if not isinstance(reply, frames.Piece):
                    finished = True
                    return
                yield reply.delta
        finally:
            if finished:
                worker.close_job(job)
            else:
                self._cancel(worker, job)

    async def count(self, text: str) -> int:
        """Tokens of `text`, without any that a template would add."""
        reply = await self._ask(lambda job: frames.Count(job, text))
        assert isinstance(reply, frames.Counted)  # noqa: S101  the protocol
        return reply.tokens

    async def score(self, request: ScoreRequest) -> Scores:
        """Log-likelihood ratios of variants."""
        if not self.profile.scores:
            raise UnsupportedError("This model cannot score variants.")
        reply = await self._ask(lambda job: frames.Score(job, request.base, request.variants, request.window))
        assert isinstance(reply, frames.Scored)  # noqa: S101  the protocol
        return Scores(reply.ratios, reply.tokens)

    async def aclose(self) -> None:
        """End the worker."""
        self._closed = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        if self._worker:
            await self._worker.aclose()

    async def _ask(self, command: Callable[[int], frames.Command]) -> frames.Reply:
        worker, job = await self._running(), next(self._jobs)
        worker.open(job)
        answered = True
        try:
            await worker.send(command(job))
            return await worker.receive(job)
        except asyncio.CancelledError:
            answered = False
            raise
        finally:
            if answered:
                worker.close_job(job)
            else:
                self._cancel(worker, job)

    def _cancel(self, worker: WorkerProcess, job: int) -> None:
        """Have the job stopped by a task of our own: who cancels does not wait for the engine."""
        watcher = asyncio.get_running_loop().create_task(_see_off(worker, job))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _running(self) -> WorkerProcess:
        """The worker, started if there is none (any more)."""
        async with self._starting:
            if self._closed:
                raise BackendError("The model has been closed.")
            if self._worker and self._worker.alive:
                return self._worker
            if self._worker:
                await self._worker.aclose()
            self._worker = await WorkerProcess.start(self._load)
            ready = await self._worker.receive(0)
            assert isinstance(ready, frames.Ready)  # noqa: S101  the protocol
            self._profile = self._describe(ready)
            return self._worker

    def _describe(self, ready: frames.Ready) -> Profile:
        return profile_for(
            engine=self._engine,
            model=self._model or ready.name or Path(self._load.path).stem,
            context_tokens=ready.context,
            parameters=ready.parameters,
            chat=ready.template,
            scores=ready.scores,
            grammar=True,
            tools="text" if ready.template_tools else "none",
        )


async def _see_off(worker: WorkerProcess, job: int) -> None:
    """Cancel a job; kill the worker if it does not let go in time."""
    try:
        async with asyncio.timeout(CANCEL_SECONDS):
            await worker.send(frames.Cancel(job))
            with contextlib.suppress(BackendError):
                while isinstance(await worker.receive(job), frames.Piece):
                    pass
    except TimeoutError:
        worker.kill()
    finally:
        worker.close_job(job)
