"""What a name in one file means in others: whose module, class or function it is.

Follows imports, bases and plain assignments by the texts of a snapshot; runs nothing and infers no more.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType, ModuleType
from typing import NamedTuple

from tree_sitter import Node

from quintet.workspace.languages import language_of
from quintet.workspace.modules import Modules, is_config
from quintet.workspace.renaming import python, script
from quintet.workspace.renaming.scopes import EXPORT, MODULE, Imported, Mention, Scope, View, opened, text_of
from quintet.workspace.renaming.texts import Texts
from quintet.workspace.syntax import Import, SyntaxTree

READERS: Mapping[str, ModuleType] = MappingProxyType(
    {"python": python, "javascript": script, "typescript": script, "tsx": script}
)
"""The languages whose scopes we know, each with the module that reads them."""

_SAYS_NOTHING = frozenset({"", "global", "nonlocal"})
_ANYTHING = frozenset({"Any", "Self", "object", "Protocol", "Type", "type"})
"""Types that say nothing of what a value is."""
_FURTHEST = 12
"""Steps from a name to what it means: more are a circle, or nobody's intention."""


class Symbol(NamedTuple):
    """What a name means: the scope of a file in which it is bound. A class is the scope of its members."""

    path: str
    scope: Scope


def outside(module: str) -> Symbol:
    """What a name means that comes from a module which no file of the workspace is."""
    return Symbol(module, Scope("outside", 0, 0))


class Thing(NamedTuple):
    """What an expression stands for: a "module", "class", "instance", "super" (of a class) or "function".

    "outside" is anything that no file of the workspace defines, "handed" what such a thing gave back: that
    may be one of ours. `home` is where a function's name is bound.
    """

    kind: str
    path: str = ""
    node: Node | None = None
    home: Scope | None = None

    @property
    def symbol(self) -> Symbol:
        """The class as the scope of its members."""
        return Symbol(self.path, opened("class", self.node) if self.node else MODULE)


_FOREIGN = Thing("outside")
_HANDED = Thing("handed")


class Project:
    """The files of a snapshot in one family of languages; what was read of them is kept."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._read: dict[tuple[str, str], list[Mention]] = {}
        self._homes: dict[tuple[str, str], dict[int, Scope | None]] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._agreed: dict[tuple[str, Scope, str], Thing | None] = {}
        self._above: dict[Symbol, tuple[Thing, ...]] = {}
        self._targets: dict[tuple[str, Imported], tuple[str, str]] = {}

    def tree(self, path: str) -> SyntaxTree | None:
        """The tree of a file; None where it has none."""
        return self._texts.tree(path)

    def reader(self, path: str) -> ModuleType:
        """What knows the scopes of a file's language."""
        tree = self.tree(path)
        return READERS[tree.language if tree else language_of(path) or "python"]

    def mentions(self, path: str, name: str) -> list[Mention]:
        """Every place of a file where a name stands."""
        key = path, name
        if key not in self._read:
            tree = self.tree(path)
            known = tree is not None and tree.language in READERS
            self._read[key] = self.reader(path).mentions(tree, name) if known else []
        return self._read[key]

    def _home(self, path: str, node: Node) -> Scope | None:
        """The scope that the name at a node belongs to."""
        name = text_of(node)
        key = path, name
        if key not in self._homes:
            self._homes[key] = {it.node.start_byte: it.home for it in self.mentions(path, name)}
        return self._homes[key].get(node.start_byte)

    # --- modules

    @cached_property
    def _modules(self) -> Modules:
        paths = self._texts.index.paths()
        snapshot = self._texts.snapshot
        configs = snapshot.documents(path for path in snapshot.files() if is_config(path))
        return Modules(paths, {path: document.text for path, document in configs.items()})

    def target(self, path: str, imported: Imported) -> tuple[str, str]:
        """The file of the module that an import in `path` names, and that of a module so taken from it.

        "" where there is none in the workspace.
        """
        key = path, imported
        if key not in self._targets:
            tree = self.tree(path)
            language = tree.language if tree else None
            bare = Import(imported.module, (), 0, 0)
            module = self._modules.resolve(path, bare, language)
            named: tuple[str, ...] = ()
            if imported.name and language == "python":
                whole = self._modules.resolve(path, Import(imported.module, (imported.name,), 0, 0), language)
                named = tuple(each for each in whole if each not in module)
            self._targets[key] = next(iter(module), ""), next(iter(named), "")
        return self._targets[key]

    def taken(self, path: str, imported: Imported) -> Symbol | None:
        """What an import by name takes, be it from `outside`; None for a module."""
        module, named = self.target(path, imported)
        found = self.export(module, imported.name) if module else None
        return found or (None if named else outside(imported.module))

    def export(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> Symbol | None:
        """What a module has to give under a name; None where it has no such thing."""
        if path in seen or len(seen) > _FURTHEST:
            return None
        here = self.mentions(path, name)
        of_script = self.reader(path) is script
        if of_script and any(it.exported for it in here):
            return Symbol(path, EXPORT)
        if not of_script and any(it.home == MODULE and it.binds for it in here):
            return Symbol(path, MODULE)
        return self.through_stars(path, name, seen)

    def through_stars(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> Symbol | None:
        """What a file gets under a name from the modules that it takes as a whole."""
        for module in self.stars(path):
            there = self.target(path, Imported(module, ""))[0]
            found = self.export(there, name, seen | {path}) if there else None
            if found:
                return found
        return None

    def stars(self, path: str) -> tuple[str, ...]:
        """The modules that a file takes as a whole, as it names them."""
        if path not in self._stars:
            tree = self.tree(path)
            self._stars[path] = tuple(self.reader(path).stars(tree)) if tree is not None else ()
        return self._stars[path]

    # --- expressions

    def thing(self, path: str, node: Node | None, depth: int = 0) -> Thing | None:
        """What an expression in a file stands for, where its text and those it leads to say it."""
        if node is None or depth > _FURTHEST:
            return None
        return self._seen(path, self.reader(path).view(node), depth + 1)

    def _seen(self, path: str, view: View, depth: int) -> Thing | None:
        found: Thing | None = None
        match view.kind:
            case "name" if view.node is not None:
                found = self._named(path, view.node, depth)
            case "member" if view.node is not None:
                found = self._member(path, view, depth)
            case "call" | "new":
                found = self._given_back(path, view.node, depth, new=view.kind == "new")
            case "type":
                found = self.thing(path, view.node, depth)
            case "self" | "class" | "super" if view.node is not None:
                found = Thing("instance" if view.kind == "self" else view.kind, path, view.node)
            case "function" if view.node is not None:
                found = Thing("function", path, view.node)
            case "quoted" if view.node is not None:
                found = self._quoted(path, view.node, depth)
            case "literal":
                found = _FOREIGN
        return found

    def _named(self, path: str, node: Node, depth: int) -> Thing | None:
        name = text_of(node)
        home = self._home(path, node)
        if home is None:
            found = self.through_stars(path, name) if self.reader(path).STARS_BIND else None
            if found is not None:
                return self._of_symbol(found, name, depth)
            given = self.reader(path).is_given(name) and not self._texts.index.definitions(name)
            return _FOREIGN if given else None
        return self._bound(path, home, name, depth)

    def _quoted(self, path: str, node: Node, depth: int) -> Thing | None:
        """What a type in quotes stands for, where only the module has its name."""
        name = text_of(node)
        homes = {it.home for it in self.mentions(path, name) if it.role == "name" and it.binds}
        return self._bound(path, MODULE, name, depth) if homes == {MODULE} else None

    def _bound(self, path: str, home: Scope, name: str, depth: int) -> Thing | None:
        """What all the places that bind a name in a scope agree on."""
        here = self.mentions(path, name)
        binding = [it for it in here if it.home == home and it.binds not in _SAYS_NOTHING]
        return self._agreed_on((path, home, name), binding, depth)

    def _agreed_on(self, key: tuple[str, Scope, str], binding: list[Mention], depth: int) -> Thing | None:
        if key not in self._agreed:
            self._agreed[key] = None  # one that is made of itself ends here
            self._agreed[key] = self._agree(key[0], binding, depth)
        return self._agreed[key]

    def _agree(self, path: str, binding: list[Mention], depth: int) -> Thing | None:
        if len(binding) > _FURTHEST:
            return None
        found = list(dict.fromkeys(self._of_binding(path, it, depth) for it in binding))
        functions = [each for each in found if each is not None and each.kind == "function"]
        if functions and len(functions) == len(found):  # overloads, or the functions of a property
            return functions[0]
        return found[0] if len(found) == 1 else None

    def _of_binding(self, path: str, it: Mention, depth: int) -> Thing | None:
        if it.imported is not None:
            return self._of_import(path, it.imported, depth)
        given: View = self.reader(path).given(it)
        if given.kind.startswith("module "):
            return self._of_import(path, Imported(given.kind.removeprefix("module "), ""), depth)
        if given.kind == "function":
            return Thing("function", path, given.node, it.home)
        if given.kind == "type":
            return self._typed(path, given.node, depth)
        if given.kind == "value":
            return self.thing(path, given.node, depth)
        return self._seen(path, given, depth)

    def _typed(self, path: str, node: Node | None, depth: int) -> Thing | None:
        """A value of a type that is written down; of a foreign one, unless that may be anything."""
        kind = self.thing(path, node, depth)
        if kind is not None and kind.kind == "outside":
            return None if node is None or text_of(node).rpartition(".")[2] in _ANYTHING else kind
        return _instance(kind)

    def _given_back(self, path: str, called: Node | None, depth: int, *, new: bool) -> Thing | None:
        """What a call gives back: of what is outside nobody knows, it may hand on a thing of ours."""
        thing = self.thing(path, called, depth)
        if thing is not None and thing.kind == "function" and thing.node is not None:
            return self._typed(thing.path, self.reader(thing.path).returns(thing.node), depth)
        if thing is not None and thing.kind in {"outside", "handed"}:
            return thing if new else _HANDED
        return _instance(thing)

    def _of_import(self, path: str, imported: Imported, depth: int) -> Thing | None:
        module, named = self.target(path, imported)
        if not module and not named:
            return self._package(path, imported)
        if not imported.name:
            return Thing("module", module)
        found = self.export(module, imported.name) if module else None
        if found is not None:
            return self._of_symbol(found, imported.name, depth)
        return Thing("module", named) if named else None

    def _package(self, path: str, imported: Imported) -> Thing:
        """A folder that is imported for what lies in it, or something outside."""
        top = imported.module.split(".")[0]
        inside = (
            top
            and not imported.name
            and any(
                each.startswith(f"{top}/") or f"/{top}/" in each for each in self._texts.index.imports(path)
            )
        )
        return Thing("module", f"{imported.module}/") if inside else _FOREIGN

    def _of_symbol(self, symbol: Symbol, name: str, depth: int) -> Thing | None:
        if symbol.scope != EXPORT:
            return self._bound(symbol.path, symbol.scope, name, depth + 1)
        for it in self.mentions(symbol.path, name):
            if it.exported and it.home:
                return self._bound(symbol.path, it.home, name, depth + 1)
            if it.exported and it.imported and it.imported.module:
                return self._of_import(symbol.path, it.imported, depth + 1)
        return None

    def _member(self, path: str, view: View, depth: int) -> Thing | None:
        owner = self.thing(path, view.owner, depth)
        name = text_of(view.node) if view.node else ""
        if owner is None or owner.kind in {"outside", "handed", "function"}:
            return owner if owner and owner.kind != "function" else None
        if owner.kind == "module":
            return self._of_module(path, owner, view, name, depth)
        for each in self.line(owner):
            if each.kind == "class" and (own := self._declared(each, name)):
                key = each.path, each.symbol.scope, name
                return self._agreed_on(key, own, depth)
        return None

    def _declared(self, thing: Thing, name: str) -> list[Mention]:
        """The places that give a class a member: in its body, else by assignments to `self` or `this`."""
        here = self.mentions(thing.path, name)
        home = thing.symbol.scope
        own = [it for it in here if it.home == home and it.binds not in _SAYS_NOTHING]
        own += [it for it in here if it.owner == thing.node and it.binds]
        if own:
            return own
        assigned = (it for it in here if it.role == "member" and it.binds == "attribute")
        return [it for it in assigned if self._is_of(thing, self.thing(thing.path, it.owner))]

    @staticmethod
    def _is_of(thing: Thing, owner: Thing | None) -> bool:
        return owner is not None and owner.kind == "instance" and owner.symbol == thing.symbol

    def _of_module(self, path: str, owner: Thing, view: View, name: str, depth: int) -> Thing | None:
        if not owner.path.endswith("/"):
            found = self.export(owner.path, name)
            if found is not None:
                return self._of_symbol(found, name, depth)
        dotted = self.dotted(path, view.owner)
        module = self.target(path, Imported(f"{dotted}.{name}", ""))[0] if dotted else ""
        return Thing("module", module) if module else None

    def dotted(self, path: str, node: Node | None) -> str:
        """The module that `a` or `a.b` means, as an import in the file would name it; "" where it is none."""
        if node is None:
            return ""
        view: View = self.reader(path).view(node)
        if view.kind == "member" and view.node is not None:
            before = self.dotted(path, view.owner)
            return f"{before}.{text_of(view.node)}" if before else ""
        if view.kind != "name" or view.node is None:
            return ""
        here = self.mentions(path, text_of(view.node))
        home = self._home(path, view.node)
        taken = next((it.imported for it in here if it.home == home and it.imported), None)
        if taken is None:
            return ""
        joint = "" if taken.module.endswith(".") else "."
        return f"{taken.module}{joint}{taken.name}" if taken.name else taken.module

    # --- classes

    def line(self, thing: Thing) -> Iterator[Thing]:
        """A class and those it comes from; for "super" only these."""
        own = Thing("class", thing.path, thing.node)
        if thing.kind != "super":
            yield own
        yield from self.above(own)

    def symbols(self, thing: Thing) -> frozenset[Symbol]:
        """The same classes, those of the workspace, each as the scope of its members."""
        return frozenset(each.symbol for each in self.line(thing) if each.kind == "class")

    def class_of(self, symbol: Symbol) -> Thing:
        """The class whose members a symbol stands for. Raises LookupError where there is none."""
        tree = self.tree(symbol.path)
        node = tree.root.descendant_for_byte_range(symbol.scope.start, symbol.scope.end) if tree else None
        if node is None:
            raise LookupError(symbol)
        return Thing("class", symbol.path, node)

    def above(self, thing: Thing) -> tuple[Thing, ...]:
        """The classes that a class comes from, nearest first; an "outside" stands for one not known."""
        key = thing.symbol
        if key not in self._above:
            self._above[key] = ()  # one that comes from itself ends here
            found: dict[Thing, None] = {}
            for base in self.reader(thing.path).bases(thing.node) if thing.node else ():
                each = self.thing(thing.path, base)
                if each is None or each.kind != "class":
                    found[Thing("outside", text_of(base))] = None
                    continue
                found[each] = None
                found |= dict.fromkeys(self.above(each))
            self._above[key] = tuple(found)
        return self._above[key]


def _instance(thing: Thing | None) -> Thing | None:
    return Thing("instance", thing.path, thing.node) if thing and thing.kind == "class" else None
