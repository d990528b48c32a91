"""Off by one: ranges, slices and indices, one more and one less, dropped and inserted."""

from collections.abc import Iterator

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import POSTFIX, SUM
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit, level, operand
from quintet.agents.neighbourhood.scope import Scope
from quintet.agents.neighbourhood.shapes import MAPPING, NUMBER, TRUTH, may_count, shape_of


def shifted(node: Node, scope: Scope) -> tuple[str, str]:
    """The node's text one more and one less; a `+ 1` that is there is taken off instead of put on twice."""
    value = _integer(node)
    if value is not None:
        return str(value + 1), str(value - 1)
    token = node.token()
    if node.kind == "arithmetic" and token is not None and node.parts[1].text == "1":
        left = node.parts[0].text
        if token.type == "-":
            return left, f"{left} + 1"
        if token.type == "+":
            return f"{left} - 1", left
    whole = operand(node, SUM, scope.grammar)
    return f"{whole} + 1", f"{whole} - 1"


def _integer(node: Node) -> int | None:
    if node.kind == "negative" and node.parts[0].text.isdecimal():
        return -int(node.parts[0].text)
    return int(node.text) if node.text.isdecimal() else None


def range_bounds(node: Node, scope: Scope) -> Iterator[Change]:
    """`range(n)` → `range(n + 1)`, `range(1, n)`, `range(n - 1, -1, -1)` and so on."""
    callee, arguments = node.get("function"), node.get("arguments")
    if callee is None or arguments is None or callee.text != "range":
        return
    given = arguments.parts
    texts = [part.text for part in given]
    for number, part in enumerate(given):
        for text in shifted(part, scope):
            yield _arguments(arguments, [*texts[:number], text, *texts[number + 1 :]], 3)
    if len(given) == 1:
        more, less = shifted(given[0], scope)
        yield _arguments(arguments, ["1", texts[0]], 3)
        yield _arguments(arguments, ["1", more], 3)
        yield _arguments(arguments, ["2", texts[0]], 1)
        yield _arguments(arguments, ["0", texts[0], "2"], 0.5)
        yield _arguments(arguments, [less, "-1", "-1"], 1)
    elif len(given) == 2:
        yield _arguments(arguments, texts[1:], 1)
        for first in ("0", "1", "2"):
            yield _arguments(arguments, [first, texts[1]], 1)
        for step in ("2", "-1"):
            yield _arguments(arguments, [*texts, step], 0.7)
    elif len(given) == 3:
        yield _arguments(arguments, texts[:2], 2)
        yield _arguments(arguments, [*texts[:2], _negated(texts[2])], 1)


def _arguments(arguments: Node, texts: list[str], weight: float) -> Change:
    return Change("bound", arguments.start, arguments.end, f"({', '.join(texts)})", weight)


def _negated(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"


def index(node: Node, scope: Scope) -> Iterator[Change]:
    """`a[i]` → `a[i + 1]`, `a[i - 1]`, `a[0]`, `a[-1]`, `a[i:]`, `a`."""
    base, inner = node.parts[0], node.parts[-1]
    if inner.kind in {"slice", "string"} or scope.shapes.get(base.text) == MAPPING:
        return
    for text in shifted(inner, scope):
        yield Change("index", inner.start, inner.end, text, 3)
    if scope.grammar.name == "python":
        tight = level(inner, scope.grammar) >= POSTFIX
        for text in ("0", "-1", *([f"-{inner.text}"] if tight else [])):
            yield Change("index", inner.start, inner.end, text, 1)
        for text in (f"{inner.text}:", f":{inner.text}"):
            yield Change("slice", inner.start, inner.end, text, 1)
    else:
        for text in ("0", f"{base.text}.length - 1"):
            yield Change("index", inner.start, inner.end, text, 1)
    if node.role in {"value", "base"}:
        yield Change("index", base.end, node.end, "", 0.5)


def slice_bounds(node: Node, scope: Scope) -> Iterator[Change]:
    """`a[1:n]` → `a[0:n]`, `a[1:]`, `a[1:n + 1]`, `a[1:n:-1]`, `a[n:1]` and so on."""
    bounds, parts = _bounds(node)
    for number, part in enumerate(parts):
        if part is not None:
            for text in shifted(part, scope):
                yield _slice(node, bounds, number, text, 3)
            yield _slice(node, bounds, number, "", 2)
    for number, texts in enumerate((("1", "2", "-1"), ("-1", "-2"), ("-1", "2"))):
        for text in texts if not bounds[number] else ():
            yield _slice(node, bounds, number, text, 1)
    start, stop, step = bounds
    if step:
        yield _slice(node, bounds, 2, _negated(step), 1)
    if start != stop:
        yield _slice(node, [stop, start, step], 2, step, 1)
    if start and not stop and not step:
        yield Change("slice", node.start, node.end, start, 0.5)


def _bounds(node: Node) -> tuple[list[str], list[Node | None]]:
    """Start, stop and step of a slice: the texts ("" = absent) and the nodes."""
    parts: list[Node | None] = [None, None, None]
    place = 0
    for child in node.children:
        if child.type == ":":
            place += 1
        elif child.named and place < len(parts):
            parts[place] = child
    return ["" if part is None else part.text for part in parts], parts


def _slice(node: Node, bounds: list[str], number: int, text: str, weight: float) -> Change:
    changed = [*bounds[:number], text, *bounds[number + 1 :]]
    spelled = ":".join(changed[:2]) + (f":{changed[2]}" if changed[2] else "")
    return Change("slice", node.start, node.end, spelled, weight)


def cut(node: Node, scope: Scope) -> Iterator[Change]:
    """`a` → `a[::-1]`, `a[1:]`, `a[:i]`, `a[0]`: a part of a sequence where a whole one stands."""
    if node.role != "value" or shape_of(node, scope.shapes) in {NUMBER, TRUTH, MAPPING}:
        return
    marks = [
        name for name in scope.names_near(node) if scope.shapes.get(name) == NUMBER and name != node.text
    ][:2]
    if scope.grammar.name == "python":
        for text in ("[::-1]", "[1:]", "[:-1]"):
            yield Change("slice", node.end, node.end, text, 1)
        for name in marks:
            for text in (f"[{name}:]", f"[:{name}]", f"[{name} + 1:]"):
                yield Change("slice", node.end, node.end, text, 0.5)
    else:
        for text in (".slice(1)", ".slice(0, -1)", *(f".slice({name})" for name in marks)):
            yield Change("slice", node.end, node.end, text, 0.5)
    for text in ("[0]", "[-1]" if scope.grammar.name == "python" else f"[{node.text}.length - 1]"):
        yield Change("index", node.end, node.end, text, 0.5)


def offset(node: Node, scope: Scope) -> Iterator[Change]:
    """`n` → `n + 1`, `n - 1`: off by one in any expression that may hold a number."""
    parent = node.parent
    if node.role != "value" or node.kind == "number" or not may_count(node, scope.shapes):
        return
    if parent is None or parent.kind not in {"index", "slice"}:
        for text in shifted(node, scope):
            yield Change("offset", node.start, node.end, fit(text, SUM, node, scope.grammar), 1)
