"""SEARCH/REPLACE blocks: found in an answer, and put into a text where they fit exactly once.

A block fits exactly, or with all its lines indented alike; otherwise it is refused with the nearest region
and the first differing line. Pure text: knows no documents, models or trees.
"""

import difflib
import re
import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from quintet.workspace.edits import Edit, apply

_BLOCK = re.compile(
    r"^<{5,9} ?SEARCH[ \t]*\r?\n(?P<old>.*?)^={5,9}[ \t]*\r?\n(?P<new>.*?)^>{5,9} ?REPLACE[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a block does not fit; `message` can be shown to the model."""

    kind: str
    message: str


def blocks(text: str, paths: Collection[str], path: str) -> Iterator[tuple[str, str, str]]:
    """Path, old and new text of each block; the path is the one named nearest above it, else `path`."""
    end = 0
    for match in _BLOCK.finditer(text):
        for line in reversed(text[end : match.start()].splitlines()):
            name = line.strip().strip("`*# :")
            if name in paths or re.fullmatch(r"[\w./-]+\.\w+", name):
                path = name
                break
        end = match.end()
        yield path, match["old"], match["new"]


def replace_once(text: str, old: str, new: str) -> str | Misfit:
    """Exact, then at another indentation, then not at all."""
    old, new = line_ends(old, text), line_ends(new, text)
    if not old.strip():
        return Misfit("empty search", "A SEARCH part must hold the lines to be replaced.")
    places = list(_places(text, old))
    exact = [place for place in places if text[place.start : place.end] == old]
    fitting = exact or places
    if len(fitting) == 1:
        place = fitting[0]
        return apply(text, (Edit(place.start, place.end, _shift(new, place.shift)),))
    if fitting:
        return Misfit(
            "ambiguous", f"The SEARCH part occurs {len(fitting)} times. Add lines until it is unique."
        )
    return Misfit("no match", _nearest(text, old))


@dataclass(frozen=True, slots=True)
class _Place:
    """Whole lines `text[start:end]` that are the wanted ones, indented by `shift` columns more."""

    start: int
    end: int
    shift: int


def _places(text: str, old: str) -> Iterator[_Place]:
    """Where `old` occurs as whole lines, all of them indented by the same amount more or less."""
    wanted = old.splitlines(keepends=True)
    lines = text.splitlines(keepends=True)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    for first in range(len(lines) - len(wanted) + 1):
        window = lines[first : first + len(wanted)]
        if any(have.strip() != want.strip() for have, want in zip(window, wanted, strict=True)):
            continue
        shifts = {
            _indent(have) - _indent(want) for have, want in zip(window, wanted, strict=True) if want.strip()
        }
        if len(shifts) == 1:
            yield _Place(offsets[first], offsets[first + len(wanted)], shifts.pop())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _shift(code: str, by: int) -> str:
    if by >= 0:
        return textwrap.indent(code, " " * by)
    return "".join(line[min(-by, _indent(line)) :] for line in code.splitlines(keepends=True))


def _nearest(text: str, old: str) -> str:
    """What the file holds where the SEARCH part probably meant, and where the two part."""
    wanted, lines = old.splitlines(), text.splitlines()
    anchors = difflib.get_close_matches(max(wanted, key=len), lines, n=1, cutoff=0.5)
    if not anchors:
        return "The SEARCH part does not occur in the file. Copy the lines exactly as they are."
    first = max(0, lines.index(anchors[0]) - wanted.index(max(wanted, key=len)))
    region = lines[first : first + len(wanted)]
    for have, want in zip(region, wanted, strict=False):
        if have != want:
            return f"The SEARCH part does not match. The file has\n{have}\nwhere the answer has\n{want}"
    return "The SEARCH part does not match: the file ends earlier."


def line_ends(code: str, like: str) -> str:
    """`code` with the line ends that prevail in `like`."""
    code = code.replace("\r\n", "\n")
    crlf = like.count("\r\n")
    return code.replace("\n", "\r\n") if crlf * 2 > like.count("\n") else code
