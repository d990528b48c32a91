"""Languages whose scopes we do not know: a name is followed by its definitions and by who imports them.

Which mention means which definition is told by names alone, so that less is certain here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname
from threading import Event

from tree_sitter import Node

from quintet.workspace.entry import Definition
from quintet.workspace.naming import akin, defined, is_written, name_at, word_in
from quintet.workspace.renaming.answer import Answer, Left, Occurrence
from quintet.workspace.renaming.scopes import ancestors
from quintet.workspace.renaming.texts import Texts
from quintet.workspace.renaming.words import is_common
from quintet.workspace.syntax import SyntaxTree, Unit

__all__ = ["find", "name_at"]

_BY_FOLDER = frozenset({"go", "java", "kotlin", "scala", "c_sharp", "swift"})
"""Languages in which files of one folder need no import to know each other's names."""
_REOPENED = frozenset({"class", "interface", "namespace"})
_BEFORE = re.compile(r"(?:\.|->|::|:)\s*\Z")
_MEMBERS = frozenset({"method", "field"})
_BODIES = frozenset({"function", "method"})
_LOCAL = frozenset({
    "let_declaration", "parameter", "parameter_declaration", "formal_parameter", "short_var_declaration",
    "var_spec", "range_clause", "variable_declarator", "enhanced_for_statement", "init_declarator",
    "foreach_statement", "for_range_loop", "required_parameter", "method_parameters", "block_parameters",
    "simple_parameter", "variable_declaration", "value_parameter", "closure_parameters", "lambda_parameters",
    "catch_formal_parameter", "optional_parameter", "parameters", "for_expression", "for_clause",
    "inferred_parameters", "local_variable_declaration",
})  # fmt: skip
"""What declares a local name in one language or another, where the name is not its type or value."""
_NOT_DECLARED = ("type", "value", "right", "default_value", "function", "arguments", "condition", "body")
_WIDEST = 200
"""Bytes of a declaration: what is longer is a statement that a mention stands somewhere in."""


@dataclass(frozen=True, slots=True)
class _Meant:
    """The definitions that are meant, and how many others of the name there are."""

    name: str
    group: tuple[Definition, ...]
    others: int

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(each.path for each in self.group)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(each.unit.kind for each in self.group)


def find(
    texts: Texts, path: str, place: tuple[str, int], new: str, stop: Event | None = None
) -> Answer | str:
    """What means the same as the name that stands at a place; or why it cannot be renamed, in a sentence."""
    meant = _meant(texts, path, place)
    if isinstance(meant, str):
        return meant
    for each in meant.group:
        if why := texts.untouchable(each.path):
            return f"`{meant.name}` is defined in {each.path}, which is not to be changed: {why}."
    if told := _already(texts, meant, new):
        return told
    occurrences: list[Occurrence] = []
    left: list[Left] = []
    paths = texts.index.mentioning(word_in(meant.name))
    for file in dict.fromkeys((path, *(each for each in paths if akin(path, each)))):
        if stop is not None and stop.is_set():
            break
        found = list(_mentions(texts, file, meant, new))
        if found and (why := texts.untouchable(file)):
            left += (_left(texts, each, why) for each in found if each.certain)
        elif told := _mixed(texts, file, found, new):
            return told
        else:
            occurrences += found
    return Answer(meant.group[0].unit.kind, tuple(sorted(occurrences)), tuple(left))


# --- what is meant


def _meant(texts: Texts, path: str, place: tuple[str, int]) -> _Meant | str:
    name, start = place
    groups = _grouped(texts, defined(texts.index, path, name))
    if not groups:
        return f"`{name}` is not defined in this workspace."
    tree = texts.tree(path)
    own = next((unit for unit in _written(tree) if unit.name_start == start), None) if tree else None
    near = {path}, set(texts.index.imports(path))
    choices = [[group for group in groups if any(each.path in some for each in group)] for some in near]
    if own:
        choices = [
            [group for group in choices[0] if any(each.qualified == own.qualified for each in group)],
            *choices,
        ]
    for choice in (*choices, groups):
        if len(choice) == 1:
            return _Meant(name, tuple(choice[0]), len(groups) - 1)
        if choice:
            break
    return (
        f"`{name}` has {len(groups)} definitions, and which is meant cannot be told here: rename one of them."
    )


def _grouped(texts: Texts, defined: list[Definition]) -> list[list[Definition]]:
    """Definitions of one thing together: overloads in a file, a class opened again, what only declares."""
    groups: dict[tuple[str, str], list[Definition]] = {}
    alone = []
    for each in defined:
        if each.unit.kind == "signature":
            alone.append(each)
            continue
        place = "" if each.unit.kind in _REOPENED else each.path
        groups.setdefault((each.qualified, place), []).append(each)
    for each in alone:
        fits = [group for group in groups.values() if each.qualified == group[0].qualified]
        near = [group for group in fits if each.path in _known(texts, group[0].path)]
        chosen = near if len(near) == 1 else fits
        if len(chosen) == 1:
            chosen[0].append(each)
        else:
            groups.setdefault((each.qualified, "signature"), []).append(each)
    return list(groups.values())


def _known(texts: Texts, path: str) -> tuple[str, ...]:
    return (path, *texts.index.imports(path))


# --- where it is mentioned


def _mentions(texts: Texts, path: str, meant: _Meant, new: str) -> Iterator[Occurrence]:
    """Every place of a file where the name may mean the group."""
    tree = texts.tree(path)
    if tree is None:
        return
    name = meant.name
    qualified = {each.qualified for each in meant.group if each.path == path}
    here = [unit for unit in _written(tree) if unit.name == name]
    theirs = [unit for unit in here if unit.qualified not in qualified]
    for unit in here:
        if unit.qualified in qualified:
            yield Occurrence(path, unit.name_start, unit.name_start + len(name), new)
    far = _far(texts, path, meant, tree.language)
    shadowed = [] if meant.kinds <= _MEMBERS else _shadowed(tree, name)
    for start in tree.mentions().get(name, ()):
        dotted = bool(_BEFORE.search(tree.text[max(start - 8, 0) : start]))
        if not dotted and any(unit.start <= start < unit.end for unit in shadowed):
            continue
        why = far
        if theirs or (meant.others and (dotted or meant.kinds & _MEMBERS)):
            why = f"`{name}` has other definitions, too"
        elif dotted and is_common(name, tree.language):
            why = "things of the language itself have this name, too"
        yield Occurrence(path, start, start + len(name), new, not why, why)


def _far(texts: Texts, path: str, meant: _Meant, language: str) -> str:
    """Why a file may not know of the definitions; "" where it imports them, or lies beside them."""
    imports = texts.index.imports(path)
    if path in meant.paths or not meant.paths.isdisjoint(imports):
        return ""
    if language in _BY_FOLDER and dirname(path) in {dirname(each) for each in meant.paths}:
        return ""
    if any(not meant.paths.isdisjoint(texts.index.imports(each)) for each in imports):
        return ""
    return "this file does not import the definition"


def _shadowed(tree: SyntaxTree, name: str) -> list[Unit]:
    """The functions in which the name is that of a parameter or local variable."""
    found = []
    for start in tree.mentions().get(name, ()):
        node = tree.root.descendant_for_byte_range(tree.byte(start), tree.byte(start + len(name)))
        unit = tree.unit_at(start)
        if node is not None and unit.kind in _BODIES and _declares(node):
            found.append(unit)
    return found


def _declares(node: Node) -> bool:
    for above in ancestors(node):
        if above.type in _LOCAL:
            given = (above.child_by_field_name(field) for field in _NOT_DECLARED)
            return not any(each is not None and _holds(each, node) for each in given)
        if above.end_byte - above.start_byte > _WIDEST:
            return False
    return False


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte < outer.end_byte


def _written(tree: SyntaxTree) -> Iterator[Unit]:
    """The definitions that go by a name, not by a title in quotes."""
    return (unit for unit in tree.definitions() if is_written(tree, unit))


def _left(texts: Texts, each: Occurrence, why: str) -> Left:
    return Left(each.path, texts.line(each.path, each.start), f"This file is not to be changed: {why}.")


# --- what stands against it


def _already(texts: Texts, meant: _Meant, new: str) -> str | None:
    """Where something of the new name is defined beside what is meant, in one sentence."""
    wanted = {each.unit.container for each in meant.group}
    folders = {dirname(path) for path in meant.paths}
    for each in defined(texts.index, meant.group[0].path, new):
        beside = each.path in meant.paths or bool(each.unit.container) or dirname(each.path) in folders
        if beside and each.unit.container in wanted:
            return f"`{new}` is already defined at {each.path}:{texts.line(each.path, each.unit.name_start)}."
    return None


def _mixed(texts: Texts, path: str, found: list[Occurrence], new: str) -> str | None:
    """Where the new name stands already in a function that mentions the old one, in one sentence."""
    tree = texts.tree(path)
    starts = tree.mentions().get(new, ()) if tree else ()
    for each in found if tree and starts else ():
        if tree is None or _BEFORE.search(tree.text[max(each.start - 8, 0) : each.start]):
            continue
        unit = tree.unit_at(each.start)
        for start in starts if unit.kind in _BODIES else ():
            dotted = _BEFORE.search(tree.text[max(start - 8, 0) : start])
            if unit.start <= start < unit.end and not dotted and each.certain:
                place = f"{path}:{texts.line(path, start)}"
                return f"`{new}` stands already in the function at {place}, and may be another thing there."
    return None
