"""PHP: classes by the PSR-4 folders of `composer.json`, else by the end of their path; includes by path.

An include path and `classmap` are not known.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from quintet.workspace.imports.configs import read_json
from quintet.workspace.imports.paths import Paths, folder_of, join, name_of, nearest
from quintet.workspace.imports.spelling import spelled
from quintet.workspace.syntax import Import

_FILE = re.compile(r"/|\.(?:php|inc|phtml|phpt)$")


class _Autoload(msgspec.Struct):
    psr4: dict[str, str | list[str]] = msgspec.field(name="psr-4", default_factory=dict)


class _Composer(msgspec.Struct):
    autoload: _Autoload = msgspec.field(default_factory=_Autoload)
    dev: _Autoload = msgspec.field(name="autoload-dev", default_factory=_Autoload)


class Php:
    """The folders of a workspace's namespaces."""

    def __init__(self, paths: Paths, configs: Mapping[str, str]) -> None:
        self._paths = paths
        self._folders: dict[str, list[str]] = {}
        for path, text in configs.items():
            if name_of(path) == "composer.json" and (composer := read_json(text, _Composer)):
                for prefix, folder in _folders(composer):
                    key = prefix.strip("\\").replace("\\", "/")
                    self._folders.setdefault(key, []).append(join(folder_of(path), folder))

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """The file of each class, or the one that is included."""
        if _FILE.search(imported.module):
            return self._included(importer, imported.module)
        return tuple(
            hit
            for name in spelled(imported, "\\")
            for hit in self._class(importer, [part for part in name.split("\\") if part])
        )

    def _included(self, importer: str, written: str) -> tuple[str, ...]:
        """`__DIR__ . "/x.php"` leaves "/x.php", so that a leading slash means the importer's folder."""
        written = written.lstrip("/")
        found = self._paths.first(join(folder_of(importer), written))
        tail = join("", written)
        return found or (() if tail.startswith("..") else self._paths.nearest(tail, importer))

    def _class(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        """The last part may repeat the one before (one class as module and name), or be a constant in it."""
        for kept in (parts, parts[:-1]):
            found = self._by_namespace(importer, kept) or self._by_path(importer, kept)
            if found:
                return found
        return ()

    def _by_namespace(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        for count in range(len(parts) - 1, -1, -1):
            rest = "/".join(parts[count:]) + ".php"
            files = [join(folder, rest) for folder in self._folders.get("/".join(parts[:count]), ())]
            found = nearest(sorted(path for path in files if path in self._paths), importer)
            if found:
                return found
        return ()

    def _by_path(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        """Without any PSR-4 folder, the first part may be the project's name, which no folder repeats."""
        found = self._paths.nearest("/".join(parts) + ".php", importer) if len(parts) > 1 else ()
        if found or self._folders or len(parts) < 3:
            return found
        return self._paths.nearest("/".join(parts[1:]) + ".php", importer)


def _folders(composer: _Composer) -> Iterator[tuple[str, str]]:
    for autoload in (composer.autoload, composer.dev):
        for prefix, folders in autoload.psr4.items():
            yield from ((prefix, each) for each in ([folders] if isinstance(folders, str) else folders))
