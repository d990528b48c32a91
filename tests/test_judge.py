"""The warm judge: its protocol, what a fork may take, and what it must not leave behind."""

import asyncio
import importlib.util
import py_compile
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from quintet.tools.commands import TestCommand
from quintet.tools.interpreter import Interpreter, ask
from quintet.tools.judge import Judge, JudgeError, Warmth, Wish, open_judge
from quintet.tools.reports import Record
from quintet.tools.sandbox import Limits, Sandbox
from quintet.tools.shadow import Shadow, open_shadow
from quintet.tools.whole import Setting, lay_out
from quintet.workspace.document import Document
from quintet.workspace.snapshot import open_snapshot
from support import Lay

SOURCE = "import string\n\nVALUE = 1\n\n\ndef value():\n    return VALUE\n"
TEST = """import m


def test_value(tmp_path):
    (tmp_path / "file").write_text("x")
    print("printed by the test")
    assert m.value() == 2


def test_other():
    assert m.value() > 0
"""


@dataclass(frozen=True, slots=True)
class Court:
    """A judge, and the copy it looks at."""

    judge: Judge
    shadow: Shadow

    async def look(self, source: str, wish: Wish | None = None) -> list[Record]:
        """Judge another m.py; the records of the tests that ended."""
        self.shadow.write({"m.py": Document("m.py", source)})
        answer = await self.judge.ask(wish or Wish(seconds=20))
        assert answer.alive, answer.stopped
        return [record for record in answer.records if record.test]


@asynccontextmanager
async def court(
    lay: Lay,
    sandbox: Sandbox,
    files: dict[str, str] | None = None,
    *,
    runner: str = "pytest",
    warmth: Warmth | None = None,
) -> AsyncIterator[Court]:
    root = lay({"m.py": SOURCE, "test_m.py": TEST} | (files or {}))
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        lay_out(shadow.base)
        python = await ask(sys.executable, place=shadow.place, sandbox=sandbox)
        assert isinstance(python, Interpreter)
        args = ("-q", "test_m.py") if runner == "pytest" else ("test_m",)
        command = TestCommand(
            "", "pytest" if runner == "pytest" else "unittest", "python", args=args, module=True
        )
        setting = Setting(
            replace(command, env=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),)), sandbox, python, Limits()
        )
        place = setting.place(shadow.place)
        argv = setting.argv(place, {**setting.order(place, "judge"), "late": True})
        limits = Limits(wall=None, processes=30)
        env = setting.env(place)
        async with open_judge(
            argv, place=place, env=env, sandbox=sandbox, limits=limits, warmth=warmth or Warmth()
        ) as judge:
            yield Court(judge, shadow)


def outcomes(records: list[Record]) -> dict[str | None, str]:
    return {record.test: record.outcome for record in records}


async def test_every_candidate_is_judged_by_its_own_code(lay: Lay, sandbox: Sandbox) -> None:
    warmth = Warmth(("string", "no_such_module", "this"), ("m.py", "gone.py"), ("test_m.py",))
    async with court(lay, sandbox, warmth=warmth) as judge:
        for value in (1, 2, 3, 2, 1):
            records = await judge.look(SOURCE.replace("VALUE = 1", f"VALUE = {value}"))
            expected = "passed" if value == 2 else "failed"
            assert outcomes(records) == {"test_m.py::test_value": expected, "test_m.py::test_other": "passed"}
            if value != 2:
                assert records[0].message.startswith(f"AssertionError: assert {value} == 2"), (
                    "asserts are explained"
                )


async def test_only_the_selected_tests_run(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox) as judge:
        wish = Wish(seconds=20, select=("test_m.py::test_other",))
        assert outcomes(await judge.look(SOURCE, wish)) == {"test_m.py::test_other": "passed"}
        assert len(await judge.look(SOURCE)) == 2, "the next wish is not narrowed"


async def test_stale_bytecode_is_never_run(lay: Lay, sandbox: Sandbox) -> None:
    """A bytecode file that says it belongs to m.py, by an unchecked hash, and returns something else."""
    async with court(lay, sandbox) as judge:
        poison = judge.shadow.place.shadow / "m.py"
        poison.write_text(SOURCE.replace("VALUE = 1", "VALUE = 2"))
        cached = importlib.util.cache_from_source(str(poison))
        py_compile.compile(
            str(poison),
            cfile=cached,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        assert outcomes(await judge.look(SOURCE))["test_m.py::test_value"] == "failed"


async def test_what_one_candidate_breaks_the_next_does_not_see(lay: Lay, sandbox: Sandbox) -> None:
    spoiling = (
        "import sys, string, os\nsys.modules['string'] = None\nos.environ['SPOILT'] = '1'\nos.chdir('/')\n"
    )
    watching = "import os, string\nassert string and 'SPOILT' not in os.environ\n"
    async with court(lay, sandbox) as judge:
        await judge.look(spoiling + SOURCE.replace("import string", ""))
        assert "passed" in outcomes(await judge.look(watching + SOURCE)).values()


@pytest.mark.parametrize(
    ("wish", "code", "stopped"),
    [
        (Wish(seconds=0.3), "import time; time.sleep(60)", "did not finish within 0.3 s"),
        (Wish(seconds=30, cpu=0.2), "while True: pass", "did not finish within 0.2 s of processor time"),
        (
            Wish(seconds=30, output=9999),
            "import os\nwhile True: os.write(2, b'x' * 999)",
            "wrote more than 9999 bytes of output",
        ),
    ],
)
async def test_a_candidate_that_takes_too_much_is_stopped(
    lay: Lay, sandbox: Sandbox, wish: Wish, code: str, stopped: str
) -> None:
    noisy = {"conftest.py": "", "pytest.ini": "[pytest]\naddopts = -s\n"}
    async with court(lay, sandbox, noisy) as judge:
        judge.shadow.write({"m.py": Document("m.py", code)})
        answer = await judge.judge.ask(wish)
        assert answer.stopped == stopped
        assert answer.alive
        assert len(await judge.look(SOURCE)) == 2, "and the next candidate is judged"


async def test_memory_is_bounded(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox) as judge:
        greedy = SOURCE.replace("return VALUE", "return bytearray(1 << 30)")
        [first, *_] = await judge.look(greedy, Wish(seconds=20, memory=400 << 20))
        assert first.message.startswith("MemoryError")


async def test_strays_and_temporary_files_are_gone(lay: Lay, sandbox: Sandbox) -> None:
    leave = "import os, subprocess\nsubprocess.Popen(['setsid', 'sleep', '98765'])\n"
    count = "import os\nSLEEPERS = [p for p in os.listdir('/proc') if p.isdigit() and b'98765' in open(f'/proc/{p}/cmdline', 'rb').read()]\n"
    temporary = "import tempfile\nOTHERS = os.listdir(os.path.dirname(tempfile.gettempdir()))\n"
    async with court(lay, sandbox) as judge:
        await judge.look(leave + SOURCE)
        asking = (
            count + temporary + SOURCE.replace("return VALUE", "raise ValueError(len(SLEEPERS), len(OTHERS))")
        )
        [first, *_] = await judge.look(asking)
        assert first.message.startswith("ValueError: (0, ")
        again, *_ = await judge.look(asking)
        assert again.message == first.message, "temporary folders do not pile up"


async def test_a_fork_bomb_takes_the_judge_with_it_and_it_is_said(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox) as judge:
        judge.shadow.write(
            {"m.py": Document("m.py", "import os, time\nfor _ in range(6): os.fork()\ntime.sleep(30)\n")}
        )
        answer = await judge.judge.ask(Wish(seconds=20))
        assert not answer.alive
        assert answer.stopped is not None
        assert answer.stopped.startswith("started more than 30 processes")
        assert judge.judge.ended


async def test_a_cancelled_wish_ends_the_judge(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox) as judge:
        judge.shadow.write({"m.py": Document("m.py", "import time; time.sleep(60)\n")})
        asking = asyncio.create_task(judge.judge.ask(Wish(seconds=60)))
        await asyncio.sleep(0.2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert judge.judge.ended


async def test_executed_lines_are_told_by_test(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox) as judge:
        answer = await judge.judge.ask(Wish(seconds=20, trace=True))
        executed = {record.lines: record.executed for record in answer.records if record.lines}
        assert set(executed) == {"test_m.py::test_value", "test_m.py::test_other"}
        assert [line for line, *_ in executed["test_m.py::test_other"]["m.py"]] == [7]
        depths = {
            path: {depth for _, _, depth in lines}
            for path, lines in executed["test_m.py::test_other"].items()
        }
        assert depths == {"test_m.py": {1}, "m.py": {2}}


async def test_a_conftest_that_imports_the_code_is_forked_before(lay: Lay, sandbox: Sandbox) -> None:
    async with court(lay, sandbox, {"conftest.py": "import m\n"}) as judge:
        for value, expected in ((2, "passed"), (1, "failed"), (2, "passed")):
            records = await judge.look(SOURCE.replace("VALUE = 1", f"VALUE = {value}"))
            assert outcomes(records)["test_m.py::test_value"] == expected


async def test_unittest_is_judged_the_same_way(lay: Lay, sandbox: Sandbox) -> None:
    case = (
        "import unittest\nimport m\n\n\nclass Case(unittest.TestCase):\n    def test_value(self):\n"
        "        self.assertEqual(m.value(), 2)\n\n    def test_skipped(self):\n        self.skipTest('later')\n"
    )
    async with court(lay, sandbox, {"test_m.py": case}, runner="unittest") as judge:
        records = await judge.look(SOURCE)
        assert outcomes(records) == {
            "test_m.Case.test_skipped": "skipped",
            "test_m.Case.test_value": "failed",
        }
        assert records[-1].message == "AssertionError: 1 != 2"
        right = await judge.look(
            SOURCE.replace("= 1", "= 2"), Wish(seconds=20, select=("test_m.Case.test_value",))
        )
        assert outcomes(right) == {"test_m.Case.test_value": "passed"}


async def test_a_program_that_is_no_judge_is_an_error(shop: Path, sandbox: Sandbox) -> None:
    with open_shadow(open_snapshot(shop), symlinks=False) as shadow:
        opened = open_judge(
            ["true"], place=shadow.place, env={}, sandbox=sandbox, limits=Limits(wall=None), warmth=Warmth()
        )
        with pytest.raises(JudgeError):
            async with opened:
                pass
