"""The candidates still to be judged, best first: one queue for the model's drafts and for single edits.

Holds values and an order; knows neither how a candidate came about nor how it is judged.
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, FileEdit, Patch, apply, unified

Source = Literal["edit", "pair", "model", "syntax"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that may be the fix: `edits` of `document`, and of `others` where a model changed more files.

    `prior` is what is believed of it before the model looked (log of a weight); `ratio` is the model's
    log-likelihood ratio to the text as it stands, corrected for length, 0.0 while unknown. `score` orders
    the queue: higher first.
    """

    document: Document
    edits: tuple[Edit, ...]
    source: Source
    kind: str
    description: str
    prior: float
    ratio: float = 0.0
    score: float = -math.inf
    others: tuple[tuple[Document, tuple[Edit, ...]], ...] = ()

    @property
    def text(self) -> str:
        """The document's text with the change made."""
        return apply(self.document.text, self.edits)

    @property
    def patch(self) -> Patch:
        """The change as a patch."""
        changes = ((self.document, self.edits), *self.others)
        return Patch(tuple(FileEdit(document.path, document.digest, edits) for document, edits in changes))

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        documents = (self.document, *(document for document, _ in self.others))
        return unified(self.patch, {document.path: document for document in documents})

    @property
    def size(self) -> int:
        """Characters removed and inserted."""
        return sum(edit.end - edit.start + len(edit.text) for edit in self.edits)


@dataclass(slots=True)
class Frontier:
    """A best-first queue that takes every resulting text once."""

    _heap: list[tuple[float, int, Proposal]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _count: int = 0

    def __len__(self) -> int:
        return len(self._heap)

    def fresh(self, proposals: Iterable[Proposal]) -> Iterator[Proposal]:
        """The proposals whose resulting text was not proposed before; each is remembered."""
        for proposal in proposals:
            others = tuple((document.path, edits) for document, edits in proposal.others)
            key = hash((proposal.document.path, proposal.text, others))
            if key not in self._seen:
                self._seen.add(key)
                yield proposal

    def push(self, proposals: Iterable[Proposal]) -> None:
        """Take scored proposals; among equals the earlier one stays ahead."""
        for proposal in proposals:
            heapq.heappush(self._heap, (-proposal.score, self._count, proposal))
            self._count += 1

    def pop(self) -> Proposal:
        """The best one. Raises IndexError when there is none."""
        return heapq.heappop(self._heap)[2]
