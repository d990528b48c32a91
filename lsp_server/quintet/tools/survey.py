"""What a throw-away copy of a workspace would hold: a walk that sorts, and copies nothing.

Knows names and sizes only.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from quintet.tools.confine import secrets
from quintet.tools.protect import is_test
from quintet.workspace.deny import BUILT_IN, Deny, denied

_SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".jj", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis",
    ".tox", ".nox", ".cache", ".parcel-cache", ".turbo", ".ipynb_checkpoints",
})  # fmt: skip
_SHOWN = frozenset({"node_modules", "bower_components"})

_Kind = Literal["folder", "file", "symlink", "linked", "left out"]


class TrialError(Exception):
    """The tests cannot be tried at all; the text is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is copied: bytes and files in all. Above `link` bytes a file is huge: it may be only shown."""

    size: int = 2 << 30
    files: int = 200_000
    link: int = 32 << 20


@dataclass(slots=True)
class Listing:
    """Relative paths of folders, files to copy, symbolic links, and what is only shown; bytes to copy."""

    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    symlinks: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    size: int = 0


def survey(root: Path, bounds: Bounds, *, copy_huge: bool = False, deny: Deny = BUILT_IN) -> Listing:
    """Walk `root`. Raises TrialError where it holds more than `bounds` or cannot be read.

    What is denied is left out, unless it lies among tests. With `copy_huge`, huge files are to be copied
    too, the smallest first, as far as `bounds` allows.
    """
    hidden = frozenset(map(str, secrets(Path.home())))
    listing = Listing()
    places = {
        "folder": listing.folders,
        "file": listing.files,
        "symlink": listing.symlinks,
        "linked": listing.linked,
    }
    huge: list[tuple[int, str]] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(root, folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            kind = "left out" if entry.path in hidden else _kind(entry, path, bounds, deny)
            if kind == "left out":
                continue
            places[kind].append(path)
            if kind == "folder":
                waiting.append(path)
            elif kind == "file":
                listing.size += _size(entry) or 0
            elif kind == "linked" and not entry.is_dir(follow_symlinks=False):
                huge.append((_size(entry) or 0, path))
        if listing.size > bounds.size or len(listing.files) > bounds.files:
            much = f"{bounds.size >> 20} MiB or {bounds.files} files"
            raise TrialError(f"The workspace is too large to be tried in a copy: over {much}.")
    listing.folders.sort()
    for size, path in sorted(huge if copy_huge else ()):
        if listing.size + size <= bounds.size:
            listing.linked.remove(path)
            listing.files.append(path)
            listing.size += size
    return listing


def _kind(entry: os.DirEntry[str], path: str, bounds: Bounds, deny: Deny) -> _Kind:
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir(follow_symlinks=False):
        if entry.name in _SKIPPED or _is_cache(entry.path):
            return "left out"
        return "linked" if entry.name in _SHOWN or _is_environment(entry.path) else "folder"
    if not entry.is_file(follow_symlinks=False) or (denied(path, deny) and not is_test(path)):
        return "left out"  # keys that lie among tests were made for them
    size = _size(entry)
    if size is None:
        return "left out"
    return "linked" if size > bounds.link else "file"


def _size(entry: os.DirEntry[str]) -> int | None:
    """Bytes of a file, asked once; None where it is gone by now or cannot be looked at."""
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return None


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        if folder:
            return []
        raise TrialError(f"The workspace {root} does not exist.") from None
    except PermissionError:
        return []


def _is_environment(path: str) -> bool:
    return (Path(path) / "pyvenv.cfg").is_file() or (Path(path) / "conda-meta").is_dir()


def _is_cache(path: str) -> bool:
    """Whether the folder says of itself that it may be left out (the CACHEDIR.TAG convention)."""
    return (Path(path) / "CACHEDIR.TAG").is_file()
