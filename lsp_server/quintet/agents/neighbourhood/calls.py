"""Wrong arguments and wrong calls: swapped, dropped and added arguments, calls put on and taken off.

SWAP_ARGUMENTS, SAME_FUNCTION_LESS_ARGS and _MORE_ARGS in ManySStuBs4J; argument removal in mutmut.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.families import ALIKE, EXTRA, WRAPS
from quintet.agents.neighbourhood.grammar import POSTFIX
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit, level, operand
from quintet.agents.neighbourhood.scope import Scope
from quintet.agents.neighbourhood.shapes import shape_of

_MOST_NAMES = 4
_MOST_FUNCTIONS = 4
_WORD = re.compile(r"[A-Za-z]\w*")
_WRAPPED = frozenset({"name", "call", "attribute", "index", "arithmetic", "comprehension", "negative"})


def swap_arguments(node: Node, scope: Scope) -> Iterator[Change]:
    """`f(a, b)` → `f(b, a)`."""
    del scope
    for left, right in pairwise(_given(node)):
        if (left.kind == "keyword") == (right.kind == "keyword"):
            between = node.source[left.end : right.start]
            yield Change("swap arguments", left.start, right.end, f"{right.text}{between}{left.text}")


def drop_argument(node: Node, scope: Scope) -> Iterator[Change]:
    """`f(a, b)` → `f(a)`."""
    del scope
    given = _given(node)
    if len(given) == 1 and given[0].slot != "arguments":
        yield Change("argument", given[0].start, given[0].end, "", 0.5)
    if len(given) > 1:
        yield Change("argument", given[0].start, given[1].start, "", 1)
    for before, part in pairwise(given):
        yield Change("argument", before.end, part.end, "", 2)


def add_argument(node: Node, scope: Scope) -> Iterator[Change]:
    """`sorted(a)` → `sorted(a, reverse=True)`; a name in scope as one more argument."""
    callee, arguments = node.get("function"), node.get("arguments")
    if callee is None or arguments is None or arguments.kind != "arguments":
        return
    called = callee.parts[-1].text if callee.kind == "attribute" else callee.text
    given = [part.text for part in arguments.parts]
    last = arguments.parts[-1].kind if arguments.parts else ""
    named = last in {"keyword", "splat"}
    if last == "comprehension":
        return
    for text in EXTRA[scope.grammar.name].get(called, ()):
        name, _, value = text.partition("=")
        positional = not value or value.startswith(">")
        if any(have == text or have.startswith(f"{name}=") for have in given) or (named and positional):
            continue
        yield _append(arguments, text, 1)
    if named:
        return
    own = called in scope.functions
    for name in [name for name in scope.names_near(node) if name not in given][:_MOST_NAMES]:
        yield _append(arguments, name, 0.5 if own else 0.2)


def _append(arguments: Node, text: str, weight: float) -> Change:
    inside = arguments.text[1:-1].rstrip()
    joint = "" if not inside else " " if inside.endswith(",") else ", "
    end = arguments.start + 1 + len(inside)
    return Change("argument", end, end, joint + text, weight)


def wrap_call(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `abs(a)`, `len(a)`, `a.lower()`: a call around a value, chosen by what it seems to hold."""
    if node.role not in {"value", "base"} or node.kind not in _WRAPPED:
        return
    held = shape_of(node, scope.shapes)
    around = node.parent.parent if node.parent is not None and node.parent.kind == "arguments" else None
    callee = around.get("function") if around is not None else None
    idempotent = "" if callee is None else f"{callee.text}("
    for template in WRAPS[scope.grammar.name][held or ""]:
        if not idempotent or not template.startswith(idempotent):
            weight = (2.0 if held else 1.0) * (0.3 if node.role == "base" else 1.0)
            yield _wrapped(node, template, weight * _heed(template, scope), scope)
    own = scope.top.get("name")
    calls = [name for name in scope.functions if own is None or name != own.text]
    for name in calls[:_MOST_FUNCTIONS] if node.role == "value" else ():
        yield _wrapped(node, f"{name}({{}})", 0.7, scope)


def _wrapped(node: Node, template: str, weight: float, scope: Scope) -> Change:
    method = template.startswith("{}.")
    inner = operand(node, POSTFIX, scope.grammar) if method else node.text
    text = fit(template.format(inner), POSTFIX, node, scope.grammar)
    return Change("wrap call", node.start, node.end, text, weight)


def _heed(template: str, scope: Scope) -> float:
    """How much likelier the specification makes a call."""
    return 3.0 if any(word in scope.spoken for word in _WORD.findall(template)) else 1.0


def wrap_both(node: Node, scope: Scope) -> Iterator[Change]:
    """`a == b` → `len(a) == len(b)`: what is compared made comparable on both sides."""
    if len(node.parts) != 2 or any(part.kind not in _WRAPPED for part in node.parts):
        return
    left, right = node.parts
    between = node.source[left.end : right.start]
    if between.strip() in {"is", "is not", "in", "not in", "instanceof"}:
        return
    for template in ALIKE[scope.grammar.name]:
        first, last = (template.format(operand(part, POSTFIX, scope.grammar)) for part in (left, right))
        yield Change("wrap call", node.start, node.end, f"{first}{between}{last}", _heed(template, scope))


def unwrap_call(node: Node, scope: Scope) -> Iterator[Change]:
    """`f(a)` → `a` and `a.f()` → `a`: a call taken off."""
    if node.role not in {"value", "base"}:
        return
    callee, given = node.get("function"), _given(node)
    grammar = scope.grammar
    for number, part in enumerate(given):
        inner = part.parts[-1] if part.kind in {"keyword", "splat"} and part.parts else part
        text = fit(inner.text, level(inner, grammar), node, grammar)
        yield Change("unwrap call", node.start, node.end, text, 2.0 if number == 0 else 0.5)
    if callee is not None and callee.kind == "attribute":
        receiver = callee.parts[0]
        yield Change("unwrap call", receiver.end, node.end, "", 2.0)


def _given(node: Node) -> list[Node]:
    arguments = node.get("arguments")
    if arguments is None:
        return []
    return arguments.parts if arguments.kind == "arguments" else [arguments]
