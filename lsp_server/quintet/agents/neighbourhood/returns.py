"""Missing guards and returns: what a function should have answered early, or at all."""

from collections.abc import Iterator

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.conditions import pool
from quintet.agents.neighbourhood.layout import guarded, statements
from quintet.agents.neighbourhood.node import Node, enclosing, indent, is_statement
from quintet.agents.neighbourhood.scope import FUNCTIONS, Scope
from quintet.agents.neighbourhood.shapes import MAPPING, NUMBER, SEQUENCE, TEXT

_MOST_PARAMETERS = 2
_MOST_ANSWERS = 8
_MOST_CONDITIONS = 6
_LITERALS = frozenset({"number", "string", "truth", "none", "list", "tuple", "dict", "name", "negative"})


def guard(node: Node, scope: Scope) -> Iterator[Change]:
    """`if not a: return []` and the like at the start of a function: a missing special case."""
    body = node.get("body")
    if body is None or body.kind != "block":
        return
    inside = statements(body)
    depth = indent(inside[0]) if inside else None
    if depth is None:
        return
    first = inside[0]
    for condition, weight in _special_cases(node, scope):
        for place, answer in enumerate(_answers(node, scope)[:_MOST_ANSWERS]):
            text = guarded(
                condition, f"return {answer}{scope.grammar.end}", depth, node.source, scope.grammar
            )
            yield Change("guard", first.start, first.start, f"{text}\n{depth}", weight / (1 + place / 4))


def _special_cases(node: Node, scope: Scope) -> Iterator[tuple[str, float]]:
    grammar = scope.grammar
    for name in parameters(node)[:_MOST_PARAMETERS]:
        held = scope.shapes.get(name)
        if held in {SEQUENCE, TEXT, MAPPING, None}:
            empty = f"not {name}" if grammar.name == "python" else f"{grammar.length.format(name)} === 0"
            yield empty, 2.0
        if held in {SEQUENCE, TEXT}:
            yield f"{grammar.length.format(name)} {grammar.equal} 1", 0.5
            yield f"{grammar.length.format(name)} < 2", 0.5
        if held in {NUMBER, None}:
            for text, weight in (("== 0", 1.0), ("== 1", 1.0), ("< 0", 0.7), ("<= 0", 0.7), ("< 2", 1.0)):
                spelled = text.replace("==", grammar.equal)
                yield f"{name} {spelled}", weight


def _answers(node: Node, scope: Scope) -> list[str]:
    grammar = scope.grammar
    texts: dict[str, None] = {}
    for result in scope.results:
        if result.kind in _LITERALS and (result.kind != "name" or result.text in parameters(node)):
            texts.setdefault(result.text)
    for text in (grammar.false, "0", "[]", '""', grammar.none, "1", grammar.true, "-1"):
        texts.setdefault(text)
    texts.update(dict.fromkeys(parameters(node)))
    return list(texts)


def parameters(node: Node) -> list[str]:
    """The names of a function's parameters."""
    listed = node.get("parameters") or node.get("parameter")
    if listed is None:
        return []
    found = listed.walk() if listed.kind == "parameters" else iter([listed])
    names = [n.text for n in found if n.kind == "name" and n.role != "value"]
    return [name for name in names if name not in {"self", "cls"}]


def loop_guard(node: Node, scope: Scope) -> Iterator[Change]:
    """`if a: continue` or `break` at the start of a loop's body."""
    body = node.get("body")
    first = body.parts[0] if body is not None and body.kind == "block" and body.parts else None
    depth = None if first is None else indent(first)
    if first is None or depth is None:
        return
    for condition, _ in pool(first, scope, _MOST_CONDITIONS):
        for word in ("continue", "break"):
            text = guarded(condition, word + scope.grammar.end, depth, node.source, scope.grammar)
            yield Change("guard", first.start, first.start, f"{text}\n{depth}", 0.5)


def missing_return(node: Node, scope: Scope) -> Iterator[Change]:
    """`return a` at the end of a function that ends without one; `a` → `return a`."""
    body = node.get("body")
    if body is None or body.kind != "block" or not body.parts:
        return
    last = body.parts[-1]
    depth = indent(last)
    if last.kind in {"return", "raise"} or depth is None:
        return
    for name in (*scope.bound[-4:], scope.grammar.true, scope.grammar.false, scope.grammar.none):
        yield Change("return", last.end, last.end, f"\n{depth}return {name}{scope.grammar.end}")


def returned(node: Node, scope: Scope) -> Iterator[Change]:
    """`return a` → `return b`, `return True`; `return` → `return a`."""
    end = scope.grammar.end
    value = node.parts[0] if node.parts else None
    grammar = scope.grammar
    texts = [*scope.names_near(node)[:6]] if value is None or value.kind != "name" else []
    if value is not None and value.kind in {"comparison", "logic", "not", "call"}:
        texts += [grammar.true, grammar.false]
    if value is not None and value.kind == "list":
        texts += ["[]"]
    for text in texts:
        yield Change("return", node.start, node.end, f"return {text}{end}")
    if scope.yields and value is not None:
        yield Change("return", node.start, node.end, f"yield {value.text}{end}")


def give(node: Node, scope: Scope) -> Iterator[Change]:
    """An expression that stands alone is returned: `f(a)` → `return f(a)`; `yield a` → `return a`."""
    if not is_statement(node) or not node.parts or enclosing(node, FUNCTIONS) is None:
        return
    value = node.parts[0]
    if value.kind in {"call", "name", "comparison", "arithmetic", "attribute", "index"}:
        yield Change("return", node.start, node.start, "return ")
    elif value.kind == "yield" and value.parts:
        yield Change("return", node.start, node.end, f"return {value.parts[0].text}{scope.grammar.end}")
    elif value.kind in {"assign", "augmented"}:
        right = value.get("right")
        if right is not None:
            yield Change("return", node.start, node.end, f"return {right.text}{scope.grammar.end}", 0.5)
