"""A survey and a budget to one pack: what goes in, what stays out, and the count that proves it fits.

The budget is spent in characters, by an estimate of how many an engine's token has; the engine counts whole
texts only, some few times a pack. Ranks nothing.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quintet.agents.context import related, stable
from quintet.agents.context.definitions import Match
from quintet.agents.context.outlines import WIDTH, Outlines, listed
from quintet.agents.context.pieces import Count, Piece, Prompt, covers, in_order, length, printed
from quintet.agents.context.surveying import Survey
from quintet.workspace.entry import Definition

_CHARACTERS = 4.0
"""Of a token, until the engine has said otherwise."""
_BODIES, _RELATED = 0.2, 0.1
"""Parts of the room for what depends on the task: the code of the likeliest definitions, and their users."""
_RULES = 0.15
_ABOUT = 3
"""Definitions whose callers, callees and tests are looked for."""
_LISTED = 200
_LEAST = 8
"""Characters below which no definition fits."""
_TRIES = 6
_FULL = 0.95
_LARGEST = 0.125
"""Part of the room that one whole file may take."""
_MOST = 12.0
"""Characters a token beyond which nothing is gained by trying."""
_HEADING = 40
_MISSES = 5
"""Definitions too long for what is left, after which no more are tried."""
_WHOLE_BYTES = 8


async def fill(
    survey: Survey, tokens: int, count: Count, *, asked: bool = True, part: float | None = None
) -> Prompt:
    """The pack of at most `tokens`, counted with `count`.

    `asked`: whether it holds the task's own words. `part` of the budget, 0 to 1, is for what does not depend
    on the task; None: as `stable.share` says.
    """
    named = tuple(piece for piece in survey.named if asked or piece.section != "request")
    if (prompt := await _whole(survey, named, tokens, count)) is not None:
        return prompt
    first, first_tokens = await _stable(survey, tokens, count, stable.share(tokens) if part is None else part)
    rate, over = _CHARACTERS, False
    best = _Chosen((), survey.named)
    text, total = "", 0
    for _ in range(_TRIES):
        room = int((tokens - first_tokens) * rate) - _HEADING
        chosen = await asyncio.to_thread(_choose, survey, named, first, room)
        now = printed(chosen.pieces)
        spent = await count(now) if now else 0
        if spent > tokens:
            over = True
            rate *= 0.98 * _ratio(tokens - first_tokens, spent - first_tokens)
            continue
        if spent >= total:
            best, text, total = chosen, now, spent
        if over or spent >= tokens * _FULL or not chosen.left_out or rate > _MOST:
            break
        rate *= _ratio(tokens - first_tokens, spent - first_tokens)
    return Prompt(text, total, best.pieces, best.left_out)


@dataclass(frozen=True, slots=True)
class _Chosen:
    pieces: tuple[Piece, ...]
    left_out: tuple[Piece, ...]


def _ratio(room: int, used: int) -> float:
    """By how much the estimate was wrong, within reason: it is of other texts the next time."""
    return min(max(room / max(used, 1), 0.1), 2.0)


async def _whole(survey: Survey, named: tuple[Piece, ...], tokens: int, count: Count) -> Prompt | None:
    """All files, where they fit."""
    _, size = survey.sight.snapshot.index.store.counts()
    if size > tokens * _WHOLE_BYTES:
        return None
    files = await asyncio.to_thread(lambda: tuple(survey.whole()))
    extra = (piece for piece in (*survey.recent, *named) if piece.section in {"recent", "failure", "request"})
    pieces = in_order((*files, *extra))
    text = printed(pieces)
    total = await count(text) if text and len(text) <= tokens * _WHOLE_BYTES else len(text)
    return Prompt(text, total, pieces, ()) if total <= tokens else None


async def _stable(survey: Survey, tokens: int, count: Count, part: float) -> tuple[tuple[Piece, ...], int]:
    """What does not depend on the task, in its part of the budget, and its tokens."""
    most = int(part * stable.steady(tokens))
    rules = tuple(_beginning(survey.rules, tokens * _RULES * _CHARACTERS))
    room = most * _CHARACTERS
    for _ in range(_TRIES):
        pieces = in_order((*rules, *await asyncio.to_thread(_unasked, survey, room - _length(rules))))
        total = await count(printed(pieces)) if pieces else 0
        if total <= max(most, tokens * _RULES):
            return pieces, total
        room *= most / total * 0.98
    return (), 0


def _unasked(survey: Survey, room: float) -> tuple[Piece, ...]:
    """The map and, where that is not all that fits, the files that most leans on."""
    room -= 3 * _HEADING
    pieces = tuple(_beginning(survey.map, room))
    if len(pieces) < len(survey.map):
        return pieces
    room -= _length(pieces)
    files = (piece for piece in survey.heaviest() if length(piece) <= room * _LARGEST)
    return (*pieces, *_beginning(files, room))


def _beginning(pieces: Iterable[Piece], room: float) -> Iterator[Piece]:
    """Pieces up to the first that does not fit, so that less room gives a shorter beginning of the same."""
    for piece in pieces:
        room -= length(piece)
        if room < 0:
            return
        yield piece


def _length(pieces: Iterable[Piece]) -> int:
    return sum(map(length, pieces))


class _Room:
    """Characters left, and what they were spent on."""

    def __init__(self, characters: int, before: Iterable[Piece] = ()) -> None:
        self.left = characters
        self.before = [piece for piece in before if piece.section == "file"]
        self.chosen: list[Piece] = []
        self.left_out: list[Piece] = []

    def has(self, piece: Piece) -> bool:
        """Whether all of a piece is shown already."""
        return any(covers(other, piece) for other in (*self.before, *self.chosen))

    def take(self, pieces: Iterable[Piece], most: float, *, listing: bool = True) -> None:
        """Choose pieces while they fit into the room and into `most` characters of it."""
        for piece in pieces:
            if self.has(piece):
                continue
            cost = length(piece)
            if cost <= min(self.left, most):
                self.left -= cost
                most -= cost
                self.chosen.append(piece)
            elif listing:
                self.left_out.append(piece)


def _choose(survey: Survey, named: tuple[Piece, ...], first: tuple[Piece, ...], characters: int) -> _Chosen:
    """What goes in behind the stable part, in `characters`: what the task names, then code, then outlines."""
    room = _Room(max(characters, 0), first)
    room.take(named, room.left)
    room.take(survey.folder_rules, room.left * _RULES)
    room.take(survey.recent, room.left * _RULES)
    whole = room.left
    _take_bodies(survey, room, whole * _BODIES)
    about = _definitions_of(survey, [piece for piece in room.chosen if piece.section == "body"][:_ABOUT])
    room.take(related.callers(survey.sight, about), whole * _RELATED / 2, listing=False)
    room.take(related.tests(survey.sight, about), whole * _RELATED / 2, listing=False)
    outlines = Outlines(survey.sight, (*first, *room.chosen))
    rest = _outlined(survey, outlines, room.left, related.callees(survey.sight, about))
    room.left -= outlines.characters
    room.chosen += outlines.pieces()
    _take_bodies(survey, room, room.left)
    pieces = in_order((*first, *room.chosen))
    return _Chosen(pieces, (*room.left_out, *rest, *_rest_of_stable(survey, first)))


def _definitions_of(survey: Survey, bodies: Iterable[Piece]) -> tuple[Definition, ...]:
    """What some pieces of code are the definitions of."""
    texts = ((piece, survey.sight.text(piece.path)) for piece in bodies)
    found = (each for piece, text in texts if text for each in text[1] if each.name in piece.symbols)
    return tuple(found)[:_ABOUT]


def _rest_of_stable(survey: Survey, first: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Rules that were too long, and where the map would have gone on; small budgets have none."""
    rules = tuple(piece for piece in survey.rules if piece not in first)
    shown = sum(piece.section == "map" for piece in first)
    return (*rules, *(survey.map[shown : shown + _LISTED] if shown else ()))


def _take_bodies(survey: Survey, room: _Room, most: float) -> None:
    """The code of the best matches, until a good one does not fit."""
    misses = 0
    for piece in survey.bodies():
        if room.has(piece):
            continue
        before = room.left
        room.take((piece,), most, listing=misses < _MISSES)
        most -= before - room.left
        misses += before == room.left
        if misses > _MISSES:
            return


def _outlined(survey: Survey, outlines: Outlines, room: int, callees: Iterable[Match]) -> tuple[Piece, ...]:
    """Add the matches that tell most for their length; what did not fit, by file."""
    for match in callees:
        outlines.add(match, room)
    missed: dict[str, list[Match]] = {}
    for match in sorted(survey.matches, key=_density):
        if outlines.characters + _LEAST > room and len(missed) >= _LISTED:
            break
        if not outlines.add(match, room):
            missed.setdefault(match.definition.path, []).append(match)
    return tuple(
        listed(entry, [match.definition for match in matches], "outline", matches[0].why)
        for path, matches in missed.items()
        if (entry := survey.sight.entry(path))
    )


def _density(match: Match) -> float:
    return -match.worth / (min(len(match.definition.signature), WIDTH) + 6)
