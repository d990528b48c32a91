"""A run shown live on a terminal: what is done stays above, what is going on moves below.

Knows events and rich; what is shown is never read back as anything but text (no markup from programs).
"""

import time
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from quintet.agents.task import (
    CandidateJudged,
    Event,
    Mode,
    Note,
    Role,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
)
from quintet.cli import telling
from quintet.cli.verdict_panel import outcome_panels
from quintet_models.messages import Usage

COLOURS: dict[Role, str] = {
    "planner": "blue",
    "coder": "magenta",
    "tester": "cyan",
    "debugger": "yellow",
    "reviewer": "green",
}
INDENT = 12
"""Where the words of a step begin, after its mark and its specialist's name."""
SHOWN = 6
"""The candidates that are seen at a time."""
KEPT = 3
"""The candidates that passed and stay on the screen, for each step."""


@dataclass(slots=True)
class Going:
    """What is going on right now."""

    role: Role | None = None
    mode: Mode = "fast"
    why: str = ""
    began: float = field(default_factory=time.monotonic)
    candidates: deque[CandidateJudged] = field(default_factory=lambda: deque(maxlen=SHOWN))
    judged: int = 0
    passed: int = 0


class Screen:
    """The live view. Use as a context manager; `show` takes the events as they come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._going = Going(why="starting")
        self._usage = Usage()
        self._judged = 0
        self._spinner = Spinner("dots", style="bold")
        self._live = Live(console=console, get_renderable=self._now, refresh_per_second=12, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def waiting(self, what: str) -> None:
        """Something takes a while and is no event of the run."""
        self._going = Going(why=what)

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunStarted():
                self._console.print(_heading(event))
            case StepStarted():
                self._going = Going(event.role, event.mode, event.why)
            case Note():
                note = Text(telling.one_line(event.text), style="dim")
                self._console.print(Padding(note, (0, 0, 0, INDENT)))
            case CandidateJudged():
                self._candidate(event)
            case StepFinished(step=step):
                self._usage += step.usage
                self._console.print(_done(event))
                self._going = Going(why="choosing who is next")
            case RunFinished():
                self._live.stop()
                self._console.print(*outcome_panels(event), sep="\n")

    def _candidate(self, event: CandidateJudged) -> None:
        going = self._going
        going.judged += 1
        self._judged += 1
        going.candidates.append(event)
        if event.judgement.plausible:
            going.passed += 1
            if going.passed <= KEPT:
                self._console.print(_candidates([event]))

    # --- what moves ---------------------------------------------------------------------------------

    def _now(self) -> RenderableType:
        going = self._going
        head = Table.grid(padding=(0, 1), expand=True)
        head.add_column(width=1)
        head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        head.add_row(
            self._spinner, _title(going.role, going.why), Text(going.mode if going.role else "", "dim")
        )
        return Group(head, _candidates(going.candidates), self._counters())

    def _counters(self) -> Text:
        going, text = self._going, Text("  ", style="dim")
        if self._judged:
            rate = going.judged / max(time.monotonic() - going.began, 0.1)
            text.append(f"{telling.plural(self._judged, 'candidate')} tested")
            text.append(f" ({rate:.0f} a second) · " if going.judged else " · ")
        if going.role == "coder" and not going.judged:
            text.append("the first candidates are being put in order · ")
        if self._usage != Usage():
            text.append(f"{telling.tokens(self._usage)} · ")
        return text.append(f"{time.monotonic() - self._started:.1f} s")


def _heading(event: RunStarted) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("model", Text(event.backend))
    table.add_row("tests", Text(event.command))
    table.add_row("sandbox", Text(event.level))
    return Group(table, Text())


def _title(role: Role | None, why: str) -> Text:
    if role is None:
        return Text(why, style="dim")
    return Text.assemble(
        (f"{role.capitalize():<9}", f"bold {COLOURS[role]}"), " ", (telling.one_line(why), "dim")
    )


def _done(event: StepFinished) -> RenderableType:
    step = event.step
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True, style="dim")
    text = Text.assemble(
        (f"{step.role.capitalize():<9}", f"bold {COLOURS[step.role]}"),
        f" {telling.one_line(step.summary)}\n",
        (f"{'':<10}because {telling.one_line(step.why)}", "dim"),
    )
    cost = [step.mode, "model" if step.by_model else "rules", f"{step.seconds:.1f} s"]
    if step.usage != Usage():
        cost.insert(2, telling.tokens(step.usage))
    table.add_row(Text("●", style=COLOURS[step.role]), text, " · ".join(cost))
    return table


def _candidates(events: "deque[CandidateJudged] | list[CandidateJudged]") -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=10, justify="right", style="dim", no_wrap=True)
    table.add_column(width=9, style="dim", no_wrap=True)
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(width=1)
    table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
    for event in events:
        judged = event.judgement
        fine = judged.plausible
        message = judged.stopped or judged.message or telling.plural(judged.failed, "failing test")
        table.add_row(
            f"#{event.number}",
            telling.SOURCES.get(event.source, event.source),
            Text(telling.one_line(event.description), style="bold" if fine else ""),
            Text("✓", style="bold green") if fine else Text("✗", style="red"),
            Text("passes", style="green") if fine else Text(telling.one_line(message), style="dim"),
        )
    return table
