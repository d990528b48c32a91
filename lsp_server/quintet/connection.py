"""What the sessions of one process share: the connection to a model, the sandbox, and whose turn it is.

Knows settings and the Backend protocol; no one engine, and nothing of documents or repairs.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING

from quintet.settings import Settings

if TYPE_CHECKING:  # imported where they are used: a server that has not been asked for a fix needs none
    from quintet.tools.sandbox import Sandbox
    from quintet_models.backends.base import Backend, Profile, ScoreRequest, Scores
    from quintet_models.messages import Delta, Request


class Workshop:
    """What there is one of, however many folders are open. `turn` is held by the repair that is under way.

    It belongs to who made it, and is closed after the sessions that work in it.
    """

    def __init__(self) -> None:
        self.connection = Connection()
        self.turn = asyncio.Lock()
        self._sandbox: Sandbox | None = None

    async def sandbox(self) -> "Sandbox":
        """The best isolation this machine offers, found out once."""
        from quintet.tools.sandbox import probe  # noqa: PLC0415

        if self._sandbox is None:
            self._sandbox = await asyncio.to_thread(probe)
        return self._sandbox

    async def aclose(self) -> None:
        """Free the engine; safe to call twice."""
        await self.connection.aclose()


class Connection:
    """The one connection to a model that all requests share: made when first wanted, then kept.

    It is made anew for other settings, and where `auto` found an engine that has failed since: there may be
    another one now.
    """

    def __init__(self) -> None:
        self._backend: _Watched | None = None
        self._made_for: tuple[str, int | None] | None = None
        self._told = ""

    async def get(self, settings: Settings) -> tuple["Backend | None", str]:
        """The backend, and what to tell the user: a failure is told once and tried again the next time."""
        from quintet_models.backends import connect  # noqa: PLC0415
        from quintet_models.backends.base import BackendError  # noqa: PLC0415

        wanted = settings.backend, settings.threads
        lost = settings.backend == "auto" and self._backend is not None and self._backend.failed
        if wanted != self._made_for or lost:
            await self.aclose()
        if self._backend is None and settings.backend != "none":
            try:
                backend = await connect(settings.backend, threads=settings.threads)
            except BackendError as error:
                trouble = f"No model: {error} Quintet searches without one."
                told, self._told = self._told, trouble
                return None, trouble if trouble != told else ""
            self._backend = _Watched(backend) if backend else None
            self._made_for, self._told = wanted, ""
        return self._backend, ""

    async def aclose(self) -> None:
        """Free the engine; safe to call twice."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with suppress(Exception):
                await backend.aclose()


class _Watched:
    """A backend that remembers whether its engine has failed: runs go on without it and tell nobody."""

    def __init__(self, backend: "Backend") -> None:
        self._backend = backend
        self.failed = False

    @property
    def profile(self) -> "Profile":
        return self._backend.profile

    async def stream(self, request: "Request") -> AsyncGenerator["Delta", None]:
        with self._watch():
            async with aclosing(self._backend.stream(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def count(self, text: str) -> int:
        with self._watch():
            return await self._backend.count(text)

    async def score(self, request: "ScoreRequest") -> "Scores":
        with self._watch():
            return await self._backend.score(request)

    async def aclose(self) -> None:
        await self._backend.aclose()

    @contextmanager
    def _watch(self) -> Iterator[None]:
        from quintet_models.backends.base import BackendError, UnsupportedError  # noqa: PLC0415

        try:
            yield
        except BackendError as error:
            self.failed = self.failed or not isinstance(error, UnsupportedError)
            raise
