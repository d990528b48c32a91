"""What an import statement written with paths takes: `use a::{b, c::D as E};`, `import a.b.*`.

Text in, pairs of module and name out; knows no tree.
"""

import re
from collections.abc import Iterator

_KEYWORDS = re.compile(
    r"^(?:pub(?:\s*\([^)]*\))?\s+)?(?:use|import)\s+(?:(?:static|function|const)\s+)?", re.ASCII
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DEEPEST = 16

_RENAMED = re.compile(r"\s+as\s+.*|\s*=>.*", re.DOTALL)


def expand(statement: str, separator: str) -> Iterator[tuple[str, str]]:
    """The modules a statement names, each with the name it takes from there, as that module calls it.

    `separator` is a pattern of what joins the parts of a path. The name is empty where the path has one part.
    """
    text = _KEYWORDS.sub("", _COMMENT.sub("", statement).strip()).rstrip("; \n")
    for leaf in _leaves(text, "", _DEEPEST):
        parts = list(re.finditer(separator, leaf))
        if parts and parts[-1].start():
            yield leaf[: parts[-1].start()], leaf[parts[-1].end() :]
        elif leaf:
            yield leaf, ""


def _leaves(text: str, prefix: str, depth: int) -> Iterator[str]:
    """The paths of a list, those in braces with what stands before the brace."""
    for part in _parts(text):
        before, brace, inside = part.partition("{")
        if brace and depth:
            yield from _leaves(inside.rpartition("}")[0], prefix + "".join(before.split()), depth - 1)
        elif not brace:
            path = "".join(_RENAMED.sub("", part).split())
            if path:
                yield prefix + path


def _parts(text: str) -> Iterator[str]:
    """Split at the commas outside braces."""
    depth = start = 0
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "," and not depth:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()
