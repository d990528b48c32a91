"""A script answers in order or by match, and never pretends to be a model."""

from contextlib import aclosing
from pathlib import Path

import pytest

from quintet_models.backends import BackendError, ScoreRequest, UnsupportedError, connect
from quintet_models.backends.base import Backend
from quintet_models.messages import Delta, Message, Request


async def scripted(folder: Path, *lines: str) -> Backend:
    path = folder / "play.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    backend = await connect(f"scripted:{path}")
    assert backend is not None
    return backend


async def ask(backend: Backend, text: str, n: int = 1) -> list[Delta]:
    request = Request(messages=(Message("user", text),), n=n)
    async with aclosing(backend.stream(request)) as deltas:
        return [delta async for delta in deltas]


def text_of(deltas: list[Delta], index: int = 0) -> str:
    return "".join(delta.text for delta in deltas if delta.index == index)


async def test_answers_come_in_order_and_in_pieces(tmp_path: Path) -> None:
    backend = await scripted(tmp_path, '{"text": "the first answer, a long one"}', '{"text": "second"}')
    first = await ask(backend, "?")
    assert text_of(first) == "the first answer, a long one"
    assert len(first) > 2
    assert first[-1].finish == "stop"
    assert first[-1].usage
    assert text_of(await ask(backend, "?")) == "second"


async def test_a_matching_line_waits_for_its_request(tmp_path: Path) -> None:
    backend = await scripted(tmp_path, '{"match": "plan", "text": "P", "repeat": true}', '{"text": "other"}')
    assert text_of(await ask(backend, "fix it")) == "other"
    assert text_of(await ask(backend, "make a plan")) == "P"
    assert text_of(await ask(backend, "make a plan again")) == "P"


async def test_each_sample_takes_an_answer_and_the_last_carries_the_usage(tmp_path: Path) -> None:
    backend = await scripted(tmp_path, '{"text": "a"}', '{"text": "b"}')
    deltas = await ask(backend, "?", n=2)
    assert (text_of(deltas, 0), text_of(deltas, 1)) == ("a", "b")
    assert [delta.usage is not None for delta in deltas if delta.finish] == [False, True]


async def test_thoughts_and_tool_calls_are_played_too(tmp_path: Path) -> None:
    call = '{"id": "1", "name": "run", "arguments": "{}"}'
    line = f'{{"reasoning": "hm", "tool_calls": [{call}], "finish": "tool_calls"}}'
    backend = await scripted(tmp_path, '{"profile": {"tools": true}}', line)
    deltas = await ask(backend, "?")
    assert deltas[0].reasoning == "hm"
    assert deltas[-1].tool_calls[0].name == "run"
    assert backend.profile.tools == "native"


async def test_the_profile_says_that_it_is_a_script(tmp_path: Path) -> None:
    backend = await scripted(tmp_path, '{"profile": {"capable": true, "edit_format": "search_replace"}}')
    assert backend.profile.engine == "scripted"
    assert "script" in backend.profile.model
    assert backend.profile.capable


async def test_a_script_that_has_ended_says_so(tmp_path: Path) -> None:
    backend = await scripted(tmp_path, '{"error": "The server is on fire."}')
    with pytest.raises(BackendError, match="on fire"):
        await ask(backend, "?")
    with pytest.raises(BackendError, match="no answer left"):
        await ask(backend, "?")


async def test_scores_are_scripted_by_what_a_variant_contains(tmp_path: Path) -> None:
    backend = await scripted(
        tmp_path, '{"profile": {"scores": true}}', '{"score": "a + b", "ratio": 3.5}', '{"score": "a"}'
    )
    scores = await backend.score(ScoreRequest("a - b", ("a - b", "a + b", "b - b")))
    assert scores.ratios == (0.0, 3.5, -10.0)
    silent = await scripted(tmp_path)
    with pytest.raises(UnsupportedError):
        await silent.score(ScoreRequest("a", ("b",)))


@pytest.mark.parametrize("line", ['{"txt": "misspelt"}', "not json", '{"text": 3}'])
async def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(BackendError, match="line 2"):
        await scripted(tmp_path, "", line)


async def test_a_missing_script_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="cannot be read"):
        await connect(f"scripted:{tmp_path / 'none.jsonl'}")
