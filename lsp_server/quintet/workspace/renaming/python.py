"""Python: where a name stands, by the language's own rules of scope.

See "Naming and binding" in the language reference. Knows one text at a time.
"""

import builtins
from itertools import takewhile

from tree_sitter import Node

from quintet.workspace.renaming.python_scopes import TARGETS, binding, chain_of, out_of_wrappers, settled
from quintet.workspace.renaming.scopes import (
    MODULE,
    Imported,
    Mention,
    Scope,
    View,
    ancestors,
    is_field,
    standing,
    text_of,
)
from quintet.workspace.syntax import SyntaxTree

CLASSES = frozenset({"class_definition"})
FUNCTIONS = frozenset({"function_definition"})

STATICS_APART = False
"""Whether a class and its instances may have different members of one name."""
STARS_BIND = True
"""Whether a file can itself use the names of a module that it takes as a whole."""

_AROUND = frozenset({"dotted_name", "type", "parenthesized_expression", "await"})
_LITERALS = frozenset({
    "string", "concatenated_string", "list", "dictionary", "set", "tuple", "integer", "float",
})  # fmt: skip
_PROPERTIES = frozenset({"property", "cached_property"})
_STATIC = frozenset({"staticmethod"})


def mentions(tree: SyntaxTree, name: str) -> list[Mention]:
    """Every place where a name stands, each with its scope, in order."""
    read = [each for node in standing(tree, name) if (each := _mention(node)) is not None]
    return settled(read)


def _mention(node: Node) -> tuple[Mention, tuple[Scope, ...]] | None:
    """A place, and the scopes it is looked up in, innermost first."""
    parent = node.parent
    if node.type == "string_content":
        return (Mention(node, "entry", MODULE), ()) if _is_entry(node) else None
    if node.type != "identifier" or parent is None:
        return None
    imported = _imported(node)
    if imported is None:
        if (elsewhere := _elsewhere(node, parent)) is not None:
            return elsewhere, ()
        return Mention(node, "name", binds=binding(node)), chain_of(node)
    taken, here = imported
    if not here:
        return Mention(node, "import" if taken.name else "other", imported=taken), ()
    how = "alias" if parent.type == "aliased_import" else "import"
    return Mention(node, "name", binds=how, imported=taken), chain_of(node)


def _elsewhere(node: Node, parent: Node) -> Mention | None:
    """A name that is not looked up in scopes, but in an object or by a function that is called."""
    if parent.type == "attribute" and is_field(node, parent, "attribute"):
        return Mention(node, "member", owner=parent.child_by_field_name("object"), binds=_written(parent))
    if parent.type == "keyword_argument" and is_field(node, parent, "name"):
        return Mention(node, "keyword")
    if parent.type == "keyword_pattern" and parent.named_children[0] == node:
        return Mention(node, "member", owner=_pattern_class(parent))
    before = _before(node)
    return Mention(node, "member", owner=before) if before is not None else None


def _before(node: Node) -> Node | None:
    """What stands before the dot of a name in a pattern: the A of `case A.b`."""
    dotted = node.parent is not None and node.parent.type == "dotted_name"
    return node.prev_named_sibling if dotted else None


def _is_entry(node: Node) -> bool:
    """Whether a string is one of those that `__all__` lists."""
    for above in ancestors(node):
        if above.type in {"assignment", "augmented_assignment"}:
            left = above.child_by_field_name("left")
            return left is not None and text_of(left) == "__all__"
        if above.type == "call":
            called = above.child_by_field_name("function")
            return called is not None and text_of(called) in {"__all__.extend", "__all__.append"}
        if above.type not in {"string", "list", "tuple", "argument_list", "binary_operator"}:
            return False
    return False


def _written(attribute: Node) -> str:
    """Give "attribute" where `x.name` is assigned to; "" where it is read."""
    outer = out_of_wrappers(attribute)
    above = outer.parent
    field = TARGETS.get(above.type) if above else None
    return "attribute" if above and field and is_field(outer, above, field) else ""


def _pattern_class(pattern: Node) -> Node | None:
    for above in ancestors(pattern):
        if above.type == "class_pattern":
            return above.named_children[0]
    return None


def _imported(node: Node) -> tuple[Imported, bool] | None:
    """What an import takes by a name in it, and whether it gives that a meaning here."""
    above = list(takewhile(lambda each: each.type in {"dotted_name", "aliased_import"}, ancestors(node)))
    statement = above[-1].parent if above else node.parent
    if statement is None or statement.type not in {
        "import_statement",
        "import_from_statement",
        "relative_import",
        "future_import_statement",
    }:
        return None
    whole = above[-1]
    if statement.type == "import_statement":
        if whole.type == "aliased_import":
            name = whole.child_by_field_name("name")
            return Imported(text_of(name) if name else "", ""), is_field(node, whole, "alias")
        first = whole.named_children[0]
        return Imported(text_of(first), ""), node == first
    if statement.type != "import_from_statement" or is_field(whole, statement, "module_name"):
        return Imported("", ""), False
    module = statement.child_by_field_name("module_name")
    name = whole.child_by_field_name("name") if whole.type == "aliased_import" else whole
    taken = Imported(text_of(module) if module else "", text_of(name) if name else "")
    return taken, whole.type == "dotted_name" or is_field(node, whole, "alias")


# --- what an expression or a definition says of the thing that a name stands for


def view(node: Node) -> View:
    """An expression, by what it takes its value from."""
    while node.type in _AROUND and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type == "dotted_name":
        node = node.named_children[-1]
    if node.type == "binary_operator" and text_of(node.named_children[-1]) == "None":
        node = node.named_children[0]
    function = node.child_by_field_name("function")
    if node.type == "call" and function is not None and text_of(function) == "super":
        return View("super", _class_around(node))
    match node.type:
        case "identifier":
            before = _before(node)
            return View("name", node) if before is None else View("member", node, before)
        case "string" if node.parent is not None and node.parent.type == "type":
            return View("quoted", next((it for it in node.children if it.type == "string_content"), None))
        case "attribute":
            name = node.child_by_field_name("attribute")
            return View("member", name, node.child_by_field_name("object"))
        case "call":
            return View("call", function)
    return View("literal", node) if node.type in _LITERALS else View("", None)


def _class_around(node: Node) -> Node | None:
    return next((above for above in ancestors(node) if above.type == "class_definition"), None)


def given(it: Mention) -> View:
    """What the place that binds a name says of its value: "self" or "class" of a class, "type" or "value"."""
    above = it.node.parent
    if above is None:
        return View("", None)
    if it.binds in {"class", "function"}:
        reads = it.binds == "function" and not _PROPERTIES.isdisjoint(_marks(above))
        return View("type", returns(above)) if reads else View(it.binds, above)
    if it.binds == "parameter":
        return _given_parameter(it.node, above)
    if it.binds == "attribute" and above.parent is not None:
        above = above.parent
    kind = above.child_by_field_name("type")
    if kind is not None or above.type not in {"assignment", "named_expression"}:
        return View("type", kind)
    return View("value", above.child_by_field_name("right") or above.child_by_field_name("value"))


def returns(function: Node) -> Node | None:
    """The type that a function says it gives back."""
    return function.child_by_field_name("return_type")


def overrides(it: Mention) -> bool:
    """Whether a member says that its class has it from another."""
    above = it.node.parent
    return above is not None and above.type == "function_definition" and "override" in _marks(above)


def _marks(function: Node) -> set[str]:
    """The decorators of a function, without modules and arguments."""
    holder = function.parent
    if holder is None or holder.type != "decorated_definition":
        return set()
    written = (text_of(each).lstrip("@ ") for each in holder.children if each.type == "decorator")
    return {each.partition("(")[0].rpartition(".")[2].strip() for each in written}


def _given_parameter(node: Node, above: Node) -> View:
    if above.type in {"typed_parameter", "typed_default_parameter"}:
        return View("type", above.child_by_field_name("type"))
    function = above.parent
    if above.type != "parameters" or function is None or above.named_children[0] != node:
        return View("", None)
    holder, marks = function.parent, _marks(function)
    if holder is not None and holder.type == "decorated_definition":
        holder = holder.parent
    owner = holder.parent if holder is not None and holder.type == "block" else None
    if owner is None or owner.type != "class_definition" or not marks.isdisjoint(_STATIC):
        return View("", None)
    own = function.child_by_field_name("name")
    of_class = "classmethod" in marks or (
        own is not None and text_of(own) in {"__new__", "__init_subclass__"}
    )
    return View("class" if of_class else "self", owner)


def bases(node: Node) -> list[Node]:
    """The expressions that a class names as its bases."""
    listed = node.child_by_field_name("superclasses")
    found = listed.named_children if listed is not None else []
    return [_plain(each) for each in found if each.type not in {"keyword_argument", "comment"}]


def _plain(base: Node) -> Node:
    """`Base` for `Base[T]`."""
    value = base.child_by_field_name("value") if base.type == "subscript" else None
    return value or base


def is_own(name: str) -> bool:
    """Whether a name belongs to the class in which it is written, and to no other: `__x`."""
    return name.startswith("__") and not name.endswith("__")


def is_given(name: str) -> bool:
    """Whether the language itself may have a name that nothing in a text defines."""
    return hasattr(builtins, name)


def stars(tree: SyntaxTree) -> list[str]:
    """The modules all of whose names are imported."""
    return [each.module for each in tree.imports() if "*" in each.names]
