"""Finds out what a server is and what its model can do, by asking it; nothing is assumed from a version.

Knows the protocol and each server's own pages; what a profile is made of stands in `profile`.
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from quintet_models.backends.base import BackendError
from quintet_models.backends.openai_link import Link
from quintet_models.backends.openai_score import spoken
from quintet_models.backends.openai_server import OpenAIServer
from quintet_models.backends.openai_wire import GRAMMARS, Kind, refusal, tool_body
from quintet_models.backends.profile import CAPABLE_PARAMETERS, parameters_in_name, profile_for
from quintet_models.messages import ToolSpec

UNKNOWN_CONTEXT = 4096
"""What a server is trusted with that does not say: no common one is started with less."""

PROBE_SECONDS = 20.0

FORMAT_PROBE = """Rewrite this line so that it adds instead of subtracting. \
Answer with exactly this block, filled in, and nothing else.

<<<<<<< SEARCH
total = price - tax
=======
(the corrected line)
>>>>>>> REPLACE"""
FORMAT_ANSWER = "<<<<<<< SEARCH\ntotal = price - tax\n=======\ntotal = price + tax\n>>>>>>> REPLACE"

ALPHABET = "a b c d e f g h i j k l m n o p q r s t u v w x y"
CERTAIN = -2.0

CLOCK = ToolSpec("clock", "Tells the time of day in a city.", {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """What the server's own pages say. `context` is in tokens."""

    kind: Kind
    model: str
    context: int
    parameters: int | None


@dataclass(frozen=True, slots=True)
class Spoke:
    """What a short conversation showed."""

    chat: bool = False
    follows_format: bool = False
    opens_thought: bool = False


async def examine(link: Link, model: str | None) -> OpenAIServer:
    """A backend for the server behind `link`. Raises `BackendError`."""
    served = await look(link, model)
    weighed = served.parameters is not None
    spoke, scores = await asyncio.gather(_converse(link, served, brief=weighed), _scores(link, served))
    capable = (
        served.parameters >= CAPABLE_PARAMETERS if served.parameters is not None else spoke.follows_format
    )
    profile = profile_for(
        engine=served.kind,
        model=served.model,
        context_tokens=served.context,
        parameters=served.parameters,
        chat=spoke.chat,
        scores=scores,
        grammar=served.kind in GRAMMARS,
        tools=await _tools(link, served) if capable and spoke.chat else "none",
        follows_format=spoke.follows_format,
    )
    return OpenAIServer(link, served.kind, profile, opens_thought=spoke.opens_thought)


async def look(link: Link, model: str | None) -> Served:
    """Read the server's pages. Raises `BackendError` where it is none of the kind, or has not the model."""
    response = await link.request("GET", "/v1/models")
    if response.status_code != httpx.codes.OK:
        raise BackendError(
            refusal(response.status_code, response.text, where=link.where, model=model or "it", context=None)
        )
    entries = _entries(response)
    if not entries:
        raise BackendError(f"The server at {link.where} serves no model; load one there first.")
    names = [str(entry["id"]) for entry in entries]
    if model and model not in names:
        raise BackendError(
            f"The server at {link.where} has no model {model!r}; it has {', '.join(names[:5])}."
        )
    entry = next(entry for entry in entries if model in {None, entry["id"]})
    return await _served(link, entry)


def _entries(response: httpx.Response) -> list[dict[str, Any]]:
    """The list of models; empty where the answer is not one (any program may listen on a port)."""
    try:
        data = response.json()
    except ValueError:
        return []
    entries = data.get("data") if isinstance(data, dict) else None
    return [e for e in entries if isinstance(e, dict) and e.get("id")] if isinstance(entries, list) else []


async def _served(link: Link, entry: dict[str, Any]) -> Served:
    name, owner = str(entry["id"]), str(entry.get("owned_by", "")).lower()
    by_name = parameters_in_name(f"{name} {entry.get('root', '')}")
    if owner == "vllm" or isinstance(entry.get("max_model_len"), int):
        return Served("vllm", name, _whole(entry.get("max_model_len")), by_name)
    if owner == "me":  # what llama-cpp-python's server calls the owner
        return Served("llama-cpp-python", name, await _stated_limit(link, name), by_name)
    props = await link.try_get("/props")
    if isinstance(props, dict) and isinstance(props.get("default_generation_settings"), dict):
        context = _whole(props["default_generation_settings"].get("n_ctx"))
        meta = entry.get("meta") or {}
        return Served("llama.cpp", name, context, meta.get("n_params") or by_name)
    shown = await link.try_post("/api/show", {"model": name})
    if isinstance(shown, dict) and "model_info" in shown:
        return _ollama(name, shown, await link.try_get("/api/ps"), by_name)
    return Served("openai", name, UNKNOWN_CONTEXT, by_name)


def _ollama(name: str, shown: dict[str, Any], running: Any, by_name: int | None) -> Served:
    """Ollama chooses a context of its own, usually far below the model's, and cuts what is longer."""
    info = shown.get("model_info") or {}
    loaded = [m for m in (running or {}).get("models", ()) if name in {m.get("name"), m.get("model")}]
    wanted = [
        line.split()[1]
        for line in str(shown.get("parameters") or "").splitlines()
        if line.startswith("num_ctx")
    ]
    trained = [value for key, value in info.items() if key.endswith(".context_length")]
    if loaded and loaded[0].get("context_length"):
        context = int(loaded[0]["context_length"])
    elif wanted:
        context = int(wanted[0])
    else:
        context = min([UNKNOWN_CONTEXT, *trained])
    return Served("ollama", name, context, info.get("general.parameter_count") or by_name)


async def _converse(link: Link, served: Served, *, brief: bool) -> Spoke:
    """Ask for an edit block; `brief`: the model's size is known, one token shows whether it can chat."""
    payload: dict[str, Any] = {
        "model": served.model,
        "messages": [{"role": "user", "content": FORMAT_PROBE}],
        "max_tokens": 1 if brief else 96,
        "temperature": 0.0,
    }
    if served.kind in {"vllm", "llama.cpp"}:
        payload["chat_template_kwargs"] = {"enable_thinking": False}
    message = await _chat(link, payload)
    if message is None:
        return Spoke()
    content = message.get("content") or ""
    before, closed, after = content.rpartition("</think>")
    opens = bool(closed) and "<think>" not in before
    answer = after.strip().removeprefix("```").removesuffix("```").strip()
    return Spoke(chat=True, follows_format=answer == FORMAT_ANSWER, opens_thought=opens)


async def _tools(link: Link, served: Served) -> Literal["native", "text"]:
    """Native only if a call really came back as one: many servers accept tools and never parse a call."""
    payload = {
        "model": served.model,
        "messages": [{"role": "user", "content": "What time is it in Oslo? Use the tool."}],
        "tools": [tool_body(CLOCK)],
        "max_tokens": 96,
        "temperature": 0.0,
    }
    message = await _chat(link, payload)
    return "native" if message and message.get("tool_calls") else "text"


async def _chat(link: Link, payload: dict[str, Any]) -> dict[str, Any] | None:
    """The assistant's message, or None where the server does not hold this conversation."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            answer = await link.try_post("/v1/chat/completions", payload)
        message = answer["choices"][0]["message"] if answer else None
    except (TimeoutError, KeyError, IndexError, TypeError):
        return None
    return message if isinstance(message, dict) else None


async def _scores(link: Link, served: Served) -> bool:
    """Whether log-probabilities of a prompt come back and are its own: some servers return others.

    The end of an alphabet is certain to any model, so there the numbers must be near zero.
    """
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            tokens = await spoken(link, served.model, ALPHABET)
    except (TimeoutError, BackendError):
        return False
    end = [value for _, value in tokens or ()][-8:]
    return len(end) == 8 and any(value < 0 for value in end) and sum(end) / 8 > CERTAIN


async def _stated_limit(link: Link, model: str) -> int:
    """The context as a refusal states it: llama-cpp-python's server tells it in no other way."""
    payload = {"model": model, "prompt": "x = 1 " * 100_000, "max_tokens": 1}
    with contextlib.suppress(BackendError, TimeoutError):
        async with asyncio.timeout(PROBE_SECONDS):
            response = await link.request("POST", "/v1/completions", payload)
        stated = re.search(r"maximum context length is (\d+)", response.text)
        if stated:
            return int(stated[1])
    return UNKNOWN_CONTEXT


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else UNKNOWN_CONTEXT
