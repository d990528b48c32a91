"""A guess at what a variable holds: from its annotation, from how the function uses it, from its name.

Only ever used to say what is likelier: a wrong guess moves a candidate down the list.
"""

import re
from collections.abc import Mapping

from quintet.agents.neighbourhood.node import Node

NUMBER, TEXT, SEQUENCE, MAPPING, TRUTH = "number", "text", "sequence", "mapping", "truth"

_ANNOTATED = (
    (MAPPING, re.compile(r"\b([Dd]ict|Mapping|Record|Map|Counter|object)\b")),
    (SEQUENCE, re.compile(r"\b([Ll]ist|[Tt]uple|[Ss]et|Sequence|Iterable|Array|ReadonlyArray)\b|\[\]")),
    (TEXT, re.compile(r"\b(str|string|bytes)\b")),
    (TRUTH, re.compile(r"\b(bool|boolean)\b")),
    (NUMBER, re.compile(r"\b(int|float|number|complex|Decimal)\b")),
)
_NAMED = (
    (
        NUMBER,
        re.compile(r"^([ijkmn]|num|number|count|total|idx|index|size|length|sum|max|min|age|width|height)$"),
    ),
    (TEXT, re.compile(r"^(s|ch|c|text|word|string|str|line|msg|message|name|char|letter)\d?$")),
    (SEQUENCE, re.compile(r"^(l|lst|arr|array|list|seq|xs|ys|items|[a-z_]{3,}(s|_list))\d?$")),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BY_METHOD: Mapping[str, frozenset[str]] = {
    SEQUENCE: _words(
        "append extend pop push insert sort reverse add length map filter reduce forEach slice concat shift"
        " unshift splice remove"
    ),
    TEXT: _words(
        "lower upper strip split startswith endswith isalpha isdigit isupper islower replace swapcase join"
        " toLowerCase toUpperCase charAt charCodeAt substring trim startsWith endsWith isspace format find"
        " rfind"
    ),
    MAPPING: _words("keys values items get setdefault update"),
}
_BY_LITERAL: Mapping[str, str] = {
    "number": NUMBER,
    "list": SEQUENCE,
    "tuple": SEQUENCE,
    "set": SEQUENCE,
    "comprehension": SEQUENCE,
    "string": TEXT,
    "template": TEXT,
    "dict": MAPPING,
    "truth": TRUTH,
    "comparison": TRUTH,
    "logic": TRUTH,
    "not": TRUTH,
}
_BY_CALL: Mapping[str, str] = {
    **dict.fromkeys(["len", "int", "float", "abs", "sum", "round", "ord", "parseInt", "Number"], NUMBER),
    **dict.fromkeys(["list", "sorted", "set", "tuple", "reversed"], SEQUENCE),
    **dict.fromkeys(["str", "chr", "String"], TEXT),
    "dict": MAPPING,
}
_BY_ARGUMENT: Mapping[str, str] = {
    **dict.fromkeys(["len", "sum", "sorted", "reversed", "enumerate"], SEQUENCE),
    **dict.fromkeys(["range", "abs", "chr"], NUMBER),
}


def guess_shapes(top: Node) -> Mapping[str, str]:
    """What each variable below `top` seems to hold; variables nothing is known of are left out."""
    shapes: dict[str, str] = {}
    named: set[str] = set()
    for node in top.walk():
        if node.kind == "name" and node.role != "callee":
            named.add(node.text)
            shape = _annotated(node) or _used(node) or _assigned(node)
            if shape:
                shapes.setdefault(node.text, shape)
    for name in sorted(named - shapes.keys()):
        by_name = next((shape for shape, pattern in _NAMED if pattern.match(name)), None)
        if by_name:
            shapes[name] = by_name
    return shapes


def shape_of(node: Node, shapes: Mapping[str, str]) -> str | None:
    """What an expression seems to hold."""
    if node.kind == "name":
        return shapes.get(node.text)
    if node.kind == "call":
        callee = node.get("function")
        return None if callee is None else _BY_CALL.get(callee.text)
    if node.kind == "attribute":
        return NUMBER if node.text.endswith(".length") else None
    if node.kind in {"parens", "negative"} and node.parts:
        return shape_of(node.parts[0], shapes)
    if node.kind == "arithmetic":
        held = {shape_of(part, shapes) for part in node.parts}
        return next(iter(held)) if len(held) == 1 else NUMBER if NUMBER in held and TEXT not in held else None
    return _BY_LITERAL.get(node.kind)


def alike(left: str | None, right: str | None) -> bool:
    """Whether two guesses may stand for each other."""
    return left is None or right is None or left == right or {left, right} == {TEXT, SEQUENCE}


def may_count(node: Node, shapes: Mapping[str, str]) -> bool:
    """Whether arithmetic with the expression could make sense."""
    held = shape_of(node, shapes)
    unknown = held is None and node.kind in {"name", "call", "attribute", "index", "arithmetic"}
    return held == NUMBER or unknown


def _annotated(node: Node) -> str | None:
    parent = node.parent
    if parent is None or node.role == "value":
        return None
    note = parent.get("type")
    if note is None:
        return None
    return next((shape for shape, pattern in _ANNOTATED if pattern.search(note.text)), None)


def _used(node: Node) -> str | None:
    parent = node.parent
    if parent is None:
        return None
    if node.role == "base":
        return _by_member(parent)
    if parent.kind in {"for", "source"} and node.slot == "right":
        return SEQUENCE
    if parent.kind == "index":
        return NUMBER
    if parent.kind == "arguments" and parent.parent is not None:
        callee = parent.parent.get("function")
        return None if callee is None else _BY_ARGUMENT.get(callee.text)
    return _by_company(node, parent) if parent.kind in {"comparison", "arithmetic"} else None


def _by_member(parent: Node) -> str | None:
    if parent.kind == "index":
        return SEQUENCE
    member = parent.get("attribute")
    used = "" if member is None else member.text
    return next((shape for shape, names in _BY_METHOD.items() if used in names), None)


def _by_company(node: Node, parent: Node) -> str | None:
    token = parent.token()
    spelled = "" if token is None else token.type
    if spelled in {"in", "not in"}:
        return SEQUENCE if parent.parts[-1] is node else None
    for other in parent.parts:
        if other is not node and other.kind in {"number", "string"}:
            return NUMBER if spelled in {"*", "%"} else _BY_LITERAL[other.kind]
    return None


def _assigned(node: Node) -> str | None:
    parent = node.parent
    if parent is None or node.role != "target":
        return None
    if parent.kind == "update":
        return NUMBER
    if parent.kind in {"for", "source"}:
        source = parent.get("right")
        return NUMBER if source is not None and source.text.startswith("range(") else None
    value = parent.get("right") or parent.get("value")
    return None if value is None else shape_of(value, {})
