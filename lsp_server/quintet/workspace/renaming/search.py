"""All places where a name stands in some files, put together by what they mean.

An import without an alias, an export, an override: each says that two places mean one thing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Event

from quintet.workspace.renaming.project import Project, Symbol, Thing
from quintet.workspace.renaming.scopes import EXPORT, MODULE, Mention, ancestors, opened

_DECLARES = frozenset({"", "global", "nonlocal", "import", "delete"})
"""Places that give a name no meaning of their own."""
MEMBERS = frozenset({"class", "static"})
"""Kinds of scope whose names are members; a class itself and its instances have the same in Python."""
UNRESOLVED = "nothing in this file says where the name comes from"
HANDED = "what stands before the name was given back by something from outside"
OWNER = "what stands before the name may be of another kind"


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A place and what it means: as a name in its file, and `beyond` that, as an export or a member."""

    path: str
    it: Mention
    name: Symbol | None = None
    beyond: Symbol | None = None

    def symbols(self) -> Iterator[Symbol]:
        """What the place means, of both kinds."""
        yield from (each for each in (self.name, self.beyond) if each is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Loose:
    """A place that may mean the name in question, and why that is not known."""

    path: str
    it: Mention
    why: str


class Search:
    """One name in the files of a project."""

    def __init__(self, project: Project, name: str, paths: Iterable[str], stop: Event | None = None) -> None:
        self.project = project
        self.name = name
        self.spots: list[Spot] = []
        self.loose: list[Loose] = []
        self.keywords: list[tuple[str, Mention]] = []
        self.classes: dict[Symbol, Thing] = {}
        self.defined: dict[Symbol, Spot] = {}
        self._parents: dict[Symbol, Symbol] = {}
        for path in paths:
            if stop is not None and stop.is_set():
                return
            for it in project.mentions(path, name):
                self._add(path, it)
        self._join_families()

    def root(self, symbol: Symbol) -> Symbol:
        """The one that stands for all that mean the same."""
        while (above := self._parents.get(symbol, symbol)) != symbol:
            symbol = above
        return symbol

    def join(self, one: Symbol, other: Symbol) -> None:
        """From now on the two mean the same."""
        mine, theirs = sorted((self.root(one), self.root(other)))
        if mine != theirs:
            self._parents[theirs] = mine

    def means(self, symbol: Symbol | None, root: Symbol) -> bool:
        """Whether a symbol is one of those that `root` stands for."""
        return symbol is not None and self.root(symbol) == root

    def _add(self, path: str, it: Mention) -> None:
        if it.role == "keyword":
            self.keywords.append((path, it))
            return
        spot = self._spot(path, it)
        if spot is None:
            owner = self.project.thing(path, it.owner)
            why = HANDED if owner and owner.kind == "handed" else OWNER
            self.loose.append(Loose(path, it, UNRESOLVED if it.role == "name" else why))
            return
        if spot.name and spot.beyond and (not it.shorthand or it.exported or it.imported):
            self.join(spot.name, spot.beyond)
        if any(spot.symbols()):
            self.spots.append(spot)
        if it.binds not in _DECLARES:
            for symbol in [spot.name] if it.shorthand and spot.name and not it.exported else spot.symbols():
                self.defined.setdefault(symbol, spot)

    def _spot(self, path: str, it: Mention) -> Spot | None:
        """What a place means; None where that cannot be told."""
        match it.role:
            case "entry":
                return Spot(path, it, self.project.export(path, self.name) or Symbol(path, MODULE))
            case "import" | "export":
                taken = self._taken(path, it)
                return Spot(path, it, taken, Symbol(path, EXPORT) if it.exported else None)
            case "member":
                return self._of_member(path, it)
            case "name":
                return self._of_name(path, it)
        return Spot(path, it)

    def _taken(self, path: str, it: Mention) -> Symbol | None:
        if it.imported is None or it.imported.name != self.name or it.binds == "alias":
            return None
        return self.project.taken(path, it.imported)

    def _of_member(self, path: str, it: Mention) -> Spot | None:
        owner = self.project.thing(path, it.owner)
        if owner is None or owner.kind in {"function", "handed"}:
            return None
        return Spot(path, it, self._in(owner, static=self._is_static(owner, it)))

    def _is_static(self, owner: Thing, it: Mention) -> bool:
        """Whether it is a member of the class itself, where those of its instances are others."""
        apart = owner.kind == "class" and self.project.reader(owner.path).STATICS_APART
        if not apart or it.owner is None or it.node.parent is None or it.binds == "static":
            return it.binds == "static"
        looked_up = it.node.parent.type in {"member_expression", "nested_type_identifier"}
        return looked_up or it.owner.type in {"identifier", "this"}

    def _in(self, owner: Thing, *, static: bool = False) -> Symbol | None:
        """What the name means in a module or class; None in what is not of this workspace."""
        if owner.kind == "module":
            return None if owner.path.endswith("/") else self.project.export(owner.path, self.name)
        if owner.kind not in {"class", "instance", "super"}:
            return None
        symbol = owner.symbol
        if static:
            symbol = Symbol(symbol.path, symbol.scope._replace(kind="static"))
        self.classes[symbol] = Thing("class", owner.path, owner.node)
        return symbol

    def _of_name(self, path: str, it: Mention) -> Spot | None:
        if it.home is None:
            starred = self.project.reader(path).STARS_BIND
            found = self.project.through_stars(path, self.name) if starred else None
            return Spot(path, it, found) if found else None
        own = Symbol(path, it.home)
        if it.home.kind == "class":
            node = next(each for each in ancestors(it.node) if opened("class", each) == it.home)
            self.classes[own] = Thing("class", path, node)
        beyond = self._taken(path, it) if it.imported else None
        if it.exported and beyond is None:
            beyond = Symbol(path, EXPORT)
        if it.owner is not None and beyond is None:
            owner = self.project.thing(path, it.owner)
            beyond = self._in(owner, static=self._is_static(owner, it)) if owner else None
        if it.also is not None:
            beyond = Symbol(path, it.also)
        return Spot(path, it, own, beyond)

    def _join_families(self) -> None:
        """A member of a class and the one it overrides mean the same, unless it is that class's own."""
        for symbol, thing in list(self.classes.items()):
            for above in self.project.above(thing):
                if above.kind == "class" and not self.project.reader(above.path).is_own(self.name):
                    theirs = Symbol(above.path, above.symbol.scope._replace(kind=symbol.scope.kind))
                    if theirs in self.classes:
                        self.join(symbol, theirs)

    def of(self, root: Symbol) -> list[Spot]:
        """The places that mean what `root` stands for."""
        return [spot for spot in self.spots if any(self.means(each, root) for each in spot.symbols())]

    def definitions(self, root: Symbol) -> list[Spot]:
        """Those of them that define it."""
        return [spot for symbol, spot in self.defined.items() if self.means(symbol, root)]

    def kinds(self, root: Symbol) -> frozenset[str]:
        """The kinds of the scopes in which it is defined."""
        return frozenset(symbol.scope.kind for symbol in self.defined if self.means(symbol, root))

    def families(self) -> set[Symbol]:
        """What the name means as a member: each class that defines it, those of one family counted once."""
        return {self.root(symbol) for symbol in self.defined if symbol.scope.kind in MEMBERS}
