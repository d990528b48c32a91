"""Rust: a path of modules leads to the file of the deepest one; what is left of it is an item in there.

Crates of the workspace are known by the texts of `Cargo.toml`. Modules in braces and `#[path]` are not known.
"""

import re
from collections.abc import Mapping
from itertools import takewhile

import msgspec

from quintet.workspace.imports.configs import read_toml
from quintet.workspace.imports.paths import Paths, below, folder_of, join, name_of, nearest, upwards
from quintet.workspace.imports.spelling import spelled
from quintet.workspace.syntax import Import

_ROOTS = ("lib.rs", "main.rs")
_DECLARED = re.compile(r"(?:.*\s)?mod\s+(?:r#)?(\w+)\s*;?")


class _Package(msgspec.Struct):
    name: str = ""


class _Library(msgspec.Struct):
    name: str = ""
    path: str = "src/lib.rs"


class _Cargo(msgspec.Struct):
    package: _Package = msgspec.field(default_factory=_Package)
    lib: _Library = msgspec.field(default_factory=_Library)


class Rust:
    """The crates of a workspace: root file of each library, by the name that code calls it."""

    def __init__(self, paths: Paths, configs: Mapping[str, str]) -> None:
        self._paths = paths
        self._crates: dict[str, list[str]] = {}
        self._libraries: dict[str, str] = {}
        for path, text in sorted(configs.items()):
            if name_of(path) == "Cargo.toml" and (cargo := read_toml(text, _Cargo)):
                self._add(folder_of(path), cargo)

    def _add(self, folder: str, cargo: _Cargo) -> None:
        root = join(folder, cargo.lib.path)
        self._libraries[folder] = root
        name = cargo.lib.name or cargo.package.name.replace("-", "_")
        if name and root in self._paths:
            self._crates[name] = sorted((*self._crates.get(name, ()), root))

    def resolve(self, importer: str, imported: Import) -> tuple[str, ...]:
        """The file of a declared module, or of the modules that a `use` goes through last."""
        declared = _DECLARED.fullmatch(imported.module)
        if declared or imported.names == ("mod",):
            return self._declared(importer, declared[1] if declared else imported.module)
        found: list[str] = []
        for name in spelled(imported, "::"):
            parts = [part.strip().removeprefix("r#") for part in name.split("::")]
            while len(parts) > 1 and parts[-1] in {"*", "self", ""}:
                del parts[-1]
            found += self._used(importer, parts)
        return tuple(found)

    def _declared(self, importer: str, *parts: str) -> tuple[str, ...]:
        """Where a file has its modules, or beside it: one that is a target of its own has them there."""
        folders = self._children(importer), importer.removesuffix(".rs"), folder_of(importer)
        return next((found for folder in folders if (found := self._deepest((), folder, list(parts)))), ())

    def _used(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        if parts[0] == "crate":
            root = self._root(importer)
            return self._deepest((root,), folder_of(root), parts[1:])
        if parts[0] == "self":
            return self._declared(importer, parts[1], *parts[2:]) if len(parts) > 1 else ()
        if parts[0] == "super":
            return self._above(importer, parts)
        local = self._deepest((), self._children(importer), parts)
        if local:
            return local
        name, *rest = parts if parts[0] else parts[1:] or parts
        root = "".join(nearest(self._crates.get(name, ()), importer))
        return self._deepest((root,), folder_of(root), rest) if root else ()

    def _above(self, importer: str, parts: list[str]) -> tuple[str, ...]:
        """`super::…`, but for `super::*`: that stands in a module in braces and means the file itself."""
        levels = sum(1 for _ in takewhile("super".__eq__, parts))
        if levels == len(parts) or name_of(importer) in _ROOTS:
            return ()
        folder = self._children(importer)
        for _ in range(levels):
            folder = folder_of(folder)
        root = self._root(importer)
        names = (f"{folder}.rs", *(below(folder, name) for name in ("mod.rs", *_ROOTS)))
        file = (root,) if folder_of(root) == folder else self._paths.first(*names)
        return self._deepest(file, folder, parts[levels:])

    def _deepest(self, file: tuple[str, ...], folder: str, parts: list[str]) -> tuple[str, ...]:
        """Follow modules from `file`, whose own modules lie in `folder`, as far as there are files."""
        for part in parts:
            folder = below(folder, part)
            deeper = self._paths.first(f"{folder}.rs", f"{folder}/mod.rs")
            if not deeper:
                break
            file = deeper
        return file

    def _children(self, file: str) -> str:
        """The folder in which the modules of a file lie."""
        folder, _, name = file.rpartition("/")
        if name == "mod.rs" or name in _ROOTS or file == self._root(file):
            return folder
        return file.removesuffix(".rs")

    def _root(self, importer: str) -> str:
        """The root file of the crate that a file belongs to; itself where it is a test, say."""
        if name_of(importer) in _ROOTS:
            return importer
        for folder in upwards(folder_of(importer)):
            found = self._paths.first(*(below(folder, name) for name in _ROOTS))
            if found:
                return found[0]
            library = self._libraries.get(folder)
            if library is not None:
                inside = library in self._paths and importer.startswith(f"{folder_of(library)}/")
                return library if inside else importer
        return importer
