"""JavaScript packages that lie in the workspace itself: their names, and where code in them begins.

Reads `package.json` and `pnpm-workspace.yaml` texts; `exports` maps and `node_modules` are not looked at.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from quintet.workspace.imports.configs import read_json
from quintet.workspace.imports.paths import folder_of, join, nearest, upwards

_BUILT = re.compile(r"^(?:dist|lib|build|out|esm|cjs)/")
_PNPM_PACKAGES = re.compile(r"^packages:[^\n]*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n)*)", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*-[ \t]*[\"']?([^\"'#\s]+)", re.MULTILINE)

_Rule = tuple[bool, re.Pattern[str]]
"""Whether a folder that matches belongs to the workspace; the last rule that matches decides."""


class _Members(msgspec.Struct):
    packages: list[str] = []


class _Manifest(msgspec.Struct):
    name: str = ""
    source: object = None
    main: object = None
    module: object = None
    types: object = None
    workspaces: list[str] | _Members | None = None

    def members(self) -> list[str]:
        """Patterns of the folders that belong to this workspace."""
        return self.workspaces.packages if isinstance(self.workspaces, _Members) else self.workspaces or []


class Packages:
    """The packages of a workspace by name."""

    def __init__(self, configs: Mapping[str, str]) -> None:
        self._folders: dict[str, list[str]] = {}
        self._entries: dict[str, list[str]] = {}
        self._members: dict[str, list[_Rule]] = {}
        for path, text in sorted(configs.items()):
            folder, _, name = path.rpartition("/")
            if name == "package.json" and (manifest := read_json(text, _Manifest)):
                self._add(folder, manifest)
            elif name == "pnpm-workspace.yaml" and (
                listed := _PNPM_PACKAGES.search(f"{text}\n".replace("\r\n", "\n"))
            ):
                self._members[folder] = _rules(_ITEM.findall(listed[1]))

    def _add(self, folder: str, manifest: _Manifest) -> None:
        if manifest.name:
            self._folders.setdefault(manifest.name, []).append(folder)
            fields = manifest.source, manifest.main, manifest.module, manifest.types
            self._entries[folder] = [entry for entry in fields if isinstance(entry, str) and entry]
        if manifest.members():
            self._members[folder] = _rules(manifest.members())

    def folder(self, importer: str, written: str) -> tuple[str, str] | None:
        """Folder of the package that a module such as `@scope/name/sub` is in, and what follows its name."""
        parts = written.split("/")
        count = 2 if written.startswith("@") else 1
        known = self._folders.get("/".join(parts[:count]), ())
        manifests = sorted(join(folder, "package.json") for folder in known if self._open(folder, importer))
        return next(
            ((folder_of(path), "/".join(parts[count:])) for path in nearest(manifests, importer)), None
        )

    def places(self, folder: str, rest: str) -> Iterator[str]:
        """Paths without certain endings at which a package may have what is imported of it, best first.

        What is built is not in the workspace: its source is looked for under `src`.
        """
        for inner in [rest] if rest else [*self._entries.get(folder, ()), "index"]:
            plain = join("", inner)
            yield join(folder, plain)
            yield join(folder, "src", plain)
            yield join(folder, "src", _BUILT.sub("", plain))

    def _open(self, folder: str, importer: str) -> bool:
        """Whether others can import the package: where a folder above lists its members, it must be one."""
        if importer.startswith(f"{folder}/"):
            return True
        for above in upwards(folder_of(folder)) if folder else ():
            if above in self._members:
                inner = folder.removeprefix(f"{above}/")
                return _listed(inner, self._members[above])
        return True


def _listed(folder: str, rules: list[_Rule]) -> bool:
    return next((belongs for belongs, pattern in reversed(rules) if pattern.fullmatch(f"{folder}/")), False)


def _rules(patterns: list[str]) -> list[_Rule]:
    return [(not pattern.startswith("!"), _glob(pattern.lstrip("!"))) for pattern in patterns]


def _glob(pattern: str) -> re.Pattern[str]:
    parts = pattern.removeprefix("./").strip("/").split("/")
    kept = [part for part, before in zip(parts, ["", *parts], strict=False) if not part == before == "**"]
    return re.compile(
        "".join(
            "(?:[^/]+/)*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*") + "/" for part in kept
        )
    )
