"""What is wrong with a text that does not parse, in words that help; offsets are bytes here.

The one caller is `syntax`, which turns bytes into code points. Nothing here knows files or editors.
"""

from collections.abc import Iterator

from tree_sitter import Node

LIMIT = 8
"""Errors reported for one file: the rest mostly follows from the first."""

_WALKABLE = 5_000
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_QUOTES = {"'", '"', "`", "string_start"}


def problems(root: Node, source: bytes) -> list[tuple[int, int, str]]:
    """Start, end and message of the first problems, in the text's order; empty for a clean tree."""
    found: list[tuple[int, int, str]] = []
    for node in _broken(root):
        found.append(_missing(node, source) if node.is_missing else _unexpected(node, source))
        if len(found) == LIMIT:
            break
    return sorted(set(found))


def hopeless(root: Node) -> bool:
    """Whether the parser gave up on so long a stretch that looking into it would take seconds.

    Walking an ERROR node is quadratic in its children: fifty thousand open brackets cost three seconds.
    """
    if not root.has_error:
        return False
    return any(node.is_error and node.child_count > _WALKABLE for node in (root, *_broken(root)))


def _broken(root: Node) -> Iterator[Node]:
    """ERROR and MISSING nodes in the text's order, outermost only."""
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_missing or (node.is_error and node.parent is not None):
            yield node
        elif node.has_error:
            inner = [child for child in node.children if child.has_error or child.is_missing]
            if not inner:
                yield node
            todo.extend(reversed(inner))


def _missing(node: Node, source: bytes) -> tuple[int, int, str]:
    """A token the parser put in: shown on what stands before it, or on the bracket it would close."""
    at = len(source[: node.start_byte].rstrip())
    opener = next((o for o in _openers(node.parent) if _CLOSES[o.type] == node.type), None)
    if opener is not None and b"\n" in source[opener.start_byte : at]:
        return opener.start_byte, opener.end_byte, f'This "{opener.type}" is never closed.'
    what = node.type.replace("_", " ") if node.is_named else f'"{node.type}"'
    return max(at - 1, 0), max(at, min(1, len(source))), f"Expected {what} here."


def _unexpected(node: Node, source: bytes) -> tuple[int, int, str]:
    """Text the parser had to skip: an open bracket or string in it explains it best."""
    depth: list[Node] = []
    for leaf in _leaves(node):
        if leaf.type in _CLOSES:
            depth.append(leaf)
        elif leaf.type in _CLOSES.values():
            if not depth:
                return *leaf.byte_range, f'Unexpected "{leaf.type}": nothing is open that it could close.'
            depth.pop()
    if depth:
        return *depth[-1].byte_range, f'This "{depth[-1].type}" is never closed.'
    first = next(_leaves(node), node)
    if first.type in _QUOTES and b"\n" not in source[first.start_byte : node.end_byte]:
        return first.start_byte, node.end_byte, "This string is never closed."
    return _first_token(node, first, source)


def _first_token(node: Node, first: Node, source: bytes) -> tuple[int, int, str]:
    line_start = source.rfind(b"\n", 0, node.start_byte) + 1
    if source[line_start : node.start_byte].strip():
        start, end = first.byte_range
        shown = source[start:end].decode("utf-8", "replace")
        return start, max(end, start + 1), f'Unexpected "{shown[:40]}".'
    end = source.find(b"\n", node.start_byte, node.end_byte)
    end = node.end_byte if end < 0 else end
    end = node.start_byte + len(source[node.start_byte : end].rstrip())
    return node.start_byte, max(end, node.start_byte + 1), "This does not parse."


def _openers(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield from (child for child in node.children if child.type in _CLOSES)


def _leaves(node: Node) -> Iterator[Node]:
    todo = [node]
    while todo:
        each = todo.pop()
        if each.child_count:
            todo.extend(reversed(each.children))
        elif each.byte_range[0] < each.byte_range[1]:
            yield each
