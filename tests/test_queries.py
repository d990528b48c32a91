"""What holds of every language's queries, whatever it looks like."""

from importlib import resources
from pathlib import Path

import pytest
import tree_sitter

from quintet.workspace.edits import Edit
from quintet.workspace.languages import LANGUAGES, Language, grammar, language_of, source
from quintet.workspace.syntax import SyntaxTree
from told import SNIPPETS, snippet, tree_of

files = pytest.mark.parametrize("path", SNIPPETS, ids=[path.name for path in SNIPPETS])


@pytest.mark.parametrize("part", ["definitions", "names", "calls"])
@pytest.mark.parametrize("row", LANGUAGES, ids=[row.id for row in LANGUAGES])
def test_the_grammar_takes_the_query(row: Language, part: str) -> None:
    loaded = grammar(row.id)
    assert loaded is not None
    found = tree_sitter.Query(loaded, source(row, part))  # raises where it does not
    names = {found.capture_name(index) for index in range(found.capture_count)}
    assert ("call" if part == "calls" else "name") in names


def test_no_query_sets_a_property() -> None:
    """py-tree-sitter 0.26 writes past its memory where a pattern has both a predicate and `#set!`."""
    for file in resources.files("quintet.workspace").joinpath("queries").iterdir():
        code = [line for line in file.read_text("utf-8").splitlines() if not line.lstrip().startswith(";")]
        assert "#set!" not in "\n".join(code)


def test_every_language_has_a_snippet() -> None:
    have = {language_of(path.name) for path in SNIPPETS}
    older = {"python", "javascript", "typescript", "tsx"}  # in test_syntax
    assert have | older == {row.id for row in LANGUAGES}


@files
def test_offsets_are_code_points_of_names(path: Path) -> None:
    tree = snippet(path.name)
    assert "é" in tree.text
    for unit in tree.definitions():
        assert tree.text.startswith(
            (unit.name, f'"{unit.name}', f"'{unit.name}", f"`{unit.name}"), unit.name_start
        )
        assert unit.start <= unit.name_start < unit.end <= len(tree.text)
        assert unit.start <= unit.body_start <= unit.end
    for reference in tree.references():
        assert tree.text[reference.start : reference.end] == reference.name


@files
def test_definitions_come_outer_before_inner_and_do_not_cross(path: Path) -> None:
    around: list[tuple[int, int]] = []
    for unit in snippet(path.name).definitions():
        while around and around[-1][1] <= unit.start:
            around.pop()
        assert not around or around[-1][0] <= unit.start < unit.end <= around[-1][1]
        around.append((unit.start, unit.end))


@files
def test_broken_text_is_read_as_far_as_it_goes(path: Path) -> None:
    whole = snippet(path.name)
    language = whole.language
    for cut in range(0, len(whole.text), max(len(whole.text) // 7, 1)):
        everything(tree_of(whole.text[:cut], language))
        everything(tree_of(whole.text[cut:], language))
    for noise in ("}}}}", "((((", '"""', "'", "\\", "\0", "#[", "/*", "\ud800"):
        middle = len(whole.text) // 2
        everything(tree_of(whole.text[:middle] + noise + whole.text[middle:], language))


@files
def test_a_tree_after_edits_equals_one_from_scratch(path: Path) -> None:
    tree = snippet(path.name)
    middle = tree.text.index("\n", len(tree.text) // 2) + 1
    for edits in (
        (Edit(middle, middle, "é\n"),),
        (Edit(0, 1, ""), Edit(middle, middle + 9, "{ é(")),
        (Edit(middle - 5, middle + 5, ""),),
        (Edit(0, 0, '"'),),
        (Edit(0, 1, ""),),
    ):
        tree = tree.edited(edits)
        assert everything(tree) == everything(tree_of(tree.text, tree.language))


def everything(tree: SyntaxTree) -> tuple[object, ...]:
    return tree.definitions(), tree.references(), tree.imports(), tree.problems(), tree.module()
