"""A piece of a file that is looked at by itself: its mirror, its scopes, and whether an edit of it parses.

Knows trees and texts; it knows no operators and no order.
"""

from collections.abc import Callable, Collection, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from quintet.agents.neighbourhood.grammar import Grammar
from quintet.agents.neighbourhood.node import Node, mirror
from quintet.agents.neighbourhood.scope import Scope, scope_of, survey
from quintet.agents.neighbourhood.vocabulary import Vocabulary
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import SyntaxTree, Unit, parse

if TYPE_CHECKING:
    import tree_sitter

_DEFINITIONS = frozenset({"function", "lambda", "class"})
_CARRIERS = frozenset({"decorated_definition", "export_statement"})


class Region:
    """A unit, or a definition or statement of the top level.

    Keeps the surveys it has made and the texts it has admitted: no two candidates say the same.
    """

    __slots__ = ("_grammar", "_outer", "_parses", "_scopes", "_seen", "root")

    def __init__(self, tree: SyntaxTree, raw: "tree_sitter.Node", grammar: Grammar, outer: "Outer") -> None:
        self.root = mirror(tree, raw, grammar)
        self._grammar = grammar
        self._outer = outer
        self._parses = _check(tree, self.root)
        self._seen = {_digest(self.root.text)}
        self._scopes: dict[int, Scope] = {}

    def admits(self, edit: Edit) -> bool:
        """Whether the edit gives a text that is new and parses."""
        root = self.root
        text = root.source[root.start : edit.start] + edit.text + root.source[edit.end : root.end]
        digest = _digest(text)
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return self._parses(edit)

    def scope_at(self, node: Node, vocabulary: Vocabulary) -> Scope:
        """What may be used where the node stands."""
        top = node if node.kind == "function" else scope_of(node, self.root)
        made = self._scopes.get(id(top))
        if made is None:
            above = None if top is self.root or top.parent is None else self.scope_at(top.parent, vocabulary)
            names = (*(() if above is None else above.names), *self._outer.names)
            made = survey(top, self._grammar, vocabulary, outer=names, functions=self._outer.functions)
            self._scopes[id(top)] = made
        return made


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Outer:
    """The names that a file's top level offers to all its regions: what can be called, and the others."""

    __slots__ = ("functions", "names")

    def __init__(self, tree: SyntaxTree, grammar: Grammar) -> None:
        self.functions: list[str] = []
        self.names: list[str] = []
        for raw in tree.root.children:
            shallow = _bare(raw)
            for holder in (shallow, *shallow.named_children):
                named = holder.child_by_field_name("name") or holder.child_by_field_name("left")
                if named is not None and named.type == "identifier":
                    name = tree.text[tree.char(named.start_byte) : tree.char(named.end_byte)]
                    (self.functions if _callable(holder, grammar) else self.names).append(name)


def _callable(holder: "tree_sitter.Node", grammar: Grammar) -> bool:
    value = holder.child_by_field_name("value") or holder
    return grammar.kinds.get(value.type) in _DEFINITIONS


def _bare(raw: "tree_sitter.Node") -> "tree_sitter.Node":
    """A definition without its decorators or `export`."""
    while raw.type in _CARRIERS:
        inner = raw.child_by_field_name("definition") or raw.child_by_field_name("declaration")
        if inner is None:
            return raw
        raw = inner
    return raw


def regions(
    tree: SyntaxTree, grammar: Grammar, unit: Unit | None, lines: Collection[int] | None
) -> Iterator[Region]:
    """The unit, or else the pieces of the top level that have one of the lines."""
    outer = Outer(tree, grammar)
    if unit is not None and unit.kind != "module":
        text = tree.text[unit.start : unit.end]
        first = unit.start + len(text) - len(text.lstrip())
        last = first + len(text.strip())
        raw = tree.root.named_descendant_for_byte_range(tree.byte(first), tree.byte(last))
        if raw is not None:
            yield Region(tree, _bare(raw), grammar, outer)
        return
    for raw in tree.root.named_children:
        spanned = range(raw.start_point.row + 1, raw.end_point.row + 2)
        if raw.type not in grammar.frozen and (lines is None or any(line in spanned for line in lines)):
            yield Region(tree, _bare(raw), grammar, outer)


def _check(tree: SyntaxTree, root: Node) -> Callable[[Edit], bool]:
    """How to see that an edit brings no syntax problem: by the region's own text where that parses alone."""
    before, after = _shell(root)
    alone = parse(before + root.text + after, tree.language)
    if alone is not None and not alone.root.has_error:
        shift = len(before) - root.start

        def parses_alone(edit: Edit) -> bool:
            moved = Edit(edit.start + shift, edit.end + shift, edit.text)
            return not alone.edited((moved,)).root.has_error

        return parses_alone
    known = len(tree.problems())

    def parses_in_file(edit: Edit) -> bool:
        return len(tree.edited((edit,)).problems()) <= known

    return parses_in_file


def _shell(root: Node) -> tuple[str, str]:
    """What must stand around the text of a region so that it can parse by itself."""
    if root.type == "method_definition":
        return "class _ {", "}"
    return ("(", ")") if root.kind == "lambda" else ("", "")
