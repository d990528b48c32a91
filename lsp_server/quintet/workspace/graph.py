"""Which file leans on which, and how much of a workspace leans on each: PageRank over imports and names.

Page et al., "The PageRank Citation Ranking" (1998), on files: an edge goes from a file to those it imports
and to those that define a name it uses, the rarer the name the stronger. Reads a Store and writes the result
there; asks no disk.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log
from typing import NamedTuple

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
        files = list(ids.values())
        number = {file: at for at, file in enumerate(files)}
        weights = _pagerank(len(files), [*_imported(links, number), *_used(store, number)])
    store.set_graph(links, zip(weights, files, strict=True))


def relink(store: Store, modules: Modules, paths: Iterable[str]) -> None:
    """Work out the links of a few files anew. Weights stay: a file more or less hardly moves them."""
    for path in paths:
        entry = store.entry(path)
        store.set_links(path, _targets(modules, path, entry.language, entry.imports) if entry else ())


def _targets(modules: Modules, path: str, language: str, imports: Iterable[Import]) -> set[str]:
    return {target for each in imports for target in modules.resolve(path, each, language)}


class _Lean(NamedTuple):
    """Files on others: each of `users` on each of `on`, with `worth`. A file is its place in a list."""

    users: "array[int]"
    on: tuple[int, ...]
    worth: float


def _imported(links: Iterable[tuple[int, int]], number: Mapping[int, int]) -> Iterator[_Lean]:
    """Each file that is imported, and by which."""
    importers: dict[int, array[int]] = {}
    for source, target in links:
        importers.setdefault(number[target], array("i")).append(number[source])
    return (_Lean(users, (target,), _IMPORT) for target, users in importers.items())


def _used(store: Store, number: Mapping[int, int]) -> Iterator[_Lean]:
    """Name by name, the files that define it and those that use it."""
    for definers, users in store.shared(definers=_DEFINERS, users=_COMMON, length=_SHORTEST):
        worth = 1 / (len(definers) * (1 + log(len(users))))
        on = tuple(number[file] for file in definers)
        yield _Lean(array("i", (number[file] for file in users)), on, worth)


def _pagerank(count: int, leans: Sequence[_Lean]) -> list[float]:
    """Each file's weight, summing to 1. Where nothing leads on, the walk begins anew.

    What a name passes on is summed over its users once, whoever defines it: a round takes as many steps as
    there are mentions, not edges.
    """
    leaving = [0.0] * count
    for users, on, worth in leans:
        for user in users:
            leaving[user] += worth * len(on)
    rank = [1 / count] * count if count else []
    for _ in range(_ROUNDS if count else 0):
        stuck = sum(mine for mine, out in zip(rank, leaving, strict=True) if not out)
        share = [_DAMPING * mine / out if out else 0.0 for mine, out in zip(rank, leaving, strict=True)]
        fresh = [(1 - _DAMPING + _DAMPING * stuck) / count] * count
        for users, on, worth in leans:
            passed = worth * sum(map(share.__getitem__, users))
            for each in on:
                fresh[each] += passed
        rank = fresh
    return rank
