"""The rule by which a patch is verified: two whole runs compared.

Values in, a finding out; it runs nothing and does not know who wrote the patch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quintet.tools.reports import COLLECTION, Report, error_line, matches
from quintet.tools.verdict import TestRun
from quintet.workspace.document import Document
from quintet.workspace.syntax import parse

_BAD = frozenset({"failed", "error"})
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What the comparison says: `reason` is one sentence, `newly_failing` are tests that passed before."""

    verified: bool
    reason: str
    newly_failing: tuple[str, ...] = ()


def compare(before: Report, after: Report, named: tuple[str, ...]) -> Finding:
    """Whether every named test passes now, nothing that passed before fails, and the run ended as it should.

    What the tests report is written by a process that runs the patched code; how that process ended is not.
    So a run without a failing test must end with exit code 0. One where other tests fail as before need not.
    """
    newly = newly_failing(before, after)
    failing = still_failing(named, after.run)
    if failing:
        count = (
            f"{len(failing)} of {len(named)} tests still fail" if len(named) > 1 else "The test still fails"
        )
        return Finding(verified=False, reason=f"{count}: {_told(failing, after.run)}", newly_failing=newly)
    if newly:
        return Finding(
            verified=False,
            reason=f"{_tests(newly)} passed before and fails now: {_told(newly, after.run)}",
            newly_failing=newly,
        )
    if not after.complete or after.run.stopped:
        return Finding(
            verified=False, reason=f"The run did not come to its end: {after.run.stopped or 'it broke off'}."
        )
    if after.run.exit_code != 0 and not after.run.failing:
        return Finding(
            verified=False,
            reason=f"No test fails, yet the run ended with exit code {after.run.exit_code}.",
        )
    others = after.run.passed - sum(_means(named, test) for test in after.run.outcomes)
    if not named:
        return Finding(verified=True, reason=f"All {after.run.passed} tests that passed before still pass.")
    verb = "passes" if len(named) == 1 else "pass"
    return Finding(
        verified=True,
        reason=f"{_tests(named)} {verb} now, and none of the {max(0, others)} others newly fails.",
    )


def still_failing(named: Iterable[str], run: TestRun) -> tuple[str, ...]:
    """Which of the named tests do not pass: they failed, or did not run at all."""
    failing = []
    for name in named:
        everything = name == COLLECTION  # then no test was known, and all of them have to pass
        meant = [
            how for test, how in run.outcomes.items() if everything or test == name or matches(name, test)
        ]
        if not meant or _BAD.intersection(meant) or "passed" not in meant:
            failing.append(name)
    return tuple(failing)


def newly_failing(before: Report, after: Report) -> tuple[str, ...]:
    """Tests that passed before and fail, or are gone, now; and new ones where all were known before."""
    broken = {test for test in before.run.failing if "::" not in test}  # files that could not be collected

    def known(test: str) -> bool:
        return before.complete and not any(test.startswith(f"{file}::") for file in broken)

    failing = [
        test
        for test in after.run.failing
        if before.run.outcomes.get(test, "passed" if known(test) else "failed") not in _BAD
    ]
    gone = [
        test
        for test, how in before.run.outcomes.items()
        if how == "passed" and test not in after.run.outcomes
    ]
    return tuple(dict.fromkeys([*failing, *gone]))


def unparsable(before: Mapping[str, Document | None], after: Mapping[str, Document]) -> str | None:
    """One sentence on the first touched file that parsed before and does not now."""
    for path, document in after.items():
        old = before.get(path)
        problems = _problems(document)
        if problems > (_problems(old) if old else 0):
            return f"{path} does not parse any more."
    return None


def _problems(document: Document) -> int:
    language = document.language
    tree = parse(document.text, language) if language else None
    return len(tree.problems()) if tree else 0


def _means(named: tuple[str, ...], test: str) -> bool:
    return any(name == test or matches(name, test) for name in named)


def _tests(tests: tuple[str, ...]) -> str:
    if len(tests) <= _SHOWN:
        return ", ".join(tests)
    return f"{', '.join(tests[:_SHOWN])} and {len(tests) - _SHOWN} more"


def _told(tests: tuple[str, ...], run: TestRun) -> str:
    """The first test that has something to say, and what."""
    for failure in run.failures:
        if _means(tests, failure.test):
            return f"{failure.test}: {failure.message.splitlines()[0] if failure.message else 'failed'}"
    if why := run.stopped or error_line(run.output):
        return f"{tests[0]} did not run ({why})"
    return f"{tests[0]} did not run"
