"""Any server that speaks the OpenAI protocol (vLLM, llama-server, Ollama, ...), as a `Backend`.

Knows how to ask; what the server is was found out by `openai_probe`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

import httpx
import msgspec

from quintet_models.backends.base import BackendError, Profile, ScoreRequest, Scores, UnsupportedError
from quintet_models.backends.estimate import estimate_tokens
from quintet_models.backends.openai_link import Link
from quintet_models.backends.openai_score import Spoken, ratio, spoken
from quintet_models.backends.openai_wire import (
    BAD_AT_REFUSING,
    MANY_SAMPLES,
    ONE_AT_A_TIME,
    Chunk,
    Kind,
    Reader,
    body,
    refusal,
    spoken_text,
)
from quintet_models.messages import Delta, Request, Usage

SCORES_AT_ONCE = 8
STREAMS_AT_ONCE = 32

Result = TypeVar("Result")

_decode_chunk = msgspec.json.Decoder(Chunk).decode


class OpenAIServer:
    """A server that has been examined. Closing a stream closes its socket, which makes the server stop."""

    def __init__(self, link: Link, kind: Kind, profile: Profile, *, opens_thought: bool = False) -> None:
        self._link, self._kind, self.profile = link, kind, profile
        self._opens_thought = opens_thought
        self._gate = asyncio.Semaphore(1 if kind in ONE_AT_A_TIME else STREAMS_AT_ONCE)

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Generate. Raises `BackendError`."""
        await self._check(request)
        if request.n <= 1 or self._kind in MANY_SAMPLES:
            deltas = self._one(request, max(1, request.n), 0)
        else:
            deltas = self._many(request)
        async with contextlib.aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def count(self, text: str) -> int:
        """Tokens by the server's tokenizer, else an upper estimate."""
        ways: dict[str, tuple[str, dict[str, Any]]] = {
            "vllm": ("/tokenize", {"model": self.profile.model, "prompt": text, "add_special_tokens": False}),
            "llama.cpp": ("/tokenize", {"content": text}),
            "llama-cpp-python": ("/extras/tokenize/count", {"input": text}),
        }
        path, payload = ways.get(self._kind, ("", {}))
        answer = await self._link.try_post(path, payload) if path else None
        if isinstance(answer, dict):
            tokens = answer.get("count", answer.get("tokens"))
            if isinstance(tokens, list):
                return len(tokens)
            if isinstance(tokens, int):
                return tokens
        return estimate_tokens(text)

    async def score(self, request: ScoreRequest) -> Scores:
        """Log-likelihood ratios from the server's log-probabilities of a prompt it was given to echo."""
        if not self.profile.scores:
            raise UnsupportedError(
                "This server gives no log-probabilities of a prompt, so it cannot score variants."
            )
        texts = list(dict.fromkeys((request.base, *request.variants)))
        gate = asyncio.Semaphore(SCORES_AT_ONCE)
        read = dict(zip(texts, await _gather([self._spoken(text, gate) for text in texts]), strict=True))
        base = read[request.base]
        if base is None:
            raise BackendError(
                "The text to score does not fit the model's context. Score a smaller piece of it."
            )
        ratios = tuple(ratio(base, read[variant], request.window) for variant in request.variants)
        return Scores(ratios, sum(len(tokens or ()) for tokens in read.values()))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._link.aclose()

    async def _check(self, request: Request) -> None:
        if request.tools and self.profile.tools != "native":
            raise UnsupportedError(
                "This server does not turn tool calls into messages; describe the tools in the text."
            )
        if request.adapter and self._kind != "vllm":
            raise UnsupportedError("Only vLLM serves adapters by name.")
        if self._kind in BAD_AT_REFUSING:
            await self._check_length(request)

    async def _check_length(self, request: Request) -> None:
        text = spoken_text(request)
        # Where nothing can be counted, only what is certainly too long is refused here.
        tokens = len(text) // 4 if self._kind == "ollama" else await self.count(text)
        if tokens >= self.profile.context_tokens:
            raise BackendError(
                f"The prompt has {tokens} tokens or more; {self.profile.model} at {self._link.where} was "
                f"started with a context of {self.profile.context_tokens}. Raise that, or give it less."
            )

    async def _one(self, request: Request, n: int, index: int) -> AsyncGenerator[Delta, None]:
        """One HTTP request, for `n` samples from number `index` on."""
        model = request.adapter or self.profile.model
        payload = body(request, model=model, kind=self._kind, n=n, seed_offset=index)
        path = "/v1/completions" if request.prompt is not None else "/v1/chat/completions"
        reader = Reader(index, opens_thought=self._opens_thought and request.prompt is None)
        async with self._gate, self._link.stream(path, payload) as response:
            if response.status_code != httpx.codes.OK:
                text = (await response.aread()).decode("utf-8", "replace")
                raise BackendError(
                    refusal(
                        response.status_code,
                        text,
                        where=self._link.where,
                        model=model,
                        context=self.profile.context_tokens,
                    )
                )
            async with contextlib.aclosing(_events(response)) as events:
                async for event in events:
                    for delta in reader.read(self._chunk(event)):
                        yield delta
        if not reader.finished():
            raise BackendError(
                f"The server at {self._link.where} ended the stream in the middle of an answer."
            )
        for delta in reader.last(estimate_tokens(spoken_text(request))):
            yield delta

    async def _many(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Each sample a request of its own, all at once; the usage is added up and given last."""
        queue: asyncio.Queue[Delta | BackendError] = asyncio.Queue()

        async def pump(index: int) -> None:
            try:
                async with contextlib.aclosing(self._one(request, 1, index)) as deltas:
                    async for delta in deltas:
                        queue.put_nowait(delta)
            except BackendError as error:
                queue.put_nowait(error)

        tasks = [asyncio.create_task(pump(index)) for index in range(request.n)]
        try:
            total, running = Usage(), request.n
            while running:
                delta = await queue.get()
                if isinstance(delta, BackendError):
                    raise delta
                if delta.usage:
                    running, total = running - 1, total + delta.usage
                    delta = msgspec.structs.replace(delta, usage=None if running else total)
                yield delta
        finally:
            await _stop(tasks)

    async def _spoken(self, text: str, gate: asyncio.Semaphore) -> Spoken | None:
        async with gate:
            return await spoken(self._link, self.profile.model, text)

    def _chunk(self, event: str) -> Chunk:
        try:
            chunk = _decode_chunk(event)
        except msgspec.MsgspecError as error:
            raise BackendError(
                f"The server at {self._link.where} sent what is no answer: {error}."
            ) from error
        if chunk.error:
            text = msgspec.json.encode({"error": chunk.error}).decode()
            raise BackendError(
                refusal(
                    500,
                    text,
                    where=self._link.where,
                    model=self.profile.model,
                    context=self.profile.context_tokens,
                )
            )
        return chunk


async def _events(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The data of server-sent events, up to `[DONE]`."""
    async for line in response.aiter_lines():
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        if data and line.startswith("data:"):
            yield data


async def _gather(work: list[Coroutine[Any, Any, Result]]) -> list[Result]:
    """All results in order; when one fails or we are cancelled, the others are stopped and waited for."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _stop(tasks)


async def _stop(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
