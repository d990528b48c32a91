"""The command `quintet.reviewChanges`: what is to be said of the changes since the commit, as diagnostics.

Also after a save, where the user wants that; how it is found is not known here.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from quintet.edge import Edge
from quintet.edge.arguments import read
from quintet.edge.targets import uri_of
from quintet.protocol import SEVERITIES
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.edge.progress import Progress
    from quintet.reviewing import Reviewed

COMMAND = "quintet.reviewChanges"


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The changes of one file, or all."""

    uri: str | None = None


def register(edge: Edge) -> None:
    """Offer the command, and follow saves."""

    @edge.server.command(COMMAND)
    async def review(*arguments: Any) -> dict[str, Any]:
        asked = read(COMMAND, arguments, Which)
        session, path = (edge.at(asked.uri) if asked.uri else None) or (edge.sessions[0], None)
        return await _review(edge, session, path)

    async def saved(session: Session, path: str) -> None:
        if session.settings.review.on_save and session.obstacle(path) is None and not session.busy:
            await _review(edge, session, path)

    edge.on_save.append(saved)


async def _review(edge: Edge, session: Session, path: str | None) -> dict[str, Any]:
    from quintet.edge.working import work  # noqa: PLC0415 -- not needed to start
    from quintet.reviewing import review  # noqa: PLC0415

    if problem := session.obstacle(None):
        edge.warn(problem)
        return {"files": 0, "findings": [], "reason": problem}

    async def doing(shown: "Progress") -> "Reviewed | str":
        reviewed = await review(session, path)
        shown.ending = reviewed if isinstance(reviewed, str) else _said(reviewed)
        edge.say(shown.ending)
        if not isinstance(reviewed, str):
            changed = session.findings.replace(
                ("review",), reviewed.findings, reviewed.documents, only=path or ""
            )
            for each in changed:
                session.look_again(each)
        return reviewed

    reviewed = await work(
        edge, session, "Review the changes", "Looking at what differs from the commit", doing
    )
    if reviewed is None or isinstance(reviewed, str):
        return {"files": 0, "findings": [], "reason": reviewed or "It was stopped."}
    return {
        "files": len(reviewed.files),
        "findings": [_told(session, each, reviewed) for each in reviewed.findings],
    }


def _said(reviewed: "Reviewed") -> str:
    files, found = len(reviewed.files), len(reviewed.findings)
    notes = "".join(f" {note}" for note in reviewed.notes)
    return f"{files} changed file{'s' * (files != 1)} reviewed, {found} finding{'s' * (found != 1)}.{notes}"


def _told(session: Session, finding: Any, reviewed: "Reviewed") -> dict[str, Any]:
    text = reviewed.documents[finding.path].text
    return {
        "uri": uri_of(session, finding.path),
        "line": text.count("\n", 0, finding.start),
        "message": finding.message,
        "severity": SEVERITIES[finding.severity].value,
    }
