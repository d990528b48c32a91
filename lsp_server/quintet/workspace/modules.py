"""Which file of the workspace an import means, by names alone: no interpreter and no configuration is asked.

Knows the import rules of Python and of JavaScript; paths in, paths out.
"""

import posixpath
from collections.abc import Iterable

from quintet.workspace.syntax import Import

_SCRIPT_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts")
_WRITTEN_FOR = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}


class Modules:
    """The files of a workspace, findable by how an import names them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            self._by_name.setdefault(posixpath.basename(path), []).append(path)

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """The files that an import in `importer` may mean; empty for what lies outside the workspace."""
        if importer.endswith((".py", ".pyi")):
            return tuple(dict.fromkeys(self._python(importer, imported)))
        return self._script(importer, imported.module)

    def _python(self, importer: str, imported: Import) -> list[str]:
        bare = imported.module.lstrip(".")
        dots = len(imported.module) - len(bare)
        parts = bare.split(".") if bare else []
        if not dots:
            found = self._absolute(importer, parts)
            return found + [
                hit for name in imported.names for hit in self._absolute(importer, [*parts, name])
            ]
        base = posixpath.dirname(importer)
        for _ in range(dots - 1):
            base = posixpath.dirname(base)
        bases = [
            posixpath.join(base, *parts),
            *(posixpath.join(base, *parts, name) for name in imported.names),
        ]
        return [hit for each in bases for hit in _modules_at(each) if hit in self._paths]

    def _absolute(self, importer: str, parts: list[str]) -> list[str]:
        """Files whose path ends as the dotted name does, counted from a folder that is no package itself."""
        hits = []
        for ending in _modules_at("/".join(parts)):
            for path in self._by_name.get(posixpath.basename(ending), ()):
                root = path.removesuffix(ending)
                if (
                    path.endswith(ending)
                    and (not root or root.endswith("/"))
                    and self._is_root(root, importer)
                ):
                    hits.append(path)
        return hits

    def _is_root(self, root: str, importer: str) -> bool:
        return root + "__init__.py" not in self._paths or root == posixpath.dirname(importer) + "/"

    def _script(self, importer: str, module: str) -> tuple[str, ...]:
        if not module.startswith("."):
            return ()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(importer), module))
        stem, ending = posixpath.splitext(target)
        candidates = [target, *(stem + other for other in _WRITTEN_FOR.get(ending, ()))]
        candidates += [target + other for other in _SCRIPT_ENDINGS]
        candidates += [f"{target}/index{other}" for other in _SCRIPT_ENDINGS]
        return tuple(path for path in candidates if path in self._paths)[:1]


def _modules_at(base: str) -> tuple[str, ...]:
    return f"{base}.py", f"{base}/__init__.py", f"{base}.pyi"
