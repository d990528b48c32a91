"""What runs did, shown: the commands `quintet.runs`, `quintet.showTrace` and `quintet.showPatch`.

It answers for every page that is shown under an address of ours, whoever made it; it starts no run.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types as lsp

from quintet.edge import Edge
from quintet.edge.arguments import read, refuse
from quintet.edge.pages import SCHEME, name_of
from quintet.edge.showing import show

if TYPE_CHECKING:
    from quintet.story import Story

RUNS = "quintet.runs"
TRACE = "quintet.showTrace"
PATCH = "quintet.showPatch"


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run by its id, or the last one."""

    id: str | None = None


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run by its id, or the last one; with `show` false nothing is opened."""

    id: str | None = None
    show: bool = True


def register(edge: Edge) -> None:
    """Offer the commands and the pages."""

    @edge.server.command(RUNS)
    def runs(*_: Any) -> dict[str, Any]:
        return {"runs": [_brief(story) for story in edge.stories]}

    @edge.server.command(TRACE)
    async def trace(*arguments: Any) -> dict[str, Any]:
        asked = read(TRACE, arguments, Shown)
        story = edge.stories.get(asked.id)
        document = await _trace(edge, story) if asked.show else None
        return {"story": msgspec.to_builtins(story), "document": document}

    @edge.server.command(PATCH)
    async def patch(*arguments: Any) -> dict[str, Any]:
        story = edge.stories.get(read(PATCH, arguments, Which).id)
        return {"document": await _patch(edge, story)}

    @edge.server.feature(
        lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, lsp.TextDocumentContentOptions(schemes=[SCHEME])
    )
    def content(params: lsp.TextDocumentContentParams) -> lsp.TextDocumentContentResult:
        text = _text(edge, name_of(params.uri) or "")
        if text is None:
            reason = f"{params.uri} is no page of this server, or one that is no longer kept."
            refuse(reason)
        return lsp.TextDocumentContentResult(text)


def _brief(story: "Story") -> dict[str, Any]:
    from quintet.features.trace.pages import spent  # noqa: PLC0415 -- not needed to start

    return {
        "id": story.id,
        "title": story.title,
        "started": story.started,
        "state": story.state,
        "seconds": story.seconds,
        "tokens": spent(story.tokens),
    }


async def _trace(edge: Edge, story: "Story | None") -> str | None:
    from quintet.features.trace.pages import headline, page  # noqa: PLC0415

    if story is None:
        edge.say("There is no such run: the last ones are kept, as long as the server runs.")
        return None
    document = await show(edge, f"trace/{story.id}.md", page(story))
    if document is None:
        edge.say(f"{story.title}: {headline(story)}")
    return document


async def _patch(edge: Edge, story: "Story | None") -> str | None:
    if story is None or not story.diff:
        edge.say("There is no patch to be shown." if story else "There is no such run.")
        return None
    document = await show(edge, f"patch/{story.id}.diff", story.diff)
    if document is None:
        edge.warn("This editor did not show the patch.")
    return document


def _text(edge: Edge, name: str) -> str | None:
    """A page as it stands now: a run that goes on says more than when it was shown."""
    from quintet.features.trace.pages import page  # noqa: PLC0415

    kind, _, rest = name.partition("/")
    story = edge.stories.get(rest.rpartition(".")[0]) if kind in {"trace", "patch"} else None
    if story is None:
        return edge.pages.get(name)
    return page(story) if kind == "trace" else story.diff
