"""The Reviewer on what its user changed: what tests say of it, what none of them runs, a model's remarks.

What changed is what differs from the last commit, unsaved buffers included. Tests run in a throw-away copy;
knows no editor.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby

import msgspec

from quintet.agents.ask import prompt
from quintet.agents.coverage import Lines, changed_lines, running
from quintet.findings import Finding
from quintet.history import changed_since_commit, committed
from quintet.session import Session
from quintet.tools.protect import is_test
from quintet.tools.trial import Trial, TrialError, open_trial
from quintet.trying import place_of, span_of
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
    before: str
    lines: frozenset[int]


class Reviewed(msgspec.Struct, frozen=True):
    """What was looked at and what was found; `notes` are sentences on what could not be looked at."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    documents: dict[str, Document]
    notes: tuple[str, ...] = ()


async def review(session: Session, only: str | None = None) -> Reviewed | str:
    """Review what differs from the last commit, in one file or in all; or why that cannot be."""
    async with session.at_work() as sandbox:
        if isinstance(sandbox, str):
            return sandbox
        snapshot = await session.snapshot()
        changes = await asyncio.to_thread(lambda: tuple(_changes(snapshot, only)))
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


def _changes(snapshot: Snapshot, only: str | None) -> Iterator[Change]:
    known = frozenset(changed_since_commit(snapshot.root)) | snapshot.overlays.keys()
    for path in [only] if only else sorted(known)[:_FILES]:
        document = snapshot.document(path)
        tree = tree_of(document) if isinstance(document, Document) else None
        if not isinstance(document, Document) or tree is None:
            continue
        before = committed(snapshot.root, path) or ""
        if before.replace("\r\n", "\n") != document.text.replace("\r\n", "\n"):
            yield Change(document, before, changed_lines(tree, diff(before, document.text)))


# --- what the tests say -------------------------------------------------------------------------------


async def _by_tests(trial: Trial, snapshot: Snapshot, changes: Sequence[Change]) -> list[Finding]:
    """Changed lines that failing tests run, and those that no test runs."""
    found = list[Finding]()
    sources = [change for change in changes if not is_test(change.document.path)]
    passing = [test for test, how in trial.baseline.outcomes.items() if how == "passed"]
    for failure in trial.baseline.failures:
        place = place_of(failure, snapshot)
        span = span_of(snapshot, *place) if place else None
        if place and span:
            text = f"{failure.test} fails with your changes: {failure.message[:200]}"
            found.append(Finding("review", place[0], *span, text, "error", (failure.test,)))
    for change in sources:
        for lines in _stretches(change.lines):
            where: Lines = {change.document.path: frozenset(lines)}
            ran = await running(trial, where, [*trial.baseline.failing, *passing])
            if ran.told and not ran.any:
                found += _unseen(snapshot, change, lines)
    return found


def _unseen(snapshot: Snapshot, change: Change, lines: Sequence[int]) -> Iterator[Finding]:
    first, last = span_of(snapshot, change.document.path, lines[0]), None
    last = span_of(snapshot, change.document.path, lines[-1])
    if first and last:
        many = f"these {len(lines)} changed lines" if len(lines) > 1 else "this changed line"
        yield Finding(
            "review", change.document.path, first[0], last[1], f"No test runs {many}.", "information"
        )


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
