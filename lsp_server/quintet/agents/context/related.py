"""What has to do with the code that a task is about: who calls it, what it calls, which tests reach it.

By names: a file is asked about only if the name stands in it, and only a few files are read.
"""

from collections.abc import Iterable, Iterator

from quintet.agents.context.definitions import Match
from quintet.agents.context.named import body
from quintet.agents.context.pieces import Piece
from quintet.agents.context.sight import Sight
from quintet.workspace.document import Document
from quintet.workspace.entry import Definition
from quintet.workspace.syntax import SyntaxTree, Unit
from quintet.workspace.testfiles import is_test_file

_COMMON = 60
"""A name in more files than this says nothing about who calls what."""
_FILES = 4
_SITES = 2
_SHORT = 30
_AROUND = 2
_CALLEES = 6
_NAMESAKES = 2


def callers(sight: Sight, definitions: Iterable[Definition]) -> Iterator[Piece]:
    """Where each definition is called outside tests: the function, or of a long one the lines around."""
    yield from _users(sight, definitions, "caller", tests=False)


def tests(sight: Sight, definitions: Iterable[Definition]) -> Iterator[Piece]:
    """The tests in which the name of each definition stands."""
    yield from _users(sight, definitions, "test", tests=True)


def callees(sight: Sight, definitions: Iterable[Definition]) -> Iterator[Match]:
    """The definitions of the names that each definition calls, where a name has few of them."""
    for definition in definitions:
        tree = sight.snapshot.tree(definition.path)
        unit = _same(tree, definition)
        if tree is None or unit is None:
            continue
        inside = (
            each.name for each in tree.references() if each.call and unit.start <= each.start < unit.end
        )
        names = [name for name in dict.fromkeys(inside) if name != definition.name]
        for name in names[:_CALLEES]:
            found = [each for each in sight.defining(name) if not is_test_file(each.path)]
            if len(found) <= _NAMESAKES:
                yield from (Match(each, 0.0, f"{definition.name} calls it") for each in found)


def _users(sight: Sight, definitions: Iterable[Definition], section: str, *, tests: bool) -> Iterator[Piece]:
    for definition in definitions:
        paths = sight.mentioning(definition.name)
        if len(paths) > _COMMON:
            continue
        near = sorted(
            (path for path in paths if is_test_file(path) is tests),
            key=lambda path: (path != definition.path, definition.path not in sight.imports(path), path),
        )
        for path in near[:_FILES]:
            yield from _sites(sight, path, definition, section)


def _sites(sight: Sight, path: str, definition: Definition, section: str) -> Iterator[Piece]:
    document, tree = sight.snapshot.document(path), sight.snapshot.tree(path)
    if tree is None or not isinstance(document, Document):
        return
    units: dict[int, tuple[Unit, int]] = {}
    for reference in tree.references():
        if reference.name == definition.name and reference.call:
            unit = tree.unit_at(reference.start)
            if unit.kind != "module" and unit.name != definition.name:
                units.setdefault(unit.start, (unit, reference.start))
    verb = "tests" if section == "test" else "calls"
    for unit, at in list(units.values())[:_SITES]:
        yield _excerpt(document, unit, at, f"{verb} {definition.name}", section)


def _excerpt(document: Document, unit: Unit, at: int, why: str, section: str) -> Piece:
    """A unit if it is short, else the lines around an offset in it."""
    if document.text.count("\n", unit.start, unit.end) <= _SHORT:
        return body(document, unit, why, section=section)
    lines = document.text.split("\n")
    line = document.text.count("\n", 0, at)
    first, last = max(line - _AROUND, 0), min(line + _AROUND, len(lines) - 1)
    text = "\n".join(lines[first : last + 1])
    return Piece(section, document.path, (first + 1, last + 1), (unit.name,), why, text)


def _same(tree: SyntaxTree | None, definition: Definition) -> Unit | None:
    units = tree.definitions() if tree else ()
    wanted = definition.qualified
    return next(
        (each for each in units if each.qualified == wanted and each.kind == definition.unit.kind), None
    )
