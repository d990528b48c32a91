"""Selected lines, grown to what can be rewritten as a whole: statements and definitions.

Knows trees and lines; not who selected, nor what for.
"""

import re

from tree_sitter import Node

from quintet.workspace.syntax import SyntaxTree

_BODY = re.compile(
    r"^(module|program|source_file|translation_unit|chunk|statements|compound_statement|body_statement|suite"
    r"|\w*block|\w*_body|declaration_list|statement_list|field_declaration_list)$"
)
"""Nodes whose children stand on lines of their own."""
_BETWEEN = frozenset({"", ";", ","})


def grown(tree: SyntaxTree, first: int, last: int) -> tuple[int, int]:
    """The lines `first` to `last` (from 1, blank ones at the ends left out), grown to whole syntax units.

    Where all of them are blank they stay as they are.
    """
    lines = tree.text.split("\n")
    last = min(max(first, last), len(lines))
    chosen = [number for number in range(first, last + 1) if lines[number - 1].strip()]
    if not chosen:
        return first, last
    start = _offset(lines, chosen[0]) + len(lines[chosen[0] - 1]) - len(lines[chosen[0] - 1].lstrip())
    end = _offset(lines, chosen[-1]) + len(lines[chosen[-1] - 1].rstrip())
    span = tree.byte(start), tree.byte(end)
    node = tree.root.descendant_for_byte_range(*span)
    while node is not None:
        if found := _whole(node, span, lines):
            return found
        node = node.parent
    return 1, len(lines)


def _whole(node: Node, span: tuple[int, int], lines: list[str]) -> tuple[int, int] | None:
    """The lines of the node's children that a span of bytes touches, if nothing else stands on them."""
    if not _BODY.match(node.type) and node.parent is not None:
        return None
    touched = [child for child in node.children if child.start_byte < span[1] and span[0] < child.end_byte]
    if not touched or not all(child.is_named or child.type.strip() in _BETWEEN for child in touched):
        return None
    first, last = touched[0].start_point, touched[-1].end_point
    last_row = last.row - 1 if last.column == 0 and last.row > first.row else last.row
    before = lines[first.row].encode("utf-8", "surrogatepass")[: first.column]
    after = lines[last_row].encode("utf-8", "surrogatepass")[last.column :] if last_row == last.row else b""
    if before.strip() or not re.fullmatch(rb"[\s;,]*((#|//|/\*|--).*)?", after):
        return None
    return first.row + 1, last_row + 1


def _offset(lines: list[str], line: int) -> int:
    return sum(len(text) + 1 for text in lines[: line - 1])
