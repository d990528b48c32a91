"""JavaScript and TypeScript: which scope a name belongs to, by blocks, functions and modules.

Knows one place in one text at a time.
"""

from collections.abc import Iterator

from tree_sitter import Node

from quintet.workspace.renaming.scopes import MODULE, Scope, ancestors, is_field, opened, text_of

FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip

CLASSES = frozenset({
    "class_declaration", "class", "abstract_class_declaration", "interface_declaration",
    "type_alias_declaration", "enum_declaration",
})  # fmt: skip
NAMESPACES = frozenset({"internal_module", "module"})
_SIGNATURES = frozenset({
    "function_signature", "method_signature", "abstract_method_signature", "call_signature",
    "construct_signature", "function_type", "constructor_type",
})  # fmt: skip
_BLOCKS = frozenset({
    "statement_block", "for_statement", "for_in_statement", "switch_body", "catch_clause", "enum_body",
    "index_signature", "conditional_type",
})  # fmt: skip
_HOISTING = frozenset({"function", "module"})
_DECLARED_OUTSIDE = frozenset({
    "function_declaration", "generator_function_declaration", "class_declaration",
    "abstract_class_declaration", "interface_declaration", "type_alias_declaration", "enum_declaration",
    "function_signature", "internal_module", "module",
})  # fmt: skip
_KINDS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "function_signature": "function",
    "function_expression": "function",
    "generator_function": "function",
    "class_declaration": "class",
    "abstract_class_declaration": "class",
    "class": "class",
    "interface_declaration": "class",
    "type_alias_declaration": "class",
    "enum_declaration": "class",
    "internal_module": "variable",
    "module": "variable",
    "type_parameter": "variable",
    "mapped_type_clause": "variable",
}
_FIELDS = {
    "required_parameter": ("pattern", "name"),
    "optional_parameter": ("pattern", "name"),
    "catch_clause": ("parameter",),
    "index_signature": ("name",),
    "variable_declarator": ("name",),
    "for_in_statement": ("left",),
}
"""What of these binds names."""
_PATTERNS = frozenset({
    "object_pattern", "array_pattern", "pair_pattern", "rest_pattern", "object_assignment_pattern",
    "assignment_pattern",
})  # fmt: skip


def scopes_of(node: Node) -> Iterator[Scope]:
    """The scopes inside the module that a name is looked up in, innermost first."""
    child = node
    for above in ancestors(node):
        kind = above.type
        if kind in FUNCTIONS or kind in _SIGNATURES:
            outside = kind in _DECLARED_OUTSIDE | _SIGNATURES | {"method_definition"}
            if not (outside and is_field(child, above, "name")) and child.type != "decorator":
                yield opened("function", above)
        elif kind in CLASSES:
            if kind == "class" or not is_field(child, above, "name"):
                yield opened("types", above)
        elif kind == "class_static_block":
            yield opened("function", above)
        elif kind == "statement_block" and child.parent is not None and _has_own_scope(above):
            namespace = above.parent is not None and above.parent.type in NAMESPACES
            yield opened("function" if namespace else "block", above)
        elif kind in _BLOCKS and kind != "statement_block":
            yield opened("block", above)
        child = above


def _has_own_scope(block: Node) -> bool:
    """Whether a block is not the body of what has a scope already."""
    above = block.parent
    return above is None or above.type not in FUNCTIONS | {"class_static_block", "catch_clause"}


def binding(node: Node, chain: tuple[Scope, ...]) -> tuple[str, Scope | None]:
    """How a name gets its meaning at a place, and in which scope; "" where it is only used."""
    above = node.parent
    if above is None:
        return "", None
    kind = above.type
    declared = kind in _KINDS and is_field(node, above, "name")
    if declared or kind in NAMESPACES or _names_namespace(node, above):
        return _KINDS.get(kind, "variable"), chain[0]
    if kind in {"import_clause", "namespace_import", "import_specifier", "import_require_clause"}:
        return "import", MODULE
    if kind == "infer_type":
        return "variable", next(scope for scope in chain if scope.kind in {"block", "module", "types"})
    if kind == "arrow_function" and is_field(node, above, "parameter"):
        return "parameter", chain[0]
    return _pattern_binding(node, chain)


def _names_namespace(node: Node, above: Node) -> bool:
    outer = above.parent
    namespace = outer is not None and outer.type in NAMESPACES
    return namespace and above.type == "nested_identifier" and is_field(node, above, "object")


def _pattern_binding(node: Node, chain: tuple[Scope, ...]) -> tuple[str, Scope | None]:
    """The same for what may be in a pattern: `{a: [b, c = 1]}`."""
    target = _out_of_patterns(node)
    above = target.parent
    if above is None or not is_field(target, above, *_FIELDS.get(above.type, ())):
        return ("parameter", _hoisted(chain)) if above and above.type == "formal_parameters" else ("", None)
    match above.type:
        case "required_parameter" | "optional_parameter":
            return "parameter", _hoisted(chain)
        case "variable_declarator":
            hoists = above.parent is not None and above.parent.type == "variable_declaration"
            return "variable", _hoisted(chain) if hoists else _in_block(chain)
        case "for_in_statement":
            declares = above.child_by_field_name("kind")
            if declares is None:
                return "", None
            return "variable", _hoisted(chain) if text_of(declares) == "var" else _in_block(chain)
    return "variable", chain[0]


def _out_of_patterns(node: Node) -> Node:
    """The whole pattern that a name stands in, where it is a target in it."""
    target, above = node, node.parent
    while above is not None and above.type in _PATTERNS:
        if is_field(target, above, "right", "key"):
            return target
        target, above = above, above.parent
    return target


def _hoisted(chain: tuple[Scope, ...]) -> Scope:
    """Where a `var` is seen: in the whole function."""
    return next(scope for scope in chain if scope.kind in _HOISTING)


def _in_block(chain: tuple[Scope, ...]) -> Scope:
    """Where `let` and `const` are."""
    return next(scope for scope in chain if scope.kind != "types")


def is_exported(node: Node, scope: Scope | None) -> bool:
    """Whether a declaration is itself exported under its name."""
    if scope != MODULE:
        return False
    for above in ancestors(node):
        if above.type == "export_statement":
            return not any(each.type == "default" for each in above.children)
        if above.type in {"statement_block", "import_statement", "program"}:
            return False
    return False


def namespace_of(node: Node, scope: Scope) -> Node | None:
    """The namespace that has a declaration to give to others."""
    shown = False
    for above in ancestors(node):
        shown = shown or above.type == "export_statement"
        if above.type == "statement_block":
            space = above.parent
            if space is None or space.type not in NAMESPACES or scope != opened("function", above):
                return None
            ambient = space.parent is not None and space.parent.type == "ambient_declaration"
            return space if shown or ambient else None
    return None
