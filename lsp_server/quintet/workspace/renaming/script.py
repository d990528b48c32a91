"""JavaScript and TypeScript: where a name stands, by the scopes of blocks, functions and modules.

Values and types of one name in one scope are taken for one thing. Knows one text at a time.
"""

from dataclasses import replace
from typing import NamedTuple

from tree_sitter import Node

from quintet.workspace.renaming.scopes import (
    MODULE,
    Imported,
    Mention,
    Scope,
    View,
    ancestors,
    is_field,
    opened,
    standing,
    text_of,
)
from quintet.workspace.renaming.script_scopes import (
    CLASSES,
    FUNCTIONS,
    NAMESPACES,
    binding,
    is_exported,
    namespace_of,
    scopes_of,
)
from quintet.workspace.syntax import SyntaxTree

STATICS_APART = True
STARS_BIND = False
_NAMES = frozenset({"identifier", "type_identifier", "shorthand_property_identifier",
    "shorthand_property_identifier_pattern"})  # fmt: skip
_PROPERTIES = frozenset({"property_identifier", "private_property_identifier"})
_MEMBERS = frozenset({
    "method_definition", "field_definition", "public_field_definition", "property_signature",
    "method_signature", "abstract_method_signature",
})  # fmt: skip
_AROUND = frozenset({
    "parenthesized_expression", "non_null_expression", "type_annotation", "await_expression",
})  # fmt: skip
_LITERALS = frozenset({"string", "template_string", "array", "array_type", "number", "regex"})
_SORTS = (
    ("name", frozenset({"identifier", "type_identifier"})),
    ("class", CLASSES),
    ("self", NAMESPACES),
    ("function", FUNCTIONS),
    ("literal", _LITERALS),
)
"""What a kind of expression says of a value."""
_VALUED = frozenset({"variable_declarator", "field_definition", "public_field_definition"})
_READ = {
    "member_expression": "member",
    "nested_type_identifier": "member",
    "new_expression": "new",
    "generic_type": "type",
}
_FIELDS = {
    "member_expression": ("property", "object"),
    "nested_type_identifier": ("name", "module"),
    "new_expression": ("constructor",),
    "generic_type": ("name",),
}
_BODIES = frozenset({"class_body", "interface_body", "object_type", "object", "program"})
_TAGS = frozenset({
    "jsx_opening_element", "jsx_closing_element", "jsx_self_closing_element", "jsx_namespace_name",
})  # fmt: skip
_MODULE_OBJECTS = frozenset({"module.exports", "exports"})


class _Read(NamedTuple):
    """A place, the scopes it is looked up in, and the one it binds its name in."""

    it: Mention
    chain: tuple[Scope, ...] = ()
    bound: Scope | None = None


def mentions(tree: SyntaxTree, name: str) -> list[Mention]:
    """Every place where a name stands, each with its scope, in order."""
    read = [each for node in standing(tree, name) if (each := _read(node)) is not None]
    bound = {each.bound for each in read if each.bound}
    return [
        replace(it, home=own or next((scope for scope in chain if scope in bound), None)) if chain else it
        for it, chain, own in read
    ]


def _read(node: Node) -> _Read | None:
    parent = node.parent
    if parent is None or node.type not in _NAMES | _PROPERTIES:
        return None
    if node.type == "private_property_identifier":
        return _private(node, parent)
    looked_up = parent.type == "nested_type_identifier" and is_field(node, parent, "name")
    if looked_up or node.type in _PROPERTIES:
        return _of_enum(node) if parent.type.startswith("enum_") else _property(node, parent)
    if parent.type in _TAGS and text_of(node)[:1].islower():
        return None  # an element of HTML, no variable
    specifier = parent.type in {"import_specifier", "export_specifier", "namespace_export"}
    return (_specifier(node, parent) if specifier else None) or _variable(node, parent)


def _variable(node: Node, parent: Node) -> _Read:
    """A name that is looked up in scopes."""
    chain = (*scopes_of(node), MODULE)
    binds, scope = binding(node, chain)
    short = node.type.startswith("shorthand_property_identifier")
    it = Mention(node, "name", binds=binds, shorthand=short, exported=is_exported(node, scope))
    if binds == "import":
        taken = _taken(node, parent)
        aliased = parent.child_by_field_name("alias") is not None or taken.name != text_of(node)
        it = replace(it, imported=taken, binds="alias" if aliased else "import")
    elif short:
        owner, imported = _object_of(node)
        exported = it.exported or _is_module_object(node)
        it = replace(it, owner=owner, imported=imported, exported=exported)
    elif binds == "parameter" and _is_property_too(parent):
        it = replace(it, owner=_class_around(node))
    elif binds and scope is not None:
        it = replace(it, owner=namespace_of(node, scope))
    return _Read(it, chain, scope)


def _specifier(node: Node, parent: Node) -> _Read | None:
    """A name in `import {…}` or `export {…}`; None for one that is looked up here."""
    name, alias = parent.child_by_field_name("name"), parent.child_by_field_name("alias")
    source = _source(node)
    if parent.type == "import_specifier":
        taken = Imported(source or "", text_of(node))
        return _Read(Mention(node, "import", imported=taken)) if alias is not None and node == name else None
    if source is not None:
        passed = Imported(source, text_of(node)) if node == name else None
        shown = alias is None or node == alias
        return _Read(Mention(node, "export", imported=passed, exported=shown))
    if alias is not None and node == alias:
        return _Read(Mention(node, "export", exported=True))
    it = Mention(node, "name", exported=alias is None)
    return _Read(it, (*scopes_of(node), MODULE))


def _source(node: Node) -> str | None:
    """The module that the import or export around a name speaks of."""
    for above in ancestors(node):
        if above.type in {"import_statement", "export_statement", "import_require_clause"}:
            source = above.child_by_field_name("source")
            if source is not None or above.type == "export_statement":
                return text_of(source).strip("'\"`") if source is not None else None
    return None


def _taken(node: Node, parent: Node) -> Imported:
    module = _source(node) or ""
    if parent.type == "import_specifier":
        name = parent.child_by_field_name("name")
        return Imported(module, text_of(name) if name is not None else "default")
    return Imported(module, "default" if parent.type == "import_clause" else "")


def _property(node: Node, parent: Node) -> _Read:
    """A name that is looked up in an object."""
    if parent.type == "nested_type_identifier":
        return _Read(Mention(node, "member", owner=parent.child_by_field_name("module")))
    if parent.type == "member_expression":
        owner = parent.child_by_field_name("object")
        outer = parent.parent
        written = outer is not None and outer.type.endswith("assignment_expression")
        binds = "attribute" if written and outer is not None and is_field(parent, outer, "left") else ""
        shown = bool(binds) and owner is not None and text_of(owner) in _MODULE_OBJECTS
        return _Read(Mention(node, "export" if shown else "member", owner=owner, binds=binds, exported=shown))
    if parent.type in {"pair", "pair_pattern"}:
        owner, imported = _object_of(node)
        if _is_module_object(node):
            return _Read(Mention(node, "export", exported=True, binds="attribute"))
        binds = "attribute" if parent.type == "pair" else ""
        role = "import" if imported else "member"
        return _Read(Mention(node, role, owner=owner, binds=binds, imported=imported))
    if parent.type in _MEMBERS:
        body = next(each for each in ancestors(node) if each.type in _BODIES)
        owner = body.parent if body.parent is not None and body.parent.type in CLASSES else None
        static = any(each.type == "static" for each in parent.children)
        return _Read(Mention(node, "member", owner=owner, binds="static" if static else "member"))
    return _Read(Mention(node, "member"))


def _of_enum(node: Node) -> _Read:
    """A member of an enum, whose other members may mention it as a variable."""
    body = next(each for each in ancestors(node) if each.type == "enum_body")
    home = opened("block", body)
    return _Read(Mention(node, "name", owner=body.parent, binds="static"), (home,), home)


def _private(node: Node, parent: Node) -> _Read:
    """A name that only the class around it knows, whatever it is looked up in."""
    bodies = [each for each in ancestors(node) if each.type == "class_body"]
    chain = tuple(opened("private", each) for each in bodies)
    if parent.type not in _MEMBERS or not bodies:
        return _Read(Mention(node, "name"), chain)
    return _Read(Mention(node, "name", owner=bodies[0].parent, binds="member"), chain, chain[0])


# --- objects


def _object_of(node: Node) -> tuple[Node | None, Imported | None]:
    """For a property in `{…}`: what says the object's type, or the module whose exports it takes."""
    literal = next((each for each in ancestors(node) if each.type in {"object", "object_pattern"}), None)
    holder = literal.parent if literal is not None else None
    if literal is None or holder is None:
        return None, None
    kind = holder.child_by_field_name("type")
    if kind is not None:
        return _inner(kind), None
    if literal.type != "object_pattern" or holder.type != "variable_declarator":
        return None, None
    value = holder.child_by_field_name("value")
    module = _required(value) if value is not None else ""
    return (None, Imported(module, text_of(node))) if module else (value, None)


def _required(value: Node) -> str:
    """The module of `require("…")` or `await import("…")`."""
    call = value.named_children[0] if value.type == "await_expression" else value
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if call.type != "call_expression" or function is None or arguments is None:
        return ""
    first = next(iter(arguments.named_children), None)
    taken = text_of(function) in {"require", "import"} and first is not None and first.type == "string"
    return text_of(first).strip("'\"`") if taken and first is not None else ""


def _is_module_object(node: Node) -> bool:
    """Whether a property is one of `module.exports = {…}`."""
    literal = next((each for each in ancestors(node) if each.type == "object"), None)
    holder = literal.parent if literal is not None else None
    left = holder.child_by_field_name("left") if holder is not None else None
    return left is not None and text_of(left) in _MODULE_OBJECTS


def _is_property_too(parameter: Node) -> bool:
    """Whether a parameter of a constructor declares a field as well."""
    marks = {"accessibility_modifier", "readonly", "override_modifier"}
    return parameter.type == "required_parameter" and any(each.type in marks for each in parameter.children)


def _class_around(node: Node) -> Node | None:
    return next((above for above in ancestors(node) if above.type in CLASSES), None)


# --- what an expression or a definition says of the thing that a name stands for


def view(node: Node) -> View:
    """An expression, by what it takes its value from."""
    while node.type in _AROUND and node.named_child_count:
        node = node.named_children[0]
    kind = node.type
    if kind == "call_expression":
        return View("call", node.child_by_field_name("function"))
    if kind in _READ:
        named, *owner = (node.child_by_field_name(field) for field in _FIELDS[kind])
        return View(_READ[kind], named, *owner)
    if kind == "this":
        return _this(node)
    if kind == "super":
        return View("super", _class_around(node))
    if kind == "predefined_type" and text_of(node) not in {"any", "unknown", "object"}:
        return View("literal", node)
    return View(next((sort for sort, kinds in _SORTS if kind in kinds), ""), node)


def _this(node: Node) -> View:
    for above in ancestors(node):
        if above.type in {"function_declaration", "function_expression", "generator_function"}:
            break
        if above.type in {"method_definition", "field_definition", "public_field_definition"}:
            static = any(each.type == "static" for each in above.children)
            holder = above.parent
            if holder is not None and holder.type == "class_body":
                return View("class" if static else "self", holder.parent)
            break
    return View("", None)


def given(it: Mention) -> View:
    """What the place that binds a name says of its value: "class", "function", "type" or "value"."""
    above = it.node.parent
    if above is None:
        return View("", None)
    if above.type in NAMESPACES:
        return View("self", above)
    if it.binds in {"class", "function"}:
        return View(it.binds, above)
    if it.shorthand and it.owner is not None:
        return View("member", it.node, it.owner)
    if "method" in above.type:
        reads = any(each.type == "get" for each in above.children)
        return View("type", returns(above)) if reads else View("function", above)
    kind = above.child_by_field_name("type")
    return View("type", _inner(kind)) if kind is not None else _given_value(it, above)


def _given_value(it: Mention, above: Node) -> View:
    if it.binds == "attribute" and above.parent is not None:
        return View("value", above.parent.child_by_field_name("right"))
    value = above.child_by_field_name("value")
    if above.type == "variable_declarator" and value is not None and (module := _required(value)):
        return View(f"module {module}", value)
    return View("value", value) if above.type in _VALUED else View("", None)


def returns(function: Node) -> Node | None:
    """The type that a function says it gives back; of a promise, what that is kept with."""
    written = function.child_by_field_name("return_type")
    if written is None or not written.named_child_count:
        return None
    kind = written.named_children[0]
    name = kind.child_by_field_name("name")
    if kind.type == "generic_type" and name is not None and text_of(name) == "Promise":
        arguments = kind.child_by_field_name("type_arguments")
        kind = arguments.named_children[0] if arguments is not None and arguments.named_child_count else kind
    return _inner(kind)


def overrides(it: Mention) -> bool:
    """Whether a member says that its class has it from another."""
    above = it.node.parent
    return above is not None and any(each.type == "override_modifier" for each in above.children)


def bases(node: Node) -> list[Node]:
    """The expressions that a class names as its bases and interfaces."""
    found: list[Node] = []
    for heritage in (
        each for each in node.children if each.type in {"class_heritage", "extends_type_clause"}
    ):
        for each in heritage.named_children:
            inner = each.named_children if each.type in {"extends_clause", "implements_clause"} else [each]
            found += (_inner(one) for one in inner if one.type != "type_arguments")
    return found


def _inner(kind: Node) -> Node:
    """`Base` for `Base<T>` and for `: Base`."""
    if kind.type == "type_annotation" and kind.named_child_count:
        return _inner(kind.named_children[0])
    if kind.type == "union_type":
        others = [each for each in kind.named_children if text_of(each) not in {"undefined", "null"}]
        return _inner(others[0]) if len(others) == 1 else kind
    name = kind.child_by_field_name("name") if kind.type == "generic_type" else None
    return name or kind


def is_own(name: str) -> bool:
    """Whether a name belongs to the class in which it is written, and to no other."""
    return name.startswith("#")


def is_given(_: str) -> bool:
    """Whether the language itself may have a name that nothing in a text defines: there are thousands."""
    return True


def stars(tree: SyntaxTree) -> list[str]:
    """The modules all of whose names are passed on: `export * from "…"`."""
    return [
        text_of(source).strip("'\"`")
        for each in tree.root.named_children
        if each.type == "export_statement" and any(child.type == "*" for child in each.children)
        if (source := each.child_by_field_name("source")) is not None
    ]
