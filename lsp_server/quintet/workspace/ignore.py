"""Which of a workspace's paths its ignore files leave out, gathered folder by folder on the way down.

Reads ignore files; does not walk, and knows nothing of sizes, languages or secrets.
"""

import os
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.workspace.gitfiles import MAX_RULES, exclude_file, global_excludes
from quintet.workspace.patterns import Patterns, lines_of
from quintet.workspace.regular import read_start

OURS = ".quintetignore"
"""The user's word to us: it wins over every other ignore file, and opens folders skipped by their names."""
RULES = frozenset({".gitignore", ".ignore", OURS})
"""Names of the files that say what belongs to a folder."""


@dataclass(frozen=True, slots=True)
class _File:
    """One ignore file of a folder whose path has `cut` characters, or lies `above` the root."""

    patterns: Patterns
    cut: int = 0
    above: str = ""

    def shown(self, path: str) -> str:
        """A path relative to the root as this file's patterns see it."""
        return self.above + path[self.cut :]


@dataclass(frozen=True, slots=True)
class Rules:
    """The ignore files that hold in one folder, nearest first, of three kinds.

    `ours` (`.quintetignore`) wins over `plain` (`.ignore`), and that over `git` (`.gitignore`, then the
    repository's `info/exclude`, then the user's `excludes` for all repositories), however near they are.
    """

    ours: tuple[_File, ...] = ()
    plain: tuple[_File, ...] = ()
    git: tuple[_File, ...] = ()
    excludes: Patterns | None = None

    def ignored(self, path: str, *, folder: bool) -> bool:
        """Whether a path relative to the root is left out. Folders it lies in are taken not to be."""
        for files in (self.ours, self.plain, self.git):
            for file in files:
                verdict = file.patterns.verdict(file.shown(path), folder=folder)
                if verdict is not None:
                    return verdict
        return False

    def wanted(self, path: str) -> bool:
        """Whether a `.quintetignore` names the folder as one to be read, whatever it is called or holds.

        A wildcard does not: `!*/` stands in any list of what to keep.
        """
        for file in self.ours:
            shown = file.shown(path)
            if file.patterns.verdict(shown, folder=True) is not None:
                return file.patterns.names(shown)
        return False

    def entering(self, folder: Path, prefix: str, names: Container[str]) -> "Rules":
        """The rules in a folder that holds `names`.

        `folder` is where it lies, `prefix` its path relative to the root, ending in a slash or empty. What
        git ignores outside a repository says nothing about what lies in it.
        """
        rules = self
        if ".git" in names:
            exclude = _patterns(exclude_file(folder / ".git"))
            files = (_File(found, len(prefix)) for found in (exclude, self.excludes) if found)
            rules = replace(rules, git=tuple(files))
        if ".gitignore" in names and (found := _patterns(folder / ".gitignore")):
            rules = replace(rules, git=(_File(found, len(prefix)), *rules.git))
        if ".ignore" in names and (found := _patterns(folder / ".ignore")):
            rules = replace(rules, plain=(_File(found, len(prefix)), *rules.plain))
        if OURS in names and (found := _patterns(folder / OURS)):
            rules = replace(rules, ours=(_File(found, len(prefix)), *rules.ours))
        return rules

    def moved(self, above: str) -> "Rules":
        """The same for a root that lies `above` (ending in a slash) below where these hold."""

        def moved(files: tuple[_File, ...]) -> tuple[_File, ...]:
            return tuple(_File(file.patterns, above=above[file.cut :]) for file in files)

        return Rules(moved(self.ours), moved(self.plain), moved(self.git), self.excludes)


def rules_for(root: Path, environ: Mapping[str, str] = os.environ) -> Rules:
    """The rules that hold for a root before its own folder is looked at: those above it, and the user's.

    Folders above it count up to the root of the repository that it lies in. Where they ignore the root, they
    count for nothing: whoever opens that wants to see it.
    """
    path = global_excludes(environ)
    excludes = _patterns(path) if path else None
    alone = Rules(git=(_File(excludes),) if excludes else (), excludes=excludes)
    try:
        resolved = root.resolve()
        way = (resolved, *resolved.parents)
        top = next((number for number, folder in enumerate(way) if _has_git(folder)), 0)
    except (OSError, RuntimeError, ValueError):
        return alone
    rules, prefix = alone, ""
    for folder, below in zip(way[top:0:-1], way[top - 1 :: -1], strict=False):
        rules = rules.entering(folder, prefix, _names(folder))
        prefix += below.name + "/"
        if rules.ignored(prefix[:-1], folder=True):
            return alone
    return rules.moved(prefix) if prefix else alone


def _names(folder: Path) -> frozenset[str]:
    names = (".git", ".gitignore", ".ignore", OURS)
    return frozenset(name for name in names if os.path.lexists(folder / name))


def _has_git(folder: Path) -> bool:
    return os.path.lexists(folder / ".git")


def _patterns(path: Path) -> Patterns | None:
    """The rules of one file; None where there are none, or it cannot be read."""
    try:
        data = read_start(path, MAX_RULES, follow=True)
    except (OSError, ValueError):
        return None
    return Patterns(lines_of(data.decode("utf-8-sig", "replace"))) or None
