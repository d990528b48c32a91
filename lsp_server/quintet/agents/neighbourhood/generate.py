"""The neighbourhood of a program: all its single edits, likeliest first.

Walks the mirror, asks the operators of the language, orders, drops what does not parse or says the same
twice. It knows no tests and no models, and judges nothing.
"""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from quintet.agents.neighbourhood.candidate import Candidate, Change, log_prior
from quintet.agents.neighbourhood.grammar import GRAMMARS, Grammar
from quintet.agents.neighbourhood.node import Node, is_docstring
from quintet.agents.neighbourhood.region import Region, regions
from quintet.agents.neighbourhood.tables import OPERATORS
from quintet.agents.neighbourhood.vocabulary import Vocabulary, read_vocabulary
from quintet.agents.neighbourhood.wording import described, line_of, smallest, spaced
from quintet.workspace.syntax import SyntaxTree, Unit

if TYPE_CHECKING:
    from quintet.workspace.edits import Edit

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
    found: list[tuple[Candidate, Region]] = []
    for region in regions(tree, grammar, unit, lines):
        every = _merged(_candidates(region, grammar, vocabulary, lines))
        found += [(candidate, region) for candidate in every]
    found.sort(key=_order)
    left = len(found) if limit is None else limit
    for candidate, region in found:
        if left <= 0:
            return
        if region.admits(candidate.edit):
            left -= 1
            yield candidate


def _merged(candidates: Iterator[Candidate]) -> Iterable[Candidate]:
    """One candidate an edit: what several operators propose is as likely as all of them together."""
    merged: dict[Edit, Candidate] = {}
    for candidate in candidates:
        other = merged.setdefault(candidate.edit, candidate)
        if other is not candidate:
            likelier = max(other, candidate, key=lambda one: one.prior)
            prior = math.log(math.exp(other.prior) + math.exp(candidate.prior))
            merged[candidate.edit] = replace(likelier, prior=prior)
    return merged.values()


def _order(item: tuple[Candidate, Region]) -> tuple[float, int, int, str]:
    candidate, _ = item
    return -candidate.prior, candidate.edit.start, candidate.edit.end, candidate.edit.text


def _candidates(
    region: Region, grammar: Grammar, vocabulary: Vocabulary, lines: Collection[int] | None
) -> Iterator[Candidate]:
    nodes = list(region.root.walk())
    prose = [node for node in nodes if node.kind == "comment" or is_docstring(node)]
    spoken = vocabulary | read_vocabulary(*(node.text for node in prose))
    table = OPERATORS[grammar.name]
    for node in nodes:
        operators = () if node.kind in _SILENT else table.get(node.kind, ())
        for operator in operators:
            changes = list(operator(node, region.scope_at(node, spoken)))
            yield from _weighed(changes, node.source, prose, lines)


def _weighed(
    changes: list[Change], source: str, prose: list[Node], lines: Collection[int] | None
) -> Iterator[Candidate]:
    """The changes one operator proposes at one place, each with its share of what its kind is worth there."""
    totals: dict[str, float] = {}
    for change in changes:
        totals[change.kind] = totals.get(change.kind, 0.0) + change.weight
    for change in changes:
        text = spaced(change, source)
        edit = smallest(change, text, source)
        if edit is None or any(_harms(change, node) for node in prose):
            continue
        line = line_of(edit, source)
        if lines is None or line in lines:
            prior = log_prior(change.kind, change.weight, totals[change.kind])
            yield Candidate(edit, change.kind, described(change, source, line), prior, line)


def _harms(change: Change, prose: Node) -> bool:
    """Whether the change alters a docstring or a comment; code around it may move, with it inside."""
    if change.end <= prose.start or prose.end <= change.start:
        return False
    inside = change.start <= prose.start and prose.end <= change.end
    return not inside or prose.text not in change.text
