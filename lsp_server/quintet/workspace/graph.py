"""Which file leans on which, and how much of a workspace leans on each: PageRank over imports and names.

Page et al., "The PageRank Citation Ranking" (1998), on files: an edge goes from a file to those it imports
and to those that define a name it uses, the rarer the name the stronger. Reads a Store and writes the result
there; asks no disk.
"""

from array import array
from collections.abc import Iterable, Iterator
from math import log

from quintet.workspace.modules import Modules
from quintet.workspace.store import Store
from quintet.workspace.syntax import Import

_DAMPING = 0.85
_ROUNDS = 8
_COMMON = 200
"""A name in more files than this says little about any of them."""
_DEFINERS = 3
_SHORTEST = 4
_IMPORT = 1.0


def settle(store: Store, modules: Modules | None = None) -> None:
    """Work out the links and weights of all files anew; `modules` are how imports of its files resolve."""
    with store.at_one_moment():
        ids = store.ids()
        modules = modules or Modules(ids)
        links = sorted(
            (ids[path], ids[target])
            for path, language, imports in store.imported()
            for target in _targets(modules, path, language, imports)
            if path in ids and target in ids
        )
        weights = _pagerank(list(ids.values()), links, _uses(store))
    store.set_graph(links, weights)


def relink(store: Store, modules: Modules, paths: Iterable[str]) -> None:
    """Work out the links of a few files anew. Weights stay: a file more or less hardly moves them."""
    for path in paths:
        entry = store.entry(path)
        store.set_links(path, _targets(modules, path, entry.language, entry.imports) if entry else ())


def _targets(modules: Modules, path: str, language: str, imports: Iterable[Import]) -> set[str]:
    return {target for each in imports for target in modules.resolve(path, each, language)}


def _uses(store: Store) -> Iterator[tuple[int, int, float]]:
    """File, file that defines a name it uses, and what that is worth."""
    for definers, users in store.shared(definers=_DEFINERS, users=_COMMON, length=_SHORTEST):
        if users:
            worth = 1 / (len(definers) * (1 + log(len(users))))
            yield from ((user, definer, worth) for user in users for definer in definers)


def _pagerank(
    files: list[int], links: list[tuple[int, int]], uses: Iterator[tuple[int, int, float]]
) -> list[tuple[float, int]]:
    """Each file's weight: (weight, id), summing to 1. Where nothing leads on, the walk begins anew."""
    if not files:
        return []
    number = {file: at for at, file in enumerate(files)}
    sources, targets, worths = array("l"), array("l"), array("d")
    leaving = [0.0] * len(files)
    for source, target, worth in (*((a, b, _IMPORT) for a, b in links), *uses):
        sources.append(number[source])
        targets.append(number[target])
        worths.append(worth)
        leaving[number[source]] += worth
    rank = [1 / len(files)] * len(files)
    for _ in range(_ROUNDS):
        stuck = sum(mine for mine, out in zip(rank, leaving, strict=True) if not out)
        share = [mine / out if out else 0.0 for mine, out in zip(rank, leaving, strict=True)]
        fresh = [(1 - _DAMPING + _DAMPING * stuck) / len(files)] * len(files)
        for source, target, worth in zip(sources, targets, worths, strict=True):
            fresh[target] += _DAMPING * share[source] * worth
        rank = fresh
    return [(mine, file) for mine, file in zip(rank, files, strict=True)]
