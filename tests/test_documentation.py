"""What comments say, whatever they are written with."""

import pytest

from quintet.workspace.documentation import plain
from quintet.workspace.languages import facts
from told import tree_of


@pytest.mark.parametrize(
    ("language", "comment", "said"),
    [
        ("rust", "/// Adds.\n/// Two of them.\n///\n/// # Examples", "Adds. Two of them."),
        ("rust", "//! Of the crate, `Vec<T>` too.", "Of the crate, `Vec<T>` too."),
        ("go", "// Add adds é.\n//\n//go:noinline", "Add adds é."),
        ("go", "//go:noinline", ""),
        ("java", "/**\n * Adds {@code a} to {@link Box#add(int) it}.\n * <p>More.\n */", "Adds a to it."),
        ("java", "/** Says <b>hello</b>. @param x not first */", "Says hello. @param x not first"),
        ("java", "/**\n * @return it\n */", ""),
        ("c", "/*! \\brief Adds.\n * \\param a one\n */", "Adds."),
        ("c", "///< Counts.", "Counts."),
        ("cpp", "/** @brief Adds\n *  two.\n *  @param a one\n */", "Adds two."),
        (
            "c_sharp",
            '/// <summary>\n/// Adds <c>a</c> to <see cref="N.Box"/>.\n/// </summary>',
            "Adds a to Box.",
        ),
        ("c_sharp", "/// <summary>Adds.</summary>\n/// <returns>It.</returns>", "Adds."),
        ("c_sharp", "/// <inheritdoc/>", "<inheritdoc/>"),
        ("ruby", "# Adds.\n#\n# At length.", "Adds."),
        ("ruby", "=begin\nAdds.\n=end", "Adds."),
        ("ruby", "# rubocop:disable Style", ""),
        ("swift", "/// Adds.\n/// - Parameter a: One.", "Adds."),
        ("bash", "# Adds.\n# shellcheck disable=SC1", "Adds."),
        ("lua", "--- Adds.\n-- @param a one", "Adds."),
        ("lua", "--[[ Adds. ]]", "Adds."),
        ("sql", "-- Adds.\n-- Two.", "Adds. Two."),
        ("javascript", "/** Adds.\n * @param a one */", "Adds."),
        ("kotlin", "/** [Adds] a. */", "[Adds] a."),
    ],
)
def test_a_comment_says_its_first_paragraph(language: str, comment: str, said: str) -> None:
    row = facts(language)
    assert row is not None
    assert plain(comment, row) == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("go", "// Copyright 2020.\n\n// Package a adds.\npackage a\n", "Package a adds."),
        ("go", "//go:build linux\n\npackage a\n", ""),
        ("rust", "//! Adds.\n\nfn f() {}\n", "Adds."),
        ("rust", "/// Is of f.\nfn f() {}\n", ""),
        ("java", "/* Licensed under the terms. */\npackage a;\n\n/** Of A. */\nclass A {}\n", ""),
        ("bash", "#!/bin/sh\n# Adds.\nx=1\n", ""),  # it stands above x
        ("bash", "#!/bin/sh\n# Adds.\n\nx=1\n", "Adds."),
        ("python", '"""Adds."""\n', "Adds."),
        ("javascript", "// eslint-disable-next-line\n\nf();\n", ""),
        ("javascript", "f(); // not of the file\n", ""),
        ("c", "/* a.h: adds. */\n#ifndef A\n#endif\n", "a.h: adds."),
    ],
)
def test_a_file_s_first_comment_is_its_own(language: str, text: str, said: str) -> None:
    assert tree_of(text, language).module().doc == said


def test_a_comment_behind_code_speaks_of_that() -> None:
    (a, b) = tree_of("static int a = 1; /* a's */\nstatic int b = 2;\n", "c").definitions()
    assert (a.doc, b.doc) == ("", "")


def test_a_blank_line_divides_a_comment_from_what_follows() -> None:
    (unit,) = tree_of("mod a;\n\n/// About nothing.\n\nfn f() {}\n", "rust").units()
    assert unit.doc == ""


def test_a_comment_may_stand_above_the_attributes_or_below() -> None:
    text = "/// Above.\n#[inline]\nfn f() {}\n\n#[inline]\n/// Below.\nfn g() {}\n"
    assert [unit.doc for unit in tree_of(text, "rust").units()] == ["Above.", "Below."]


def test_a_text_that_nobody_wrote_is_read_in_no_time() -> None:
    """Each of these takes minutes where a step looks back over the whole text."""
    text = "/// A.\n" * 20_000 + "int " + ", ".join(f"a{n} = 1" for n in range(100)) + ";\n"
    assert tree_of(text, "c").definitions()[0].doc == " ".join(["A."] * 201)
    text = "#[test]\n" + "/* a */ " * 40 + "\nfn f() {}\n" + "fn g() {}\n" * 200
    assert [unit.name for unit in tree_of(text, "rust").definitions() if unit.test] == ["f"]
    assert tree_of("/*" + "{@a " * 50_000 + "*/\nint a = 1;\n", "c").definitions()[0].name == "a"
    text = "class A { void F() { } " + "[a, " * 20_000 + "Test"
    assert not any(unit.test for unit in tree_of(text, "c_sharp").definitions())
