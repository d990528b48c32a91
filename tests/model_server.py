"""A model server on this machine: enough of the OpenAI protocol over real sockets to be any of its dialects."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    body: Any
    status: int = 200


@dataclass(frozen=True)
class Events:
    """A stream of server-sent events; `pause` seconds before each; cut off without `[DONE]` if not `whole`."""

    events: Sequence[Any]
    pause: float = 0.0
    whole: bool = True


@dataclass(frozen=True)
class Stall:
    """The request is read, and nothing ever comes."""


Reply = Answer | Events | Stall
Page = Reply | Callable[[Body], Reply]


@dataclass
class ModelServer:
    """Pages by method and path; everything else is 404. `hung_up`: a client left a stream early."""

    pages: dict[str, Page]
    url: str = ""
    asked: list[tuple[str, Body]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    streaming: int = 0
    most_streaming: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    def bodies(self, path: str) -> list[Body]:
        """What was posted to a path."""
        return [body for where, body in self.asked if where == f"POST {path}"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        try:
            while line := await reader.readline():
                where = " ".join(line.decode().split()[:2])
                headers = await _headers(reader)
                raw = await reader.readexactly(int(headers.get("content-length", "0")))
                body = json.loads(raw) if raw else {}
                self.asked.append((where, body))
                self.headers.append(headers)
                self.arrived.set()
                page = self.pages.get(where, Answer({"error": {"message": f"no {where}"}}, 404))
                if not await self._reply(page(body) if callable(page) else page, reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection may be used again."""
        if isinstance(reply, Answer):
            data = json.dumps(reply.body).encode() if not isinstance(reply.body, bytes) else reply.body
            head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
            writer.write(head.encode() + data)
            await writer.drain()
            return True
        if isinstance(reply, Stall):
            await reader.read()
            self.hung_up.set()
            return False
        await self._stream(reply, reader, writer)
        return False

    async def _stream(
        self, reply: Events, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.streaming += 1
        self.most_streaming = max(self.streaming, self.most_streaming)
        gone = asyncio.create_task(reader.read())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        try:
            for event in [*reply.events, *(["[DONE]"] if reply.whole else [])]:
                await asyncio.wait([gone], timeout=reply.pause)
                if gone.done():
                    self.hung_up.set()
                    return
                text = event if isinstance(event, str) else json.dumps(event)
                writer.write(f"data: {text}\n\n".encode())
                await writer.drain()
        finally:
            self.streaming -= 1
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


@asynccontextmanager
async def model_server(pages: dict[str, Page]) -> AsyncIterator[ModelServer]:
    """A server with these pages, on a free port."""
    served = ModelServer(pages)
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await served.serve(reader, writer)

    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = connection
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def chunk(text: str | None = None, *, index: int = 0, finish: str | None = None, **delta: Any) -> Body:
    """One event of a chat stream."""
    fields = delta if text is None else {"content": text, **delta}
    return {"choices": [{"index": index, "delta": fields, "finish_reason": finish}]}


def usage(prompt: int, completion: int, cached: int | None = None) -> Body:
    """The event that carries the usage."""
    details = None if cached is None else {"cached_tokens": cached}
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "prompt_tokens_details": details}
    return {"choices": [], "usage": counts}


def message(content: str, **fields: Any) -> Answer:
    """A whole chat answer."""
    said = {"role": "assistant", "content": content, **fields}
    return Answer({"choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})


def echo(body: Body) -> Answer:
    """A completion that echoes its prompt, one token a character, each with log-probability -code/100."""
    text = body["prompt"]
    values = [None, *(-ord(character) / 100 for character in text[1:]), -0.5]
    logprobs = {"tokens": [*text, "!"], "token_logprobs": values}
    return Answer(
        {"choices": [{"text": text + "!", "logprobs": logprobs}], "usage": {"completion_tokens": 1}}
    )


def models(name: str = "coder-7b", owner: str = "vllm", **fields: Any) -> Answer:
    """The list of models."""
    return Answer({"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner, **fields}]})
