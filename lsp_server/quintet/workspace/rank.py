"""Which files a query is about: BM25 over paths, names, signatures and documentation.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), formula 3.15 with
the +1 that keeps every weight positive. This module reads an Index and nothing else.
"""

from collections.abc import Iterable
from math import log

from quintet.workspace.index import FileEntry, Index
from quintet.workspace.terms import terms

_SATURATION = 1.2  # k1: how soon more of the same word stops helping
_LENGTH = 0.75  # b: how much a long file must pay for its length


def search(index: Index, query: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
    """The files that speak of the query, best first, with their scores; ties in the order of paths."""
    scores = score(index.files.values(), query)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ranked[:limit])


def score(entries: Iterable[FileEntry], query: str) -> dict[str, float]:
    """Score every file that holds a word of the query; the others are left out."""
    files = list(entries)
    if not files:
        return {}
    lengths = {entry.path: sum(entry.words.values()) for entry in files}
    average = sum(lengths.values()) / len(files) or 1.0
    scores: dict[str, float] = {}
    for word in dict.fromkeys(terms(query)):
        holding = [(entry.path, count) for entry in files if (count := entry.words.get(word))]
        weight = log(1 + (len(files) - len(holding) + 0.5) / (len(holding) + 0.5))
        for path, count in holding:
            long = 1 - _LENGTH + _LENGTH * lengths[path] / average
            gain = weight * count * (_SATURATION + 1) / (count + _SATURATION * long)
            scores[path] = scores.get(path, 0.0) + gain
    return scores
