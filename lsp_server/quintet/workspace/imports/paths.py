"""The paths of a workspace, findable by how they end and by their folder; and which of several is nearest.

Knows strings only: no disk, no language.
"""

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

_CROWD = 32
"""Files of one name above which they are told apart by the folder they lie in."""


class Paths:
    """All files of a workspace, as paths with "/", relative to whatever they are all relative to.

    Every list that is handed out is sorted. Building is one pass; a table of folders is made when first
    asked for, and one for a crowded name (`__init__.py`) when that name is.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._all = frozenset(paths)
        self._named: dict[str, list[str]] = {}
        for path in sorted(self._all):
            self._named.setdefault(name_of(path), []).append(path)
        self._crowds: dict[str, dict[str, list[str]]] = {}
        self._called: dict[str, tuple[str, ...]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._all

    def first(self, *candidates: str) -> tuple[str, ...]:
        """The first of the candidates that is a file here, alone; empty where none is."""
        return next(((path,) for path in candidates if path in self._all), ())

    def ending(self, ending: str) -> Sequence[str]:
        """The paths that are `ending` or end in "/" and it."""
        folder, _, name = ending.rpartition("/")
        found = self._named.get(name, [])
        if not folder:
            return found
        if len(found) > _CROWD:
            found = self._crowd(name).get(name_of(folder), [])
        tail = "/" + ending
        return [path for path in found if path.endswith(tail) or path == ending]

    def nearest(self, ending: str, importer: str) -> tuple[str, ...]:
        """Of the paths that end so, the one nearest to the importer."""
        return nearest(self.ending(ending), importer)

    def inside(self, folder: str, ending: str) -> tuple[str, ...]:
        """The files directly in a folder whose names end so."""
        return tuple(path for path in self._folders.get(folder, ()) if path.endswith(ending))

    def folders(self, name: str) -> tuple[str, ...]:
        """The folders with files in them whose path ends as a name does, "/" and "." taken for the same.

        The answer to each name is kept: those of one workspace are few, and each is asked for often.
        """
        dotted = name.replace("/", ".")
        known = self._called.get(dotted)
        if known is None:
            same = self._folders_by_word.get(dotted.rpartition(".")[2], ())
            known = tuple(each for each in same if f".{each}".replace("/", ".").endswith(f".{dotted}"))
            self._called[dotted] = known
        return known

    def _crowd(self, name: str) -> Mapping[str, list[str]]:
        known = self._crowds.get(name)
        if known is None:
            known = {}
            for path in self._named[name]:
                known.setdefault(name_of(folder_of(path)), []).append(path)
            self._crowds[name] = known
        return known

    @cached_property
    def _folders(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._all):
            found.setdefault(folder_of(path), []).append(path)
        return found

    @cached_property
    def _folders_by_word(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for folder in sorted(self._folders):
            found.setdefault(re.split(r"[/.]", folder)[-1], []).append(folder)
        return found


def nearest(found: Sequence[str], importer: str) -> tuple[str, ...]:
    """Of sorted paths, the one that shares most leading folders with the importer; none of none.

    Among equals the one least deep, then the first by name.
    """
    if len(found) < 2:
        return tuple(found)
    for folder in upwards(folder_of(importer)):
        prefix = f"{folder}/" if folder else ""
        low = bisect_left(found, prefix)
        high = bisect_left(found, prefix + "\U0010ffff", low)
        if low < high:
            return (min(found[low:high], key=lambda path: (path.count("/"), path)),)
    return ()


def folder_of(path: str) -> str:
    """The folder of a path; "" is the topmost."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """The last part of a path."""
    return path[path.rfind("/") + 1 :]


def below(folder: str, name: str) -> str:
    """The path of what lies in a folder; for names without "..", which `join` is for."""
    return f"{folder}/{name}" if folder else name


def upwards(folder: str) -> Iterator[str]:
    """A folder and those above it, the topmost, "", last."""
    while folder:
        yield folder
        folder = folder_of(folder)
    yield ""


def join(folder: str, *parts: str) -> str:
    """A path below (or, by "..", beside) a folder, without "." and ".." but for those that lead outside."""
    path = posixpath.normpath(posixpath.join(folder, *parts))
    return "" if path == "." else path
