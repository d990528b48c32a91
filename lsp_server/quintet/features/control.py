"""The levers: stop what goes on, choose the mode and the engine, begin anew, and a look at the machine.

What is chosen holds until the server ends; to keep it is the editor's, in its settings.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from quintet.edge import Edge, status
from quintet.edge.arguments import read, refuse
from quintet.edge.showing import show
from quintet.settings import from_editor

if TYPE_CHECKING:
    from quintet.edge.progress import Progress

STOP = "quintet.stop"
MODE = "quintet.chooseMode"
BACKEND = "quintet.chooseBackend"
RESTART = "quintet.restart"
DOCTOR = "quintet.doctor"

ModeName = Literal["auto", "fast", "standard", "deep"]
_LONGEST = 180.0
"""Seconds that a look at the machine may take: a model is loaded for it."""


class ChosenMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mode, or none: then its user is asked."""

    mode: ModeName | None = None


class ChosenBackend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A backend as the setting has it, or none: then its user is asked."""

    backend: str | None = None


def register(edge: Edge) -> None:
    """Offer the commands."""
    for name, act in (
        (STOP, _stop),
        (MODE, _choose_mode),
        (BACKEND, _choose_backend),
        (RESTART, _restart),
        (DOCTOR, _look),
    ):
        edge.server.command(name)(_bound(edge, act))


def _bound(edge: Edge, act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run(*arguments: Any) -> Any:
        return await act(edge, *arguments)

    return run


async def _stop(edge: Edge, *_: Any) -> dict[str, int]:
    stops = [*edge.stops.values()]
    for each in stops:
        each()
    return {"stopped": len(stops)}


async def _choose_mode(edge: Edge, *arguments: Any) -> dict[str, str]:
    from quintet.edge.asking import ask  # noqa: PLC0415 -- not needed to start

    mode: str | None = read(MODE, arguments, ChosenMode).mode
    mode = mode or await ask(edge, "How much work may a repair be?", get_args(ModeName))
    return {"mode": await _choose(edge, "mode", mode)}


async def _choose_backend(edge: Edge, *arguments: Any) -> dict[str, str]:
    from quintet.edge.asking import ask  # noqa: PLC0415

    backend = read(BACKEND, arguments, ChosenBackend).backend
    backend = backend or await ask(edge, "Which engine?", _backends())
    return {"backend": await _choose(edge, "backend", backend)}


def _backends() -> list[str]:
    """The engines that can be had without writing an address."""
    from quintet_models.backends.handshake import LOCAL_SERVERS  # noqa: PLC0415

    return ["auto", "pocket", *(f"openai:{url}" for url in LOCAL_SERVERS.values()), "none"]


async def _restart(edge: Edge, *_: Any) -> str:
    await _stop(edge)
    await edge.sessions[0].free_engine()
    for session in edge.sessions:
        if session.keeper is not None:
            session.keeper.command("rebuild")
    status.tell(edge, engine="")
    return "The engine is freed, and the index is made anew."


async def _look(edge: Edge, *_: Any) -> dict[str, Any]:
    from quintet.edge.working import work  # noqa: PLC0415

    session = edge.sessions[0]
    if problem := session.obstacle(None):
        refuse(problem)

    async def doing(_: "Progress") -> dict[str, Any]:
        return await _doctor(str(session.root), session.settings.backend)

    found = await work(edge, session, "Look at this machine", "Looking for engines and tests", doing)
    if found is None:
        return {"ok": False, "text": "It was stopped.", "document": None}
    return {**found, "document": await show(edge, "doctor.md", found["text"])}


async def _choose(edge: Edge, key: str, value: str | None) -> str:
    """Let the editor's word on one setting be another one from now on; what it is then."""
    if value is not None:
        for session in edge.sessions:
            problems = session.configure(from_editor("choice", "your choice", {key: value}))
            if problems:
                refuse(str(problems[0]))
        status.tell(edge)
    return str(getattr(edge.sessions[0].settings, key))


async def _doctor(root: str, backend: str) -> dict[str, Any]:
    """What `quintet doctor` finds, in a process of its own: it loads an engine."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "quintet", "doctor", "--json", "--workspace", root, "--backend", backend),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            output, _ = await process.communicate()
    except TimeoutError:
        refuse(f"The look at this machine took over {_LONGEST:.0f} seconds.")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        found = msgspec.json.decode(output)
    except msgspec.DecodeError:
        refuse("`quintet doctor` did not answer; run it in a terminal to see why.")
    return {"ok": found["ok"], "text": _page(found)}


def _page(found: dict[str, Any]) -> str:
    marks = {"ok": "✓", "warn": "!", "fail": "✗"}
    lines = ["# What Quintet finds on this machine", ""]
    for each in found["checks"]:
        todo = f"\n  - {each['todo']}" if each.get("todo") else ""
        lines.append(f"- {marks[each['status']]} **{each['name']}**: {each['found']}{todo}")
    return "\n".join(lines) + "\n"
