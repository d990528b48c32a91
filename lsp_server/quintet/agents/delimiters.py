"""Edits that make a text parse again: a delimiter put in or taken out near where the parser stumbled.

Pure text and trees; every edit returned leaves fewer syntax problems than there were.
"""

from collections.abc import Iterator

from quintet.workspace.edits import Edit
from quintet.workspace.syntax import SyntaxTree

_INSERTED = {
    "python": (":", ")", "]", "}", '"', "'", ",", "("),
    "": (")", "}", "]", ";", '"', "'", ",", "(", "{", "`"),
}
_TAKEN_OUT = frozenset("()[]{}:;,\"'`")
_LINES_AROUND = 2
_MOST = 40


def mended(tree: SyntaxTree) -> tuple[tuple[Edit, str], ...]:
    """Single-delimiter edits with a description each, those that leave the fewest problems first."""
    problems = len(tree.problems())
    if not problems:
        return ()
    found: list[tuple[int, int, Edit, str]] = []
    for number, (edit, description) in enumerate(_tried(tree)):
        left = len(tree.edited((edit,)).problems())
        if left < problems:
            found.append((left, number, edit, description))
    found.sort(key=lambda item: item[:2])
    return tuple((edit, description) for _, _, edit, description in found[:_MOST])


def _tried(tree: SyntaxTree) -> Iterator[tuple[Edit, str]]:
    """Nearest to the problem first: ends of lines, then places between tokens, then stray delimiters."""
    text = tree.text
    inserted = _INSERTED.get(tree.language, _INSERTED[""])
    for problem in tree.problems():
        start, end = _around(text, problem.start, problem.end)
        line = text.count("\n", 0, problem.start) + 1
        for offset in _places(text, start, end, problem.start):
            for delimiter in inserted:
                yield Edit(offset, offset, delimiter), f"near line {line}: insert `{delimiter}`"
        for offset in range(start, end):
            if text[offset] in _TAKEN_OUT:
                yield Edit(offset, offset + 1, ""), f"near line {line}: remove `{text[offset]}`"


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    for _ in range(_LINES_AROUND):
        start = max(text.rfind("\n", 0, max(start - 1, 0)) + 1, 0)
    stop = text.find("\n", end)
    return start, len(text) if stop < 0 else stop


def _places(text: str, start: int, end: int, near: int) -> list[int]:
    """Offsets where a delimiter may be missing: line ends, and boundaries of words and brackets."""
    ends = [at for at in range(start, end + 1) if at == len(text) or text[at] in "\r\n"]
    inner = [at for at in range(start + 1, end) if text[at - 1].isalnum() != text[at].isalnum()]
    return sorted(set(ends), key=lambda at: abs(at - near)) + sorted(
        set(inner), key=lambda at: abs(at - near)
    )
