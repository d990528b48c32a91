"""Wrong expression: operands swapped, dropped and added, branches of a conditional, elements and filters."""

from collections.abc import Iterator
from itertools import pairwise

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import POWER, PRODUCT, SUM, UNARY
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit, level, operand
from quintet.agents.neighbourhood.scope import Scope, nearest
from quintet.agents.neighbourhood.shapes import NUMBER, alike, may_count, shape_of

_MOST_TERMS = 4
_MOST_ELEMENTS = 8
_ORDERED = frozenset({"in", "not in", "instanceof"})
_WHOLE = frozenset({"return", "assign", "augmented", "declarator", "comprehension", "lambda"})


def swap_operands(node: Node, scope: Scope) -> Iterator[Change]:
    """`a - b` → `b - a`, `a in b` → `b in a`; a comparison the other way round is among the operators."""
    token = node.token()
    if token is None or len(node.parts) != 2 or (node.kind == "comparison" and token.type not in _ORDERED):
        return
    left, right = node.parts
    if token.type in {"+", "*"} and {shape_of(part, scope.shapes) for part in (left, right)} == {NUMBER}:
        return
    grammar = scope.grammar
    tightness = level(node, grammar)
    first, last = operand(right, tightness, grammar), operand(left, tightness + 1, grammar)
    between = node.source[left.end : right.start]
    yield Change("swap operands", node.start, node.end, f"{first}{between}{last}")


def drop_operand(node: Node, scope: Scope) -> Iterator[Change]:
    """`a + b` → `a`, `a and b` → `b`, and `a * b * c` → `a * c`: the excess part of an expression."""
    if len(node.parts) != 2 or (node.role not in {"value", "base"} and node.kind != "logic"):
        return
    for part in node.parts:
        yield _instead(node, part, scope, "drop operand", 1.0)
    inner, last = node.parts
    if inner.kind == node.kind and len(inner.parts) == 2:
        yield Change("drop operand", inner.parts[1].start, last.start, "")
        yield Change("drop operand", inner.parts[0].end, node.end, "", 0.5)


def pick_branch(node: Node, scope: Scope) -> Iterator[Change]:
    """`a if c else b` → `a`, `b`, `b if c else a`."""
    parts = node.parts
    if len(parts) != 3:
        return
    first, last = (parts[0], parts[2]) if scope.grammar.name == "python" else (parts[1], parts[2])
    for part in (first, last):
        yield _instead(node, part, scope, "branch", 1.0)
    between = node.source[first.end : last.start]
    yield Change("branch", first.start, last.end, f"{last.text}{between}{first.text}", 2.0)


def _instead(node: Node, part: Node, scope: Scope, kind: str, weight: float) -> Change:
    """`part` in the place of `node`, without the parentheses that `node` needed and `part` does not."""
    parent = node.parent
    peeled = parent is not None and parent.kind == "parens" and parent.role in {"value", "base"}
    place = parent if peeled and parent is not None else node
    text = fit(part.text, level(part, scope.grammar), place, scope.grammar)
    return Change(kind, place.start, place.end, text, weight)


def scale(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `a * 2`, `a // 2`, `a ** 2`, `a % n`, `-a`: a factor, a power or a sign put on."""
    if node.role != "value" or node.kind in {"number", "parens"} or not may_count(node, scope.shapes):
        return
    grammar = scope.grammar
    half = "// 2" if grammar.name == "python" else "/ 2"
    factors = dict.fromkeys(["* 2", half, "/ 2"])
    spoken = [number for number in scope.vocabulary.numbers if number.isdecimal() and len(number) > 1]
    factors.update(dict.fromkeys(f"{operator} {number}" for number in spoken[:1] for operator in "%/*"))
    for text in factors:
        whole = f"{operand(node, PRODUCT, grammar)} {text}"
        yield Change("offset", node.start, node.end, fit(whole, PRODUCT, node, grammar), 1.0)
    exponents = [number for number in scope.vocabulary.numbers if number in {"3", "4"}][:1]
    for number in ("2", *exponents):
        power = f"{operand(node, POWER + 1, grammar)} ** {number}"
        yield Change("offset", node.start, node.end, fit(power, POWER, node, grammar), 1.0)
    if node.kind != "arithmetic":
        text = f"-{operand(node, UNARY, grammar)}"
        yield Change("sign", node.start, node.end, fit(text, UNARY, node, grammar), 1.0)


def add_term(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `a + b`, `a - b`, `a * b`: a missing operand, where a whole value is formed."""
    if node.parent is None or node.role != "value":
        return
    if node.kind in {"truth", "none", "comparison", "logic", "not", "lambda", "dict", "list"}:
        return
    whole = node.parent.kind in _WHOLE
    if not whole and node.parent.kind not in {"comparison", "arguments"}:
        return
    grammar = scope.grammar
    held = shape_of(node, scope.shapes)
    names = [
        name for name in scope.names_near(node) if name != node.text and alike(held, scope.shapes.get(name))
    ]
    for name in names[:_MOST_TERMS]:
        countable = (held or scope.shapes.get(name)) in {NUMBER, None}
        for operator, tightness in (("+", SUM), ("-", SUM), ("*", PRODUCT)):
            if operator == "+" or countable:
                text = f"{operand(node, tightness, grammar)} {operator} {name}"
                fitted = fit(text, tightness, node, grammar)
                yield Change("term", node.start, node.end, fitted, 1.0 if whole else 0.4)


def drop_element(node: Node, scope: Scope) -> Iterator[Change]:
    """`[a, b]` → `[a]`, `[b]`; `(a, b)` → `(b, a)`."""
    del scope
    parts = node.parts
    if not 2 <= len(parts) <= _MOST_ELEMENTS or node.role == "target":
        return
    yield Change("collection", parts[0].start, parts[1].start, "", 0.5)
    for left, right in pairwise(parts):
        between = node.source[left.end : right.start]
        yield Change("collection", left.end, right.end, "", 0.5)
        yield Change("collection", left.start, right.end, f"{right.text}{between}{left.text}", 1.0)


def filters(node: Node, scope: Scope) -> Iterator[Change]:
    """`[a for a in b if c]` → `[a for a in b]`, and a condition where a comprehension has none."""
    present = [part for part in node.parts if part.kind == "filter"]
    for part in present:
        yield Change("filter", len(node.source[: part.start].rstrip()), part.end, "")
    sources = [part for part in node.parts if part.kind == "source"]
    target = sources[-1].get("left") if sources else None
    if present or target is None:
        return
    end = sources[-1].end
    for name in [part.text for part in target.walk() if part.kind == "name"][:2]:
        for text in (name, f"{name} > 0", f"{name} % 2 == 0", f"{name} % 2 == 1", f"not {name}"):
            yield Change("filter", end, end, f" if {text}")
    for condition in nearest(scope.conditions, node, 3):
        yield Change("filter", end, end, f" if {condition.text}", 0.5)
