"""The Reviewer on what its user changed: what tests say of it, what none of them runs, a model's remarks.

What changed is what differs from the last commit, unsaved buffers included. Tests run in a throw-away copy;
knows no editor.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain, groupby

import msgspec

from quintet.agents.ask import prompt
from quintet.agents.coverage import WHOLE, Lines, changed_lines, executed, meets
from quintet.findings import Finding
from quintet.history import changed_since_commit, committed
from quintet.session import Session
from quintet.tools.protect import is_test
from quintet.tools.trial import Trial, TrialError, open_trial
from quintet.tools.verdict import Failure
from quintet.trying import allowed, place_of, span_of
from quintet.workspace.document import Document
from quintet.workspace.edits import diff
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.trees import tree_of
from quintet_models.backends.base import Backend, BackendError
from quintet_models.messages import Message, Request, Sampling

_FILES = 50
_MODEL_SECONDS = 120.0
_SHOWN = 12_000
_REMARKS = 10
_REMARK = re.compile(r"^[-*\s]*`?([^\s:`]+):(\d+)`?[:\s]+(.{8,300})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it is now, and the lines of it (from 1) that are not as they were committed."""

    document: Document
    lines: frozenset[int]


class Reviewed(msgspec.Struct, frozen=True):
    """What was looked at and what was found; `notes` are sentences on what could not be looked at."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    documents: dict[str, Document]
    notes: tuple[str, ...] = ()


async def review(session: Session, only: str | None = None) -> Reviewed | str:
    """Review what differs from the last commit, in one file or in all; or why that cannot be."""
    async with allowed(session) as sandbox:
        if isinstance(sandbox, str):
            return sandbox
        snapshot = await session.snapshot()
        changes = await asyncio.to_thread(_changes, snapshot, only)
        if isinstance(changes, str):
            return changes
        if not changes:
            return "Nothing differs from the last commit."
        notes: list[str] = []
        findings: list[Finding] = []
        try:
            async with open_trial(
                snapshot, command=session.settings.test.command, sandbox=sandbox, may_pass=True
            ) as trial:
                findings += await _by_tests(trial, snapshot, changes)
        except TrialError as error:
            notes.append(str(error))
        backend, trouble = await session.backend()
        if backend is not None and backend.profile.capable:
            try:
                findings += await _by_model(backend, snapshot, changes)
            except (BackendError, TimeoutError) as error:
                notes.append(f"The model made no remarks: {error}")
        elif trouble:
            notes.append(trouble)
        paths = {finding.path for finding in findings}
        reviewed = tuple(change.document.path for change in changes)
        return Reviewed(reviewed, tuple(findings), snapshot.documents(paths), tuple(notes))


def _changes(snapshot: Snapshot, only: str | None) -> tuple[Change, ...] | str:
    """What differs from the last commit; a sentence where there is none to compare with."""
    known = changed_since_commit(snapshot.root)
    if known is None:
        return (
            "There is no commit to compare with: the folder is not kept by git, or nothing is committed yet."
        )
    paths = [only] if only else sorted({*known, *snapshot.overlays})[:_FILES]
    return tuple(change for path in paths if (change := _change(snapshot, path)))


def _change(snapshot: Snapshot, path: str) -> Change | None:
    document = snapshot.document(path)
    tree = tree_of(document) if isinstance(document, Document) else None
    if not isinstance(document, Document) or tree is None:
        return None
    before = committed(snapshot.root, path) or ""
    if before.replace("\r\n", "\n") == document.text.replace("\r\n", "\n"):
        return None
    return Change(document, changed_lines(tree, diff(before, document.text)))


# --- what the tests say -------------------------------------------------------------------------------


async def _by_tests(trial: Trial, snapshot: Snapshot, changes: Sequence[Change]) -> Iterator[Finding]:
    """Tests that fail and run what was changed, and what was changed that no test runs."""
    passing = [test for test, how in trial.baseline.outcomes.items() if how == "passed"]
    tests = [*trial.baseline.failing, *passing]
    ran = await executed(trial, tests)
    changed = {change.document.path: change.lines for change in changes}
    blamed = [
        failure
        for failure in trial.baseline.failures
        if meets(ran.get(failure.test, ran.get(WHOLE, {})), changed)
    ]
    who = (
        "No test runs" if WHOLE in ran or len(ran) == len(tests) else f"None of {len(ran)} traced tests runs"
    )
    sources = [change for change in changes if ran and not is_test(change.document.path)]
    return chain(_failing(snapshot, blamed), _unseen(snapshot, sources, ran.values(), who))


def _failing(snapshot: Snapshot, failures: Iterable[Failure]) -> Iterator[Finding]:
    for failure in failures:
        place = place_of(failure, snapshot)
        span = span_of(snapshot, *place) if place else None
        if place and span:
            text = f"{failure.test} fails, and it runs what you changed: {failure.message[:200]}"
            yield Finding("review", place[0], *span, text, "error", (failure.test,))


def _unseen(
    snapshot: Snapshot, changes: Iterable[Change], ran: Collection[Lines], who: str
) -> Iterator[Finding]:
    for change in changes:
        path = change.document.path
        for lines in _stretches(change.lines):
            if any(meets(each, {path: frozenset(lines)}) for each in ran):
                continue
            first, last = span_of(snapshot, path, lines[0]), span_of(snapshot, path, lines[-1])
            if first and last:
                many = f"these {len(lines)} changed lines" if len(lines) > 1 else "this changed line"
                yield Finding("review", path, first[0], last[1], f"{who} {many}.", "information")


def _stretches(lines: Iterable[int]) -> list[list[int]]:
    """Runs of neighbouring lines."""
    numbered = enumerate(sorted(lines))
    return [[line for _, line in group] for _, group in groupby(numbered, key=lambda each: each[1] - each[0])]


# --- what a model says --------------------------------------------------------------------------------


async def _by_model(backend: Backend, snapshot: Snapshot, changes: Sequence[Change]) -> list[Finding]:
    """A capable model's remarks on the changed lines; those on other lines are dropped."""
    shown = "\n\n".join(map(_shown, changes))[:_SHOWN]
    request = Request(
        messages=(Message("system", prompt("system")), Message("user", f"{prompt('review')}\n\n{shown}")),
        sampling=Sampling(max_tokens=800),
    )
    answer = ""
    async with asyncio.timeout(_MODEL_SECONDS), aclosing(backend.stream(request)) as deltas:
        async for delta in deltas:
            answer += delta.text
    known = {change.document.path: change for change in changes}
    found = []
    for path, number, text in _REMARK.findall(answer)[:_REMARKS]:
        line, change = int(number), known.get(path)
        span = span_of(snapshot, path, line) if change and line in change.lines else None
        if span:
            found.append(Finding("review", path, *span, f"{text.strip()} (a model's remark)", "warning"))
    return found


def _shown(change: Change) -> str:
    """The changed lines with their numbers, and some of what is around them."""
    near = {line + step for line in change.lines for step in range(-3, 4)}
    rows = [
        f"{'>' if number in change.lines else ' '} {number:5} {line}"
        for number, line in enumerate(change.document.text.split("\n"), start=1)
        if number in near
    ]
    return f"{change.document.path}\n" + "\n".join(rows)
