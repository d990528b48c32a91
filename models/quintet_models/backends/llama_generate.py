"""One generation over the shared cache: the prompt in chunks, then a token of every sample a step.

Lives in the worker process only; knows nothing of frames or of other generations.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np

from quintet_models.backends.llama_engine import Model, RefusedError, Tokens
from quintet_models.backends.llama_room import Lease, Room
from quintet_models.backends.llama_sampling import Sampler, check_grammar, first_seed, schema_grammar
from quintet_models.backends.text_stream import Assembler, Thoughts
from quintet_models.messages import Delta, FinishReason, Request, Sampling, Usage

PROMPT_CHUNK = 64
"""Tokens of a prompt that are evaluated between two looks at the inbox."""

SAMPLES_AT_ONCE = 8


@dataclass(slots=True, eq=False)
class Sample:
    """One answer being written; `token` is drawn but not yet evaluated."""

    index: int
    sequence: int
    sampler: Sampler
    assembler: Assembler
    thoughts: Thoughts
    token: int = -1
    drawn: list[int] = field(default_factory=list)


class Generation:
    """Runs one request. `steps` yields True after a batch and False while the cache has no room."""

    def __init__(
        self, model: Model, room: Room, prompt: Tokens, request: Request, emit: Callable[[Delta], None]
    ) -> None:
        self._model, self._room, self._prompt, self._emit = model, room, prompt, emit
        self._sampling, self._n = request.sampling, max(1, request.n)
        self._grammar = schema_grammar(request.schema) if request.schema is not None else request.grammar
        if self._grammar is not None:
            check_grammar(model, self._grammar)
        self._seed = first_seed(request.sampling)
        self._stops = stop_tokens(model, request.sampling)
        self._thinking = _opens_thought(model, prompt)
        self._drawn = 0
        self._left = self._n
        space = room.context.cells - len(prompt)
        if space < 1:
            raise RefusedError(
                f"The prompt has {len(prompt)} tokens; the model's context holds {room.context.cells}, "
                "answer included. Give it less context."
            )
        self._length = min(request.sampling.max_tokens, space)
        self._wave = min(self._n, SAMPLES_AT_ONCE, max(1, space // max(1, self._length)))
        self._cached = 0

    def steps(self) -> Generator[bool, None, None]:
        """Generate all samples, as many at a time as there is room for."""
        for first in range(0, self._n, self._wave):
            indices = range(first, min(first + self._wave, self._n))
            extra = len(indices) if len(indices) > 1 else 0
            cells = len(self._prompt) + len(indices) * self._length
            while (lease := self._room.take(self._prompt, extra, cells)) is None:
                yield False
            if first == 0:
                self._cached = lease.cached
            yield from self._run(lease, indices)

    def _run(self, lease: Lease, indices: range) -> Generator[bool, None, None]:
        held = self._prompt[: lease.cached]
        samples: list[Sample] = []
        try:
            for at in range(lease.cached, len(self._prompt), PROMPT_CHUNK):
                chunk = self._prompt[at : at + PROMPT_CHUNK]
                last = at + len(chunk) == len(self._prompt)
                wanted = np.zeros(len(chunk), dtype=np.int8)
                wanted[-1] = last
                self._room.context.decode(chunk, np.arange(at, at + len(chunk)), lease.base, wanted)
                held = self._prompt[: at + len(chunk)]
                if not last:
                    yield True
            samples = self._begin(lease, indices)
            logits = self._room.context.logits()
            live = [sample for sample in samples if self._advance(sample, logits[0])]
            while live:
                yield True
                self._decode(live)
                logits = self._room.context.logits()
                if not lease.samples:
                    held = np.append(self._prompt, np.array(samples[0].drawn[:-1], dtype=np.int32))
                live = [
                    sample for sample, row in zip(live, logits, strict=True) if self._advance(sample, row)
                ]
        finally:
            for sample in samples:
                sample.sampler.close()
            self._room.give_back(lease, held)

    def _begin(self, lease: Lease, indices: range) -> list[Sample]:
        sequences = lease.samples or [lease.base]
        for sequence in lease.samples:
            self._room.context.share(lease.base, sequence, len(self._prompt))
        return [
            Sample(
                index,
                sequence,
                Sampler(self._model, self._sampling, self._seed + index, self._grammar),
                Assembler(self._sampling.stop),
                Thoughts(thinking=self._thinking),
            )
            for index, sequence in zip(indices, sequences, strict=True)
        ]

    def _decode(self, live: list[Sample]) -> None:
        tokens = np.array([sample.token for sample in live], dtype=np.int32)
        places = np.array([len(self._prompt) + len(sample.drawn) - 1 for sample in live], dtype=np.int32)
        sequences = np.array([sample.sequence for sample in live], dtype=np.int32)
        self._room.context.decode(tokens, places, sequences, 1)

    def _advance(self, sample: Sample, logits: np.ndarray) -> bool:
        """Draw a token and say what it adds; False when the sample has ended."""
        token = sample.sampler.draw(logits)
        self._drawn += 1
        sample.token = token
        sample.drawn.append(token)
        if self._model.ends(token) or token in self._stops:
            return self._end(sample, "stop")
        text = sample.assembler.feed(self._model.piece(token))
        if sample.assembler.stopped:
            return self._end(sample, "stop", text)
        if len(sample.drawn) >= self._length:
            return self._end(sample, "length", text)
        answer, reasoning = sample.thoughts.feed(text)
        if answer or reasoning:
            self._emit(Delta(text=answer, reasoning=reasoning, index=sample.index))
        return True

    def _end(self, sample: Sample, finish: FinishReason, text: str = "") -> bool:
        first, second = sample.thoughts.feed(text + sample.assembler.finish()), sample.thoughts.finish()
        self._left -= 1
        usage = Usage(len(self._prompt), self._cached, self._drawn) if not self._left else None
        self._emit(
            Delta(
                text=first[0] + second[0],
                reasoning=first[1] + second[1],
                index=sample.index,
                finish=finish,
                usage=usage,
            )
        )
        return False


def stop_tokens(model: Model, sampling: Sampling) -> frozenset[int]:
    """Stop strings that are one control token: such a token has no text that could be searched."""
    spelt = [model.tokenize(stop, special=True, bos=False) for stop in sampling.stop if stop]
    return frozenset(
        int(tokens[0]) for tokens in spelt if len(tokens) == 1 and not model.piece(int(tokens[0]))
    )


def _opens_thought(model: Model, prompt: Tokens) -> bool:
    """Whether the prompt itself ends with an opened `<think>`, as some chat templates do."""
    tail = b"".join(model.piece(int(token)) or model.text_of(int(token)).encode() for token in prompt[-8:])
    return tail.rstrip().endswith(b"<think>")
