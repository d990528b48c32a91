"""What is said to a model and what comes back: the wire vocabulary every layer shares.

Knows no engine, no editor and no repair; it imports nothing of ours.
"""

from typing import Literal

import msgspec

FinishReason = Literal["stop", "length", "tool_calls"]


class ToolCall(msgspec.Struct, frozen=True):
    """A model's wish to use a tool; `arguments` is the JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


class ToolSpec(msgspec.Struct, frozen=True):
    """A tool as shown to a model; `parameters` is a JSON Schema object."""

    name: str
    description: str
    parameters: dict[str, object]


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Sampling(msgspec.Struct, frozen=True):
    """How tokens are drawn. `temperature=0` is greedy; `seed` makes a draw repeatable."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


class Request(msgspec.Struct, frozen=True):
    """One generation.

    Exactly one of `messages` (a conversation, put through the model's chat template) and `prompt` (raw text
    to be continued) is given. `n` independent samples are drawn from the one prompt. `thinking=False` asks a
    model that can reason aloud not to. `grammar` is GBNF, `schema` a JSON Schema the answer must satisfy; an
    engine that cannot hold one raises `UnsupportedError` before the first token.
    """

    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    n: int = 1
    sampling: Sampling = Sampling()
    tools: tuple[ToolSpec, ...] = ()
    schema: dict[str, object] | None = None
    grammar: str | None = None
    adapter: str | None = None
    thinking: bool = False


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one request. `prompt_tokens` includes `cached_tokens`, which cost no computation."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens - other.prompt_tokens,
            self.cached_tokens - other.cached_tokens,
            self.completion_tokens - other.completion_tokens,
        )


class Delta(msgspec.Struct, frozen=True):
    """A piece of an answer.

    `index` says which of the `n` samples it belongs to. `reasoning` is what the model thought aloud: it is
    shown in the trace and never parsed as an answer. The last delta of a sample carries `finish`; the last of
    the stream carries `usage`.
    """

    text: str = ""
    index: int = 0
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: FinishReason | None = None
    usage: Usage | None = None
