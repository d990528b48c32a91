"""Excess, missing and misplaced statements: deleted, copied, swapped, moved in and out of a block, jumps.

GenProg's delete, swap and copy; the statement order and placement faults of fault taxonomies.
"""

from collections.abc import Iterator, Mapping

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import LOOPS
from quintet.agents.neighbourhood.layout import lines_of, shifted_text, statements
from quintet.agents.neighbourhood.node import Node, enclosing, indent, is_statement, strays
from quintet.agents.neighbourhood.scope import FUNCTIONS, SIMPLE, Scope, nearest
from quintet.agents.neighbourhood.shapes import NUMBER

_JUMPING = frozenset({"return", "raise", "break", "continue"})
_COMPOUND = frozenset({"if", "for", "while", "with", "try"})
_JUMPS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "break": (("continue", 3.0), ("pass", 1.0), ("return", 1.0)),
    "continue": (("break", 3.0), ("pass", 1.0), ("return", 0.5)),
    "pass": (("continue", 1.0), ("break", 1.0), ("return", 1.0)),
}
_EXCEPTIONS = (
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "AttributeError",
    "ZeroDivisionError",
    "StopIteration",
    "OSError",
    "RuntimeError",
)
_MOST_COPIES = 4


def delete(node: Node, scope: Scope) -> Iterator[Change]:
    """A statement taken away; `pass` or `{}` where it was the only one."""
    if not is_statement(node) or node.parent is None:
        return
    inside = node.parent.kind in {"block", "module"}
    if inside and len(node.parent.parts) > 1:
        start, end = lines_of(node)
        yield Change("delete", start, end, "", 0.3 if _matters(node, scope) else 1.0)
    elif node.kind != "pass":
        empty = "pass" if not scope.grammar.block else "" if inside else "{}"
        yield Change("delete", node.start, node.end, empty, 1.0)


def _matters(node: Node, scope: Scope) -> bool:
    """Whether the statement answers at the end of the function, or is the first to bind its name."""
    if node.kind == "return":
        return node.end == scope.top.end
    bound = next((n for n in node.walk() if n.kind == "name" and n.role == "target"), None)
    if bound is None:
        return False
    return scope.places[bound.text][0] == bound.start


def jump(node: Node, scope: Scope) -> Iterator[Change]:
    """`break` ↔ `continue` ↔ `pass` ↔ `return`."""
    inside = enclosing(node, LOOPS | FUNCTIONS)
    looping = inside is not None and inside.kind in LOOPS
    within = enclosing(node, FUNCTIONS)
    for spelled, weight in _JUMPS[node.kind]:
        if (spelled in {"break", "continue"} and not looping) or (spelled == "return" and within is None):
            continue
        if spelled == "pass" and scope.grammar.block:
            spelled = ""  # noqa: PLW2901 - an empty statement is spelled so
        yield Change("jump", node.start, node.start + len(node.text.rstrip(";")), spelled, weight)


def swap_next(node: Node, scope: Scope) -> Iterator[Change]:
    """Two statements that follow each other, the other way round."""
    del scope
    following = _next(node)
    if not is_statement(node) or following is None or not is_statement(following):
        return
    between = node.source[node.end : following.start]
    if "\n" in between and following.kind not in _JUMPING:
        yield Change("swap statements", node.start, following.end, following.text + between + node.text)


def move_out(node: Node, scope: Scope) -> Iterator[Change]:
    """The last statement of a block set after it, the first of a loop before it: dedented."""
    del scope
    block, here = node.parent, indent(node)
    if not is_statement(node) or block is None or block.kind != "block" or here is None:
        return
    siblings = statements(block)
    if len(siblings) < 2:
        return
    for around in node.up():
        depth = indent(around) if around.kind in _COMPOUND else None
        if around.kind in {"function", "lambda", "class"} or (around.kind in LOOPS and strays(node, LOOPS)):
            return
        text = None if depth is None else shifted_text(node, here, depth)
        if depth is None or text is None or not is_statement(around):
            continue
        if node is siblings[-1]:
            tail = node.source[node.end : around.end]
            yield Change("move", siblings[-2].end, around.end, f"{tail}\n{depth}{text}", 2.0)
        elif node is siblings[0] and around.kind in LOOPS and around is block.parent:
            head = node.source[around.start : node.start]
            rest = node.source[siblings[1].start : siblings[1].end]
            yield Change("move", around.start, siblings[1].end, f"{text}\n{depth}{head}{rest}", 1.0)


def move_in(node: Node, scope: Scope) -> Iterator[Change]:
    """The statement after a block set to its end, the one before a loop to its beginning: indented."""
    del scope
    depth, following = indent(node), _next(node)
    if not is_statement(node) or depth is None or following is None or not is_statement(following):
        return
    source = node.source
    last = _last_in(node)
    inner = None if last is None else indent(last)
    if last is not None and inner is not None:
        text = shifted_text(following, depth, inner)
        if text is not None:
            yield Change(
                "move", last.end, following.end, f"\n{inner}{text}{source[last.end : node.end]}", 1.0
            )
    body = following.get("body") if following.kind in LOOPS else None
    first = next(iter(body.parts), None) if body is not None and body.kind == "block" else None
    inner = None if first is None else indent(first)
    if first is not None and inner is not None:
        text = shifted_text(node, depth, inner)
        if text is not None:
            head = source[following.start : first.start]
            yield Change("move", node.start, first.start, f"{head}{text}\n{inner}", 1.0)


def _last_in(node: Node) -> Node | None:
    """The last statement of the last block of a compound statement."""
    if node.kind not in _COMPOUND:
        return None
    blocks = [part for part in node.walk() if part.kind == "block" and _belongs(part, node)]
    return blocks[-1].parts[-1] if blocks and blocks[-1].parts else None


def _belongs(block: Node, node: Node) -> bool:
    parent = block.parent
    return parent is node or (
        parent is not None and parent.parent is node and parent.kind in {"elif", "else"}
    )


def copy(node: Node, scope: Scope) -> Iterator[Change]:
    """A statement of the function once more before this one, or a count kept; and at the end of a block."""
    depth, block = indent(node), node.parent
    if not is_statement(node) or depth is None or block is None or block.kind != "block":
        return
    if enclosing(node, FUNCTIONS) is None:
        return
    for text in _donors(node, scope):
        yield Change("copy", node.start, node.start, f"{text}\n{depth}")
        if node is block.parts[-1] and node.kind not in {"return", "raise", "break", "continue"}:
            yield Change("copy", node.end, node.end, f"\n{depth}{text}")


def _donors(node: Node, scope: Scope) -> list[str]:
    neighbours = {sibling.text for sibling in (_next(node), _previous(node), node) if sibling is not None}
    texts: dict[str, None] = {}
    looping = enclosing(node, LOOPS) is not None
    for other in nearest(scope.simple, node, 2 * _MOST_COPIES):
        if other.kind in {"break", "continue"} and not looping:
            continue
        if other.text not in neighbours:
            texts[other.text] = None
    counted = [
        name for name in scope.names_near(node) if scope.shapes.get(name) == NUMBER and name in scope.bound
    ]
    changed = [f"{name} {sign}= 1{scope.grammar.end}" for name in counted[:2] if looping for sign in "+-"]
    return [*list(texts)[:_MOST_COPIES], *changed]


def _next(node: Node) -> Node | None:
    return _sibling(node, 1)


def _previous(node: Node) -> Node | None:
    return _sibling(node, -1)


def _sibling(node: Node, step: int) -> Node | None:
    siblings = [] if node.parent is None else node.parent.parts
    for place, sibling in enumerate(siblings):
        if sibling is node:
            return siblings[place + step] if 0 <= place + step < len(siblings) else None
    return None


def exception(node: Node, scope: Scope) -> Iterator[Change]:
    """`except KeyError` → `except IndexError`, `raise ValueError` → `raise TypeError`."""
    if scope.grammar.name != "python" or not node.parts:
        return
    raised = node.parts[0]
    named = raised.get("function") if raised.kind == "call" else raised
    if named is None or named.kind != "name":
        return
    for other in _EXCEPTIONS:
        if other != named.text:
            yield Change("exception", named.start, named.end, other)


def missing_else(node: Node, scope: Scope) -> Iterator[Change]:
    """An `else` for an `if` without one, doing what the `if` does the other way round or to another name."""
    depth = indent(node)
    last = _last_in(node)
    if not is_statement(node) or depth is None or last is None or any(n.kind == "else" for n in node.parts):
        return
    inner = indent(last)
    if inner is None or last.kind not in SIMPLE:
        return
    for text, weight in _otherwise(last, scope):
        body = (
            f" else {{\n{inner}{text}\n{depth}}}" if scope.grammar.block else f"\n{depth}else:\n{inner}{text}"
        )
        yield Change("copy", node.end, node.end, body, weight)


def _otherwise(last: Node, scope: Scope) -> Iterator[tuple[str, float]]:
    token = next((n for n in last.walk() if n.kind == "token" and n.type in {"+=", "-="}), None)
    if token is not None:
        before, after = last.source[last.start : token.start], last.source[token.end : last.end]
        yield f"{before}{'-=' if token.type == '+=' else '+='}{after}", 2.0
    named = [n for n in last.walk() if n.kind == "name" and n.role in {"target", "value", "base"}]
    for name in named[:2]:
        for other in [near for near in scope.names_near(last) if near != name.text][:3]:
            yield last.source[last.start : name.start] + other + last.source[name.end : last.end], 0.5
    if last.kind == "return":
        for answer in (scope.grammar.true, scope.grammar.false, scope.grammar.none):
            yield f"return {answer}{scope.grammar.end}", 1.0
