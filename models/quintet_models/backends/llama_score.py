"""How likely are the variants of a text? Many short continuations of one shared prefix in each batch.

Lives in the worker process only; knows nothing of frames.
"""

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from quintet_models.backends.llama_engine import Context, Logits, Model, RefusedError, Tokens
from quintet_models.backends.llama_room import common
from quintet_models.backends.spans import span

Floats = npt.NDArray[np.float64]

BASE = 0
"""The sequence that holds the base, also between two calls."""


@dataclass(slots=True)
class BaseText:
    """What sequence 0 holds: the first `fed` of `tokens`.

    `logp[p]` is the log-probability of token p, for `known_from` <= p <= `fed`.
    """

    tokens: Tokens = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    logp: Floats = field(default_factory=lambda: np.empty(0))
    fed: int = 0
    known_from: int = 0

    def rewind(self, base: Tokens, first: int) -> int:
        """Keep what is known of `base` too, such that `logp` can be known from `first` + 1 on.

        Returns the place from which to evaluate it.
        """
        same = common(self.tokens, base)
        at = min(self.fed, same)
        if at == same < len(base):
            at = max(at - 1, 0)  # the first token that differs has to be predicted anew
        if first + 1 < self.known_from or first > at:
            at, self.known_from = min(at, first), first + 1
        logp = np.zeros(len(base))
        have = min(at + 1, len(self.logp), len(base))
        logp[:have] = self.logp[:have]
        self.tokens, self.logp, self.fed = base, logp, at
        return at


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens to evaluate behind the first `start` of the base, each for the probability of its `targets`."""

    owner: int
    start: int
    tokens: Tokens
    targets: Tokens


class Scoring:
    """One base and its variants; `steps` evaluates them, a batch between two yields."""

    def __init__(self, model: Model, base: str, variants: tuple[str, ...], window: int) -> None:
        self._base = _tokens(model, base)
        self._variants = [_tokens(model, text) for text in variants]
        base_ids = self._base.tolist()
        self._spans = [span(base_ids, variant.tolist(), window) for variant in self._variants]
        self.ratios = np.zeros(len(variants))
        self.tokens = 0
        self._work = [i for i, s in enumerate(self._spans) if not s.empty]

    def cells(self, batch: int) -> int:
        """Cache cells for the base and one batch of variants."""
        own = max((self._spans[i].end - self._spans[i].start for i in self._work), default=0)
        return self._fed() + max(batch, own)

    def _fed(self) -> int:
        """Tokens of the base to evaluate: up to every divergence, and to every end but its last token."""
        return max((max(self._spans[i].start, self._spans[i].base_end - 1) for i in self._work), default=0)

    def limit(self, positions: int) -> None:
        """Give up variants that end after the last position; raises `RefusedError` if the base does."""
        if self._fed() > positions:
            raise RefusedError(
                f"The text to score has {self._fed()} tokens; the model holds {positions}. "
                "Score a smaller piece of it."
            )
        for i in [i for i in self._work if self._spans[i].end > positions]:
            self.ratios[i] = -np.inf
            self._work.remove(i)

    def steps(self, context: Context, known: BaseText) -> Generator[None, None, None]:
        """Evaluate everything, in a context of at least `cells` cells whose sequence 0 is `known`."""
        if not self._work:
            return
        firsts: dict[int, list[int]] = defaultdict(list)
        for i in self._work:
            if self._spans[i].end > self._spans[i].start:
                firsts[self._spans[i].start - 1].append(i)
        yield from self._evaluate_base(context, known, firsts)
        for i in self._work:
            s = self._spans[i]
            self.ratios[i] -= known.logp[s.start : s.base_end].sum()
        pieces = [*self._revisits(firsts), *self._continuations()]
        for group in _groups(pieces, context):
            yield from self._evaluate(context, group)

    def _evaluate_base(
        self, context: Context, known: BaseText, firsts: dict[int, list[int]]
    ) -> Generator[None, None, None]:
        """Bring sequence 0 up to this base, and answer what variants ask at the places computed for it."""
        first = min(self._spans[i].start for i in self._work) - 1
        end = self._fed()
        at = known.rewind(self._base, first)
        context.drop(BASE, at)
        while at < end:
            chunk = self._base[at : min(at + context.batch, end)]
            places = np.arange(at, at + len(chunk))
            asked = places >= first
            context.decode(chunk, places, BASE, asked.astype(np.int8))
            at += len(chunk)
            self.tokens += len(chunk)
            known.fed = at
            if asked.any():
                for row, place in zip(context.logits(), places[asked].tolist(), strict=True):
                    self._read_row(row, place, known, firsts.pop(place, []))
            yield

    def _read_row(self, row: Logits, place: int, known: BaseText, askers: list[int]) -> None:
        following = [int(self._base[place + 1])] if place + 1 < len(self._base) else []
        tokens = following + [int(self._variants[i][place + 1]) for i in askers]
        if not tokens:
            return
        picked = log_probabilities(row, tokens)
        if following:
            known.logp[place + 1] = picked[0]
        self.ratios[askers] += picked[len(following) :]

    def _revisits(self, firsts: dict[int, list[int]]) -> list[Piece]:
        """Places of the base computed in an earlier call: evaluated once more, for all who ask there."""
        return [
            Piece(-1, place, self._base[place : place + 1], np.array(askers, dtype=np.int32))
            for place, askers in firsts.items()
        ]

    def _continuations(self) -> list[Piece]:
        """Each variant from where it leaves the base, for all its tokens but the first."""
        pieces = []
        for i in self._work:
            s, variant = self._spans[i], self._variants[i]
            if s.end - s.start > 1:
                tokens = variant[s.start : s.end - 1]
                pieces.append(Piece(i, s.start, tokens, variant[s.start + 1 : s.end]))
        return pieces

    def _evaluate(self, context: Context, group: list[Piece]) -> Generator[None, None, None]:
        """One batch (or several for a single long piece), each piece in a sequence of its own."""
        for sequence, piece in enumerate(group, start=1):
            context.share(BASE, sequence, piece.start)
        try:
            tokens = np.concatenate([piece.tokens for piece in group])
            places = np.concatenate([piece.start + np.arange(len(piece.tokens)) for piece in group])
            sequences = np.repeat(np.arange(1, len(group) + 1), [len(piece.tokens) for piece in group])
            askers = [(piece, j) for piece in group for j in range(len(piece.tokens))]
            for at in range(0, len(tokens), context.batch):
                cut = slice(at, at + context.batch)
                context.decode(tokens[cut], places[cut], sequences[cut], 1)
                self.tokens += len(tokens[cut])
                for row, (piece, j) in zip(context.logits(), askers[cut], strict=True):
                    self._read_piece(row, piece, j)
                yield
        finally:
            for sequence in range(1, len(group) + 1):
                context.drop(sequence)

    def _read_piece(self, row: Logits, piece: Piece, j: int) -> None:
        if piece.owner >= 0:
            self.ratios[piece.owner] += log_probabilities(row, [int(piece.targets[j])])[0]
            return
        tokens = [int(self._variants[i][piece.start + 1]) for i in piece.targets]
        self.ratios[piece.targets] += log_probabilities(row, tokens)


def log_probabilities(row: Logits, tokens: list[int]) -> Floats:
    """Log P of some tokens under one row of logits, shape (vocabulary,)."""
    top = row.max()
    total = np.log(np.exp(row - top).sum(dtype=np.float64))
    return np.asarray(row[tokens] - top - total, dtype=np.float64)


def _groups(pieces: list[Piece], context: Context) -> Generator[list[Piece], None, None]:
    """Pieces that fit one batch together; one that is longer than a batch stands alone."""
    group: list[Piece] = []
    used = 0
    for piece in pieces:
        if group and (used + len(piece.tokens) > context.batch or len(group) + 1 >= context.sequences):
            yield group
            group, used = [], 0
        group.append(piece)
        used += len(piece.tokens)
    if group:
        yield group


def _tokens(model: Model, text: str) -> Tokens:
    """Tokens of a document, behind one that its first token can be predicted from."""
    tokens = model.tokenize(text, special=False, bos=False)
    return np.concatenate([np.array([model.start_token()], dtype=np.int32), tokens])
