"""The table of languages holds together, and every grammar takes its queries."""

import pytest

from quintet.workspace.languages import LANGUAGES, facts, grammar, language_of, query

ids = [language.id for language in LANGUAGES]


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"),
        ("stubs/a.pyi", "python"),
        ("a.js", "javascript"),
        ("a.MJS", "javascript"),
        ("a.cjs", "javascript"),
        ("a.jsx", "javascript"),
        ("a.ts", "typescript"),
        ("a.d.ts", "typescript"),
        ("a.tsx", "tsx"),
        ("a.json", None),
        ("py", None),
        (".py", None),
        ("", None),
    ],
)
def test_a_file_s_name_says_its_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize("language", ids)
def test_every_language_has_a_grammar_and_queries(language: str) -> None:
    assert grammar(language) is grammar(language)
    captures = {"definitions": "name", "names": "name", "calls": "call"}
    for part, capture in captures.items():
        found = query(language, part)
        assert capture in {found.capture_name(index) for index in range(found.capture_count)}


def test_no_two_languages_share_an_extension() -> None:
    extensions = [extension for language in LANGUAGES for extension in language.extensions]
    assert len(extensions) == len(set(extensions))
    assert len(ids) == len(set(ids))


def test_comments_of_a_language_are_known() -> None:
    python, script = facts("python"), facts("javascript")
    assert python is not None
    assert script is not None
    assert (python.line_comment, python.block_comment) == ("#", None)
    assert (script.line_comment, script.block_comment) == ("//", ("/*", "*/"))


def test_an_unknown_language_has_nothing() -> None:
    assert facts("cobol") is None
    assert grammar("cobol") is None
    with pytest.raises(KeyError):
        query("cobol", "names")
