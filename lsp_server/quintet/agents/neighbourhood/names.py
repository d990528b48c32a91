"""Wrong name: variables, attributes, methods and functions for one another, and expressions for names.

Variable misuse (BugLab), CHANGE_IDENTIFIER, DIFFERENT_METHOD_SAME_ARGS and WRONG_FUNCTION_NAME
(ManySStuBs4J); the function's own expressions as material is GenProg's plastic surgery at the size of an
expression.
"""

from collections.abc import Iterator

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.families import FUNCTIONS, METHODS
from quintet.agents.neighbourhood.grammar import ATOM, POSTFIX
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit, level
from quintet.agents.neighbourhood.scope import Scope, nearest
from quintet.agents.neighbourhood.shapes import MAPPING, NUMBER, SEQUENCE, TEXT, alike, shape_of

_MOST_NAMES = 8
_MOST_DONORS = 8
_MOST_MADE = 4


def variable(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `b`: variable misuse, names that seem to hold the same first."""
    if node.role not in {"value", "base", "target"} or _is_only_binding(node, scope):
        return
    here = scope.shapes.get(node.text)
    others = [name for name in scope.names_near(node) if name != node.text]
    others.sort(key=lambda name: not alike(here, scope.shapes.get(name)))
    for name in others[:_MOST_NAMES]:
        yield Change("name", node.start, node.end, name, 2.0 if alike(here, scope.shapes.get(name)) else 0.5)


def _is_only_binding(node: Node, scope: Scope) -> bool:
    """Whether it is the one place its variable is bound at: renamed, the uses would be left without."""
    return node.role == "target" and scope.bindings.get(node.text, 0) < 2


def member(node: Node, scope: Scope) -> Iterator[Change]:
    """`a.lower()` → `a.upper()`, `self.left` → `self.right`."""
    attribute, receiver = node.get("attribute"), node.get("object")
    if attribute is None or receiver is None:
        return
    weights = _relatives(attribute.text, METHODS[scope.grammar.name], scope)
    for other in scope.members.get(receiver.text, ()):
        weights.setdefault(other, 1.0)
    weights.pop(attribute.text, None)
    for other, weight in list(weights.items())[:_MOST_NAMES]:
        yield Change("method", attribute.start, attribute.end, other, weight)


def function(node: Node, scope: Scope) -> Iterator[Change]:
    """`min(a)` → `max(a)`, and the file's own functions for one another."""
    callee = node.get("function")
    if callee is None or callee.kind != "name":
        return
    weights = _relatives(callee.text, FUNCTIONS[scope.grammar.name], scope)
    for other in scope.functions:
        weights.setdefault(other, 0.5)
    weights.pop(callee.text, None)
    for other, weight in list(weights.items())[:_MOST_NAMES]:
        yield Change("function", callee.start, callee.end, other, weight)


def _relatives(name: str, families: tuple[tuple[str, ...], ...], scope: Scope) -> dict[str, float]:
    """The members of the families that `name` is in; the specification's words and near ones weigh more."""
    weights: dict[str, float] = {}
    for family in families:
        if name in family:
            at = family.index(name)
            for place, other in enumerate(family):
                near = 2.0 if place // 2 == at // 2 else 1.0
                weights.setdefault(other, near * (2.0 if other in scope.spoken else 1.0))
    return weights


def donor(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `len(b)`, `b[i]`: an expression that the function has elsewhere, or one made of its names."""
    if node.role != "value":
        return
    grammar = scope.grammar
    held = shape_of(node, scope.shapes)
    around = [(above.start, above.end) for above in node.up()]
    found: dict[str, tuple[int, float]] = {}
    for other in nearest(scope.donors, node, 3 * _MOST_DONORS):
        if (other.start, other.end) not in around and alike(held, shape_of(other, scope.shapes)):
            found.setdefault(other.text, (level(other, grammar), 1.0))
    found = dict(list(found.items())[:_MOST_DONORS])
    for text in list(_made(node, held, scope))[:_MOST_MADE]:
        found.setdefault(text, (POSTFIX, 1.0))
    found.pop(node.text, None)
    for text, (tightness, weight) in found.items():
        yield Change("donor", node.start, node.end, fit(text, tightness, node, grammar), weight)


def _made(node: Node, held: str | None, scope: Scope) -> Iterator[str]:
    shapes = scope.shapes
    names = scope.names_near(node)
    holders = [name for name in names if shapes.get(name) in {SEQUENCE, TEXT, MAPPING, None}]
    numbers = [name for name in names if shapes.get(name) == NUMBER]
    if node.kind == "name" and held != NUMBER and node.text in holders:
        yield scope.grammar.length.format(node.text)
    if alike(held, NUMBER):
        for name in holders:
            if shapes.get(name) is not None:
                yield scope.grammar.length.format(name)
    for name in holders:
        if shapes.get(name) in {SEQUENCE, TEXT, MAPPING}:
            for number in numbers:
                yield f"{name}[{number}]"


def constant_for_name(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `0`, `1`: a constant where a name that holds a number stands."""
    if node.role == "value" and scope.shapes.get(node.text) == NUMBER:
        for spelled in ("0", "1"):
            yield Change("donor", node.start, node.end, fit(spelled, ATOM, node, scope.grammar), 0.5)


def name_for_constant(node: Node, scope: Scope) -> Iterator[Change]:
    """`1` → `n`: a name that holds a number where a constant stands."""
    if node.role == "value":
        numeric = [name for name in scope.names_near(node) if scope.shapes.get(name) in {NUMBER, None}]
        for name in numeric[:_MOST_DONORS]:
            yield Change("donor", node.start, node.end, name, 1.0)
