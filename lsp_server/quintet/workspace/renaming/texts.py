"""The files of a rename as texts: which may be changed, which belong together, where words mention a name.

Reads through a snapshot; knows no scopes.
"""

from collections.abc import Iterable, Iterator

from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import Edit
from quintet.workspace.entry import unindexable
from quintet.workspace.generated import HEAD, kind_of
from quintet.workspace.renaming.answer import Occurrence
from quintet.workspace.renaming.scopes import places
from quintet.workspace.snapshot import Snapshot
from quintet.workspace.syntax import SyntaxTree
from quintet.workspace.trees import tree_of

_WORDS = ("comment", "string", "content", "fragment", "heredoc", "text")


def edits_of(occurrences: Iterable[Occurrence]) -> tuple[Edit, ...]:
    """The edits of the places in one file."""
    return tuple(sorted(Edit(each.start, each.end, each.new) for each in occurrences))


class Texts:
    """The files of a snapshot, each read once: however often one asks, it is of one moment."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.index = snapshot.index
        self._documents: dict[str, Document | Unreadable] = {}
        self._trees: dict[str, SyntaxTree | None] = {}

    def document(self, path: str) -> Document | Unreadable:
        """The text of a file as the user sees it."""
        if path not in self._documents:
            self._documents[path] = self.snapshot.document(path)
        return self._documents[path]

    def tree(self, path: str) -> SyntaxTree | None:
        """The tree of a file; None where it cannot be read or has no grammar."""
        if path not in self._trees:
            document = self.document(path)
            self._trees[path] = tree_of(document) if isinstance(document, Document) else None
        return self._trees[path]

    def line(self, path: str, offset: int) -> int:
        """The line, from 1, of an offset in a file."""
        document = self.document(path)
        return document.text.count("\n", 0, offset) + 1 if isinstance(document, Document) else 1

    def untouchable(self, path: str) -> str:
        """Why a file is not to be changed, in a few words; "" where it may be."""
        document = self.document(path)
        if isinstance(document, Unreadable):
            return document.reason.rstrip(".")
        return unindexable(document) or kind_of(path, document.text[:HEAD])

    def in_words(self, paths: Iterable[str], name: str) -> Iterator[tuple[str, int]]:
        """Where comments, strings and prose mention a name: path and offset."""
        for path in paths:
            document, tree = self.document(path), self.tree(path)
            if isinstance(document, Document):
                for start, end in places(document.text, name):
                    if tree is None or _is_words(tree, start, end):
                        yield path, start


def _is_words(tree: SyntaxTree, start: int, end: int) -> bool:
    node = tree.root.descendant_for_byte_range(tree.byte(start), tree.byte(end))
    return node is not None and any(part in node.type for part in _WORDS)
