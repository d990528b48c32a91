"""Definitions as the rest of the program knows them, made from what a language's queries found.

Bytes come in and code points go out, by a function the caller brings; nothing here parses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from quintet.workspace.tags import Found

Char = Callable[[int], int]
"""From a byte offset to the code point it belongs to."""

_HAVE_METHODS = frozenset({"class", "interface", "enum"})


class Unit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A definition: `text[start:end]` is all of it, with decorators, `export` and the closing bracket.

    `kind` is one of "function", "method", "class", "interface", "enum", "namespace", and in
    `SyntaxTree.definitions` also "constant", "field", "type", "signature"; the whole file is a "module".
    `head_end` is where the signature ends, `body_start` where the statements begin (`end` without a body),
    `doc` the first paragraph of the docstring or of the comment above, and `container` the dotted names of
    the definitions around it. `test` says that it is one: a test, or what groups tests.
    """

    kind: str
    name: str
    start: int
    end: int
    name_start: int
    body_start: int
    doc: str = ""
    head_end: int = 0
    container: str = ""
    test: bool = False

    @property
    def qualified(self) -> str:
        """The name with those around it: `Class.method`."""
        return f"{self.container}.{self.name}" if self.container else self.name


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text defines, by start, outer before inner; `titles` are the name starts of titled tests."""

    units: tuple[Unit, ...]
    titles: frozenset[int]


def outline_of(definitions: "Iterable[Found]", char: Char) -> Outline:
    """The units of what was found, each with the names around it."""
    around: list[Unit] = []
    units, titles = [], set()
    for found in definitions:
        span = char(found.start), char(found.end)
        while around and (around[-1].end < span[1] or (around[-1].start, around[-1].end) == span):
            around.pop()
        unit = _unit(found, span, around[-1] if around else None, char)
        if found.kind != "scope" and not _local(unit, around):
            units.append(unit)
            if found.titled:
                titles.add(unit.name_start)
        if found.kind != "type":  # `typedef struct a {} b;` does not make a part of b
            around.append(unit)
    return Outline(tuple(units), frozenset(titles))


def _unit(found: "Found", span: tuple[int, int], around: Unit | None, char: Char) -> Unit:
    container = [around.qualified] if around else []
    if found.container:
        container.append(found.container)
    return Unit(
        kind=_kind(found, around),
        name=found.name,
        start=span[0],
        end=span[1],
        name_start=char(found.name_start),
        body_start=char(found.body_start),
        doc=found.doc,
        head_end=char(found.head_end),
        container=".".join(container),
        test=found.test,
    )


def _kind(found: "Found", around: Unit | None) -> str:
    if found.kind == "scope":
        return "class"
    if found.kind != "function" or found.titled:
        return found.kind
    return "method" if found.container or (around and around.kind in _HAVE_METHODS) else "function"


def _local(unit: Unit, around: list[Unit]) -> bool:
    """Whether it is a function's own business: a prototype or constant that a grammar saw in a body."""
    return (
        bool(around) and unit.kind in {"signature", "constant"} and around[-1].kind in {"function", "method"}
    )
