"""How a run ended, for a terminal: the diff with colours, the verdict with its numbers.

Knows rich and the values of a finished run; nothing of how it was shown while it ran.
"""

import difflib
import itertools
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from quintet.agents.task import RunFinished, Verified
from quintet.cli import telling
from quintet.tools.verdict import TestRun, Verdict

THEME = "ansi_dark"
"""The terminal's own sixteen colours: readable on light and dark."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]+")


def outcome_panels(finished: RunFinished) -> Iterator[RenderableType]:
    """What stays on the screen at the end, from top to bottom."""
    outcome = finished.outcome
    yield Text()
    if diff := telling.diff_of(outcome):
        yield Panel(coloured_diff(diff), title="patch", title_align="left", border_style="dim", box=ROUNDED)
    good = isinstance(outcome, Verified)
    body: list[RenderableType] = [Text(telling.one_line(telling.reason(outcome)))]
    if isinstance(outcome, Verified):
        body += [Text(), _verdict(outcome.verdict)]
        if outcome.alternatives:
            count = len(outcome.alternatives)
            body += [Text(f"{telling.plural(count, 'other candidate')} passed too.", style="dim")]
    yield Panel(
        Group(*body),
        title=Text(f"{'✓' if good else '✗'} {telling.headline(outcome)}", style="bold"),
        title_align="left",
        border_style="green" if good else "yellow",
        box=ROUNDED,
    )
    yield Text(f"  {telling.spent(finished)}", style="dim")


def _verdict(verdict: Verdict) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("command", Text(verdict.command))
    table.add_row("before", _run(verdict.before))
    if verdict.after is not None:
        table.add_row("after", _run(verdict.after))
    table.add_row("sandbox", Text(verdict.level.partition(":")[0]))
    return table


def _run(run: TestRun) -> Text:
    colour = "green" if run.exit_code == 0 else "red"
    return Text.assemble(
        ("exit code ", "dim"), (telling.exit_code(run), f"bold {colour}"), ("   ", ""), telling.counts(run),
        (f"   {run.seconds:.1f} s", "dim"),
    )  # fmt: skip


# --- the diff -----------------------------------------------------------------------------------------


def coloured_diff(diff: str) -> Text:
    """A unified diff: context in the language's colours, changed words of a changed line emphasised."""
    lines = diff.splitlines()
    text, lexer, number = Text(), "text", 0
    while number < len(lines):
        line = lines[number]
        removed = _block(lines, number, "-")
        if line.startswith(("---", "+++", "@@")) or not removed:
            if line.startswith("+++"):
                lexer = Syntax.guess_lexer(PurePosixPath(line[4:].split("\t")[0]).name)
            text.append_text(_plain_line(line, lexer)).append("\n")
            number += 1
            continue
        added = _block(lines, number + len(removed), "+")
        text.append_text(_changed(removed, added))
        number += len(removed) + len(added)
    text.rstrip()
    return text


def _block(lines: list[str], start: int, sign: str) -> list[str]:
    """The lines from `start` on that begin with `sign` and are no file header."""
    end = start
    while end < len(lines) and lines[end].startswith(sign) and not lines[end].startswith((f"{sign * 3} ",)):
        end += 1
    return lines[start:end]


def _plain_line(line: str, lexer: str) -> Text:
    if line.startswith(("---", "+++")):
        return Text(line, style="bold")
    if line.startswith("@@"):
        return Text(line, style="cyan dim")
    if line.startswith("+"):
        return Text(line, style="green")
    code = Syntax("", lexer, theme=THEME, background_color="default").highlight(line[1:])
    code.rstrip()
    return Text.assemble(line[:1], code)


def _changed(removed: list[str], added: list[str]) -> Text:
    """Removed lines, then added ones; where they pair up, the words that differ stand out."""
    text = Text()
    paired = len(removed) == len(added)
    spans = (
        [_differing(old[1:], new[1:]) for old, new in zip(removed, added, strict=paired)] if paired else []
    )
    for side, (lines, colour) in enumerate(((removed, "red"), (added, "green"))):
        for number, line in enumerate(lines):
            styled = Text(line, style=colour)
            for start, end in spans[number][side] if paired else ():
                styled.stylize("bold reverse", start + 1, end + 1)
            text.append_text(styled).append("\n")
    return text


def _differing(old: str, new: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The ranges of `old` and of `new` that the other does not have, in whole words and operators."""
    words, others = _WORD.findall(old), _WORD.findall(new)
    at, other_at = _offsets(words), _offsets(others)
    blocks = difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    changes = [block for block in blocks if block[0] != "equal"]
    return (
        [(at[a], at[b]) for _, a, b, _, _ in changes if a < b],
        [(other_at[c], other_at[d]) for _, _, _, c, d in changes if c < d],
    )


def _offsets(words: list[str]) -> list[int]:
    return [0, *itertools.accumulate(len(word) for word in words)]
