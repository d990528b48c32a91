"""What runs did, as an editor is shown it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import run_events
from in_memory import CAPABLE, Editor, editor
from quintet.agents.task import RunStarted, Task, Unverified
from quintet.features.trace.pages import headline, page
from quintet.story import Story, Telling
from quintet.workspace.edits import Patch

VIRTUAL = CAPABLE | {
    "window": {"showDocument": {"support": True}},
    "workspace": {"textDocumentContent": {"dynamicRegistration": True}},
}
TASK = Task(kind="test_failure", issue="is it <b>so</b>?", path="pay/terms.py", line=2, tests=("b",))


def telling(name: str = "5f", *events: Any) -> Telling:
    """A run that heard an event each second."""
    it = Telling(name, f"Make {name} pass", TASK, started=1_000.0)
    for at, event in enumerate(events or run_events.run(), start=1):
        it.hear(event, float(at))
    return it


def story(*events: Any) -> Story:
    return telling("5f", *events).story


@pytest.fixture
async def ready(shop: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        it.replies["window/showDocument"] = lambda _: {"success": True}
        await it.initialize(shop, VIRTUAL)
        it.server.edge.stories.add(telling())
        yield it


async def ask(it: Editor, command: str, *arguments: Any) -> Any:
    params = {"command": f"quintet.{command}", "arguments": list(arguments)}
    return await it.request("workspace/executeCommand", params)


async def content(it: Editor, uri: str) -> Any:
    return await it.answer(it.ask("workspace/textDocumentContent", {"uri": uri}))


async def test_runs_are_listed_newest_first(ready: Editor) -> None:
    ready.server.edge.stories.add(telling("60", *run_events.run()[:3]))
    assert (await ask(ready, "runs"))["runs"] == [
        {"id": "60", "title": "Make 60 pass", "started": 1_000.0, "state": "running", "seconds": 3.0, "tokens": 0},
        {"id": "5f", "title": "Make 5f pass", "started": 1_000.0, "state": "verified", "seconds": 10.0, "tokens": 934},
    ]  # fmt: skip


@pytest.mark.parametrize("argument", [{}, {"id": "5f"}, None])
async def test_a_run_is_shown_as_a_page(ready: Editor, argument: Any) -> None:
    result = await ask(ready, "showTrace", argument)
    assert result["document"] == "quintet:/trace/5f.md"
    assert result["story"]["verdict"]["after"] == {"exit_code": 0, "passed": 2, "failed": 0, "seconds": 0.3}
    assert await ready.heard("window/showDocument") == {"uri": "quintet:/trace/5f.md", "takeFocus": True}
    shown = (await content(ready, "quintet:/trace/5f.md"))["result"]
    assert shown == {"text": page(story())}


async def test_who_wants_no_page_gets_the_story(ready: Editor) -> None:
    result = await ask(ready, "showTrace", {"show": False})
    assert (result["document"], result["story"]["id"]) == (None, "5f")
    assert not [each for each in ready.received if each.get("method") == "window/showDocument"]
    assert not ready.shown()


async def test_a_page_says_how_the_run_stands_when_it_is_read(ready: Editor) -> None:
    it = telling("60", *run_events.run()[:3])
    ready.server.edge.stories.add(it)
    await ask(ready, "showTrace")
    it.end()
    text = (await content(ready, "quintet:/trace/60.md"))["result"]["text"]
    assert "**Cancelled**" in text


async def test_the_patch_is_shown(ready: Editor) -> None:
    assert await ask(ready, "showPatch", {"id": "5f"}) == {"document": "quintet:/patch/5f.diff"}
    assert (await content(ready, "quintet:/patch/5f.diff"))["result"] == {"text": run_events.DIFF}


async def test_where_there_is_nothing_the_user_is_told(ready: Editor) -> None:
    assert await ask(ready, "showTrace", {"id": "gone"}) == {"story": None, "document": None}
    assert await ask(ready, "showPatch", {"id": "gone"}) == {"document": None}
    ready.server.edge.stories.add(telling("60", run_events.finished(run_events.ABANDONED)))
    assert await ask(ready, "showPatch") == {"document": None}
    assert ready.shown() == [
        "Quintet: There is no such run: the last ones are kept, as long as the server runs.",
        "Quintet: There is no such run.",
        "Quintet: There is no patch to be shown.",
    ]


async def test_an_editor_without_pages_is_told_what_came_of_it(shop: Path) -> None:
    async with editor() as it:
        await it.initialize(shop, {})
        it.server.edge.stories.add(telling())
        assert (await ask(it, "showTrace"))["document"] is None
        assert (await ask(it, "showPatch"))["document"] is None
        said = "Quintet: Make 5f pass: Verified: your tests accept this patch. b passes now"
        assert it.shown()[0].startswith(said)


async def test_other_pages_are_asked_for_the_same_way(ready: Editor) -> None:
    ready.server.edge.pages.put("context.md", "# What a model would be shown")
    shown = await content(ready, "quintet:/context.md")
    assert shown["result"]["text"] == "# What a model would be shown"


@pytest.mark.parametrize(
    "uri", ["quintet:/trace/gone.md", "quintet:/", "file:///etc/passwd", "quintet:trace"]
)
async def test_what_is_no_page_is_refused(ready: Editor, uri: str) -> None:
    error = (await content(ready, uri))["error"]
    assert error["code"] == -32803
    assert "is no page of this server" in error["message"]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("showTrace", ({}, {})),
        ("showTrace", ({"id": 5},)),
        ("showTrace", ("5f",)),
        ("showPatch", ({"show": False},)),
    ],
)
async def test_wrong_arguments_are_told(ready: Editor, command: str, arguments: tuple[Any, ...]) -> None:
    params = {"command": f"quintet.{command}", "arguments": list(arguments)}
    error = (await ready.answer(ready.ask("workspace/executeCommand", params)))["error"]
    assert error["code"] == -32602
    assert f"quintet.{command}" in error["message"]


async def test_the_scheme_is_announced(shop: Path) -> None:
    async with editor() as it:
        offered = (await it.initialize(shop))["capabilities"]
        assert offered["workspace"]["textDocumentContent"] == {"schemes": ["quintet"]}


# --- the page


def test_the_verdict_comes_first() -> None:
    lines = page(story()).splitlines()
    assert lines[0] == "# Make 5f pass"
    assert lines[2] == (
        "**Verified: your tests accept this patch** · 10.0 s · 934 tokens · 3 candidates tested"
    )
    assert lines[4] == "b passes now, and nothing else fails"


def test_every_step_says_why_and_what_it_cost() -> None:
    text = page(story())
    assert "| 1 | Planner (fast) | the fault is not localised yet | 2 suspicious lines | 0 | 0.5 |" in text
    assert "| 2 | Coder (fast, model) | first candidates | 3 judged, 2 passed | 934 | 1.5 |" in text
    assert "- 3.0 s: line 2 is run by the failing test [red]only[/red]" in text
    assert "| **2** | line 2: `<=` → `<` | one edit | 1 | 0 | passes |" in text


def test_the_tests_stand_before_and_after() -> None:
    text = page(story())
    assert "| passed | 1 | 2 |\n| failed | 1 | 0 |" in text
    assert f"```diff\n{run_events.DIFF}```" in text
    assert "- at `pay/terms.py:2`\n- tests: `b`\n- is it \\<b>so\\</b>?\n" in text


def test_of_many_tries_the_last_are_shown() -> None:
    many = [run_events.judged(number, "x", fine=False) for number in range(1, 61)]
    text = page(story(*run_events.run()[:5], *many))
    assert "The last 50 of 60 candidates:\n\n|" in text
    assert "| 11 | x | one edit | 0 | 1 |  |" in text
    assert "| 10 | x " not in text


def test_a_script_is_no_model() -> None:
    started = RunStarted(TASK, "auto", "scripted: scripted: demo", "", "")
    assert "Its answers came from a script and not from a model." in page(story(started))
    assert "script" not in page(story())


def test_a_patch_that_nothing_proves_says_so() -> None:
    outcome = Unverified(Patch(()), "--- a\n+++ b\n", "There is no test that speaks for it.")
    it = story(run_events.finished(outcome))
    assert headline(it).startswith("Not verified")
    assert "**Not verified: no test speaks for this patch**" in page(it)
    assert "There is no test that speaks for it." in page(it)


def test_a_run_that_has_hardly_begun_has_a_page() -> None:
    text = page(Telling("5f", "Fix | it", Task(kind="test_failure"), started=0.0).story)
    assert text.startswith("# Fix \\| it\n\n**Under way** · 0.0 s · 0 tokens · 0 candidates tested\n")
    assert "All tests that fail." in text
