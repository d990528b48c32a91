"""Python: which scope a name belongs to, by the language's own rules.

See "Naming and binding" in the language reference. Knows one name in one text at a time.
"""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from quintet.workspace.renaming.scopes import MODULE, Mention, Scope, ancestors, is_field, opened

_NAMED = frozenset({"class_definition", "function_definition"})
_COMPREHENSIONS = frozenset({
    "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
})  # fmt: skip
_FUNCTIONS = frozenset({"function_definition", "lambda"})
_PARAMETERS = frozenset({"parameters", "lambda_parameters"})
_WRAPPERS = frozenset({
    "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern",
    "as_pattern_target", "tuple", "list", "list_splat", "parenthesized_expression", "expression_list",
})  # fmt: skip
"""What stands between a target and what assigns to it."""
TARGETS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "function_definition": "name",
    "class_definition": "name",
    "default_parameter": "name",
    "typed_default_parameter": "name",
}
_KINDS = {
    "function_definition": "function",
    "class_definition": "class",
    "default_parameter": "parameter",
    "typed_default_parameter": "parameter",
}
_CAPTURES = frozenset({"case_pattern", "union_pattern", "keyword_pattern", "splat_pattern"})
_DECLARED = frozenset({"global", "nonlocal"})
_NOW_AND_THEN = frozenset({"for_statement", "except_clause", "case_clause"})


def chain_of(node: Node) -> tuple[Scope, ...]:
    """The scopes that a name is looked up in, innermost first."""
    return (*_scopes(node), MODULE)


def _scopes(node: Node) -> Iterator[Scope]:
    own = _is_parameter(node)
    below, child = node, node
    for above in ancestors(node):
        kind = above.type
        if kind in _FUNCTIONS:
            if is_field(child, above, "body") or (own and is_field(child, above, "parameters")):
                yield opened("function", above)
            if is_field(child, above, "parameters"):
                own = False
        elif kind == "class_definition" and is_field(child, above, "body"):
            yield opened("class", above)
        elif kind in _COMPREHENSIONS and not _is_first_iterable(below, child, above):
            yield opened("comprehension", above)
        if (
            kind in _NAMED
            and not is_field(child, above, "name")
            and above.child_by_field_name("type_parameters")
        ):
            yield opened("types", above)
        below, child = child, above


def _is_parameter(node: Node) -> bool:
    """Whether an identifier names a parameter, and is not in its annotation or default."""
    outer = out_of_wrappers(node)
    above = outer.parent
    if above is None:
        return False
    if above.type in {"default_parameter", "typed_default_parameter"}:
        return is_field(outer, above, "name")
    if above.type == "typed_parameter":
        return above.named_children[0] == outer
    return above.type in _PARAMETERS


def _is_first_iterable(below: Node, child: Node, comprehension: Node) -> bool:
    """Whether a part of a comprehension is worked out before it begins, outside of it."""
    first = next(each for each in comprehension.named_children if each.type == "for_in_clause")
    right = first.child_by_field_name("right")
    return child == first and right is not None and below.start_byte >= right.start_byte


def out_of_wrappers(node: Node) -> Node:
    """The whole target that a name is part of: `(a, *b)` for its b."""
    above = node.parent
    while above is not None and above.type in _WRAPPERS:
        node, above = above, above.parent
    return node


def binding(node: Node) -> str:
    """How a name gets its meaning at a place; "" where it is only used."""
    parent, outer = node.parent, out_of_wrappers(node)
    above = outer.parent
    if parent is None or above is None:
        return ""
    if parent.type in {"global_statement", "nonlocal_statement"}:
        return parent.type.removesuffix("_statement")
    if _is_parameter(node):
        return "parameter"
    return "variable" if _is_capture(parent) else _target_binding(outer, above)


def _target_binding(outer: Node, above: Node) -> str:
    """The same for a target and what is around it."""
    field = TARGETS.get(above.type)
    if field is not None and is_field(outer, above, field):
        return _KINDS.get(above.type, "variable")
    if above.type == "delete_statement":
        return "delete"
    aliased = above.type == "as_pattern" and above.named_children[-1] == outer
    return "variable" if aliased or outer.type == "as_pattern_target" else _type_binding(outer)


def _is_capture(above: Node) -> bool:
    """Whether a pattern of a `case` takes what it finds under this name."""
    if above.type == "splat_pattern":
        return True
    alone = above.type == "dotted_name" and above.named_child_count == 1
    return alone and above.parent is not None and above.parent.type in _CAPTURES


def _type_binding(node: Node) -> str:
    """Names of type parameters, and of types by `type X = …`."""
    first, above = node, node.parent
    while above is not None and above.type in {"type", "constrained_type", "splat_type", "generic_type"}:
        if above.named_children[0] != first:
            return ""
        first, above = above, above.parent
    if above is None or first == node:
        return ""
    if above.type == "type_alias_statement":
        return "variable" if is_field(first, above, "left") else ""
    around = above.parent
    declares = above.type == "type_parameter" and around is not None and around.type in _NAMED
    return "variable" if declares else ""


def settled(read: list[tuple[Mention, tuple[Scope, ...]]]) -> list[Mention]:
    """The places with the scope that each belongs to, from those it is looked up in."""
    names = [(it, chain) for it, chain in read if it.role == "name" and chain]
    declared = {chain[0]: it.binds for it, chain in names if it.binds in _DECLARED}
    bound = _bound(names, declared)
    classes = ((it, scope) for it, chain in names if (scope := _bound_in(it, chain)).kind == "class")
    unsure = {scope for it, scope in classes if _is_unsure(it, bound)}
    return [
        _placed(it, _found(it, chain, bound, declared), unsure, seen=MODULE in bound)
        if it.role == "name"
        else it
        for it, chain in read
    ]


def _placed(it: Mention, home: Scope | None, unsure: set[Scope], *, seen: bool) -> Mention:
    """A place in its scope; in a class that may not have bound the name yet, the module's is meant, too."""
    reads = not it.binds or _is_augmented(it.node)
    return replace(it, home=home, also=MODULE if seen and reads and home in unsure else None)


def _bound(names: list[tuple[Mention, tuple[Scope, ...]]], declared: dict[Scope, str]) -> dict[Scope, int]:
    """The scopes that bind a name, each with where on it is bound."""
    bound: dict[Scope, int] = {}
    for it, chain in names:
        scope = _bound_in(it, chain)
        how = declared.get(scope, "")
        if it.binds in {"", "global"} or how == "nonlocal":
            continue
        scope = MODULE if how == "global" else scope
        bound[scope] = min(bound.get(scope, _bound_from(it.node)), _bound_from(it.node))
    if "global" in declared.values():
        bound.setdefault(MODULE, 0)
    return bound


def _is_unsure(it: Mention, bound: dict[Scope, int]) -> bool:
    """Whether a place binds a name in a class now and then only, or takes its meaning away again."""
    if not it.binds or it.binds in _DECLARED:
        return False
    inner = it.node
    for above in ancestors(it.node):
        if above.type in _NOW_AND_THEN:
            return True
        if above.type == "block":
            holder = above.parent
            if holder is None or holder.type != "class_definition":
                return True
            first = bound.get(opened("class", holder)) == inner.end_byte
            return it.binds == "delete" or (first and _is_augmented(it.node))
        inner = above
    return False


def _is_augmented(node: Node) -> bool:
    return (
        node.parent is not None
        and node.parent.type == "augmented_assignment"
        and node == (node.parent.child_by_field_name("left"))
    )


def _bound_in(it: Mention, chain: tuple[Scope, ...]) -> Scope:
    above = it.node.parent
    if above is not None and above.type == "named_expression":
        return next(scope for scope in chain if scope.kind != "comprehension")
    return chain[0]


def _bound_from(node: Node) -> int:
    """From where on a name has the meaning that it gets at a place, as statements run one by one."""
    inner = node
    for above in ancestors(node):
        if above.type in {"for_statement", "with_item", "except_clause", "case_clause", "named_expression"}:
            return node.end_byte
        if above.type in {"block", "module"}:
            return inner.end_byte
        inner = above
    return node.end_byte


def _found(
    it: Mention, chain: tuple[Scope, ...], bound: dict[Scope, int], declared: dict[Scope, str]
) -> Scope | None:
    if it.binds and it.binds not in {"global", "nonlocal"}:
        scope = _bound_in(it, chain)
        if scope not in declared:
            return scope
        chain = chain[chain.index(scope) :]
    at_once = True
    for scope in chain:
        if scope.kind == "class" and not at_once:
            continue
        early = scope.kind == "class" and it.node.start_byte < bound.get(scope, 0)
        if (
            declared.get(scope) == "global" or early
        ):  # of a class that is yet to bind it, the module's is read
            return MODULE if MODULE in bound else None
        if scope in bound:
            return scope
        at_once = at_once and scope.kind == "types"
    return None
