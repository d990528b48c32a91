"""What a search for the places of a name comes to, as values; the edits are made from it elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """A place that would change: `text[start:end]` becomes `new`; `why` says why it is not certain."""

    path: str
    start: int
    end: int
    new: str
    certain: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """A place that stays as it is, by its line (from 1), and why, in a sentence."""

    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The places that mean one thing, sorted, and what `kind` of thing that is.

    `local` is the stretch of the only file that can mention it, for what nothing outside of it can see.
    `checked` says that each file was seen to parse as well as before with what is certain.
    """

    kind: str
    occurrences: tuple[Occurrence, ...]
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    local: tuple[int, int] | None = None
    checked: bool = False
