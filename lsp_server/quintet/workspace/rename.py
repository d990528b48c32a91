"""An exact rename across files: which places mean one thing, and the edits that give it another name.

Trees and the index decide, and what they cannot tell is told apart. Knows no editor and no process.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, islice
from threading import Event

from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import FileEdit, Patch
from quintet.workspace.languages import language_of
from quintet.workspace.naming import akin
from quintet.workspace.renaming import plain, scoped
from quintet.workspace.renaming.answer import Answer, Left, Occurrence
from quintet.workspace.renaming.project import READERS
from quintet.workspace.renaming.texts import Texts, edits_of
from quintet.workspace.renaming.words import problem, special
from quintet.workspace.snapshot import Snapshot

__all__ = ["MOST_LEFT", "Left", "Occurrence", "Renaming", "rename"]

MOST_LEFT = 100
"""Mentions in words that are told; nobody reads more."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """What a rename would do.

    `occurrences` are the places, sorted. `certain` changes those that are, and `possible` the others; both
    are made for the same texts, so whoever wants some of each asks for `patch`. `left` are places that mean
    the thing in files not to be changed, `mentions_left` those in comments, strings and prose, by path and
    line, at most `MOST_LEFT`. `notes` are sentences on what nobody can tell from the texts. `kind` is that of
    a unit, or "parameter", "variable", "local".
    """

    old: str
    new: str
    kind: str
    occurrences: tuple[Occurrence, ...]
    certain: Patch
    possible: Patch
    left: tuple[Left, ...] = ()
    mentions_left: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()

    def patch(self, chosen: Iterable[Occurrence] = ()) -> Patch:
        """The certain edits, and those of the possible occurrences that were chosen."""
        bases = {change.path: change.base for change in (*self.certain.files, *self.possible.files)}
        wanted = {each for each in self.occurrences if each.certain}
        return _patch(sorted(wanted.union(chosen)), bases)


def rename(snapshot: Snapshot, path: str, offset: int, new: str, stop: Event | None = None) -> Renaming | str:
    """Give what is named at an offset another name wherever it is meant; or why not, in one sentence.

    Only names change: no comment, no string but the entries of `__all__`, and no file's own name. A name
    that no file of the workspace defines stays, and so does one defined in a file that a tool made or others
    wrote. What finds a name only as the program runs, as `getattr` does, is not seen. When `stop` is set, the
    answer is soon a sentence.
    """
    texts = Texts(snapshot)
    document, tree = texts.document(path), texts.tree(path)
    if isinstance(document, Unreadable):
        return document.reason
    if tree is None:
        return f"{path} is in no language whose names we know."
    reader = scoped if tree.language in READERS else plain
    place = reader.name_at(tree, offset)
    if place is None:
        return "There is no name here that can be changed."
    if refused := _refused(texts, path, tree.language, place[0], new):
        return refused
    answer = reader.find(texts, path, place, new, stop)
    if stop is not None and stop.is_set():
        answer = "The rename was stopped."
    return answer if isinstance(answer, str) else _renaming(texts, path, (place[0], new), answer)


def _refused(texts: Texts, path: str, language: str, old: str, new: str) -> str | None:
    if why := texts.untouchable(path):
        return f"{path} is not to be changed: {why}."
    return problem(new, old, language) or special(old, language)


def _renaming(texts: Texts, path: str, names: tuple[str, str], answer: Answer) -> Renaming | str:
    places = answer.occurrences
    documents = {each.path: texts.document(each.path) for each in places}
    bases = {at: document.digest for at, document in documents.items() if isinstance(document, Document)}
    made = Renaming(
        *names,
        answer.kind,
        places,
        _patch((each for each in places if each.certain), bases),
        _patch((each for each in places if not each.certain), bases),
        answer.left,
        notes=answer.notes,
    )
    doubtful = {each.path for each in places if not each.certain}
    for change in made.patch(places).files:
        if (change.path in doubtful or not answer.checked) and _is_broken(texts, change):
            return f"{change.path} would no longer parse."
    return replace(made, mentions_left=tuple(islice(_in_words(texts, path, names[0], answer), MOST_LEFT)))


def _patch(places: Iterable[Occurrence], bases: Mapping[str, str | None]) -> Patch:
    files = groupby(places, key=lambda each: each.path)
    return Patch(tuple(FileEdit(path, bases[path], edits_of(group)) for path, group in files))


def _is_broken(texts: Texts, change: FileEdit) -> bool:
    """Whether a file would parse worse than it does."""
    tree = texts.tree(change.path)
    if tree is None:
        return True
    after = tree.edited(change.edits)
    return after.root.has_error and (not tree.root.has_error or len(after.problems()) > len(tree.problems()))


def _in_words(texts: Texts, path: str, old: str, answer: Answer) -> Iterator[tuple[str, int]]:
    """The lines in whose comments, strings or prose the old name stands, each once."""
    start, end = answer.local or (0, 0)
    known = texts.index.mentioning(old) if answer.local is None else ()
    paths = [each for each in known if akin(path, each) or language_of(each) is None] or [path]
    changed = {(each.path, each.start) for each in answer.occurrences}
    told = set()
    for at, offset in texts.in_words(paths, old):
        place = at, texts.line(at, offset)
        inside = answer.local is None or start <= offset < end
        if inside and (at, offset) not in changed and place not in told:
            told.add(place)
            yield place
