import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec

from quintet.evaluation.report import render, write_report
from quintet.evaluation.results import FinishedRun, Row, RunSettings

VOID = {"meta", "input", "br", "link", "img", "hr"}


def row(task: str, **changes: object) -> Row:
    base = Row(
        id=task, language="python", bug_type="operator misuse", outcome="verified", verified=True, solved=True
    )
    return msgspec.structs.replace(base, **changes)


PATCH = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-if a <b> c:\n+if a < c:\n"
ONE = FinishedRun(
    "pocket",
    (
        row("t/1", patch=PATCH, judged=9, judged_to_plausible=4, seconds=3.0, prompt_tokens=700),
        row("t/2", solved=False),
        row("t/3", outcome="abandoned", verified=False, solved=False, reason="nothing <passed> in 12 tests"),
    ),
    RunSettings(
        tasks="tasks.jsonl",
        backend="pocket",
        mode="auto",
        ranking="model",
        drafts=True,
        seed=0,
        candidates=None,
        budget_tokens=60_000,
        budget_seconds=120.0,
        budget_tests=1500,
        quintet="0.1.0",
        engine="pocket SmolLM2",
    ),
)
OTHER = FinishedRun(
    "no model & no luck", (row("t/1", outcome="abandoned", verified=False, solved=False),), None
)


class Outline(HTMLParser):
    """Reads a page strictly: every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.resources: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.resources += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    return outline


def test_the_page_needs_nothing_from_outside(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", [ONE])
    page = (tmp_path / "report.html").read_text()

    assert read(page).resources == []
    assert "url(" not in page
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", page) == []


def test_solved_is_shown_with_its_interval_and_told_from_verified() -> None:
    text = " ".join(read(render([ONE])).texts)

    assert "33%" in text
    assert "solved, 1 of 3" in text
    assert "95 % interval 6% to 79%" in text
    assert "67%" in text
    assert "overfitted" in text


def test_text_from_tasks_stays_text() -> None:
    page = render([ONE, OTHER])

    assert "if a &lt;b&gt; c:" in page
    assert "nothing &lt;passed&gt;" in page
    assert "no model &amp; no luck" in page
    assert "<b>" not in page


def test_runs_stand_side_by_side_and_a_task_one_lacks_is_said_to_be_missing() -> None:
    page = render([ONE, OTHER])
    text = " ".join(read(page).texts)

    assert 'data-differs="1"' in page
    assert text.count("not run") == 2
    assert "only where the runs differ" in text


def test_an_empty_run_has_a_page_too() -> None:
    assert "solved, 0 of 0" in " ".join(read(render([FinishedRun("empty", (), None)])).texts)
