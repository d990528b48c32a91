"""The command that shows what a model would be shown."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from quintet.agents.context import Piece, Prompt
from quintet.features.explain.pages import explained, page
from quintet.protocol import file_path
from quintet_models.trajectory import state_folder

SHOWS = CAPABLE | {"window": {"workDoneProgress": True, "showDocument": {"support": True}}}


@pytest.fixture
async def ready(shop: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        it.replies["window/showDocument"] = lambda _: {"success": True}
        await it.initialize(shop, SHOWS)
        yield it


async def ask(it: Editor, *arguments: Any) -> Any:
    params = {"command": "quintet.explainContext", "arguments": list(arguments)}
    return await it.answer(it.ask("workspace/executeCommand", params))


def read(path: Path) -> tuple[str, int]:
    """The text of a file and who may read it."""
    return path.read_text(), stat.S_IMODE(path.stat().st_mode)


async def test_every_piece_says_why_it_is_there(ready: Editor, shop: Path) -> None:
    uri = (shop / "shop/prices.py").as_uri()
    asked = {"uri": uri, "line": 7, "issue": "The discount is added", "tokens": 4_000}
    result = (await ask(ready, asked))["result"]
    assert result["budget"] == 4_000
    assert 0 < result["tokens"] <= 4_000
    assert result["incomplete"] == ""
    sections = {each["section"] for each in result["pieces"]}
    assert "request" in sections
    assert all(each["why"] for each in result["pieces"])
    assert {each["path"]: each["tokens"] for each in result["pieces"]}["shop/prices.py"] > 0
    assert "The discount is added" in result["text"]
    assert "def total(prices, discount):" in result["text"]


async def test_what_does_not_fit_is_listed(ready: Editor, shop: Path) -> None:
    asked = {"uri": (shop / "shop/prices.py").as_uri(), "line": 7, "issue": "Why?", "tokens": 60}
    result = (await ask(ready, asked))["result"]
    assert result["tokens"] <= 60
    assert all(each["why"] for each in result["left_out"])
    assert "shop/prices.py" in {each["path"] for each in result["left_out"]}


async def test_an_unsaved_buffer_is_what_is_shown(ready: Editor, shop: Path) -> None:
    uri = ready.open(shop / "shop/prices.py", "def never_saved():\n    return 1\n")
    assert "never_saved" in (await ask(ready, {"uri": uri, "line": 0}))["result"]["text"]


@pytest.mark.parametrize("arguments", [(), (None,), ({},)])
async def test_everything_may_be_left_out(ready: Editor, arguments: tuple[Any, ...]) -> None:
    result = (await ask(ready, *arguments))["result"]
    assert result["budget"] == 12_000
    assert "def total" in result["text"]


async def test_the_budget_is_that_of_the_mode(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, options={"mode": "fast"})
        assert (await ask(it))["result"]["budget"] == 4_000


async def test_an_editor_that_shows_documents_is_given_one(ready: Editor, shop: Path) -> None:
    result = (await ask(ready, {"issue": "discount | percent"}))["result"]
    shown = await ready.heard("window/showDocument")
    assert shown == {"uri": result["document"], "takeFocus": True}
    path = Path(file_path(shown["uri"]) or "")
    assert not path.is_relative_to(shop)
    assert path.is_relative_to(state_folder().parent)
    text, mode = read(path)
    assert mode == 0o600
    assert text.startswith("# What a model would be shown\n")
    assert "what was asked" in text
    assert result["text"].rstrip() in text


@pytest.mark.parametrize("reply", [{"success": False}, RuntimeError("no")])
async def test_one_that_does_not_after_all_gets_the_answer(ready: Editor, reply: Any) -> None:
    ready.replies["window/showDocument"] = lambda _: reply
    result = (await ask(ready))["result"]
    assert result["document"] is None
    assert result["text"]


async def test_one_that_shows_none_is_not_asked(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, {})
        assert (await ask(it))["result"]["document"] is None
        assert not [each for each in it.received if each.get("method") == "window/showDocument"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (({}, {}), "takes one object, not 2"),
        (("text",), "object"),
        (({"uri": 5},), "uri"),
        (({"line": 3},), "uri is missing"),
        (({"uri": "file:///x.py", "line": -1},), "line"),
        (({"tokens": 0},), "tokens"),
        (({"tokens": 10_000_000},), "tokens"),
        (({"isue": "typo"},), "isue"),
    ],
)
async def test_wrong_arguments_are_told(ready: Editor, arguments: tuple[Any, ...], said: str) -> None:
    error = (await ask(ready, *arguments))["error"]
    assert error["code"] == -32602
    assert said in error["message"]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("../outside.py", "lies outside the workspace"),
        ("missing.py", "does not exist"),
        (".env", ".env"),
    ],
)
async def test_what_a_model_never_sees_is_refused(ready: Editor, shop: Path, where: str, said: str) -> None:
    (shop / ".env").write_text("SECRET=1\n")
    uri = ready.open(shop / where, "SECRET=1\n") if where == ".env" else f"{shop.as_uri()}/{where}"
    error = (await ask(ready, {"uri": uri}))["error"]
    assert error["code"] == -32803
    assert said in error["message"]


async def test_documents_that_are_no_files_and_no_folder_are_refused(ready: Editor) -> None:
    assert "is no file" in (await ask(ready, {"uri": "untitled:Untitled-1"}))["error"]["message"]
    async with editor() as it:
        await it.initialize(None)
        assert "open the project's folder" in (await ask(it))["error"]["message"]


async def test_a_cancelled_command_is_answered_so(ready: Editor) -> None:
    asked = ready.ask("workspace/executeCommand", {"command": "quintet.explainContext", "arguments": []})
    ready.notify("$/cancelRequest", {"id": asked})
    assert (await ready.answer(asked))["error"]["code"] == -32800


# --- the page


def piece(why: str, text: str = "x = 1\n") -> Piece:
    return Piece("body", "a|b.py", (3, 4), ("x",), why, text)


async def test_the_page_holds_any_text_and_any_reason() -> None:
    text = "````\nfenced\n````\n"
    prompt = Prompt(text, 5, (piece("one\ntwo | three"),), tuple(piece(f"later {n}") for n in range(103)))
    shown = page(await explained(prompt, 9, "The index is being made."))
    assert "5 of 9 tokens, estimated at four characters each. The index is being made." in shown
    assert "| body | a\\|b.py:3-4 | 2 | one two \\| three |" in shown
    assert "later 99 |" in shown
    assert "later 100" not in shown
    assert "and 3 more" in shown
    assert f"`````text\n{text}`````\n" in shown


async def test_a_page_with_nothing_left_out_says_so() -> None:
    assert "## Left out\n\nNothing.\n" in page(await explained(Prompt("", 0, (), ()), 9, ""))
