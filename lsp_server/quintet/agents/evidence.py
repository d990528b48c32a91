"""What a verdict proves of a patch: that tests pass says something only where they run what was changed.

Sentences come out of here for the user to read. It chooses nothing, and runs tests only to see what they run.
"""

import msgspec

from quintet.agents.coverage import changed_lines, likeliest_first, running
from quintet.agents.run import Run
from quintet.agents.targets import line_of
from quintet.tools.protect import judges
from quintet.tools.verdict import Verdict
from quintet.workspace.edits import Patch
from quintet.workspace.syntax import SyntaxTree


async def evidence(run: Run, patch: Patch, verdict: Verdict) -> Verdict | str:
    """The verdict on a patch, saying what speaks for it; or why nothing does, in one clause.

    A repair has failing tests that pass now. What was written to order may have none: then tests that pass
    have to run a line that was changed.
    """
    if run.own is None:
        return "the workspace has no tests; only one that Quintet wrote passed"
    if not run.task.to_order or verdict.named or verdict.after is None:
        return verdict
    if any(judges(file.path) for file in patch.files):
        return "it changes tests, and what a changed test says proves nothing"
    after = run.snapshot.with_patch(patch)
    trees = {file.path: (after.tree(file.path), file.edits) for file in patch.files}
    lines = {path: changed_lines(tree, edits) for path, (tree, edits) in trees.items() if tree}
    passing = tuple(test for test, how in verdict.after.outcomes.items() if how == "passed")
    what = _what(after.tree(patch.files[0].path), min(lines.get(patch.files[0].path, {1})))
    tests = likeliest_first(run.own, passing, what.removesuffix("()").rpartition(".")[2])
    ran = await running(run.own, lines, tests, after.documents(lines).values())
    if not ran.told:
        return f"{_kept(len(passing))}, but what is run cannot be told with `{run.own.command.text}`"
    if not ran.any:
        return f"{_kept(len(passing))}, but none runs the changed lines of {what}"
    return msgspec.structs.replace(verdict, reason=_said(verdict, what, ran.tests, len(passing)))


def _said(verdict: Verdict, what: str, tests: tuple[str, ...], passing: int) -> str:
    """What speaks for a patch without failing tests: one sentence, and whatever was flaky."""
    _, opened, flaky = verdict.reason.partition(" (")
    if not tests:  # the runner does not tell them apart
        kept = _kept(passing)
        return f"{kept[0].upper()}{kept[1:]}, and {what} is run.{opened}{flaky}"
    others = passing - len(tests)
    rest = f", and none of the {others} others newly fails" if others > 1 else (
        ", and the other test does not newly fail" if others else "")  # fmt: skip
    subject = f"The test that runs {what} passes" if len(tests) == 1 else (
        f"The {len(tests)} tests that run {what} pass")  # fmt: skip
    return f"{subject}{rest}.{opened}{flaky}"


def _kept(passing: int) -> str:
    if not passing:
        return "no test passes, now as before"
    if passing == 1:
        return "the one test that passed before still passes"
    return f"all {passing} tests that passed before still pass"


def _what(tree: SyntaxTree | None, line: int) -> str:
    """The function around a line, as people call it."""
    for unit in reversed(tree.units()) if tree else ():
        inside = tree and line_of(tree.text, unit.start) <= line <= line_of(
            tree.text, max(unit.start, unit.end - 1)
        )
        if inside:
            return f"{unit.qualified}()" if unit.kind in {"function", "method"} else unit.qualified
    return "the changed lines"
