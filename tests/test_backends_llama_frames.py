"""Frames survive the pipe, and half a frame is the end of it."""

import io

import pytest

from quintet_models.backends import llama_frames as frames
from quintet_models.messages import Delta, Message, Request, Sampling, Usage


@pytest.mark.parametrize(
    "command",
    [
        frames.Generate(3, Request(messages=(Message("user", "hé"),), n=2, sampling=Sampling(stop=("\n",)))),
        frames.Generate(4, Request(prompt="x", schema={"type": "object"}, grammar="root ::= [a]")),
        frames.Count(5, "text"),
        frames.Score(6, "a", ("b", "c"), 16),
        frames.Cancel(7),
    ],
)
def test_a_command_comes_out_as_it_went_in(command: frames.Command) -> None:
    pipe = io.BytesIO(frames.frame(command) * 2)
    for _ in range(2):
        body = frames.read_frame(pipe.read)
        assert body is not None
        assert frames.decode_command(body) == command
    assert frames.read_frame(pipe.read) is None


@pytest.mark.parametrize(
    "reply",
    [
        frames.Piece(1, Delta("x", index=1, finish="stop", usage=Usage(3, 2, 1))),
        frames.Scored(2, (0.5, float("-inf")), 9),
        frames.Failed(0, "No."),
        frames.Done(4),
    ],
)
def test_a_reply_comes_out_as_it_went_in(reply: frames.Reply) -> None:
    body = frames.read_frame(io.BytesIO(frames.frame(reply)).read)
    assert body is not None
    assert frames.decode_reply(body) == reply


def test_half_a_frame_is_the_end() -> None:
    data = frames.frame(frames.Count(1, "text"))
    assert all(frames.read_frame(io.BytesIO(data[:cut]).read) is None for cut in range(len(data)))
