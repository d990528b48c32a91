"""Several folders open at once: each has what it needs to itself, and shares what there is one of."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from quintet.features.code_actions.offers import MOVED
from quintet.features.diagnostics import LONGEST
from quintet.indexing.frames import Progress
from quintet.session import Session

BROKEN = "x = (\n"
FINE = "x = 1\n"
BUGGY = "def add(a, b):\n    return a - b\n"
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
OPTIONS = {"backend": "none", "mode": "fast", "test": {"command": "python -m unittest"}}
SHOP = {"prices.py": "def total():\n    pass\n\n\ndef totals():\n    pass\n", "same.py": "def ours(): pass\n"}
BANK = {"tax.py": "def total_of():\n    pass\n", "same.py": "from prices import total\n\n\ntotal()\n"}

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Lay out a folder by its name, with files by theirs."""

    def write(name: str, files: dict[str, str]) -> Path:
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (tmp_path / name / path).write_text(text)
        return tmp_path / name

    return write


@pytest.fixture
async def it() -> AsyncIterator[Editor]:
    async with editor() as found:
        yield found


async def settled(it: Editor) -> None:
    """Everything said so far has been taken: requests are answered in their turn."""
    await it.request("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:x"}})


async def owner(it: Editor, uri: str) -> tuple[Path | None, str]:
    """The folder whose a document is, and its path there; it is open there."""
    await settled(it)
    session, path = it.server.edge.at(uri) or (Session(), "")
    assert session.documents[path].name == uri
    return session.root, path


def children() -> list[str]:
    """The processes that this one has started and that are still there."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def held(it: Editor) -> dict[Path | None, set[str]]:
    return {session.root: set(session.documents) for session in it.server.edge.sessions}


def published(it: Editor, uri: str) -> list[bool]:
    """Whether there were problems, each time that those of a document were sent."""
    told = [m["params"] for m in it.received if m.get("method") == "textDocument/publishDiagnostics"]
    return [bool(params["diagnostics"]) for params in told if params["uri"] == uri]


async def shown(it: Editor, uri: str, *, problems: bool) -> None:
    """Wait until the last that was sent of a document is that it has problems, or that it has none."""
    await it.wait(lambda _: published(it, uri)[-1:] == [problems])


# --- whose a document is ------------------------------------------------------------------------------


async def test_each_folder_serves_its_own_and_equal_paths_do_not_meet(it: Editor, folder: Folder) -> None:
    one, two = folder("one", {}), folder("two", {})
    offered = await it.initialize(one, folders=[one, two])
    announced = {"supported": True, "changeNotifications": True}
    assert offered["capabilities"]["workspace"]["workspaceFolders"] == announced
    first, second = it.open(one / "a.py", FINE), it.open(two / "a.py", BROKEN)
    assert await owner(it, first) == (one, "a.py")
    assert await owner(it, second) == (two, "a.py")
    it.change(first, 2, {"text": "y = 1\n"})
    it.notify("textDocument/didSave", {"textDocument": {"uri": second}})
    await settled(it)
    texts = [session.documents["a.py"].document.text for session in it.server.edge.sessions]
    assert texts == ["y = 1\n", BROKEN]
    await shown(it, first, problems=False)
    await shown(it, second, problems=True)
    it.notify("textDocument/didClose", {"textDocument": {"uri": first}})
    await settled(it)
    assert held(it) == {one: set(), two: {"a.py"}}


async def test_of_folders_inside_one_another_the_inner_one_owns_and_both_see_the_text(
    it: Editor, folder: Folder
) -> None:
    inner = folder("outer/inner", {"a.py": "disk\n"})
    outer = inner.parent
    await it.initialize(None, folders=[outer, inner])
    uri = it.open(inner / "a.py", FINE)
    beside = it.open(outer / "a.py", FINE)
    it.change(uri, 2, {"text": BROKEN})
    assert await owner(it, uri) == (inner, "a.py")
    assert await owner(it, beside) == (outer, "a.py")
    assert held(it) == {outer: {"inner/a.py", "a.py"}, inner: {"a.py"}}
    snapshot = await it.server.edge.sessions[0].snapshot()
    assert getattr(snapshot.document("inner/a.py"), "text", None) == BROKEN
    await shown(it, uri, problems=True)
    await shown(it, beside, problems=False)
    assert published(it, uri)[-1]
    it.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await shown(it, uri, problems=False)
    assert held(it) == {outer: {"a.py"}, inner: set()}


async def test_what_lies_in_no_folder_is_the_first_ones(it: Editor, folder: Folder) -> None:
    one, two = folder("one", {}), folder("two", {})
    await it.initialize(None, folders=[two, one, two.parent / "missing"])
    outside = two.parent / "outside.py"
    assert await owner(it, it.open(outside, FINE)) == (two, outside.as_posix())
    assert list(held(it)) == [two, one]


async def test_two_names_of_one_folder_are_one_folder(it: Editor, folder: Folder) -> None:
    one = folder("one", {"a.py": FINE})
    link = one.parent / "link"
    link.symlink_to(one)
    await it.initialize(None, folders=[one, link])
    uri = it.open(link / "a.py")
    assert await owner(it, uri) == (one, "a.py")
    it.change_folders(removed=[one])
    assert await owner(it, uri) == (link, "a.py")
    assert held(it) == {link: {"a.py"}}


# --- folders come and go ------------------------------------------------------------------------------


async def test_open_documents_go_where_the_folders_say(it: Editor, folder: Folder) -> None:
    one, two = folder("one", {}), folder("two", {})
    await it.initialize(None)
    uri = it.open(two / "a.py", BROKEN)
    assert await owner(it, uri) == (None, (two / "a.py").as_posix())
    it.change_folders(added=[one, two])
    assert await owner(it, uri) == (two, "a.py")
    it.change(uri, 2, {"text": BROKEN + BROKEN})
    it.change_folders(removed=[two])
    assert await owner(it, uri) == (one, (two / "a.py").as_posix())
    it.change_folders(removed=[one])
    assert await owner(it, uri) == (None, (two / "a.py").as_posix())
    [session] = it.server.edge.sessions
    document = session.documents[(two / "a.py").as_posix()].document
    assert (document.text, document.version) == (BROKEN + BROKEN, 2)
    await shown(it, uri, problems=True)
    it.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await shown(it, uri, problems=False)


async def test_a_folder_inside_an_open_one_takes_its_documents_and_gives_them_back(
    it: Editor, folder: Folder
) -> None:
    inner = folder("outer/inner", {})
    await it.initialize(None, folders=[inner.parent])
    uri = it.open(inner / "a.py", BROKEN)
    await shown(it, uri, problems=True)
    it.received.clear()
    it.change_folders(added=[inner])
    assert await owner(it, uri) == (inner, "a.py")
    await shown(it, uri, problems=True)
    await asyncio.sleep(LONGEST)  # whatever the outer one might take back, it has by then
    assert all(published(it, uri))
    it.change_folders(removed=[inner])
    assert await owner(it, uri) == (inner.parent, "inner/a.py")
    it.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await shown(it, uri, problems=False)


async def test_a_folder_that_stays_keeps_its_session(it: Editor, folder: Folder) -> None:
    one, two = folder("one", {}), folder("two", {})
    await it.initialize(None, folders=[one, two])
    await settled(it)
    [first, second] = it.server.edge.sessions
    it.change_folders(added=[two], removed=[two, two.parent / "never"])  # it was given another name
    it.change_folders(added=[one, two.parent / "missing"])
    await settled(it)
    assert it.server.edge.sessions == [first, second]
    assert first.obstacle(None) is None


async def test_who_sees_a_document_before_and_after_keeps_what_it_knows(it: Editor, folder: Folder) -> None:
    inner = folder("outer/inner", {"a.py": FINE})
    await it.initialize(None, folders=[inner.parent])
    uri = it.open(inner / "a.py", FINE)
    it.change(uri, 2, {"text": "y = 1\n"})
    await settled(it)
    [outer] = it.server.edge.sessions
    before = outer.documents["inner/a.py"]
    for added, removed in (([inner], []), ([], [inner])):
        it.change_folders(added, removed)
        await settled(it)
        assert outer.documents["inner/a.py"] is before
        assert [path for path, _ in (await outer.history()).recent] == ["inner/a.py"]


async def test_every_session_begins_once(it: Editor, folder: Folder) -> None:
    one, two = folder("one", {}), folder("two", {})
    options = {"index": False}
    params = {"rootUri": one.as_uri(), "capabilities": {}, "initializationOptions": options}
    await it.request("initialize", params | {"processId": None})
    it.change_folders(added=[two])
    it.notify("initialized", {})
    it.notify("initialized", {})
    await settled(it)
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert names.count("publish") == len(it.server.edge.sessions) == 2


# --- settings -----------------------------------------------------------------------------------------


async def test_a_folders_own_file_counts_there_alone_and_the_editors_settings_everywhere(
    it: Editor, folder: Folder
) -> None:
    one = folder("one", {"quintet.toml": 'mode = "deep"\n'})
    two = folder("two", {"quintet.toml": "modus = 1\n"})
    three = folder("three", {"quintet.toml": "mode = 3\n"})
    it.settings = {"budget": {"tokens": 7}, "bugdet": 1}
    await it.initialize(None, folders=[one, two], options={"threads": 3})
    await it.heard("window/showMessage")
    it.change_folders(added=[three])
    await settled(it)
    got = [
        (each.settings.mode, each.settings.budget.tokens, each.settings.threads)
        for each in it.server.edge.sessions
    ]
    assert got == [("deep", 7, 3), ("auto", 7, 3), ("auto", 7, 3)]
    first, second = it.shown()
    assert first.count("two/quintet.toml: quintet.modus is not known") == 1
    assert first.count("quintet.bugdet is not known") == 1
    assert second.startswith("Quintet: three/quintet.toml: quintet.mode must be")
    assert "bugdet" not in second


async def test_what_a_folder_denies_is_denied_in_those_inside_it_and_around_it(
    it: Editor, folder: Folder
) -> None:
    inner = folder("outer/inner", {"quintet.toml": 'deny = ["own.py"]\n', "own.py": FINE, "theirs.py": FINE})
    outer = folder("outer", {"quintet.toml": 'deny = ["/inner/theirs.py"]\n'})
    await it.initialize(None, folders=[outer])
    for name in ("own.py", "theirs.py"):
        it.open(inner / name)
    await settled(it)
    assert [set(each.overlays()) for each in it.server.edge.sessions] == [{"inner/own.py"}]
    it.change_folders(added=[inner])
    await settled(it)
    assert [set(each.overlays()) for each in it.server.edge.sessions] == [set(), set()]


async def test_a_folder_that_is_opened_by_a_link_denies_in_those_inside_it_too(
    it: Editor, folder: Folder, tmp_path: Path
) -> None:
    inner = folder("real/inner", {"own.py": FINE})
    folder("real", {"quintet.toml": 'deny = ["own.py"]\n'})
    (tmp_path / "link").symlink_to(inner.parent)
    await it.initialize(None, folders=[tmp_path / "link", inner])
    it.open(inner / "own.py")
    await settled(it)
    assert [set(each.overlays()) for each in it.server.edge.sessions] == [set(), set()]


# --- looking around -----------------------------------------------------------------------------------


def at(uri: str, line: int, character: int, **more: Any) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}} | more


def places(found: Any) -> list[tuple[str, str, int]]:
    """Folder, file and line of each location."""
    uris = [(each["uri"].rsplit("/", 2), each["range"]["start"]["line"]) for each in found]
    return [(parts[1], parts[2], line) for parts, line in uris]


async def test_symbols_of_all_folders_the_likeliest_first(it: Editor, folder: Folder) -> None:
    shop, bank = folder("shop", SHOP), folder("bank", BANK)
    await it.initialize(None, {}, folders=[bank, shop])
    it.open(bank / "tax.py", BANK["tax.py"] + "\n\nclass Totaler:\n    def subtotal(self): pass\n")
    found = await it.request("workspace/symbol", {"query": "total"})
    assert [(each["name"], each["containerName"]) for each in found] == [
        ("total", "shop/prices.py"),
        ("totals", "shop/prices.py"),
        ("Totaler", "bank/tax.py"),
        ("total_of", "bank/tax.py"),
        ("subtotal", "Totaler"),
    ]
    assert places([found[0]["location"], found[3]["location"]]) == [
        ("shop", "prices.py", 0),
        ("bank", "tax.py", 0),
    ]


async def test_a_symbol_in_a_folder_inside_another_is_listed_once(it: Editor, folder: Folder) -> None:
    inner = folder("outer/inner", SHOP)
    await it.initialize(None, {}, folders=[inner.parent, inner])
    it.open(inner / "prices.py", "\n\n" + SHOP["prices.py"])
    found = await it.request("workspace/symbol", {"query": "total"})
    assert places([each["location"] for each in found]) == [
        ("inner", "prices.py", 2),
        ("inner", "prices.py", 6),
    ]


async def test_a_folder_may_want_no_such_answers(it: Editor, folder: Folder) -> None:
    shop, bank = folder("shop", SHOP), folder("bank", BANK | {"quintet.toml": "navigation = false\n"})
    await it.initialize(None, {}, folders=[shop, bank])
    found = await it.request("workspace/symbol", {"query": "total"})
    assert {each["containerName"] for each in found} == {"prices.py"}
    assert await it.request("textDocument/definition", at((bank / "same.py").as_uri(), 3, 2)) is None


async def test_a_name_its_own_folder_does_not_define_is_looked_for_in_the_others(
    it: Editor, folder: Folder
) -> None:
    shop, bank = folder("shop", SHOP), folder("bank", BANK)
    await it.initialize(None, {}, folders=[bank, shop])
    uri = it.open(bank / "same.py")
    it.open(shop / "prices.py", "\n" + SHOP["prices.py"])
    found = await it.request("textDocument/definition", at(uri, 3, 2))
    assert places(found) == [("shop", "prices.py", 1)]
    for declared, more in ((True, [("shop", "prices.py", 1)]), (False, [])):
        params = at(uri, 3, 2, context={"includeDeclaration": declared})
        found = await it.request("textDocument/references", params)
        assert places(found) == [("bank", "same.py", 0), ("bank", "same.py", 3), *more]


async def test_equal_paths_are_two_files_to_a_definition(it: Editor, folder: Folder) -> None:
    shop, bank = folder("shop", SHOP), folder("bank", {"same.py": "ours()\n"})
    await it.initialize(None, {}, folders=[bank, shop])
    found = await it.request("textDocument/definition", at(it.open(bank / "same.py"), 0, 1))
    assert places(found) == [("shop", "same.py", 0)]


async def test_names_that_are_defined_at_home_or_nowhere_stay_at_home(it: Editor, folder: Folder) -> None:
    one = folder("one", {"a.py": "def f():\n    return here\n", "b.py": "f()\nhere\n"})
    two = folder("two", {"a.py": "def f():\n    return here\n"})
    await it.initialize(None, {}, folders=[one, two])
    uri = it.open(one / "b.py")
    assert places(await it.request("textDocument/definition", at(uri, 0, 0))) == [("one", "a.py", 0)]
    params = at(uri, 1, 0, context={"includeDeclaration": True})
    assert places(await it.request("textDocument/references", params)) == [
        ("one", "b.py", 1),
        ("one", "a.py", 1),
    ]


async def test_the_context_is_the_folders_of_the_document(it: Editor, folder: Folder) -> None:
    shop, bank = folder("shop", SHOP), folder("bank", BANK)
    await it.initialize(None, {}, folders=[shop, bank])

    async def explained(uri: str) -> Any:
        params = {"command": "quintet.explainContext", "arguments": [{"uri": uri}]}
        return await it.answer(it.ask("workspace/executeCommand", params))

    text = (await explained((bank / "tax.py").as_uri()))["result"]["text"]
    assert "total_of" in text
    assert "totals" not in text
    refused = (await explained((bank.parent / "x.py").as_uri()))["error"]["message"]
    assert refused.endswith(f"lies outside the workspace {shop}, {bank}.")


# --- repairs ------------------------------------------------------------------------------------------


async def begun(it: Editor) -> None:
    """Wait until candidates are being tried."""
    await it.wait(lambda m: str(_value(m).get("message", "")).startswith("Coder"))


def _value(message: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = message["params"]["value"] if message.get("method") == "$/progress" else {}
    return value


def waits(message: dict[str, Any]) -> bool:
    return _value(message).get("message") == "Waiting for the repair before this one."


@pytest.fixture
async def broken(it: Editor, folder: Folder) -> tuple[Path, Any]:
    """The second of two folders, in which a test fails, and the action that is offered for it."""
    files = {"sums.py": BUGGY, "test_sums.py": TEST}
    first, second = folder("first", files), folder("second", files)
    await it.initialize(None, options=OPTIONS, folders=[first, second])
    [action, *_] = await it.actions(it.open(second / "test_sums.py"), 7, 4)
    return second, action


async def test_a_repair_edits_the_folder_it_was_asked_in(it: Editor, broken: tuple[Path, Any]) -> None:
    second, action = broken
    resolved = await it.request("codeAction/resolve", action)
    [change] = resolved["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": (second / "sums.py").as_uri(), "version": None}


async def test_folders_repair_one_after_the_other(it: Editor, broken: tuple[Path, Any]) -> None:
    second, action = broken
    first = second.parent / "first"
    [other, *_] = await it.actions(it.open(first / "test_sums.py"), 7, 4)
    asked = it.ask("codeAction/resolve", action)
    await begun(it)
    waiting = it.ask("codeAction/resolve", other)
    await it.wait(waits)
    it.notify("$/cancelRequest", {"id": asked})
    [change] = (await it.answer(waiting))["result"]["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == (first / "sums.py").as_uri()


async def test_a_folder_that_is_closed_ends_its_repairs_with_a_sentence(
    it: Editor, broken: tuple[Path, Any]
) -> None:
    second, action = broken
    asked = it.ask("codeAction/resolve", action)
    await begun(it)
    waiting = it.ask("codeAction/resolve", action)
    await it.wait(waits)
    it.change_folders(removed=[second])
    for request in (asked, waiting):
        assert "edit" not in (await it.answer(request))["result"]
    assert it.shown() == ["Quintet: The folder was closed meanwhile."] * 2
    assert not children()
    assert not it.server.edge.sessions[0].busy


async def test_an_offer_of_a_folder_that_is_closed_is_not_taken_up(
    it: Editor, broken: tuple[Path, Any]
) -> None:
    second, action = broken
    it.change_folders(removed=[second])
    assert "edit" not in await it.request("codeAction/resolve", action)
    assert it.shown() == [f"Quintet: {MOVED}"]


async def test_a_session_that_is_closed_says_so(folder: Folder) -> None:
    session = Session(folder("one", {}))
    await session.aclose()
    assert session.obstacle("a.py") == "The folder is no longer open."


async def test_a_fix_by_the_outer_folder_is_for_the_text_that_the_inner_one_has_open(
    it: Editor, folder: Folder
) -> None:
    inner = folder("outer/inner", {"sums.py": BUGGY, "__init__.py": ""})
    outer = folder("outer", {"test_sums.py": TEST.replace("from sums", "from inner.sums")})
    await it.initialize(None, options=OPTIONS, folders=[outer, inner])
    uri = it.open(inner / "sums.py", "# not saved\n" + BUGGY, version=4)
    [action, *_] = await it.actions(it.open(outer / "test_sums.py"), 7, 4)
    [change] = (await it.request("codeAction/resolve", action))["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 4}
    assert {edit["range"]["start"]["line"] for edit in change["edits"]} == {2}


# --- the index ----------------------------------------------------------------------------------------


def progress(it: Editor) -> list[Progress]:
    return [each.keeper.state.progress for each in it.server.edge.sessions if each.keeper]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 -- another process is waited for
            await asyncio.sleep(0.05)


async def test_every_folder_has_an_index_and_gives_it_up_when_it_is_closed(
    it: Editor, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # for processes of our own
    shop, bank = folder("shop", SHOP), folder("bank", BANK)
    large = folder("large", {f"m{number}.py": f"def f{number}(): pass\n" * 200 for number in range(900)})
    await it.initialize(None, CAPABLE, options={"index": True}, folders=[shop, large])
    # a busy machine may take long enough for the small one to be shown, too
    began = await it.wait(lambda message: "large" in _value(message).get("title", ""))
    assert _value(began)["title"] == "Quintet: index of large"
    it.change_folders(added=[bank], removed=[large])
    await settled(it)
    assert [session.root for session in it.server.edge.sessions] == [shop, bank]
    await until(lambda: [each.complete for each in progress(it)] == [True, True])
    await it.wait(lambda message: _value(message).get("kind") == "end")
    found = await it.request("workspace/symbol", {"query": "total"})
    assert [each["name"] for each in found] == ["total", "totals", "total_of"]
    params = {"command": "quintet.index.pause", "arguments": []}
    assert await it.request("workspace/executeCommand", params) == "The index is paused."
    await until(lambda: [each.paused for each in progress(it)] == [True, True])
    it.change_folders(removed=[shop, bank])
    await until(lambda: not children())
