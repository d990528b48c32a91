"""How tightly things bind, and the parentheses that follow from it.

Knows the mirror's nodes; it proposes nothing.
"""

from quintet.agents.neighbourhood.grammar import (
    ATOM,
    COMPARE,
    CONDITIONAL,
    LOOSE,
    OR,
    POSTFIX,
    POWER,
    UNARY,
    Grammar,
)
from quintet.agents.neighbourhood.node import Node

_LEVELS = {
    "lambda": LOOSE,
    "yield": LOOSE,
    "assign": LOOSE,
    "walrus": LOOSE,
    "tuple": LOOSE,
    "conditional": CONDITIONAL,
    "await": 16,
    "negative": UNARY,
    "unary": UNARY,
    "call": POSTFIX,
    "new": POSTFIX,
    "attribute": POSTFIX,
    "index": POSTFIX,
}
_BINARY = frozenset({"arithmetic", "logic", "comparison"})
_LIMITS = {
    "lambda": CONDITIONAL,
    "slice": CONDITIONAL,
    "filter": OR,
    "source": OR,
    "await": 16,
    "negative": UNARY,
    "unary": UNARY,
    "attribute": POSTFIX,
}
_DELIMITED = frozenset(
    {
        "arguments",
        "parens",
        "list",
        "tuple",
        "set",
        "dict",
        "pair",
        "keyword",
        "return",
        "assign",
        "augmented",
    }
    | {"declarator", "if", "elif", "while", "for", "default", "block", "comprehension", "interpolation"}
)


def level(node: Node, grammar: Grammar) -> int:
    """How tightly the node's own text binds."""
    if node.kind in _BINARY:
        token = node.token()
        return COMPARE if token is None else grammar.levels.get(token.type, COMPARE)
    if node.kind == "tuple" and node.type == "tuple":
        return ATOM
    if node.kind == "not":
        return grammar.negation_level
    return _LEVELS.get(node.kind, ATOM)


def needed(node: Node, grammar: Grammar) -> int:
    """How tightly a text must bind to stand where `node` stands."""
    parent = node.parent
    if parent is None or parent.kind in _DELIMITED:
        return LOOSE
    if parent.kind in _BINARY:
        return _beside(node, parent, level(parent, grammar))
    if parent.kind in {"call", "new", "index"}:
        return POSTFIX if node.role in {"callee", "base"} else LOOSE
    if parent.kind == "conditional":
        return CONDITIONAL if parent.parts[-1] is node else OR
    return grammar.negation_level if parent.kind == "not" else _LIMITS.get(parent.kind, ATOM)


def _beside(node: Node, parent: Node, own: int) -> int:
    """What an operand of a binary expression of level `own` needs: more on the side it does not group to."""
    first = parent.parts[0] is node
    if own == POWER:
        return POSTFIX if first else UNARY
    return own if parent.kind == "logic" or (first and parent.kind == "arithmetic") else own + 1


def fit(text: str, tightness: int, site: Node, grammar: Grammar) -> str:
    """`text`, which binds with `tightness`, in parentheses if it needs them in the place of `site`."""
    return text if tightness >= needed(site, grammar) else f"({text})"


def operand(node: Node, tightness: int, grammar: Grammar) -> str:
    """The node's text as an operand where something of `tightness` is asked for."""
    return node.text if level(node, grammar) >= tightness else f"({node.text})"
