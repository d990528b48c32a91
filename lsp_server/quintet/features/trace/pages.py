"""A run as a page for a person: what came of it first, then how it came about.

Knows stories and Markdown; neither editors nor runs.
"""

import time
from collections.abc import Iterator

from quintet.edge.markdown import code, fenced, inline, table
from quintet.story import Asked, Chapter, Proof, Story, Tests, Tokens, Try

_HEADLINES = {
    "running": "Under way",
    "verified": "Verified: your tests accept this patch",
    "unverified": "Not verified: no test speaks for this patch",
    "abandoned": "No patch was found",
    "cancelled": "Cancelled",
}
_SOURCES = {"edit": "one edit", "pair": "two edits"}


def page(story: Story) -> str:
    """The whole run as Markdown."""
    sections = [
        f"# {inline(story.title)}",
        _summary(story),
        "Its answers came from a script and not from a model." if story.scripted else "",
        _tests(story.verdict) if story.verdict else "",
        f"## The patch\n\n{fenced(story.diff, 'diff')}" if story.diff else "",
        f"## What was asked\n\n{_asked(story.task)}",
        f"## Steps\n\n{_steps(story)}" if story.steps else "",
        f"## The plan\n\n{fenced(story.plan)}" if story.plan else "",
        *(_chapter(number, step) for number, step in enumerate(story.steps, start=1)),
        f"## The run\n\n{_run(story)}",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def headline(story: Story) -> str:
    """What came of a run, in one sentence."""
    said = _HEADLINES[story.state]
    return f"{said}. {story.reason}" if story.reason else f"{said}."


def spent(tokens: Tokens) -> int:
    """Tokens that cost computation."""
    return tokens.prompt - tokens.cached + tokens.completion


def _summary(story: Story) -> str:
    facts = [
        f"**{_HEADLINES[story.state]}**",
        f"{story.seconds:.1f} s",
        _plural(spent(story.tokens), "token"),
        f"{_plural(sum(step.judged for step in story.steps), 'candidate')} tested",
    ]
    return " · ".join(facts) + (f"\n\n{inline(story.reason)}" if story.reason else "")


def _tests(verdict: Proof) -> str:
    before, after = verdict.before, verdict.after
    rows = [
        (name, _told(before, name), _told(after, name) if after else "")
        for name in ("exit code", "passed", "failed", "seconds")
    ]
    lists = [("Asked for", verdict.named), ("Fails since", verdict.newly_failing)]
    named = [f"{what}: {_some(tests)}" for what, tests in lists if tests]
    command = f"{code(verdict.command)}, isolated by {inline(verdict.level)}"
    return "\n\n".join(["## The tests", command, table(("", "before:", "after:"), rows), *named])


def _told(run: Tests, name: str) -> str:
    if name == "exit code":
        return "stopped" if run.exit_code is None else str(run.exit_code)
    if name == "seconds":
        return f"{run.seconds:.1f}"
    return f"{run.passed if name == 'passed' else run.failed:,}"


def _some(tests: tuple[str, ...], most: int = 10) -> str:
    more = f" and {len(tests) - most:,} more" if len(tests) > most else ""
    return ", ".join(map(code, tests[:most])) + more


def _asked(task: Asked) -> str:
    where = f"{task.path}:{task.line}" if task.path and task.line else task.path
    lines = [
        f"- at {code(where)}" if where else "",
        f"- tests: {_some(task.tests)}" if task.tests else "",
        f"- {inline(task.diagnostic)}" if task.diagnostic else "",
        f"- {inline(task.issue)}" if task.issue else "",
    ]
    return "\n".join(filter(None, lines)) or "All tests that fail."


def _steps(story: Story) -> str:
    rows = [
        (
            str(number),
            f"{step.role.capitalize()} ({step.mode}{', model' if step.by_model else ''})",
            inline(step.why),
            inline(step.summary) or ("…" if story.state == "running" else ""),
            f"{spent(step.tokens):,}",
            f"{step.seconds:.1f}",
        )
        for number, step in enumerate(story.steps, start=1)
    ]
    return table(("", "specialist", "why", "what came of it", "tokens:", "seconds:"), rows)


def _chapter(number: int, step: Chapter) -> str:
    """What was said and tried in a step; nothing where there was nothing."""
    if not (step.notes or step.tries):
        return ""
    title = f"## {number}. {step.role.capitalize()}, after {step.at:.1f} s"
    notes = "\n".join(f"- {note.at:.1f} s: {inline(note.text)}" for note in step.notes)
    return "\n\n".join(filter(None, [title, notes, "\n".join(_tries(step))]))


def _tries(step: Chapter) -> Iterator[str]:
    if not step.tries:
        return
    earlier = step.judged - len(step.tries)
    if earlier > 0:
        yield f"The last {len(step.tries)} of {_plural(step.judged, 'candidate')}:\n"
    head = (":", "candidate", "from", "passed:", "failed:", "said")
    yield table(head, [_row(each) for each in step.tries])


def _row(it: Try) -> tuple[str, ...]:
    number = f"**{it.number}**" if it.plausible else str(it.number)
    said = inline(it.message) or ("passes" if it.plausible else "")
    source = inline(_SOURCES.get(it.source, it.source))
    return number, inline(it.description), source, f"{it.passed:,}", f"{it.failed:,}", said


def _run(story: Story) -> str:
    started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(story.started))
    facts = [
        ("started", started),
        ("mode", inline(story.mode)),
        ("model", inline(story.backend)),
        ("isolation", inline(story.sandbox)),
        ("tests", code(story.command) if story.command else ""),
        ("read", f"{_plural(story.tokens.prompt, 'token')}, {story.tokens.cached:,} of them cached"),
        ("written", _plural(story.tokens.completion, "token")),
        ("id", code(story.id)),
    ]
    return "\n".join(f"- {name}: {value}" for name, value in facts if value)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
