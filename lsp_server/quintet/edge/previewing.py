"""A change shown by one of our own clients before it is made, and what its user takes: `quintet/preview`.

Asks and listens; it changes nothing and verifies nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from quintet.edge import Edge
from quintet.edge.asking import ask
from quintet.edge.targets import targets_of
from quintet.protocol import shape
from quintet.session import Session
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch, apply
from quintet.workspace.hunks import numbered, part_of

PREVIEW = "quintet/preview"
TAKE, LEAVE = "Apply it unverified", "Leave it"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: the change and the texts it was made for, what it is called, and what speaks for it."""

    id: str
    session: Session
    patch: Patch
    documents: Mapping[str, Document]
    title: str
    label: str
    verified: bool


async def taken(edge: Edge, shown: Shown) -> Patch | None:
    """What its user takes of a change, the same patch where it is all of it; None where they refuse."""
    try:
        answer = await edge.server.protocol.send_request_async(PREVIEW, preview_of(edge, shown))
    except JsonRpcException as error:
        edge.warn(f"The editor could not show the change ({error.message}), so it was not made.")
        return None
    accept = answer.get("accept") if isinstance(answer, Mapping) else getattr(answer, "accept", None)
    accepted = (
        {each for each in accept if isinstance(each, int)} if isinstance(accept, list | tuple) else set()
    )
    texts = {path: document.text for path, document in shown.documents.items()}
    if accepted >= {number for number, _ in numbered(shown.patch, texts)}:
        return shown.patch
    part = part_of(shown.patch, texts, accepted)
    return part if part.files else None


def preview_of(edge: Edge, shown: Shown) -> dict[str, Any]:
    """All that a client needs to show a change: texts, hunks, and what is to be said of them."""
    texts = {path: document.text for path, document in shown.documents.items()}
    targets = targets_of(shown.session, shown.documents)
    hunks: dict[str, list[dict[str, Any]]] = {change.path: [] for change in shown.patch.files}
    for number, hunk in numbered(shown.patch, texts):
        span = edge.client.codec.lines(texts[hunk.path]).range(hunk.start, hunk.end)
        one = {"id": number, "range": shape(span), "old": hunk.old, "new": hunk.new, "title": hunk.title}
        hunks[hunk.path].append(one)
    files = [
        {
            "uri": targets[change.path].uri,
            "path": change.path,
            "created": change.base is None,
            "version": targets[change.path].version,
            "after": apply(texts[change.path], change.edits),
            "hunks": hunks[change.path],
        }
        for change in shown.patch.files
    ]
    about = {"id": shown.id, "title": shown.title, "label": shown.label, "verified": shown.verified}
    return {**about, "files": files}


async def unverified_wanted(edge: Edge, label: str) -> bool:
    """Whether the user takes a change that nothing proves, having been told so."""
    return await ask(edge, label, (TAKE, LEAVE), lsp.MessageType.Warning) == TAKE
