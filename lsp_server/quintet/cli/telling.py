"""What is said about a run, in words and numbers: shared by the live view, the plain lines and the demo.

Knows events and verdicts as values; nothing of terminals.
"""

from quintet.agents.task import Abandoned, Outcome, RunFinished, Unverified, Verified
from quintet.tools.verdict import TestRun
from quintet_models.messages import Usage

SOURCES = {"edit": "one edit", "pair": "two edits", "model": "model", "syntax": "syntax"}
"""Where a candidate came from, in words."""


def counts(run: TestRun) -> str:
    """How the tests of a run ended: "15 passed, 1 failed"."""
    failed, skipped = len(run.failing), sum(outcome == "skipped" for outcome in run.outcomes.values())
    parts = [f"{run.passed} passed"]
    if failed:
        parts.append(f"{failed} failed")
    if skipped:
        parts.append(f"{skipped} skipped")
    return ", ".join(parts)


def exit_code(run: TestRun) -> str:
    """The exit code, or what stopped the run."""
    return str(run.exit_code) if run.exit_code is not None else f"none ({run.stopped or 'stopped'})"


def tokens(usage: Usage) -> str:
    """Tokens read and written; what an engine had cached is said apart, for it costs no computation."""
    total = usage.prompt_tokens + usage.completion_tokens
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    return f"{total:,} tokens{cached}"


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 step", "2 steps"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def headline(outcome: Outcome) -> str:
    """The outcome in a few words."""
    if isinstance(outcome, Verified):
        return "Verified: your tests accept this patch"
    if isinstance(outcome, Unverified):
        return "Not verified: no test speaks for this patch"
    return "No fix found"


def reason(outcome: Outcome) -> str:
    """Why it ended so: one sentence."""
    return outcome.verdict.reason if isinstance(outcome, Verified) else outcome.reason


def spent(finished: RunFinished) -> str:
    """What the run cost, on one line."""
    return " · ".join(
        (
            plural(len(finished.steps), "step"),
            f"{plural(finished.judged, 'candidate')} tested",
            tokens(finished.usage),
            f"{finished.seconds:.1f} s",
        )
    )


def diff_of(outcome: Outcome) -> str:
    """The patch as a unified diff; empty where there is none."""
    return "" if isinstance(outcome, Abandoned) else outcome.diff


def one_line(text: str) -> str:
    """Text from a program or a test made fit for one line of a terminal: no control characters."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
