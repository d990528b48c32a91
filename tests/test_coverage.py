"""Lines that a patch made, as far as running them says something; and what tests run."""

import pytest

from quintet.agents.coverage import body_lines, changed_lines, running
from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import open_trial
from quintet.workspace.document import Document
from quintet.workspace.edits import apply, diff
from quintet.workspace.snapshot import open_snapshot
from support import PYTEST, Lay
from told import tree_of

BEFORE = """import os


@cached
def total(
    prices,
):
    first = 1
    second = call(
        1,
        2,
    )
    return first


def one(): return 1
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("first = 1", "first = 2", {8}),
        ("        2,", "        3,", {9, 10, 11, 12}),
        ("    prices,\n", "    prices, more,\n", {8, 9, 10, 11, 12, 13}),
        ("    return first\n", "", {9, 10, 11, 12}),
        ("    first = 1\n", "", {8, 9, 10, 11}),
        ("return 1", "return 2", {16}),
        ("import os", "import re", {1}),
        ("    return first\n", "    if first:\n        return 2\n    return first\n", {13, 14}),
    ],
)
def test_changed_lines_are_whole_statements_without_heads(old: str, new: str, lines: set[int]) -> None:
    after = BEFORE.replace(old, new, 1)
    edits = diff(BEFORE, after)
    assert apply(BEFORE, edits) == after
    assert changed_lines(tree_of(after, "python"), edits) == lines


def test_a_body_is_what_runs_when_a_definition_is_used() -> None:
    tree = tree_of(BEFORE, "python")
    total, one = tree.units()
    assert body_lines(tree, total) == {8, 9, 10, 11, 12, 13}
    assert body_lines(tree, one) == {16}


CODE = "def first():\n    return 1\n\n\ndef second():\n    return 2\n"
TESTS = "import code_of\n\n\ndef test_first():\n    assert code_of.first() == 1\n\n\ndef test_second():\n    assert code_of.second() == 2\n"


async def test_tests_are_seen_to_run_lines_as_they_are_and_with_a_patch_in(
    lay: Lay, sandbox: Sandbox
) -> None:
    root = lay({"code_of.py": CODE, "test_code.py": TESTS})
    async with open_trial(open_snapshot(root), command=PYTEST, sandbox=sandbox, may_pass=True) as trial:
        tests = tuple(trial.baseline.outcomes)
        lines = {"code_of.py": frozenset({6})}
        assert (await running(trial, lines, tests)).tests == ("test_code.py::test_second",)
        moved = Document("code_of.py", "\n\n\n\n" + CODE)
        assert (await running(trial, lines, tests, (moved,))).tests == ("test_code.py::test_first",)
        assert (await running(trial, lines, tests)).tests == ("test_code.py::test_second",)
        nothing = await running(trial, {"code_of.py": frozenset({99})}, tests)
        assert (nothing.told, nothing.any) == (True, False)


async def test_a_runner_that_tells_nothing_is_no_evidence(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"code_of.py": CODE, "check.sh": "exit 0\n"})
    async with open_trial(
        open_snapshot(root), command="sh check.sh", sandbox=sandbox, may_pass=True
    ) as trial:
        ran = await running(trial, {"code_of.py": frozenset({2})}, ("command",))
    assert not ran.told
