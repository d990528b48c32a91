"""Which files of the workspace an import means, by names alone: no interpreter, compiler or disk is asked.

| importer | resolved | by |
| --- | --- | --- |
| Python | modules, packages, names that are submodules | path below a folder that is no package |
| JavaScript, TypeScript | relative, aliases, packages of the workspace | tsconfig, jsconfig, package.json |
| Rust | `mod x;`, `use` from crate, self, super, child modules, workspace crates | Cargo.toml |
| Go | every file of the package but tests | go.mod; else a folder called as the whole path |
| Java, Kotlin, Scala | classes; with a wildcard every file of the package | path ends as the name does |
| C# | the files of a namespace's folder, or a class | folder ends as the namespace does |
| C, C++ | `"x.h"` beside the file, `<x.h>` | else the nearest path that ends so |
| Ruby | `require`, `require_relative` | below lib, spec or test; beside the file |
| PHP | `use`, `include`, `require` | composer.json (PSR-4); path ends as the name does |
| shell | `source` of a path, Bats' `load` | beside the file; else the nearest path that ends so |
| Lua | `require` | path ends as the name does |

Swift, whose modules are no files, and SQL, which imports nothing, have no row, nor has anything else.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

from quintet.workspace.imports import csharp, jvm, written
from quintet.workspace.imports.configs import is_config
from quintet.workspace.imports.golang import Go
from quintet.workspace.imports.paths import Paths
from quintet.workspace.imports.php import Php
from quintet.workspace.imports.python import Python
from quintet.workspace.imports.rust import Rust
from quintet.workspace.imports.script import Script
from quintet.workspace.languages import language_of
from quintet.workspace.syntax import Import

__all__ = ["Modules", "is_config"]

_Resolve = Callable[[str, Import], tuple[str, ...]]
_Make = Callable[[Paths, Mapping[str, str]], _Resolve]


def _by_paths(resolve: Callable[[Paths, str, Import], tuple[str, ...]]) -> _Make:
    """A language that no configuration file speaks about."""
    return lambda paths, _: partial(resolve, paths)


def _script(paths: Paths, configs: Mapping[str, str]) -> _Resolve:
    return Script(paths, configs).resolve


_JVM = _by_paths(jvm.resolve)
_INCLUDE = _by_paths(written.include)
_SHELL = _by_paths(written.shell)

_LANGUAGES: Mapping[str, _Make] = {
    "python": lambda paths, _: Python(paths).resolve,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "rust": lambda paths, configs: Rust(paths, configs).resolve,
    "go": lambda paths, configs: Go(paths, configs).resolve,
    "java": _JVM,
    "kotlin": _JVM,
    "scala": _JVM,
    "c_sharp": _by_paths(csharp.resolve),
    "c": _INCLUDE,
    "cpp": _INCLUDE,
    "ruby": _by_paths(written.ruby),
    "php": lambda paths, configs: Php(paths, configs).resolve,
    "bash": _SHELL,
    "bats": _SHELL,
    "lua": _by_paths(written.lua),
}


class Modules:
    """The files of a workspace, findable by how an import names them.

    `configs` are the texts of those files that `is_config` says speak about imports, by path; one that does
    not parse counts for nothing. Building is one pass over the paths; what a language needs besides is made
    when a file of it first asks, and a resolve then takes some microseconds whatever the size.
    """

    def __init__(self, paths: Iterable[str], configs: Mapping[str, str] = MappingProxyType({})) -> None:
        self._paths = Paths(paths)
        self._configs = configs
        self._made: dict[_Make, _Resolve] = {}

    def resolve(self, importer: str, imported: Import, language: str | None = None) -> tuple[str, ...]:
        """The files that an import in `importer` may mean; empty for what lies outside the workspace.

        `language` is the importer's, an id, where its path does not say it.

        Of several candidates it is the one that shares most leading folders with the importer; more than one
        only where the statement means more: several names, a wildcard, a package that is a folder. A file
        does not import itself.
        """
        make = _LANGUAGES.get(language or language_of(importer) or "")
        if make is None:
            return ()
        resolve = self._made.get(make)
        if resolve is None:
            resolve = self._made[make] = make(self._paths, self._configs)
        found = dict.fromkeys(resolve(importer, imported))
        found.pop(importer, None)
        return tuple(found)
