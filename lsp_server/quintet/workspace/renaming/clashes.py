"""What a new name would run into: another thing of that name, or a scope in which it means something else.

The test is whether every place still means after the rename what it meant before. Knows no edits but those
of the rename.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from tree_sitter import Node

from quintet.workspace.edits import Edit
from quintet.workspace.renaming.answer import Occurrence
from quintet.workspace.renaming.project import READERS, Project, Symbol, Thing
from quintet.workspace.renaming.scopes import EXPORT, MODULE, Mention, Scope, ancestors
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
    kept = {
        before.byte(edit.start): len(f"{new}: ".encode()) for edit in edits if edit.text.endswith(f": {old}")
    }
    others = _names(project.mentions(path, new))
    expected = {moved.byte(it.node.start_byte): moved.meaning(it) for it in others}
    remaining: dict[int, _Meaning] = {}
    homes = {it.home for it in others}
    for it in _names(project.mentions(path, old)):
        at = it.node.start_byte
        if at not in renamed:
            remaining[moved.byte(at) + kept.get(at, 0)] = moved.meaning(it)
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
    lost = set(expected)
    for it in _names(READERS[after.language].mentions(after, name)):
        at = it.node.start_byte
        lost.discard(at)
        if at in expected and (it.home, it.also) != expected[at]:
            line = after.text.count("\n", 0, after.char(at)) + 1
            return f"`{name}` means something else at {path}:{line}, and one would be taken for the other."
    if lost:
        line = after.text.count("\n", 0, after.char(min(lost))) + 1
        return f"`{name}` would not be the name of a variable at {path}:{line}."
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


_CALLED = {"module": "module", "class": "class", "block": "block", "private": "class"}


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


def hidden_clash(search: Search, root: Symbol, new: str) -> str | None:
    """Why a name cannot begin with `_`: a file gets it by taking all names of a module, but not such."""
    spots = search.of(root)
    if not new.startswith("_") or search.name.startswith("_") or any(it.it.role == "entry" for it in spots):
        return None
    taken = next((it for it in spots if it.it.role == "name" and it.it.home is None), None)
    if taken is None:
        return None
    return f"{taken.path} takes all names of the module, but would not get one that begins with `_`."


def export_clash(search: Search, root: Symbol, new: str) -> str | None:
    """Why a module cannot export a name so: it exports another thing by that name."""
    symbols = {each for spot in search.of(root) for each in spot.symbols() if search.means(each, root)}
    for path in sorted(each.path for each in symbols if each.scope == EXPORT):
        taken = next((it for it in search.project.mentions(path, new) if it.exported), None)
        if taken is not None:
            return f"`{new}` is exported already: {path}:{taken.node.start_point.row + 1}."
    return None


def own_clash(project: Project, certain: Iterable[Occurrence], old: str, new: str) -> str | None:
    """Why a name cannot be one that only its class knows: it is mentioned in several, or outside of it."""
    homes: dict[tuple[str, int] | None, Occurrence] = {}
    for each in certain:
        tree = project.tree(each.path)
        reader = project.reader(each.path)
        if tree is None or not reader.is_own(new) or reader.is_own(old):
            return None
        node = tree.root.descendant_for_byte_range(tree.byte(each.start), tree.byte(each.end))
        body = next((it for it in ancestors(node) if _is_body(it)), None) if node else None
        homes.setdefault((each.path, body.start_byte) if body else None, each)
    where = [each.path for each in homes.values()][1:]
    if not where:
        return None
    return f"`{new}` would be known to one class only, and `{old}` is mentioned outside of it in {where[0]}."


def _is_body(node: Node) -> bool:
    return node.type == "block" and node.parent is not None and node.parent.type == "class_definition"
