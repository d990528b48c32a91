"""What a tree defines, imports and mentions, found by the language's queries; offsets are bytes here.

The one caller is `syntax`, which turns bytes into code points. Nothing here knows files or an index.
"""

import inspect
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import tree_sitter
from tree_sitter import Node

from quintet.workspace.languages import facts, query

_WEAK = {"constant", "field"}
"""Where two patterns find one name, these kinds give way: `const f = () => 1` is a function."""


@dataclass(slots=True)
class Found:
    """One definition. `head_end` is where its signature ends, `body_start` where its statements begin."""

    kind: str
    name: str
    start: int
    end: int
    name_start: int
    head_end: int
    body_start: int
    doc: str = ""


@dataclass(slots=True)
class FoundImport:
    """What one import statement takes from one module, as written."""

    module: str
    start: int
    end: int
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tags:
    """Definitions sorted by start, outer before inner; imports sorted by start; the file's own doc."""

    definitions: list[Found]
    imports: list[FoundImport]
    doc: str


def tags(root: Node, source: bytes, language: str) -> Tags:
    """Run the definitions query over a tree of `source`."""
    found: dict[int, Found] = {}
    imports: dict[tuple[int, str], FoundImport] = {}
    wrappers: dict[tuple[int, int], tuple[int, int]] = {}
    comments: list[tuple[int, int]] = []
    for _, match in tree_sitter.QueryCursor(query(language, "definitions")).matches(root):
        if "name" in match:
            _add_definition(found, match)
        elif "comment" in match:
            comments.append(match["comment"][0].byte_range)
        elif "wrapper" in match:
            inner, outer = match["inner"][0].byte_range, match["wrapper"][0].byte_range
            if inner != outer:
                wrappers[inner] = outer
        else:
            _add_import(imports, match)
    definitions = _one_a_body(_widened(each, wrappers) for each in found.values())
    row = facts(language)
    if row is not None and row.doc_inside:
        doc = _first_string(root)
    else:
        doc = _file_comment(source, comments)
        ends = [end for _, end in comments]
        for each in definitions:
            each.doc = _comment_above(source, comments, ends, each.start)
    return Tags(definitions, sorted(imports.values(), key=lambda each: each.start), doc)


def names(root: Node, source: bytes, language: str) -> dict[str, list[int]]:
    """Where each name stands, defining or mentioned: text → starts in order."""
    found: dict[bytes, list[int]] = {}
    for node in tree_sitter.QueryCursor(query(language, "names")).captures(root).get("name", ()):
        start, end = node.byte_range
        found.setdefault(source[start:end], []).append(start)
    return {name.decode("utf-8", "replace"): sorted(starts) for name, starts in found.items()}


def calls(root: Node, language: str) -> set[int]:
    """Starts of the names that are called or constructed."""
    captures = tree_sitter.QueryCursor(query(language, "calls")).captures(root)
    return {node.start_byte for node in captures.get("call", ())}


# --- definitions and imports ------------------------------------------------------------------------


def _add_definition(found: dict[int, Found], match: dict[str, list[Node]]) -> None:
    name = match["name"][0]
    capture = next(capture for capture in match if capture.startswith("definition."))
    kind = capture.removeprefix("definition.")
    if kind in _WEAK and name.start_byte in found:
        return
    start, end = match[capture][0].byte_range
    body = match["body"][0] if "body" in match else None
    body_start = body.start_byte if body else end
    head_end, doc = body_start, ""
    if body and "head" in match:
        head_end, doc = match["head"][0].start_byte, _first_string(body)
    text = _text(name).strip("'\"`")
    found[name.start_byte] = Found(kind, text, start, end, name.start_byte, head_end, body_start, doc)


def _add_import(imports: dict[tuple[int, str], FoundImport], match: dict[str, list[Node]]) -> None:
    node = match["import"][0]
    module = _text(match["module"][0]).strip("'\"`") if "module" in match else "__future__"
    entry = imports.setdefault((node.start_byte, module), FoundImport(module, *node.byte_range))
    entry.names += [_text(name) for name in match.get("imported", ())]


def _widened(each: Found, wrappers: dict[tuple[int, int], tuple[int, int]]) -> Found:
    """Grow a definition to its decorators, its `export` or `const`: what one would cut out whole."""
    span = each.start, each.end
    while span in wrappers:
        span = wrappers[span]
    if each.body_start == each.end:
        each.body_start = each.head_end = span[1]
    each.start, each.end = span
    return each


def _one_a_body(definitions: Iterable[Found]) -> list[Found]:
    """Sort, and drop the inner of two names for one body: in `const f = function g() {}` only f counts."""
    bodies: set[int] = set()
    kept = []
    for each in sorted(definitions, key=lambda each: (each.start, -each.end)):
        if each.body_start < each.end:
            if each.body_start in bodies:
                continue
            bodies.add(each.body_start)
        kept.append(each)
    return kept


# --- documentation ----------------------------------------------------------------------------------


def _first_string(body: Node) -> str:
    """The first paragraph of a docstring, on one line; empty where the body begins otherwise."""
    for statement in body.named_children:
        if statement.type == "comment":
            continue
        string = statement.named_child(0) if statement.named_child_count else None
        if statement.type != "expression_statement" or string is None or string.type != "string":
            return ""
        content = "".join(_text(part) for part in string.named_children if part.type == "string_content")
        return _paragraph(inspect.cleandoc(content))
    return ""


def _comment_above(source: bytes, comments: list[tuple[int, int]], ends: list[int], start: int) -> str:
    """The comment, or the run of line comments, that ends on the line before `start`."""
    last = bisect_right(ends, start) - 1
    first = last
    below = start
    while first >= 0 and _adjacent(source, comments[first][1], below):
        below = comments[first][0]
        if source.startswith(b"/*", below):
            return _plain(source[below : comments[last][1]]) if first == last else ""
        if source[source.rfind(b"\n", 0, below) + 1 : below].strip():
            break  # it stands behind code, and speaks of that
        first -= 1
    return _plain(source[below : comments[last][1]]) if below < start and first < last else ""


def _file_comment(source: bytes, comments: list[tuple[int, int]]) -> str:
    """The block comment a file opens with, unless it is the one of its first definition."""
    if not comments or source[: comments[0][0]].strip():
        return ""
    start, end = comments[0]
    alone = source.startswith(b"/*", start) and source[end : end + 4].count(b"\n") > 1
    return _plain(source[start:end]) if alone else ""


def _adjacent(source: bytes, end: int, start: int) -> bool:
    between = source[end:start]
    return not between.strip(b" \t\r\n,;") and between.count(b"\n") <= 1


def _plain(comment: bytes) -> str:
    """A comment's first paragraph without its stars and slashes; JSDoc tags end it."""
    lines = comment.decode("utf-8", "replace").replace("*/", "").splitlines()
    stripped = [re.sub(r"^\s*(?:/\*\*?|\*|//+!?)? ?", "", line).rstrip() for line in lines]
    while stripped and not stripped[0]:
        del stripped[0]
    tag = next((i for i, line in enumerate(stripped) if line.startswith("@")), len(stripped))
    return _paragraph("\n".join(stripped[:tag]))


def _paragraph(text: str) -> str:
    return " ".join(re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0].split())


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
