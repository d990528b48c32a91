"""Lines of gitignore syntax, asked about one path at a time, fast enough to be asked about every file.

Patterns and names in, a verdict out; this module touches no disk and does not know where the lines came from.
"""

import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import translate

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_PLAIN_GLOB = re.compile(r"(?:[^\[\]\\]|\[!?[\w.-]+\])*")
"""Globs that `fnmatch` and git read alike: no escapes, no named classes."""

_CLASS = re.compile(r"\[:([a-z]+):\]")
_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "xdigit": "0-9A-Fa-f",
    "blank": " \t",
    "space": " \t\n\r\f\v",
}


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line, and which paths it can speak of: with `folders` only folders.

    `last` is what the name must fit, None where only the judge can tell. The judge is shown the last `tail`
    parts of a path (0: all of it), which must have `least` to `most` parts: it would take a path for matched
    where only a folder above it is.
    """

    judge: GitIgnoreSpecPattern
    last: str | None = None
    folders: bool = False
    tail: int = 0
    least: int = 1
    most: int = sys.maxsize

    def matches(self, path: str, depth: int, *, folder: bool) -> bool:
        if (self.folders and not folder) or not self.least <= depth <= self.most:
            return False
        shown = path if not self.tail else "/".join(path.rsplit("/", self.tail)[-self.tail :])
        return self.judge.match_file(shown + "/" if folder else shown) is not None


class Patterns:
    """Compiled lines of one ignore file.

    pathspec judges each pattern, but is asked about few: a pattern cannot match a path whose name does not
    fit the pattern's last part, and that is told by a look-up. Lines that say nothing are left out; those
    that mean nothing, to git neither, are in `unusable`.
    """

    __slots__ = ("_always", "_endings", "_glob", "_globs", "_named", "_patterns", "_suffixes", "unusable")

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._patterns: list[_Pattern] = []
        self._named: dict[str, tuple[int, ...]] = {}
        self._endings: dict[str, tuple[int, ...]] = {}
        self._globs: tuple[int, ...] = ()
        self._always: tuple[int, ...] = ()
        unusable = []
        parts: list[str] = []
        for line in lines:
            pattern = _compiled(line)
            if pattern is not None:
                self._file(pattern, parts)
            elif line.strip() and not line.startswith("#"):
                unusable.append(line)
        self._suffixes = tuple(self._endings)
        self._glob = re.compile("|".join(parts)) if parts else None
        self.unusable = tuple(unusable)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether the last line that speaks of the path ignores it; None where none does.

        The path is relative to where the patterns hold, with forward slashes and none at its end. Only the
        path itself is judged, as git does it: whoever walks does not enter a folder that is ignored.
        """
        pattern = self._deciding(path, folder=folder)
        return None if pattern is None else pattern.judge.include

    def names(self, path: str) -> bool:
        """Whether the line that keeps a folder from being ignored spells its name out, without wildcards."""
        pattern = self._deciding(path, folder=True)
        if pattern is None or pattern.judge.include or pattern.last is None:
            return False
        return not any(character in pattern.last for character in "*?[\\")

    def holds(self, path: str, *, folder: bool = False) -> bool:
        """Whether a path is ignored when nobody has walked there: by itself, or with a folder it lies in."""
        end = path.find("/")
        while end >= 0:
            if self.verdict(path[:end], folder=True):
                return True
            end = path.find("/", end + 1)
        return bool(self.verdict(path, folder=folder))

    def _deciding(self, path: str, *, folder: bool) -> _Pattern | None:
        """The last line that speaks of the path."""
        candidates = self._candidates(path[path.rfind("/") + 1 :])
        if not candidates:
            return None
        depth = path.count("/") + 1
        for number in sorted(candidates, reverse=True):
            pattern = self._patterns[number]
            if pattern.matches(path, depth, folder=folder):
                return pattern
        return None

    def _candidates(self, name: str) -> tuple[int, ...]:
        """The patterns whose last part fits a name; each is there once."""
        found = self._always + self._named.get(name, ())
        if name.endswith(self._suffixes):
            for ending, numbers in self._endings.items():
                if name.endswith(ending):
                    found += numbers
        if self._glob is not None and self._glob.match(name):
            found += self._globs
        return found

    def _file(self, pattern: _Pattern, globs: list[str]) -> None:
        """Put a pattern where names will find it; globs are collected to be looked for at once."""
        number, last = (len(self._patterns),), pattern.last
        self._patterns.append(pattern)
        if last is None or not _PLAIN_GLOB.fullmatch(last) or not last.strip("*"):
            self._always += number
        elif not any(character in last for character in "*?["):
            self._named[last] = self._named.get(last, ()) + number
        elif last[0] == "*" and not any(character in last[1:] for character in "*?["):
            self._endings[last[1:]] = self._endings.get(last[1:], ()) + number
        else:
            self._globs += number
            globs.append(translate(last))


def lines_of(text: str) -> Iterator[str]:
    """The lines of an ignore file as git divides them."""
    for line in text.split("\n"):
        yield line.removesuffix("\r")


def _compiled(line: str) -> _Pattern | None:
    """One line; None for a comment, a blank one, or one that git would not take either."""
    judge = _judge(line)
    if judge is None or judge.include is None:
        return None
    text = line.rstrip().removeprefix("!")
    body = text.removesuffix("/")
    folders = text != body
    parts = body.removeprefix("/").split("/")
    if "" in parts:
        return _Pattern(judge)
    while len(parts) > 1 and parts[0] == "**":
        del parts[0]
    fixed = sum(part != "**" for part in parts)
    if fixed < len(parts):
        return _Pattern(judge, parts[-1], folders, least=fixed + (parts[-1] == "**"))
    if "/" not in body or body.startswith(("**/", "/**/")):
        return _Pattern(judge, parts[-1], folders, tail=fixed, least=fixed)
    return _Pattern(judge, parts[-1], folders, least=fixed, most=fixed)


def _judge(line: str) -> GitIgnoreSpecPattern | None:
    try:
        if "[" not in line:
            return GitIgnoreSpecPattern(line)
        if "[[:" in line or ":][:" in line:  # pathspec does not know named classes
            line = _CLASS.sub(lambda found: _CLASSES[found[1]], line)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # what a set in a set will mean to Python
            return GitIgnoreSpecPattern(line)
    except (KeyError, ValueError, re.error):
        return None
