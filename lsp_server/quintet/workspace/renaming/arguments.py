"""Arguments by name: which calls hand a value to a parameter, or set a field, by writing its name.

And what pytest hands to a parameter by its name. All of it is Python's.
"""

from collections.abc import Iterator
from posixpath import basename, dirname
from typing import NamedTuple

from tree_sitter import Node

from quintet.workspace.renaming.project import Project, Symbol, Thing
from quintet.workspace.renaming.scopes import MODULE, Scope, ancestors, opened, text_of
from quintet.workspace.renaming.search import Loose, Search, Spot

CONSTRUCTORS = ("__init__", "__new__")
_COPIES = frozenset({"replace", "_replace", "evolve"})
"""Functions that copy a thing and set fields of the copy."""
_UNKNOWN = "which function is called here is not known for certain"


class Function(NamedTuple):
    """A function by its file, the scope in which its name is bound, and that name."""

    path: str
    home: Scope
    name: str

    @property
    def owner(self) -> Symbol | None:
        """The class that it is a method of."""
        return Symbol(self.path, self.home) if self.home.kind == "class" else None


def functions(search: Search, root: Symbol) -> set[Function]:
    """The functions that have what `root` stands for as a parameter."""
    declared = (spot for spot in search.of(root) if spot.it.binds == "parameter" and _has_name(spot.it.node))
    return {function for spot in declared if (function := _function_of(search.project, spot)) is not None}


def _has_name(parameter: Node) -> bool:
    """Whether a caller can write the name of a parameter; not that of `*args`, or of one before `/`."""
    outer = parameter
    while outer.parent is not None and outer.parent.type not in {"parameters", "lambda_parameters"}:
        outer = outer.parent
        if outer.type in {"list_splat_pattern", "dictionary_splat_pattern"}:
            return False
    beside = outer.parent.named_children if outer.parent is not None else []
    return not any(
        each.type == "positional_separator" and each.start_byte > outer.start_byte for each in beside
    )


def _function_of(project: Project, spot: Spot) -> Function | None:
    node = _function_node(spot.it.node)
    named = node.child_by_field_name("name") if node is not None else None
    if named is None:
        return None
    name = text_of(named)
    home = next((it.home for it in project.mentions(spot.path, name) if it.node == named), None)
    return Function(spot.path, home, name) if home else None


def _function_node(parameter: Node) -> Node | None:
    """The function that a parameter is one of; None for one without a name."""
    for above in ancestors(parameter):
        if above.type in {"lambda", "function_definition"}:
            return above if above.type == "function_definition" else None
    return None


def join_overrides(search: Search, root: Symbol) -> None:
    """The parameters of a method and of those that override it mean the same."""
    project = search.project
    known = {spot.name for spot in search.spots if spot.it.binds == "parameter" and spot.name}
    for ours in functions(search, root):
        for path in sorted({symbol.path for symbol in known}) if _is_overridden(ours) else ():
            for it in project.mentions(path, ours.name):
                theirs = Symbol(path, opened("function", it.node.parent or it.node))
                method = it.binds == "function" and it.home is not None and it.home.kind == "class"
                if method and it.home and theirs in known and _akin(project, ours, Symbol(path, it.home)):
                    search.join(root, theirs)


def _is_overridden(function: Function) -> bool:
    """Whether a caller of a method may get that of another class; nobody calls a constructor so."""
    return function.owner is not None and function.name not in CONSTRUCTORS


def _akin(project: Project, ours: Function, theirs: Symbol) -> bool:
    if ours.owner is None:
        return False
    mine, other = project.class_of(ours.owner), project.class_of(theirs)
    return theirs in project.symbols(mine) or ours.owner in project.symbols(other)


# --- calls


def calls(search: Search, root: Symbol) -> tuple[list[Spot], list[Loose]]:
    """The arguments that set the parameter or field that `root` stands for, and those that may."""
    project = search.project
    ours = functions(search, root)
    fields = {symbol for symbol in search.classes if search.means(symbol, root)}
    found, maybe = [], []
    for path, it in search.keywords if ours or fields else ():
        called = _called(it.node)
        thing = project.thing(path, called)
        copied = project.thing(path, _copied(called)) if called is not None else None
        if _sets(project, thing, ours, fields) or _has(project, copied, fields):
            found.append(Spot(path, it, root))
        elif called is not None and _may_set(thing, called, it.node, ours, fields=bool(fields)):
            maybe.append(Loose(path, it, _UNKNOWN))
    return found, maybe


def _called(keyword: Node) -> Node | None:
    call = next((above for above in ancestors(keyword) if above.type in {"call", "class_definition"}), None)
    return call.child_by_field_name("function") if call is not None else None


def _copied(called: Node) -> Node | None:
    """What a call copies to set fields of the copy: the p of `replace(p, x=1)` and of `p._replace(x=1)`."""
    call = called.parent
    arguments = call.child_by_field_name("arguments") if call is not None else None
    if text_of(called).rpartition(".")[2] not in _COPIES or arguments is None:
        return None
    first = next((each for each in arguments.named_children if each.type != "keyword_argument"), None)
    return first or called.child_by_field_name("object")


def _has(project: Project, copied: Thing | None, fields: set[Symbol]) -> bool:
    """Whether what is copied has one of the fields."""
    known = copied is not None and copied.kind == "instance"
    return known and copied is not None and not fields.isdisjoint(project.symbols(copied))


def _sets(project: Project, thing: Thing | None, ours: set[Function], fields: set[Symbol]) -> bool:
    if thing is None:
        return False
    if thing.kind == "function" and thing.node is not None and thing.home is not None:
        named = thing.node.child_by_field_name("name")
        called = Function(thing.path, thing.home, text_of(named) if named else "")
        return called in ours or any(_overrides(project, each, called) for each in ours)
    if thing.kind != "class":
        return False
    constructor = next(_constructors(project, thing), None)
    if constructor is None:
        return not fields.isdisjoint(project.symbols(thing))
    return constructor in ours


def _overrides(project: Project, one: Function, other: Function) -> bool:
    same = one.name == other.name and _is_overridden(one)
    return same and other.owner is not None and _akin(project, one, other.owner)


def _constructors(project: Project, thing: Thing) -> Iterator[Function]:
    """What a class is constructed by, nearest first."""
    for each in project.line(thing):
        for name in CONSTRUCTORS if each.kind == "class" else ():
            scope = each.symbol.scope
            if any(it.home == scope and it.binds for it in project.mentions(each.path, name)):
                yield Function(each.path, scope, name)


def _may_set(thing: Thing | None, called: Node, keyword: Node, ours: set[Function], *, fields: bool) -> bool:
    """Whether a call of something unknown goes by a name of ours; or hands one on, to whatever it is."""
    names = {each.name for each in ours}
    call = called.parent
    arguments = call.child_by_field_name("arguments") if call is not None else None
    beside = arguments.named_children if arguments is not None else []
    handed = {text_of(each).rpartition(".")[2] for each in beside if each != keyword.parent}
    if not names.isdisjoint(handed):
        return True
    name = text_of(called).rpartition(".")[2]
    return (thing is None or name in _COPIES) and (fields or name in names)


# --- what pytest hands to a function by the name of its parameter


def join_fixtures(search: Search) -> None:
    """A fixture and the parameters that get it mean the same; the nearest of several fixtures is meant."""
    fixtures = {
        spot.path: spot.name
        for spot in search.spots
        if spot.it.binds == "function" and spot.it.home == MODULE and spot.name and _is_fixture(spot.it.node)
    }
    for spot in search.spots if fixtures else ():
        if spot.it.binds == "parameter" and spot.name and is_injected(spot):
            meant = _nearest(spot.path, fixtures)
            if meant is not None:
                search.join(spot.name, meant)


def is_injected(spot: Spot) -> bool:
    """Whether a parameter is one of a test or fixture, to which pytest hands something by its name."""
    node = _function_node(spot.it.node)
    named = node.child_by_field_name("name") if node is not None else None
    if named is None or spot.it.node.type != "identifier":
        return False
    plain = spot.it.node.parent is not None and spot.it.node.parent.type in {"parameters", "typed_parameter"}
    name = basename(spot.path)
    of_tests = name.startswith(("test", "conftest")) or name.endswith("_test.py")
    tests = text_of(named).startswith("test") and of_tests and not any("patch" in it for it in _marks(named))
    return plain and text_of(spot.it.node) not in {"self", "cls"} and (tests or _is_fixture(named))


def _is_fixture(name: Node) -> bool:
    return any("fixture" in mark.partition("(")[0] for mark in _marks(name))


def _marks(name: Node) -> list[str]:
    """The decorators of a function, by its name."""
    holder = name.parent.parent if name.parent is not None else None
    if holder is None or holder.type != "decorated_definition":
        return []
    return [text_of(each) for each in holder.children if each.type == "decorator"]


def _nearest(path: str, fixtures: dict[str, Symbol]) -> Symbol | None:
    if path in fixtures:
        return fixtures[path]
    above = [
        each
        for each in fixtures
        if basename(each) == "conftest.py" and f"{dirname(path)}/".startswith(f"{dirname(each)}/".lstrip("/"))
    ]
    return fixtures[max(above, key=len)] if above else None
