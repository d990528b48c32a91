"""A server's answers, refusals and silences, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from model_server import Answer, Events, ModelServer, Page, Stall, chunk, echo, model_server, usage
from quintet_models.backends import BackendError, Profile, ScoreRequest, UnsupportedError
from quintet_models.backends.openai_link import Link, Patience
from quintet_models.backends.openai_server import OpenAIServer
from quintet_models.backends.openai_wire import Kind
from quintet_models.messages import Delta, Message, Request, Sampling, ToolCall, ToolSpec, Usage

CHAT = "POST /v1/chat/completions"
HELLO = Request(messages=(Message("user", "hello"),))
TOOL = ToolSpec("run", "Runs.", {"type": "object"})


@asynccontextmanager
async def serving(
    pages: dict[str, Page], *, kind: Kind = "vllm", read: float = 5.0, opens_thought: bool = False
) -> AsyncIterator[tuple[OpenAIServer, ModelServer]]:
    profile = Profile("test", "coder-7b", 4096, chat=True, scores=True, tools="native")
    async with model_server(pages) as server:
        link = Link(server.url, patience=Patience(2.0, read))
        backend = OpenAIServer(link, kind, profile, opens_thought=opens_thought)
        try:
            yield backend, server
        finally:
            await backend.aclose()


async def collect(backend: OpenAIServer, request: Request = HELLO) -> list[Delta]:
    async with aclosing(backend.stream(request)) as deltas:
        return [delta async for delta in deltas]


async def failure(backend: OpenAIServer, request: Request = HELLO) -> str:
    with pytest.raises(BackendError) as caught:
        await collect(backend, request)
    return str(caught.value)


async def test_text_streams_and_the_last_delta_carries_finish_and_usage() -> None:
    events = [chunk("Hel"), chunk("lo"), chunk(finish="stop"), usage(12, 3, cached=8)]
    async with serving({CHAT: Events(events)}) as (backend, server):
        deltas = await collect(backend)
    assert [delta.text for delta in deltas] == ["Hel", "lo", ""]
    assert deltas[-1].finish == "stop"
    assert deltas[-1].usage == Usage(12, 8, 3)
    body = server.bodies("/v1/chat/completions")[0]
    assert body["stream_options"] == {"include_usage": True}
    assert body["chat_template_kwargs"] == {"enable_thinking": False}


async def test_where_the_server_counts_nothing_the_usage_is_estimated() -> None:
    async with serving({CHAT: Events([chunk("a"), chunk("b"), chunk(finish="stop")])}) as (backend, _):
        last = (await collect(backend))[-1]
    assert last.usage
    assert last.usage.completion_tokens == 2
    assert last.usage.prompt_tokens >= 1


async def test_sampling_is_sent_as_asked() -> None:
    sampling = Sampling(max_tokens=7, temperature=0.5, top_p=0.9, seed=3, stop=("\n",))
    request = Request(prompt="def f", sampling=sampling, n=2)
    events = [{"choices": [{"index": i, "text": "x", "finish_reason": "length"}]} for i in range(2)]
    async with serving({"POST /v1/completions": Events(events)}) as (backend, server):
        deltas = await collect(backend, request)
    body = server.bodies("/v1/completions")[0]
    asked = {key: body[key] for key in ("prompt", "max_tokens", "temperature", "top_p", "seed", "stop", "n")}
    assert asked == {
        "prompt": "def f",
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "stop": ["\n"],
        "n": 2,
    }
    assert [(d.index, d.finish) for d in deltas if d.finish] == [(0, "length"), (1, "length")]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_thoughts_in_a_field_of_their_own_are_no_answer(name: str) -> None:
    thought: dict[str, Any] = {name: "hm "}
    events = [chunk(None, **thought), chunk("x = 1"), chunk(finish="stop")]
    async with serving({CHAT: Events(events)}) as (backend, _):
        deltas = await collect(backend)
    assert "".join(d.reasoning for d in deltas) == "hm "
    assert "".join(d.text for d in deltas) == "x = 1"


@pytest.mark.parametrize("opens", [True, False])
async def test_thoughts_between_tags_are_no_answer(opens: bool) -> None:  # noqa: FBT001  parametrised
    events = [chunk("hm</th" if opens else "<think>hm</th"), chunk("ink>\n\nx"), chunk(" = 1", finish="stop")]
    async with serving({CHAT: Events(events)}, opens_thought=opens) as (backend, _):
        deltas = await collect(backend)
    assert "".join(d.reasoning for d in deltas) == "hm"
    assert "".join(d.text for d in deltas) == "x = 1"


async def test_a_tool_call_in_pieces_is_put_together() -> None:
    def part(**function: str) -> list[dict[str, object]]:
        return [{"index": 0, "id": "c1" if "name" in function else None, "function": function}]

    events = [
        chunk(None, tool_calls=part(name="run", arguments="")),
        chunk(None, tool_calls=part(arguments='{"a"')),
        chunk(None, tool_calls=part(arguments=": 1}")),
        chunk(finish="tool_calls"),
    ]
    async with serving({CHAT: Events(events)}) as (backend, server):
        deltas = await collect(backend, Request(messages=HELLO.messages, tools=(TOOL,)))
    assert deltas[-1].tool_calls == (ToolCall("c1", "run", '{"a": 1}'),)
    assert deltas[-1].finish == "tool_calls"
    assert server.bodies("/v1/chat/completions")[0]["tools"][0]["function"]["name"] == "run"


async def test_closing_the_stream_closes_the_socket() -> None:
    events = [chunk("word ")] * 1000
    async with serving({CHAT: Events(events, pause=0.01)}) as (backend, server):
        async with aclosing(backend.stream(HELLO)) as deltas:
            async for _ in deltas:
                break
        async with asyncio.timeout(5):
            await server.hung_up.wait()


async def test_cancelling_while_nothing_comes_closes_the_socket_too() -> None:
    async with serving({CHAT: Stall()}) as (backend, server):
        task = asyncio.create_task(collect(backend))
        await server.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            await server.hung_up.wait()


async def test_samples_are_separate_requests_where_the_server_ignores_n() -> None:
    def answer(body: dict[str, object]) -> Events:
        return Events([chunk(f"seed {body['seed']}"), chunk(finish="stop"), usage(10, 2)], pause=0.01)

    request = Request(messages=HELLO.messages, n=3, sampling=Sampling(seed=5))
    async with serving({CHAT: answer}, kind="llama.cpp") as (backend, server):
        deltas = await collect(backend, request)
    texts = {i: "".join(d.text for d in deltas if d.index == i) for i in range(3)}
    assert texts == {0: "seed 5", 1: "seed 6", 2: "seed 7"}
    assert [d.usage for d in deltas if d.usage] == [Usage(30, 0, 6)]
    assert deltas[-1].usage
    assert server.most_streaming == 3


async def test_a_server_that_breaks_off_for_the_next_request_is_asked_one_at_a_time() -> None:
    request = Request(messages=HELLO.messages, n=3, sampling=Sampling(seed=5))
    pages: dict[str, Page] = {CHAT: Events([chunk("x"), chunk(finish="stop")], pause=0.01)}
    async with serving(pages, kind="llama-cpp-python") as (backend, server):
        deltas = await collect(backend, request)
    assert sorted(delta.index for delta in deltas if delta.finish) == [0, 1, 2]
    assert server.most_streaming == 1


async def test_one_failing_sample_stops_the_others() -> None:
    def answer(body: dict[str, object]) -> Events | Answer:
        return Answer({}, 500) if body["seed"] == 6 else Events([chunk("w")] * 1000, pause=0.02)

    request = Request(messages=HELLO.messages, n=2, sampling=Sampling(seed=5))
    async with serving({CHAT: answer}, kind="ollama") as (backend, server):
        assert "HTTP 500" in await failure(backend, request)
        async with asyncio.timeout(5):
            await server.hung_up.wait()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            400,
            {"error": {"message": "maximum context length is 4096 tokens"}},
            "does not fit the context of 4096",
        ),
        (400, {"message": "the request exceeds the available context size"}, "does not fit the context"),
        (400, {"error": "temperature must be positive"}, "refused the request (HTTP 400): temperature"),
        (401, {}, "wants an API key"),
        (404, {"detail": "Not Found"}, "does not know what was asked of it (HTTP 404): Not Found"),
        (429, {}, "too much to do"),
        (500, b"<html>oops</html>", "failed (HTTP 500): <html>oops</html>"),
    ],
)
async def test_a_refusal_is_one_sentence(status: int, body: object, expected: str) -> None:
    async with serving({CHAT: Answer(body, status)}) as (backend, _):
        assert expected in await failure(backend)


async def test_a_server_that_is_not_there_is_one_sentence() -> None:
    async with serving({}) as (_, server):
        url = server.url
    backend = OpenAIServer(Link(url), "vllm", Profile("test", "m", 4096))
    assert f"Nothing answers at {url}" in await failure(backend)
    await backend.aclose()


async def test_a_server_that_stalls_is_one_sentence() -> None:
    async with serving({CHAT: Stall()}, read=0.2) as (backend, _):
        assert "has sent nothing for 0.2 s" in await failure(backend)


async def test_a_stream_that_stalls_in_the_middle_is_one_sentence() -> None:
    async with serving({CHAT: Events([chunk("a")] * 9, pause=2.0)}, read=0.2) as (backend, _):
        assert "has sent nothing" in await failure(backend)


async def test_a_stream_that_breaks_off_is_an_error_not_a_short_answer() -> None:
    async with serving({CHAT: Events([chunk("half an ans")], whole=False)}) as (backend, _):
        assert "in the middle of an answer" in await failure(backend)


@pytest.mark.parametrize("event", [{"error": {"message": "engine died", "code": 500}}, "{not json"])
async def test_an_error_inside_a_stream_is_an_error(event: object) -> None:
    async with serving({CHAT: Events([chunk("a"), event])}) as (backend, server):
        assert server.url in await failure(backend)


@pytest.mark.parametrize(
    ("kind", "path", "answer"),
    [
        ("vllm", "/tokenize", {"count": 3, "tokens": [1, 2, 3]}),
        ("llama.cpp", "/tokenize", {"tokens": [1, 2, 3]}),
        ("llama-cpp-python", "/extras/tokenize/count", {"count": 3}),
    ],
)
async def test_tokens_are_counted_where_the_server_can(kind: Kind, path: str, answer: object) -> None:
    async with serving({f"POST {path}": Answer(answer)}, kind=kind) as (backend, _):
        assert await backend.count("abcdefghij" * 10) == 3


async def test_tokens_are_estimated_above_where_it_cannot() -> None:
    async with serving({}, kind="ollama") as (backend, server):
        assert await backend.count("abcd" * 10) >= 10
        assert not server.asked


async def test_variants_are_scored_by_what_differs_and_the_window_after_it() -> None:
    async with serving({"POST /v1/completions": echo}) as (backend, server):
        scores = await backend.score(
            ScoreRequest("xa+b;;", ("xa-b;;", "xa+b;;", "xa+bc;;", "xa-b;;"), window=1)
        )
    plus, minus, c, semicolon = (-ord(character) / 100 for character in "+-c;")
    assert scores.ratios == pytest.approx((minus - plus, 0.0, c + semicolon - semicolon, minus - plus))
    assert len(server.asked) == 3  # equal texts are asked for once
    assert scores.tokens == 6 + 6 + 7


async def test_a_variant_that_does_not_fit_is_impossible_not_an_error() -> None:
    def answer(body: dict[str, str]) -> Answer:
        return echo(body) if len(body["prompt"]) < 9 else Answer({"error": "prompt is too long"}, 400)

    async with serving({"POST /v1/completions": answer}) as (backend, _):
        scores = await backend.score(ScoreRequest("abc", ("abcdefghijk",)))
        assert scores.ratios == (float("-inf"),)
        with pytest.raises(BackendError, match="does not fit"):
            await backend.score(ScoreRequest("abcdefghijk", ("abc",)))


async def test_a_server_that_stops_to_echo_is_one_sentence() -> None:
    page = Answer({"choices": [{"text": "x", "logprobs": None}]})
    async with serving({"POST /v1/completions": page}) as (backend, _):
        with pytest.raises(BackendError, match="no log-probabilities"):
            await backend.score(ScoreRequest("a", ("b",)))


@pytest.mark.parametrize("kind", ["ollama", "llama-cpp-python"])
async def test_a_server_that_is_bad_at_refusing_never_sees_a_prompt_that_is_too_long(kind: Kind) -> None:
    async with serving({"POST /extras/tokenize/count": Answer({"count": 5000})}, kind=kind) as (
        backend,
        server,
    ):
        assert "was started with a context of 4096" in await failure(backend, Request(prompt="x" * 20_000))
        assert not server.bodies("/v1/completions")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("vllm", {"structured_outputs": {"grammar": "root ::= [a]"}}),
        ("llama.cpp", {"grammar": "root ::= [a]"}),
    ],
)
async def test_a_grammar_is_sent_in_the_servers_own_way(kind: Kind, expected: dict[str, object]) -> None:
    async with serving({CHAT: Events([chunk("a", finish="stop")])}, kind=kind) as (backend, server):
        await collect(backend, Request(messages=HELLO.messages, grammar="root ::= [a]"))
    assert expected.items() <= server.bodies("/v1/chat/completions")[0].items()


@pytest.mark.parametrize(
    ("kind", "form"),
    [("vllm", "json_schema"), ("ollama", "json_schema"), ("llama-cpp-python", "json_object")],
)
async def test_a_schema_is_sent_in_the_servers_own_way(kind: Kind, form: str) -> None:
    async with serving({CHAT: Events([chunk("{}", finish="stop")])}, kind=kind) as (backend, server):
        await collect(backend, Request(messages=HELLO.messages, schema={"type": "object"}))
    sent = server.bodies("/v1/chat/completions")[0]["response_format"]
    assert sent["type"] == form
    assert '"type": "object"' in json.dumps(sent)


async def test_what_a_server_would_silently_ignore_is_refused() -> None:
    async with serving({}, kind="ollama") as (backend, server):
        for request in (
            Request(messages=HELLO.messages, grammar="root ::= [a]"),
            Request(messages=HELLO.messages, adapter="fix"),
        ):
            with pytest.raises(UnsupportedError):
                await collect(backend, request)
        assert not server.asked


async def test_an_adapter_is_a_model_name_on_vllm() -> None:
    async with serving({CHAT: Events([chunk("a", finish="stop")])}) as (backend, server):
        await collect(backend, Request(messages=HELLO.messages, adapter="fix-v2"))
    assert server.bodies("/v1/chat/completions")[0]["model"] == "fix-v2"
