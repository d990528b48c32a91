"""What the server and its llama.cpp worker say to each other: msgpack frames behind a four-byte length.

Knows no engine and starts no process, so that both ends can import it cheaply.
"""

import struct
from collections.abc import Callable

import msgspec

from quintet_models.messages import Delta, Request

HEADER = struct.Struct("<I")


class Load(msgspec.Struct, frozen=True, tag=True):
    """First frame to a worker: the model it is to hold. `context=0` means the default for the model."""

    path: str
    threads: int
    context: int = 0
    batch: int = 128


class Quantize(msgspec.Struct, frozen=True, tag=True):
    """First frame to a worker that only rewrites a model file, and ends."""

    source: str
    target: str
    kind: str
    threads: int


class Generate(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Piece` frames, then `Done`."""

    id: int
    request: Request


class Count(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Counted`."""

    id: int
    text: str


class Score(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Scored`; the fields are those of `ScoreRequest`."""

    id: int
    base: str
    variants: tuple[str, ...]
    window: int


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Stop a job; it is answered with `Done` as soon as the engine has let go of it."""

    id: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The model is loaded. `trained_context` and `context` are tokens; `template` says it can chat."""

    name: str
    description: str
    parameters: int
    trained_context: int
    context: int
    template: bool
    template_tools: bool
    scores: bool


class Piece(msgspec.Struct, frozen=True, tag=True):
    """A piece of a generation."""

    id: int
    delta: Delta


class Counted(msgspec.Struct, frozen=True, tag=True):
    """Tokens of a text."""

    id: int
    tokens: int


class Scored(msgspec.Struct, frozen=True, tag=True):
    """Log-likelihood ratios, and the tokens that were evaluated for them."""

    id: int
    ratios: tuple[float, ...]
    tokens: int


class Done(msgspec.Struct, frozen=True, tag=True):
    """Nothing more will come for this id."""

    id: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A job (or, with id 0, the first frame) could not be done; `message` is a sentence for the user."""

    id: int
    message: str
    unsupported: bool = False


First = Load | Quantize
Command = Generate | Count | Score | Cancel
Reply = Ready | Piece | Counted | Scored | Done | Failed

_encoder = msgspec.msgpack.Encoder()
decode_first = msgspec.msgpack.Decoder(First).decode
decode_command = msgspec.msgpack.Decoder(Command).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode


def frame(message: First | Command | Reply) -> bytes:
    """One message as it goes over the pipe."""
    body = _encoder.encode(message)
    return HEADER.pack(len(body)) + body


def read_frame(read: Callable[[int], bytes]) -> bytes | None:
    """The body of the next frame; None at the end, where alone `read(n)` returns fewer than n bytes."""
    header = read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    body = read(length)
    return body if len(body) == length else None
