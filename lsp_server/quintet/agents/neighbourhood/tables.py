"""Which operators look at which kind of node, a table a language."""

from collections.abc import Callable, Iterator, Mapping

from quintet.agents.neighbourhood import (
    bounds,
    calls,
    conditions,
    expressions,
    literals,
    names,
    operators,
    returns,
    script,
    statements,
)
from quintet.agents.neighbourhood.candidate import Change
from quintet.agents.neighbourhood.grammar import EXPRESSIONS, STATEMENTS
from quintet.agents.neighbourhood.node import Node
from quintet.agents.neighbourhood.scope import Scope

Operator = Callable[[Node, Scope], Iterator[Change]]

_SHARED: Mapping[str, tuple[Operator, ...]] = {
    "comparison": (operators.comparison, expressions.swap_operands, calls.wrap_both),
    "arithmetic": (operators.arithmetic, expressions.swap_operands, expressions.drop_operand),
    "augmented": (operators.augmented,),
    "assign": (operators.accumulate,),
    "logic": (operators.logic, expressions.drop_operand),
    "not": (operators.drop_negation,),
    "negative": (operators.sign,),
    "number": (literals.number, names.name_for_constant),
    "truth": (literals.truth,),
    "none": (literals.none,),
    "string": (literals.string,),
    "name": (names.variable, names.donor, names.constant_for_name, bounds.cut),
    "attribute": (names.member,),
    "call": (
        names.function,
        names.donor,
        calls.swap_arguments,
        calls.drop_argument,
        calls.add_argument,
        calls.unwrap_call,
        bounds.range_bounds,
        bounds.cut,
    ),
    "new": (calls.swap_arguments, calls.drop_argument),
    "index": (bounds.index, names.donor),
    "slice": (bounds.slice_bounds,),
    "conditional": (expressions.pick_branch,),
    "list": (expressions.drop_element,),
    "tuple": (expressions.drop_element,),
    "comprehension": (expressions.filters,),
    "function": (returns.guard, returns.missing_return),
    "lambda": (returns.guard, returns.missing_return),
    "for": (returns.loop_guard,),
    "while": (returns.loop_guard,),
    "if": (statements.missing_else,),
    "return": (returns.returned,),
    "expression": (returns.give,),
    "break": (statements.jump,),
    "continue": (statements.jump,),
    "pass": (statements.jump,),
    "except": (statements.exception,),
    "raise": (statements.exception,),
    "elif": (conditions.drop_clause,),
    "else": (conditions.drop_clause,),
}
_EVERY_EXPRESSION: tuple[Operator, ...] = (
    operators.negate,
    calls.wrap_call,
    bounds.offset,
    expressions.scale,
    expressions.add_term,
    conditions.conjunct,
    conditions.constant_condition,
)
_EVERY_STATEMENT: tuple[Operator, ...] = (
    statements.delete,
    statements.swap_next,
    statements.move_out,
    statements.move_in,
    statements.copy,
    conditions.unwrap_block,
    conditions.enclose,
    conditions.join_clause,
)
_SCRIPT: Mapping[str, tuple[Operator, ...]] = {
    "update": (script.update,),
    "for": (script.iteration,),
    "declare": (script.rebindable,),
}


def _complete(own: Mapping[str, tuple[Operator, ...]]) -> Mapping[str, tuple[Operator, ...]]:
    kinds = {*_SHARED, *own, *EXPRESSIONS, *STATEMENTS}
    return {
        kind: (
            *_SHARED.get(kind, ()),
            *own.get(kind, ()),
            *(_EVERY_EXPRESSION if kind in EXPRESSIONS else ()),
            *(_EVERY_STATEMENT if kind in STATEMENTS else ()),
        )
        for kind in sorted(kinds)
    }


OPERATORS: Mapping[str, Mapping[str, tuple[Operator, ...]]] = {
    "python": _complete({}),
    "javascript": _complete(_SCRIPT),
}
