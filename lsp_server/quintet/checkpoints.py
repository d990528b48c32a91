"""What files were before an editor was given a change: kept for a while, so that it can be taken back.

Knows texts, patches and a folder of the user's own state; neither editors nor git, and writes nothing into a
workspace: what brings a text back is a patch like any other.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from quintet.workspace.document import Document, Unreadable, digest
from quintet.workspace.edits import (
    Conflict,
    Edit,
    FileEdit,
    Patch,
    apply,
    create_file,
    diff,
    rebase,
)

log = logging.getLogger(__name__)

Current = Callable[[str], Document | Unreadable]
"""A file of the workspace as the user sees it now, by its path."""

_VERSION = 1
_MOST = 50
_BYTES = 20 << 20
_HEADING = 1 << 20


class Checkpoint(msgspec.Struct, frozen=True):
    """A change that can be taken back: when it was made (seconds since 1970) and the files it touched."""

    id: str
    title: str
    at: float
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restoration:
    """How a change is taken back: a patch for the texts of now, and the files it had created, to delete."""

    patch: Patch
    delete: tuple[str, ...]


class _Piece(msgspec.Struct, frozen=True):
    start: int
    end: int
    text: str


class _File(msgspec.Struct, frozen=True):
    """One file: the text it had (None: there was none), how that was encoded, and what was done to it."""

    path: str
    before: str | None
    encoding: str
    bom: bool
    edits: tuple[_Piece, ...]


class _Kept(msgspec.Struct, frozen=True):
    version: int
    digest: str
    """Of `files`: one that was damaged must not be believed."""
    files: tuple[_File, ...]


class Checkpoints:
    """The last changes a workspace, below `folder`; the oldest make room for new ones.

    `most_bytes` is for one workspace; the newest stays however long it is. Several servers may use one folder
    at a time.
    """

    def __init__(self, folder: Path, *, most_bytes: int = _BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def keep(self, root: Path, title: str, before: Mapping[str, Document | None], patch: Patch) -> str | None:
        """Keep what the files of `patch` were before it; the checkpoint's id.

        None where it cannot be kept: the log says why. `before` has None, or an empty text, for a new file.
        """
        files = tuple(_file(change, before.get(change.path)) for change in patch.files)
        id_ = f"{time.time_ns():016x}-{os.urandom(2).hex()}"
        heading = Checkpoint(id_, title, time.time(), tuple(file.path for file in files))
        folder = self._of(root)
        if folder.resolve().is_relative_to(root.resolve()):
            log.warning("no checkpoint is kept: it would lie in the workspace")
            return None
        try:
            _write(folder, id_, f"{_json(heading)}\n{_json(_Kept(_VERSION, _digest(files), files))}\n")
            _prune(folder, self._most_bytes)
        except OSError as error:
            log.warning("no checkpoint is kept: %s", error)
            return None
        return id_

    def list(self, root: Path) -> tuple[Checkpoint, ...]:
        """What can be taken back, newest first."""
        return tuple(filter(None, map(_heading, _files(self._of(root)))))

    def restore(self, root: Path, id: str, current: Current) -> Restoration | str:  # noqa: A002
        """How a change is taken back, for the texts as they are now; or one sentence on why it cannot be.

        What was edited elsewhere in a file since is left as it is.
        """
        path = next((each for each in _files(self._of(root)) if each.stem == id), None)
        files = _kept(path) if path else None
        if files is None:
            return "This checkpoint is not kept, or no longer."
        edits: list[FileEdit] = []
        delete: list[str] = []
        for file in files:
            back = _gone(root, file, current) if file.before is None else _back(root, file, current)
            if isinstance(back, str):
                return back
            if isinstance(back, FileEdit):
                edits.append(back)
            elif back:
                delete.append(file.path)
        if not (edits or delete):
            return "The files are as they were before this change."
        return Restoration(Patch(tuple(edits)), tuple(delete))

    def _of(self, root: Path) -> Path:
        return self._folder / digest(str(root.resolve()))[:16]


# --- one file -----------------------------------------------------------------------------------------


def _file(change: FileEdit, before: Document | None) -> _File:
    edits = tuple(_Piece(edit.start, edit.end, edit.text) for edit in change.edits)
    if before is None or change.base is None:
        return _File(change.path, None, "utf-8", bom=False, edits=edits)
    return _File(change.path, before.text, before.encoding, before.bom, edits)


def _edits(file: _File) -> tuple[Edit, ...]:
    return tuple(Edit(piece.start, piece.end, piece.text) for piece in file.edits)


def _gone(root: Path, file: _File, current: Current) -> bool | str:
    """Whether a file that the change created is to be deleted, or why it must not be."""
    now = current(file.path)
    if isinstance(now, Unreadable):
        return now.reason if (root / file.path).exists() else False
    if now.text != apply("", _edits(file)):
        return f"{file.path} was created by this change and edited since: delete it yourself if you want to."
    return True


def _back(root: Path, file: _File, current: Current) -> FileEdit | str | None:
    """What gives a file the text it had; None where it has it."""
    before = Document(file.path, file.before or "", None, file.encoding, file.bom)
    now = current(file.path)
    if isinstance(now, Unreadable):
        return now.reason if (root / file.path).exists() else _again(before)
    if now.text == before.text:
        return None
    after = apply(before.text, _edits(file))
    since = diff(after, now.text)
    back = [edit for edit in diff(after, before.text) if edit not in since]  # these were taken back before
    moved = rebase(back, since)
    if isinstance(moved, Conflict):
        return f"{file.path} was edited since in a place that this change touched."
    return FileEdit(file.path, now.digest, moved) if moved else None


def _again(before: Document) -> FileEdit | str:
    """A file that was deleted since, made anew; an editor would write it as UTF-8."""
    if before.bom or before.encoding.lower().replace("_", "-") not in {"utf-8", "utf8", "ascii", "us-ascii"}:
        encoding = f"{before.encoding} with a byte order mark" if before.bom else before.encoding
        return f"{before.path} was deleted since, and an editor would not write it as {encoding} again."
    return create_file(before.path, before.text)


# --- the folder ---------------------------------------------------------------------------------------


def _json(value: msgspec.Struct) -> str:
    """As JSON in ASCII: half a character and any line end come back as they were."""
    return json.dumps(msgspec.to_builtins(value))


def _digest(files: tuple[_File, ...]) -> str:
    return digest(json.dumps(msgspec.to_builtins(files)))


def _write(folder: Path, name: str, text: str) -> None:
    """Write a file whole, for its user alone: it appears under its name complete or not at all."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    partial = folder / f"{name}.part"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        partial.replace(folder / f"{name}.json")
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _files(folder: Path) -> Iterator[Path]:
    """The checkpoints in a folder, newest first: their names sort by time."""
    return iter(sorted(folder.glob("*.json"), reverse=True))


def _prune(folder: Path, most_bytes: int) -> None:
    total = 0
    for number, path in enumerate(_files(folder)):
        total += path.stat().st_size
        if number and (number >= _MOST or total > most_bytes):
            path.unlink(missing_ok=True)


def _heading(path: Path) -> Checkpoint | None:
    """The first line of a checkpoint; what follows is long and not needed for a list."""
    try:
        with path.open("rb") as file:
            heading = msgspec.convert(json.loads(file.readline(_HEADING)), Checkpoint)
        problem: object = None if heading.id == path.stem else "it is another one"
    except (OSError, ValueError, msgspec.ValidationError) as error:
        heading, problem = None, error
    return None if _skipped(path, problem) else heading


def _kept(path: Path) -> tuple[_File, ...] | None:
    try:
        _, _, body = path.read_text("utf-8").partition("\n")
        kept = msgspec.convert(json.loads(body), _Kept)
        sound = kept.version == _VERSION and kept.digest == _digest(kept.files)
        files, problem = kept.files, None if sound else "it was changed, or is of another version"
    except (OSError, ValueError, msgspec.ValidationError) as error:
        files, problem = (), str(error)
    return None if _skipped(path, problem) else files


def _skipped(path: Path, problem: object) -> bool:
    """Whether there is a problem with a file, which the log then tells."""
    if problem is not None:
        log.warning("the checkpoint %s is skipped: %s", path.name, problem)
    return problem is not None
