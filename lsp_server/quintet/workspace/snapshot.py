"""A workspace at one moment: open buffers before files on disk, and the index of both.

A value that any task or thread may read. It starts nothing and knows no editor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from quintet.workspace.deny import denied
from quintet.workspace.document import Document, Unreadable, read
from quintet.workspace.edits import Patch, apply_patch
from quintet.workspace.index import Index, unindexable
from quintet.workspace.languages import language_of
from quintet.workspace.scan import Scan, Skipped, scan
from quintet.workspace.syntax import SyntaxTree
from quintet.workspace.trees import tree_of


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What a task works on.

    `overlays` holds the open buffers by path; they hide what is on disk. `scanned` is what a walk of `root`
    found. Making one copies nothing; a file on disk is read when it is asked for.
    """

    root: Path
    overlays: Mapping[str, Document]
    index: Index
    scanned: Scan = field(default_factory=Scan)

    def document(self, path: str) -> Document | Unreadable:
        """The text of a file by its relative path, as the user sees it now. Never leaves the workspace."""
        if reason := _outside(path) or denied(path):
            return Unreadable(path, reason)
        if path in self.overlays:
            return self.overlays[path]
        try:
            inside = (self.root / path).resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError, RuntimeError):
            return Unreadable(path, f"{path} cannot be read: its links lead nowhere.")
        if not inside:
            return Unreadable(path, f"{path} leads outside the workspace.")
        return read(self.root, path)

    def files(self) -> tuple[str, ...]:
        """Every file of the workspace that is text and ours, open buffers included, sorted."""
        open_now = {path for path in self.overlays if not denied(path)}
        return tuple(sorted(open_now.union(found.path for found in self.scanned.files)))

    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out, and why."""
        return self.scanned.skipped

    def tree(self, path: str) -> SyntaxTree | None:
        """The tree of a file; None where it cannot be read or has no grammar."""
        document = self.document(path)
        return tree_of(document) if isinstance(document, Document) else None

    def documents(self, paths: Iterable[str]) -> dict[str, Document]:
        """Those of the files that can be read, by path: what `edits.unified` and its like ask for."""
        found = {path: self.document(path) for path in paths}
        return {path: document for path, document in found.items() if isinstance(document, Document)}

    def with_documents(self, documents: Iterable[Document]) -> "Snapshot":
        """The same workspace with these texts over what it has."""
        overlays = dict(self.overlays)
        index = self.index.frozen()
        for document in documents:
            overlays[document.path] = document
            if not denied(document.path):
                index.update(document, tree_of(document))
        return replace(self, overlays=MappingProxyType(overlays), index=index.frozen())

    def with_patch(self, patch: Patch) -> "Snapshot":
        """The workspace after a patch. Raises StalePatchError where the patch is for another text."""
        before = self.documents(change.path for change in patch.files)
        texts = apply_patch(patch, before)
        return self.with_documents(
            before[path].with_text(text) if path in before else Document(path, text)
            for path, text in texts.items()
        )


def open_snapshot(root: Path, overlays: Mapping[str, Document] | None = None) -> Snapshot:
    """Walk and index a folder, open buffers first; an empty or missing one gives an empty snapshot."""
    buffers = MappingProxyType(dict(overlays or {}))
    scanned = scan(root)
    index = Index(document for path, document in buffers.items() if not denied(path))
    refused, unindexed = {}, {}
    for file in scanned.files:
        if language_of(file.path) is None or file.path in buffers:
            continue
        document = read(root, file.path)
        if isinstance(document, Unreadable):
            refused[file.path] = document.reason.removeprefix(f"{file.path} ").removesuffix(".")
        elif reason := unindexable(document.text):
            unindexed[file.path] = reason
        else:
            index.update(document)
    return Snapshot(root, buffers, index.frozen(), scanned.without(refused).noting(unindexed))


def _outside(path: str) -> str | None:
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path:
        return f"{path!r} is not a path inside the workspace."
    return None
