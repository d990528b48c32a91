"""TypeScript and JavaScript projects: what `paths` and `baseUrl` of the nearest one make of a module.

Follows `extends` as far as it stays in the texts it was given; says where to look, not what is there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from quintet.workspace.imports.configs import read_json
from quintet.workspace.imports.packages import Packages
from quintet.workspace.imports.paths import folder_of, join, upwards

_LONGEST_CHAIN = 64
_OWN_FOLDER = "${configDir}"


class _Options(msgspec.Struct, rename="camel"):
    base_url: str | None = None
    paths: dict[str, list[str]] | None = None


class _Reference(msgspec.Struct):
    path: str = ""


class _Project(msgspec.Struct, rename="camel"):
    extends: str | list[str] = []
    compiler_options: _Options = msgspec.field(default_factory=_Options)
    references: list[_Reference] = []


@dataclass(frozen=True, slots=True)
class _Aliases:
    """`base` is the folder of `baseUrl`; `paths` are relative to `folder`."""

    base: str | None = None
    paths: Mapping[str, list[str]] = field(default_factory=dict)
    folder: str = ""

    def over(self, other: "_Aliases") -> "_Aliases":
        base = other.base if self.base is None else self.base
        return (
            _Aliases(base, self.paths, self.folder)
            if self.paths
            else _Aliases(base, other.paths, other.folder)
        )


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Aliases made ready: without a star by name, the others by what stands around it, longest first."""

    base: str | None
    exact: Mapping[str, list[str]]
    starred: tuple[tuple[str, str, list[str]], ...]


class Projects:
    """The projects of a workspace by folder; each is read when a file in it first imports something."""

    def __init__(self, configs: Mapping[str, str], packages: Packages) -> None:
        self._configs = configs
        self._packages = packages
        self._known: dict[str, _Patterns] = {}

    def places(self, importer: str, written: str) -> Iterator[str]:
        """Paths at which the importer's project has a module that is not written relative, best first."""
        project = self._project(folder_of(importer))
        if project is None:
            return
        yield from project.exact.get(written, ())
        for before, after, targets in project.starred:
            if (
                len(written) >= len(before) + len(after)
                and written.startswith(before)
                and written.endswith(after)
            ):
                middle = written[len(before) : len(written) - len(after)]
                yield from (join("", target.replace("*", middle, 1)) for target in targets)
                break
        if project.base is not None:
            yield join(project.base, written)

    def _project(self, folder: str) -> _Patterns | None:
        for above in upwards(folder):
            for name in ("tsconfig.json", "jsconfig.json"):
                path = f"{above}/{name}" if above else name
                if path in self._configs:
                    if path not in self._known:
                        self._known[path] = self._patterns(path)
                    return self._known[path]
        return None

    def _patterns(self, path: str) -> _Patterns:
        found = self._read(path, set())
        root = found.folder if found.base is None else found.base
        own = folder_of(path)
        exact: dict[str, list[str]] = {}
        starred = []
        for pattern, targets in found.paths.items():
            before, star, after = pattern.partition("*")
            places = [
                join(own, target.removeprefix(_OWN_FOLDER).lstrip("/"))
                if target.startswith(_OWN_FOLDER)
                else join(root, target)
                for target in targets
            ]
            if star:
                starred.append((before, after, places))
            else:
                exact[pattern] = places
        return _Patterns(found.base, exact, tuple(sorted(starred, key=lambda each: -len(each[0]))))

    def _read(self, path: str, seen: set[str]) -> _Aliases:
        """Each file is read once, so that neither a loop nor a web of `extends` costs more than its files."""
        if path in seen or len(seen) >= _LONGEST_CHAIN:
            return _Aliases()
        seen.add(path)
        project = read_json(self._configs.get(path, ""), _Project)
        if project is None:
            return _Aliases()
        folder, options = folder_of(path), project.compiler_options
        base = None if options.base_url is None else join(folder, options.base_url)
        found = _Aliases(base, options.paths or {}, folder)
        extended = [project.extends] if isinstance(project.extends, str) else project.extends
        for parent in reversed(extended):
            found = found.over(self._read(self._extended(path, parent), seen))
        if found.base is None and not found.paths:
            found = self._referenced(folder, project, seen)
        return found

    def _extended(self, path: str, written: str) -> str:
        if written.startswith("."):
            target = join(folder_of(path), written)
        elif package := self._packages.folder(path, written):
            target = join(*package)
        else:
            return ""
        candidates = (target, f"{target}.json", join(target, "tsconfig.json"))
        return next((each for each in candidates if each in self._configs), "")

    def _referenced(self, folder: str, project: _Project, seen: set[str]) -> _Aliases:
        """A file that only refers to others beside it leaves the settings to them."""
        for reference in project.references:
            path = join(folder, reference.path)
            found = self._read(path, seen) if folder_of(path) == folder else _Aliases()
            if found.base is not None or found.paths:
                return found
        return _Aliases()
