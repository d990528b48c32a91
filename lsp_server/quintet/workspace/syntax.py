"""Trees over text: what does not parse, which functions and classes there are, which names are mentioned.

tree-sitter and its byte offsets stay inside this module and its helpers; every offset that leaves it is in
code points. It must not know files, an index or an editor.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from tree_sitter import Node, Parser, Point, Tree

from quintet.workspace import problems as broken
from quintet.workspace import tags
from quintet.workspace.bytemap import ByteMap
from quintet.workspace.edits import Edit, apply, in_order
from quintet.workspace.languages import facts, grammar
from quintet.workspace.python_errors import complaint
from quintet.workspace.splice import Before, splice
from quintet.workspace.tags import PIECE
from quintet.workspace.units import Outline, Unit, outline_of

__all__ = ["UNITS", "Import", "Reference", "SyntaxProblem", "SyntaxTree", "Unit", "parse"]

_MARGIN = re.compile(rb"\n(?=[^\s)\]}])")

UNITS = frozenset({"function", "method", "class", "interface", "enum", "namespace"})
"""Kinds of definition that have a body of their own, and so enclose what is written in it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of a name that is not its definition; `call` where it is called or constructed."""

    name: str
    start: int
    end: int
    call: bool


class Import(msgspec.Struct, frozen=True, array_like=True):
    """What one statement takes from one module: the module as written, and the names as it calls them."""

    module: str
    names: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Something that does not parse: a short span and one sentence."""

    start: int
    end: int
    message: str


def parse(text: str, language: str | None, *, at_once: bool = False) -> "SyntaxTree | None":
    """Parse a text; None where there is no grammar for `language`. Every text has a tree, broken or not.

    `at_once` is for processes that nobody waits for: no other thread gets in until the parser is done.
    """
    if language is None or grammar(language) is None:
        return None
    source = text.encode("utf-8", "surrogatepass")
    tree = _parser(language).parse(source) if at_once else _parsed(source, language)
    return SyntaxTree(text, language, source, tree)


class SyntaxTree:
    """The tree of one text, never changed; what is asked of it is worked out once and kept.

    May be read from any thread: working something out twice gives the same value.
    """

    def __init__(
        self, text: str, language: str, source: bytes, tree: Tree, *, incremental: bool = False
    ) -> None:
        self.text = text
        self.language = language
        self._source = source
        self._tree = tree
        self._incremental = incremental
        self._before: Before | None = None

    @cached_property
    def root(self) -> Node:
        """tree-sitter's root node, for code that walks; its offsets are bytes, see `char` and `byte`.

        Where a text has errors, tree-sitter may recover in another way after an edit than it does from
        scratch. So that a text has one tree whatever its history, such a text is parsed whole, but only
        when somebody looks: a burst of keystrokes pays for it once.
        """
        if self._incremental and self._tree.root_node.has_error:
            self._tree = _parsed(self._source, self.language)
        return self._tree.root_node

    def char(self, byte: int) -> int:
        """The code point that a byte offset of a node belongs to."""
        return self._map.char(byte)

    def byte(self, char: int) -> int:
        """The byte offset of a code point."""
        return self._map.byte(char)

    def problems(self) -> tuple[SyntaxProblem, ...]:
        """What does not parse, in order, at most the first few; empty for a clean text.

        Empty too for a language whose macros or dialects no grammar knows: an error in its tree says little.
        """
        return self._problems

    def definitions(self) -> tuple[Unit, ...]:
        """Everything defined here, by start, outer before inner."""
        return self._definitions

    def units(self) -> tuple[Unit, ...]:
        """The definitions with a body: functions, methods, classes and their like.

        Tests that are a call with a title, `it("adds", …)`, are definitions, but no units.
        """
        titles = self._titles
        return tuple(
            unit for unit in self._definitions if unit.kind in UNITS and unit.name_start not in titles
        )

    def module(self) -> Unit:
        """The whole file as a unit without a name."""
        end = len(self.text)
        return Unit("module", "", 0, end, 0, 0, self._tags.doc, 0)

    def unit_at(self, offset: int) -> Unit:
        """The innermost unit around an offset (its end included); the whole module where there is none.

        An offset in the indentation of a line stands for what begins on that line.
        """
        line = self.text.rfind("\n", 0, offset) + 1
        if self.text[line:offset].isspace() or line == offset:
            while self.text[offset : offset + 1] in {" ", "\t"}:
                offset += 1
        inside = (unit for unit in self.units() if unit.start <= offset <= unit.end)
        return max(inside, key=lambda unit: unit.start, default=self.module())

    def signature(self, unit: Unit) -> str:
        """A unit's head on one line, without decorators, body or what opens it."""
        line = self.text.rfind("\n", 0, unit.name_start) + 1
        if unit.name_start > unit.head_end:  # `typedef struct {} name;`
            return f"{' '.join(self.text[unit.start : unit.head_end].split())} {unit.name}"
        head = " ".join(self.text[max(line, unit.start) : unit.head_end].split())
        if unit.name_start in self._titles:
            opened = head[: head.find(unit.name)]
            return head + ")" * (opened.count("(") - opened.count(")"))
        return head.removesuffix("=>").rstrip(" :{;=")

    def references(self) -> tuple[Reference, ...]:
        """Every mention of a name, in order, but for those that define."""
        return self._references

    def mentions(self) -> Mapping[str, tuple[int, ...]]:
        """The same as `references` in the form an index keeps: each name, and the offsets it stands at."""
        return self._mentions

    def imports(self) -> tuple[Import, ...]:
        """Imports of other modules, in order, with `require` and dynamic ones."""
        return tuple(
            Import(each.module, tuple(dict.fromkeys(each.names)), self.char(each.start), self.char(each.end))
            for each in self._tags.imports
        )

    def edited(self, edits: Iterable[Edit]) -> "SyntaxTree":
        """The tree of `apply(text, edits)`, parsed anew only where something changed."""
        ordered = in_order(edits)
        text = apply(self.text, ordered)
        source = text.encode("utf-8", "surrogatepass")
        marked = self._tree.copy()
        for edit in reversed(ordered):  # from the end, so that earlier offsets still hold
            self._mark(marked, edit)
        tree = _parser(self.language).parse(source, marked)
        edited = SyntaxTree(text, self.language, source, tree, incremental=True)
        if ordered and (before := self._kept()):
            new_end = self.byte(ordered[-1].end) + len(source) - len(self._source)
            here = (self.byte(ordered[0].start), self.byte(ordered[-1].end), new_end)
            edited._before = before.after(here, marked.changed_ranges(tree))
        return edited

    def _kept(self) -> Before | None:
        """What a tree made from this one by an edit may start from."""
        if "_outline" not in self.__dict__:
            return self._before
        return None if self.root.has_error else Before(self._outline, len(self.text), None)

    def _mark(self, tree: Tree, edit: Edit) -> None:
        start, end = self.byte(edit.start), self.byte(edit.end)
        new = edit.text.encode("utf-8", "surrogatepass")
        start_point = _point(self._source, start)
        tree.edit(
            start_byte=start,
            old_end_byte=end,
            new_end_byte=start + len(new),
            start_point=start_point,
            old_end_point=_point(self._source, end),
            new_end_point=_advance(start_point, new),
        )

    @cached_property
    def _map(self) -> ByteMap:
        return ByteMap(self.text, self._source)

    @cached_property
    def _hopeless(self) -> bool:
        return broken.hopeless(self.root)

    @cached_property
    def _tags(self) -> tags.Tags:
        if self._hopeless:
            return tags.Tags([], [], "")
        return tags.tags(self.root, self._source, self.language)

    @cached_property
    def _problems(self) -> tuple[SyntaxProblem, ...]:
        row = facts(self.language)
        if row is None or not row.certain:
            return ()
        found = [
            self._shown(self.char(start), self.char(end), message)
            for start, end, message in broken.problems(self.root, self._source)
        ]
        if self.language == "python" and (told := complaint(self.text, self._statement_stops())):
            first = self._shown(*told)
            line_end = self.text.find("\n", first.end)
            found = [first, *(problem for problem in found if 0 <= line_end < problem.start)]
        return tuple(found[: broken.LIMIT])

    def _statement_stops(self) -> Iterator[int]:
        """Where statements of the module begin a line, about `PIECE` apart, in a text that parses."""
        last = 0
        for each in self.root.children if not self.root.has_error else ():
            at = self.char(each.start_byte)
            goes_on = self.text[max(at - 3, 0) : at].rstrip("\r\n").endswith("\\")
            if at - last >= PIECE and not each.start_point.column and not goes_on:
                yield at
                last = at

    def _shown(self, start: int, end: int, message: str) -> SyntaxProblem:
        """A problem shows on one line only, however far the parser had to skip."""
        line_end = self.text.find("\n", start, end)
        return SyntaxProblem(start, end if line_end < 0 else max(line_end, start + 1), message)

    @property
    def _definitions(self) -> tuple[Unit, ...]:
        return self._outline.units

    @property
    def _titles(self) -> frozenset[int]:
        return self._outline.titles

    @cached_property
    def _outline(self) -> Outline:
        """What is defined: from what was known before an edit, where that can be told to hold still."""
        if self._before is not None and not self.root.has_error:
            spliced = splice(self._before, self.root, self._source, self.language, self.char)
            if spliced is not None:
                return spliced
        return outline_of(self._tags.definitions, self.char)

    @cached_property
    def _mentions(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        if self._hopeless:
            return found
        defined = {unit.name_start for unit in self._definitions} - self._titles
        for name, starts in tags.names(self.root, self._source, self.language).items():
            places = tuple(at for at in self._map.chars(starts) if at not in defined)
            if places:
                found[name] = places
        return found

    @cached_property
    def _references(self) -> tuple[Reference, ...]:
        if not self._mentions:
            return ()
        called = set(self._map.chars(sorted(tags.calls(self.root, self._source, self.language))))
        found = [
            Reference(name, start, start + len(name), start in called)
            for name, starts in self._mentions.items()
            for start in starts
        ]
        return tuple(sorted(found, key=lambda reference: reference.start))


def _parsed(source: bytes, language: str) -> Tree:
    """Parse, letting other threads in now and then: a parser holds the interpreter until it is done.

    The text is parsed as if it were typed in, some lines at a time: the same tree for a little more work. (A
    callback that hands out pieces of the text would do too; py-tree-sitter 0.26 leaks each of them.)
    """
    at, *further = _stops(source)
    tree, point = _parser(language).parse(source[:at]), _advance(Point(0, 0), source[:at])
    for end in further:
        time.sleep(0)
        beyond = _advance(point, source[at:end])
        tree.edit(
            start_byte=at,
            old_end_byte=at,
            new_end_byte=end,
            start_point=point,
            old_end_point=point,
            new_end_point=beyond,
        )
        tree = _parser(language).parse(source[:end], tree)
        at, point = end, beyond
    # What was cut off inside a string may be taken for an error ever after: such a text is parsed in one go.
    return _parser(language).parse(source) if further and tree.root_node.has_error else tree


def _stops(source: bytes) -> list[int]:
    """Where a text is parsed up to, step by step: before lines that seem to begin something at the margin."""
    stops, at = [], 0
    while len(source) - at > 2 * PIECE and (found := _MARGIN.search(source, at + PIECE)):
        at = found.end()
        stops.append(at)
    return [*stops, len(source)]


def _parser(language: str) -> Parser:
    """A parser of its own for each parse: it costs a microsecond, and one shared by threads would break."""
    return Parser(grammar(language))


def _point(source: bytes, at: int) -> Point:
    return Point(source.count(b"\n", 0, at), at - (source.rfind(b"\n", 0, at) + 1))


def _advance(start: Point, added: bytes) -> Point:
    rows = added.count(b"\n")
    tail = len(added) - (added.rfind(b"\n") + 1)
    return Point(start.row + rows, tail if rows else start.column + tail)
