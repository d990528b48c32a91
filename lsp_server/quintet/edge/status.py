"""What our own clients draw besides: the state of things, and a run while it goes on.

A client that has not asked for it is sent nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from quintet.edge import Edge
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.story import Story

STATUS = "quintet/status"
TRACE = "quintet/trace"


def tell(edge: Edge, **news: Any) -> None:
    """Say how things stand, if that is news: `busy`, `engine`, `tokens`, `outcome` are told here."""
    settings = edge.sessions[0].settings
    told: dict[str, Any] = {"busy": False, "engine": "", "tokens": None, "outcome": None} | edge.status | news
    now = told | {
        "mode": settings.mode,
        "backend": settings.backend,
        "scripted": any(each.startswith("scripted") for each in (settings.backend, told["engine"])),
        "trusted": all(session.settings.trusted for session in edge.sessions),
        "failing": sum(len(session.findings.failing) for session in edge.sessions),
    }
    if now != edge.status:
        edge.status = now
        if edge.client.status:
            edge.server.protocol.notify(STATUS, now)


def solved(edge: Edge, session: Session, tests: Iterable[str]) -> None:
    """A change was made that makes these tests pass: what was found because of them goes."""
    session.solved(tests)
    tell(edge)


def trace(edge: Edge, story: "Story") -> None:
    """Send a run as far as it is known."""
    if edge.client.trace:
        edge.server.protocol.notify(TRACE, {"story": msgspec.to_builtins(story)})
