"""The OpenAI protocol as data: request bodies, server-sent events, what a refusal means.

Pure; knows no socket.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from quintet_models.backends.base import UnsupportedError
from quintet_models.backends.text_stream import Thoughts
from quintet_models.messages import Delta, FinishReason, Message, Request, ToolCall, ToolSpec, Usage

Kind = Literal["vllm", "llama.cpp", "ollama", "llama-cpp-python", "openai"]
"""Which program answers; `openai` is any other."""

GRAMMARS: frozenset[Kind] = frozenset({"vllm", "llama.cpp", "llama-cpp-python"})
MANY_SAMPLES: frozenset[Kind] = frozenset({"vllm", "openai"})
"""Servers that honour `n`; to others each sample is a request of its own."""

ONE_AT_A_TIME: frozenset[Kind] = frozenset({"llama-cpp-python"})
"""Servers that break off an answer when the next request comes."""


BAD_AT_REFUSING: frozenset[Kind] = frozenset({"ollama", "llama-cpp-python"})
"""Servers that cut a prompt that is too long, or break off without a word: they must never see one."""


class Fragment(msgspec.Struct, frozen=True):
    """What is called `delta` in a chunk; servers disagree on where thoughts are."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class Choice(msgspec.Struct, frozen=True):
    """A piece of one sample: chat servers fill `delta`, completion servers `text`."""

    index: int = 0
    delta: Fragment = Fragment()
    text: str | None = None
    finish_reason: str | None = None


class CachedTokens(msgspec.Struct, frozen=True):
    """Part of `usage`."""

    cached_tokens: int | None = None


class WireUsage(msgspec.Struct, frozen=True):
    """Tokens as the server counted them."""

    prompt_tokens: int = 0
    completion_tokens: int | None = None
    prompt_tokens_details: CachedTokens | None = None

    def ours(self) -> Usage:
        """The same in our words."""
        details = self.prompt_tokens_details
        cached = (details.cached_tokens if details else None) or 0
        return Usage(self.prompt_tokens, cached, self.completion_tokens or 0)


class Chunk(msgspec.Struct, frozen=True):
    """One event of a stream."""

    choices: list[Choice] = msgspec.field(default_factory=list)
    usage: WireUsage | None = None
    error: Any = None


@dataclass(slots=True)
class Sample:
    """One answer as it comes in."""

    thoughts: Thoughts
    calls: dict[int, dict[str, str]] = field(default_factory=dict)
    finish: FinishReason | None = None
    pieces: int = 0


class Reader:
    """Chunks in, deltas out. Finishing deltas wait for the usage, which servers send after them."""

    def __init__(self, first_index: int = 0, *, opens_thought: bool = False) -> None:
        self._first, self._opens_thought = first_index, opens_thought
        self._samples: dict[int, Sample] = {}
        self._last: list[Delta] = []
        self.usage: Usage | None = None

    def read(self, chunk: Chunk) -> list[Delta]:
        """What a chunk adds."""
        if chunk.usage:
            self.usage = chunk.usage.ours()
        return [delta for choice in chunk.choices for delta in self._choice(choice)]

    def finished(self) -> bool:
        """Whether every sample that began has ended."""
        return bool(self._samples) and all(sample.finish for sample in self._samples.values())

    def last(self, prompt_tokens: int) -> list[Delta]:
        """The finishing deltas, the usage on the last one; estimated where the server counted nothing."""
        pieces = sum(sample.pieces for sample in self._samples.values())
        usage = self.usage or Usage(prompt_tokens, 0, pieces)
        return [*self._last[:-1], msgspec.structs.replace(self._last[-1], usage=usage)]

    def _choice(self, choice: Choice) -> Iterable[Delta]:
        index = self._first + choice.index
        sample = self._samples.setdefault(index, Sample(Thoughts(thinking=self._opens_thought)))
        fragment = choice.delta
        answer, reasoning = sample.thoughts.feed(fragment.content or choice.text or "")
        reasoning = (fragment.reasoning_content or fragment.reasoning or "") + reasoning
        for call in fragment.tool_calls or ():
            _add_call(sample.calls, call)
        if answer or reasoning:
            sample.pieces += 1
            yield Delta(text=answer, reasoning=reasoning, index=index)
        if choice.finish_reason and not sample.finish:
            sample.finish = _finish(choice.finish_reason)
            text, thought = sample.thoughts.finish()
            calls = tuple(ToolCall(**call) for _, call in sorted(sample.calls.items()))
            self._last.append(
                Delta(text=text, reasoning=thought, index=index, tool_calls=calls, finish=sample.finish)
            )


def body(request: Request, *, model: str, kind: Kind, n: int, seed_offset: int = 0) -> dict[str, Any]:
    """The JSON of a request. Raises `UnsupportedError` for what this kind of server would silently ignore."""
    sampling = request.sampling
    out: dict[str, Any] = {
        "model": model,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if n > 1:
        out["n"] = n
    if sampling.seed is not None:
        out["seed"] = sampling.seed + seed_offset
    if sampling.stop:
        out["stop"] = list(sampling.stop)
    out |= _structure(request, kind)
    if request.prompt is not None:
        return out | {"prompt": request.prompt}
    out["messages"] = [message_body(message) for message in request.messages]
    if request.tools:
        out["tools"] = [tool_body(tool) for tool in request.tools]
    if kind in {"vllm", "llama.cpp"}:
        out["chat_template_kwargs"] = {"enable_thinking": request.thinking}
    return out


def _structure(request: Request, kind: Kind) -> dict[str, Any]:
    if request.grammar is not None:
        if kind not in GRAMMARS:
            raise UnsupportedError("This server does not take grammars.")
        # vLLM renamed the field; versions that know one of the two ignore the other.
        both = {"structured_outputs": {"grammar": request.grammar}, "guided_grammar": request.grammar}
        return both if kind == "vllm" else {"grammar": request.grammar}
    if request.schema is None:
        return {}
    if kind == "llama-cpp-python":  # it silently ignores the type "json_schema"
        return {"response_format": {"type": "json_object", "schema": request.schema}}
    schema = {"name": "answer", "schema": request.schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def spoken_text(request: Request) -> str:
    """All text of a request, for counting."""
    return request.prompt or "\n".join(message.content for message in request.messages)


def message_body(message: Message) -> dict[str, Any]:
    """A message as the protocol has it."""
    out: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_call_id:
        out["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        out["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return out


def tool_body(tool: ToolSpec) -> dict[str, Any]:
    """A tool as the protocol has it."""
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def refusal(status: int, text: str, *, where: str, model: str, context: int | None) -> str:
    """One sentence for the user on an answer that is no success."""
    said = _said(text)
    if status in {400, 413, 422, 500} and is_too_long(said):
        limit = f" of {context} tokens" if context else ""
        return f"The prompt does not fit the context{limit} of {model} at {where}: {said}"
    if status in {401, 403}:
        return f"The server at {where} wants an API key (HTTP {status}); name the variable that holds it."
    if status == 404:
        return f"The server at {where} does not know what was asked of it (HTTP 404): {said}"
    if status == 429:
        return f"The server at {where} has too much to do (HTTP 429); try again later."
    if status >= 500:
        return f"The server at {where} failed (HTTP {status}): {said}"
    return f"The server at {where} refused the request (HTTP {status}): {said}"


def _said(text: str) -> str:
    """The server's own words, without their wrapping, and not a page of them."""
    try:
        data: Any = msgspec.json.decode(text)
    except msgspec.DecodeError:
        data = text
    for key in ("error", "detail", "message"):
        data = data.get(key, data) if isinstance(data, dict) else data
    words = " ".join(str(data).split())
    return words[:200] or "no reason given."


def is_too_long(said: str) -> bool:
    """Whether a server's words complain of the prompt's length."""
    lower = said.lower()
    signs = (
        "context length",
        "context size",
        "context window",
        "maximum context",
        "n_ctx",
        "too long",
        "max_model_len",
    )
    return any(sign in lower for sign in signs)


def _finish(reason: str) -> FinishReason:
    if reason in {"length", "max_tokens"}:
        return "length"
    return "tool_calls" if reason == "tool_calls" else "stop"


def _add_call(calls: dict[int, dict[str, str]], part: dict[str, Any]) -> None:
    """Tool calls arrive in pieces: a name first, then the arguments bit by bit."""
    index = part.get("index")
    call = calls.setdefault(len(calls) if index is None else index, {"id": "", "name": "", "arguments": ""})
    function = part.get("function") or {}
    call["id"] = call["id"] or part.get("id") or ""
    call["name"] = call["name"] or function.get("name") or ""
    call["arguments"] += function.get("arguments") or ""
