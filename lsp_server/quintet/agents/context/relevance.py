"""Which files a question is about: signs of relevance, and how likely each file is by them.

Reads a Sight and no texts: it looks at some hundreds of files, however many there are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from quintet.agents.context.question import Parts, Question, parts
from quintet.agents.context.sight import Sight
from quintet.agents.context.weights import Weights
from quintet.workspace.languages import language_of
from quintet.workspace.testfiles import is_test_file

_SEARCHED = 400
_FEW, _VERY_FEW = 100, 10
"""Files with a name, or with a plain word, that are looked at though no search found them."""
_SPEAKING = 40
_NO_WEIGHT = 1e-3

_ASIDE = re.compile(
    r"(?:^|/)(?:docs?|examples?|samples?|demos?|bench(?:marks?)?|testdata|fixtures?|vendor(?:ed)?|third_party"
    r"|node_modules|generated|__generated__|migrations|legacy)(?:/|$)"
    r"|\.(?:gen|generated|pb|min|d)\.\w+$|_pb2?\.\w+$|\.(?:md|rst|txt|json|ya?ml|toml|lock|sum|mod)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FileMatch:
    """A file, how likely it is meant (all files together: 1), and the sign that says so most."""

    path: str
    likely: float
    why: str


_WHY = {
    "title": "its names match the title",
    "words": "its names match the task",
    "names": "names of the task stand in it",
    "defines": "it defines a name of the task",
    "mentions": "words of the task stand in it",
    "paths": "the task names its path",
    "scope": "the title's scope is its path",
    "churn": "it was changed often of late",
    "lean": "much of the workspace leans on it",
}


def relevant_files(
    sight: Sight,
    question: Question,
    weights: Weights,
    churn: Mapping[str, float],
    near: frozenset[str] = frozenset(),
) -> tuple[FileMatch, ...]:
    """The files that may be meant, likeliest first. `near` are files the task points at by itself."""
    signs = _signs(sight, question, churn, near)
    if not signs:
        return ()
    gains = {path: _gains(found, weights) for path, found in signs.items()}
    likely = _softmax({path: sum(each.values()) for path, each in gains.items()})
    likely = _spoken_for(sight, likely, signs, weights)
    matches = (FileMatch(path, share, _why(gains.get(path))) for path, share in likely.items())
    return tuple(sorted(matches, key=lambda match: (-match.likely, match.path)))


def _why(gains: Mapping[str, float] | None) -> str:
    if gains is None:
        return "a test that matches the task imports it"
    return _WHY[max(_WHY, key=lambda sign: gains.get(sign, 0.0))]


def aside(path: str) -> bool:
    """Whether a file is likely not what people work on: generated, vendored, examples, documentation."""
    return bool(_ASIDE.search(path))


def _signs(
    sight: Sight, question: Question, churn: Mapping[str, float], near: frozenset[str]
) -> dict[str, dict[str, float]]:
    title, words = _searched(sight, question.title), _searched(sight, question.text)
    names, defines, rare = _names(sight, question.code)
    mentions, very_rare = _mentions(sight, question.plain)
    paths = {path for path in {*title, *words, *rare, *very_rare, *near} if sight.entry(path)}
    changed = {path: log(1 + churn.get(path, 0.0)) for path in paths}
    lean = sight.weights(paths)
    signs = {
        "title": _scaled(title),
        "words": _scaled(words),
        "names": _scaled(names),
        "defines": defines,
        "mentions": _scaled(mentions),
        "paths": {path: float(path in near) or _fit(question.paths, path) for path in paths},
        "scope": {path: _fit(question.scope, path) for path in paths},
        "churn": _scaled(changed),
        "lean": {path: log(max(lean.get(path, 0.0) * sight.size, _NO_WEIGHT)) for path in paths},
        "test": {path: float(is_test_file(path)) for path in paths},
        "aside": {path: float(aside(path)) for path in paths},
    }
    return {path: {name: values.get(path, 0.0) for name, values in signs.items()} for path in sorted(paths)}


def _searched(sight: Sight, words: str) -> dict[str, float]:
    """The sources that speak of some words; a changelog, which speaks of everything, would hide them."""
    return {path: score for path, score in sight.search(words, _SEARCHED).items() if language_of(path)}


def _names(sight: Sight, names: Iterable[str]) -> tuple[dict[str, float], dict[str, float], set[str]]:
    """What names say of the files that mention and that define them, and the files with rare ones."""
    mention: dict[str, float] = {}
    define: dict[str, float] = {}
    rare: set[str] = set()
    for name in names:
        paths = [path for path in sight.mentioning(name) if language_of(path)]
        worth = sight.rarity(len(paths))
        for path in paths:
            mention[path] = mention.get(path, 0.0) + worth
        for path in {definition.path for definition in sight.defining(name)}:
            define[path] = max(define.get(path, 0.0), worth)
        if len(paths) <= _FEW:
            rare.update(paths)
    return mention, define, rare


def _mentions(sight: Sight, words: Iterable[str]) -> tuple[dict[str, float], set[str]]:
    """What plain words say of the files that they stand in, in either case."""
    found: dict[str, float] = {}
    rare: set[str] = set()
    for word in words:
        other = word.capitalize() if word.islower() else word.lower()
        both = {*sight.mentioning(word), *sight.mentioning(other)}
        paths = {path for path in both if language_of(path)}
        worth = sight.rarity(len(paths))
        for path in paths:
            found[path] = found.get(path, 0.0) + worth
        if len(paths) <= _VERY_FEW:
            rare.update(paths)
    return found, rare


def _fit(wanted: Iterable[Parts], path: str) -> float:
    """1 where the last wanted part is the file or its folder, half that for each folder further up."""
    have = parts(path)
    return max((_fit_one(each, have) for each in wanted), default=0.0)


def _fit_one(wanted: Parts, have: Parts) -> float:
    at = -1
    for part in wanted:
        if part not in have[at + 1 :]:
            return 0.0
        at = have.index(part, at + 1)
    return 0.5 ** max(0, len(have) - 2 - at)


def _gains(signs: Mapping[str, float], weights: Weights) -> dict[str, float]:
    return {name: getattr(weights, name) * value for name, value in signs.items()}


def _spoken_for(
    sight: Sight, likely: Mapping[str, float], signs: Mapping[str, Mapping[str, float]], weights: Weights
) -> dict[str, float]:
    """Let tests speak for what they import: they name behaviour as an issue does, and are not the fault."""
    spoken = dict(likely)
    against = exp(-weights.test)
    tests = sorted((path for path in likely if signs[path]["test"]), key=lambda path: -likely[path])
    for test in tests[:_SPEAKING]:
        targets = [path for path in sight.imports(test) if not is_test_file(path)]
        known = sum(likely.get(path, 0.0) for path in targets) or 1.0
        for path in targets:
            share = 0.5 / len(targets) + 0.5 * likely.get(path, 0.0) / known
            gain = weights.speaks * min(likely[test] * against, 1.0) * share
            spoken[path] = spoken.get(path, 0.0) + gain
    total = sum(spoken.values())
    return {path: value / total for path, value in spoken.items()}


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    best = max(scores.values())
    powers = {key: exp(score - best) for key, score in scores.items()}
    total = sum(powers.values())
    return {key: power / total for key, power in powers.items()}


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    best = max(scores.values(), default=0.0)
    return {path: score / best for path, score in scores.items()} if best > 0 else {}
