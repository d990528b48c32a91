"""All that may go into the pack of a task, ranked; how much of it does is decided elsewhere.

Reads a snapshot through a Sight; knows no budget.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from quintet.agents.context import named, stable
from quintet.agents.context.definitions import Match, relevant_definitions
from quintet.agents.context.pieces import Piece, lines_in
from quintet.agents.context.question import question
from quintet.agents.context.relevance import relevant_files
from quintet.agents.context.sight import Sight
from quintet.agents.context.weights import WEIGHTS, Weights
from quintet.agents.task import Task
from quintet.tools.verdict import Suspicion, TestRun
from quintet.workspace.snapshot import Snapshot

_LARGE = 120
"""Lines above which a definition is shown by its signature only, unless the task points at it."""
_RULED = 5


@dataclass(frozen=True, slots=True)
class History:
    """What was done to the workspace of late, by whoever keeps track of that.

    `churn` says how often a file was changed (decayed counts; files never changed may be left out), `recent`
    holds the user's last edits, newest first: (path, the edit as a unified diff or as new text).
    """

    churn: Mapping[str, float] = field(default_factory=dict)
    recent: tuple[tuple[str, str], ...] = ()


class Survey:
    """The candidates for one pack, worked out when they are asked for."""

    def __init__(
        self, sight: Sight, pieces: tuple[Piece, ...], recent: tuple[Piece, ...], matches: tuple[Match, ...]
    ) -> None:
        self.sight = sight
        self.named = pieces
        self.recent = recent
        self.matches = matches

    @cached_property
    def rules(self) -> tuple[Piece, ...]:
        """The rules of the whole project."""
        return tuple(stable.rules(self.sight.snapshot))

    @cached_property
    def folder_rules(self) -> tuple[Piece, ...]:
        """The rules of the folders that the likeliest definitions are in."""
        paths = dict.fromkeys(match.definition.path for match in self.matches[: _RULED * 4])
        return tuple(stable.folder_rules(self.sight.snapshot, tuple(paths)[:_RULED]))

    @cached_property
    def map(self) -> tuple[Piece, ...]:
        """The map of the repository."""
        return tuple(stable.mapped(self.sight))

    def bodies(self) -> Iterator[Piece]:
        """The code of the matches, best first; what is very long or defines nothing is left out."""
        for match in self.matches:
            wanted = match.definition
            document, definitions = self.sight.text(wanted.path) or (None, ())
            unit = next((each.unit for each in definitions if each.qualified == wanted.qualified), None)
            if document and unit:
                piece = named.body(document, unit, match.why)
                if piece.lines[1] - piece.lines[0] < _LARGE:
                    yield piece

    def whole(self) -> Iterator[Piece]:
        """Every indexed file, by path."""
        for path in self.sight.snapshot.index.paths():
            yield from self._file(path, "the whole workspace fits")

    def heaviest(self) -> Iterator[Piece]:
        """Whole files in the order of the map."""
        for piece in self.map:
            yield from self._file(piece.path, "much of the workspace leans on it")

    def _file(self, path: str, why: str) -> Iterator[Piece]:
        text = self.sight.text(path)
        if text is not None:
            document, definitions = text
            names = tuple(dict.fromkeys(each.name for each in definitions))
            yield Piece("file", path, (1, lines_in(document.text)), names, why, document.text)


def survey(
    snapshot: Snapshot,
    task: Task,
    *,
    run: TestRun | None = None,
    suspects: tuple[Suspicion, ...] = (),
    history: History | None = None,
    weights: Weights = WEIGHTS,
) -> Survey:
    """Rank what the workspace has for a task. Takes some tenths of a second in a large one."""
    history = history or History()
    sight = Sight(snapshot)
    pieces = (
        *named.request(task),
        *named.failures(run),
        *named.suspected(sight, suspects),
        *named.cursor(sight, task),
        *named.failing_tests(sight, run),
    )
    recent = tuple(
        Piece("recent", path, (number, number), (), "edited a moment ago", text)
        for number, (path, text) in enumerate(history.recent, start=1)
    )
    named_paths = (task.path, *(each.path for each in suspects), *(path for path, _ in history.recent))
    near = frozenset(path for path in named_paths if path)
    asked = question(task, run)
    files = relevant_files(sight, asked, weights, history.churn, near)
    return Survey(sight, pieces, recent, relevant_definitions(sight, files, asked, weights))
