"""The report's tables: why tasks ended unverified, and every task of every run.

Knows finished runs and HTML; nothing of the page around the tables.
"""

from collections.abc import Iterable, Sequence
from html import escape

from quintet.evaluation.charts import colour
from quintet.evaluation.results import FinishedRun, Row
from quintet.evaluation.statistics import reasons

OUTCOMES = {
    "solved": "solved",
    "overfitted": "overfitted",
    "unverified": "not verified",
    "abandoned": "abandoned",
    "error": "harness error",
}
MARKS = {"solved": "✓", "overfitted": "≈", "unverified": "?", "abandoned": "✗", "error": "!"}


def outcome_of(row: Row) -> str:
    """A row's outcome as the report names it: a key of `OUTCOMES`."""
    if row.outcome in {"error", "abandoned"}:
        return row.outcome
    if row.solved:
        return "solved"
    return "overfitted" if row.verified else "unverified"


def reason_table(runs: Sequence[FinishedRun]) -> str:
    """How often each reason was given, a column a run, most frequent first."""
    counted = [dict(reasons(run.rows)) for run in runs]
    order = sorted(
        {reason for table in counted for reason in table},
        key=lambda reason: (-sum(table.get(reason, 0) for table in counted), reason),
    )
    if not order:
        return '<p class="quiet">Every task was verified.</p>'
    head = "".join(f'<th class="number">{_name(n, run)}</th>' for n, run in enumerate(runs))
    body = "".join(
        f"<tr><td>{escape(reason)}</td>"
        + "".join(f'<td class="number">{table.get(reason, "")}</td>' for table in counted)
        + "</tr>"
        for reason in order
    )
    return f"<table><thead><tr><th>Reason</th>{head}</tr></thead><tbody>{body}</tbody></table>"


def task_table(runs: Sequence[FinishedRun]) -> str:
    """Every task with its outcome in each run, and the controls that filter them.

    Each task is a `details` element, its summary laid out as a table row: it opens without any script.
    """
    rows = [{row.id: row for row in run.rows} for run in runs]
    ids = list(dict.fromkeys(task for table in rows for task in table))
    head = "".join(f"<span>{_name(n, run)}</span>" for n, run in enumerate(runs))
    body = "".join(_task(task, [table.get(task) for table in rows], runs) for task in ids)
    return (
        f"{_filters(several=len(runs) > 1)}"
        f'<div id="tasks" style="--runs:{len(runs)}">'
        f'<div class="row head"><span>Task</span><span>Bug type</span>{head}</div>{body}</div>'
    )


def _filters(*, several: bool) -> str:
    options = "".join(f'<option value="{key}">{name}</option>' for key, name in OUTCOMES.items())
    differing = (
        '<label><input type="checkbox" id="differing"> only where the runs differ</label>' if several else ""
    )
    return (
        '<div class="filters"><input type="search" id="words" aria-label="Filter tasks" '
        'placeholder="Filter by id, bug type, reason, source">'
        '<select id="outcome" aria-label="Outcome"><option value="">any outcome</option>'
        f'{options}</select>{differing}<output id="shown"></output></div>'
    )


def _task(task: str, rows: Sequence[Row | None], runs: Sequence[FinishedRun]) -> str:
    present = [row for row in rows if row is not None]
    outcomes = [outcome_of(row) for row in present]
    text = " ".join(
        (task, present[0].bug_type, *(f"{row.reason} {row.source} {row.mode}" for row in present))
    )
    cells = "".join(_cell(row) for row in rows)
    details = "".join(_details(row, run.name) for row, run in zip(rows, runs, strict=True) if row is not None)
    return (
        f'<details data-text="{escape(text.lower(), quote=True)}" data-outcomes="{" ".join(outcomes)}" '
        f'data-differs="{int(len(set(outcomes)) > 1)}"><summary class="row">'
        f'<span class="mono">{escape(task)}</span><span class="quiet">{escape(present[0].bug_type)}</span>'
        f"{cells}</summary>{details}</details>"
    )


def _cell(row: Row | None) -> str:
    if row is None:
        return '<span class="quiet">not run</span>'
    outcome = outcome_of(row)
    plausible = "" if row.judged_to_plausible is None else f"{row.judged_to_plausible} of "
    cost = f"{plausible}{row.judged} tests · {row.seconds:.1f} s"
    return (
        f'<span><span class="chip {outcome}">{MARKS[outcome]} {OUTCOMES[outcome]}</span>'
        f'<span class="cost" title="first plausible candidate of all tested; wall time">{cost}</span></span>'
    )


def _details(row: Row, run: str) -> str:
    came = (
        f"{row.source} {row.edits} edit".replace("many edit", "of several edits").strip()
        if row.source
        else ""
    )
    facts = " · ".join(
        fact
        for fact in (
            f"mode {row.mode}" if row.mode else "",
            f"{row.steps} steps",
            f"{row.judged} candidates tested",
            f"{row.tokens:,} tokens",
            came,
            row.level,
        )
        if fact
    )
    patch = f'<pre class="diff">{"".join(_diff_lines(row.patch))}</pre>' if row.patch else ""
    return (
        f'<div class="run-of"><p><strong>{escape(run)}</strong> <span class="quiet">{escape(facts)}</span>'
        f"</p><p>{escape(row.reason)}</p>{patch}</div>"
    )


def _diff_lines(patch: str) -> Iterable[str]:
    for line in patch.splitlines():
        kind = "at" if line.startswith(("---", "+++", "@@")) else {"+": "add", "-": "del"}.get(line[:1], "")
        yield f'<span class="{kind}">{escape(line) or " "}</span>'


def _name(number: int, run: FinishedRun) -> str:
    return f'<span class="dot d{colour(number)}"></span>{escape(run.name)}'
