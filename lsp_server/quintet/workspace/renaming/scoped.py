"""The places that mean one thing, in languages whose scopes we know: Python, JavaScript and TypeScript.

Says what is certain, what is possible, and what stands against the new name.
"""

import builtins
from collections.abc import Iterator
from itertools import groupby
from threading import Event

from quintet.workspace.naming import akin
from quintet.workspace.renaming import arguments
from quintet.workspace.renaming.answer import Answer, Left, Occurrence
from quintet.workspace.renaming.clashes import (
    clash,
    export_clash,
    hidden_clash,
    member_clash,
    own_clash,
    star_clash,
)
from quintet.workspace.renaming.project import READERS, Project, Symbol
from quintet.workspace.renaming.scopes import Mention, places, text_of
from quintet.workspace.renaming.search import HANDED, MEMBERS, Loose, Search, Spot
from quintet.workspace.renaming.texts import Texts, edits_of
from quintet.workspace.renaming.words import is_common
from quintet.workspace.syntax import SyntaxTree
from quintet.workspace.terms import split_name

_SEEN_OUTSIDE = frozenset({"module", "export", "class", "static"})
_HARMLESS = frozenset({
    "object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Exception", "Enum", "IntEnum",
    "StrEnum",
})  # fmt: skip
"""Bases from outside that have no members anybody would override unawares."""
_TAKES_WORDS = frozenset({
    "identifier", "type_identifier", "property_identifier", "private_property_identifier",
    "shorthand_property_identifier", "shorthand_property_identifier_pattern", "string_content",
})  # fmt: skip
_LOOKED_UP = frozenset({"attribute", "member_expression"})


def name_at(tree: SyntaxTree, offset: int) -> tuple[str, int] | None:
    """The name around an offset or right before it, and where it begins; a string only in `__all__`."""
    for at in (offset, offset - 1):
        if not 0 <= at < len(tree.text):
            continue
        node = tree.root.descendant_for_byte_range(tree.byte(at), tree.byte(at + 1))
        if node is not None and node.type in _TAKES_WORDS:
            name = text_of(node)
            found = READERS[tree.language].mentions(tree, name)
            if any(it.node == node and it.role != "other" for it in found):
                return name, tree.char(node.start_byte)
    return None


def find(
    texts: Texts, path: str, place: tuple[str, int], new: str, stop: Event | None = None
) -> Answer | str:
    """What means the same as the name that stands at a place; or why it cannot be renamed, in a sentence."""
    return _Finder(texts, path, place, new, stop).answer()


class _Finder:
    """One rename: what is asked, and the files that may have to do with it."""

    def __init__(self, texts: Texts, path: str, place: tuple[str, int], new: str, stop: Event | None) -> None:
        self._texts = texts
        self._path = path
        self._name, self._start = place
        self._new = new
        self._stop = stop
        self._project = Project(texts)

    def answer(self) -> Answer | str:
        search = Search(self._project, self._name, [self._path], self._stop)
        root = self._root(search)
        local = isinstance(root, Symbol) and self._is_local(search, root)
        if not local:
            search = Search(self._project, self._name, self._files(search, root), self._stop)
            arguments.join_fixtures(search)
            root = self._root(search)
        if isinstance(root, str):
            return root
        arguments.join_overrides(search, root)
        root = search.root(root)
        return self._refused(search, root, local=local) or self._found(search, root, local=local)

    # --- what is meant

    def _root(self, search: Search) -> Symbol | str:
        """The symbol that is meant, or a sentence."""
        for spot in search.spots:
            if spot.path == self._path and self._is_start(spot.it):
                symbol = next(spot.symbols())
                return search.root(symbol)
        if any(path == self._path and self._is_start(it) for path, it in search.keywords):
            roots = {search.root(symbol) for symbol in search.defined}
            for root in sorted(roots):
                if any(self._is_start(spot.it) for spot in arguments.calls(search, root)[0]):
                    return root
        families = search.families()
        if any(self._is_start(loose.it) for loose in search.loose if loose.it.role != "name"):
            if len(families) == 1 and not is_common(self._name, self._language()):
                return families.pop()
            count = f"{len(families)} classes have" if families else "no class of the workspace has"
            return f"Whose `{self._name}` this is cannot be told, {count} one: rename it where it is defined."
        return f"`{self._name}` is not defined in this workspace."

    def _is_start(self, it: Mention) -> bool:
        tree = self._project.tree(self._path)
        return tree is not None and tree.char(it.node.start_byte) == self._start

    def _language(self) -> str:
        tree = self._project.tree(self._path)
        return tree.language if tree else ""

    def _is_local(self, search: Search, root: Symbol) -> bool:
        """Whether nothing outside of one function can mention it."""
        spots = search.of(root)
        hidden = all(
            each.scope.kind not in _SEEN_OUTSIDE and each.scope.kind != "outside"
            for spot in spots
            for each in spot.symbols()
            if search.means(each, root)
        )
        python = self._language() == "python"
        return hidden and not (python and any(spot.it.binds == "parameter" for spot in spots))

    def _files(self, search: Search, root: Symbol | str) -> list[str]:
        """The files in which it may be mentioned, this one first."""
        if self._name.startswith("#"):
            return [self._path]
        index = self._texts.index
        files = [each for each in index.mentioning(self._name) if akin(self._path, each)]
        if isinstance(root, Symbol):
            names = {each.name for each in arguments.functions(search, root)}
            fixture = any(arguments.is_injected(spot) for spot in search.of(root))
            if names and names.isdisjoint(arguments.CONSTRUCTORS) and not fixture:
                calling = {path for name in names for path in index.mentioning(name)}
                files = [each for each in files if each in calling]
        return [self._path, *(each for each in files if each != self._path)]

    # --- what stands against it

    def _refused(self, search: Search, root: Symbol, *, local: bool) -> str | None:
        defined = search.definitions(root)
        if not defined:
            return f"`{self._name}` is not defined in this workspace."
        for spot in defined:
            if why := self._texts.untouchable(spot.path):
                return f"`{self._name}` is defined in {spot.path}, which is not to be changed: {why}."
        injected = [spot for spot in defined if spot.it.binds == "parameter" and arguments.is_injected(spot)]
        if injected and len(injected) == len(defined):
            return f"`{self._name}` is what pytest hands to the function by this name."
        return None if local else self._family_refused(search, root)

    def _family_refused(self, search: Search, root: Symbol) -> str | None:
        family = [thing for symbol, thing in search.classes.items() if search.means(symbol, root)]
        index, python = self._texts.index, self._language() == "python"
        for above in (each for thing in family for each in self._project.above(thing)):
            if (
                python
                and above.kind == "outside"
                and hasattr(getattr(builtins, above.path, None), self._name)
            ):
                return f"`{self._name}` overrides what {above.path} of the language itself has."
        for spot in search.definitions(root):
            if self._project.reader(spot.path).overrides(spot.it) and not self._has_above(search, root, spot):
                return f"`{self._name}` overrides what a class outside of this workspace has."
        paths = [each for each in index.mentioning(self._new.lstrip("#")) if akin(self._path, each)]
        if family:
            near = {each.path for thing in family for each in self._project.line(thing)}
            for thing in family:
                node = thing.node.child_by_field_name("name") if thing.node else None
                near.update(index.mentioning(text_of(node)) if node else ())
            others = Search(self._project, self._new, [each for each in paths if each in near], self._stop)
            if told := member_clash(search, root, others):
                return told
        homes = {symbol.path for symbol in search.defined if search.means(symbol, root)}
        importers = {each for home in homes for each in index.importers(home)}
        return (
            star_clash(search, root, self._new, sorted(importers.intersection(paths)))
            or hidden_clash(search, root, self._new)
            or export_clash(search, root, self._new)
        )

    def _has_above(self, search: Search, root: Symbol, spot: Spot) -> bool:
        """Whether a class of this workspace has the member that a place overrides."""
        own = next(each for each in spot.symbols() if search.means(each, root))
        thing = search.classes.get(own)
        defined = {symbol for symbol in search.defined if search.means(symbol, root)}
        return thing is None or any(
            Symbol(each.path, each.symbol.scope._replace(kind=own.scope.kind)) in defined
            for each in self._project.above(thing)
            if each.kind == "class"
        )

    # --- the answer

    def _found(self, search: Search, root: Symbol, *, local: bool) -> Answer | str:
        occurrences: list[Occurrence] = []
        left: list[Left] = []
        found = sorted(set(self._places(search, root, local=local)))
        if told := own_clash(self._project, (it for it in found if it.certain), self._name, self._new):
            return told
        for path, each in groupby(found, key=lambda each: each.path):
            here = list(each)
            if self._stop is not None and self._stop.is_set():
                break
            if why := self._texts.untouchable(path):
                why = f"This file is not to be changed: {why}."
                left += (Left(path, self._texts.line(path, it.start), why) for it in here if it.certain)
                continue
            edits = edits_of(it for it in here if it.certain)
            if edits and (told := clash(self._project, path, edits, self._name, self._new)):
                return told
            occurrences += here
        kind = self._kind(search, root)
        span = self._span(root) if local else None
        notes = tuple(self._notes(search, root))
        return Answer(kind, tuple(occurrences), tuple(left), notes, span, checked=True)

    def _places(self, search: Search, root: Symbol, *, local: bool) -> Iterator[Occurrence]:
        """Every place that is certain, and those that are possible."""
        for spot in search.of(root):
            if (text := self._text(search, spot, root)) is not None:
                yield self._occurrence(spot.path, spot.it, text)
        called, maybe = ([], []) if self._language() != "python" else arguments.calls(search, root)
        for spot in called:
            yield self._occurrence(spot.path, spot.it, self._new)
        for loose in [] if local else [*maybe, *search.loose]:
            why = loose.why if loose in maybe else self._doubt(search, root, loose)
            if why is not None:
                text = f"{self._new}: {self._name}" if loose.it.shorthand else self._new
                yield self._occurrence(loose.path, loose.it, text, why)

    def _doubt(self, search: Search, root: Symbol, loose: Loose) -> str | None:
        """Why a place may not mean it; "" where it does, None where it has nothing to do with it."""
        families = search.families()
        if root not in families:
            seen = not families and not search.kinds(root).isdisjoint({"module", "export"})
            return loose.why if seen else None
        if loose.it.role == "name":
            return None
        if len(families) > 1:
            return f"{len(families)} unrelated classes have a `{self._name}`"
        above = loose.it.node.parent
        if loose.why == HANDED or above is None or above.type not in _LOOKED_UP:
            return loose.why
        return self._doubt_alone(search, root, loose.path)

    def _doubt_alone(self, search: Search, root: Symbol, path: str) -> str:
        """The same for a member whose name no other class of the workspace has."""
        if is_common(self._name, self._language()):
            return "things of the language itself have this name, too"
        if len(split_name(self._name)) < 2:
            return "a name of one word may be one of things from outside, too"
        return "" if self._is_near(search, root, path) else "this file knows of no class that has it"

    def _is_near(self, search: Search, root: Symbol, path: str) -> bool:
        """Whether a file imports the definition, or speaks of a class that has it."""
        homes = {spot.path for spot in search.definitions(root)}
        if path in homes or not homes.isdisjoint(self._texts.index.imports(path)):
            return True
        tree = self._project.tree(path)
        family = (thing for symbol, thing in search.classes.items() if search.means(symbol, root))
        names = (thing.node.child_by_field_name("name") for thing in family if thing.node)
        return tree is not None and any(any(places(tree.text, text_of(name))) for name in names if name)

    def _text(self, search: Search, spot: Spot, root: Symbol) -> str | None:
        """What is written in the place of the old name; None where that stays."""
        name, beyond = search.means(spot.name, root), search.means(spot.beyond, root)
        if spot.beyond is not None and spot.beyond.scope.kind == "outside":
            beyond = False
        if spot.it.shorthand and name != beyond:
            return f"{self._name}: {self._new}" if name else f"{self._new}: {self._name}"
        taken = next((each for each in spot.symbols() if each.scope.kind == "outside"), None)
        if taken is not None:
            return f"{self._name} as {self._new}" if spot.it.role == "name" or spot.it.exported else None
        return self._new

    def _occurrence(self, path: str, it: Mention, text: str, why: str = "") -> Occurrence:
        tree = self._project.tree(path)
        if tree is None:
            raise LookupError(path)
        start, end = it.node.byte_range
        return Occurrence(path, tree.char(start), tree.char(end), text, not why, why)

    def _kind(self, search: Search, root: Symbol) -> str:
        kinds = [(spot.it, symbol) for symbol, spot in search.defined.items() if search.means(symbol, root)]
        it, symbol = min(
            kinds, key=lambda each: (each[0].binds == "attribute", each[1].scope.kind not in MEMBERS)
        )
        if symbol.scope.kind in MEMBERS:
            above = it.node.parent
            method = it.binds == "function" or (above is not None and "method" in above.type)
            return "method" if method else "field"
        if it.binds in {"function", "class", "parameter"}:
            return it.binds
        return "variable" if symbol.scope.kind in _SEEN_OUTSIDE else "local"

    def _span(self, root: Symbol) -> tuple[int, int]:
        tree = self._project.tree(root.path)
        return (tree.char(root.scope.start), tree.char(root.scope.end)) if tree else (0, 0)

    def _notes(self, search: Search, root: Symbol) -> Iterator[str]:
        """What nobody can tell from the texts of the workspace."""
        family = (thing for symbol, thing in search.classes.items() if search.means(symbol, root))
        above = (each for thing in family for each in self._project.above(thing))
        for name in sorted({each.path for each in above if each.kind == "outside"} - _HARMLESS):
            has = f"if that has a `{self._name}`, it is no longer overridden"
            yield f"A class comes from {name}, which is not of this workspace: {has}."
