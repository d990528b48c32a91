"""What runs of the tests and reviews have found in the files, kept in step with the texts while they change.

Offsets only; a finding whose own text was edited is gone. Knows no editor and starts nothing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from quintet.agents.task import Task, Verified
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, diff, growth

Code = Literal["test", "suspicious", "review"]
Severity = Literal["error", "warning", "information", "hint"]

_READY = 20
_ENDINGS = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx")


class Related(msgspec.Struct, frozen=True):
    """Another place that has to do with a finding: a line, counted from 1, and what it is."""

    path: str
    line: int
    message: str


class Finding(msgspec.Struct, frozen=True):
    """Something found in `[start, end)` of a file's text. `tests` are the failing tests it speaks of."""

    code: Code
    path: str
    start: int
    end: int
    message: str
    severity: Severity
    tests: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()


class Ready(msgspec.Struct, frozen=True):
    """A proven patch that waits to be asked for: the run it came from, and the texts it was made for."""

    id: str
    task: Task
    outcome: Verified
    documents: dict[str, Document]
    title: str


class Findings:
    """What is known of one folder's files."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, tuple[Finding, ...]]] = {}
        """By path: the text they are about, and what was found in it."""
        self.failing: tuple[str, ...] = ()
        """The tests that failed in the last run."""
        self.ready: list[Ready] = []

    def replace(
        self,
        codes: Iterable[Code],
        found: Iterable[Finding],
        texts: Mapping[str, Document],
        *,
        only: str = "",
    ) -> set[str]:
        """Take new findings in place of all earlier ones of these codes; the paths that this changes.

        Where `only` is set, it is in that file alone that earlier ones are given up.
        """
        gone, before = frozenset(codes), dict(self._held)
        for path, (text, held) in before.items():
            kept = tuple(each for each in held if each.code not in gone or (only and path != only))
            self._put(path, text, kept)
        for finding in found:
            document = texts.get(finding.path)
            if document is None:
                continue
            kept = self.of(finding.path, document.text)
            self._put(finding.path, document.text, (*kept, finding))
        return {path for path in {*before, *self._held} if before.get(path) != self._held.get(path)}

    def of(self, path: str, text: str) -> tuple[Finding, ...]:
        """What is known of a file whose text is this one now."""
        about, held = self._held.get(path, ("", ()))
        if not held or about == text:
            return held
        edits = diff(about, text)
        moved = tuple(finding for each in held if (finding := _moved(each, edits)))
        self._put(path, text, moved)
        return moved

    def solved(self, tests: Iterable[str]) -> set[str]:
        """These tests pass now: what was found because of them goes. The paths that this changes."""
        gone = frozenset(tests)
        self.failing = tuple(test for test in self.failing if test not in gone)
        before = dict(self._held)
        for path, (text, held) in before.items():
            kept = tuple(each for each in held if not each.tests or not gone.issuperset(each.tests))
            self._put(path, text, kept)
        return {path for path in before if before[path] != self._held.get(path)}

    def paths(self) -> frozenset[str]:
        """The files in which something was found."""
        return frozenset(self._held)

    def remember(self, ready: Ready) -> None:
        """Keep a patch until it is asked for; of very many the last ones."""
        self.ready = [*self.ready[1 - _READY :], ready]

    def forget(self, ready_id: str) -> None:
        """Let go of a patch that was taken, or does not fit any more."""
        self.ready = [each for each in self.ready if each.id != ready_id]

    def _put(self, path: str, text: str, found: tuple[Finding, ...]) -> None:
        if found:
            self._held[path] = text, found
        else:
            self._held.pop(path, None)


def short(test: str) -> str:
    """What a person calls a test: the last part of its id, or the file where that is all."""
    name = test.rpartition("::")[2]
    dotted = re.fullmatch(r"[\w.]+", name) and "::" not in test and not name.endswith(_ENDINGS)
    return name.rpartition(".")[2] if dotted else name


def _moved(finding: Finding, edits: Iterable[Edit]) -> Finding | None:
    """The finding where its text is now; None where that text was edited."""
    moved = 0
    for edit in edits:
        if edit.start < finding.end and finding.start < edit.end:
            return None
        if edit.start == edit.end and finding.start < edit.start < finding.end:
            return None
        if edit.end <= finding.start:
            moved += growth(edit)
    return msgspec.structs.replace(finding, start=finding.start + moved, end=finding.end + moved)
