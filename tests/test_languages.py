"""The table of languages holds together, and every grammar takes its queries."""

from pathlib import Path

import pytest

from quintet.workspace import languages
from quintet.workspace.document import Document
from quintet.workspace.languages import (
    LANGUAGES,
    Language,
    facts,
    grammar,
    language_of,
    query,
    unavailable,
)
from quintet.workspace.syntax import parse
from quintet.workspace.trees import tree_of

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
        ("src/a.rs", "rust"),
        ("a.go", "go"),
        ("A.java", "java"),
        ("a.c", "c"),
        ("a.h", "cpp"),
        ("a.HPP", "cpp"),
        ("A.cs", "c_sharp"),
        ("a.rb", "ruby"),
        ("app/Gemfile", "ruby"),
        ("Rakefile", "ruby"),
        ("a.php", "php"),
        ("build.gradle.kts", "kotlin"),
        ("A.swift", "swift"),
        ("build.sbt", "scala"),
        ("a.sh", "bash"),
        (".bashrc", "bash"),
        ("a.bats", "bats"),
        ("a.lua", "lua"),
        ("a.sql", "sql"),
        ("a.b/c", None),
    ],
)
def test_a_file_s_name_says_its_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("first_line", "language"),
    [
        ("#!/bin/bash", "bash"),
        ("#! /bin/sh -e\r", "bash"),
        ("#!/usr/bin/env python3", "python"),
        ("#!/usr/bin/env -S python3.11 -u", "python"),
        ("#!/usr/bin/env LANG=C ruby", "ruby"),
        ("\ufeff#!/usr/bin/env node", "javascript"),
        ("#!/usr/bin/env bats", "bats"),
        ("#!/usr/bin/perl", None),
        ("#!", None),
        ("#!/usr/bin/env", None),
        ("# bash", None),
        ("", None),
    ],
)
def test_a_first_line_says_the_language_of_a_script(first_line: str, language: str | None) -> None:
    assert language_of("bin/run", first_line) == language
    assert language_of("notes.txt", first_line) is None
    assert language_of("a.go", first_line) == "go"


@pytest.mark.parametrize("language", ids)
def test_every_language_has_a_grammar_and_queries(language: str) -> None:
    assert grammar(language) is grammar(language)
    captures = {"definitions": "name", "names": "name", "calls": "call"}
    for part, capture in captures.items():
        found = query(language, part)
        assert capture in {found.capture_name(index) for index in range(found.capture_count)}


def test_no_two_languages_share_a_file() -> None:
    for column in ("extensions", "filenames", "interpreters"):
        found = [each for language in LANGUAGES for each in getattr(language, column)]
        assert len(found) == len(set(found))
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
    assert unavailable("cobol") is None


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("tree_sitter_that_is_not_installed", "language"),
        ("tree_sitter_python", "language_of_another_release"),
        ("builtins", "int"),  # gives what is no grammar
        ("builtins", "print"),
    ],
)
def test_a_grammar_that_does_not_load_costs_its_files_only(
    module: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Language("fortran", "Fortran", (".f90",), (module, function), ("python",))
    monkeypatch.setitem(languages._BY_ID, row.id, row)
    monkeypatch.setitem(languages._BY_EXTENSION, ".f90", row.id)
    languages._loaded.cache_clear()
    document = Document("a.f90", "end\n")
    assert document.language == "fortran"
    assert grammar("fortran") is None
    assert (unavailable("fortran") or "").startswith("The grammar of Fortran cannot be loaded: ")
    assert tree_of(document) is None
    assert tree_of(Document("a.py", "x = 1\n")) is not None
    languages._loaded.cache_clear()


def test_a_query_that_a_grammar_does_not_take_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Language("other", "Other", (".other",), ("tree_sitter_go", "language"), ("bash",))
    monkeypatch.setitem(languages._BY_ID, row.id, row)
    tree = parse("package a\nfunc f() { g() }\n", "other")
    assert tree is not None
    assert (tree.definitions(), tree.references(), tree.imports()) == ((), (), ())


def test_the_documentation_names_every_language_and_ending() -> None:
    page = (Path(__file__).parent.parent / "docs" / "languages.md").read_text("utf-8")
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    lines = {name: files for name, files, *_ in cells}
    assert {row.name for row in LANGUAGES} <= set(lines)
    for row in LANGUAGES:
        assert all(f"`{extension}`" in lines[row.name] for extension in row.extensions)
