"""Which files of a folder are the user's sources, and why the others are not.

Reads names, sizes, ignore files and the first bytes of files; it never raises for what a disk can hold, and
knows nothing of trees or an index.
"""

import os
import stat
from collections import deque
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.document import MAX_BYTES
from quintet.workspace.generated import Kind, kind_of
from quintet.workspace.ignore import RULES, Rules, rules_for
from quintet.workspace.languages import language_of
from quintet.workspace.regular import read_start

REPOSITORY_FOLDERS = frozenset({".git", ".hg", ".svn", ".jj"})
"""Never entered, whatever the user says: they may hold passwords, and no source."""

SKIPPED_FOLDERS = frozenset({
    ".idea", ".vs", ".terraform", ".vagrant", ".bundle", ".dart_tool", ".stack-work", ".bloop", ".metals",
    "node_modules", "bower_components", ".next", ".nuxt", ".yarn", ".gradle", ".svelte-kit", ".turbo",
    ".parcel-cache", ".angular", ".pnpm-store", ".nyc_output", ".ipynb_checkpoints", ".venv", "venv",
    "site-packages", "__pycache__", ".tox", ".nox", ".eggs", ".pixi", ".direnv", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", ".hypothesis", ".cache",
})  # fmt: skip
"""Not entered unless a `.quintetignore` names them: other people's code, or what tools leave behind."""

OUTPUT_FOLDERS = frozenset({"build", "dist", "target", "out", "coverage", "htmlcov"})
"""Not entered either at the top of a project, unless a Python package has that name."""

_PROJECT_FILES = frozenset({
    "package.json", "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "go.mod", "pom.xml",
    "build.gradle", "build.gradle.kts", "build.sbt", "CMakeLists.txt", "Makefile", "composer.json",
    "Package.swift",
})  # fmt: skip
"""What lies at the top of a project, beside what its tools put out."""

_FOREIGN = {
    "pyvenv.cfg": "virtual environment",
    "conda-meta": "virtual environment",
    "CACHEDIR.TAG": "cache",
}
"""What lies at the top of a folder that is not the workspace's own."""

_BINARY = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".tiff", ".pdf", ".zip", ".gz", ".xz", ".bz2",
    ".zst", ".7z", ".tar", ".jar", ".war", ".whl", ".so", ".a", ".o", ".dll", ".dylib", ".exe", ".class",
    ".pyc", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".ogg", ".wav", ".webm", ".mov",
    ".wasm", ".sqlite", ".sqlite3", ".parquet", ".npy", ".npz", ".safetensors", ".gguf",
)  # fmt: skip
_SNIFFED = 4096
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the workspace: relative path with forward slashes, size in bytes, time of its last change.

    `kind` is what its path says of it. Generated and vendored files are listed like any other, since an error
    may lead into them and a search may be for them; who ranks can put them last, and who indexes may leave
    generated ones unparsed.
    """

    path: str
    size: int
    mtime_ns: int = 0
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder left out, and why, in a few words. Bytes of a name that are no text stand escaped."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a walk found, both sorted by path. A folder left out stands for all that is in it."""

    files: tuple[Found, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def scan(root: Path, deny: Deny = BUILT_IN) -> Scan:
    """Walk the folder `root`. Symbolic links are not followed, so that there are no loops and no escapes."""
    files: list[Found] = []
    skipped: list[Skipped] = []
    for part in iterate(root, deny):
        files += part.files
        skipped += part.skipped
    return _sorted(files, skipped)


def iterate(root: Path, deny: Deny = BUILT_IN, *, batch: int = _BATCH) -> Generator[Scan]:
    """The same piece by piece, folders near the root first; stop taking, and it stops walking.

    A piece holds `batch` files and reasons, sorted; the last may hold fewer, none is empty.
    """
    files: list[Found] = []
    skipped: list[Skipped] = []
    waiting = deque([_Folder("", rules_for(root), wanted=True)])
    while waiting:
        for seen in _contents(root, waiting.popleft(), deny):
            if isinstance(seen, _Folder):
                waiting.append(seen)
                continue
            if isinstance(seen, Found):
                files.append(seen)
            else:
                skipped.append(seen)
            if len(files) + len(skipped) >= batch:
                yield _sorted(files, skipped)
                files, skipped = [], []
    if files or skipped:
        yield _sorted(files, skipped)


def look(root: Path, path: str, deny: Deny = BUILT_IN) -> "Found | Skipped | None":
    """What a walk would say of one path; None of what is not there, and of a folder that it would enter."""
    folder = _Folder("", rules_for(root), wanted=True)
    *above, name = path.split("/")
    for part in above:
        inside = next(_contents(root, folder, deny, only=part), None)
        if not isinstance(inside, _Folder):
            return inside if isinstance(inside, Skipped) else None
        folder = inside
    seen = next(_contents(root, folder, deny, only=name), None)
    return None if isinstance(seen, _Folder) else seen


def is_text(path: str) -> bool:
    """Whether a name is valid UTF-8: the bytes of one that is not stand in it as halves of characters."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)


def rules(path: str) -> bool:
    """Whether a file says which others belong to the folder."""
    return path[path.rfind("/") + 1 :] in RULES


def decides(path: str) -> bool:
    """Whether that a file is there, or is there no more, may change what a walk says of others."""
    *above, name = path.split("/")
    if name == "__init__.py":
        return bool(above) and above[-1] in OUTPUT_FOLDERS
    return name in _FOREIGN or name in _PROJECT_FILES or name in REPOSITORY_FOLDERS


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be entered.

    Its path ends in a slash or is empty; `rules` are those that hold outside it. It may be `wanted` whatever
    it holds, or have a name that `output` has.
    """

    path: str
    rules: Rules
    wanted: bool = False
    output: bool = False


def _contents(
    root: Path, folder: _Folder, deny: Deny, *, only: str | None = None
) -> Iterator[Found | Skipped | _Folder]:
    """Everything in a folder, or `only` what has one name, judged; or why the folder itself is left out."""
    prefix = folder.path
    here = root / prefix
    try:
        with os.scandir(here) as entries:
            names = {entry.name: entry for entry in entries}
    except (OSError, ValueError) as error:
        yield _skipped(prefix or "./", _unread(error))
        return
    if reason := None if folder.wanted else _foreign(names, output=folder.output):
        yield _skipped(prefix, reason)
        return
    rules = folder.rules.entering(here, prefix, names)
    project = not prefix or not _PROJECT_FILES.isdisjoint(names)
    for name, entry in sorted(names.items()):
        if only is not None and name != only:
            continue
        path = prefix + name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if reason := _unusable(entry):
                yield _skipped(path + "/" * is_folder, reason)
            elif is_folder:
                yield _folder(name, path, rules, deny, project=project)
            else:
                yield _file(entry, path, rules, deny)
        except OSError as error:  # it vanished, or may not be looked at
            yield _skipped(path, _unread(error))


def _unusable(entry: os.DirEntry[str]) -> str | None:
    """Why an entry is left out whatever it is."""
    name = entry.name
    if name in REPOSITORY_FOLDERS:  # in a worktree or a submodule, `.git` is a file
        return "version control"
    if entry.is_symlink():
        return "symbolic link"
    if "\\" in name:
        return "its name holds a backslash"
    if not is_text(name):
        return "its name is not valid UTF-8"
    return None


def _folder(name: str, path: str, rules: Rules, deny: Deny, *, project: bool) -> _Folder | Skipped:
    if reason := deny.entry(path, folder=True):
        return _skipped(path + "/", reason)
    if rules.wanted(path):
        return _Folder(path + "/", rules, wanted=True)
    if name in SKIPPED_FOLDERS or name.endswith(".egg-info"):
        return _skipped(path + "/", "not the workspace's own code")
    if rules.ignored(path, folder=True):
        return _skipped(path + "/", "ignored")
    return _Folder(path + "/", rules, output=project and name in OUTPUT_FOLDERS)


def _foreign(names: Collection[str], *, output: bool) -> str | None:
    """Why a folder that holds these names is left out."""
    if output and "__init__.py" not in names:
        return "build output"
    return next((what for name, what in _FOREIGN.items() if name in names), None)


def _file(entry: os.DirEntry[str], path: str, rules: Rules, deny: Deny) -> Found | Skipped:
    if reason := deny.entry(path, folder=False):
        return _skipped(path, reason)
    if rules.ignored(path, folder=False):
        return _skipped(path, "ignored")
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return _skipped(path, "not a regular file")
    if status.st_size > MAX_BYTES:
        return _skipped(path, f"{status.st_size / (1 << 20):.1f} MB, over the limit of {MAX_BYTES >> 20} MB")
    if _is_binary(entry, status.st_size):
        return _skipped(path, "binary")
    return Found(path, status.st_size, status.st_mtime_ns, kind_of(path))


def _is_binary(entry: os.DirEntry[str], size: int) -> bool:
    """Whether a file is no text, by its name or its first bytes. Raises OSError where it cannot be read.

    Files that have a grammar are read whole later, and refused then.
    """
    if entry.name.lower().endswith(_BINARY):
        return True
    return size > 0 and language_of(entry.name) is None and b"\0" in read_start(entry.path, _SNIFFED)


def _skipped(path: str, reason: str) -> Skipped:
    """A reason that can be printed: bytes of a name that are no text are escaped."""
    if not path.isascii():
        path = os.fsencode(path).decode("utf-8", "backslashreplace")
    return Skipped(path, reason)


def _unread(error: OSError | ValueError) -> str:
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _sorted(files: list[Found], skipped: list[Skipped]) -> Scan:
    return Scan(
        tuple(sorted(files, key=lambda found: found.path)),
        tuple(sorted(skipped, key=lambda skip: skip.path)),
    )
