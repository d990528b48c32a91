"""Trials of real patches on real workspaces: every runner, every way to misbehave, both levels of isolation."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import AlreadyPassingError, NoTestsError, Trial, TrialError, open_trial
from quintet.workspace.deny import Deny
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, FileEdit, Patch, replace_text
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import BUGGY, TEST, Lay

PYTEST = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q"
WEAK = Sandbox("process group", why="the test asks for it")
FIXED = BUGGY.replace("100 + discount", "100 - discount")
TOTAL = "tests/test_prices.py::test_total"
UNITTEST = """import unittest

from shop.prices import cheapest, total


class Prices(unittest.TestCase):
    def test_total(self):
        for price in (10, 30):
            with self.subTest(price=price):
                self.assertEqual(total([price, 20], 10), (price + 20) * 0.9)

    def test_cheapest(self):
        self.assertEqual(cheapest([3, 1, 2]), 1)
"""


def patch(snapshot: Snapshot, **texts: str) -> Patch:
    """New texts for files; `__` in a name stands for a slash, `_py` for the ending."""
    changes = []
    for name, text in texts.items():
        path = name.replace("__", "/").replace("_py", ".py").replace("_js", ".js")
        old = snapshot.document(path)
        new = FileEdit(path, None, (Edit(0, 0, text),))
        changes.append(replace_text(old, text) if isinstance(old, Document) else new)
    return Patch(tuple(changes))


def prices(snapshot: Snapshot, old: str, new: str) -> Patch:
    """A patch of shop/prices.py."""
    assert old in BUGGY
    return patch(snapshot, shop__prices_py=BUGGY.replace(old, new))


@asynccontextmanager
async def trial_of(
    root: Path | Snapshot, sandbox: Sandbox, command: str | None = PYTEST, **options: Any
) -> AsyncIterator[tuple[Trial, Snapshot]]:
    snapshot = root if isinstance(root, Snapshot) else open_snapshot(root)
    async with open_trial(snapshot, command=command, sandbox=sandbox, **options) as trial:
        yield trial, snapshot


async def error_of(root: Path, sandbox: Sandbox, command: str | None = PYTEST, **options: Any) -> TrialError:
    with pytest.raises(TrialError) as caught:
        async with trial_of(root, sandbox, command, **options):
            pass
    return caught.value


@pytest.mark.parametrize("level", ["best", "weak"])
async def test_the_right_patch_is_verified_and_a_wrong_one_is_not(
    shop: Path, sandbox: Sandbox, tmp_path: Path, level: str
) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    async with trial_of(shop, sandbox if level == "best" else WEAK, parent=parent) as (trial, snapshot):
        assert trial.named == (TOTAL,)
        assert trial.baseline.passed == 2
        assert trial.baseline.failures[0].message.startswith("AssertionError: assert 33.0 == 27")
        right, wrong = prices(snapshot, "100 + d", "100 - d"), prices(snapshot, "+ discount", "* discount")
        judged = [await trial.judge(each) for each in (wrong, right, wrong)]
        assert [each.plausible for each in judged] == [False, True, False]
        assert judged[0].message.startswith("AssertionError: assert 300")
        assert (judged[1].passed, judged[1].failed) == (1, 0)
        verdict = await trial.verify(right)
        assert verdict.verified
        assert verdict.reason == f"{TOTAL} passes now, and none of the 2 others newly fails."
        assert verdict.after is not None
        assert verdict.after.passed == 3
        assert verdict.level == trial.level
        no = await trial.verify(wrong)
        assert (no.verified, no.newly_failing) == (False, ("tests/test_prices.py::test_no_discount",))
        assert no.reason.startswith(f"The test still fails: {TOTAL}: AssertionError: assert 300")
    assert list(parent.iterdir()) == [], "nothing is left"
    assert (shop / "shop/prices.py").read_text() == BUGGY


async def test_candidates_that_misbehave_end_quickly_and_alone(shop: Path, sandbox: Sandbox) -> None:
    bombs = {
        "endless": ("result = 0", "while True: pass"),
        "stubborn": (
            "result = 0",
            "while True:\n        try:\n            while True: pass\n        except: pass",
        ),
        "greedy": ("result = 0", "result = bytearray(1 << 40)"),
        "talkative": ("result = 0", "import os\n    while True: os.write(1, b'x' * 65536)"),
        "leaving": ("result = 0", "import os; os._exit(0)"),
        "bomb": ("result = 0", "import os, time\n    for _ in range(9): os.fork()\n    time.sleep(30)"),
        "broken": ("result = 0", "result = = 0"),
    }
    async with trial_of(shop, sandbox) as (trial, snapshot):
        judged = {name: await trial.judge(prices(snapshot, *change)) for name, change in bombs.items()}
        assert not any(each.plausible for each in judged.values())
        assert judged["endless"].stopped is not None
        assert judged["endless"].stopped.startswith("did not finish within")
        assert judged["stubborn"].stopped is not None
        assert judged["greedy"].message.startswith("MemoryError")
        assert judged["leaving"].message == "the test process ended in the middle of this test"
        assert judged["bomb"].stopped is not None
        assert judged["broken"].message.startswith("SyntaxError")
        assert (await trial.judge(prices(snapshot, "100 + d", "100 - d"))).plausible, "and the next is judged"


async def test_a_patch_that_edits_its_judges_is_not_verified(shop: Path, sandbox: Sandbox) -> None:
    weak_test = "def test_total():\n    pass\n"
    skip = "collect_ignore = ['tests/test_prices.py']\n"
    async with trial_of(shop, sandbox) as (trial, snapshot):
        for cheat in (
            patch(snapshot, tests__test_prices_py=weak_test),
            patch(snapshot, conftest_py=skip),
            patch(snapshot, tests__conftest_py=skip, shop__prices_py=FIXED),
            patch(snapshot, sitecustomize_py="import os; os._exit(0)"),
        ):
            verdict = await trial.verify(cheat)
            assert not verdict.verified
            assert "which judges it" in verdict.reason
            assert not (await trial.judge(cheat)).plausible


FORGED = """import glob, os

for path in glob.glob("/proc/self/fd/*"):
    if os.path.exists(path) and os.readlink(path).endswith("report.jsonl"):
        names = ("test_total", "test_no_discount", "test_cheapest")
        lines = [f'{{"test": "tests/test_prices.py::{name}"}}\\n' for name in names]
        os.write(int(path.rpartition("/")[2]), "".join([*lines, '{"end": 0}\\n']).encode())
        os._exit(3)
"""


async def test_a_run_that_ends_badly_is_not_verified_whatever_it_recorded(
    shop: Path, sandbox: Sandbox
) -> None:
    async with trial_of(shop, sandbox) as (trial, snapshot):
        forged = await trial.verify(patch(snapshot, shop__prices_py=FORGED + BUGGY))
        assert forged.reason == "No test fails, yet the run ended with exit code 3."
        at_exit = "import atexit, os\n\natexit.register(os._exit, 1)\n" + FIXED
        late = await trial.verify(patch(snapshot, shop__prices_py=at_exit))
        assert late.reason == "No test fails, yet the run ended with exit code 1."
        leaves = await trial.verify(patch(snapshot, shop__prices_py="import sys\n\nsys.exit(0)\n" + FIXED))
        assert not any(each.verified for each in (forged, late, leaves))
        assert (await trial.verify(prices(snapshot, "100 + d", "100 - d"))).verified


async def test_tests_may_be_edited_when_the_user_says_so(shop: Path, sandbox: Sandbox) -> None:
    async with trial_of(shop, sandbox, may_edit_tests=True) as (trial, snapshot):
        changed = patch(snapshot, tests__test_prices_py="def test_total():\n    pass\n")
        assert (await trial.judge(changed)).plausible
        verdict = await trial.verify(changed)
        assert not verdict.verified, "two tests are gone"
        assert "passed before and fails now" in verdict.reason


async def test_the_unsaved_buffer_is_what_is_tested(shop: Path, sandbox: Sandbox) -> None:
    buffer = Document("shop/prices.py", FIXED.replace("min(prices)", "max(prices)"))
    async with trial_of(open_snapshot(shop, {buffer.path: buffer}), sandbox) as (trial, snapshot):
        assert trial.named == ("tests/test_prices.py::test_cheapest",)
        assert (await trial.verify(patch(snapshot, shop__prices_py=FIXED))).verified
        stale = Patch((replace_text(Document("shop/prices.py", BUGGY), FIXED),))
        verdict = await trial.verify(stale)
        assert (verdict.verified, verdict.reason) == (
            False,
            "shop/prices.py has changed since the patch was made.",
        )


async def test_suspects_are_where_the_fault_is(shop: Path, sandbox: Sandbox) -> None:
    async with trial_of(shop, sandbox) as (trial, _):
        first, *rest = await trial.suspects("the total is wrong")
        assert (first.path, first.line) == ("shop/prices.py", BUGGY[: BUGGY.index("100 + d")].count("\n") + 1)
        assert "min(prices)" not in {BUGGY.splitlines()[each.line - 1].strip() for each in rest}


async def test_a_syntax_error_in_the_file_is_a_failure_to_be_mended(shop: Path, sandbox: Sandbox) -> None:
    (shop / "shop/prices.py").write_text(FIXED.replace("result = 0", "result = = 0"))
    async with trial_of(shop, sandbox, named=("tests/test_prices.py::test_total",)) as (trial, snapshot):
        [failure] = trial.baseline.failures
        assert failure.message == "SyntaxError: invalid syntax (prices.py, line 6)"
        assert (failure.frames[-1].path, failure.frames[-1].line) == ("shop/prices.py", 6)
        right = patch(snapshot, shop__prices_py=FIXED)
        assert (await trial.judge(right)).plausible
        assert (await trial.verify(right)).verified
        assert (await trial.suspects())[0].line == 6


async def test_a_conftest_that_cannot_be_loaded_is_a_failure_too(shop: Path, sandbox: Sandbox) -> None:
    (shop / "conftest.py").write_text("from shop import prices\n")
    (shop / "shop/prices.py").write_text(FIXED.replace("result = 0", "result = = 0"))
    async with trial_of(shop, sandbox) as (trial, snapshot):
        assert trial.baseline.failures[0].frames[-1].path == "shop/prices.py"
        right = patch(snapshot, shop__prices_py=FIXED)
        assert (await trial.judge(right)).plausible
        assert (await trial.verify(right)).verified


async def test_a_package_that_conftest_imports_is_judged_as_the_candidate_has_it(
    shop: Path, sandbox: Sandbox
) -> None:
    (shop / "conftest.py").write_text("from shop import prices\n")
    async with trial_of(shop, sandbox) as (trial, snapshot):
        right, wrong = prices(snapshot, "100 + d", "100 - d"), prices(snapshot, "100 + d", "100 / d")
        assert [(await trial.judge(each)).plausible for each in (wrong, right, wrong, right)] == [
            False,
            True,
        ] * 2


async def test_an_endless_loop_in_the_code_as_it_is_can_be_mended(shop: Path, sandbox: Sandbox) -> None:
    endless = FIXED.replace("result = 0", "result = 0\n    while not result:\n        pass")
    (shop / "shop/prices.py").write_text(endless)
    async with trial_of(shop, sandbox, test_seconds=0.5) as (trial, snapshot):
        assert trial.named == (TOTAL, "tests/test_prices.py::test_no_discount")
        assert trial.baseline.failures[0].message == "did not finish within 0.5 s"
        assert (await trial.suspects())[0].line in {7, 8}
        right = patch(snapshot, shop__prices_py=FIXED)
        assert (await trial.judge(right)).plausible
        assert (await trial.verify(right)).verified


async def test_what_tests_leave_behind_does_not_judge_the_next(shop: Path, sandbox: Sandbox) -> None:
    with (shop / "tests/test_prices.py").open("a") as file:
        file.write(
            "\n\ndef test_once():\n    import pathlib\n    done = pathlib.Path('done.txt')\n"
            "    assert not done.exists()\n    done.write_text('x')\n    assert total([1], 100) == 0\n"
        )
    async with trial_of(shop, sandbox) as (trial, snapshot):
        right = prices(snapshot, "100 + d", "100 - d")
        assert [(await trial.judge(right)).plausible for _ in range(3)] == [True] * 3


async def test_absolute_paths_lead_into_the_copy(lay: Lay, sandbox: Sandbox) -> None:
    """As an editable install does: the interpreter's path names the workspace itself."""
    root = lay({
        "src/shop/__init__.py": "", "src/shop/prices.py": BUGGY,
        "tests/test_prices.py": "from shop.prices import total\n\n\ndef test_total():\n    assert total([30], 10) == 27\n",
    })  # fmt: skip
    async with trial_of(root, sandbox, f"PYTHONPATH={root}/src {PYTEST}") as (trial, snapshot):
        right = patch(snapshot, src__shop__prices_py=FIXED)
        assert (await trial.judge(right)).plausible
        assert (await trial.verify(right)).verified


async def test_a_cancelled_look_does_not_answer_the_next(shop: Path, sandbox: Sandbox) -> None:
    async with trial_of(shop, sandbox) as (trial, snapshot):
        await trial.judge(prices(snapshot, "100 + d", "100 * d"))
        look = asyncio.create_task(trial.judge(prices(snapshot, "result = 0", "import time; time.sleep(9)")))
        await asyncio.sleep(0.3)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
        assert (await trial.judge(prices(snapshot, "100 + d", "100 - d"))).plausible


async def test_a_flaky_test_gets_a_second_run_and_it_is_said(shop: Path, tmp_path: Path) -> None:
    """The weak level only: on the other, a test cannot remember anything from one run to the next."""
    log = tmp_path / "runs"
    with (shop / "tests/test_prices.py").open("a") as file:
        file.write(
            f"\n\ndef test_moody():\n    with open({str(log)!r}, 'a+') as log:\n        log.write('x')\n"
            "        log.seek(0)\n        assert len(log.read()) != 2\n"
        )
    async with trial_of(shop, WEAK) as (trial, snapshot):
        verdict = await trial.verify(prices(snapshot, "100 + d", "100 - d"))
        assert verdict.verified
        assert verdict.reason.endswith(
            "(tests/test_prices.py::test_moody failed in one run and passed in the next: flaky.)"
        )


# --- other runners ----------------------------------------------------------------------------------


async def test_unittest(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({
        "shop/__init__.py": "", "shop/prices.py": BUGGY, "tests/__init__.py": "", "tests/test_u.py": UNITTEST,
    })  # fmt: skip
    async with trial_of(root, sandbox, "python -m unittest") as (trial, snapshot):
        assert trial.named == ("tests.test_u.Prices.test_total",)
        assert trial.baseline.passed == 1
        assert trial.baseline.failures[0].message.startswith("AssertionError: 33.0 != 27.0")
        right, wrong = prices(snapshot, "100 + d", "100 - d"), prices(snapshot, "100 + d", "100 * d")
        assert [(await trial.judge(each)).plausible for each in (wrong, right, wrong)] == [False, True, False]
        assert (await trial.suspects())[0].line == 9
        assert (await trial.verify(right)).verified
        broken = await trial.judge(prices(snapshot, "result = 0", "result = = 0"))
        assert "SyntaxError" in broken.message
        assert (await trial.judge(prices(snapshot, "result = 0", "while True: pass"))).stopped is not None


NODE_SOURCE = "export const add = (a, b) => {\n  return a - b;\n};\n\nexport const twice = (a) => 2 * a;\n"
NODE_TEST = """import test from 'node:test';
import assert from 'node:assert';
import { add, twice } from '../sums.mjs';

test('sums', async (t) => {
  await t.test('add', () => assert.strictEqual(add(1, 2), 3));
  await t.test('twice', () => assert.strictEqual(twice(2), 4));
});
test('later', { skip: true }, () => {});
"""


async def test_node(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"sums.mjs": NODE_SOURCE, "test/sums.test.mjs": NODE_TEST})
    async with trial_of(root, sandbox, "node --test") as (trial, snapshot):
        assert trial.named == ("test/sums.test.mjs::sums::add",)
        assert trial.baseline.outcomes["test/sums.test.mjs::sums::twice"] == "passed"
        assert trial.baseline.outcomes["test/sums.test.mjs::later"] == "skipped"
        assert "-1 !== 3" in trial.baseline.failures[0].message
        change = snapshot.document("sums.mjs")
        assert isinstance(change, Document)
        right = Patch((replace_text(change, NODE_SOURCE.replace("a - b", "a + b")),))
        wrong = Patch((replace_text(change, NODE_SOURCE.replace("a - b", "a * b")),))
        endless = Patch((replace_text(change, NODE_SOURCE.replace("return a - b", "for (;;) {}")),))
        assert [(await trial.judge(each)).plausible for each in (wrong, right)] == [False, True]
        assert (await trial.judge(endless)).stopped is not None
        first, *_ = await trial.suspects()
        assert (first.path, first.line) == ("sums.mjs", 2)
        assert (await trial.verify(right)).verified
        assert not (await trial.verify(wrong)).verified


async def test_any_command(lay: Lay, sandbox: Sandbox) -> None:
    source = "def add(a, b):\n    return a - b\n"
    check = "from sums import add\nimport sys\nif add(1, 2) != 3:\n    raise SystemExit('add is wrong')\n"
    root = lay({"sums.py": source, "check.py": check})
    async with trial_of(root, sandbox, "python check.py") as (trial, snapshot):
        assert trial.named == ("command",)
        assert trial.baseline.failures[0].message == "add is wrong"
        right = patch(snapshot, sums_py=source.replace("-", "+"))
        assert (await trial.judge(right)).plausible
        verdict = await trial.verify(right)
        assert verdict.verified
        assert not (await trial.verify(patch(snapshot, sums_py=source.replace("-", "*")))).verified
        assert {each.path for each in await trial.suspects()} == {"sums.py"}


async def test_a_command_in_javascript(lay: Lay, sandbox: Sandbox) -> None:
    source = "const add = (a, b) => {\n  return a - b;\n};\nmodule.exports = { add };\n"
    check = "const { add } = require('./sums');\nif (add(1, 2) !== 3) throw new Error('add is wrong');\n"
    root = lay({"sums.js": source, "run_tests.js": check})
    async with trial_of(root, sandbox, "node run_tests.js") as (trial, snapshot):
        assert trial.baseline.failures[0].message == "Error: add is wrong"
        assert (await trial.judge(patch(snapshot, sums_js=source.replace("a - b", "a + b")))).plausible
        assert not (await trial.judge(patch(snapshot, sums_js=source.replace("a - b", "a")))).plausible
        assert {each.path for each in await trial.suspects()} == {"sums.js"}


# --- what cannot be tried ---------------------------------------------------------------------------


async def test_tests_that_pass_already_are_said(shop: Path, sandbox: Sandbox) -> None:
    (shop / "shop/prices.py").write_text(FIXED)
    error = await error_of(shop, sandbox)
    assert isinstance(error, AlreadyPassingError)
    assert str(error) == f"The tests already pass: `{PYTEST}` reports 3 passed."
    async with trial_of(shop, sandbox, may_pass=True) as (trial, snapshot):
        assert trial.named == ()
        refactored = patch(snapshot, shop__prices_py=FIXED.replace("result", "amount"))
        assert (await trial.judge(refactored)).plausible
        assert (await trial.verify(refactored)).reason == "All 3 tests that passed before still pass."
        assert not (await trial.judge(patch(snapshot, shop__prices_py=BUGGY))).plausible
        assert not (await trial.verify(patch(snapshot, shop__prices_py=BUGGY))).verified


async def test_a_named_test_that_passes_already_is_said(shop: Path, sandbox: Sandbox) -> None:
    error = await error_of(shop, sandbox, named=("test_cheapest",))
    assert isinstance(error, AlreadyPassingError)
    assert str(error) == "test_cheapest already passes."


async def test_a_named_test_that_does_not_exist_is_said(shop: Path, sandbox: Sandbox) -> None:
    assert (
        str(await error_of(shop, sandbox, named=("test_nope",)))
        == f"`{PYTEST}` knows no test called 'test_nope'."
    )


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-runner --all", "The test command 'no-such-runner --all' cannot be run: "),
        ("./nope/python -m pytest", "There is no Python at "),
        (f"{PYTEST} no_such_folder", "The tests cannot be run with "),
        (f"{PYTEST} --no-such-option", "The tests cannot be run with "),
    ],
)
async def test_a_command_that_cannot_run_is_one_sentence(
    shop: Path, sandbox: Sandbox, command: str, message: str
) -> None:
    error = str(await error_of(shop, sandbox, command))
    assert error.startswith(message)
    assert "\n" not in error


async def test_a_package_the_tests_want_and_lack_is_said(shop: Path, sandbox: Sandbox) -> None:
    (shop / "tests/test_prices.py").write_text("import no_such_package\n\n\ndef test():\n    pass\n")
    error = str(await error_of(shop, sandbox))
    assert error.startswith("The tests cannot run with ")
    assert error.endswith("No module named 'no_such_package'.")


async def test_a_package_that_only_needs_its_path_is_said(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"src/shop/prices.py": FIXED, "test_a.py": "from shop.prices import total\n"})
    assert str(await error_of(root, sandbox)) == (
        "The tests cannot import shop, which lies in src: set PYTHONPATH=src."
    )


async def test_a_module_of_ones_own_that_is_missing_is_a_failure(shop: Path, sandbox: Sandbox) -> None:
    (shop / "tests/test_prices.py").write_text(TEST.replace("shop.prices", "shop.pricing"))
    async with trial_of(shop, sandbox) as (trial, snapshot):
        assert trial.baseline.failures[0].message == "ModuleNotFoundError: No module named 'shop.pricing'"
        created = patch(snapshot, shop__pricing_py=FIXED)
        assert (await trial.judge(created)).plausible
        assert (await trial.verify(created)).verified


async def test_no_tests_at_all_are_said(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({"a.py": "x = 1\n"})
    nothing = await error_of(root, sandbox, None)
    assert isinstance(nothing, NoTestsError)
    assert str(nothing) == "No tests were found in the workspace; say how to run them."
    empty = await error_of(root, sandbox)
    assert isinstance(empty, NoTestsError)
    assert str(empty) == f"`{PYTEST}` found no tests."


async def test_a_command_is_found_out_and_used(lay: Lay, sandbox: Sandbox) -> None:
    root = lay({
        "package.json": json.dumps({"scripts": {"test": "node --test"}}), "sums.mjs": NODE_SOURCE,
        "test/sums.test.mjs": NODE_TEST,
    })  # fmt: skip
    async with trial_of(root, sandbox, None) as (trial, _):
        assert trial.command.text == "npm test"
        assert trial.named == ("test/sums.test.mjs::sums::add",)


async def test_a_patch_that_leaves_the_workspace_is_refused(shop: Path, sandbox: Sandbox) -> None:
    (shop / "link").symlink_to(shop.parent)
    async with trial_of(shop, sandbox) as (trial, _):
        for path in ("../evil.py", "/tmp/evil.py", "link/evil.py", ".ssh/evil", "shop/prices.py"):
            created = Patch((FileEdit(path, None, (Edit(0, 0, "x = 1\n"),)),))
            verdict = await trial.verify(created)
            assert not verdict.verified
            assert verdict.after is None, "nothing was run"
            assert not (await trial.judge(created)).plausible
    assert not (shop.parent / "evil.py").exists()


async def test_a_patch_that_writes_what_is_denied_is_refused(shop: Path, sandbox: Sandbox) -> None:
    (shop / "own").mkdir()
    (shop / "own/old.py").write_text("")
    (shop / "way").symlink_to(shop / "own")
    snapshot = open_snapshot(shop, deny=Deny(("own/", "!own/kept.py")))
    async with trial_of(snapshot, sandbox) as (trial, _):
        for path in ("own/new.py", "own/old.py", "own/kept.py", ".env", "way/new.py"):
            new = Patch((FileEdit(path, None, (Edit(0, 0, "x = 1\n"),)),))
            judgement = await trial.judge(new)
            assert not judgement.plausible
            assert path in judgement.message or "own/" in judgement.message


async def test_characters_the_encoding_lacks_are_refused(shop: Path, sandbox: Sandbox) -> None:
    latin = "# -*- coding: latin-1 -*-\n" + BUGGY
    (shop / "shop/prices.py").write_bytes(latin.encode("latin-1"))
    async with trial_of(shop, sandbox) as (trial, snapshot):
        verdict = await trial.verify(patch(snapshot, shop__prices_py=latin + "# €\n"))
        assert verdict.reason == "The patch writes characters that latin-1 lacks into shop/prices.py."
