"""The command `quintet.refactor`: a name is changed wherever it is meant, with the tests as witnesses.

What surely means the thing and what only may are two parts, both of which the editor shows; how the places
are found is not known here.
"""

import asyncio
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.edge.arguments import Point, file_of, read
from quintet.edge.targets import uri_of
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.edge.progress import Progress
    from quintet.workspace.edits import Patch
    from quintet.workspace.rename import Renaming

COMMAND = "quintet.refactor"
NOTHING: dict[str, Any] = {"applied": False, "files": 0, "edits": 0, "left": []}
_LEFT = 100


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is named where, and what it shall be called."""

    uri: str
    position: Point
    name: str


def register(edge: Edge) -> None:
    """Offer the command."""

    @edge.server.command(COMMAND)
    async def refactor(*arguments: Any) -> dict[str, Any]:
        from quintet.edge.working import work  # noqa: PLC0415 -- not needed to start

        asked = read(COMMAND, arguments, Asked)
        session, path = file_of(edge, asked.uri)

        async def doing(shown: "Progress") -> dict[str, Any]:
            return await _renamed(edge, session, path, asked, shown)

        title = f"Rename to {asked.name}"
        done = await work(edge, session, title, "Looking for every mention", doing)
        return done or NOTHING


async def _renamed(
    edge: Edge, session: Session, path: str, asked: Asked, shown: "Progress"
) -> dict[str, Any]:
    from quintet.edge.giving import refused  # noqa: PLC0415

    found = await _found(edge, session, path, asked)
    if isinstance(found, str):
        refused(edge, shown, found)
        return NOTHING
    given = await _give(edge, session, found, shown)
    return {
        "applied": given is not None,
        "files": len(given.files) if given else 0,
        "edits": sum(len(change.edits) for change in given.files) if given else 0,
        "left": _left(session, found),
    }


async def _give(edge: Edge, session: Session, found: "Renaming", shown: "Progress") -> "Patch | None":
    """Show the rename and make it; what was handed over."""
    from quintet.edge.edits import Part  # noqa: PLC0415
    from quintet.edge.giving import hand_over, joined  # noqa: PLC0415
    from quintet.edge.previewing import unverified_wanted  # noqa: PLC0415

    title = f"Rename {found.old} to {found.new}"
    asks = session.settings.preview != "never"
    good, label = await _tried(session, found.certain, shown)
    name = title if good else f"{title} (unverified)"
    parts = [Part(found.certain, name, label, confirm=asks)]
    perhaps = Part(found.possible, f"{title}, perhaps", "It may mean something else.", confirm=True)
    if edge.client.preview and asks:
        chosen = await _chosen(edge, session, joined([*parts, perhaps]), name, (good, label), shown)
        if chosen is None:
            return None
        if chosen != found.certain:
            good, label = await _tried(session, chosen, shown)
        parts = [Part(chosen, title)]
        taken = good or chosen == found.certain or await unverified_wanted(edge, label)
    else:
        asks_itself = asks and edge.client.annotations  # with the edit
        parts += [perhaps] if found.possible.files and asks_itself else []
        taken = good or asks_itself or await unverified_wanted(edge, label)
    if not taken or not await hand_over(edge, session, title, parts, shown):
        return None
    shown.ending = label
    edge.say(" ".join((label, *found.notes)))
    return joined(parts)


async def _tried(session: Session, patch: "Patch", shown: "Progress") -> tuple[bool, str]:
    """Whether the tests bear a rename, and one sentence on that."""
    from quintet.trying import holds  # noqa: PLC0415

    shown.report("Running the tests with the new name")
    verdict = await holds(session, patch)
    if isinstance(verdict, str):
        return False, f"Not verified: {verdict}"
    return verdict.verified, f"{'Verified' if verdict.verified else 'Not verified'}: {verdict.reason}"


async def _chosen(
    edge: Edge, session: Session, patch: "Patch", title: str, proof: tuple[bool, str], shown: "Progress"
) -> "Patch | None":
    """What its user takes of a rename; None where they refuse, or where the texts have moved on."""
    from quintet.edge.giving import refused  # noqa: PLC0415
    from quintet.edge.previewing import Shown, taken  # noqa: PLC0415
    from quintet.settling import Moved  # noqa: PLC0415

    good, label = proof
    documents = session.documents_of(patch)
    if isinstance(documents, Moved):
        refused(edge, shown, f"The change was not made: {documents.reason} Ask again.")
        return None
    shown.report("Waiting for your choice")
    return await taken(edge, Shown(uuid4().hex, session, patch, documents, title, label, verified=good))


async def _found(edge: Edge, session: Session, path: str, asked: Asked) -> "Renaming | str":
    from quintet.workspace.document import Unreadable  # noqa: PLC0415
    from quintet.workspace.rename import rename  # noqa: PLC0415

    snapshot = await session.snapshot()
    document = await asyncio.to_thread(snapshot.document, path)
    if isinstance(document, Unreadable):
        return document.reason
    position = lsp.Position(asked.position.line, asked.position.character)
    offset = edge.client.codec.lines(document.text).offset(position)
    stop = Event()
    try:
        return await asyncio.to_thread(rename, snapshot, path, offset, asked.name, stop)
    finally:
        stop.set()


def _left(session: Session, found: "Renaming") -> list[dict[str, Any]]:
    """Where the old name still stands, and why."""
    possible = [
        {"uri": uri_of(session, each.path), "line": _line(session, each.path, each.start), "why": each.why}
        for each in found.occurrences
        if not each.certain
    ]
    words = [
        {"uri": uri_of(session, path), "line": line - 1, "why": "it is in a comment, a string or prose"}
        for path, line in found.mentions_left
    ]
    return [*possible, *words][:_LEFT]


def _line(session: Session, path: str, offset: int) -> int:
    document = session.current(path)
    return getattr(document, "text", "").count("\n", 0, offset)
