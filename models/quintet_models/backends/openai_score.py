"""Likelihoods from a server that echoes a prompt with log-probabilities (vLLM does).

Knows the protocol, not what the texts are.
"""

import math
from collections.abc import Sequence

import httpx
import msgspec

from quintet_models.backends.base import BackendError
from quintet_models.backends.openai_link import Link
from quintet_models.backends.openai_wire import is_too_long, refusal
from quintet_models.backends.spans import span

Spoken = tuple[tuple[str, float], ...]
"""Tokens of a text as the server spells them, each with its natural log-probability (the first has 0.0)."""


class LogProbs(msgspec.Struct, frozen=True):
    """`logprobs` of a completion."""

    tokens: list[str]
    token_logprobs: list[float | None]


class EchoChoice(msgspec.Struct, frozen=True):
    """The echoed prompt, followed by what was generated."""

    logprobs: LogProbs | None = None


class EchoUsage(msgspec.Struct, frozen=True):
    """How many tokens at the end are generated ones."""

    completion_tokens: int = 0


class Echo(msgspec.Struct, frozen=True):
    """Answer to a completion with `echo` and `logprobs`."""

    choices: list[EchoChoice]
    usage: EchoUsage = EchoUsage()


async def spoken(link: Link, model: str, text: str) -> Spoken | None:
    """What the model thinks of each token of `text`; None where it does not fit the context.

    Raises `BackendError`, also where the server answers without echoing log-probabilities.
    """
    payload = {
        "model": model,
        "prompt": text,
        "max_tokens": 1,
        "temperature": 0.0,
        "echo": True,
        "logprobs": 1,
    }
    response = await link.request("POST", "/v1/completions", payload)
    if response.status_code != httpx.codes.OK:
        if is_too_long(response.text):
            return None
        raise BackendError(
            refusal(response.status_code, response.text, where=link.where, model=model, context=None)
        )
    try:
        echo = msgspec.json.decode(response.content, type=Echo)
    except msgspec.MsgspecError:
        echo = Echo([])
    logprobs = echo.choices[0].logprobs if echo.choices else None
    if logprobs is None:
        raise BackendError(f"The server at {link.where} gives no log-probabilities of a prompt.")
    end = len(logprobs.tokens) - echo.usage.completion_tokens
    pairs = zip(logprobs.tokens, logprobs.token_logprobs, strict=False)
    return tuple((token, value or 0.0) for token, value in list(pairs)[:end])


def ratio(base: Spoken, variant: Spoken | None, window: int) -> float:
    """The log-likelihood ratio of `ScoreRequest`."""
    if variant is None:
        return -math.inf
    where = span(_tokens(base), _tokens(variant), window)
    ours = sum(value for _, value in variant[where.start : where.end])
    return ours - sum(value for _, value in base[where.start : where.base_end])


def _tokens(text: Spoken) -> Sequence[str]:
    return [token for token, _ in text]
