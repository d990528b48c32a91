"""The pocket model in its worker: streams, cancels, dies, comes back, and scores what naive evaluation scores."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from quintet_models.backends import BackendError, ScoreRequest, UnsupportedError, connect, pocket
from quintet_models.backends.llama_cpp import LlamaCpp
from quintet_models.backends.llama_frames import Load
from quintet_models.backends.llama_process import WorkerProcess
from quintet_models.messages import Delta, Message, Request, Sampling, ToolSpec

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

BASE = "def largest(xs):\n    best = xs[0]\n    for x in xs:\n        if x > best:\n            best = x\n    return best\n"
LONG = "x = 1\n" * 900  # 3,600 tokens: many seconds of prompt evaluation


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of our own, so that the user's is neither used nor filled."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model(cache: Path) -> AsyncIterator[LlamaCpp]:  # noqa: ARG001  it must be set up first
    """One worker for all tests: that it survives them is part of the test."""
    backend = await connect("pocket", threads=1)
    assert isinstance(backend, LlamaCpp)
    yield backend
    await backend.aclose()


async def collect(backend: LlamaCpp, request: Request) -> list[Delta]:
    async with aclosing(backend.stream(request)) as deltas:
        return [delta async for delta in deltas]


def prompt(text: str, tokens: int = 8, *, n: int = 1, **sampling: object) -> Request:
    return Request(prompt=text, n=n, sampling=Sampling(max_tokens=tokens, **sampling))  # type: ignore[arg-type]


def text_of(deltas: list[Delta], index: int = 0) -> str:
    return "".join(delta.text for delta in deltas if delta.index == index)


async def leave_after_first(backend: LlamaCpp, request: Request) -> None:
    async with aclosing(backend.stream(request)) as deltas:
        async for _ in deltas:
            return


async def test_the_handshake_knows_the_model(model: LlamaCpp, cache: Path) -> None:
    profile = model.profile
    assert (profile.engine, profile.model) == ("pocket", "SmolLM2-135M-Instruct")
    assert profile.context_tokens == 8192
    assert profile.parameters
    assert 130e6 < profile.parameters < 140e6
    assert profile.chat
    assert profile.scores
    assert profile.grammar
    assert not profile.capable
    assert profile.edit_format == "infill"
    assert [path.suffix for path in (cache / "quintet" / "models").iterdir()] == [".gguf"]


async def test_a_conversation_streams(model: LlamaCpp) -> None:
    request = Request(messages=(Message("user", "Count from 1 to 9."),), sampling=Sampling(max_tokens=12))
    deltas = await collect(model, request)
    assert len([delta for delta in deltas if delta.text]) > 3
    last = deltas[-1]
    assert last.finish in {"length", "stop"}
    assert last.usage
    assert last.usage.prompt_tokens > 20  # the template and its system message are counted
    assert last.usage.completion_tokens <= 12


async def test_samples_share_a_prompt_and_a_seed_repeats_them(model: LlamaCpp) -> None:
    request = prompt("The three colours are", 6, n=3, temperature=1.0, top_p=0.95, seed=7)
    first, second = await collect(model, request), await collect(model, request)
    texts = [text_of(first, i) for i in range(3)]
    assert len(set(texts)) > 1
    assert sorted(delta.index for delta in first if delta.finish) == [0, 1, 2]
    assert texts == [text_of(second, i) for i in range(3)]
    usage = second[-1].usage
    assert usage
    assert usage.cached_tokens == usage.prompt_tokens - 1


async def test_a_prompt_that_begins_alike_is_not_evaluated_again(model: LlamaCpp) -> None:
    head = "import os\n" * 40
    first = (await collect(model, prompt(head + "def read(path):", 2)))[-1].usage
    second = (await collect(model, prompt(head + "class Writer:", 2)))[-1].usage
    assert first
    assert second
    assert second.cached_tokens >= await model.count(head) - 1
    assert second.cached_tokens < second.prompt_tokens


async def test_two_prompts_at_once_keep_apart(model: LlamaCpp) -> None:
    canaries = {"1, 2, 3, 4, 5, 6,": " 7, 8, 9, ", "a b c d e f g h": " i j k l m n o p q r"}
    answers = await asyncio.gather(*(collect(model, prompt(text, 10)) for text in canaries))
    assert [text_of(deltas) for deltas in answers] == list(canaries.values())


async def test_a_cancelled_generation_gives_its_room_back(model: LlamaCpp) -> None:
    worker = model.worker_pid
    await leave_after_first(model, prompt("Once upon a time", 7000, temperature=1.0, seed=1))
    deltas = await collect(model, prompt("a b c d", 4))
    assert deltas[-1].finish
    async with asyncio.timeout(60):  # it waits for ever if what it needs was not given back
        await leave_after_first(model, prompt("One two", 8000, temperature=1.0, seed=1))
    assert model.worker_pid == worker


async def test_a_cancel_is_seen_while_the_prompt_is_evaluated(model: LlamaCpp) -> None:
    worker = model.worker_pid
    task = asyncio.create_task(collect(model, prompt(LONG, 4)))
    await asyncio.sleep(0.5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert (await collect(model, prompt("a b c d", 2)))[-1].finish
    await asyncio.sleep(1.2)  # a worker that did not let go in a second is killed
    assert await model.count("x") == 1
    assert model.worker_pid == worker


async def test_a_score_does_not_hold_up_a_stream(model: LlamaCpp) -> None:
    variants = tuple(BASE.replace("xs[0]", f"xs[{i}]") for i in range(1, 41))
    ended: list[str] = []

    async def score() -> None:
        await model.score(ScoreRequest(BASE, variants))
        ended.append("score")

    async def stream() -> None:
        await collect(model, prompt("1, 2, 3,", 4))
        ended.append("stream")

    scoring = asyncio.create_task(score())
    await asyncio.sleep(0.1)
    await stream()
    await scoring
    assert ended == ["stream", "score"]


async def test_a_likelier_variant_scores_higher(model: LlamaCpp) -> None:
    odd = BASE.replace("xs[0]", "xs[7]")
    scores = await model.score(ScoreRequest(odd, (BASE, odd, odd.replace("return best", "return retrun"))))
    right, same, wrong = scores.ratios
    assert right > 0.0 == same > wrong
    assert scores.tokens >= 20  # more, if the base had to be read first


async def test_a_prompt_that_does_not_fit_is_refused_not_cut(model: LlamaCpp) -> None:
    with pytest.raises(BackendError, match=r"The prompt has \d+ tokens; .* holds 8192"):
        await collect(model, prompt(LONG * 4, 4))
    with pytest.raises(BackendError, match=r"The text to score has \d+ tokens; the model holds 8192"):
        await model.score(ScoreRequest(LONG * 4, (LONG * 4 + "y",)))
    assert await model.count("x = 1\n") == 5


async def test_a_stop_string_is_not_part_of_the_answer(model: LlamaCpp) -> None:
    deltas = await collect(model, prompt("1, 2, 3, 4,", 20, stop=(" 7",)))
    assert text_of(deltas) == " 5, 6,"
    assert deltas[-1].finish == "stop"


async def test_a_grammar_holds_and_characters_stay_whole(model: LlamaCpp) -> None:
    request = Request(prompt="Say:", grammar='root ::= "naïve 🎉"', sampling=Sampling(max_tokens=30))
    deltas = await collect(model, request)
    assert text_of(deltas) == "naïve 🎉"
    assert deltas[-1].finish == "stop"


async def test_a_schema_holds(model: LlamaCpp) -> None:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"line": {"enum": [3, 4]}},
        "required": ["line"],
    }
    request = Request(
        messages=(Message("user", "Which line?"),), schema=schema, sampling=Sampling(max_tokens=40)
    )
    assert json.loads(text_of(await collect(model, request)))["line"] in {3, 4}


async def test_what_it_cannot_do_it_says(model: LlamaCpp) -> None:
    hello = (Message("user", "x"),)
    with pytest.raises(BackendError, match="not valid GBNF"):
        await collect(model, Request(prompt="x", grammar="root ::= ("))
    with pytest.raises(UnsupportedError, match="adapter"):
        await collect(model, Request(messages=hello, adapter="fix"))
    with pytest.raises(UnsupportedError, match="tools"):
        await collect(model, Request(messages=hello, tools=(ToolSpec("run", "Runs.", {}),)))


async def test_a_killed_worker_is_an_error_now_and_a_new_one_later(model: LlamaCpp) -> None:
    killed = model.worker_pid
    assert killed

    async def kill_after_first() -> None:
        async with aclosing(model.stream(prompt("Once", 500, temperature=1.0))) as deltas:
            async for _ in deltas:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(killed, signal.SIGKILL)

    with pytest.raises(BackendError, match="killed by signal 9"):
        await kill_after_first()
    assert (await collect(model, prompt("a b c", 2)))[-1].finish
    assert model.worker_pid not in {None, killed}


async def test_an_engine_that_dies_while_it_loads_is_probably_built_wrong() -> None:
    source = pocket.shipped()
    assert source
    worker = await WorkerProcess.start(Load(path=str(source), threads=1))
    worker.kill()
    with pytest.raises(
        BackendError, match=r"killed by signal 9 while it loaded the model\. If llama-cpp-python"
    ):
        await worker.receive(0)
    await worker.aclose()


async def test_a_worker_that_does_not_answer_a_cancel_is_killed(model: LlamaCpp) -> None:
    await collect(model, prompt("a", 1))
    stuck = model.worker_pid
    assert stuck
    async with aclosing(model.stream(prompt("Once", 500))) as deltas:
        async for _ in deltas:
            os.kill(stuck, signal.SIGSTOP)
            break
    async with asyncio.timeout(20):
        deltas_later = None
        while deltas_later is None:
            with contextlib.suppress(BackendError):  # what came in before it was given up dies with it
                deltas_later = await collect(model, prompt("a b c", 2))
    assert model.worker_pid not in {None, stuck}


async def test_a_worker_does_not_outlive_its_parent() -> None:
    code = (
        "import asyncio, sys\n"
        "from quintet_models.backends.llama_process import WorkerProcess\n"
        "from quintet_models.backends.llama_frames import Load\n"
        "async def main():\n"
        "    worker = await WorkerProcess.start(Load(path=sys.argv[1], threads=1))\n"
        "    await worker.receive(0)\n"
        "    print(worker.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    source = pocket.shipped()
    assert source
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(source), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    worker = int(await parent.stdout.readline())
    parent.kill()
    await parent.communicate()
    async with asyncio.timeout(10):
        while Path(f"/proc/{worker}").exists():  # noqa: ASYNC110, ASYNC240  no one tells us of a grandchild's end
            await asyncio.sleep(0.02)


async def test_a_truncated_model_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pocket.shipped()
    assert source
    half = tmp_path / "half.gguf"
    with source.open("rb") as whole:
        half.write_bytes(whole.read(40_000_000))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert await pocket.prepared(half) == half
    assert not list((tmp_path / "cache").rglob("*.*"))
    with pytest.raises(
        BackendError, match=r"half.gguf is truncated or damaged; download or install it again"
    ):
        await connect(f"llama_cpp:{half}")


async def test_what_is_no_model_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.gguf").write_text("Dear diary")
    with pytest.raises(BackendError, match=r"notes.gguf is no GGUF model file"):
        await connect(f"llama_cpp:{tmp_path / 'notes.gguf'}")
    with pytest.raises(BackendError, match="no model file at"):
        await connect(f"llama_cpp:{tmp_path / 'none.gguf'}")


async def test_without_a_cache_the_shipped_file_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    source = pocket.shipped()
    assert source
    assert await pocket.prepared(source) == source


async def test_scores_are_what_naive_evaluation_gives(tmp_path: Path) -> None:
    """In process, and with F16 weights: quantised activations alone move a sum by some tenths."""
    from quintet_models.backends import llama_engine as engine  # noqa: PLC0415  (half a second, and only here)
    from quintet_models.backends.llama_score import BaseText, Scoring, log_probabilities  # noqa: PLC0415

    source, log = pocket.shipped(), engine.Log()
    assert source
    engine.quantize(str(source), str(tmp_path / "f16.gguf"), "F16", 1, log)
    model, abort = engine.Model(str(tmp_path / "f16.gguf"), log), engine.Abort()
    shared = engine.Context(model, cells=512, batch=64, sequences=32, threads=1, abort=abort)
    alone = engine.Context(model, cells=512, batch=256, sequences=1, threads=1, abort=abort)

    def read(text: str) -> tuple[list[int], list[float]]:
        tokens = [model.start_token(), *model.tokenize(text, special=False, bos=False).tolist()]
        alone.drop(0)
        alone.decode(tokens, np.arange(len(tokens)), 0, 1)
        rows = alone.logits()
        return tokens, [float(log_probabilities(rows[i], [t])[0]) for i, t in enumerate(tokens[1:])]

    def naive(base: str, variant: str, window: int) -> float:
        (ours, p), (theirs, q) = read(variant), read(base)
        most = min(len(ours), len(theirs))
        start = next((i for i in range(most) if ours[i] != theirs[i]), most)
        same = next((i for i in range(most - start) if ours[-1 - i] != theirs[-1 - i]), most - start)
        end, their_end = len(ours) - max(same - window, 0), len(theirs) - max(same - window, 0)
        return sum(p[start - 1 : end - 1]) - sum(q[start - 1 : their_end - 1])

    known = BaseText()
    for base, changes in (
        (BASE, (("> best", "< best"), ("xs[0]", "xs[len(xs) - 1]"), ("    best = xs[0]\n", ""))),
        (BASE, (("def", "async def"), (BASE, BASE + "\n\nprint(1)\n"), ("return best\n", ""))),
        (BASE.replace("best", "top"), (("x > top", "x >= top"), ("return", "yield"), ("top", "top"))),
    ):
        variants = tuple(base.replace(*change, 1) for change in changes)
        scoring = Scoring(model, base, variants, window=5)
        assert all(step is None for step in scoring.steps(shared, known))
        assert scoring.ratios.tolist() == pytest.approx([naive(base, v, 5) for v in variants], abs=0.06)
