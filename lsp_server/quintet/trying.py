"""What a session finds out by running its tests, besides repairing: what fails, where, whether a patch holds.

Everything runs in throw-away copies; knows no editor.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from quintet import settling
from quintet.agents.proof import mean
from quintet.agents.targets import line_of, offset_of
from quintet.agents.task import Verified
from quintet.findings import Finding, Related, short
from quintet.session import Session
from quintet.tools.protect import is_test
from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import Trial, TrialError, open_trial
from quintet.tools.verdict import Failure, Suspicion, TestRun, Verdict
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch
from quintet.workspace.snapshot import Snapshot

log = logging.getLogger(__name__)

_SUSPECTS = 5
_MESSAGE = 400


class Examined(msgspec.Struct, frozen=True):
    """A run of the tests: what it said, the failing tests that were meant, and what follows for the files."""

    run: TestRun
    named: tuple[str, ...]
    findings: tuple[Finding, ...]
    documents: dict[str, Document]


@asynccontextmanager
async def allowed(session: Session) -> AsyncIterator[Sandbox | str]:
    """Where tests may run, with the workshop for oneself; or why they may not, by what the files say now."""
    for wrong in session.read_again():
        log.warning("%s", wrong)
    async with session.at_work() as sandbox:
        yield sandbox


async def examine(session: Session, tests: Sequence[str] = ()) -> Examined | str:
    """Run the tests in a copy; or one sentence on why they were not run.

    `tests` are the ones that are meant, ids or files; none means all.
    """
    async with allowed(session) as sandbox:
        if isinstance(sandbox, str):
            return sandbox
        snapshot = await session.snapshot()
        try:
            async with open_trial(
                snapshot,
                command=session.settings.test.command,
                named=tuple(tests),
                sandbox=sandbox,
                may_pass=True,
            ) as trial:
                session.test_command = trial.command.text
                suspects = await trial.suspects() if trial.named else ()
                return _examined(trial, snapshot, suspects)
        except TrialError as error:
            return str(error)


async def verified(
    session: Session, patch: Patch, earlier: Verified, *, may_edit_tests: bool
) -> Verified | str:
    """Verify a patch for the texts of now as `earlier` was: a part of that one, or the same moved along."""
    async with allowed(session) as sandbox:
        if isinstance(sandbox, str):
            return sandbox
        snapshot = await session.snapshot()
        return await settling.verified(patch, earlier, snapshot, sandbox, may_edit_tests=may_edit_tests)


async def holds(session: Session, patch: Patch) -> Verdict | str:
    """Whether nothing that passed before fails with a patch, which may touch tests; or why none can tell."""
    async with allowed(session) as sandbox:
        if isinstance(sandbox, str):
            return sandbox
        snapshot, command = await session.snapshot(), session.settings.test.command
        try:
            async with open_trial(
                snapshot, command=command, sandbox=sandbox, may_edit_tests=True, may_pass=True
            ) as trial:
                mean(trial, ())  # what fails already may go on failing
                verdict = await trial.verify(patch)
        except TrialError as error:
            return str(error)
    if verdict.verified and not verdict.before.passed:
        return "no test passed before, so none can speak for it."
    return verdict


# --- what a run says of the files -------------------------------------------------------------------


def _examined(trial: Trial, snapshot: Snapshot, suspects: Sequence[Suspicion]) -> Examined:
    failures = [each for each in trial.baseline.failures if each.test in trial.named]
    findings = [*_failed(failures, snapshot), *_suspected(suspects[:_SUSPECTS], failures, snapshot)]
    documents = snapshot.documents({each.path for each in findings})
    return Examined(trial.baseline, trial.named, tuple(findings), documents)


def _failed(failures: Sequence[Failure], snapshot: Snapshot) -> Iterator[Finding]:
    """One finding for each failing test: on the line of the test that failed."""
    for failure in failures:
        place = place_of(failure, snapshot)
        span = span_of(snapshot, *place) if place else None
        if place and span:
            said = failure.message.strip()[:_MESSAGE] or "it failed"
            own = [frame for frame in failure.frames if not is_test(frame.path)]
            related = tuple(Related(each.path, each.line, "raised here") for each in own[-1:])
            text = f"{short(failure.test)} fails: {said}"
            yield Finding("test", place[0], *span, text, "error", (failure.test,), related)


def _suspected(
    suspects: Sequence[Suspicion], failures: Sequence[Failure], snapshot: Snapshot
) -> Iterator[Finding]:
    """The likeliest places of the fault, in their order."""
    tests = tuple(each.test for each in failures)
    blamed = ", ".join(map(short, tests[:3])) + (f" and {len(tests) - 3} more" if len(tests) > 3 else "")
    related = tuple(
        Related(place[0], place[1], f"{short(each.test)} fails")
        for each in failures[:3]
        if (place := place_of(each, snapshot))
    )
    for rank, suspect in enumerate(suspects, start=1):
        span = span_of(snapshot, suspect.path, suspect.line)
        if span:
            text = f"Suspicious, {rank} of {len(suspects)}: {suspect.why}. Failing: {blamed}"
            yield Finding("suspicious", suspect.path, *span, text, "information", tests, related)


def place_of(failure: Failure, snapshot: Snapshot) -> tuple[str, int] | None:
    """Where a test failed: the last line of it that ran, else where it is defined."""
    own = [frame for frame in failure.frames if is_test(frame.path)]
    if frames := own or list(failure.frames):
        return frames[-1].path, frames[-1].line
    name = failure.test.rpartition("::")[2].rpartition(".")[2].partition("[")[0]
    for definition in snapshot.index.definitions(name):
        document = snapshot.document(definition.path)
        if isinstance(document, Document) and is_test(definition.path):
            return definition.path, line_of(document.text, definition.unit.start)
    path = failure.test.partition("::")[0]
    return (path, 1) if isinstance(snapshot.document(path), Document) else None


def span_of(snapshot: Snapshot, path: str, number: int) -> tuple[int, int] | None:
    """Where the text of a line, counted from 1, begins and ends."""
    document = snapshot.document(path)
    if not isinstance(document, Document):
        return None
    start = offset_of(document.text, number)
    line = document.text[start:].partition("\n")[0]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())
