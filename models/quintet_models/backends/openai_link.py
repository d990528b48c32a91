"""The HTTP connection to a model server: every way it can fail becomes one sentence.

Knows httpx, not the protocol on top.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from quintet_models.backends.base import BackendError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, and for the next bytes (before the first, a prompt is read)."""

    connect: float = 5.0
    read: float = 120.0


class Link:
    """One server, at the address `where`; paths begin with `/v1` or are the server's own."""

    def __init__(self, url: str, *, key: str | None = None, patience: Patience | None = None) -> None:
        self.where = url.rstrip("/").removesuffix("/v1")
        parts = urlsplit(self.where)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BackendError(
                f"{url!r} is no address of a server; write for example openai:http://localhost:8000"
            )
        self._patience = patience or Patience()
        self._client = httpx.AsyncClient(
            base_url=self.where,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            timeout=httpx.Timeout(self._patience.read, connect=self._patience.connect),
            trust_env=parts.hostname not in LOOPBACK,  # a proxy has no business between us and ourselves
        )

    @contextlib.asynccontextmanager
    async def stream(self, path: str, payload: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """POST, and read what comes; leaving the block closes the socket. Raises `BackendError`."""
        try:
            async with self._client.stream("POST", path, json=payload) as response:
                yield response
        except httpx.HTTPError as error:
            raise BackendError(self._sentence(error)) from error

    async def request(self, method: str, path: str, payload: dict[str, Any] | None = None) -> httpx.Response:
        """One request with a whole answer, whatever its status. Raises `BackendError`."""
        try:
            return await self._client.request(method, path, json=payload)
        except httpx.HTTPError as error:
            raise BackendError(self._sentence(error)) from error

    async def try_get(self, path: str) -> Any | None:
        """The JSON at a path, or None where this server has none."""
        return await self._try("GET", path, None)

    async def try_post(self, path: str, payload: dict[str, Any]) -> Any | None:
        """The JSON answer to a POST, or None where this server does not answer it."""
        return await self._try("POST", path, payload)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _try(self, method: str, path: str, payload: dict[str, Any] | None) -> Any | None:
        try:
            response = await self.request(method, path, payload)
            return response.json() if response.status_code == httpx.codes.OK else None
        except (BackendError, ValueError):
            return None

    def _sentence(self, error: httpx.HTTPError) -> str:
        if isinstance(error, httpx.ConnectTimeout):
            return (
                f"The server at {self.where} did not accept a connection within {self._patience.connect:g} s."
            )
        if isinstance(error, httpx.ConnectError):
            return f"Nothing answers at {self.where}; start the server or correct the address."
        if isinstance(error, httpx.TimeoutException):
            return (
                f"The server at {self.where} has sent nothing for {self._patience.read:g} s; it may be stuck."
            )
        return f"The connection to {self.where} broke ({type(error).__name__})."
