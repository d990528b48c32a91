"""Which tests speak for a definition, by the names they mention and the modules they import.

Reads an Index; runs nothing, and a test it names may still not reach the definition.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from quintet.workspace.index import FileEntry, Index
from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Unit

_TEST_NAME = re.compile(r"(?:^|[._-])(?:tests?|spec)(?:[._-]|$)|Tests?$", re.ASCII)
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs"})
_NOT_TESTS = frozenset({"conftest", "__init__"})

_PART = re.compile(r"[^./]+")

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


def find_tests(index: Index, names: Iterable[str], *, limit: int = 50) -> tuple[TestSite, ...]:
    """The tests that speak for definitions given by bare or qualified name, best first.

    A test that mentions a name counts most, and more where its file imports the defining one, directly or
    through others. Where no test mentions a name, those of the functions that use it stand in.
    """
    wanted = list(dict.fromkeys(names))
    sources = {d.path for name in wanted for d in index.definitions(name) if not is_test_file(d.path)}
    reach = _reach(index, sources)
    bare = {name.rpartition(".")[2] for name in wanted}
    sites = _sites(index, bare, reach, _MENTIONS)
    if not sites:
        sites = _sites(index, _users(index, bare, sources), reach, _CALLER)
    if not sites:
        sites = [TestSite(path, "", 0, score) for path, score in reach.items() if is_test_file(path)]
    return tuple(sorted(sites, key=lambda site: (-site.score, site.path, site.start))[:limit])


def _reach(index: Index, sources: set[str]) -> dict[str, float]:
    """Files that import the sources, directly or through one file between, with what that is worth."""
    modules = Modules(index.files)
    direct = _importers(index, modules, sources)
    further = _importers(index, modules, direct) - direct
    return dict.fromkeys(further, _REACHES) | dict.fromkeys(direct, _IMPORTS)


def _importers(index: Index, modules: Modules, targets: set[str]) -> set[str]:
    """Files that import one of the targets; only imports that could name one are resolved."""
    called = {
        name for path in targets for name in (PurePosixPath(path).stem, PurePosixPath(path).parent.name)
    }
    return {
        path
        for path, entry in index.files.items()
        if any(
            not targets.isdisjoint(modules.resolve(path, imported))
            for imported in entry.imports
            if not called.isdisjoint(imported.names)
            or not called.isdisjoint(_PART.findall(imported.module))
            or not imported.module.strip("./")
        )
    }


def _sites(index: Index, names: set[str], reach: dict[str, float], worth: float) -> list[TestSite]:
    """The test functions that mention a name, and the files that do so elsewhere only."""
    sites = []
    for path, entry in index.files.items():
        if not is_test_file(path):
            continue
        places = [at for name in names for at in entry.mentions.get(name, ())]
        tests = {unit.name_start: unit for at in places if (unit := _test_around(entry, at))}
        score = worth + reach.get(path, 0.0)
        sites += [TestSite(path, unit.qualified, unit.start, score) for unit in tests.values()]
        if places and not tests:
            sites.append(TestSite(path, "", 0, score - 1))
    return sites


def _test_around(entry: FileEntry, offset: int) -> Unit | None:
    around = (
        definition.unit
        for definition in entry.definitions
        if definition.unit.kind in {"function", "method"}
        and definition.unit.start <= offset < definition.unit.end
        and definition.name.lower().startswith("test")
    )
    return next(around, None)


def _users(index: Index, names: set[str], sources: set[str]) -> set[str]:
    """Names of the functions that mention one of `names` in the files that define them."""
    users = set()
    for path in sources:
        entry = index.files[path]
        for at in (at for name in names for at in entry.mentions.get(name, ())):
            users |= {d.name for d in entry.definitions if d.unit.body_start <= at < d.unit.end}
    return users - names
