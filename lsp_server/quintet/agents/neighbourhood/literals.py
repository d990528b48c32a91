"""Wrong constant: numbers, truth values and strings (mutation testing's CRP), the specification's first."""

from collections.abc import Iterator

from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import UNARY
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.precedence import fit
from quintet.agents.neighbourhood.scope import Scope

_COMMON = ("0", "1", "-1", "2", "10")
_MOST = 10
_QUOTES = ("'''", '"""', "'", '"')


def number(node: Node, scope: Scope) -> Iterator[Change]:
    """`1` → `2`: one more, one less, the usual ones, the numbers of the function and the specification."""
    text = node.text
    weights: dict[str, float] = {}
    for spelled, weight in _near(text):
        weights.setdefault(spelled, weight)
    for spelled in scope.vocabulary.numbers[:6]:
        weights.setdefault(spelled, 1.5)
    for spelled in _COMMON:
        weights.setdefault(spelled, 1.0)
    for spelled in scope.numbers[:6]:
        weights.setdefault(spelled, 1.0)
    weights.pop(text, None)
    for spelled, weight in list(weights.items())[:_MOST]:
        tightness = UNARY if spelled.startswith("-") else 18
        yield Change("number", node.start, node.end, fit(spelled, tightness, node, scope.grammar), weight)


def _near(text: str) -> Iterator[tuple[str, float]]:
    if text.isdecimal():
        value = int(text)
        yield str(value + 1), 3
        yield str(value - 1), 3
        if value > 2:
            yield str(value * 10), 0.3
            if value % 10 == 0:
                yield str(value // 10), 0.5
        return
    try:
        exact = float(text)
    except ValueError:
        return
    for other in (exact + 1, exact - 1, exact * 2, exact / 2, exact + 0.5, exact - 0.5):
        yield f"{other:g}" if "." in f"{other:g}" else f"{other:g}.0", 1


def truth(node: Node, scope: Scope) -> Iterator[Change]:
    """`True` → `False`, `None`."""
    grammar = scope.grammar
    other = grammar.false if node.text == grammar.true else grammar.true
    yield Change("truth", node.start, node.end, other, 6)
    yield Change("truth", node.start, node.end, grammar.none, 0.5)
    if node.parent is not None and node.parent.kind == "return":
        for name in scope.names_near(node)[:3]:
            yield Change("truth", node.start, node.end, name, 0.5)


def none(node: Node, scope: Scope) -> Iterator[Change]:
    """`None` → `0`, `""`, `[]`, `False`."""
    for spelled in ("0", '""', "[]", scope.grammar.false, scope.grammar.true, *scope.names_near(node)[:3]):
        yield Change("truth", node.start, node.end, spelled)


def string(node: Node, scope: Scope) -> Iterator[Change]:
    """`"a"` → `""`: empty, blank, other case, the strings of the function and the specification."""
    quoted = unquote(node.text)
    if quoted is None or (node.parent is not None and node.parent.kind in {"interpolation", "expression"}):
        return
    quote, content = quoted
    weights: dict[str, float] = {}
    for other in scope.vocabulary.strings[:8]:
        weights.setdefault(other, 2.0)
    for literal in scope.strings:
        pair = unquote(literal)
        if pair is not None:
            weights.setdefault(pair[1], 1.0)
    for other in _variants(content):
        weights.setdefault(other, 1.0)
    weights.pop(content, None)
    for other, weight in list(weights.items())[:_MOST]:
        if quote not in other and "\\" not in other:
            yield Change("string", node.start, node.end, f"{quote}{other}{quote}", weight)


def _variants(content: str) -> Iterator[str]:
    yield ""
    yield " "
    if content.swapcase() != content:
        yield content.lower()
        yield content.upper()
    if content.strip() != content:
        yield content.strip()
    elif content:
        yield f"{content} "
    if len(content) > 1:
        yield content[:-1]
        yield content[1:]
        yield content[::-1]
    if content in {"", " "}:
        yield ", "
        yield ","


def unquote(literal: str) -> tuple[str, str] | None:
    """The quote and the content of a plain literal; None for one with a prefix or an escape."""
    for quote in _QUOTES:
        if literal.startswith(quote) and literal.endswith(quote) and len(literal) >= 2 * len(quote):
            content = literal[len(quote) : len(literal) - len(quote)]
            return None if "\\" in content or "\n" in content else (quote, content)
    return None
