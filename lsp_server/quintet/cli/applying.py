"""A patch written into the workspace: all of it, or none of it.

Knows texts and files; who made the patch and whether it is any good is not its business.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from quintet.cli.failure import CommandError
from quintet.workspace.document import Document, read
from quintet.workspace.edits import Patch, StalePatchError, apply_patch


def write_patch(patch: Patch, root: Path) -> tuple[str, ...]:
    """Apply `patch` to the files below `root`; the paths written.

    Files keep their encoding, line ends and permissions. Raises `CommandError` where a file is no longer what
    the patch was made for, or cannot be written; what was written before that is put back.
    """
    documents = {change.path: read(root, change.path) for change in patch.files}
    known = {path: document for path, document in documents.items() if isinstance(document, Document)}
    try:
        texts = apply_patch(patch, known)
        contents = {
            path: known.get(path, Document(path, "")).with_text(text).encode() for path, text in texts.items()
        }
    except StalePatchError as error:
        raise CommandError(f"{error} Nothing was written.") from error
    except UnicodeEncodeError as error:
        raise CommandError(f"the patch cannot be written as {error.encoding}; nothing was written") from error
    targets = {(root / path).resolve(): data for path, data in contents.items()}
    for target in targets:
        if not target.is_relative_to(root.resolve()):
            raise CommandError(f"the patch leads out of the workspace, to {target}; nothing was written")
    before: dict[Path, bytes | None] = {}
    try:
        for target, data in targets.items():
            before[target] = target.read_bytes() if target.exists() else None
            _write(target, data)
    except OSError as error:
        for target, original in before.items():
            _put_back(target, original)
        raise CommandError(f"cannot write {error.filename}: {error.strerror}; nothing was changed") from error
    return tuple(contents)


def _write(target: Path, data: bytes) -> None:
    """Replace the file in one move, so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        Path(name).replace(target)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _put_back(target: Path, data: bytes | None) -> None:
    with suppress(OSError):
        if data is None:
            target.unlink(missing_ok=True)
        elif target.read_bytes() != data:
            _write(target, data)
