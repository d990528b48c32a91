"""Names come apart where a reader would take them apart."""

import pytest

from quintet.workspace.terms import split_name, terms


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("HTTPHeaderParser_v2", ["http", "header", "parser", "v", "2"]),
        ("snake_case", ["snake", "case"]),
        ("camelCase", ["camel", "case"]),
        ("__init__", ["init"]),
        ("MAX_BYTES", ["max", "bytes"]),
        ("x", ["x"]),
        ("éléphant_rosé", ["éléphant", "rosé"]),
        ("__", []),
        ("漢字", ["漢字"]),
    ],
)
def test_names_split(name: str, parts: list[str]) -> None:
    assert split_name(name) == parts


def test_a_name_counts_whole_and_in_parts() -> None:
    assert list(terms("parse_line(x)")) == ["parse_line", "pars", "lin", "x"]


@pytest.mark.parametrize(
    "family",
    [
        ["parse", "parses", "parsed", "parsing"],
        ["query", "queries"],
        ["match", "matches", "matched", "matching"],
        ["class", "classes"],
    ],
)
def test_forms_of_a_word_meet(family: list[str]) -> None:
    assert len({next(terms(word)) for word in family}) == 1


def test_short_words_stay_whole() -> None:
    assert list(terms("is red as bus")) == ["is", "red", "as", "bus"]
