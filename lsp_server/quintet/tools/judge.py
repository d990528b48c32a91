"""The warm judge seen from outside: one sandboxed process that forks for every candidate.

Knows its protocol (JSON lines on pipes), nothing of patches: the candidate is in the copy when it is asked.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from quintet.tools.confine import Place
from quintet.tools.reports import Record
from quintet.tools.sandbox import Child, Limits, Sandbox

_START_SECONDS = 60.0
_GRACE = 5.0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to run on the files as they are now.

    `select` are `file::name`s (unittest: ids), none for everything the command runs. `seconds` bounds the
    whole, `test_seconds` each test (0: not), `cpu` the processor time of the whole (0: not), which on a busy
    machine is the fairer limit. `memory` and `output` are bytes.
    """

    select: tuple[str, ...] = ()
    seconds: float
    cpu: float = 0.0
    test_seconds: float = 0.0
    memory: int = 2 << 30
    output: int = 1 << 20
    trace: bool = False


class Warmth(msgspec.Struct, frozen=True):
    """What the first run used: modules from outside the workspace, its own sources, its test files."""

    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What came of it. `stopped` says which limit ended the candidate; `alive` whether the judge survived."""

    records: list[Record]
    output: str
    seconds: float
    cpu: float = 0.0
    stopped: str | None = None
    alive: bool = True


class JudgeError(Exception):
    """The judge did not get ready."""


@dataclass(slots=True)
class Judge:
    """A judge that waits for wishes, one at a time. `ended` says that it will answer no more."""

    child: Child
    ended: bool = False

    async def ask(self, wish: Wish) -> Answer:
        """Run one wish. Cancelled or unanswered, it ends the judge: its next answer would be wrong."""
        self.ended = True  # until the answer is here
        try:
            line = await asyncio.wait_for(self.exchange(msgspec.json.encode(wish)), wish.seconds + _GRACE)
        except TimeoutError:
            self.child.stop("the judge did not answer")
            line = b""
        except asyncio.CancelledError:
            self.child.kill()
            raise
        if line:
            self.ended = False
            return msgspec.json.decode(line, type=Answer)
        await self.child.ended()
        stopped = self.child.stopped or "the test process ended"
        return Answer([], "", wish.seconds, stopped=stopped, alive=False)

    async def exchange(self, message: bytes) -> bytes:
        """One message out, one line back; nothing where the judge is gone."""
        pipes = self.child.process
        assert pipes.stdin is not None and pipes.stdout is not None, "started to talk"  # noqa: S101, PT018
        try:
            pipes.stdin.write(message + b"\n")
            await pipes.stdin.drain()
            return await pipes.stdout.readline()
        except (BrokenPipeError, ConnectionResetError, ValueError):  # ValueError: a line beyond all measure
            return b""


@asynccontextmanager
async def open_judge(
    argv: Sequence[str],
    *,
    place: Place,
    env: Mapping[str, str],
    sandbox: Sandbox,
    limits: Limits,
    warmth: Warmth,
) -> AsyncIterator[Judge]:
    """A judge for as long as the block lasts. Raises JudgeError where it does not get ready."""
    async with sandbox.start(argv, place=place, env=env, limits=limits, talk=True) as child:
        judge = Judge(child)
        warm = msgspec.json.encode(warmth)
        try:
            ready = await asyncio.wait_for(judge.exchange(warm), _START_SECONDS)
        except TimeoutError:
            ready = b""
        if not ready:
            raise JudgeError
        yield judge
