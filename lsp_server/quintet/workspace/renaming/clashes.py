"""What a new name would run into: another thing of that name, or a scope in which it means something else.

The test is whether every place still means after the rename what it meant before. Knows no edits but those
of the rename.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from quintet.workspace.edits import Edit
from quintet.workspace.renaming.project import READERS, Project, Symbol, Thing
from quintet.workspace.renaming.scopes import MODULE, Mention, Scope
from quintet.workspace.renaming.search import Search
from quintet.workspace.syntax import SyntaxTree

_Meaning = tuple[Scope | None, Scope | None]
"""The scopes that a place has its meaning from, as a Mention says them."""


def clash(project: Project, path: str, edits: Sequence[Edit], old: str, new: str) -> str | None:
    """Why the edits of one file would change what a name in it means, in one sentence; None where not."""
    before = project.tree(path)
    if before is None or before.language not in READERS:
        return None
    moved = _Moved(before, edits)
    renamed = {before.byte(edit.start): ahead for edit in edits if (ahead := _ahead(edit, old, new)) >= 0}
    others = _names(project.mentions(path, new))
    expected = {moved.byte(it.node.start_byte): moved.meaning(it) for it in others}
    remaining: dict[int, _Meaning] = {}
    homes = {it.home for it in others}
    for it in _names(project.mentions(path, old)):
        at = it.node.start_byte
        if at not in renamed:
            remaining[moved.byte(at)] = moved.meaning(it)
            continue
        if it.home is not None and it.home in homes:
            return _already(path, it.home, new, others)
        expected[moved.byte(at) + renamed[at]] = moved.meaning(it)
    after = before.edited(edits)
    if after.root.has_error and not before.root.has_error:
        return f"{path} would no longer parse."
    return _changed(path, after, new, expected) or (
        _changed(path, after, old, remaining) if remaining else None
    )


def _names(mentions: Iterable[Mention]) -> list[Mention]:
    return [it for it in mentions if it.role == "name"]


def _changed(path: str, after: SyntaxTree, name: str, expected: Mapping[int, _Meaning]) -> str | None:
    """Where a name means another thing than expected, in one sentence."""
    for it in _names(READERS[after.language].mentions(after, name)):
        at = it.node.start_byte
        if at in expected and (it.home, it.also) != expected[at]:
            line = after.text.count("\n", 0, after.char(at)) + 1
            return f"`{name}` means something else at {path}:{line}, and one would be taken for the other."
    return None


def _ahead(edit: Edit, old: str, new: str) -> int:
    """How far into what an edit writes the new name of a variable stands; -1 where it has none."""
    for lead in ("", f"{old}: ", f"{old} as "):
        if edit.text == lead + new:
            return len(lead.encode())
    return -1


def _already(path: str, home: Scope, new: str, others: Iterable[Mention]) -> str:
    known = [it for it in others if it.home == home]
    there = next((it for it in known if it.binds), known[0])
    line = there.node.start_point.row + 1
    return f"`{new}` is already a name in this {_CALLED.get(home.kind, 'function')}: {path}:{line}."


_CALLED = {"module": "module", "class": "class", "block": "block"}


class _Moved:
    """Where bytes and scopes of a text are once it was edited."""

    def __init__(self, tree: SyntaxTree, edits: Sequence[Edit]) -> None:
        self._ends = [tree.byte(edit.end) for edit in edits]
        self._grown = [0]
        for edit in edits:
            written = len(edit.text.encode("utf-8", "surrogatepass"))
            self._grown.append(self._grown[-1] + written - (tree.byte(edit.end) - tree.byte(edit.start)))

    def byte(self, at: int) -> int:
        return at + self._grown[bisect_right(self._ends, at)]

    def meaning(self, it: Mention) -> _Meaning:
        return self._scope(it.home), self._scope(it.also)

    def _scope(self, scope: Scope | None) -> Scope | None:
        if scope is None or scope.start < 0:
            return scope
        return Scope(scope.kind, self.byte(scope.start), self.byte(scope.end))


def member_clash(search: Search, root: Symbol, others: Search) -> str | None:
    """Why a member cannot have the name of `others`: a class of its family has a member of that name."""
    ours = [thing for symbol, thing in search.classes.items() if search.means(symbol, root)]
    project = search.project
    for symbol, thing in others.classes.items():
        spot = others.defined.get(symbol)
        if spot is not None and any(_akin(project, thing, each) for each in ours):
            line = spot.it.node.start_point.row + 1
            return f"`{others.name}` is already a member of this class or of one akin: {spot.path}:{line}."
    return None


def _akin(project: Project, one: Thing, other: Thing) -> bool:
    return one.symbol in project.symbols(other) or other.symbol in project.symbols(one)


def star_clash(search: Search, root: Symbol, new: str, importers: Iterable[str]) -> str | None:
    """Why a module's name cannot change so: who takes all its names has one of that name from elsewhere."""
    project = search.project
    homes = {symbol.path for symbol in search.defined if search.means(symbol, root)}
    for path in importers if "module" in search.kinds(root) else ():
        if path in homes or not project.stars(path):
            continue
        for it in project.mentions(path, new):
            if it.home == MODULE and it.binds:
                line = it.node.start_point.row + 1
                return f"{path} takes all names of the module, and has a `{new}` already in line {line}."
    return None
