"""The quick look at candidates: the named tests only, in one shadow, by a warm judge where there is one.

Knows files and runs; not patches, and not what a verdict is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from quintet.tools import baseline, reports
from quintet.tools.judge import Answer, Judge, JudgeError, Warmth, Wish, open_judge
from quintet.tools.reports import Ended, Report
from quintet.tools.sandbox import Limits
from quintet.tools.shadow import Shadow
from quintet.tools.verify import still_failing
from quintet.tools.whole import Setting, run_whole
from quintet.workspace.document import Document

Lines = dict[str, dict[str, list[tuple[int, int, int]]]]

_LIMITS = Limits(wall=None, cpu=3600.0)
_UNKNOWN = 0.6
"""Seconds assumed for tests that did not come to an end on the files as they are."""


@dataclass(slots=True)
class Quick:
    """Looks at one candidate at a time; closed by `close`.

    `wall` and `cpu` are the seconds a candidate gets: five times what the same tests take on the files as
    they are, and at least 2 (in a fresh process: 1) and 0.3.
    """

    setting: Setting
    report: Report
    named: tuple[str, ...]
    shadow: Shadow
    late: bool
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    warm: Judge | None = None
    wall: float = 0.0
    cpu: float = 0.0
    messy: bool = False

    async def look(self, contents: Mapping[str, Document]) -> Report:
        """Run the named tests with these files; everything is put back afterwards."""
        async with self.lock:
            await self._ready()
            self.shadow.write(contents)
            try:
                return await self._run()
            finally:
                self.shadow.restore()
                self._tidy()

    async def trace(self, tests: Sequence[str], *, seconds: float, test_seconds: float) -> Lines:
        """Executed lines of these tests on the files as they are; nothing where the runner cannot tell."""
        async with self.lock:
            await self._ready()
            select = self.select(tests)
            if self.warm is None or not select:
                return {}
            wish = Wish(select=select, seconds=seconds, test_seconds=test_seconds, trace=True)
            answer = await self._ask(wish)
            self._tidy()
            return {each.lines: each.executed for each in answer.records if each.lines is not None}

    def select(self, tests: Sequence[str]) -> tuple[str, ...]:
        """What the runner is told in order to run these tests alone; nothing means everything."""
        return baseline.selection(self.setting.command, self.report, tests)

    async def close(self) -> None:
        """End the judge."""
        self.warm = None
        await self.stack.aclose()

    async def _ready(self) -> None:
        """Before the first look: a clean copy, a judge, and what a candidate may take."""
        if self.wall:
            return
        self.messy = self.shadow.clean()
        python = self.setting.python is not None and self.setting.command.runner != "command"
        judge = await self._start() if python else None
        if judge is None or not await self._calibrated(judge):
            run = self.report.run
            self.wall = max(1.0, 5 * (run.seconds if run.stopped is None else 3.0))

    def _tidy(self) -> None:
        """Put away what a run left in the copy: only where the first run did, for looking takes time."""
        if self.messy:
            self.shadow.clean()

    async def _calibrated(self, judge: Judge) -> bool:
        """Let the judge look at the unchanged files. One that sees the named tests pass is not trusted."""
        messages = (failure.message for failure in self.report.run.failures)
        if any(message.startswith("did not finish") for message in messages):
            answer = Answer([], "", _UNKNOWN, _UNKNOWN)
        else:
            answer = await judge.ask(
                Wish(select=self.select(self.named), seconds=3 * self.setting.test_seconds)
            )
            self._tidy()
            if self.named and not still_failing(self.named, self._read(answer).run):
                await self.close()
                return False
        self.wall = max(2.0, 5 * answer.seconds)
        self.cpu = max(0.3, 5 * answer.cpu)
        return True

    async def _run(self) -> Report:
        select = self.select(self.named)
        if self.warm is None:
            return await run_whole(self.setting, self.shadow.place, select=select, seconds=self.wall)
        return self._read(await self._ask(Wish(select=select, seconds=self.wall, cpu=self.cpu)))

    def _read(self, answer: Answer) -> Report:
        ended = Ended(self.setting.command.text, None, answer.seconds, answer.output, answer.stopped)
        return reports.read_records(answer.records, ended, self.setting.sandbox.root(self.shadow.place))

    async def _ask(self, wish: Wish) -> Answer:
        """Ask the judge; one that a candidate, or a cancelled wish, took with it is replaced."""
        judge = self.warm
        if judge is None or judge.ended:
            judge = await self._start()
        if judge is None:
            return Answer([], "", 0.0, stopped="the judge could not be started again", alive=False)
        return await judge.ask(wish)

    async def _start(self) -> Judge | None:
        """A new judge in place of the old; None where there can be none: fresh processes do as well."""
        await self.close()
        place = self.setting.place(self.shadow.place)
        tests = tuple(sorted(set(self.report.test_files.values())))
        files = tuple(path for path in self.report.own_files if path not in tests)
        opened = open_judge(
            self.setting.argv(place, {**self.setting.order(place, "judge"), "late": self.late}),
            place=place,
            env=self.setting.env(place),
            sandbox=self.setting.sandbox,
            limits=_LIMITS,
            warmth=Warmth(self.report.modules, files, tests),
        )
        try:
            self.warm = await self.stack.enter_async_context(opened)
        except JudgeError:
            self.warm = None
        return self.warm
