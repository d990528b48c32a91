"""Lines of gitignore syntax are read as git reads them, and nonsense is named."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from quintet.workspace.patterns import Patterns, lines_of
from quintet.workspace.scan import scan


@pytest.fixture(autouse=True)
def _no_rules_of_our_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests lets git ignore everywhere does not count."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        ("*.log", "a.log", True),
        ("*.log", "sub/a.log", True),
        ("*.log", "a.py", None),
        ("*.log\n!keep.log", "keep.log", False),
        ("!keep.log\n*.log", "keep.log", True),
        ("*", ".hidden", True),
        ("**", "a/b", True),
        ("*.py[cod]", "a.pyc", True),
        ("*.py[cod]", "a.py", None),
        ("[!a].py", "b.py", True),
        ("[!a].py", "a.py", None),
        ("[^a].py", "b.py", True),
        ("[[:digit:]].py", "1.py", True),
        ("a?.py", "ab.py", True),
        ("\\#a", "#a", True),
        ("\\!a", "!a", True),
        ("a\\ ", "a ", True),
        ("a  ", "a", True),
        (" a", " a", True),
        ("/a.py", "a.py", True),
        ("/a.py", "b/a.py", None),
        ("b/a.py", "c/b/a.py", None),
        ("b/*", "b/a.py", True),
        ("b/*", "b/c/a.py", None),
        ("b/**", "b/c/a.py", True),
        ("**/b/a.py", "c/b/a.py", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("gen/", "gen", None),
        ("a.py\r", "a.py", True),
        ("# a.py", "# a.py", None),
    ],
)
def test_the_last_line_that_speaks_of_a_file_decides(lines: str, path: str, verdict: object) -> None:
    assert Patterns(lines_of(lines)).verdict(path, folder=False) is verdict


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        ("gen/", "gen", True),
        ("gen/", "a/gen", True),
        ("/gen/", "a/gen", None),
        ("gen", "gen", True),
        ("*\n!*/", "gen", False),
        ("gen/**", "gen", None),
        ("gen/*", "gen", None),
    ],
)
def test_folders_are_judged_by_themselves(lines: str, path: str, verdict: object) -> None:
    assert Patterns(lines_of(lines)).verdict(path, folder=True) is verdict


def test_what_lies_in_an_ignored_folder_is_ignored_with_it() -> None:
    patterns = Patterns(["private/", "!private/a.txt", "x/*.key"])
    assert patterns.holds("private/a.txt")
    assert patterns.holds("a/private/b/c.txt")
    assert patterns.holds("x/a.key")
    assert not patterns.holds("private")
    assert patterns.holds("private", folder=True)
    assert not patterns.holds("y/a.key")


def test_a_folder_is_named_by_a_line_without_wildcards() -> None:
    patterns = Patterns(["*", "!*/", "!lib", "!/a/dist/", "lib2"])
    assert [path for path in ("lib", "x/lib", "a/dist", "dist", "lib2") if patterns.names(path)] == [
        "lib",
        "x/lib",
        "a/dist",
    ]


def test_lines_that_mean_nothing_are_named_and_harm_no_other() -> None:
    patterns = Patterns(["[", "# note", "", "  ", "!", "a[z-a]", "/", "*.log"])
    assert patterns.unusable == ("[", "!", "a[z-a]", "/")
    assert patterns.verdict("a.log", folder=False) is True
    assert not Patterns(["# only a note", ""])
    assert patterns


def test_any_rules_leave_what_git_leaves(tmp_path: Path) -> None:
    """Random rules over random trees, one folder each, with git as the judge."""
    chance = random.Random(2024)
    for number in range(80):
        for _ in range(12):
            depth = chance.randrange(3)
            parts = [*(chance.choice("abc") for _ in range(depth)), chance.choice(["a.x", "b.x", "a.y", "n"])]
            file = tmp_path.joinpath(f"t{number}", *parts)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        lines = [_line(chance) for _ in range(chance.randrange(1, 5))]
        (tmp_path / f"t{number}" / ".gitignore").write_text("\n".join(lines))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    command = ["git", "ls-files", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert [file.path for file in scan(tmp_path).files] == sorted(filter(None, listed.split("\0")))


PARTS = [
    "a",
    "b",
    "*",
    "**",
    "a*",
    "?",
    "[ab]",
    "*.x",
    "a.?",
    "n",
    "[!a]*",
    "b.x",
    "[^b]",
    "\\a",
    "[[:alpha:]]",
]


def _line(chance: random.Random) -> str:
    parts = "/".join(chance.choice(PARTS) for _ in range(chance.choice([1, 1, 2, 3])))
    return chance.choice(["", "", "!"]) + chance.choice(["", "/"]) + parts + chance.choice(["", "/"])
