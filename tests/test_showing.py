"""Pages: kept where the editor asks for them, else written where only their user can read them."""

import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from quintet.edge.markdown import code, fenced, inline, table
from quintet.edge.pages import Pages, address, name_of
from quintet.edge.showing import show, written
from quintet.protocol import file_path
from quintet_models.trajectory import state_folder

SHOWS = CAPABLE | {"window": {"showDocument": {"support": True}}}
VIRTUAL = SHOWS | {"workspace": {"textDocumentContent": {"dynamicRegistration": True}}}
REFRESH = "workspace/textDocumentContent/refresh"


@pytest.fixture
async def virtual(shop: Path) -> AsyncIterator[Editor]:
    """An editor that asks for texts by their addresses."""
    async with editor() as it:
        it.replies["window/showDocument"] = lambda _: {"success": True}
        await it.initialize(shop, VIRTUAL)
        yield it


def sent(it: Editor, method: str) -> list[Any]:
    return [each["params"] for each in it.received if each.get("method") == method]


async def test_a_page_is_shown_by_its_address(virtual: Editor) -> None:
    edge = virtual.server.edge
    assert await show(edge, "trace/5f.md", "# Text") == "quintet:/trace/5f.md"
    assert sent(virtual, "window/showDocument") == [{"uri": "quintet:/trace/5f.md", "takeFocus": True}]
    assert edge.pages.get("trace/5f.md") == "# Text"


async def test_a_page_that_says_something_else_is_asked_for_again(virtual: Editor) -> None:
    for text in ("one", "one", "two"):
        assert await show(virtual.server.edge, "context.md", text, take_focus=False)
    assert sent(virtual, REFRESH) == [{"uri": "quintet:/context.md"}]
    assert [each["takeFocus"] for each in sent(virtual, "window/showDocument")] == [False] * 3


async def test_an_editor_that_refreshes_nothing_shows_it_all_the_same(virtual: Editor) -> None:
    virtual.replies[REFRESH] = lambda _: RuntimeError("no")
    assert await show(virtual.server.edge, "context.md", "one")
    assert await show(virtual.server.edge, "context.md", "two")


@pytest.mark.parametrize("reply", [None, {"success": False}, RuntimeError("no")])
async def test_what_is_not_shown_has_no_address(virtual: Editor, reply: Any) -> None:
    virtual.replies["window/showDocument"] = lambda _: reply
    assert await show(virtual.server.edge, "context.md", "one") is None


async def test_other_editors_are_given_a_file(shop: Path) -> None:
    async with editor() as it:
        it.replies["window/showDocument"] = lambda _: {"success": True}
        await it.initialize(shop, SHOWS)
        uri = await show(it.server.edge, "patch/5f.diff", "--- a\n")
        assert uri
        path = Path(file_path(uri) or "")
        assert path.is_relative_to(state_folder().parent)
        assert read(path) == ("--- a\n", 0o600)


async def test_who_shows_nothing_is_not_asked(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, {"workspace": {"textDocumentContent": {}}})
        assert await show(it.server.edge, "context.md", "one") is None
        assert not sent(it, "window/showDocument")


# --- kept


def test_an_address_is_read_back() -> None:
    for name in ("trace/5f.md", "a b/ü#?.md"):
        assert name_of(address(name)) == name
    assert name_of("quintet:///trace/5f.md") == "trace/5f.md"
    assert name_of("file:///trace/5f.md") is None


def test_the_newest_pages_are_kept() -> None:
    pages = Pages()
    for number in range(51):
        assert not pages.put(str(number), "")
    assert pages.get("0") is None
    assert pages.get("1") == ""
    assert pages.put("1", "new")
    pages.put("51", "")
    assert pages.get("1") == "new"


def test_many_long_pages_make_room_and_one_stays() -> None:
    pages = Pages()
    pages.put("a", "x" * (5 << 20))
    pages.put("b", "y" * (4 << 20))
    assert pages.get("a") is None
    pages.put("c", "z" * (9 << 20))
    assert pages.get("b") is None
    assert pages.get("c")


# --- written


def read(path: Path) -> tuple[str, int]:
    """The text of a file and who may read it."""
    return path.read_text(), stat.S_IMODE(path.stat().st_mode)


def test_the_page_of_a_workspace_replaces_the_one_before(tmp_path: Path) -> None:
    first = written([tmp_path], "context.md", "long text\n")
    second = written([tmp_path], "context.md", "a\ud83d\n")
    assert first
    assert first == second
    assert read(first) == ("a?\n", 0o600)
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert written([tmp_path / "other"], "context.md", "b") != first


def test_no_page_lies_in_a_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert written([tmp_path / "other", tmp_path], "trace/5f.md", "text") is None
    assert not (tmp_path / "state").exists()


def test_a_folder_that_cannot_be_made_costs_the_page_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert written([tmp_path / "workspace"], "context.md", "text") is None


def test_no_link_is_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    page = written([], "context.md", "text")
    assert page
    (tmp_path / "precious").write_text("mine")
    page.unlink()
    page.symlink_to(tmp_path / "precious")
    assert written([], "context.md", "text") is None
    assert (tmp_path / "precious").read_text() == "mine"


def test_files_do_not_gather(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for number in range(50):
        page = written([], f"trace/{number}.md", "text")
        assert page
        os.utime(page, (number, number))
    newest = written([], "context.md", "text")
    assert newest
    left = {path.name for path in (tmp_path / "state").rglob("*.*")}
    assert left == {"context.md", *(f"{number}.md" for number in range(1, 50))}


# --- what a page is made of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n two | three", "one two \\| three"),
        ("`<=` becomes <", "`<=` becomes \\<"),
        ("an odd ` and <b>", "an odd \\` and \\<b>"),
        ("![x](http://host)", "![x]\\(http://host)"),
        ("\x1b[31mred", "[31mred"),
        ("", ""),
    ],
)
def test_text_stays_text(text: str, shown: str) -> None:
    assert inline(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("a\nb", "`a b`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a|b", "`a\\|b`")]
)
def test_code_is_code_whatever_is_in_it(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_block_outlasts_the_blocks_in_it() -> None:
    assert fenced("````\nfenced\n````\n") == "`````text\n````\nfenced\n````\n`````"
    assert fenced("x", "diff") == "```diff\nx\n```"


def test_numbers_stand_to_the_right() -> None:
    assert table(("a", "n:"), [("x", "1")]) == "| a | n |\n| --- | ---: |\n| x | 1 |"
