"""Lines that a run under node executed, from the coverage files V8 writes (NODE_V8_COVERAGE).

Format: the DevTools protocol's Profiler.takePreciseCoverage, block granularity. Reads files, runs nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec


class _Range(msgspec.Struct, rename="camel"):
    """Offsets in UTF-16 units of the script, end exclusive."""

    start_offset: int
    end_offset: int
    count: int


class _Function(msgspec.Struct):
    ranges: list[_Range]


class _Script(msgspec.Struct):
    url: str
    functions: list[_Function]


class _Coverage(msgspec.Struct):
    result: list[_Script]


def executed_lines(folder: Path, root: Path, shadow: Path) -> dict[str, list[int]]:
    """Executed lines (from 1) by workspace-relative path.

    `folder` holds what node wrote, `root` is the workspace as the run saw it, `shadow` where its files really
    lie. Scripts made from strings have no address and are left out.
    """
    found: dict[str, set[int]] = {}
    for script in _scripts(folder):
        path = Path(unquote(script.url.removeprefix("file://")))
        if (
            not script.url.startswith("file://")
            or not path.is_relative_to(root)
            or "node_modules" in path.parts
        ):
            continue
        relative = path.relative_to(root).as_posix()
        source = shadow / relative
        if source.is_file():
            text = source.read_text("utf-8", "replace")
            found.setdefault(relative, set()).update(_lines(text, script.functions))
    return {path: sorted(lines) for path, lines in found.items()}


def _scripts(folder: Path) -> Iterator[_Script]:
    for file in sorted(folder.glob("*.json")):
        try:
            yield from msgspec.json.decode(file.read_bytes(), type=_Coverage).result
        except (OSError, msgspec.DecodeError):
            continue


def _lines(text: str, functions: list[_Function]) -> set[int]:
    """Lines whose first character that is no blank was executed: the innermost range around it counts."""
    ranges = [each for function in functions for each in function.ranges]
    ranges.sort(key=lambda each: (each.start_offset, -each.end_offset))
    lines = set()
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        units = len(line.encode("utf-16-le")) // 2
        at = offset + len(line) - len(line.lstrip())
        counts = [each.count for each in ranges if each.start_offset <= at < each.end_offset]
        if line.strip() and counts and counts[-1]:
            lines.add(number)
        offset += units + 1
    return lines
