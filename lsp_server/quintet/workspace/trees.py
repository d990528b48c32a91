"""Trees kept for the next who asks: one bounded table for the whole process.

A tree is a pure function of its language and text, so a kept one cannot be stale, and snapshots share the
trees of all the files they agree on. Documents in, trees out; no disk.
"""

from collections import OrderedDict
from threading import Lock

from quintet.workspace.difference import differing
from quintet.workspace.document import MAX_BYTES, Document, digest
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import SyntaxTree, parse

_CHARACTERS = 16 << 20
"""Text the table may hold trees of; a tree takes some ten times its text in memory."""


def tree_of(document: Document) -> SyntaxTree | None:
    """The tree of a document; None where there is no grammar, or the text is above `MAX_BYTES`."""
    language = document.language
    if language is None or len(document.text) > MAX_BYTES:
        return None
    key = language, document.digest
    tree = _kept.get(key) or parse(document.text, language)
    if tree is not None:
        _kept.put(key, tree)
    return tree


def tree_after(before: SyntaxTree | None, document: Document) -> SyntaxTree | None:
    """The same, made from the tree of an earlier text where there is one: only what changed is parsed."""
    if before is None or before.language != document.language or len(document.text) > MAX_BYTES:
        return tree_of(document)
    if before.text == document.text:
        return before
    start, end, new_start, new_end = differing(before.text, document.text)
    tree = before.edited([Edit(start, end, document.text[new_start:new_end])])
    remember(tree)
    return tree


def remember(tree: SyntaxTree) -> None:
    """Keep a tree made elsewhere, say by an incremental parse, where `tree_of` will find it."""
    _kept.put((tree.language, digest(tree.text)), tree)


class _Kept:
    """The table, least recently wanted first; it never holds more than `_CHARACTERS`, but for one tree."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._trees: OrderedDict[tuple[str, str], SyntaxTree] = OrderedDict()
        self._characters = 0

    def get(self, key: tuple[str, str]) -> SyntaxTree | None:
        with self._lock:
            return self._trees.get(key)

    def put(self, key: tuple[str, str], tree: SyntaxTree) -> None:
        with self._lock:
            old = self._trees.pop(key, None)
            self._characters += len(tree.text) - (len(old.text) if old else 0)
            self._trees[key] = tree
            while self._characters > _CHARACTERS and len(self._trees) > 1:
                _, dropped = self._trees.popitem(last=False)
                self._characters -= len(dropped.text)


_kept = _Kept()
