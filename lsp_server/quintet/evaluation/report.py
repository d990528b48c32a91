"""The report: one self-contained HTML page that shows one run, or several side by side.

Knows finished runs only; it needs no network, neither to be made nor to be read.
"""

from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

import msgspec

from quintet.evaluation.charts import Group, colour, columns, share_bars
from quintet.evaluation.results import FinishedRun, Row
from quintet.evaluation.statistics import Share, Summary, histogram, solved_by, summarise
from quintet.evaluation.tables import reason_table, task_table


def write_report(path: Path, runs: Sequence[FinishedRun]) -> None:
    """Write the page for `runs`: first the run in question, then those it is held against."""
    path.write_text(render(runs), encoding="utf-8")


def render(runs: Sequence[FinishedRun]) -> str:
    """The page as text."""
    data = files("quintet.evaluation")
    style = data.joinpath("report.css").read_text(encoding="utf-8")
    script = data.joinpath("report.js").read_text(encoding="utf-8")
    title = f"Quintet evaluation: {', '.join(run.name for run in runs)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{style}</style></head>\n<body><main>\n"
        f"{_head(runs)}\n{_cards(runs)}\n{_by_bug_type(runs)}\n{_distributions(runs)}\n"
        f"{_section('Why tasks were not verified', _REASONS_LEAD, reason_table(runs))}\n"
        f"{_section('Tasks', _TASKS_LEAD, task_table(runs))}\n{_foot(runs)}\n"
        f"</main><script>\n{script}</script></body></html>\n"
    )


_REASONS_LEAD = (
    "The reason the run gave a person, with the numbers in it taken out so that like stands beside like."
)
_TASKS_LEAD = (
    "Open a task to see its patch. Solved: the judging tests pass. Overfitted: only the visible ones do."
)


def _head(runs: Sequence[FinishedRun]) -> str:
    sets = {run.settings.tasks for run in runs if run.settings}
    return (
        "<header><h1>Quintet evaluation</h1>"
        f"<p>{escape(', '.join(sorted(sets)) or 'tasks unknown')} · {_plural(len(runs), 'run')}</p></header>"
    )


def _cards(runs: Sequence[FinishedRun]) -> str:
    return f'<div class="runs">{"".join(_card(n, run) for n, run in enumerate(runs))}</div>'


def _card(number: int, run: FinishedRun) -> str:
    summary = summarise(run.rows)
    solved = summary.solved
    return (
        f'<section class="card run"><h3><span class="dot d{colour(number)}"></span>{escape(run.name)}</h3>'
        f'<p class="made">{escape(_made(run))}</p>'
        f'<div class="big">{solved.value:.0%}<small>solved, {solved.count} of {solved.total}</small></div>'
        f'<div class="meter"><i class="d{colour(number)}" style="width:{solved.value:.2%}"></i>'
        f'<b style="left:{solved.low:.2%};width:{solved.high - solved.low:.2%}"></b></div>'
        f'<div class="between">95 % interval {solved.low:.0%} to {solved.high:.0%}</div>'
        f'<dl class="facts">{_facts(summary)}</dl></section>'
    )


def _facts(summary: Summary) -> str:
    each = summary.tokens / summary.tasks if summary.tasks else 0.0
    facts = [
        ("verified", f"{summary.verified.value:.0%} <small>{_interval(summary.verified)}</small>"),
        ("overfitted", f"{summary.overfitted} <small>verified, not solved</small>"),
        ("median time a task", "-" if summary.median_seconds is None else f"{summary.median_seconds:.1f} s"),
        (
            "median tests to a plausible patch",
            "-" if summary.median_tests is None else f"{summary.median_tests:g}",
        ),
        ("tokens a task", f"{each:,.0f}"),
        ("tokens in all", f"{summary.tokens:,}"),
    ]
    if summary.errors:
        facts.append(("harness errors", str(summary.errors)))
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)


def _interval(share: Share) -> str:
    return f"{share.low:.0%} to {share.high:.0%}"


def _made(run: FinishedRun) -> str:
    made = run.settings
    if made is None:
        return "settings unknown"
    candidates = "" if made.candidates is None else f", {made.candidates} candidates"
    drafts = "" if made.drafts else " without drafts"
    return (
        f"{made.engine or made.backend} · mode {made.mode}, order {made.ranking}{drafts}, seed {made.seed}"
        f"{candidates} · at most {made.budget_seconds:g} s, {made.budget_tokens:,} tokens, "
        f"{made.budget_tests:,} tests"
    )


def _by_bug_type(runs: Sequence[FinishedRun]) -> str:
    found = [solved_by(run.rows, lambda row: row.bug_type or "other") for run in runs]
    kinds = list(dict.fromkeys(kind for table in found for kind in table))
    groups = [Group(kind, tuple(table.get(kind) for table in found)) for kind in kinds]
    if len(kinds) > 1:
        groups.append(Group("all", tuple(summarise(run.rows).solved for run in runs)))
    chart = share_bars(groups, [run.name for run in runs])
    return _section(
        "Solved by bug type",
        "Share of tasks whose judging tests pass; the thin line is the 95 % Wilson interval.",
        f"{_legend(runs)}{chart}",
    )


class _Measure(msgspec.Struct, frozen=True):
    """What a histogram counts: the value of a row, and the bins `edges[i] <= value < edges[i + 1]`."""

    value: Callable[[Row], float | None]
    unit: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]


_TESTS = _Measure(
    lambda row: row.judged_to_plausible,
    "candidates tested",
    (1, 2, 3, 5, 9, 17, 33, 65, 129, 257),
    ("1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65-128", "129-256", "257+"),
)
_SECONDS = _Measure(
    lambda row: row.seconds,
    "seconds",
    (0, 1, 2, 5, 10, 20, 30, 60, 120),
    ("under 1", "1-2", "2-5", "5-10", "10-20", "20-30", "30-60", "60-120", "120+"),
)
_TOKENS = _Measure(
    lambda row: row.tokens,
    "tokens read and written",
    (0, 1, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
    ("none", "to 500", "500-1k", "1-2k", "2-5k", "5-10k", "10-20k", "20-50k", "50k+"),
)


def _distributions(runs: Sequence[FinishedRun]) -> str:
    plausible = " · ".join(
        f"{run.name}: {sum(row.judged_to_plausible is not None for row in run.rows)}" for run in runs
    )
    lead = f"How well the search is ordered. Tasks where a candidate passed the visible tests: {plausible}."
    search = _section(
        "Candidates tested until the first plausible one", lead, _columns(runs, _TESTS, wide=True)
    )
    return (
        f"{search}\n<h2>What a task costs</h2><p>Every task counted, solved or not.</p>"
        f'<div class="pair"><div class="card">{_columns(runs, _SECONDS, wide=False)}</div>'
        f'<div class="card">{_columns(runs, _TOKENS, wide=False)}</div></div>'
    )


def _columns(runs: Sequence[FinishedRun], measure: _Measure, *, wide: bool) -> str:
    values = [[value for row in run.rows if (value := measure.value(row)) is not None] for run in runs]
    counts = [histogram(row, measure.edges) for row in values]
    names = [run.name for run in runs]
    return _legend(runs) + columns(measure.labels, counts, names, unit=measure.unit, wide=wide)


def _legend(runs: Sequence[FinishedRun]) -> str:
    if len(runs) == 1:
        return ""
    entries = (
        f'<li><span class="dot d{colour(n)}"></span>{escape(run.name)}</li>' for n, run in enumerate(runs)
    )
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _section(title: str, lead: str, body: str) -> str:
    return f'<h2>{escape(title)}</h2><p>{escape(lead)}</p><div class="card wide">{body}</div>'


def _foot(runs: Sequence[FinishedRun]) -> str:
    versions = sorted({run.settings.quintet for run in runs if run.settings})
    return f"<footer>Written by <code>quintet eval</code> {escape(', '.join(versions))}</footer>"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
