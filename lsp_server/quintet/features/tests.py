"""The user's tests: run them in a copy, show what fails and where the fault may be, and have it fixed.

Commands `quintet.runTests` and `quintet.fixTests`; knows nothing of how a fix is found.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types as lsp

from quintet.agents.task import Mode, Task, Verified
from quintet.edge import Edge, status
from quintet.edge.arguments import read
from quintet.findings import Ready, short
from quintet.session import Session
from quintet.tools.protect import is_test

if TYPE_CHECKING:
    from quintet.edge.progress import Progress
    from quintet.trying import Examined

RUN = "quintet.runTests"
FIX = "quintet.fixTests"
_BEGIN = "Running the tests in a throw-away copy"


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tests: one by its id, those of a file, or all; `suggest` goes on to look for fixes."""

    uri: str | None = None
    test: str | None = None
    suggest: bool | None = None


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tests are to be made to pass, and how much work that may be."""

    uri: str | None = None
    test: str | None = None
    mode: Mode | None = None


def register(edge: Edge) -> None:
    """Offer the commands, and follow saves where the user wants that."""

    @edge.server.command(RUN)
    async def run(*arguments: Any) -> dict[str, Any]:
        asked = read(RUN, arguments, Which)
        session, tests = _meant(edge, asked.uri, asked.test)
        suggest = session.settings.suggest if asked.suggest is None else asked.suggest
        return await _run(edge, session, tests, suggest=suggest)

    @edge.server.command(FIX)
    async def fix(*arguments: Any) -> dict[str, bool]:
        from quintet.edge.giving import carry_out  # noqa: PLC0415 -- not needed to start

        asked = read(FIX, arguments, Fix)
        session, tests = _meant(edge, asked.uri, asked.test)
        applied = await carry_out(edge, session, _task(session, tests, asked.mode), _title(tests))
        return {"applied": applied}

    async def saved(session: Session, path: str) -> None:
        if session.settings.test.on_save and session.obstacle(path) is None and not session.busy:
            await _run(edge, session, (), suggest=session.settings.suggest)

    edge.on_save.append(saved)


def _meant(edge: Edge, uri: str | None, test: str | None) -> tuple[Session, tuple[str, ...]]:
    """The folder, and the tests in it that are meant; a file that is no test means all."""
    session, path = (edge.at(uri) if uri else None) or (edge.sessions[0], "")
    if test:
        return session, (test,)
    return session, (path,) if is_test(path) else ()


def _task(session: Session, tests: tuple[str, ...], mode: Mode | None = None) -> Task:
    command = session.settings.test.command
    return Task(kind="test_failure", tests=tests, test_command=command, mode=mode)


def _title(tests: tuple[str, ...]) -> str:
    return f"Make {short(tests[0])} pass" if len(tests) == 1 else "Make the failing tests pass"


async def _run(edge: Edge, session: Session, tests: tuple[str, ...], *, suggest: bool) -> dict[str, Any]:
    from quintet.edge.working import work  # noqa: PLC0415
    from quintet.trying import examine  # noqa: PLC0415

    if problem := session.obstacle(None):
        edge.warn(problem)
        return {"reason": problem}

    async def doing(shown: "Progress") -> "Examined | str":
        examined = await examine(session, tests)
        if isinstance(examined, str):
            shown.ending = examined
            edge.warn(examined)
            return examined
        _take(edge, session, examined)
        shown.ending = _said(examined)
        edge.say(shown.ending, lsp.MessageType.Warning if examined.named else lsp.MessageType.Info)
        if suggest and examined.named:
            await _suggest(edge, session, examined, shown)
        return examined

    examined = await work(edge, session, "Run the tests", _BEGIN, doing)
    if not examined or isinstance(examined, str):
        return {"reason": examined or "It was stopped."}
    ran = examined.run
    return {
        "command": ran.command,
        "exit_code": ran.exit_code,
        "passed": ran.passed,
        "failed": len(ran.failing),
        "failing": [*ran.failing],
        "seconds": ran.seconds,
    }


def _take(edge: Edge, session: Session, examined: "Examined") -> None:
    """Let the diagnostics show what a run has said."""
    shown = examined.findings if session.settings.diagnostics.tests else ()
    changed = session.findings.replace(("test", "suspicious"), shown, examined.documents)
    session.findings.failing = examined.run.failing
    for path in changed:
        session.look_again(path)
    status.tell(edge)


def _said(examined: "Examined") -> str:
    ran = examined.run
    if not ran.failing:
        return f"{ran.passed} tests pass ({ran.command})."
    return f"{len(ran.failing)} of {len(ran.outcomes)} tests fail ({ran.command})."


async def _suggest(edge: Edge, session: Session, examined: "Examined", shown: "Progress") -> None:
    """Look for a patch, and keep it for the diagnostics to offer."""
    from quintet.edge.running import run  # noqa: PLC0415

    title = _title(examined.named)
    task = _task(session, examined.named)
    found = await run(edge, session, task, title, shown)
    if isinstance(found, str) or not isinstance(found.outcome, Verified):
        shown.ending = found if isinstance(found, str) else found.label
        return
    shown.ending = f"A verified fix is ready. {found.label}"
    edge.say(f"A verified fix is ready for {title.removeprefix('Make ').removesuffix(' pass')}.")
    session.findings.remember(Ready(found.id, task, found.outcome, found.documents, title))
