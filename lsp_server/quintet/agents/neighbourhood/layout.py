"""Statements as text: taken out of their lines, shifted to another depth, set into a block.

Knows indentation and braces; it knows no operators.
"""

from quintet.agents.neighbourhood.grammar import Grammar
from quintet.agents.neighbourhood.node import Node, indent, is_docstring


def statements(block: Node) -> list[Node]:
    """The statements of a block, a leading docstring left out."""
    parts = block.parts
    return parts[1:] if parts and is_docstring(parts[0]) else parts


def lines_of(node: Node) -> tuple[int, int]:
    """A statement's own lines with the line break before them; just its span where it shares a line."""
    source = node.source
    after = source.find("\n", node.end)
    after = len(source) if after < 0 else after
    if indent(node) is None or source[node.end : after].strip():
        return node.start, node.end
    start = max(source.rfind("\n", 0, node.start), 0)
    return start - (source[start - 1 : start] == "\r"), node.end


def shifted_text(node: Node, old: str, new: str) -> str | None:
    """The node's text with its following lines moved from indentation `old` to `new`.

    None where a string runs over several lines: moving those would change what it says.
    """
    text = node.text
    if "\n" not in text:
        return text
    if any("\n" in part.text for part in node.walk() if part.kind in {"string", "template"}):
        return None
    first, *rest = text.split("\n")
    moved = [
        new + line[len(old) :] if line.startswith(old) else line.lstrip() and new + line.lstrip()
        for line in rest
    ]
    return "\n".join([first, *moved])


def span_text(first: Node, last: Node, old: str, new: str) -> str | None:
    """As `shifted_text`, for all from `first` to `last`, siblings of one block."""
    pieces: list[str] = []
    at = first.start
    block = first.parent
    for node in [] if block is None else block.children:
        if first.start <= node.start and node.end <= last.end:
            gap = first.source[at : node.start]
            text = shifted_text(node, old, new)
            if text is None:
                return None
            pieces.append(gap.replace("\n" + old, "\n" + new) + text)
            at = node.end
    return "".join(pieces)


def deeper(indentation: str, source: str) -> str:
    """One step deeper than `indentation`, in the file's own steps."""
    return indentation + step_of(source)


def step_of(source: str) -> str:
    """The first indentation the file uses; four spaces if none."""
    for line in source.splitlines():
        body = line.lstrip(" \t")
        if body and body is not line and not body.startswith("*"):
            return line[: len(line) - len(body)]
    return "    "


def guarded(condition: str, body: str, indentation: str, source: str, grammar: Grammar) -> str:
    """`if condition: body` over two lines, its first line not indented."""
    inner = deeper(indentation, source)
    head = grammar.guard.format(condition)
    if grammar.block:
        return f"{head} {{\n{inner}{body}\n{indentation}}}"
    return f"{head}\n{inner}{body}"
