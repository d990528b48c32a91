"""A workspace at one moment: open buffers before files on disk, and the index of both.

A value that any task or thread may read. It starts nothing and knows no editor.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from quintet.workspace import graph
from quintet.workspace.deny import BUILT_IN, Deny, denied
from quintet.workspace.document import Document, Unreadable, read
from quintet.workspace.edits import Patch, apply_patch
from quintet.workspace.index import Index, record_of
from quintet.workspace.modules import Modules, is_config
from quintet.workspace.scan import Found, Skipped, scan
from quintet.workspace.store import Record, Store
from quintet.workspace.syntax import Reference, SyntaxTree
from quintet.workspace.trees import tree_of


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What a task works on.

    `overlays` holds the open buffers by path; they hide what is on disk, and what `index` says of that.
    `incomplete` says in words that the index is not ready, and how far it is. `deny` says what nobody is
    shown, open or not; `index` holds nothing of it. Making one copies nothing; a file on disk is read when
    it is asked for.
    """

    root: Path
    overlays: Mapping[str, Document]
    index: Index
    incomplete: str = ""
    deny: Deny = BUILT_IN

    def document(self, path: str) -> Document | Unreadable:
        """The text of a file by its relative path, as the user sees it now. Never leaves the workspace."""
        if reason := _outside(path) or denied(path, self.deny):
            return Unreadable(path, reason)
        if path in self.overlays:
            return self.overlays[path]
        try:
            real, root = (self.root / path).resolve(), self.root.resolve()
        except (OSError, ValueError, RuntimeError):
            return Unreadable(path, f"{path} cannot be read: its links lead nowhere.")
        if not real.is_relative_to(root):
            return Unreadable(path, f"{path} leads outside the workspace.")
        if reason := denied(real.relative_to(root).as_posix(), self.deny):
            return Unreadable(path, reason)
        return read(self.root, path)

    def files(self) -> tuple[str, ...]:
        """Every file of the workspace that is text and ours, open buffers included, sorted."""
        open_now = {path for path in self.overlays if not denied(path, self.deny)}
        return tuple(sorted(open_now.union(self.index.store.listed())))

    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out, and why."""
        return tuple(Skipped(path, reason) for path, reason in self.index.store.left_out().items())

    def references(self, name: str) -> Iterator[tuple[str, Reference]]:
        """Every mention of a bare name that is not its definition, by path and place, comments left out.

        Files are read as the caller goes on, so that one may stop early.
        """
        for path in self.index.mentioning(name):
            tree = self.tree(path)
            for reference in tree.references() if tree else ():
                if reference.name == name:
                    yield path, reference

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
        newer = {document.path: document for document in documents}
        shown = (document for document in newer.values() if not denied(document.path, self.deny))
        overlays = MappingProxyType({**self.overlays, **newer})
        return replace(self, overlays=overlays, index=self.index.with_documents(shown))

    def with_patch(self, patch: Patch) -> "Snapshot":
        """The workspace after a patch. Raises StalePatchError where the patch is for another text."""
        before = self.documents(change.path for change in patch.files)
        texts = apply_patch(patch, before)
        return self.with_documents(
            before[path].with_text(text) if path in before else Document(path, text)
            for path, text in texts.items()
        )


def open_snapshot(
    root: Path, overlays: Mapping[str, Document] | None = None, deny: Deny = BUILT_IN
) -> Snapshot:
    """Walk and index a folder here and now, open buffers first; an empty or missing one is no error."""
    buffers = MappingProxyType(dict(overlays or {}))
    scanned = scan(root, deny)
    store = Store()
    store.put(_records(root, scanned.files, buffers, deny))
    store.set_skipped({skip.path: skip.reason for skip in scanned.skipped})
    graph.settle(store, Modules(store.ids(), _configs(root, scanned.files)))
    return Snapshot(root, buffers, Index(store), deny=deny)


def _configs(root: Path, files: Iterable[Found]) -> dict[str, str]:
    """The texts of the files that say how imports are resolved."""
    read_now = (read(root, file.path) for file in files if is_config(file.path))
    return {document.path: document.text for document in read_now if isinstance(document, Document)}


def _records(
    root: Path, files: Iterable[Found], buffers: Mapping[str, Document], deny: Deny
) -> Iterator[Record]:
    yield from (record_of(document) for path, document in buffers.items() if not denied(path, deny))
    for file in files:
        if file.path not in buffers:
            yield record_at(root, file)


def record_at(root: Path, file: Found) -> Record:
    """Read and describe one file of the disk."""
    document = read(root, file.path)
    if isinstance(document, Document):
        return record_of(document, file.size, file.mtime_ns, file.kind)
    reason = document.reason.removeprefix(f"{file.path} ").removesuffix(".")
    return Record(file.path, file.size, file.mtime_ns, reason=reason, kind="unreadable")


def _outside(path: str) -> str | None:
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path:
        return f"{path!r} is not a path inside the workspace."
    return None
