"""Edits and patches: what changes in a text, as values.

Offsets are code points of the text the edit was made for; this module knows no trees, disks or editors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quintet.workspace import difference
from quintet.workspace.document import Document


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace `text[start:end]` by `text`. Offsets in code points, `0 <= start <= end <= len(text)`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FileEdit:
    """The edits of one file, sorted and disjoint, made for the text whose `digest` is `base`.

    `path` is workspace-relative with forward slashes. `base=None` creates the file: `edits` is then one
    insertion at 0.
    """

    path: str
    base: str | None
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """A change to a workspace: at most one `FileEdit` a path."""

    files: tuple[FileEdit, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two edits of one text that cannot both be had: `edit` and what the text underwent meanwhile."""

    edit: Edit
    over: Edit


class StalePatchError(ValueError):
    """A patch was applied to another text than the one it was made for; `path` names the file."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} has changed since the patch was made.")
        self.path = path


# --- one text ---------------------------------------------------------------------------------------


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` after `edits`, all of whose offsets refer to `text` as given.

    Insertions at one offset stay in their order. Raises ValueError where edits overlap or lie outside.
    """
    parts: list[str] = []
    done = 0
    for edit in in_order(edits):
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"{edit} overlaps another edit or lies outside 0..{len(text)}")
        parts += text[done : edit.start], edit.text
        done = edit.end
    parts.append(text[done:])
    return "".join(parts)


def diff(before: str, after: str) -> tuple[Edit, ...]:
    """Few small edits that turn `before` into `after`, with unchanged text between any two of them."""
    spans = difference.changed_characters(before, after)
    return tuple(Edit(a, b, after[c:d]) for a, b, c, d in spans)


def invert(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits that turn `apply(text, edits)` back into `text`."""
    undo = []
    moved = 0
    for edit in in_order(edits):
        start = edit.start + moved
        undo.append(Edit(start, start + len(edit.text), text[edit.start : edit.end]))
        moved += growth(edit)
    return tuple(undo)


def rebase(edits: Iterable[Edit], over: Iterable[Edit]) -> tuple[Edit, ...] | Conflict:
    """Move `edits`, made for some text, to the text that `over` has turned it into.

    A Conflict where two of them overlap, or where one only inserts and touches the other, so that the
    order of the two is anybody's guess.
    """
    theirs = in_order(over)
    rebased = []
    for edit in in_order(edits):
        moved = 0
        for other in theirs:
            if _conflicting(edit, other):
                return Conflict(edit, other)
            if other.end <= edit.start:
                moved += growth(other)
        rebased.append(Edit(edit.start + moved, edit.end + moved, edit.text))
    return tuple(rebased)


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Sort edits by place; those at one place keep the order they were given in."""
    return sorted(edits, key=lambda edit: (edit.start, edit.end))


def growth(edit: Edit) -> int:
    """By how many code points an edit makes its text longer (negative: shorter)."""
    return len(edit.text) - (edit.end - edit.start)


def _conflicting(edit: Edit, other: Edit) -> bool:
    if edit.start == edit.end or other.start == other.end:
        return edit.start <= other.end and other.start <= edit.end
    return edit.start < other.end and other.start < edit.end


# --- files ------------------------------------------------------------------------------------------


def replace_text(document: Document, new_text: str) -> FileEdit:
    """The smallest change of `document` that gives it `new_text`."""
    return FileEdit(document.path, document.digest, diff(document.text, new_text))


def create_file(path: str, text: str) -> FileEdit:
    """The change that makes a new file."""
    return FileEdit(path, None, (Edit(0, 0, text),))


def apply_patch(patch: Patch, documents: Mapping[str, Document]) -> dict[str, str]:
    """Return the new text of every file the patch touches, by path.

    Raises StalePatchError where a file is not the text the patch was made for: another one, gone, or (for
    a new file) already there.
    """
    texts = {}
    for change in patch.files:
        document = documents.get(change.path)
        if change.base != (document.digest if document else None):
            raise StalePatchError(change.path)
        texts[change.path] = apply(document.text if document else "", change.edits)
    return texts


def rebase_file(change: FileEdit, before: Document, now: Document) -> FileEdit | Conflict:
    """Move the change made for `before` to the text that the file has `now`.

    Raises StalePatchError where the change was not made for `before`.
    """
    if change.base != before.digest:
        raise StalePatchError(change.path)
    moved = rebase(change.edits, diff(before.text, now.text))
    return moved if isinstance(moved, Conflict) else FileEdit(change.path, now.digest, moved)


def unified(patch: Patch, documents: Mapping[str, Document]) -> str:
    """The patch as a unified diff that `git apply` and `patch -p1` take; lines keep their own ends.

    Raises StalePatchError as `apply_patch` does.
    """
    after = apply_patch(patch, documents)
    return "".join(
        difference.unified_file(change.path, documents[change.path].text, after[change.path])
        if change.base is not None
        else difference.unified_file(change.path, None, after[change.path])
        for change in patch.files
    )
