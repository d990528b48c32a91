"""JavaScript and TypeScript: relative paths, a project's aliases, and packages of the workspace itself.

Files are found with the ending left out, as `index`, or as `.ts` where `.js` is written.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from posixpath import splitext

from quintet.workspace.imports.packages import Packages
from quintet.workspace.imports.paths import Paths, below, folder_of, join
from quintet.workspace.imports.projects import Projects
from quintet.workspace.syntax import Import

_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts")
_WRITTEN_FOR = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}


class Script:
    """The projects and packages of a workspace."""

    def __init__(self, paths: Paths, configs: Mapping[str, str]) -> None:
        self._paths = paths
        self._packages = Packages(configs)
        self._projects = Projects(configs, self._packages)

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """The one file that a module means."""
        written = imported.module
        if written.startswith("."):
            return self._at(join(folder_of(importer), written))
        places = chain(self._projects.places(importer, written), self._packaged(importer, written))
        return next((found for place in places if (found := self._at(place))), ())

    def _packaged(self, importer: str, written: str) -> Iterator[str]:
        package = self._packages.folder(importer, written)
        if package:
            yield from self._packages.places(*package)

    def _at(self, target: str) -> tuple[str, ...]:
        stem, ending = splitext(target)
        return self._paths.first(
            target,
            *(stem + other for other in _WRITTEN_FOR.get(ending, ())),
            *(target + other for other in _ENDINGS),
            *(below(target, f"index{other}") for other in _ENDINGS),
        )
