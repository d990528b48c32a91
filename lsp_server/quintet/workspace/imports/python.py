"""Python: modules and packages, absolute ones counted from a folder that is no package itself.

Which folders are on the interpreter's path is not known here: every folder that could be is taken for one.
"""

from quintet.workspace.imports.paths import Paths, below, folder_of, join, name_of, nearest
from quintet.workspace.syntax import Import

_SOURCES = ("/__init__.py", ".py")
_STUBS = ("/__init__.pyi", ".pyi")


class Python:
    """The modules of a workspace."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._topmost: dict[tuple[str, ...], list[str]] = {}

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """The module's file, and those of the names that are modules of that package."""
        bare = imported.module.lstrip(".")
        dots = len(imported.module) - len(bare)
        parts = bare.split(".") if bare else []
        if dots:
            return self._relative(importer, dots, parts, imported.names)
        found = self._absolute(importer, parts)
        if found:
            return found + (
                self._members(folder_of(found[0]), imported.names) if _is_package(found[0]) else ()
            )
        return tuple(hit for name in imported.names for hit in self._absolute(importer, [*parts, name]))

    def _relative(
        self, importer: str, dots: int, parts: list[str], names: tuple[str, ...]
    ) -> tuple[str, ...]:
        folder = importer
        for _ in range(dots):
            if not folder:
                return ()
            folder = folder_of(folder)
        base = join(folder, *parts)
        if parts:
            found = self._at(base)
        else:
            found = self._paths.first(below(base, "__init__.py"), below(base, "__init__.pyi"))
        if found and not _is_package(found[0]):
            return found
        return found + self._members(base, names)

    def _members(self, folder: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(hit for name in names for hit in self._at(below(folder, name)))

    def _at(self, base: str) -> tuple[str, ...]:
        return self._paths.first(*(base + ending for ending in _SOURCES + _STUBS)) if base else ()

    def _absolute(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        """The nearest file whose path ends as the dotted name does, below a folder that may be on the path.

        The importer's own folder may be, even where it is a package: it is when the file is run.
        """
        name = "/".join(parts)
        for endings in (_SOURCES, _STUBS) if parts else ():
            tails = [name + ending for ending in endings]
            found = self._paths.first(*(below(folder_of(importer), tail) for tail in tails))
            if not found:
                found = nearest(self._rooted(tuple(tails)), importer)
            if found:
                return found
        return ()

    def _rooted(self, tails: tuple[str, ...]) -> list[str]:
        """The paths that end so below a folder that is no package, sorted.

        Kept for names of one part, which are few and asked for often: each may have thousands of files.
        """
        known = self._topmost.get(tails)
        if known is None:
            ending = ((path, tail) for tail in tails for path in self._paths.ending(tail))
            known = sorted(
                path for path, tail in ending if path.removesuffix(tail) + "__init__.py" not in self._paths
            )
            if "/" not in tails[-1]:
                self._topmost[tails] = known
        return known


def _is_package(path: str) -> bool:
    return name_of(path).startswith("__init__.")
