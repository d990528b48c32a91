"""What a server is and can do is found out by asking it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from model_server import Answer, Body, ModelServer, Page, Stall, echo, message, model_server, models
from quintet_models.backends import Backend, BackendError, connect
from quintet_models.backends.handshake import first_server
from quintet_models.backends.openai_probe import FORMAT_ANSWER

MODELS = "GET /v1/models"
CHAT = "POST /v1/chat/completions"
COMPLETE = "POST /v1/completions"
CALL = {"id": "1", "type": "function", "function": {"name": "clock", "arguments": '{"city": "Oslo"}'}}


@asynccontextmanager
async def connected(pages: dict[str, Page], model: str = "") -> AsyncIterator[tuple[Backend, ModelServer]]:
    async with model_server(pages) as server:
        backend = await connect(f"openai:{server.url}{model}")
        assert backend
        try:
            yield backend, server
        finally:
            await backend.aclose()


def obliging(body: Body) -> Answer:
    """Does what it is asked: calls the tool, or writes the block."""
    return message("", tool_calls=[CALL]) if body.get("tools") else message(FORMAT_ANSWER)


async def test_vllm_tells_its_context_and_shows_what_it_can() -> None:
    pages: dict[str, Page] = {
        MODELS: models("Qwen2.5-Coder-14B-Instruct", max_model_len=32768),
        CHAT: obliging,
        COMPLETE: echo,
    }
    async with connected(pages) as (backend, _):
        profile = backend.profile
    assert (profile.engine, profile.model) == ("vllm", "Qwen2.5-Coder-14B-Instruct")
    assert profile.context_tokens == 32768
    assert profile.parameters == 14_000_000_000
    assert profile.chat
    assert profile.scores
    assert profile.grammar
    assert profile.capable
    assert profile.tools == "native"
    assert profile.edit_format == "search_replace"


async def test_log_probabilities_that_are_not_the_prompts_own_are_not_used() -> None:
    def noise(body: Body) -> Answer:
        tokens = [*body["prompt"], "!"]
        logprobs = {"tokens": tokens, "token_logprobs": [None, *(-12.0 for _ in tokens[1:])]}
        return Answer({"choices": [{"logprobs": logprobs}], "usage": {"completion_tokens": 1}})

    async with connected({MODELS: models(), CHAT: message("x"), COMPLETE: noise}) as (backend, _):
        assert not backend.profile.scores


async def test_llama_cpp_pythons_server_tells_its_context_in_a_refusal() -> None:
    said = "This model's maximum context length is 2048 tokens, however you requested 400001 tokens"
    pages: dict[str, Page] = {
        MODELS: models("m.gguf", "me"),
        CHAT: message("x"),
        COMPLETE: Answer({"error": {"message": said}}, 400),
    }
    async with connected(pages) as (backend, _):
        assert (backend.profile.engine, backend.profile.context_tokens) == ("llama-cpp-python", 2048)


async def test_a_server_that_never_parses_a_tool_call_is_not_believed_to() -> None:
    pages: dict[str, Page] = {MODELS: models("coder-7b"), CHAT: message("<tools>clock</tools>")}
    async with connected(pages) as (backend, _):
        assert backend.profile.tools == "text"


async def test_llama_server_tells_its_context_per_slot_and_its_size() -> None:
    pages: dict[str, Page] = {
        MODELS: models("model.gguf", "llamacpp", meta={"n_params": 1_540_000_000, "n_ctx_train": 32768}),
        "GET /props": Answer({"default_generation_settings": {"n_ctx": 8192}, "total_slots": 4}),
        CHAT: obliging,
        COMPLETE: Answer({"choices": [{"text": "x", "logprobs": None}]}),
    }
    async with connected(pages) as (backend, _):
        profile = backend.profile
    assert (profile.engine, profile.context_tokens) == ("llama.cpp", 8192)
    assert profile.parameters == 1_540_000_000
    assert profile.edit_format == "unit"
    assert not profile.capable
    assert not profile.scores
    assert profile.tools == "none"


@pytest.mark.parametrize(
    ("running", "parameters", "expected"),
    [
        ({"models": [{"name": "qwen3:8b", "context_length": 16384}]}, "num_ctx 4096", 16384),
        ({"models": []}, "stop x\nnum_ctx                        12000", 12000),
        ({"models": []}, "", 4096),
    ],
)
async def test_ollama_is_trusted_with_the_context_it_really_runs(
    running: Body, parameters: str, expected: int
) -> None:
    info = {"qwen3.context_length": 40960, "general.parameter_count": 8_190_000_000}
    pages: dict[str, Page] = {
        MODELS: models("qwen3:8b", "library"),
        "POST /api/show": Answer({"model_info": info, "parameters": parameters}),
        "GET /api/ps": Answer(running),
        CHAT: message("ok"),
    }
    async with connected(pages) as (backend, _):
        assert (backend.profile.engine, backend.profile.context_tokens) == ("ollama", expected)
        assert backend.profile.parameters == 8_190_000_000


async def test_an_unknown_server_gets_a_careful_context_and_is_judged_by_what_it_writes() -> None:
    async with connected({MODELS: models("house-model", "us"), CHAT: obliging}) as (backend, _):
        assert backend.profile.context_tokens == 4096
        assert backend.profile.capable
    async with connected({MODELS: models("house-model", "us"), CHAT: message("Sure! Here it is")}) as (
        backend,
        _,
    ):
        assert not backend.profile.capable
        assert backend.profile.edit_format == "unit"


async def test_a_model_without_a_chat_template_still_completes() -> None:
    pages: dict[str, Page] = {
        MODELS: models("base-7b"),
        CHAT: Answer({"error": {"message": "no chat template"}}, 400),
        COMPLETE: echo,
    }
    async with connected(pages) as (backend, _):
        assert not backend.profile.chat
        assert not backend.profile.capable
        assert backend.profile.scores


async def test_the_model_that_was_asked_for_must_be_there() -> None:
    async with connected({MODELS: models("a-7b"), CHAT: message("x")}, "#a-7b") as (backend, _):
        assert backend.profile.model == "a-7b"
    with pytest.raises(BackendError, match="no model 'b'; it has a-7b"):
        async with connected({MODELS: models("a-7b")}, "#b"):
            pass


async def test_the_key_comes_from_the_named_variable_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not for you")
    monkeypatch.setenv("HOUSE_KEY", "s3cret")
    async with model_server({MODELS: models(), CHAT: message("x")}) as server:
        for variable in ("HOUSE_KEY", "QUINTET_API_KEY"):
            backend = await connect(f"openai:{server.url}/v1", api_key_env=variable)
            assert backend
            await backend.aclose()
        sent = {headers.get("authorization") for headers in server.headers}
    assert sent == {"Bearer s3cret", None}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (Answer({"data": []}), "serves no model"),
        (Answer({"hello": "I am a web shop"}), "serves no model"),
        (Answer(b"<html>"), "serves no model"),
        (Answer({}, 401), "wants an API key"),
        (Answer({}, 500), "failed"),
    ],
)
async def test_what_is_no_model_server_is_said_in_one_sentence(page: Page, expected: str) -> None:
    with pytest.raises(BackendError, match=expected):
        async with connected({MODELS: page}):
            pass


async def test_of_several_servers_the_first_that_answers_is_taken() -> None:
    async with (
        model_server({MODELS: Stall()}) as stuck,
        model_server({MODELS: Answer({"error": "a web shop"}, 404)}) as shop,
        model_server({MODELS: models("a-7b"), CHAT: message("x")}) as first,
        model_server({MODELS: models("b-7b"), CHAT: message("x")}) as second,
    ):
        backend = await first_server(server.url for server in (stuck, shop, first, second))
        assert backend
        assert backend.profile.model == "a-7b"
        await backend.aclose()
        assert await first_server([shop.url]) is None


async def test_no_model_is_a_choice_too() -> None:
    assert await connect("none") is None


@pytest.mark.parametrize("spec", ["", "gpt", "openai:", "llama_cpp:", "none:x", "scripted:", "pocket:x"])
async def test_a_misspelt_engine_is_told_what_there_is(spec: str) -> None:
    with pytest.raises(BackendError, match="write auto, pocket"):
        await connect(spec)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://"])
async def test_an_address_without_a_scheme_is_told_how_to_write_one(url: str) -> None:
    with pytest.raises(BackendError, match="openai:http://localhost:8000"):
        await connect(f"openai:{url}")


async def test_a_model_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no model file at"):
        await connect(f"llama_cpp:{tmp_path / 'none.gguf'}")
