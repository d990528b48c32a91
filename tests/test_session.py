import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from model_server import model_server, models
from quintet.agents.task import Abandoned, Note, RunFinished, RunStarted, Task
from quintet.connection import Connection
from quintet.repairing import Notice, repair
from quintet.session import Session
from quintet.settings import Settings, from_editor, from_environment, from_workspace
from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import parse
from quintet_models.backends import BackendError, handshake
from quintet_models.messages import Message, Request
from support import Lay


@pytest.fixture
def session(tmp_path: Path) -> Session:
    it = Session()
    it.root = tmp_path
    return it


def test_edits_are_applied_one_after_the_other(session: Session) -> None:
    session.open("a.py", "name", "x = 1\n", 1)
    session.edit("a.py", Edit(4, 5, "22"), 2)
    session.edit("a.py", Edit(6, 6, "  # two"), 2)
    assert session.documents["a.py"].document == Document("a.py", "x = 22  # two\n", 2)


@pytest.mark.parametrize("count", [1, 3, 40])
async def test_the_tree_is_that_of_the_text_as_it_is_however_many_edits_came(
    session: Session, count: int
) -> None:
    session.open("a.py", "name", "x = (1)\n", 1)
    assert await session.tree("a.py") is not None
    for number in range(count):
        session.edit("a.py", Edit(5, 5, "("), number + 2)
    tree = await session.tree("a.py")
    full = parse("x = (" + "(" * count + "1)\n", "python")
    assert tree is not None
    assert full is not None
    assert (tree.text, tree.problems()) == (full.text, full.problems())
    assert tree.problems()


async def test_a_tree_asked_for_while_typing_goes_on_is_of_the_text_at_the_call(session: Session) -> None:
    session.open("a.py", "name", "x = 1\n", 1)
    asked = [asyncio.ensure_future(session.tree("a.py"))]
    for number in range(9):
        await asyncio.sleep(0)
        session.edit("a.py", Edit(0, 0, "\n"), number + 2)
        asked.append(asyncio.ensure_future(session.tree("a.py")))
    trees = await asyncio.gather(*asked)
    assert [tree.text for tree in trees if tree] == ["\n" * number + "x = 1\n" for number in range(10)]
    last = await session.tree("a.py")
    assert last is not None
    assert last.text == session.documents["a.py"].document.text
    assert [unit.start for unit in last.definitions()] == [9]


async def test_a_file_without_a_grammar_has_no_tree(session: Session) -> None:
    session.open("notes.txt", "name", "x", 1)
    assert await session.tree("notes.txt") is None


def test_what_changed_is_taken_once(session: Session) -> None:
    session.open("a.py", "name", "x", 1)
    session.open("b.py", "name", "x", 1)
    session.edit("a.py", Edit(0, 1, "y"), 2)
    assert session.take_dirty() == {"a.py", "b.py"}
    assert session.take_dirty() == frozenset()
    assert not session.changed.is_set()
    session.close("b.py")
    session.close("never.py")
    assert session.take_dirty() == {"b.py"}


def test_the_open_document_hides_the_disk_until_it_is_closed(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("disk\n")
    session.open("a.py", "name", "buffer\n", 1)
    assert session.current("a.py") == Document("a.py", "buffer\n", 1)
    session.close("a.py")
    assert session.current("a.py") == Document("a.py", "disk\n")
    assert isinstance(session.current("b.py"), Unreadable)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("bad.py", b"# coding: utf-8\ns = '\xe9'\n", "not valid utf-8"),
        ("binary.py", b"\0\1", "binary"),
        ("wide.py", "x = 1\n".encode("utf-16"), "UTF-16"),
        (".env", b"KEY=1\n", "keys or passwords"),
    ],
)
def test_a_file_we_could_not_give_back_is_not_repaired(
    session: Session, tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    session.open(name, "name", "x = 1\n", 1)
    assert reason in str(session.obstacle(name))
    assert isinstance(session.current(name), Unreadable)


def test_where_no_repair_can_be_started_one_sentence_says_why(session: Session, tmp_path: Path) -> None:
    assert session.obstacle("a.py") is None
    assert session.obstacle(None) is None
    assert "lies outside the workspace" in str(session.obstacle((tmp_path.parent / "x.py").as_posix()))
    session.configure(from_editor("options", "options", {"trusted": False}))
    assert "not trusted" in str(session.obstacle("a.py"))
    session.root = None
    assert "open the project's folder" in str(session.obstacle("a.py"))


async def test_a_repair_that_may_not_start_ends_at_once_with_the_reason(session: Session) -> None:
    session.configure(from_editor("options", "options", {"trusted": False}))
    events = [event async for event in repair(session, Task(kind="diagnostic", path="a.py"))]
    assert events == [events[-1]]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == Abandoned(
        "This workspace is not trusted, so Quintet does not run its tests."
    )


def test_only_what_is_wrong_with_the_new_options_is_told(session: Session) -> None:
    assert len(session.configure(from_environment({"QUINTET_MODE": "x"}))) == 1
    assert session.configure(from_editor("options", "options", {"mode": "fast"})) == ()
    fast = session.settings.mode
    assert session.configure(from_editor("options", "options", {})) == ()
    assert (fast, session.settings.mode) == ("fast", "auto")


async def test_what_was_started_ends_with_the_session(session: Session) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    task = session.start(work())
    await asyncio.sleep(0)
    await session.aclose()
    assert task.cancelled()
    assert ended.is_set()
    await session.aclose()


async def test_a_snapshot_holds_the_buffers_of_the_workspace(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(): pass\n")
    session.open("a.py", "name", "def g(): pass\n", 1)
    session.open((tmp_path.parent / "outside.py").as_posix(), "name", "def h(): pass\n", 1)
    snapshot = await session.snapshot()
    assert snapshot.document("a.py") == Document("a.py", "def g(): pass\n", 1)
    assert [found.path for found in snapshot.index.definitions("g")] == ["a.py"]
    assert not snapshot.index.definitions("f")
    assert snapshot.files() == ("a.py",)


# --- what is denied -----------------------------------------------------------------------------------


async def test_a_repair_takes_what_a_file_says_by_then_and_waits_for_one_that_cannot_be_read(
    lay: Lay,
) -> None:
    session = Session(lay({"a.py": "x = 1\n", "quintet.toml": 'deny = ["pri'}))
    assert session.root is not None
    session.configure(from_workspace(session.root))
    assert session.obstacle("a.py") is None
    for _ in range(2):
        *notices, last = [event async for event in repair(session, Task(kind="diagnostic", path="a.py"))]
        assert [isinstance(notice, Notice) for notice in notices] == [True]
        assert isinstance(last, RunFinished)
        assert last.outcome == Abandoned("What quintet.toml denies cannot be read: put it right first.")
    (session.root / "quintet.toml").write_text('deny = ["private/"]\n')
    session.configure(from_editor("options", "options", {"trusted": False}))
    [last] = [event async for event in repair(session, Task(kind="diagnostic", path="a.py"))]
    assert isinstance(last, RunFinished)
    assert "not trusted" in str(last.outcome)
    (session.root / "quintet.toml").write_text("deny = [")
    session.configure(from_workspace(session.root))
    assert session.deny.denied("private/a.py")


async def test_a_link_to_a_denied_file_is_shown_to_nobody(lay: Lay) -> None:
    session = Session(lay({"private/a.py": "def secret(): pass\n", "b.py": "def open(): pass\n"}))
    assert session.root is not None
    for name, target in (("link.py", "private/a.py"), ("way", "private"), ("free.py", "b.py")):
        (session.root / name).symlink_to(target)
    links = ("link.py", "way/a.py", "free.py")
    for path in links:
        session.open(path, path, "def secret(): pass\n", 1)
        session.edit(path, Edit(0, 0, "\n"), 2)
    assert set(session.overlays()) == set(links)
    session.configure(from_editor("editor", "editor", {"deny": ["private/"]}))
    assert set(session.overlays()) == {"free.py"}
    assert session.obstacle("link.py") == "private/a.py is on your deny list."
    assert [path for path, _ in (await session.history()).recent] == ["free.py"]
    session.close("link.py")
    assert isinstance(session.current("link.py"), Unreadable)
    session.open("link.py", "link.py", "def secret(): pass\n", 1)
    assert [found.path for found in (await session.snapshot()).index.definitions("secret")] == ["free.py"]


async def test_a_folder_inside_another_denies_for_both_and_as_its_file_says_by_then(lay: Lay) -> None:
    root = lay({"pkg/private/a.py": "x = 1\n", "pkg/b.py": "x = 1\n", "pkg/quintet.toml": ""})
    outer, inner = Session(root), Session(root / "pkg")
    for session in (outer, inner):
        session.stand_among((outer, inner))
    outer.open("pkg/private/a.py", "a", "x = 1\n", 1)
    inner.open("b.py", "b", "x = 1\n", 1)
    (root / "pkg/quintet.toml").write_text('deny = ["private/"]\n')
    outer.configure(from_editor("options", "options", {"trusted": False, "deny": ["/pkg/b.py"]}))
    assert "pkg/private/a.py" in outer.overlays()
    async for _ in repair(outer, Task(kind="diagnostic", path="pkg/b.py")):
        pass
    assert outer.overlays() == inner.overlays() == {}
    assert (await outer.snapshot()).files() == ("pkg/quintet.toml",)
    outer.stand_among((outer,))
    assert set(outer.overlays()) == {"pkg/private/a.py"}


async def test_nobody_repairs_around_a_folder_whose_file_cannot_be_read(lay: Lay) -> None:
    root = lay({"pkg/quintet.toml": "deny = ["})
    outer, inner = Session(root), Session(root / "pkg")
    outer.stand_among((outer, inner))
    *_, last = [event async for event in repair(outer, Task(kind="diagnostic"))]
    assert isinstance(last, RunFinished)
    assert last.outcome == Abandoned("What pkg/quintet.toml denies cannot be read: put it right first.")


# --- the time a run may take --------------------------------------------------------------------------

TEST = """import unittest

from a import f


class T(unittest.TestCase):
    def test(self):
        self.assertEqual(f(2), 3)
"""


async def test_a_run_has_no_deadline_while_it_waits_its_turn_and_starts_and_has_one_then(lay: Lay) -> None:
    session = Session(grace=-1e9)  # whatever has a deadline has missed it
    session.root = lay({"a.py": "def f(x):\n    return x - 1\n", "test_a.py": TEST})
    session.configure(from_editor("options", "options", {"backend": "none", "mode": "fast"}))
    task = Task(kind="test_failure", test_command="python -m unittest")
    async with aclosing(repair(session, task)) as first:
        await anext(first)
        waiting = repair(session, task)
        told = await anext(waiting)
        second = session.start(_rest(waiting))
        await asyncio.sleep(0)
    events = await second
    assert told == Note("Waiting for the repair before this one.")
    assert any(isinstance(event, RunStarted) for event in events)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == Abandoned("The run did not end in time and was stopped.")
    assert not session.busy


async def _rest(events: AsyncGenerator[object]) -> list[object]:
    async with aclosing(events):
        return [event async for event in events]


# --- the connection to a model ------------------------------------------------------------------------


async def test_a_connection_is_kept_until_the_engine_or_its_threads_are_other_ones(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text('{"text": "x"}\n')
    connection = Connection()
    settings = [
        Settings(backend=f"scripted:{tmp_path / name}", threads=threads)
        for name, threads in (("one", None), ("one", None), ("one", 2), ("two", 2))
    ]
    backends = [(await connection.get(each))[0] for each in settings]
    assert [backends.index(each) for each in backends] == [0, 0, 2, 3]
    await connection.aclose()


async def test_an_engine_found_by_itself_that_failed_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        model_server({"GET /v1/models": models("first")}) as first,
        model_server({"GET /v1/models": models("second")}) as second,
    ):
        monkeypatch.setattr(handshake, "LOCAL_SERVERS", {"one": first.url, "another": second.url})
        connection = Connection()
        backend, _ = await connection.get(Settings())
        assert backend is not None
        assert backend.profile.model == "first"
        assert (await connection.get(Settings()))[0] is backend
        first.pages.clear()
        with pytest.raises(BackendError):
            await anext(backend.stream(Request((Message("user", "x"),))))
        again, _ = await connection.get(Settings())
        assert again is not None
        assert again.profile.model == "second"
        await connection.aclose()
