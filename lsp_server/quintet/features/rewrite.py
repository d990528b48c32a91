"""The command `quintet.rewrite`: the selection, by an instruction in words, which an editor has asked for.

Knows nothing of how the new text is made, nor of what proves it.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from quintet.agents.task import Mode, Task
from quintet.edge import Edge
from quintet.edge.arguments import read, refuse

if TYPE_CHECKING:
    from quintet.edge.progress import Progress

COMMAND = "quintet.rewrite"


class Point(msgspec.Struct, frozen=True):
    """A position as LSP has it."""

    line: int
    character: int


class Span(msgspec.Struct, frozen=True):
    """A range as LSP has it."""

    start: Point
    end: Point


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be rewritten, and how."""

    uri: str
    range: Span
    instruction: str
    mode: Mode | None = None
    line: int | None = None


def register(edge: Edge) -> None:
    """Offer the command."""

    @edge.server.command(COMMAND)
    async def rewrite(*arguments: Any) -> dict[str, bool]:
        from quintet.edge.giving import give  # noqa: PLC0415 -- not needed to start
        from quintet.edge.running import run  # noqa: PLC0415
        from quintet.edge.working import work  # noqa: PLC0415

        asked = read(COMMAND, arguments, Asked)
        session, path = edge.at(asked.uri) or (None, "")
        if session is None or path not in session.documents:
            refuse("Open the file that is to be rewritten.")
        if not asked.instruction.strip():
            refuse("Say in words what is to become of the selection.")
        task = _task(asked, path, session.settings.test.command)
        title = "Rewrite the selection"

        async def doing(shown: "Progress") -> bool:
            found = await run(edge, session, task, title, shown)
            if isinstance(found, str):
                shown.ending = found
                edge.warn(found)
                return False
            return await give(edge, found, shown)

        return {"applied": await work(edge, session, title, "Running the tests in a copy", doing) or False}


def _task(asked: Asked, path: str, command: str | None) -> Task:
    start, end = asked.range.start, asked.range.end
    whole_lines = end.character == 0 and end.line > start.line  # nothing of the last line is selected
    return Task(
        kind="rewrite",
        path=path,
        line=start.line + 1,
        end_line=end.line if whole_lines else end.line + 1,
        issue=asked.instruction,
        mode=asked.mode,
        test_command=command,
    )
