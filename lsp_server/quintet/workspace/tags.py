"""What a tree defines, imports and mentions, found by the language's queries; offsets are bytes here.

The one caller is `syntax`, which turns bytes into code points. Nothing here knows files or an index.
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import tree_sitter
from tree_sitter import Node

from quintet.workspace import import_paths
from quintet.workspace.documentation import Comments, first_string
from quintet.workspace.language_table import Language
from quintet.workspace.languages import facts, query

PIECE = 1 << 13
"""Bytes that are parsed, or asked about, at one go: one to three milliseconds of work."""

_RANK = {"constant": 0, "field": 0, "type": 1, "signature": 1, "class": 2}
_HIGHEST = 3
"""Where two patterns find one name, the kind of higher rank stays: `const f = () => 1` is a function."""

_LONGEST_HEAD = 2_000
_DEFINITION = "definition."
_QUOTES = "'\"`"
_ARGUMENTS = re.compile(rb"<[^<>=][^<>]*>|<>")
_BLANK = re.compile(rb"(?:\s++|//[^\n]*+\n|(?>/\*.*?\*/))*+", re.DOTALL)


@dataclass(slots=True)
class Found:
    """One definition. `head_end` is where its signature ends, `body_start` where its statements begin.

    `container` is what the text itself names as holding it (`Box` for `Box::size`). A kind "scope" is no
    definition: what stands in it is named after it. `titled` is a test that goes by a string.
    """

    kind: str
    name: str
    start: int
    end: int
    name_start: int
    head_end: int
    body_start: int
    doc: str = ""
    container: str = ""
    titled: bool = False
    test: bool = False


@dataclass(slots=True)
class FoundImport:
    """What one import statement takes from one module, as written."""

    module: str
    start: int
    end: int
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tags:
    """Definitions sorted by start, outer before inner; imports sorted by start; the file's own doc."""

    definitions: list[Found]
    imports: list[FoundImport]
    doc: str


def tags(root: Node, source: bytes, language: str) -> Tags:
    """Run the definitions query over a tree of `source`."""
    row = facts(language)
    if row is None:
        return Tags([], [], "")
    gathered = _Gathered(row, source)
    for part in [(0, len(source))] if _ends_outside(language) else _parts(root, source):
        cursor = tree_sitter.QueryCursor(query(language, "definitions"))
        cursor.set_byte_range(*part)
        for _, match in cursor.matches(root):
            gathered.add(match)
    definitions, comments = gathered.definitions()
    doc = first_string(root, source) if row.doc_inside else comments.of_file(_first_start(definitions))
    return Tags(definitions, sorted(gathered.imports.values(), key=lambda each: each.start), doc)


def definitions_in(root: Node, source: bytes, language: str, part: tuple[int, int]) -> list[Found] | None:
    """The definitions of some whole children of the root, from their first byte to behind their last.

    None where they cannot be told from these alone.
    """
    row = facts(language)
    if row is None or _ends_outside(language):
        return None
    cursor = tree_sitter.QueryCursor(query(language, "definitions"))
    cursor.set_byte_range(*part)
    gathered = _Gathered(row, source)
    for _, match in cursor.matches(root):
        gathered.add(match)
    return [each for each in gathered.definitions()[0] if part[0] <= each.start < part[1]]


@cache
def _ends_outside(language: str) -> bool:
    """Whether a definition of the language may end with something that stands beside it, as in Bats."""
    asked = query(language, "definitions")
    return any(asked.capture_name(number) == "close" for number in range(asked.capture_count))


def _first_start(definitions: list[Found]) -> int | None:
    return definitions[0].start if definitions else None


def names(root: Node, source: bytes, language: str) -> dict[str, list[int]]:
    """Where each name stands, defining or mentioned: text → starts in order."""
    found: dict[bytes, list[int]] = {}
    for node in _captured(root, source, language, "names", "name"):
        start, end = node.byte_range
        found.setdefault(source[start:end], []).append(start)
    return {name.decode("utf-8", "replace"): sorted(starts) for name, starts in found.items()}


def calls(root: Node, source: bytes, language: str) -> set[int]:
    """Starts of the names that are called or constructed."""
    return {node.start_byte for node in _captured(root, source, language, "calls", "call")}


def _captured(root: Node, source: bytes, language: str, part: str, capture: str) -> Iterator[Node]:
    for start, end in _parts(root, source):
        cursor = tree_sitter.QueryCursor(query(language, part))
        cursor.set_byte_range(start, end)
        nodes = cursor.captures(root).get(capture, ())
        yield from (node for node in nodes if start <= node.start_byte < end)


def _parts(root: Node, source: bytes) -> Iterator[tuple[int, int]]:
    """The text in parts of about `PIECE` bytes that end where a child of the root does.

    A query holds the interpreter until it has run; in parts, it lets other threads in between.
    """
    start = 0
    if len(source) > PIECE:
        for child in root.children:
            end = child.end_byte
            if end - start >= PIECE:
                yield start, end
                start = end
                time.sleep(0)
    if start < len(source) or not start:
        yield start, len(source)


# --- what the query found ---------------------------------------------------------------------------


class _Gathered:
    """The matches of one text, sorted into definitions by their name's place, imports and the rest."""

    def __init__(self, row: Language, source: bytes) -> None:
        self._row = row
        self._source = source
        self.found: dict[int, Found] = {}
        self.imports: dict[tuple[int, str], FoundImport] = {}
        self.comments: list[tuple[int, int]] = []
        self._wrappers: dict[tuple[int, int], tuple[int, int]] = {}
        self._attributes: list[tuple[int, int]] = []
        self._closes: list[int] = []

    def add(self, match: dict[str, list[Node]]) -> None:
        if "name" in match or "title" in match:
            self._add_definition(match)
        elif "comment" in match:
            self.comments.append(match["comment"][0].byte_range)
        elif "wrapper" in match:
            inner, outer = match["inner"][0].byte_range, match["wrapper"][0].byte_range
            if inner != outer:
                self._wrappers[inner] = outer
        elif "attribute" in match:
            self._attributes.append(match["attribute"][0].byte_range)
        elif "close" in match:
            self._closes.append(match["close"][0].end_byte)
        else:
            self._add_import(match)

    def definitions(self) -> tuple[list[Found], Comments]:
        """The definitions with their documentation and what they test, by start; and the comments."""
        starts = {id(each): each.start for each in self.found.values()}
        definitions = _one_a_body(self.widened())
        _mark_tests(definitions, self._source, self._row)
        comments = Comments(self._source, self.comments, self._row)
        if not self._row.doc_inside:
            for each in definitions:
                each.head_end = comments.before(each.head_end)
                each.doc = comments.above(*dict.fromkeys((each.start, starts[id(each)])))
        return definitions, comments

    def widened(self) -> Iterable[Found]:
        """The definitions, each grown to its decorators, its `export` or `const`: what one would cut out."""
        self._attributes.sort()
        attributes = [end for _, end in self._attributes]
        for each in self.found.values():
            span = each.start, each.end
            while span in self._wrappers:
                span = self._wrappers[span]
            if each.titled and each.body_start == each.end and self._closes:
                at = bisect_right(self._closes, each.end)
                each.end = span[1] if at == len(self._closes) else self._closes[at]
            elif each.body_start == each.end:
                each.body_start = each.head_end = each.end = span[1]
            each.start, each.end = span[0], max(each.end, span[1])
            if attributes:
                each.start = self._first_attribute(each.start, attributes)
            yield each

    def _first_attribute(self, start: int, ends: list[int]) -> int:
        """Where the attributes above a definition begin; comments may stand between."""
        at = bisect_right(ends, start) - 1
        while at >= 0 and _BLANK.fullmatch(self._source, ends[at], start):
            start = self._attributes[at][0]
            at -= 1
        return start

    def _add_definition(self, match: dict[str, list[Node]]) -> None:
        title = match["title"][0] if "title" in match else None
        node = title or match["name"][0]
        name_start = node.start_byte
        capture, kind = _kind_of(match)
        body = match["body"][0] if "body" in match else None
        if kind == "callable":
            kind = "function" if body else "signature"
        known = self.found.get(name_start)
        if known and _RANK.get(kind, _HIGHEST) < _RANK.get(known.kind, _HIGHEST):
            return
        start, end = match[capture][0].byte_range
        body_start = end
        if body:
            body_start, body_end = body.byte_range
            end = max(end, body_end)
        head_end = title.end_byte if title else match["head"][0].start_byte if "head" in match else body_start
        name = self._text(node).strip(_QUOTES)
        found = Found(kind, name, start, end, name_start, head_end, body_start)
        found.titled = title is not None
        found.test = "test" in match
        if "container" in match:
            found.container = self._text(match["container"][0])
        elif self._row.separators and not title and node.child_count:
            _split(found, self._source[name_start : node.end_byte], self._row.separators)
        if body and self._row.doc_inside:
            found.doc = first_string(body, self._source)
        self.found[found.name_start] = found

    def _add_import(self, match: dict[str, list[Node]]) -> None:
        if "paths" in match:
            node = match["paths"][0]
            for module, name in import_paths.expand(self._text(node), self._row.separators):
                self._import(node, module, [name] if name else [])
            return
        near = "import.near" in match
        own = "import.self" in match
        node = match["import.near" if near else "import.self" if own else "import"][0]
        module = "self" if own else "__future__"
        if "module" in match:
            module = self._text(match["module"][0]).strip(_QUOTES)
        if near and not module.startswith("."):
            module = "./" + module.lstrip("/")
        self._import(node, module, [self._text(name) for name in match.get("imported", ())])

    def _text(self, node: Node) -> str:
        start, end = node.byte_range
        return self._source[start:end].decode("utf-8", "replace")

    def _import(self, node: Node, module: str, taken: list[str]) -> None:
        entry = self.imports.setdefault((node.start_byte, module), FoundImport(module, *node.byte_range))
        entry.names += taken


def _kind_of(match: dict[str, list[Node]]) -> tuple[str, str]:
    """The capture that spans a definition, and the kind it says it has."""
    for capture in match:
        if capture.startswith(_DEFINITION):
            return capture, capture[len(_DEFINITION) :]
    raise LookupError(f"a pattern names something and defines nothing: {sorted(match)}")


def _split(found: Found, name: bytes, separators: str) -> None:
    """Make `Box<T>::size` the name size in the container Box."""
    written, inner = name, 1
    while inner:  # arguments of a template may have arguments
        written, inner = _ARGUMENTS.subn(b"", written)
    parts = [part for part in re.split(separators, written.decode("utf-8", "replace")) if part]
    if len(parts) > 1:
        found.name = parts[-1].strip()
        found.container = ".".join(part.strip() for part in parts[:-1])
        found.name_start += max(name.rfind(found.name.encode()), 0)
    elif parts:
        found.name = parts[0].strip(_QUOTES)


def _one_a_body(definitions: Iterable[Found]) -> list[Found]:
    """Sort, and drop the inner of two names for one body: in `const f = function g() {}` only f counts."""
    bodies: set[int] = set()
    kept = []
    for each in sorted(definitions, key=lambda each: (each.start, -each.end, not each.test)):
        if each.body_start < each.end:
            if each.body_start in bodies:
                continue
            bodies.add(each.body_start)
        kept.append(each)
    return kept


# --- tests ------------------------------------------------------------------------------------------


def _mark_tests(definitions: list[Found], source: bytes, row: Language) -> None:
    """Set `test` of the definitions whose head, and that of the one around them, the row says are tests'."""
    marks = _marks(row)
    if not any(own.search(source) for own, _ in marks):
        return
    around: list[Found] = []
    for each in definitions:
        while around and around[-1].end < each.end:
            around.pop()
        if each.kind in {"function", "method", "class"}:
            head = _head(each, source)
            each.test |= any(
                own.search(head) and there.search(_head(around[-1], source) if around else b"")
                for own, there in marks
            )
        around.append(each)


@cache
def _marks(row: Language) -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    return tuple(
        (re.compile(own.encode(), re.MULTILINE), re.compile(there.encode(), re.MULTILINE))
        for own, there in row.tests
    )


def _head(found: Found, source: bytes) -> bytes:
    return source[found.start : min(found.body_start, found.start + _LONGEST_HEAD)]
