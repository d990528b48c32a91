"""Answers read from a file: the engine of tests, demonstrations of the pipeline and replays.

Knows no model. Its profile says `scripted`, so that no run can be mistaken for a model's.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec

from quintet_models.backends.base import (
    BackendError,
    EditFormat,
    Profile,
    ScoreRequest,
    Scores,
    UnsupportedError,
)
from quintet_models.backends.estimate import estimate_tokens
from quintet_models.messages import Delta, FinishReason, Request, ToolCall, Usage

CHUNK = 16
"""Characters a delta, so that consumers meet answers in pieces, as from a model."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a script: an answer, or (as the first line) facts about the pretended model.

    An answer is given once, to the first request whose text contains `match` (to any, without one); with
    `repeat` it is given again and again. `error` fails the request instead. `profile` changes what the
    backend says of itself. `score` gives every scored variant that contains it the ratio `ratio`.
    """

    text: str = ""
    match: str = ""
    repeat: bool = False
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: FinishReason = "stop"
    error: str = ""
    profile: "ScriptProfile | None" = None
    score: str | None = None
    ratio: float = 0.0


class ScriptProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a script may say about the model it pretends to be."""

    context_tokens: int = 8192
    scores: bool = False
    tools: bool = False
    capable: bool = False
    edit_format: EditFormat = "unit"
    samples: int = 1


class Scripted:
    """A backend that plays a script. Raises `BackendError` on a request the script has no answer for."""

    def __init__(self, name: str, lines: tuple[Line, ...]) -> None:
        facts = next((line.profile for line in lines if line.profile), ScriptProfile())
        self.profile = Profile(
            engine="scripted",
            model=f"scripted: {name}",
            context_tokens=facts.context_tokens,
            chat=True,
            scores=facts.scores,
            grammar=True,
            tools="native" if facts.tools else "none",
            capable=facts.capable,
            edit_format=facts.edit_format,
            samples=facts.samples,
        )
        self.requests: list[Request] = []
        self._name = name
        self._answers = [line for line in lines if line.profile is None and line.score is None]
        self._scores = [line for line in lines if line.score is not None]

    @classmethod
    def read(cls, path: str) -> "Scripted":
        """Read a file of JSON lines."""
        decode = msgspec.json.Decoder(Line).decode
        lines = []
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BackendError(f"The script {path} cannot be read: {error}.") from error
        for number, raw in enumerate(text.splitlines(), start=1):
            try:
                lines += [decode(raw)] if raw.strip() else []
            except msgspec.MsgspecError as error:
                raise BackendError(f"The script {path} is wrong in line {number}: {error}.") from error
        return cls(Path(path).name, tuple(lines))

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Play the next answer for each sample."""
        self.requests.append(request)
        asked = _text(request)
        written = 0
        for index in range(max(1, request.n)):
            line = self._take(asked)
            if line.error:
                raise BackendError(line.error)
            written += estimate_tokens(line.text + line.reasoning)
            if line.reasoning:
                yield Delta(reasoning=line.reasoning, index=index)
            for at in range(0, len(line.text), CHUNK):
                await asyncio.sleep(0)
                yield Delta(text=line.text[at : at + CHUNK], index=index)
            last = index + 1 >= request.n
            usage = Usage(estimate_tokens(asked), 0, written) if last else None
            yield Delta(index=index, tool_calls=line.tool_calls, finish=line.finish, usage=usage)

    async def count(self, text: str) -> int:
        """An estimate: a script has no tokenizer."""
        return estimate_tokens(text)

    async def score(self, request: ScoreRequest) -> Scores:
        """The ratio of the first `score` line found in a variant and not in the base; -10 for others."""
        if not self.profile.scores:
            raise UnsupportedError("This script does not score.")
        ratios = tuple(self._ratio(request.base, variant) for variant in request.variants)
        return Scores(ratios, sum(map(estimate_tokens, request.variants)))

    async def aclose(self) -> None:
        """Nothing to free."""

    def _take(self, asked: str) -> Line:
        for line in self._answers:
            if line.match in asked:
                if not line.repeat:
                    self._answers.remove(line)
                return line
        raise BackendError(f"The script {self._name} has no answer left for this request.")

    def _ratio(self, base: str, variant: str) -> float:
        if variant == base:
            return 0.0
        for line in self._scores:
            if line.score and line.score in variant and line.score not in base:
                return line.ratio
        return -10.0


def _text(request: Request) -> str:
    """All that was said, for `match`."""
    return request.prompt or "\n".join(message.content for message in request.messages)
