"""What a function offers to the operators: names, constants, conditions, results and small expressions.

Collected once a function from its mirror; it proposes nothing itself.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from quintet.agents.neighbourhood.grammar import Grammar
from quintet.agents.neighbourhood.node import Node, enclosing, is_statement
from quintet.agents.neighbourhood.shapes import guess_shapes
from quintet.agents.neighbourhood.vocabulary import Vocabulary

SIMPLE = frozenset({"expression", "return", "raise", "break", "continue"})
FUNCTIONS = frozenset({"function", "lambda"})
_CONDITIONS = frozenset({"comparison", "logic", "not"})
_DONORS = frozenset({"call", "attribute", "index", "arithmetic"})
_LONGEST = 32
_MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be used at a place.

    `names` are the variables in reach, `bound` those bound in `top`, `bindings` says how often each target is
    assigned, `places` where each name stands. `functions` can be called by a bare name, `members` are the
    attributes seen on each receiver, `numbers` and `strings` literals of code and specification, `conditions`
    what `top` compares, `results` what it returns, `donors` its small expressions, `simple` its statements of
    one line. `yields` holds for a generator. `shapes` guesses what names hold; `spoken` are the words and
    functions that the specification mentions.
    """

    grammar: Grammar
    top: Node
    names: tuple[str, ...]
    bound: tuple[str, ...]
    bindings: Mapping[str, int]
    places: Mapping[str, tuple[int, ...]]
    functions: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    strings: tuple[str, ...]
    conditions: tuple[Node, ...]
    results: tuple[Node, ...]
    donors: tuple[Node, ...]
    simple: tuple[Node, ...]
    yields: bool
    shapes: Mapping[str, str]
    vocabulary: Vocabulary
    spoken: frozenset[str]
    _near: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def names_near(self, node: Node) -> tuple[str, ...]:
        """The names in reach; of many, those mentioned nearest to the node's line."""
        if len(self.names) <= _MOST_NAMES:
            return self.names
        if node.line not in self._near:
            far = sorted(self.names, key=lambda name: self._distance(name, node.start))
            self._near[node.line] = tuple(far[:_MOST_NAMES])
        return self._near[node.line]

    def _distance(self, name: str, at: int) -> float:
        places = self.places.get(name, ())
        following = bisect_left(places, at)
        return min(
            (abs(place - at) for place in places[max(following - 1, 0) : following + 1]), default=math.inf
        )


def nearest(nodes: tuple[Node, ...], at: Node, most: int) -> tuple[Node, ...]:
    """At most `most` of some nodes, which are in the order of the text: those that start nearest to `at`."""
    if len(nodes) <= most:
        return nodes
    place = bisect_left(nodes, at.start, key=lambda node: node.start)
    first = min(max(place - most // 2, 0), len(nodes) - most)
    return nodes[first : first + most]


def scope_of(node: Node, region: Node) -> Node:
    """The node whose scope holds at `node`: the function around it that is not a mere lambda."""
    around = enclosing(node, frozenset({"function"}))
    if around is not None:
        return around
    arrows = [above for above in node.up() if above.kind == "lambda" and _is_named(above)]
    return arrows[-1] if arrows else region


def _is_named(node: Node) -> bool:
    return node.parent is not None and node.parent.kind in {"declarator", "pair", "assign"}


def survey(
    top: Node, grammar: Grammar, vocabulary: Vocabulary, *, outer: Iterable[str], functions: Iterable[str]
) -> Scope:
    """What `top`, a function (or a whole region), offers; `outer` are the names of the scopes around it."""
    nodes = list(top.walk())
    bound = [node.text for node in nodes if node.kind == "name" and _binds(node)]
    members: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[int]] = defaultdict(list)
    for node in nodes:
        if node.kind == "attribute" and len(node.parts) == 2:
            members[node.parts[0].text].append(node.parts[1].text)
        elif node.kind == "name":
            places[node.text].append(node.start)
    here = frozenset(bound)
    return Scope(
        grammar=grammar,
        top=top,
        names=_distinct((*bound, *outer)),
        bound=_distinct(bound),
        bindings=Counter((*bound, *(n.text for n in nodes if n.role == "target" and n.kind != "name"))),
        places={name: tuple(starts) for name, starts in places.items()},
        functions=_distinct(
            (*functions, *(n.text for n in nodes if n.kind == "name" and n.role == "callee"))
        ),
        members={receiver: _distinct(names) for receiver, names in members.items()},
        numbers=_distinct((*(n.text for n in nodes if n.kind == "number"), *vocabulary.numbers)),
        strings=_distinct(_literals(nodes, vocabulary)),
        conditions=_unlike(node for node in nodes if node.kind in _CONDITIONS and _short(node)),
        results=_unlike(part for n in nodes if n.kind == "return" for part in n.parts[:1]),
        donors=_unlike(
            n for n in nodes if n.kind in _DONORS and n.role == "value" and _short(n) and _pure(n, here)
        ),
        simple=_unlike(n for n in nodes if n.kind in SIMPLE and is_statement(n) and "\n" not in n.text),
        yields=any(node.kind == "yield" for node in nodes),
        shapes=guess_shapes(top),
        vocabulary=vocabulary,
        spoken=vocabulary.spoken(),
    )


def _binds(node: Node) -> bool:
    if node.role == "target":
        return True
    around = node.parent
    if node.role != "none" or around is None:
        return False
    return (
        around.kind == "parameters"
        or node.slot == "parameter"
        or (around.kind == "default" and node.slot in {"name", "left", "pattern"})
        or around.type in {"typed_parameter", "as_pattern", "as_pattern_target"}
    )


def _literals(nodes: Iterable[Node], vocabulary: Vocabulary) -> Iterable[str]:
    for node in nodes:
        if (
            node.kind == "string"
            and node.role != "none"
            and len(node.text) <= _LONGEST
            and "\n" not in node.text
        ):
            yield node.text
    for content in vocabulary.strings:
        if content.isprintable():
            yield repr(content)


def _short(node: Node) -> bool:
    return node.end - node.start <= _LONGEST and "\n" not in node.text


def _pure(node: Node, names: frozenset[str]) -> bool:
    """Whether the expression speaks only of names of the function itself, not of a lambda's."""
    return all(
        part.text in names or part.role in {"callee", "none"} for part in node.walk() if part.kind == "name"
    )


def _unlike(nodes: Iterable[Node]) -> tuple[Node, ...]:
    seen: dict[str, Node] = {}
    for node in nodes:
        seen.setdefault(node.text, node)
    return tuple(seen.values())


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
