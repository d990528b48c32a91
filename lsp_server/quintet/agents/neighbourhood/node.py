"""A unit's syntax as plain nodes in the common kinds, with offsets in code points.

The one place that touches tree-sitter's nodes; it knows no operators and no scopes.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quintet.agents.neighbourhood.grammar import EXPRESSIONS, STATEMENTS, Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from quintet.workspace.syntax import SyntaxTree

_COMPARATORS = frozenset({"<", "<=", ">", ">=", "==", "!=", "===", "!==", "in", "instanceof"})
_LOGICAL = frozenset({"and", "or", "&&", "||", "??"})
_TARGETS = {
    "assign": "left",
    "augmented": "left",
    "declarator": "name",
    "for": "left",
    "source": "left",
    "walrus": "name",
    "update": "argument",
}
_PATTERNS = frozenset(
    {
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "array_pattern",
        "object_pattern",
        "rest_pattern",
        "as_pattern_target",
        "object_assignment_pattern",
    }
)


@dataclass(slots=True, eq=False)
class Node:
    """A node of the mirror.

    `kind` is the common kind (see `grammar`), `type` tree-sitter's own. `start` and `end` are offsets into
    `source`, the text of the whole file; the node runs from `line` to `last`, counted from 1. `slot` is the
    parent's field it stands in. `role` says what it is there for: "value", "base" (of an attribute or index),
    "callee", "target" of an assignment, or "none".
    """

    kind: str
    type: str
    source: str = field(repr=False)
    start: int
    end: int
    line: int
    last: int
    named: bool
    slot: str | None
    parent: "Node | None" = field(repr=False)
    role: str = "none"
    children: "list[Node]" = field(default_factory=list, repr=False)
    _parts: "list[Node] | None" = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """What the node spans."""
        return self.source[self.start : self.end]

    @property
    def parts(self) -> "list[Node]":
        """The named children, comments left out; of a finished mirror."""
        if self._parts is None:
            self._parts = [child for child in self.children if child.named and child.kind != "comment"]
        return self._parts

    def get(self, name: str) -> "Node | None":
        """The child in the field `name`, if there is one."""
        return next((child for child in self.children if child.slot == name and child.named), None)

    def token(self) -> "Node | None":
        """The operator token of an expression of one operator."""
        return next((child for child in self.children if not child.named and child.slot is not None), None)

    def walk(self) -> "Iterator[Node]":
        """This node and all below it, in the order of the text."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def up(self) -> "Iterator[Node]":
        """The nodes above this one, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


def mirror(tree: "SyntaxTree", top: "tree_sitter.Node", grammar: Grammar) -> Node:
    """The plain nodes of `top` and everything below it."""
    cursor = top.walk()
    root = current = _plain(tree, cursor, grammar, None)
    while True:
        if current.type not in grammar.frozen and cursor.goto_first_child():
            current = _plain(tree, cursor, grammar, current)
            continue
        while not cursor.goto_next_sibling():
            if current is root or not cursor.goto_parent() or current.parent is None:
                return root
            current = current.parent
        if current.parent is None:
            return root
        current = _plain(tree, cursor, grammar, current.parent)


def _plain(
    tree: "SyntaxTree", cursor: "tree_sitter.TreeCursor", grammar: Grammar, parent: Node | None
) -> Node:
    raw = cursor.node
    if raw is None:  # the cursor stands on a node by construction
        raise AssertionError("a tree cursor without a node")
    name = cursor.field_name
    node = Node(
        kind=grammar.kinds.get(raw.type, raw.type) if raw.is_named else "token",
        type=raw.type,
        source=tree.text,
        start=tree.char(raw.start_byte),
        end=tree.char(raw.end_byte),
        line=raw.start_point.row + 1,
        last=raw.end_point.row + 1,
        named=raw.is_named,
        slot=None if name is None else grammar.fields.get(name, name),
        parent=parent,
    )
    if node.kind in {"binary", "unary"}:
        node.kind = _operator_kind(raw)
    if parent is not None:
        if parent.kind == "index" and node.slot == "object":
            node.slot = "value"
        if not raw.is_named and raw.type in grammar.levels and node.slot is None:
            node.slot = "operator"
        parent.children.append(node)
        node.role = _role(node, parent)
    return node


def _operator_kind(raw: "tree_sitter.Node") -> str:
    operator = raw.child_by_field_name("operator")
    spelled = "" if operator is None else operator.type
    if raw.type in {"unary_expression", "unary_operator"}:
        return {"!": "not", "-": "negative"}.get(spelled, "unary")
    if spelled in _COMPARATORS:
        return "comparison"
    return "logic" if spelled in _LOGICAL else "arithmetic"


def _role(node: Node, parent: Node) -> str:  # noqa: PLR0911 - one return for each way a name can be meant
    if node.kind not in EXPRESSIONS:
        return "none"
    if parent.kind == "parameters" or parent.type == "typed_parameter" or node.slot == "parameter":
        return "none"
    if parent.type in _PATTERNS or _TARGETS.get(parent.kind) == node.slot is not None:
        return "target"
    if parent.kind in {"function", "class", "keyword", "lambda"} and node.slot not in {"value", "body"}:
        return "none"
    if parent.kind == "attribute":
        return "base" if node.slot == "object" else "none"
    if parent.kind == "index" and node.slot == "value":
        return "base"
    if parent.kind in {"call", "new"} and node.slot in {"function", "constructor"}:
        return "callee"
    if parent.kind in {"except", "raise", "expression", "module", "update", "as_pattern", "with_item"}:
        return "none"
    if parent.kind == "default" and node.slot in {"name", "left", "pattern"}:
        return "none"
    return "value"


# --- where statements stand -------------------------------------------------------------------------


def is_statement(node: Node) -> bool:
    """Whether the node is a statement of a block (not the clause of a `for (;;)`)."""
    if node.kind not in STATEMENTS or node.parent is None or is_docstring(node):
        return False
    if node.parent.kind in {"if", "for", "while"}:
        return node.slot in {"body", "consequence"}
    return node.parent.kind in {"block", "module", "else"}


def is_docstring(node: Node) -> bool:
    """Whether the node is a statement of nothing but a string."""
    return node.kind == "expression" and [part.kind for part in node.parts] in (["string"], ["strings"])


def indent(node: Node) -> str | None:
    """The white space before the node on its line; None where something else stands there too."""
    begin = node.source.rfind("\n", 0, node.start) + 1
    before = node.source[begin : node.start]
    return before if not before.strip() else None


def strays(node: Node, loops: frozenset[str]) -> bool:
    """Whether the node holds a `break` or `continue` of a loop around it."""
    for part in node.walk():
        if part.kind in {"break", "continue"}:
            loop = enclosing(part, loops)
            if loop is None or not (node.start <= loop.start and loop.end <= node.end):
                return True
    return False


def enclosing(node: Node, kinds: frozenset[str]) -> Node | None:
    """The nearest node above of one of the kinds."""
    return next((above for above in node.up() if above.kind in kinds), None)
