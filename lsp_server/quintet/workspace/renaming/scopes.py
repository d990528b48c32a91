"""One name in one text: each place where it stands, and the scope it belongs to.

The vocabulary that readers of a language share; offsets are bytes here. Knows no other file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tree_sitter import Node

from quintet.workspace.syntax import SyntaxTree


class Scope(NamedTuple):
    """A stretch of text in which a name has one meaning, by the node that opens it.

    `kind` is "module", "function", "comprehension", "class", "block", "types" or "export".
    """

    kind: str
    start: int
    end: int


MODULE = Scope("module", -1, -1)
EXPORT = Scope("export", -1, -1)
"""What others take from a module, where its names for that may differ from those inside."""


class Imported(NamedTuple):
    """What an import takes: the module as written, and the name in it; "" for the module as a whole."""

    module: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A place where a name stands.

    `role` is "name" for what is looked up in scopes (`home` is the one it was found in, None where it was
    not), "member" for what is looked up in an `owner` (None where the text does not say whose it is),
    "keyword" for an argument by name, "import" and "export" for a name that only others know, "entry" for
    one in `__all__`. `binds` says how the place gives the name a meaning; "" where it uses one.

    A `shorthand` means two names at once, the variable and a property. A place may mean the same name of
    another scope `also`.
    """

    node: Node
    role: str
    home: Scope | None = None
    binds: str = ""
    imported: Imported | None = None
    exported: bool = False
    shorthand: bool = False
    owner: Node | None = None
    also: Scope | None = None


def opened(kind: str, node: Node) -> Scope:
    """The scope that a node opens."""
    return Scope(kind, node.start_byte, node.end_byte)


def standing(tree: SyntaxTree, name: str) -> Iterator[Node]:
    """The innermost node at each place where a word stands, and only it: an identifier or a whole string."""
    for start, end in places(tree.text, name):
        span = tree.byte(start), tree.byte(end)
        node = tree.root.descendant_for_byte_range(*span)
        if node is not None and node.byte_range == span:
            yield node


def places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where a name stands in a text as a word of its own."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_joins(text[start - 1 : start]) or _joins(text[end : end + 1])):
            yield start, end
        start = text.find(name, end)


def _joins(character: str) -> bool:
    """Whether a character makes one word with a name beside it."""
    return character.isalnum() or character in {"_", "$"}


def ancestors(node: Node) -> Iterator[Node]:
    """The nodes around a node, innermost first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def text_of(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def is_field(node: Node, parent: Node, *fields: str) -> bool:
    """Whether a node is the first that its parent has in one of these fields."""
    return any(parent.child_by_field_name(field) == node for field in fields)


class View(NamedTuple):
    """What an expression, or a place that binds a name, says of a value.

    "name", "call" and "new" have the `node` in question, "member" the member's name and its `owner`; "self",
    "super", "class" and "function" the definition; "type" and "value" the expression that says it.
    """

    kind: str
    node: Node | None
    owner: Node | None = None
