"""Which files of a folder are the user's sources, and why the others are not.

Reads names, sizes, ignore files and the first bytes of files; it never raises for what a disk can hold, and
knows nothing of trees or an index.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from quintet.workspace.deny import denied
from quintet.workspace.document import MAX_BYTES
from quintet.workspace.languages import language_of

SKIPPED_FOLDERS = frozenset(
    (
        *(".git", ".hg", ".svn", ".jj", ".idea", ".vs", ".terraform"),
        *("node_modules", "bower_components", ".next", ".nuxt", ".yarn", ".gradle"),
        *(".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", ".eggs"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".cache"),
    )
)
"""Never entered: other people's code, or what tools leave behind."""

OUTPUT_FOLDERS = frozenset({"build", "dist", "target", "out", "coverage", "htmlcov"})
"""Not entered either, unless a Python package has that name."""

_IGNORE_FILES = (".gitignore", ".ignore")
_SNIFFED = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the workspace: relative path with forward slashes, size in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder left out, and why, in a few words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a walk found, both sorted by path. A folder left out stands for all that is in it."""

    files: tuple[Found, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def without(self, refused: Mapping[str, str]) -> "Scan":
        """The same with some files left out; `refused` maps their paths to the reasons."""
        files = tuple(found for found in self.files if found.path not in refused)
        return Scan(files, self.skipped).noting(refused)

    def noting(self, reasons: Mapping[str, str]) -> "Scan":
        """The same with more reasons: a file may be there, and yet be left out of something."""
        skipped = (*self.skipped, *(Skipped(path, reason) for path, reason in reasons.items()))
        return Scan(self.files, tuple(sorted(skipped, key=lambda skip: skip.path)))


@dataclass(frozen=True, slots=True)
class _Rules:
    """One ignore file. Paths below `prefix` are its business; to those, `above` is put in front.

    `prefix` is the folder of an ignore file inside the root; `above` leads from one outside to the root.
    Both end in a slash or are empty.
    """

    spec: GitIgnoreSpec
    prefix: str = ""
    above: str = ""


def scan(root: Path) -> Scan:
    """Walk the folder `root`. Symbolic links are not followed, so that there are no loops and no escapes."""
    files: list[Found] = []
    skipped: list[Skipped] = []
    todo: list[tuple[str, tuple[_Rules, ...]]] = [("", (*_rules_above(root), *_rules(root, "")))]
    while todo:
        prefix, rules = todo.pop()
        for entry in _entries(root, prefix, skipped):
            path = prefix + entry.name
            folder = entry.is_dir(follow_symlinks=False)
            reason = _reason(entry, path, rules, folder=folder)
            if reason:
                skipped.append(Skipped(path + "/" * folder, reason))
            elif folder:
                todo.append((path + "/", (*rules, *_rules(root, path + "/"))))
            else:
                files.append(Found(path, entry.stat(follow_symlinks=False).st_size))
    return Scan(
        tuple(sorted(files, key=lambda found: found.path)),
        tuple(sorted(skipped, key=lambda skip: skip.path)),
    )


def _entries(root: Path, prefix: str, skipped: list[Skipped]) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(root / prefix) as entries:
            found = list(entries)
    except OSError as error:
        skipped.append(Skipped(prefix or "./", f"cannot be read: {error.strerror}"))
        return
    yield from found


def _reason(entry: os.DirEntry[str], path: str, rules: tuple[_Rules, ...], *, folder: bool) -> str | None:
    """Why an entry is left out; None where it is not."""
    if entry.is_symlink():
        return "symbolic link"
    if folder:
        return _folder_reason(entry) or ("ignored" if _ignored(path + "/", rules) else None)
    if not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if denied(path):
        return "may hold keys or passwords"
    if _ignored(path, rules):
        return "ignored"
    return _file_reason(entry, path)


def _folder_reason(entry: os.DirEntry[str]) -> str | None:
    if entry.name in SKIPPED_FOLDERS or entry.name.endswith(".egg-info"):
        return "not the workspace's own code"
    if entry.name in OUTPUT_FOLDERS and not Path(entry, "__init__.py").exists():
        return "build output"
    if Path(entry, "pyvenv.cfg").exists():
        return "virtual environment"
    return None


def _file_reason(entry: os.DirEntry[str], path: str) -> str | None:
    try:
        size = entry.stat(follow_symlinks=False).st_size
        if size > MAX_BYTES:
            return f"{size / (1 << 20):.1f} MB, over the limit of {MAX_BYTES >> 20} MB"
        path.encode()
        if language_of(path) is None:  # sources are read whole later, and refused then
            with Path(entry).open("rb") as file:
                return "binary" if b"\0" in file.read(_SNIFFED) else None
    except UnicodeEncodeError:
        return "its name is not valid UTF-8"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


# --- ignore files -----------------------------------------------------------------------------------


def _rules(root: Path, prefix: str) -> tuple[_Rules, ...]:
    """The rules that begin to hold in a folder of the root, weakest first."""
    return tuple(_Rules(spec, prefix=prefix) for spec in _specs(root / prefix, top=not prefix))


def _rules_above(root: Path) -> tuple[_Rules, ...]:
    """The rules of the folders between the repository's root and ours.

    None where there is no repository, or where it ignores our root: whoever opens that wants to see it.
    """
    try:
        resolved = root.resolve()
        chain = list(resolved.parents)
        top = next((i for i, folder in enumerate((resolved, *chain)) if (folder / ".git").exists()), 0)
    except (OSError, RuntimeError):
        return ()
    rules: tuple[_Rules, ...] = ()
    for folder in reversed(chain[:top]):
        above = resolved.relative_to(folder).as_posix() + "/"
        rules += tuple(_Rules(spec, above=above) for spec in _specs(folder, top=(folder / ".git").exists()))
    return () if _ignored("", rules) else rules


def _specs(folder: Path, *, top: bool) -> Iterator[GitIgnoreSpec]:
    names = (".git/info/exclude", *_IGNORE_FILES) if top else _IGNORE_FILES
    for name in names:
        try:
            text = (folder / name).read_text("utf-8", "replace")
            yield GitIgnoreSpec.from_lines(text.splitlines())
        except (OSError, ValueError):  # none there, or a pattern that git would not take either
            continue


def _ignored(path: str, rules: tuple[_Rules, ...]) -> bool:
    """What the nearest rule that speaks of the path says; a folder's path ends in a slash."""
    for rule in reversed(rules):
        include = rule.spec.check_file(rule.above + path.removeprefix(rule.prefix)).include
        if include is not None:
            return include
    return False
