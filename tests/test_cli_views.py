import io
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from quintet.agents.task import Event, RunFinished, StepStarted, Unverified
from quintet.cli.lines import EVERY, Lines
from quintet.cli.screen import KEPT, Screen
from quintet.cli.verdict_panel import coloured_diff
from quintet.cli.view import NotRunError, Silent, View, open_view, standard_view, watch
from quintet.workspace.edits import Patch
from run_events import ABANDONED, CODED, DIFF, judged, run


def shown(view_of: type[Screen] | type[Lines], events: list[Event]) -> str:
    stream = io.StringIO()
    view: View
    if view_of is Screen:
        view = Screen(Console(file=stream, width=120, force_terminal=True, color_system=None))
    else:
        view = Lines(stream)
    with view:
        view.waiting("starting")
        for event in events:
            view.show(event)
    return stream.getvalue()


@pytest.fixture(params=[Screen, Lines], ids=["screen", "lines"])
def view_of(request: pytest.FixtureRequest) -> type[Screen] | type[Lines]:
    found: type[Screen | Lines] = request.param
    return found


def test_a_verified_run_is_told_with_its_evidence(view_of: type[Screen] | type[Lines]) -> None:
    text = shown(view_of, run())

    for expected in (
        "pocket: SmolLM2",
        "python -m unittest",
        "bubblewrap: no network",
        "the fault is not localised yet",
        "2 suspicious lines",
        "line 2: `<=` → `<`",
        "1 passed, 1 failed, 1 skipped",
        "2 passed, 1 skipped",
        "+    return day.weekday() < 5",
        "Verified: your tests accept this patch",
        "2 steps · 3 candidates tested · 1,234 tokens (300 cached) · 2.5 s",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (ABANDONED, ["No fix found", "none of 3 candidates passed the failing tests"]),
        (
            Unverified(Patch(()), DIFF, "there is no test"),
            [
                "Not verified: no test speaks for this patch",
                "there is no test",
                "+    return day.weekday() < 5",
            ],
        ),
    ],
)
def test_the_other_outcomes_say_what_they_are(
    view_of: type[Screen] | type[Lines], outcome: Unverified, expected: list[str]
) -> None:
    text = shown(view_of, run(outcome))

    assert all(words in text for words in expected)
    assert "Verified:" not in text


def test_what_programs_say_is_neither_markup_nor_control(view_of: type[Screen] | type[Lines]) -> None:
    text = shown(view_of, run())

    assert "[red]only[/red]" in text
    assert "[bold]not markup[/bold]" in text
    assert "\x1b[31mred" not in text


def test_plain_lines_have_no_escape_sequences_and_do_not_tell_every_failure() -> None:
    text = shown(Lines, [judged(n, f"edit {n}", fine=False) for n in range(1, 2 * EVERY + 1)])

    assert "\x1b" not in text
    assert text.splitlines() == [
        "starting",
        f"  {EVERY} candidates tested",
        f"  {2 * EVERY} candidates tested",
    ]


def test_many_that_pass_do_not_flood_the_screen() -> None:
    stream = io.StringIO()
    with Screen(Console(file=stream, width=120)) as screen:  # no terminal: only what stays is written
        screen.show(StepStarted("coder", "fast", CODED.why))
        for number in range(1, KEPT + 8):
            screen.show(judged(number, f"edit {number}", fine=True))

    assert stream.getvalue().count("✓ passes") == KEPT


def test_a_coloured_diff_is_the_diff_with_the_changed_words_emphasised() -> None:
    text = coloured_diff(DIFF)

    assert text.plain == DIFF.rstrip("\n")
    emphasised = [text.plain[span.start : span.end] for span in text.spans if "reverse" in str(span.style)]
    assert emphasised == ["<=", "<"]


def test_a_diff_whose_lines_do_not_pair_up_is_only_coloured() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n-a\n+b\n+c\n d"
    text = coloured_diff(diff)

    assert text.plain == diff
    assert not any("reverse" in str(span.style) for span in text.spans)


def test_a_removed_line_that_begins_with_dashes_is_no_header() -> None:
    diff = "--- a/x.sql\n+++ b/x.sql\n@@ -1 +1 @@\n--- comment\n+-- remark"

    assert coloured_diff(diff).plain == diff


async def stream(events: list[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event


async def test_watching_returns_the_end() -> None:
    assert await watch(stream(run()), Silent()) == run()[-1]


async def test_a_run_that_never_began_is_an_error_with_its_reason() -> None:
    end = run(ABANDONED)[-1]
    assert isinstance(end, RunFinished)

    with pytest.raises(NotRunError, match="none of 3 candidates") as caught:
        await watch(stream([end]), Silent())

    assert caught.value.finished == end
    assert caught.value.exit_code == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_gets_the_live_view() -> None:
    assert isinstance(open_view(Terminal()), Screen)
    assert isinstance(open_view(Terminal(), quiet=True), Screen)
    assert isinstance(open_view(io.StringIO()), Lines)
    assert isinstance(open_view(io.StringIO(), quiet=True), Silent)


def test_json_on_stdout_is_not_mixed_with_anything(capsys: pytest.CaptureFixture[str]) -> None:
    with standard_view(as_json=True) as view:
        for event in run():
            view.show(event)

    assert capsys.readouterr().out == ""
