"""The command `quintet.explain`: what stands at a place, who uses it, what tests it, what is wrong with it.

Facts of the index come first; a model that follows instructions adds its words, marked as its own.
"""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from quintet.edge import Edge
from quintet.edge.arguments import file_of, read, refuse
from quintet.edge.markdown import code, fenced, inline
from quintet.edge.showing import show
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.edge.progress import Progress
    from quintet.workspace.snapshot import Snapshot
    from quintet.workspace.syntax import SyntaxTree, Unit

COMMAND = "quintet.explain"
_USERS = 20
_SECONDS = 90.0
_SHOWN = 8_000


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place: a file and a line of it, counted from 0."""

    uri: str
    line: Annotated[int, msgspec.Meta(ge=0)] = 0


def register(edge: Edge) -> None:
    """Offer the command."""

    @edge.server.command(COMMAND)
    async def explain(*arguments: Any) -> dict[str, Any]:
        from quintet.edge.working import work  # noqa: PLC0415 -- not needed to start

        asked = read(COMMAND, arguments, Asked)
        session, path = file_of(edge, asked.uri)

        async def doing(_: "Progress") -> str:
            return await _page(session, path, asked.line + 1)

        text = await work(edge, session, "Explain", "Looking it up", doing)
        if text is None:
            return {"document": None, "text": ""}
        return {"document": await show(edge, "explain.md", text), "text": text}


async def _page(session: Session, path: str, line: int) -> str:
    snapshot = await session.snapshot()
    tree = await asyncio.to_thread(snapshot.tree, path)
    if tree is None:
        refuse(f"{path} is in no language that Quintet reads.")
    unit = tree.unit_at(_inside(tree.text, line))
    parts = [
        await asyncio.to_thread(_facts, snapshot, path, tree, unit),
        _known(session, path, tree.text, unit),
    ]
    words = await _words(session, tree.text[unit.start : unit.end])
    return "\n".join([*parts, words])


def _inside(text: str, line: int) -> int:
    """Where the text of a line begins: what is around its blanks may be another definition."""
    from quintet.agents.targets import offset_of  # noqa: PLC0415

    start = offset_of(text, line)
    rest = text[start:].partition("\n")[0]
    return start + len(rest) - len(rest.lstrip())


def _facts(snapshot: "Snapshot", path: str, tree: "SyntaxTree", unit: "Unit") -> str:
    from quintet.tools.protect import is_test  # noqa: PLC0415

    if unit.kind == "module":
        return f"# {code(path)}\n\n{fenced(snapshot.index.outline(path) or 'It defines nothing.')}\n"
    first = tree.text.count("\n", 0, unit.start) + 1
    head = tree.text[unit.start : unit.head_end].strip()
    users: dict[str, int] = {}
    for user, reference in snapshot.references(unit.name):
        if user != path or not unit.start <= reference.start < unit.end:
            users[user] = users.get(user, 0) + 1
    tests = [user for user in users if is_test(user)]
    others = [user for user in users if not is_test(user)]
    return "\n".join(
        [
            f"# {unit.kind} {code(unit.qualified)}\n",
            f"In {code(path)}, line {first}.\n",
            fenced(head, tree.language),
            f"\n{inline(unit.doc.strip())}\n" if unit.doc.strip() else "\nIt says nothing of itself.\n",
            _list("Who mentions it, by name", others, users),
            _list("Tests that mention it", tests, users),
        ]
    )


def _list(title: str, paths: list[str], counts: dict[str, int]) -> str:
    rows = [f"- {code(path)}, {counts[path]} times" for path in paths[:_USERS]] or ["- nobody"]
    more = [f"- and {len(paths) - _USERS} more files"] if len(paths) > _USERS else []
    return f"## {title}\n\n" + "\n".join([*rows, *more]) + "\n"


def _known(session: Session, path: str, text: str, unit: "Unit") -> str:
    """What the last run of the tests, or a review, has found there."""
    here = [each for each in session.findings.of(path, text) if unit.start <= each.start < unit.end]
    if not here:
        return ""
    rows = "\n".join(
        f"- line {text.count(chr(10), 0, each.start) + 1}: {inline(each.message)}" for each in here
    )
    return f"## What was found there\n\n{rows}\n"


async def _words(session: Session, text: str) -> str:
    """A capable model's explanation; a sentence where there is none."""
    from quintet_models.backends.base import BackendError  # noqa: PLC0415
    from quintet_models.messages import Message, Request, Sampling  # noqa: PLC0415

    backend, _ = await session.backend()
    if backend is None or not backend.profile.capable:
        return "No model here puts it into words: that needs one that follows instructions.\n"
    question = (
        f"Explain in at most ten sentences what this does, and what to watch out for.\n\n{text[:_SHOWN]}"
    )
    request = Request(messages=(Message("user", question),), sampling=Sampling(max_tokens=500))
    answer = ""
    try:
        async with asyncio.timeout(_SECONDS), aclosing(backend.stream(request)) as deltas:
            async for delta in deltas:
                answer += delta.text
    except (BackendError, TimeoutError) as error:
        return f"The model said nothing: {inline(str(error) or 'it took too long')}\n"
    return f"## In the words of {inline(backend.profile.model)}\n\n{answer.strip()}\n"
