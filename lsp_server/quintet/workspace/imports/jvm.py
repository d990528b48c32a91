"""Java, Kotlin and Scala: a package is a folder and a class a file called so, below any source root.

Which package a file declares is not looked at: the path has to say it.
"""

from quintet.workspace.imports.paths import Paths, nearest
from quintet.workspace.imports.spelling import spelled
from quintet.workspace.syntax import Import

_ENDINGS = (".java", ".kt", ".scala")
_ALL = {"*", "_", "given"}


def resolve(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """The class's file, that of the class around it, or with `*` every file of the package."""
    own = importer[importer.rfind(".") :]
    endings = tuple(sorted(_ENDINGS, key=lambda ending: ending != own))
    found: list[str] = []
    for name in spelled(imported, "."):
        parts = [part for part in name.removeprefix("static ").replace("`", "").split(".") if part]
        if parts and parts[-1] in _ALL:
            found += _package(paths, importer, parts[:-1]) or _class(paths, importer, parts[:-1], endings)
        else:
            found += _class(paths, importer, parts, endings)
    return tuple(found)


def _class(paths: Paths, importer: str, parts: list[str], endings: tuple[str, ...]) -> tuple[str, ...]:
    """Drops parts from the end, which may name what is inside a class, but leaves a package and a class."""
    for count in range(len(parts), min(len(parts), 2) - 1, -1):
        path = "/".join(parts[:count])
        for ending in endings:
            found = paths.nearest(path + ending, importer) if path else ()
            if found:
                return found
    return ()


def _package(paths: Paths, importer: str, parts: list[str]) -> tuple[str, ...]:
    """A package lies in several source roots, `src/main/java` and `src/test/java`: those of one project."""
    name = ".".join(parts)
    projects: dict[str, list[str]] = {}
    for folder in paths.folders(name) if name else ():
        files = [path for path in paths.inside(folder, "") if path.endswith(_ENDINGS)]
        if files:
            root = f"/{folder}"[: -len(name)]
            projects.setdefault(root.rpartition("/src/")[0], []).extend(files)
    firsts = {min(files): files for files in projects.values()}
    return next((tuple(firsts[first]) for first in nearest(sorted(firsts), importer)), ())
