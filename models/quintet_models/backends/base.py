"""The one face every engine wears: stream, count, score.

Knows no concrete engine; an engine knows this module and `messages`, nothing above.
"""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

import msgspec

from quintet_models.messages import Delta, Request

EditFormat = Literal["infill", "unit", "search_replace", "whole"]
"""How a Coder writes a change: one line, one syntax unit, search/replace blocks, a whole file."""


class BackendError(Exception):
    """An engine failed. The message is one sentence for the user and says what to do."""


class UnsupportedError(BackendError):
    """The engine cannot do what was asked; its profile says so in advance."""


class Profile(msgspec.Struct, frozen=True):
    """What the handshake found out about a model, and how it is therefore used.

    `context_tokens` is the engine's real limit, prompt and answer together. `capable` means every specialist
    may use the model; otherwise the roles the model is too weak for are done by their deterministic part.
    `samples` is how many candidates the Coder draws at a time. `scores` says whether `score` works.
    """

    engine: str
    model: str
    context_tokens: int
    parameters: int | None = None
    chat: bool = False
    scores: bool = False
    grammar: bool = False
    tools: Literal["native", "text", "none"] = "none"
    capable: bool = False
    edit_format: EditFormat = "infill"
    samples: int = 4


class ScoreRequest(msgspec.Struct, frozen=True):
    """Ask how much likelier each variant of a text is than the text itself.

    For each variant v of `base` (same document, small edit): sum of log P over the tokens of v from the first
    that differs from `base` to `window` tokens past the last that differs, minus the same sum over `base`.
    Natural logarithms; 0.0 means as likely as the base; -inf where the variant does not fit the context.
    """

    base: str
    variants: tuple[str, ...]
    window: int = 16


class Scores(msgspec.Struct, frozen=True):
    """One log-likelihood ratio a variant, and how many tokens the model read for them."""

    ratios: tuple[float, ...]
    tokens: int


class Backend(Protocol):
    """An engine that is up. Iterate `stream` inside `contextlib.aclosing`: closing it stops the engine."""

    @property
    def profile(self) -> Profile:
        """What the model can do."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Generate. Raises `BackendError` (a prompt that does not fit, an engine that died)."""
        ...

    async def count(self, text: str) -> int:
        """Tokens of `text` by the model's own tokenizer (an upper estimate where it has none to offer)."""
        ...

    async def score(self, request: ScoreRequest) -> Scores:
        """Log-likelihood ratios; raises `UnsupportedError` where `profile.scores` is false."""
        ...

    async def aclose(self) -> None:
        """Free the engine; safe to call twice."""
        ...
