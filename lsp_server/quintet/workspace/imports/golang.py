"""Go: an import path is a package, that is, a folder below the module whose path it begins with.

Module paths come from the texts of `go.mod`; without one, a folder called as the whole path is.
"""

import re
from collections.abc import Iterable, Mapping

from quintet.workspace.imports.paths import Paths, folder_of, join, name_of, nearest
from quintet.workspace.syntax import Import

_MODULE = re.compile(r"^[ \t]*module[ \t]+[\"`]?([^\s\"`]+)", re.MULTILINE)


class Go:
    """The Go modules of a workspace."""

    def __init__(self, paths: Paths, configs: Mapping[str, str]) -> None:
        self._paths = paths
        self._modules: dict[str, list[str]] = {}
        for path, text in configs.items():
            if name_of(path) == "go.mod" and (named := _MODULE.search(text)):
                self._modules.setdefault(named[1], []).append(folder_of(path))

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """All files of the package but its tests."""
        written = imported.module
        if written.startswith("."):
            return self._package(join(folder_of(importer), written))
        parts = written.split("/")
        for count in range(len(parts), 0, -1):
            roots = self._modules.get("/".join(parts[:count]), ())
            found = self._nearest([join(root, *parts[count:]) for root in roots], importer)
            if found:
                return found
        if "." not in parts[0]:
            return ()  # the standard library's
        return self._nearest(self._paths.folders(written), importer)

    def _nearest(self, folders: Iterable[str], importer: str) -> tuple[str, ...]:
        packages = {files[0]: files for folder in folders if (files := self._package(folder))}
        return next((packages[first] for first in nearest(sorted(packages), importer)), ())

    def _package(self, folder: str) -> tuple[str, ...]:
        return tuple(path for path in self._paths.inside(folder, ".go") if not path.endswith("_test.go"))
