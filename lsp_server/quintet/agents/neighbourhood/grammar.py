"""How Python and JavaScript name and spell what the operators of the neighbourhood work on.

One vocabulary of node kinds for both languages, so that an operator is written once; nothing here walks a
tree or proposes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Binding strength, loosest first. A text of level n may stand where at least n is asked for.
LOOSE, CONDITIONAL, OR, AND, NOT, EQUALITY, COMPARE = 1, 2, 3, 4, 5, 6, 7
SUM, PRODUCT, UNARY, POWER, POSTFIX, ATOM = 12, 13, 14, 15, 17, 18


@dataclass(frozen=True, slots=True)
class Grammar:
    """The spelling of one language.

    `kinds` maps the grammar's node types to the common kinds; `fields` its field names to the common ones.
    `levels` gives the binding strength of binary operators. `frozen` holds the node types nothing is ever
    proposed in: imports, types, comments. The rest are texts, `{}` standing for the operand.
    """

    name: str
    kinds: Mapping[str, str]
    fields: Mapping[str, str]
    frozen: frozenset[str]
    levels: Mapping[str, int]
    conjunction: str
    disjunction: str
    negation: str
    negation_level: int
    true: str
    false: str
    none: str
    length: str
    length_level: int
    equal: str
    unequal: str
    guard: str
    end: str
    block: bool


_PYTHON_KINDS = {
    "identifier": "name",
    "attribute": "attribute",
    "call": "call",
    "subscript": "index",
    "slice": "slice",
    "binary_operator": "arithmetic",
    "boolean_operator": "logic",
    "comparison_operator": "comparison",
    "not_operator": "not",
    "unary_operator": "unary",
    "integer": "number",
    "float": "number",
    "string": "string",
    "concatenated_string": "strings",
    "true": "truth",
    "false": "truth",
    "none": "none",
    "list": "list",
    "tuple": "tuple",
    "expression_list": "tuple",
    "set": "set",
    "dictionary": "dict",
    "pair": "pair",
    "list_comprehension": "comprehension",
    "set_comprehension": "comprehension",
    "dictionary_comprehension": "comprehension",
    "generator_expression": "comprehension",
    "for_in_clause": "source",
    "if_clause": "filter",
    "lambda": "lambda",
    "conditional_expression": "conditional",
    "parenthesized_expression": "parens",
    "argument_list": "arguments",
    "keyword_argument": "keyword",
    "list_splat": "splat",
    "dictionary_splat": "splat",
    "await": "await",
    "yield": "yield",
    "named_expression": "walrus",
    "interpolation": "interpolation",
    "expression_statement": "expression",
    "assignment": "assign",
    "augmented_assignment": "augmented",
    "return_statement": "return",
    "if_statement": "if",
    "elif_clause": "elif",
    "else_clause": "else",
    "for_statement": "for",
    "while_statement": "while",
    "break_statement": "break",
    "continue_statement": "continue",
    "pass_statement": "pass",
    "raise_statement": "raise",
    "try_statement": "try",
    "except_clause": "except",
    "finally_clause": "finally",
    "with_statement": "with",
    "assert_statement": "assert",
    "function_definition": "function",
    "class_definition": "class",
    "block": "block",
    "module": "module",
    "comment": "comment",
    "default_parameter": "default",
    "typed_default_parameter": "default",
    "parameters": "parameters",
    "lambda_parameters": "parameters",
}

PYTHON = Grammar(
    name="python",
    kinds=_PYTHON_KINDS,
    fields={},
    frozen=frozenset(
        {
            "type",
            "import_statement",
            "import_from_statement",
            "future_import_statement",
            "global_statement",
            "nonlocal_statement",
            "decorator",
            "comment",
            "type_alias_statement",
            "type_parameter",
            "format_specifier",
        }
    ),
    levels={
        "or": OR,
        "and": AND,
        "|": 8,
        "^": 9,
        "&": 10,
        "<<": 11,
        ">>": 11,
        "+": SUM,
        "-": SUM,
        "*": PRODUCT,
        "/": PRODUCT,
        "//": PRODUCT,
        "%": PRODUCT,
        "@": PRODUCT,
        "**": POWER,
    },
    conjunction="and",
    disjunction="or",
    negation="not {}",
    negation_level=NOT,
    true="True",
    false="False",
    none="None",
    length="len({})",
    length_level=POSTFIX,
    equal="==",
    unequal="!=",
    guard="if {}:",
    end="",
    block=False,
)

_SCRIPT_KINDS = {
    "identifier": "name",
    "this": "this",
    "shorthand_property_identifier": "shorthand",
    "member_expression": "attribute",
    "call_expression": "call",
    "subscript_expression": "index",
    "binary_expression": "binary",
    "unary_expression": "unary",
    "update_expression": "update",
    "number": "number",
    "string": "string",
    "template_string": "template",
    "regex": "regex",
    "true": "truth",
    "false": "truth",
    "null": "none",
    "undefined": "none",
    "array": "list",
    "object": "dict",
    "pair": "pair",
    "arrow_function": "lambda",
    "function_expression": "lambda",
    "ternary_expression": "conditional",
    "parenthesized_expression": "parens",
    "arguments": "arguments",
    "spread_element": "splat",
    "await_expression": "await",
    "yield_expression": "yield",
    "new_expression": "new",
    "template_substitution": "interpolation",
    "assignment_expression": "assign",
    "augmented_assignment_expression": "augmented",
    "sequence_expression": "sequence",
    "expression_statement": "expression",
    "lexical_declaration": "declare",
    "variable_declaration": "declare",
    "variable_declarator": "declarator",
    "return_statement": "return",
    "if_statement": "if",
    "else_clause": "else",
    "for_statement": "for",
    "for_in_statement": "for",
    "while_statement": "while",
    "do_statement": "while",
    "break_statement": "break",
    "continue_statement": "continue",
    "empty_statement": "pass",
    "throw_statement": "raise",
    "try_statement": "try",
    "catch_clause": "except",
    "finally_clause": "finally",
    "switch_statement": "switch",
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "method_definition": "function",
    "class_declaration": "class",
    "class": "class",
    "statement_block": "block",
    "program": "module",
    "comment": "comment",
    "assignment_pattern": "default",
    "formal_parameters": "parameters",
    "required_parameter": "default",
    "optional_parameter": "default",
}

JAVASCRIPT = Grammar(
    name="javascript",
    kinds=_SCRIPT_KINDS,
    fields={"property": "attribute", "index": "subscript", "increment": "step"},
    frozen=frozenset(
        {
            "import_statement",
            "export_specifier",
            "decorator",
            "comment",
            "type_annotation",
            "type_arguments",
            "type_parameters",
            "interface_declaration",
            "type_alias_declaration",
            "enum_declaration",
            "ambient_declaration",
            "regex",
            "hash_bang_line",
        }
    ),
    levels={
        "??": OR,
        "||": OR,
        "&&": AND,
        "|": 5,
        "^": 5,
        "&": 5,
        "==": EQUALITY,
        "!=": EQUALITY,
        "===": EQUALITY,
        "!==": EQUALITY,
        "<": COMPARE,
        "<=": COMPARE,
        ">": COMPARE,
        ">=": COMPARE,
        "in": COMPARE,
        "instanceof": COMPARE,
        "<<": 11,
        ">>": 11,
        ">>>": 11,
        "+": SUM,
        "-": SUM,
        "*": PRODUCT,
        "/": PRODUCT,
        "%": PRODUCT,
        "**": POWER,
    },
    conjunction="&&",
    disjunction="||",
    negation="!{}",
    negation_level=UNARY,
    true="true",
    false="false",
    none="null",
    length="{}.length",
    length_level=POSTFIX,
    equal="===",
    unequal="!==",
    guard="if ({})",
    end=";",
    block=True,
)

GRAMMARS: Mapping[str, Grammar] = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "tsx": JAVASCRIPT,
}

EXPRESSIONS = frozenset(
    {
        "name",
        "this",
        "attribute",
        "call",
        "new",
        "index",
        "arithmetic",
        "logic",
        "comparison",
        "not",
        "negative",
        "unary",
        "number",
        "string",
        "strings",
        "template",
        "truth",
        "none",
        "list",
        "tuple",
        "set",
        "dict",
        "comprehension",
        "lambda",
        "conditional",
        "parens",
        "await",
    }
)

LOOPS = frozenset({"for", "while"})

STATEMENTS = frozenset(
    {
        "expression",
        "declare",
        "return",
        "if",
        "for",
        "while",
        "break",
        "continue",
        "pass",
        "raise",
        "try",
        "with",
        "assert",
        "switch",
    }
)
