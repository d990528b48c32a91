"""Which definitions of the likely files a question is about.

Reads the texts of the likeliest files; of the others it goes by names and signatures alone. A file whose best
definition fits well counts for more than its own signs say: a change is made in one place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

from quintet.agents.context.question import Question
from quintet.agents.context.relevance import FileMatch
from quintet.agents.context.sight import Sight
from quintet.agents.context.weights import Weights
from quintet.workspace.entry import Definition
from quintet.workspace.syntax import Unit
from quintet.workspace.terms import terms

_FILES, _READ = 250, 60
"""Files whose definitions are looked at, and those of them whose texts are read."""
_SATURATION = 1.2
_LENGTH_FROM, _LENGTH_BY = 0.5, 0.5 / 20
"""BM25's k1, and how a definition pays for its lines: 20 are usual."""
_NAME_COUNTS = 3
_TYPES = frozenset({"class", "interface", "enum", "type", "namespace"})
_VALUES = frozenset({"constant", "field", "signature"})


@dataclass(frozen=True, slots=True)
class Match:
    """A definition, how much it is worth showing beside the others, and why."""

    definition: Definition
    worth: float
    why: str


@dataclass(frozen=True, slots=True)
class _Described:
    """The words of a definition, and its lines."""

    definition: Definition
    name: frozenset[str]
    inside: frozenset[str]
    counts: Mapping[str, int]
    lines: int


def relevant_definitions(
    sight: Sight, files: Sequence[FileMatch], question: Question, weights: Weights
) -> tuple[Match, ...]:
    """The definitions of the files, the most worthwhile first."""
    files = files[:_FILES]
    described = {file.path: _describe(sight, file.path, read=rank < _READ) for rank, file in enumerate(files)}
    wanted = frozenset(terms(question.title)), frozenset(terms(question.text))
    everything = [each for group in described.values() for each in group]
    rarities = _Rarities(everything, sorted(wanted[0] | wanted[1]))
    code = frozenset(question.code)
    matches = []
    for file in files:
        group = described[file.path]
        scores = [_score(each, wanted, rarities, code, weights) for each in group]
        best = max(scores, default=0.0)
        total = sum(exp(score - best) for score in scores)
        likely = file.likely * exp(weights.best * best)
        for each, score in zip(group, scores, strict=True):
            worth = likely * exp(score - best) / total
            named = each.definition.name in code
            matches.append(Match(each.definition, worth, "the task names it" if named else file.why))
    return tuple(sorted(matches, key=lambda match: -match.worth))


def _describe(sight: Sight, path: str, *, read: bool) -> list[_Described]:
    entry = sight.entry(path)
    found = sight.text(path) if read else None
    if found is None or not found[1]:
        known = entry.definitions if entry else ()
        return [_described(each, "", 1) for each in known or (_whole(path, entry.doc if entry else ""),)]
    document, definitions = found
    text = document.text
    return [
        _described(each, own := _own_text(text, definitions, number), own.count("\n") + 1)
        for number, each in enumerate(definitions)
    ]


def _whole(path: str, doc: str) -> Definition:
    """What stands for a file that defines nothing."""
    return Definition(path, Unit("module", "", 0, 0, 0, 0), f"# {doc}" if doc else "# defines nothing")


def _described(definition: Definition, own: str, lines: int) -> _Described:
    name = Counter(terms(definition.name))
    counts = Counter({word: count * _NAME_COUNTS for word, count in name.items()})
    counts.update(terms(definition.signature))
    counts.update(terms(definition.unit.doc))
    counts.update(_words_of(own))
    return _Described(definition, frozenset(name), frozenset(terms(definition.unit.container)), counts, lines)


@lru_cache(maxsize=4096)
def _words_of(text: str) -> Mapping[str, int]:
    """The words of one definition's own text; the specialists of a task ask for the same ones."""
    return Counter(terms(text))


def _own_text(text: str, definitions: Sequence[Definition], number: int) -> str:
    """What a definition says itself, without the definitions inside it."""
    unit = definitions[number].unit
    at, kept = unit.start, []
    for inner in definitions[number + 1 :]:
        if inner.unit.start >= unit.end:
            break
        if inner.unit.start >= at:
            kept.append(text[at : inner.unit.start])
            at = inner.unit.end
    kept.append(text[at : unit.end])
    return "".join(kept)


class _Rarities:
    """BM25's weight of a word among these definitions: of a wanted word anywhere, and of a word in a name."""

    def __init__(self, described: Sequence[_Described], words: Iterable[str]) -> None:
        self._total = len(described)
        self._said = Counter(word for word in words for each in described if word in each.counts)
        self._named = Counter(word for each in described for word in each.name)

    def said(self, word: str) -> float:
        return self._weight(self._said[word])

    def named(self, word: str) -> float:
        return self._weight(self._named[word])

    def _weight(self, holding: int) -> float:
        return log(1 + (self._total - holding + 0.5) / (holding + 0.5))


def _score(
    each: _Described,
    wanted: tuple[frozenset[str], frozenset[str]],
    rarities: _Rarities,
    code: frozenset[str],
    weights: Weights,
) -> float:
    kind = each.definition.unit.kind
    return (
        weights.head * _bm25(each, wanted[0], rarities)
        + weights.body * _bm25(each, wanted[1], rarities)
        + weights.name * _share(each.name, wanted[1], rarities)
        + weights.exact * (each.definition.name in code)
        + weights.inside * (not each.inside.isdisjoint(wanted[1]))
        + weights.length * log(1 + each.lines)
        + weights.type * (kind in _TYPES)
        + weights.value * (kind in _VALUES)
    )


def _bm25(each: _Described, words: frozenset[str], rarities: _Rarities) -> float:
    """Robertson and Zaragoza (2009), formula 3.15, over 10 so that it is of the size of the other signs."""
    long = _SATURATION * (_LENGTH_FROM + _LENGTH_BY * each.lines)
    found = ((word, each.counts[word]) for word in sorted(words) if word in each.counts)
    return sum(rarities.said(word) * n * (1 + _SATURATION) / (n + long) for word, n in found) / 10


def _share(name: frozenset[str], words: frozenset[str], rarities: _Rarities) -> float:
    whole = sum(rarities.named(word) for word in sorted(name))
    return sum(rarities.named(word) for word in sorted(name & words)) / whole if whole else 0.0
