"""What can be fixed at the cursor: diagnostics there, whoever reported them, and failing tests.

Looks at texts and settings only; it must answer while the user types, so it runs nothing.
"""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from lsprotocol import types as lsp

from quintet.agents.task import Task
from quintet.features import Edge
from quintet.protocol import Lines, Reported, from_diagnostic
from quintet.session import Open, Session
from quintet.tools.protect import is_test

TITLE = "Fix with Quintet"
MOST = 5
"""Diagnostics at one cursor that get an action of their own."""
STALE = "The file has changed since this was reported: ask again when there are new diagnostics."
MOVED = "Other folders are open now than when this was offered: ask again."


class Asked(msgspec.Struct, frozen=True):
    """What travels in an action's `data`.

    `uri` is the document it was offered in: the paths of the task are in its folder. Where `version` is set,
    the task is about that very text of it and must not be worked on once there is another.
    """

    id: str
    task: Task
    uri: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing we could do. `obstacle` says in a sentence why we cannot, for editors that show it."""

    title: str
    asked: Asked
    diagnostic: lsp.Diagnostic | None = None
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a request points, in a document that is open."""

    session: Session
    path: str
    held: Open
    lines: Lines
    params: lsp.CodeActionParams


async def offers(edge: Edge, params: lsp.CodeActionParams) -> list[Offer]:
    """Everything that can be asked of us at a place; nothing where other kinds of action are wanted."""
    session, path = edge.at(params.text_document.uri) or (None, "")
    held = session.documents.get(path) if session else None
    if not session or not held or held.document.language is None or not _wanted(params.context.only):
        return []
    place = _Place(session, path, held, edge.client.codec.lines(held.document.text), params)
    found = [*_of_diagnostics(place), *await _of_tests(place)]
    return [offer for offer in found if offer.obstacle is None or edge.client.disabled]


def worker(edge: Edge, asked: Asked) -> Session | str:
    """The session a task is for; or one sentence that says why it must not be worked on any more."""
    session, path = edge.at(asked.uri) or (None, "")
    if session is None or path != asked.task.path:
        return MOVED
    held = session.documents.get(path)
    if asked.version is not None and (held is None or held.document.version != asked.version):
        return STALE
    return session


def _wanted(only: Sequence[str] | None) -> bool:
    """Whether a request's kinds include ours; a kind includes those below it."""
    ours = lsp.CodeActionKind.QuickFix.value
    kinds = [str(getattr(kind, "value", kind)) for kind in only or ("",)]
    return any(kind in {"", ours} or ours.startswith(f"{kind}.") for kind in kinds)


# --- diagnostics --------------------------------------------------------------------------------------


def _of_diagnostics(place: _Place) -> Iterator[Offer]:
    diagnostics = place.params.context.diagnostics[:MOST]
    for diagnostic in diagnostics:
        reported = from_diagnostic(diagnostic)
        title = TITLE if len(diagnostics) == 1 else f"{TITLE}: {_short(reported.message)}"
        outdated = not place.lines.holds(diagnostic.range) or reported.version not in {
            None,
            place.held.document.version,
        }
        yield Offer(
            title,
            _asked(place, _diagnostic_task(place, reported), place.held.document.version),
            diagnostic,
            obstacle=STALE if outdated else place.session.obstacle(place.path),
        )


def _diagnostic_task(place: _Place, reported: Reported) -> Task:
    source = f"{reported.source}: " if reported.source else ""
    return Task(
        kind="diagnostic",
        path=place.path,
        line=reported.line,
        diagnostic=source + reported.message,
        test_command=place.session.settings.test.command,
    )


def _asked(place: _Place, task: Task, version: int | None = None) -> Asked:
    return Asked(uuid.uuid4().hex, task, place.params.text_document.uri, version)


def _short(message: str, length: int = 60) -> str:
    first = message.strip().split("\n", 1)[0]
    return first if len(first) <= length else first[: length - 1] + "…"


# --- tests --------------------------------------------------------------------------------------------


async def _of_tests(place: _Place) -> list[Offer]:
    """Only for a user who asks: an editor that looks for light bulbs by itself would show one everywhere."""
    session = place.session
    automatic = place.params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    in_tests = is_test(place.path)
    if automatic or not (in_tests or session.settings.test.command or session.test_command):
        return []
    title, tests = await _test_at(place) if in_tests else ("Fix failing tests with Quintet", ())
    task = Task(
        kind="test_failure",
        path=place.path,
        line=place.params.range.start.line + 1,
        test_command=session.settings.test.command,
        tests=tests,
    )
    return [Offer(title, _asked(place, task), obstacle=session.obstacle(place.path))]


async def _test_at(place: _Place) -> tuple[str, tuple[str, ...]]:
    """What to call the test around the cursor, and its id; all of the file where there is none."""
    tree = await place.session.tree(place.path)
    if tree is not None and tree.language == "python":
        unit = await asyncio.to_thread(tree.unit_at, place.lines.offset(place.params.range.start))
        if unit.kind in {"function", "method"} and unit.name.startswith("test"):
            test = "::".join((place.path, *unit.qualified.split(".")))
            return f"Fix failing test {unit.name} with Quintet", (test,)
    return "Fix failing tests of this file with Quintet", (place.path,)
