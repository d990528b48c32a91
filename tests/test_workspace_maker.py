"""The workspace that scale is measured by is one: it parses, its imports lead to its files, and it is the same again."""

from collections import Counter
from pathlib import Path

import pytest

from bench.workspace_maker import LANGUAGES, make, plan
from bench.workspace_texts import MEAN_BYTES
from quintet.workspace.languages import language_of
from quintet.workspace.modules import Modules, is_config
from quintet.workspace.scan import scan
from quintet.workspace.syntax import SyntaxTree, parse

FILES = 300
FEW = 20
"""So many files of a language are parsed."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make(folder, FILES, seed=3)
    return folder


def texts(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def sources(root: Path, language: str) -> dict[str, SyntaxTree]:
    """The trees of some files of a language, from all over the workspace."""
    paths = [found.path for found in scan(root).files if language_of(found.path) == language]
    trees = {path: parse((root / path).read_text(), language) for path in paths[:: -(-len(paths) // FEW)]}
    return {path: tree for path, tree in trees.items() if tree}


def test_as_many_files_count_as_were_asked_for(root: Path) -> None:
    result = scan(root)
    assert len(result.files) == FILES
    assert {skip.path: skip.reason for skip in result.skipped} == {"scratch/": "ignored"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_parses_and_defines_something(root: Path, language: str) -> None:
    trees = sources(root, language)
    assert len(trees) > 5
    assert {path: tree.problems() for path, tree in trees.items() if tree.problems()} == {}
    assert max(len(tree.definitions()) for tree in trees.values()) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_imports_lead_to_files_of_the_workspace(root: Path, language: str) -> None:
    paths = [found.path for found in scan(root).files]
    modules = Modules(paths, {path: (root / path).read_text() for path in paths if is_config(path)})
    trees = sources(root, language)
    found = [modules.resolve(path, each) for path, tree in trees.items() for each in tree.imports()]
    assert sum(map(bool, found)) > len(trees) / 2


def test_few_files_are_imported_by_many(root: Path) -> None:
    paths = [found.path for found in scan(root).files]
    modules, imported = Modules(paths), Counter[str]()
    for path, tree in sources(root, "python").items():
        imported.update({hit for each in tree.imports() for hit in modules.resolve(path, each)})
    counts = sorted(imported.values(), reverse=True)
    assert counts[0] >= 3 * counts[len(counts) // 2]


def test_there_are_tests_that_import_what_they_test(root: Path) -> None:
    found = [parse(path.read_text(), "python") for path in root.glob("python/*/tests/*.py")]
    assert found
    assert all(tree and tree.imports() and any(unit.test for unit in tree.definitions()) for tree in found)


def test_the_same_numbers_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    make(tmp_path, FILES, seed=3)
    assert texts(tmp_path) == texts(root)


def test_another_seed_gives_another_workspace(root: Path, tmp_path: Path) -> None:
    make(tmp_path, FILES, seed=4)
    assert set(texts(tmp_path).values()).isdisjoint(each for each in texts(root).values() if len(each) > 500)


def test_a_source_is_about_as_large_as_it_should_be(root: Path) -> None:
    sizes = [found.size for found in scan(root).files if language_of(found.path) in LANGUAGES]
    assert MEAN_BYTES / 3 < sum(sizes) / len(sizes) < 3 * MEAN_BYTES


def test_thousands_of_files_have_a_place_each() -> None:
    planned, _ = plan(5_000)
    assert len({file.path for file in planned}) == len(planned) == 5_000
