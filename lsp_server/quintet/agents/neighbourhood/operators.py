"""Wrong operator: comparison, arithmetic, assignment and logical operators for one another, negation.

In mutation testing: ROR, AOR, ASR, LCR, UOI/UOD.
"""

from collections.abc import Iterator, Mapping

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit, level, operand
from quintet.agents.neighbourhood.scope import Scope

Alternatives = Mapping[str, Mapping[str, float]]

_ORDERED: Alternatives = {
    "<": {"<=": 4, ">": 2, ">=": 2, "==": 1, "!=": 1},
    "<=": {"<": 4, ">=": 2, ">": 2, "==": 1, "!=": 1},
    ">": {">=": 4, "<": 2, "<=": 2, "==": 1, "!=": 1},
    ">=": {">": 4, "<=": 2, "<": 2, "==": 1, "!=": 1},
}
_COMPARISONS: Mapping[str, Alternatives] = {
    "python": {
        **_ORDERED,
        "==": {"!=": 4, "<=": 1, ">=": 1, "<": 1, ">": 1, "in": 0.5},
        "!=": {"==": 4, "<": 1, ">": 1, "<=": 1, ">=": 1, "not in": 0.5},
        "in": {"not in": 4, "==": 0.5, "!=": 0.2},
        "not in": {"in": 4, "!=": 0.5},
        "is": {"is not": 4, "==": 1},
        "is not": {"is": 4, "!=": 1},
    },
    "javascript": {
        **{
            spelled: {
                f"{other}=" if other in {"==", "!="} else other: weight for other, weight in row.items()
            }
            for spelled, row in _ORDERED.items()
        },
        "==": {"===": 2, "!=": 4, "<=": 1, ">=": 1, "<": 1, ">": 1},
        "!=": {"!==": 2, "==": 4, "<": 1, ">": 1, "<=": 1, ">=": 1},
        "===": {"!==": 4, "==": 0.5, "<=": 1, ">=": 1, "<": 1, ">": 1},
        "!==": {"===": 4, "!=": 0.5, "<": 1, ">": 1, "<=": 1, ">=": 1},
    },
}
_ARITHMETIC: Alternatives = {
    "+": {"-": 4, "*": 2, "/": 0.5, "//": 0.5, "%": 0.5},
    "-": {"+": 4, "*": 1, "/": 0.5, "//": 0.5, "%": 0.5},
    "*": {"/": 2, "+": 2, "**": 2, "//": 1, "-": 0.5, "%": 0.5},
    "/": {"//": 3, "*": 3, "%": 2, "-": 0.5, "+": 0.5},
    "//": {"/": 3, "%": 3, "*": 2, "-": 0.5, "+": 0.5},
    "%": {"//": 3, "/": 2, "*": 1, "+": 0.5, "-": 0.5},
    "**": {"*": 4, "//": 0.5, "%": 0.5, "+": 0.5},
    "&": {"|": 3, "^": 2, ">>": 0.5},
    "|": {"&": 3, "^": 2},
    "^": {"&": 2, "|": 2, "**": 2},
    "<<": {">>": 3, "*": 0.5},
    ">>": {"<<": 3, "//": 0.5},
    ">>>": {">>": 3, "<<": 1},
}
_LOGIC: Alternatives = {
    "and": {"or": 1},
    "or": {"and": 1},
    "&&": {"||": 1},
    "||": {"&&": 1, "??": 0.3},
    "??": {"||": 1},
}
_NOT_IN_SCRIPT = frozenset({"//"})


def comparison(node: Node, scope: Scope) -> Iterator[Change]:
    """`a < b` → `a <= b`: relational operator replacement, the boundary before the rest."""
    table = _COMPARISONS[scope.grammar.name]
    for token in node.children:
        if not token.named:
            for spelled, weight in table.get(token.type, {}).items():
                yield Change("comparison", token.start, token.end, spelled, weight)


def arithmetic(node: Node, scope: Scope) -> Iterator[Change]:
    """`a + b` → `a - b`: arithmetic and bitwise operator replacement."""
    token = node.token()
    if token is not None:
        for spelled, weight in _ARITHMETIC.get(token.type, {}).items():
            if scope.grammar.name == "python" or spelled not in _NOT_IN_SCRIPT:
                yield Change("arithmetic", token.start, token.end, spelled, weight)


def augmented(node: Node, scope: Scope) -> Iterator[Change]:
    """`a += b` → `a -= b`, `a = b`: assignment operator replacement."""
    token = node.token()
    if token is None:
        return
    for spelled, weight in _ARITHMETIC.get(token.type.removesuffix("="), {}).items():
        if scope.grammar.name == "python" or spelled not in _NOT_IN_SCRIPT:
            yield Change("augmented", token.start, token.end, f"{spelled}=", weight)
    yield Change("augmented", token.start, token.end, "=", 2)


def accumulate(node: Node, scope: Scope) -> Iterator[Change]:
    """`a = b` → `a += b` where `a` is bound elsewhere too."""
    target = node.get("left")
    token = next((child for child in node.children if child.type == "="), None)
    if target is None or token is None or node.get("type") is not None or node.role == "value":
        return
    if target.kind == "index" or scope.bindings.get(target.text, 0) > 1:
        for spelled, weight in (("+=", 3), ("-=", 1), ("*=", 1)):
            yield Change("augmented", token.start, token.end, spelled, weight)


def logic(node: Node, scope: Scope) -> Iterator[Change]:
    """`a and b` → `a or b`: logical connector replacement."""
    del scope
    token = node.token()
    if token is not None:
        for spelled, weight in _LOGIC.get(token.type, {}).items():
            yield Change("logic", token.start, token.end, spelled, weight)


def drop_negation(node: Node, scope: Scope) -> Iterator[Change]:
    """`not a` → `a`: unary operator deletion."""
    inner = node.parts[-1]
    text = fit(inner.text, level(inner, scope.grammar), node, scope.grammar)
    yield Change("negation", node.start, node.end, text)


def negate(node: Node, scope: Scope) -> Iterator[Change]:
    """`if a` → `if not a`: unary operator insertion, where a truth value is asked for.

    A single comparison is left alone: its opposite is among the comparison operators.
    """
    if node.kind in {"not", "comparison", "truth", "number", "parens"} and len(node.parts) <= 2:
        return
    if not asks_truth(node):
        return
    grammar = scope.grammar
    text = grammar.negation.format(operand(node, grammar.negation_level, grammar))
    yield Change("negation", node.start, node.end, fit(text, grammar.negation_level, node, grammar))


def sign(node: Node, scope: Scope) -> Iterator[Change]:
    """`-a` → `a`."""
    inner = node.parts[-1]
    yield Change(
        "sign", node.start, node.end, fit(inner.text, level(inner, scope.grammar), node, scope.grammar)
    )


def asks_truth(node: Node) -> bool:
    """Whether the value is only asked whether it is true."""
    parent = node.parent
    if parent is None or node.role not in {"value", "none"}:
        return False
    if parent.kind in {"logic", "not", "filter"} or node.slot == "condition":
        return True
    if parent.kind == "parens":
        return parent.slot == "condition" or asks_truth(parent)
    return (
        parent.kind == "conditional" and parent.type == "conditional_expression" and parent.parts[1] is node
    )
