"""Who has which sequences and cells of a shared KV cache, and what stays in it for the next request.

Lives in the worker process only; knows nothing of sampling or requests.
"""

from dataclasses import dataclass

import numpy as np

from quintet_models.backends.llama_engine import Context, Tokens

KEPT = 4
"""Finished prompts that stay for a next request that begins alike."""


@dataclass(slots=True)
class Lease:
    """What one generation has: sequence `base` for its prompt (`cached` tokens are there) and its samples."""

    base: int
    samples: list[int]
    cells: int
    cached: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished sequence and the tokens it holds."""

    sequence: int
    tokens: Tokens


class Room:
    """Gives out a context. Nothing leased is ever shared with another lease, so prompts cannot mix."""

    def __init__(self, context: Context, *, seekable: bool) -> None:
        self.context = context
        self._seekable = seekable
        self._free = list(range(context.sequences))
        self._kept: list[Kept] = []  # the longest unused first
        self._leased = 0

    def take(self, prompt: Tokens, samples: int, cells: int) -> Lease | None:
        """A lease over `cells` (not more than the context has), or None while other leases are in the way."""
        best, cached = self._best(prompt)
        for victim in [kept for kept in self._kept if kept is not best]:
            if self._fits(samples + 1, cells):
                break
            self._forget(victim)
        if self._fits(samples + 1, cells):
            base = self._free.pop()
            if best and cached:
                self.context.share(best.sequence, base, cached)
        elif best and self._fits(samples, cells - len(best.tokens)):
            base = best.sequence  # no room beside it: what it does not have in common with us goes
            self._kept.remove(best)
            self.context.drop(base, cached)
        else:
            return None
        self._leased += cells
        return Lease(base, [self._free.pop() for _ in range(samples)], cells, cached)

    def give_back(self, lease: Lease, tokens: Tokens) -> None:
        """End a lease whose base holds `tokens`; they stay for the next prompt, if reuse is possible."""
        self._leased -= lease.cells
        for sequence in lease.samples:
            self.context.drop(sequence)
        self._free += lease.samples
        self.context.drop(lease.base, len(tokens))
        ours = Kept(lease.base, tokens)
        for other in list(self._kept):
            if common(other.tokens, tokens) == len(other.tokens):
                self._forget(other)
        self._kept.append(ours)
        if not self._seekable or not len(tokens):
            self._forget(ours)
        elif len(self._kept) > KEPT:
            self._forget(self._kept[0])

    def _best(self, prompt: Tokens) -> tuple[Kept | None, int]:
        """The kept sequence with most in common, and how much; the last token is always evaluated anew."""
        best = max(self._kept, key=lambda kept: common(kept.tokens, prompt), default=None)
        return best, min(common(best.tokens, prompt), len(prompt) - 1) if best else 0

    def _fits(self, sequences: int, cells: int) -> bool:
        used = self._leased + sum(len(kept.tokens) for kept in self._kept)
        return sequences <= len(self._free) and used + cells <= self.context.cells

    def _forget(self, kept: Kept) -> None:
        self.context.drop(kept.sequence)
        self._kept.remove(kept)
        self._free.append(kept.sequence)


def common(a: Tokens, b: Tokens) -> int:
    """Length of the common beginning."""
    shorter = min(len(a), len(b))
    differing = np.flatnonzero(a[:shorter] != b[:shorter])
    return int(differing[0]) if differing.size else shorter
