"""Wrong, missing and excess conditions.

MORE_SPECIFIC_IF and LESS_SPECIFIC_IF (ManySStuBs4J), the condition templates of SPR and Prophet (tighten,
loosen, guard), loops and branches without their condition.
"""

from collections.abc import Iterator
from itertools import chain

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import AND, ATOM, COMPARE, EQUALITY, LOOPS, OR
from quintet.agents.neighbourhood.layout import guarded, shifted_text, span_text, statements
from quintet.agents.neighbourhood.node import Node, indent, is_statement, strays
from quintet.agents.neighbourhood.operators import asks_truth
from quintet.agents.neighbourhood.precedence import fit, level, operand
from quintet.agents.neighbourhood.scope import Scope, nearest
from quintet.agents.neighbourhood.shapes import MAPPING, NUMBER, SEQUENCE, TEXT, TRUTH, alike

_ANSWERS = frozenset({"return", "assign", "declarator", "lambda"})
_MOST_ENCLOSED = 12
_MOST_JOINED = 24


def pool(node: Node, scope: Scope, most: int) -> Iterator[tuple[str, int]]:
    """Conditions that might be asked at `node`, `most` of them, each with how tightly it binds.

    Those of the function come first, then what may be asked of its names.
    """
    seen: set[str] = set()
    for text, tightness in chain(_present(node, scope), _askable(node, scope)):
        if len(seen) < most and text not in seen:
            seen.add(text)
            yield text, tightness


def _present(node: Node, scope: Scope) -> Iterator[tuple[str, int]]:
    for condition in nearest(scope.conditions, node, _MOST_JOINED):
        tightness = level(condition, scope.grammar)
        if not (node.start <= condition.start and condition.end <= node.end):
            yield condition.text, tightness
        if condition.kind == "comparison":
            yield from ((text, tightness) for text in _with_other_constants(condition, scope))


def _with_other_constants(condition: Node, scope: Scope) -> Iterator[str]:
    """The comparison with the function's and the specification's other numbers in the place of its own."""
    for number in [part for part in condition.walk() if part.kind == "number"][:1]:
        before = condition.source[condition.start : number.start]
        after = condition.source[number.end : condition.end]
        for other in scope.numbers[:4]:
            if other != number.text:
                yield f"{before}{other}{after}"


def _askable(node: Node, scope: Scope) -> Iterator[tuple[str, int]]:
    names = scope.names_near(node)
    for name in names:
        yield from _about(name, names, scope)


def _about(name: str, names: tuple[str, ...], scope: Scope) -> Iterator[tuple[str, int]]:
    grammar = scope.grammar
    held = scope.shapes.get(name)
    if held == NUMBER:
        yield f"{name} > 0", COMPARE
        yield f"{name} {grammar.unequal} 0", EQUALITY
        yield f"{name} % 2 {grammar.equal} 0", EQUALITY
        yield f"{name} > 1", COMPARE
    elif held in {SEQUENCE, TEXT, MAPPING}:
        yield grammar.length.format(name) + " > 0", COMPARE
    elif held == TRUTH:
        yield name, ATOM
        yield grammar.negation.format(name), grammar.negation_level
    for other in names:
        if other != name and alike(held, scope.shapes.get(other)) and held not in {SEQUENCE, MAPPING}:
            yield f"{name} {grammar.unequal} {other}", EQUALITY
            yield f"{name} {grammar.equal} {other}", EQUALITY
    if grammar.name == "python":
        for other in names:
            if other != name and scope.shapes.get(other) in {SEQUENCE, TEXT, MAPPING} and held != SEQUENCE:
                yield f"{name} not in {other}", COMPARE
                yield f"{name} in {other}", COMPARE


def conjunct(node: Node, scope: Scope) -> Iterator[Change]:
    """`if a` → `if a and b`, `if a or b`: a condition made more or less specific."""
    if not _is_whole_condition(node):
        return
    grammar = scope.grammar
    for text, tightness in pool(node, scope, _MOST_JOINED):
        for connector, own in ((grammar.conjunction, AND), (grammar.disjunction, OR)):
            left = operand(node, own, grammar)
            right = text if tightness > own else f"({text})"
            whole = f"{left} {connector} {right}"
            yield Change("conjunct", node.start, node.end, fit(whole, own, node, grammar))


def _is_whole_condition(node: Node) -> bool:
    parent = node.parent
    if parent is None or node.kind == "parens" or parent.kind == "logic":
        return False
    if node.slot == "condition" or parent.kind == "filter" or (parent.kind == "parens" and asks_truth(node)):
        return True
    return parent.kind in _ANSWERS and node.kind in {"comparison", "logic", "not"}


def constant_condition(node: Node, scope: Scope) -> Iterator[Change]:
    """`if a` → `if True`, `if False`."""
    if _is_whole_condition(node) and node.parent is not None and node.parent.kind not in {*_ANSWERS, "while"}:
        for text in (scope.grammar.true, scope.grammar.false):
            yield Change("condition", node.start, node.end, text, 0.3)


def drop_clause(node: Node, scope: Scope) -> Iterator[Change]:
    """An `elif` or `else` taken away; `elif` made an `if` of its own."""
    before = len(node.source[: node.start].rstrip())
    if node.kind == "elif":
        yield Change("branch", node.start, node.start + len("elif"), "if", 2.0)
        yield Change("branch", before, node.end, "", 1.0)
        return
    if node.parent is None or node.parent.kind not in {"if", "for", "while", "try"}:
        return
    yield Change("branch", before, node.end, "", 1.0)
    depth = indent(node.parent)
    if scope.grammar.block and node.parts and depth is not None and node.parent.kind == "if":
        inner = node.parts[0]
        if inner.kind == "if":
            yield Change("branch", before, inner.start, "\n" + depth, 2.0)


def join_clause(node: Node, scope: Scope) -> Iterator[Change]:
    """An `if` after an `if` made its `elif`; `if` ↔ `while`."""
    if not is_statement(node):
        return
    block = node.parent
    siblings = [] if block is None else block.parts
    place = next((n for n, sibling in enumerate(siblings) if sibling is node), 0)
    if node.kind == "if" and place and siblings[place - 1].kind == "if":
        previous = siblings[place - 1]
        if not any(part.kind == "else" for part in previous.parts):
            if scope.grammar.block:
                yield Change("branch", previous.end, node.start, " else ", 2.0)
            else:
                yield Change("branch", node.start, node.start + len("if"), "elif", 2.0)
    if node.type in {"if_statement", "while_statement"} and len(node.parts) == 2:
        other = "while" if node.kind == "if" else "if"
        yield Change("branch", node.start, node.start + len(node.kind), other, 0.5)


def unwrap_block(node: Node, scope: Scope) -> Iterator[Change]:
    """`if a: b` → `b`: a branch, loop or `try` taken off, what it held kept."""
    depth = indent(node)
    if not is_statement(node) or depth is None:
        return
    for block in _blocks(node):
        if node.kind in LOOPS and strays(block, LOOPS):
            continue
        body = statements(block) if block.kind == "block" else [block]
        old = indent(body[0]) if body else None
        if old is None:
            continue
        text = span_text(body[0], body[-1], old, depth)
        if text is not None:
            yield Change("unwrap", node.start, node.end, text, 0.5 if node.kind in LOOPS else 2.0)
    del scope


def _blocks(node: Node) -> Iterator[Node]:
    for part in node.parts:
        if part.slot in {"consequence", "body"} and part.kind == "block":
            yield part
        elif part.kind == "else":
            inner = part.get("body") or (part.parts[0] if part.parts else None)
            if inner is not None and inner.kind == "block":
                yield inner


def enclose(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `if b: a`: a missing guard around a statement."""
    depth = indent(node)
    if not is_statement(node) or depth is None or node.kind in {"pass", "declare"}:
        return
    grammar = scope.grammar
    step = guarded("", "", "", node.source, grammar).split("\n")[1]
    body = shifted_text(node, depth, depth + step)
    if body is None:
        return
    asked = {condition.text for condition in scope.conditions}
    for text, _ in pool(node, scope, _MOST_ENCLOSED):
        weight = 1.0 if text in asked else 0.5
        yield Change(
            "enclose", node.start, node.end, guarded(text, body, depth, node.source, grammar), weight
        )
