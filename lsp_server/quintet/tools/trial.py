"""A trial: one workspace, one test command, its baseline, and the means to judge patches against it.

Puts shadow, sandbox, judge and verdict together; knows nothing of who writes the patches.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.tools import baseline, localize, v8_coverage
from quintet.tools.baseline import AlreadyPassingError, NoTestsError
from quintet.tools.commands import TestCommand
from quintet.tools.protect import judges
from quintet.tools.quick import Lines, Quick
from quintet.tools.reports import Report, error_line
from quintet.tools.sandbox import Sandbox
from quintet.tools.shadow import Shadow, TrialError, shadow_of
from quintet.tools.verdict import Failure, Judgement, Suspicion, TestRun, Verdict
from quintet.tools.verify import Finding, compare, newly_failing, still_failing, unparsable
from quintet.tools.whole import Setting, lay_out, run_whole
from quintet.workspace.deny import denied
from quintet.workspace.document import Document
from quintet.workspace.edits import FileEdit, Patch, StalePatchError, apply
from quintet.workspace.snapshot import Snapshot

__all__ = ["AlreadyPassingError", "NoTestsError", "Trial", "TrialError", "open_trial"]

_TRACE_SECONDS = 20.0
_TRACE_TEST_SECONDS = 1.5
_TESTS_READ = 40


@dataclass(slots=True)
class Trial:
    """What patches are tried against. Open it with `open_trial`.

    `named` are the failing tests that are meant.
    """

    snapshot: Snapshot
    setting: Setting
    report: Report
    named: tuple[str, ...]
    may_edit_tests: bool
    shadow: Shadow
    quick: Quick
    executed: Lines | None = None

    @property
    def command(self) -> TestCommand:
        """The test command, taken apart."""
        return self.setting.command

    @property
    def baseline(self) -> TestRun:
        """What the tests said of the files as they are."""
        return self.report.run

    @property
    def level(self) -> str:
        """The isolation, in words."""
        return self.setting.sandbox.describe()

    async def judge(self, patch: Patch) -> Judgement:
        """A quick look: do the named tests pass (without any: does nothing newly fail)?"""
        contents = self._contents(patch)
        if isinstance(contents, str):
            return Judgement(plausible=False, passed=0, failed=len(self.named), seconds=0.0, message=contents)
        report = await self.quick.look(contents)
        run = report.run
        failing = still_failing(self.named, run) if self.named else newly_failing(self.report, report)
        message = next((failure.message for failure in run.failures), "") or run.stopped or ""
        if not message and not report.complete:
            message = error_line(run.output)
        return Judgement(
            plausible=not failing and run.stopped is None and report.complete,
            passed=run.passed,
            failed=len(run.failing) or len(failing),
            seconds=run.seconds,
            message=message,
            stopped=run.stopped,
        )

    async def verify(self, patch: Patch) -> Verdict:
        """The final word: a fresh copy, a whole run in a fresh process, compared with the baseline.

        A test that newly fails gets one more run, since it may fail now and then; the reason says so.
        """
        contents = self._contents(patch)
        if isinstance(contents, str):
            return self._verdict(Finding(verified=False, reason=contents), None)
        before = {path: self._original(path) for path in contents}
        if broken := unparsable(before, contents):
            return self._verdict(Finding(verified=False, reason=broken), None)
        after = await self._fresh(contents)
        finding = compare(self.report, after, self.named)
        if finding.newly_failing and not still_failing(self.named, after.run):
            again = await self._fresh(contents)
            if (second := compare(self.report, again, self.named)).verified:
                flaky = ", ".join(finding.newly_failing[:3])
                reason = f"{second.reason} ({flaky} failed in one run and passed in the next: flaky.)"
                return self._verdict(Finding(verified=True, reason=reason), again)
        return self._verdict(finding, after)

    async def suspects(self, hint: str = "") -> tuple[Suspicion, ...]:
        """Places that may hold the fault, most suspicious first, none of them in a test.

        `hint` is text whose names count: the issue, a diagnostic.
        """
        if self.executed is None:
            tests = (*self.named, *localize.neighbours(self.report, self.named))
            self.executed = await self.quick.trace(
                tests, seconds=_TRACE_SECONDS, test_seconds=_TRACE_TEST_SECONDS
            )
        failures = [each for each in self.baseline.failures if each.test in self.named]
        failures = failures or list(self.baseline.failures)
        found = localize.rank(self.executed, self.named, failures, self.snapshot, hint=hint)
        return found or await self._suspects_by_text(failures, hint)

    async def _suspects_by_text(self, failures: Sequence[Failure], hint: str) -> tuple[Suspicion, ...]:
        """Where lines cannot be told test by test: what the failing run executed, or what tests name."""
        executed = {}
        if self.command.runner in {"node", "command"} and self.baseline.stopped is None:
            coverage = self.shadow.scratch / "v8"
            env = {"NODE_V8_COVERAGE": str(coverage)}
            await run_whole(self.setting, self.shadow.place, seconds=_TRACE_SECONDS, env=env)
            root = self.setting.sandbox.root(self.shadow.place)
            executed = v8_coverage.executed_lines(coverage, root, self.shadow.place.shadow)
        tests = [path for path in self.snapshot.files() if self._judges(path)]
        found = [self.snapshot.document(path) for path in tests[:_TESTS_READ]]
        text = " ".join(each.text for each in found if isinstance(each, Document))
        mentions = f"{text} {self.command.text} {self.baseline.output}"
        ranked = localize.by_text(failures, self.snapshot, mentions, executed=executed, hint=hint)
        return tuple(each for each in ranked if not self._judges(each.path)) or ranked

    def _judges(self, path: str) -> bool:
        """Whether a file decides what is right: a test, its configuration, the script that is the command."""
        script = self.command.runner == "command" and path in self.command.args
        return judges(path) or (script and len(self.snapshot.files()) > 1)

    def _verdict(self, finding: Finding, after: Report | None) -> Verdict:
        return Verdict(
            verified=finding.verified,
            reason=finding.reason,
            command=self.command.text,
            before=self.report.run,
            after=after.run if after else None,
            named=self.named,
            newly_failing=finding.newly_failing,
            level=self.level,
        )

    async def _fresh(self, contents: dict[str, Document]) -> Report:
        async with shadow_of(self.snapshot, symlinks=self.shadow.symlinks) as shadow:
            lay_out(shadow.base)
            shadow.write(contents)
            return await run_whole(self.setting, shadow.place)

    def _original(self, path: str) -> Document | None:
        found = self.snapshot.document(path)
        return found if isinstance(found, Document) else None

    def _contents(self, patch: Patch) -> dict[str, Document] | str:
        """The files as the patch makes them, or one sentence on why it cannot be tried."""
        contents = {}
        for file in patch.files:
            if self._judges(file.path) and not self.may_edit_tests:
                return f"The patch changes {file.path}, which judges it."
            document = self._changed(file)
            if isinstance(document, str):
                return document
            try:
                document.encode()
            except (UnicodeEncodeError, LookupError):
                return f"The patch writes characters that {document.encoding} lacks into {file.path}."
            contents[file.path] = document
        return contents

    def _changed(self, file: FileEdit) -> Document | str:
        old = self.snapshot.document(file.path)
        if isinstance(old, Document):
            if old.digest != file.base:
                return str(StalePatchError(file.path))
            return old.with_text(apply(old.text, file.edits))
        if file.base is not None or not self._is_free(file.path):
            return old.reason
        return Document(file.path, apply("", file.edits))

    def _is_free(self, path: str) -> bool:
        """Whether a new file may be made there: inside the workspace, nothing in its place, no secret."""
        root = self.snapshot.root.resolve()
        full = (root / path).resolve()
        if not full.is_relative_to(root) or full.exists():
            return False
        names = path, full.relative_to(root).as_posix()  # a link may lead to another name
        return not any(denied(name, self.snapshot.deny) for name in names)


@asynccontextmanager
async def open_trial(  # noqa: PLR0913 - each is a choice of the caller's
    snapshot: Snapshot,
    *,
    command: str | None,
    named: tuple[str, ...] = (),
    sandbox: Sandbox,
    may_edit_tests: bool = False,
    may_pass: bool = False,
    test_seconds: float = 10.0,
    parent: Path | None = None,
) -> AsyncIterator[Trial]:
    """Copy the workspace, run its tests once, and offer to try patches; nothing is left when the block ends.

    `command=None` finds the command out. `named` are the failing tests that are meant; none: all that fail.
    `may_pass` allows a baseline without failures: a patch is then verified if nothing newly fails. A single
    test that takes longer than `test_seconds` fails. Raises TrialError with one sentence: NoTestsError,
    AlreadyPassingError, or a disk, size or command problem.
    """
    symlinks = sandbox.level != "bubblewrap"
    async with AsyncExitStack() as stack:
        shadow = await stack.enter_async_context(shadow_of(snapshot, symlinks=symlinks, parent=parent))
        lay_out(shadow.base)
        setting = await baseline.settle(snapshot, command, shadow.place, sandbox)
        setting = replace(setting, test_seconds=test_seconds)
        report = await run_whole(setting, shadow.place, modules=True)
        baseline.check(report, setting, snapshot)
        meant = baseline.meant(report, named, setting.command, may_pass=may_pass)
        quick = Quick(setting, report, meant, shadow, late=not may_edit_tests)
        stack.push_async_callback(quick.close)
        yield Trial(snapshot, setting, report, meant, may_edit_tests, shadow, quick)
