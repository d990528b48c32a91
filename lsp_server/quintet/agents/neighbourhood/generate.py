"""The neighbourhood of a program: all its single edits, likeliest first.

Walks the mirror, asks the operators of the language, orders, drops what does not parse or says the same
twice. It knows no tests and no models, and judges nothing.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from quintet.agents.neighbourhood.candidate import Candidate, Change, log_prior
from quintet.agents.neighbourhood.grammar import GRAMMARS, Grammar
from quintet.agents.neighbourhood.node import Node, is_docstring
from quintet.agents.neighbourhood.region import Region, regions
from quintet.agents.neighbourhood.tables import OPERATORS
from quintet.agents.neighbourhood.vocabulary import Vocabulary, read_vocabulary
from quintet.agents.neighbourhood.wording import Lines, described, smallest, spaced
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import SyntaxTree, Unit

_NOTHING = Vocabulary()
_SILENT = frozenset({"token", "comment"})


def neighbours(
    tree: SyntaxTree,
    *,
    unit: Unit | None = None,
    lines: Collection[int] | None = None,
    vocabulary: Vocabulary = _NOTHING,
    limit: int | None = 600,
) -> Iterator[Candidate]:
    """The single edits of a unit (of the whole file without one), likeliest first, at most `limit`.

    `lines`, counted from 1, keeps the candidates that change one of them. `vocabulary` adds the words and
    constants of the task; docstrings and comments of the code are read besides. Every candidate gives a
    different text, brings no new syntax problem, and leaves docstrings and comments as they are. The order
    is a function of the arguments. A language without operators has no neighbours.

    Pairs of edits are neighbours of a neighbour: `neighbours(tree.edited((candidate.edit,)), ...)`.
    """
    grammar = GRAMMARS.get(tree.language)
    if grammar is None:
        return
    found: list[_Found] = []
    for region in regions(tree, grammar, unit, lines):
        found += _merged(_proposed(region, grammar, vocabulary, lines))
    found.sort(key=lambda one: (-one.prior, one.edit))
    left = len(found) if limit is None else limit
    for one in found:
        if left <= 0:
            return
        if one.region.admits(one.edit):
            left -= 1
            text = described(one.change, tree.text, one.line)
            yield Candidate(one.edit, one.change.kind, text, one.prior, one.line)


class _Found(NamedTuple):
    edit: Edit
    change: Change
    prior: float
    line: int
    region: Region


def _merged(every: Iterable[_Found]) -> Iterable[_Found]:
    """One for each edit: what several operators propose is as likely as all of them together."""
    merged: dict[Edit, _Found] = {}
    for one in every:
        other = merged.setdefault(one.edit, one)
        if other is not one:
            likelier = max(other, one, key=lambda each: each.prior)
            prior = math.log(math.exp(other.prior) + math.exp(one.prior))
            merged[one.edit] = likelier._replace(prior=prior)
    return merged.values()


def _proposed(
    region: Region, grammar: Grammar, vocabulary: Vocabulary, lines: Collection[int] | None
) -> Iterator[_Found]:
    nodes = list(region.root.walk())
    prose = _Prose(node for node in nodes if node.kind == "comment" or is_docstring(node))
    spoken = vocabulary | read_vocabulary(*(node.text for node in prose.nodes))
    layout = Lines(region.root.source)
    table = OPERATORS[grammar.name]
    for node in nodes:
        operators = () if node.kind in _SILENT else table.get(node.kind, ())
        if operators and (lines is None or any(node.line <= line <= node.last for line in lines)):
            scope = region.scope_at(node, spoken)
            for operator in operators:
                changes = [change for change in operator(node, scope) if not prose.harmed_by(change)]
                for one in _weighed(changes, layout, region):
                    if lines is None or one.line in lines:
                        yield one


def _weighed(changes: list[Change], layout: Lines, region: Region) -> Iterator[_Found]:
    """The changes one operator proposes at one place, each with its share of what its kind is worth there."""
    source = region.root.source
    totals: dict[str, float] = {}
    for change in changes:
        totals[change.kind] = totals.get(change.kind, 0.0) + change.weight
    for change in changes:
        edit = smallest(change, spaced(change, source, layout.breaks), source)
        if edit is not None:
            prior = log_prior(change.kind, change.weight, totals[change.kind])
            yield _Found(edit, change, prior, layout.changed(edit), region)


class _Prose:
    """The comments and docstrings of a region, in order."""

    __slots__ = ("_ends", "nodes")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self._ends = [node.end for node in self.nodes]

    def harmed_by(self, change: Change) -> bool:
        """Whether a change alters any; code around them may move, with them inside."""
        for place in range(bisect_right(self._ends, change.start), len(self.nodes)):
            node = self.nodes[place]
            if node.start >= change.end:
                return False
            if node.start < change.start or change.end < node.end or node.text not in change.text:
                return True
        return False
