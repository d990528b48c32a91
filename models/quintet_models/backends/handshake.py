"""From what the user wrote (`auto`, `pocket`, `openai:URL`, ...) to an engine that is up and known.

Imports an engine only when it is the one that was asked for.
"""

import asyncio
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from quintet_models.backends import pocket
from quintet_models.backends.base import Backend, BackendError
from quintet_models.backends.scripted import Scripted

LLAMA_INSTALL = 'pip install "quintet-lsp[llama]"'


LOCAL_SERVERS = {
    "vLLM": "http://127.0.0.1:8000",
    "llama.cpp": "http://127.0.0.1:8080",
    "Ollama": "http://127.0.0.1:11434",
}
"""Where `auto` looks, best first."""

LOOK_SECONDS = 0.5


async def connect(
    spec: str, *, threads: int | None = None, context: int | None = None, api_key_env: str = "QUINTET_API_KEY"
) -> Backend | None:
    """Bring up the engine that `spec` names.

    `auto` (a local server that answers, else the pocket model), `pocket`, `llama_cpp:PATH`,
    `openai:URL[#MODEL]`, `scripted:FILE`, `none` (no model: None). `threads` and `context` (tokens) are for
    engines we run ourselves. `api_key_env` names the environment variable whose value an `openai:` server
    gets as its key.
    Raises `BackendError` with one sentence that says what to do.
    """
    kind, _, rest = spec.partition(":")
    match kind, rest:
        case "none", "":
            return None
        case "auto", "":
            return await _auto(threads, context)
        case "pocket", "":
            return await _pocket(threads, context)
        case "llama_cpp", path if path:
            return await _llama_cpp(path, threads, context)
        case "openai", url if url:
            return await _openai(url, os.environ.get(api_key_env))
        case "scripted", path if path:
            return Scripted.read(path)
    raise BackendError(
        f"{spec!r} names no engine; write auto, pocket, llama_cpp:PATH, openai:URL[#MODEL], scripted:FILE "
        "or none."
    )


async def _auto(threads: int | None, context: int | None) -> Backend:
    """A local server, else the pocket model."""
    served = await first_server(LOCAL_SERVERS.values())
    if served:
        return served
    if pocket.shipped() is None or not pocket.engine_installed():
        tried = ", ".join(f"{name} at {url}" for name, url in LOCAL_SERVERS.items())
        raise BackendError(
            f"No model is at hand: no server answers ({tried}); start one, or run: {pocket.INSTALL}"
        )
    return await _pocket(threads, context)


async def first_server(urls: Iterable[str]) -> Backend | None:
    """The first of these servers that answers; they are all asked at once. None where no one does."""
    asked = tuple(urls)
    found = await asyncio.gather(*map(_serves, asked))
    for url in [url for url, serves in zip(asked, found, strict=True) if serves]:
        with contextlib.suppress(BackendError):  # one that answers and then fails is as good as none
            return await _openai(url, None)
    return None


async def _serves(url: str) -> bool:
    """Whether a model server answers there, within a moment."""
    from quintet_models.backends.openai_link import Link, Patience  # noqa: PLC0415
    from quintet_models.backends.openai_probe import look  # noqa: PLC0415

    link = Link(url, patience=Patience(connect=LOOK_SECONDS, read=LOOK_SECONDS))
    try:
        await look(link, None)
    except BackendError:
        return False
    else:
        return True
    finally:
        await link.aclose()


async def _openai(url: str, key: str | None) -> Backend:
    from quintet_models.backends.openai_link import Link  # noqa: PLC0415
    from quintet_models.backends.openai_probe import examine  # noqa: PLC0415

    address, _, model = url.partition("#")
    link = Link(address, key=key)
    try:
        return await examine(link, model or None)
    except BaseException:
        await link.aclose()
        raise


async def _pocket(threads: int | None, context: int | None) -> Backend:
    source = pocket.shipped()
    if source is None or not pocket.engine_installed():
        raise BackendError(f"The pocket model is not installed; run: {pocket.INSTALL}")
    from quintet_models.backends.llama_cpp import LlamaCpp  # noqa: PLC0415

    async def load(path: Path) -> Backend:
        return await LlamaCpp.connect(
            str(path), threads=threads, context=context, engine="pocket", model=pocket.MODEL_NAME
        )

    path = await pocket.prepared(source, threads=threads)
    try:
        return await load(path)
    except BackendError:
        if path == source:
            raise
    pocket.discard(path)  # a cache that has gone bad is no reason to fail
    return await load(source)


async def _llama_cpp(path: str, threads: int | None, context: int | None) -> Backend:
    if not pocket.engine_installed():
        raise BackendError(f"llama.cpp is not installed; run: {LLAMA_INSTALL}")
    from quintet_models.backends.llama_cpp import LlamaCpp  # noqa: PLC0415

    return await LlamaCpp.connect(path, threads=threads, context=context)
