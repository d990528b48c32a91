"""What only JavaScript and TypeScript have: counting, kinds of loops, declarations."""

from collections.abc import Iterator

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.scope import Scope


def update(node: Node, scope: Scope) -> Iterator[Change]:
    """`i++` → `i--`, `i += 2`."""
    del scope
    token = node.token()
    target = node.get("argument")
    if token is None or target is None:
        return
    yield Change("augmented", token.start, token.end, "--" if token.type == "++" else "++", 2.0)
    if node.slot == "step" or (node.parent is not None and node.parent.kind == "expression"):
        sign = token.type[0]
        yield Change("augmented", node.start, node.end, f"{target.text} {sign}= 2", 1.0)


def iteration(node: Node, scope: Scope) -> Iterator[Change]:
    """`for (… of a)` ↔ `for (… in a)`."""
    del scope
    token = next((child for child in node.children if child.type in {"of", "in"}), None)
    if token is not None:
        yield Change("condition", token.start, token.end, "in" if token.type == "of" else "of", 2.0)


def rebindable(node: Node, scope: Scope) -> Iterator[Change]:
    """`const a` → `let a`."""
    del scope
    token = next((child for child in node.children if child.type == "const"), None)
    if token is not None:
        yield Change("condition", token.start, token.end, "let", 0.2)
