"""A throw-away copy of a workspace, unsaved buffers included, in which anything may happen.

Knows nothing of commands or tests; it never writes into the workspace it copies.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from quintet.tools.confine import Place
from quintet.tools.protect import is_test
from quintet.tools.survey import Bounds, Listing, TrialError, survey
from quintet.workspace.deny import Deny, denied
from quintet.workspace.document import Document
from quintet.workspace.snapshot import Snapshot

__all__ = ["Shadow", "TrialError", "open_shadow", "shadow_of", "sweep"]

_PREFIX = ".quintet-copy-"
_MARKER = "made-by-quintet"  # nothing without this file is ever swept, whatever its name
_RAM = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, with a random name
_SPARE = 256 << 20
_SETTLED = 60.0  # seconds; a younger folder may not have been locked yet by the one who made it


@dataclass(slots=True)
class Shadow:
    """A copy of a workspace for one purpose; its files are written and put back through it.

    `place` is what a sandbox needs to run in it. `stamps` are size and time of every file as it was copied,
    `changed` what was written since.
    """

    snapshot: Snapshot
    place: Place
    symlinks: bool
    stamps: dict[str, tuple[int, int]]
    changed: set[str] = field(default_factory=set)

    @property
    def base(self) -> Path:
        """The private folder that holds the copy and what belongs to it."""
        return self.place.shadow.parent

    @property
    def scratch(self) -> Path:
        """A folder beside the copy that runs may fill: reports, temporary files."""
        return self.place.scratch[0]

    def write(self, documents: Mapping[str, Document]) -> None:
        """Give files these texts. Raises TrialError where the disk is full, and what `encode` raises."""
        contents = {path: document.encode() for path, document in documents.items()}
        with _disk_errors(self.place.shadow):
            for path, data in contents.items():
                self.changed.add(path)
                _write(self.place.shadow, path, data)

    def restore(self) -> None:
        """Put the files that `write` changed back as the snapshot has them."""
        with _disk_errors(self.place.shadow):
            for path in tuple(self.changed):
                _write_original(self.snapshot, self.place.shadow, path)
                if path in self.stamps:
                    self.stamps[path] = _stamp(self.place.shadow / path)
        self.changed.clear()

    def clean(self) -> bool:
        """Undo what runs left: new files go, changed ones are put back. Returns whether there were any."""
        root = self.place.shadow
        now = _stamps(root, skip=set(self.place.linked))
        left = [path for path in now if path not in self.stamps and path not in self.changed]
        spoilt = [
            path for path, stamp in self.stamps.items() if now.get(path) != stamp and path not in self.changed
        ]
        for path in left:
            (root / path).unlink(missing_ok=True)
        with _disk_errors(root):
            for path in spoilt:
                _write_original(self.snapshot, root, path)
                self.stamps[path] = _stamp(root / path)
        return bool(left or spoilt)


@contextmanager
def open_shadow(
    snapshot: Snapshot, *, symlinks: bool, parent: Path | None = None, bounds: Bounds | None = None
) -> Iterator[Shadow]:
    """A fresh copy, gone when the block is left.

    It lies in memory where there is room, else in the temporary folder, or in `parent`. `symlinks` shows
    environments by symbolic links; without it empty mount points are left for the sandbox. Where nothing
    else keeps a run from writing through a link, huge files are copied as far as `bounds` allows.
    Raises TrialError where the workspace is too large, the disk is full or a buffer cannot be encoded.
    """
    listing = survey(snapshot.root, bounds or Bounds(), copy_huge=symlinks, deny=snapshot.deny)
    base = _base(listing.size, parent)
    lock = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a folder nobody holds was left by a process that was killed
        place = Place(snapshot.root.resolve(), base / "work", tuple(listing.linked), (base / "scratch",))
        with _disk_errors(base):
            (base / _MARKER).touch()
            for folder in (place.shadow, *place.scratch):
                folder.mkdir()
            _copy(snapshot, listing, place.shadow, symlinks=symlinks)
        yield Shadow(snapshot, place, symlinks, _stamps(place.shadow, skip=set(listing.linked)))
    finally:
        _remove(base)
        os.close(lock)


@asynccontextmanager
async def shadow_of(
    snapshot: Snapshot, *, symlinks: bool, parent: Path | None = None
) -> AsyncIterator[Shadow]:
    """`open_shadow` without blocking the event loop; a cancelled copy is finished and then removed."""
    opened = open_shadow(snapshot, symlinks=symlinks, parent=parent)
    entering = asyncio.ensure_future(asyncio.to_thread(opened.__enter__))
    try:
        shadow = await asyncio.shield(entering)
    except asyncio.CancelledError:
        with contextlib.suppress(TrialError, OSError):
            await entering
            opened.__exit__(None, None, None)
        raise
    try:
        yield shadow
    finally:
        await asyncio.shield(asyncio.to_thread(opened.__exit__, None, None, None))


def sweep(parent: Path) -> None:
    """Remove copies left in `parent` by processes of this user that were killed, and nothing else."""
    for base in parent.glob(f"{_PREFIX}*"):
        try:
            status = base.stat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < _SETTLED:
                continue
            lock = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (base / _MARKER).is_file():
                _remove(base)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def _base(size: int, parent: Path | None) -> Path:
    """A new private folder where `size` bytes fit."""
    needed = size + size // 4 + _SPARE
    candidates = [parent] if parent else [_RAM, Path(tempfile.gettempdir())]
    for folder in candidates:
        if folder.is_dir() and os.access(folder, os.W_OK) and (parent or _fits(folder, needed)):
            sweep(folder)
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    raise TrialError(
        f"The disk is full: a copy of the workspace needs {needed >> 20} MiB in {candidates[-1]}."
    )


def _fits(folder: Path, needed: int) -> bool:
    """Whether there is room, and programs and libraries of the workspace may be run from there."""
    return shutil.disk_usage(folder).free > needed and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def _copy(snapshot: Snapshot, listing: Listing, target: Path, *, symlinks: bool) -> None:
    for folder in listing.folders:
        (target / folder).mkdir(exist_ok=True)
    for path in listing.files:
        if path not in snapshot.overlays:
            with contextlib.suppress(
                FileNotFoundError, PermissionError
            ):  # gone meanwhile, or not ours to read
                shutil.copy(snapshot.root / path, target / path, follow_symlinks=False)
    for path in listing.symlinks:
        _copy_symlink(snapshot.root, target, path)
    for path in listing.linked:
        _show(snapshot.root / path, target / path, symlinks=symlinks)
    for path, document in snapshot.overlays.items():
        if _holds(target, listing, path, snapshot.deny):
            _write(target, path, _encoded(document))


def _holds(target: Path, listing: Listing, path: str, deny: Deny) -> bool:
    """Whether an open buffer belongs into the copy: not a secret, not below what is only shown or outside."""
    if denied(path, deny) and not is_test(path):
        return False
    shown = any(path == linked or path.startswith(f"{linked}/") for linked in listing.linked)
    return not shown and _is_inside(target, path)


def _encoded(document: Document) -> bytes:
    """The bytes of a buffer. Raises TrialError where they cannot be made: it may be half typed."""
    try:
        return document.encode()
    except UnicodeEncodeError as problem:
        lacking = problem.object[problem.start]
        raise TrialError(
            f"The open file {document.path} holds {lacking!r}, which its encoding {document.encoding} lacks: "
            "take it out, or change the encoding."
        ) from None
    except (LookupError, UnicodeError):
        raise TrialError(
            f"The open file {document.path} declares the unknown encoding {document.encoding}: "
            "finish or mend its coding line."
        ) from None


def _copy_symlink(root: Path, target: Path, path: str) -> None:
    """A link that leads into the workspace leads into the copy; any other keeps its target."""
    folder = (root / path).parent
    there = Path(os.path.normpath(folder / (root / path).readlink()))
    if there.is_relative_to(root):
        there = Path(os.path.relpath(there, folder))
    (target / path).symlink_to(there)


def _stamps(root: Path, *, skip: set[str]) -> dict[str, tuple[int, int]]:
    """Size and time of change of every plain file below `root`."""
    found = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if (here / name).as_posix() not in skip]
        for name in files:
            path = (here / name).as_posix()
            if path not in skip and not (root / path).is_symlink():
                found[path] = _stamp(root / path)
    return found


def _stamp(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_size, status.st_mtime_ns


def _show(original: Path, copy: Path, *, symlinks: bool) -> None:
    if symlinks:
        copy.symlink_to(original)
    elif original.is_dir():
        copy.mkdir()
    else:
        copy.touch()


def _write_original(snapshot: Snapshot, target: Path, path: str) -> None:
    if path in snapshot.overlays:
        _write(target, path, snapshot.overlays[path].encode())
    elif (snapshot.root / path).is_file():
        _write(target, path, (snapshot.root / path).read_bytes())
    else:
        (target / path).unlink(missing_ok=True)


def _write(target: Path, path: str, data: bytes) -> None:
    """Write through no symbolic link: a link in the copy may lead out of it."""
    full = target / path
    if not _is_inside(target, path):
        raise TrialError(f"{path} lies outside the workspace.")
    full.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o644
    with contextlib.suppress(FileNotFoundError):
        status = full.lstat()
        if stat.S_ISLNK(status.st_mode):
            full.unlink()
        else:
            mode = stat.S_IMODE(status.st_mode)
    full.write_bytes(data)
    full.chmod(mode)


def _is_inside(target: Path, path: str) -> bool:
    return (target / path).parent.resolve().is_relative_to(target.resolve())


def _remove(base: Path) -> None:
    def unlock(function: object, path: str, _problem: BaseException) -> None:
        with contextlib.suppress(OSError):  # a test made its folder read-only
            Path(path).parent.chmod(0o700)
            Path(path).chmod(0o700)
            Path(path).unlink() if function is os.unlink else shutil.rmtree(path, ignore_errors=True)

    shutil.rmtree(base, onerror=lambda function, path, info: unlock(function, path, info[1]))
    shutil.rmtree(base, ignore_errors=True)


@contextmanager
def _disk_errors(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise TrialError(
            f"The disk is full: the copy of the workspace does not fit in {where.parent}."
        ) from problem
