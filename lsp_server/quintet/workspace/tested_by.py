"""Which tests speak for a definition, by the names they mention and the modules they import.

Reads a Snapshot; runs nothing, and a test it names may still not reach the definition.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from quintet.workspace.entry import FileEntry
from quintet.workspace.index import Index
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import Unit

_TEST_NAME = re.compile(r"(?:^|[._-])(?:tests?|spec)(?:[._-]|$)|Tests?$", re.ASCII)
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs"})
_NOT_TESTS = frozenset({"conftest", "__init__"})

_MENTIONS, _IMPORTS, _REACHES, _CALLER = 4.0, 2.0, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class TestSite:
    """A test function (`name` as `Class.method`), or a whole test file where `name` is empty.

    `start` is its offset in the file; a higher `score` says the evidence is better.
    """

    __test__ = False

    path: str
    name: str
    start: int
    score: float


def is_test_file(path: str) -> bool:
    """Whether a path is named the way test files are, by itself or by its folder."""
    parts = PurePosixPath(path)
    if parts.stem in _NOT_TESTS:
        return False
    return bool(_TEST_NAME.search(parts.stem)) or not _TEST_FOLDERS.isdisjoint(parts.parts[:-1])


def find_tests(snapshot: Snapshot, names: Iterable[str], *, limit: int = 50) -> tuple[TestSite, ...]:
    """The tests that speak for definitions given by bare or qualified name, best first.

    A test that mentions a name counts most, and more where its file imports the defining one, directly or
    through others. Where no test mentions a name, those of the functions that use it stand in.
    """
    wanted = list(dict.fromkeys(names))
    index = snapshot.index
    sources = {d.path for name in wanted for d in index.definitions(name) if not is_test_file(d.path)}
    reach = _reach(index, sources)
    bare = {name.rpartition(".")[2] for name in wanted}
    sites = _sites(snapshot, bare, reach, _MENTIONS)
    if not sites:
        sites = _sites(snapshot, _users(snapshot, bare, sources), reach, _CALLER)
    if not sites:
        sites = [TestSite(path, "", 0, score) for path, score in reach.items() if is_test_file(path)]
    return tuple(sorted(sites, key=lambda site: (-site.score, site.path, site.start))[:limit])


def _reach(index: Index, sources: set[str]) -> dict[str, float]:
    """Files that import the sources, directly or through one file between, with what that is worth."""
    direct = {path for source in sources for path in index.importers(source)}
    further = {path for between in direct for path in index.importers(between)} - direct
    return dict.fromkeys(further, _REACHES) | dict.fromkeys(direct, _IMPORTS)


def _sites(snapshot: Snapshot, names: set[str], reach: dict[str, float], worth: float) -> list[TestSite]:
    """The test functions that mention a name, and the files that do so elsewhere only."""
    sites = []
    for path, places in _places(snapshot, names, is_test_file).items():
        entry = snapshot.index.entry(path)
        tests = {unit.name_start: unit for at in places if entry and (unit := _test_around(entry, at))}
        score = worth + reach.get(path, 0.0)
        sites += [TestSite(path, unit.qualified, unit.start, score) for unit in tests.values()]
        if not tests:
            sites.append(TestSite(path, "", 0, score - 1))
    return sites


def _places(snapshot: Snapshot, names: Iterable[str], wanted: Callable[[str], bool]) -> dict[str, list[int]]:
    """Where names are mentioned other than to define them, in the wanted files."""
    paths = {path for name in names for path in snapshot.index.mentioning(name) if wanted(path)}
    found = {}
    for path in sorted(paths):
        mentions = tree.mentions() if (tree := snapshot.tree(path)) else {}
        if places := [at for name in sorted(names) for at in mentions.get(name, ())]:
            found[path] = places
    return found


def _test_around(entry: FileEntry, offset: int) -> Unit | None:
    around = (
        definition.unit
        for definition in entry.definitions
        if definition.unit.kind in {"function", "method"}
        and definition.unit.start <= offset < definition.unit.end
        and definition.unit.test
    )
    return next(around, None)


def _users(snapshot: Snapshot, names: set[str], sources: set[str]) -> set[str]:
    """Names of the functions that mention one of `names` in the files that define them."""
    users = set()
    for path, places in _places(snapshot, names, sources.__contains__).items():
        entry = snapshot.index.entry(path)
        for definition in entry.definitions if entry else ():
            if any(definition.unit.body_start <= at < definition.unit.end for at in places):
                users.add(definition.name)
    return users - names
