"""The command `quintet.rewrite`: the selection, by an instruction in words, which an editor has asked for.

Knows nothing of how the new text is made, nor of what proves it.
"""

from typing import Any

import msgspec

from quintet.agents.task import Mode, Task
from quintet.edge import Edge
from quintet.edge.arguments import Span, file_of, read, refuse

COMMAND = "quintet.rewrite"


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be rewritten, and how."""

    uri: str
    range: Span
    instruction: str
    mode: Mode | None = None


def register(edge: Edge) -> None:
    """Offer the command."""

    @edge.server.command(COMMAND)
    async def rewrite(*arguments: Any) -> dict[str, bool]:
        from quintet.edge.giving import carry_out  # noqa: PLC0415 -- not needed to start

        asked = read(COMMAND, arguments, Asked)
        session, path = file_of(edge, asked.uri)
        if path not in session.documents:
            refuse("Open the file that is to be rewritten.")
        if not asked.instruction.strip():
            refuse("Say in words what is to become of the selection.")
        task = _task(asked, path, session.settings.test.command)
        return {"applied": await carry_out(edge, session, task, "Rewrite the selection")}


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
