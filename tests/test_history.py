"""What git and the session's own edits say of the past, how long it counts, and where it is shown."""

import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from in_memory import Editor, editor
from quintet.agents.task import Step, StepFinished, Task
from quintet.history import Past, churn_of
from quintet.repairing import Notice, repair
from quintet.session import Session
from quintet.settings import from_editor
from quintet.workspace.deny import Deny, denied
from quintet.workspace.edits import Edit
from support import BUGGY, PYTEST, Lay

LINES = "".join(f"line {number}\n" for number in range(1, 41))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "some")


@pytest.fixture(autouse=True)
def _no_repository_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


# --- git


def test_git_is_asked_and_its_configuration_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "ä.py").write_text("a = 1\n", encoding="utf-8")
    commit(tmp_path)
    trap = tmp_path / "trap.sh"
    trap.write_text("#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    git(tmp_path, "config", "log.showSignature", "true")
    git(tmp_path, "config", "gpg.program", str(trap))
    assert churn_of(tmp_path) == {"lib/ä.py": 1.0}
    assert churn_of(tmp_path / "lib") == {"ä.py": 1.0}
    assert not list(tmp_path.rglob("sprung"))


def test_a_folder_without_git_has_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert churn_of(tmp_path) == {}
    monkeypatch.setenv("PATH", "")
    assert churn_of(tmp_path) == {}


async def test_git_is_asked_when_first_needed_and_again_after_a_while(lay: Lay) -> None:
    root, clock = lay({"a.py": "x = 1\n"}), Clock()
    past = Past(clock)

    async def churn(*, trusted: bool = True) -> dict[str, float]:
        return dict((await past.history(root, denied, git=trusted)).churn)

    assert await churn() == {}
    commit(root)
    assert await churn() == {}
    clock.now += 3_600
    assert await churn(trusted=False) == {}
    assert await churn() == {"a.py": 1.0}
    assert await churn(trusted=False) == {}


# --- edits


async def recent(past: Past, root: Path, deny: Deny | None = None) -> tuple[tuple[str, str], ...]:
    return (await past.history(root, (deny or Deny()).denied, git=False)).recent


def changed(hunk: str) -> list[str]:
    return [line for line in hunk.splitlines() if line.startswith(("+", "-"))]


async def test_keystrokes_at_one_place_are_one_change(tmp_path: Path) -> None:
    past, text = Past(), LINES
    for typed in "new ":
        at = text.index("line 20")
        past.edited("a.py", text, text[:at] + typed + text[at:], at)
        text = text[:at] + typed + text[at:]
    ((path, hunk),) = await recent(past, tmp_path)
    assert path == "a.py"
    assert "-line 20\n+new line 20\n" in hunk
    assert hunk.startswith("@@ -17,7 +17,7 @@\n")


async def test_the_last_edit_comes_first_and_what_was_undone_is_none(tmp_path: Path) -> None:
    past = Past()
    early, late = LINES.replace("line 3\n", "line three\n"), LINES.replace("line 30\n", "line thirty\n")
    past.edited("b.py", LINES, early, LINES.index("line 3\n"))
    both = early.replace("line 30\n", "line thirty\n")
    past.edited("b.py", early, both, early.index("line 30\n"))
    past.edited("a.py", LINES, early, LINES.index("line 3\n"))
    assert [(path, changed(hunk)) for path, hunk in await recent(past, tmp_path)] == [
        ("a.py", ["-line 3", "+line three"]),
        ("b.py", ["-line 30", "+line thirty"]),
        ("b.py", ["-line 3", "+line three"]),
    ]
    past.edited("b.py", both, late, 0)
    past.edited("a.py", early, LINES, 0)
    assert [path for path, _ in await recent(past, tmp_path)] == ["b.py"]


async def test_edits_are_few_small_and_not_old(tmp_path: Path) -> None:
    clock = Clock()
    past = Past(clock)
    for number in range(9):
        past.edited(f"f{number}.py", "a\n", "b\n", 0)
    assert [path for path, _ in await recent(past, tmp_path)] == [
        f"f{number}.py" for number in range(8, 3, -1)
    ]
    past.edited("formatted.py", LINES * 20, LINES.upper() * 20, 0)
    assert "formatted.py" not in dict(await recent(past, tmp_path))
    scattered = LINES.replace("line 9\n", "line nine\n")
    past.edited("f8.py", LINES * 10, scattered * 10, 0)
    assert len(await recent(past, tmp_path)) == 8
    clock.now += 3_600
    assert await recent(past, tmp_path) == ()
    past.edited("f8.py", scattered, scattered + "more\n", len(scattered))
    ((_, hunk),) = await recent(past, tmp_path)
    assert changed(hunk) == ["+more"]


async def test_what_is_denied_by_now_is_not_told(tmp_path: Path) -> None:
    past = Past()
    past.edited("own/a.py", "a\n", "b\n", 0)
    assert await recent(past, tmp_path, Deny(("own/",))) == ()
    assert len(await recent(past, tmp_path)) == 1


async def test_what_was_closed_without_saving_never_was(lay: Lay) -> None:
    session = Session()
    session.root = root = lay({"kept.py": "x = 1\n", "dropped.py": "x = 1\n", ".env": "KEY=1\n"})
    for path in ("kept.py", "dropped.py", ".env", "/outside.py"):
        session.open(path, path, "x = 1\n", 1)
        session.edit(path, Edit(4, 5, "2"), 2)
    session.saved("kept.py")
    for path in ("kept.py", "dropped.py"):
        session.close(path)
    assert (await session.history()).recent == (("kept.py", "@@ -1 +1 @@\n-x = 1\n+x = 2\n"),)
    session.open("kept.py", "kept.py", "y = 1\n", 1)
    session.edit("kept.py", Edit(0, 1, "z"), 2)
    assert (await session.history()).recent == (("kept.py", "@@ -1 +1 @@\n-y = 1\n+z = 1\n"),)
    assert root.exists()


async def test_what_was_saved_stays_where_the_rest_was_not(tmp_path: Path) -> None:
    past = Past()
    past.edited("a.py", "x = 1\n", "x = 2\n", 4)
    past.saved("a.py")
    past.edited("a.py", "x = 2\n", "x = 2\ny\n", 6)
    past.closed("a.py")
    assert await recent(past, tmp_path) == (("a.py", "@@ -1 +1 @@\n-x = 1\n+x = 2\n"),)
    past.edited("a.py", "x = 2\n", "x = 3\n", 4)
    ((_, hunk),) = await recent(past, tmp_path)
    assert changed(hunk) == ["-x = 1", "+x = 3"]


async def test_a_setting_hides_edits_too(lay: Lay) -> None:
    session = Session()
    session.root = lay({"a.py": "x = 1\n"})
    session.open("a.py", "a.py", "x = 1\n", 1)
    session.edit("a.py", Edit(4, 5, "2"), 2)
    session.configure(from_editor("editor", "editor", {"deny": ["a.py"]}))
    session.edit("a.py", Edit(4, 5, "3"), 3)
    assert (await session.history()).recent == ()
    assert (await session.snapshot()).files() == ()
    session.configure(from_editor("editor", "editor", {}))
    assert dict((await session.history()).recent).keys() == {"a.py"}


async def test_a_repair_tells_its_model_what_was_done_of_late(shop: Path, tmp_path: Path) -> None:
    answers = [
        {
            "profile": {
                "capable": True,
                "edit_format": "search_replace",
                "samples": 1,
                "context_tokens": 16_000,
            }
        },
        {"match": "# Recent edits\n## shop/prices.py\n@@", "text": "shop/prices.py :: total :: the sign"},
    ]
    script = tmp_path / "script.jsonl"
    script.write_text("\n".join(map(json.dumps, answers)))
    session = Session()
    session.root = shop
    session.configure(from_editor("options", "options", {"backend": f"scripted:{script}", "record": False}))
    session.open("shop/prices.py", "name", BUGGY, 1)
    session.edit("shop/prices.py", Edit(3, 9, "What things cost"), 2)
    steps: list[Step] = []
    task = Task(kind="test_failure", test_command=PYTEST)
    async with aclosing(repair(session, task)) as events:
        async for event in events:
            if isinstance(event, StepFinished):
                steps.append(event.step)
            if isinstance(event, Notice):
                pytest.fail(event.text)
    await session.aclose()
    assert [step.by_model for step in steps if step.role == "planner"] == [True]


# --- in the server


ROOMS = {
    f"rooms/room_{letter}.py": f'def price_{letter}(guest):\n    """What a guest pays."""\n'
    + "    pass\n" * 200
    for letter in "abcdef"
}


@pytest.fixture
async def explained(lay: Lay) -> AsyncIterator[Callable[..., Any]]:
    """Ask a running server what a model would be shown in a repository where one file was changed often."""
    root = lay(ROOMS)
    commit(root)
    often = root / "rooms/room_e.py"
    for number in range(6):  # and in the end it is what it was: only git can tell
        often.write_text(ROOMS["rooms/room_e.py"] + "x = 1\n" * (5 - number))
        git(root, "commit", "-q", "-a", "-m", "more")
    async with editor() as it:

        async def ask(
            tokens: int,
            options: dict[str, Any] | None = None,
            act: Callable[[Editor, Path], None] = lambda _, __: None,
        ) -> Any:
            await it.initialize(root, options=options)
            act(it, root)
            arguments = [{"issue": "the price a guest pays", "tokens": tokens}]
            params = {"command": "quintet.explainContext", "arguments": arguments}
            return await it.request("workspace/executeCommand", params)

        yield ask


def outlined(result: Any) -> list[str]:
    return [each["path"] for each in result["pieces"] if each["section"] == "outline"]


async def test_a_file_that_changes_often_comes_before_its_like(explained: Callable[..., Any]) -> None:
    assert outlined(await explained(30)) == ["rooms/room_e.py"]


async def test_git_is_not_asked_in_a_folder_that_is_not_trusted(explained: Callable[..., Any]) -> None:
    assert outlined(await explained(30, {"trusted": False})) == ["rooms/room_a.py"]


async def test_recent_edits_have_their_section(explained: Callable[..., Any]) -> None:
    def act(it: Editor, root: Path) -> None:
        uri = it.open(root / "rooms/room_a.py")
        start = {"line": 3, "character": 4}
        it.change(uri, 2, {"range": {"start": start, "end": start | {"character": 8}}, "text": "return 7"})

    result = await explained(900, act=act)
    (piece,) = [each for each in result["pieces"] if each["section"] == "recent"]
    assert (piece["path"], piece["why"]) == ("rooms/room_a.py", "edited a moment ago")
    assert "# Recent edits\n## rooms/room_a.py\n@@" in result["text"]
    assert "-    pass\n+    return 7\n" in result["text"]
