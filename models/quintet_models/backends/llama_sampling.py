"""Draws the next token from logits: temperature, nucleus, grammar.

Lives in the worker process only; knows nothing of sequences or requests.
"""

import ctypes
import json
import secrets
from typing import Any

import numpy as np
import numpy.typing as npt

from quintet_models.backends.llama_engine import Logits, Model, RefusedError, c
from quintet_models.messages import Sampling

Candidates = npt.NDArray[np.void]

_CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])


class Sampler:
    """Draws for one sequence.

    A grammar is asked about the drawn token first, and about the whole vocabulary only if it says no.
    """

    def __init__(self, model: Model, sampling: Sampling, seed: int, grammar: str | None) -> None:
        self._grammar = _grammar(model, grammar) if grammar is not None else None
        self._chain = _chain(sampling, seed)
        self._candidates = np.zeros(model.vocabulary_size, dtype=_CANDIDATE)

    def draw(self, logits: Logits) -> int:
        """The next token for logits of shape (vocabulary,)."""
        token = self._choose(logits, self._chain)
        if self._grammar and not self._allowed(token):
            token = self._choose(logits, self._grammar, self._chain)
        c.llama_sampler_accept(self._chain, token)
        if self._grammar:
            c.llama_sampler_accept(self._grammar, token)
        return token

    def _choose(self, logits: Logits, *samplers: object) -> int:
        self._candidates["id"] = np.arange(len(logits), dtype=np.int32)
        self._candidates["logit"] = logits
        array = _array(self._candidates)
        for sampler in samplers:
            c.llama_sampler_apply(sampler, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def _allowed(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], dtype=_CANDIDATE)
        c.llama_sampler_apply(self._grammar, ctypes.byref(_array(one)))
        return bool(np.isfinite(one["logit"][0]))

    def close(self) -> None:
        """Free the C side."""
        c.llama_sampler_free(self._chain)
        if self._grammar:
            c.llama_sampler_free(self._grammar)


def check_grammar(model: Model, grammar: str) -> None:
    """Raises `RefusedError` for what is no grammar, before a prompt is read for it."""
    c.llama_sampler_free(_grammar(model, grammar))


def first_seed(sampling: Sampling) -> int:
    """The seed of sample 0; sample i uses the i-th after it."""
    return secrets.randbits(31) if sampling.seed is None else sampling.seed & 0x7FFFFFFF


def schema_grammar(schema: dict[str, object]) -> str:
    """GBNF for a JSON Schema. Raises `RefusedError` for a schema that the converter does not know."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf  # noqa: PLC0415  (slow, and rarely wanted)

    try:
        return str(json_schema_to_gbnf(json.dumps(schema)))
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise RefusedError(f"The JSON schema cannot be turned into a grammar: {error}.") from error


def _chain(sampling: Sampling, seed: int) -> object:
    chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
    if sampling.temperature <= 0:
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_greedy())
        return chain
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_temp(sampling.temperature))
    if sampling.top_p < 1:
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_p(sampling.top_p, 1))
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_dist(seed & 0xFFFFFFFF))
    return chain


def _grammar(model: Model, text: str) -> object:
    grammar = c.llama_sampler_init_grammar(model.vocabulary, text.encode(), b"root")
    if not grammar:
        raise RefusedError("The grammar is not valid GBNF.")
    return grammar


def _array(candidates: Candidates) -> Any:
    data = ctypes.cast(candidates.ctypes.data, c.llama_token_data_p)
    return c.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=False)
