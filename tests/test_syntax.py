"""Trees: the same after edits as from scratch; units, names and problems at the right places."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.edits import Edit
from quintet.workspace.syntax import Import, SyntaxTree, Unit, parse

PYTHON = '''\
"""What this module does."""
import os.path, json as j
from .near import (one,
                   two as deux)
from pkg import *

LIMIT: int = 3


@decorated(1)
def outer(x: int,
          y="é") -> int:  # why
    """Add things.

    At length.
    """
    def inner():
        return helper(x)
    return inner() + y.size


class Box(Base):
    """A box."""

    width: int = 1

    async def open(self):
        return await self.lid.lift()
'''

SCRIPT = """\
/** What this file does. */

import Main, {part as p} from "./lib.js";
import * as all from 'all';
export {again} from "./again";
const fs = require("fs"), {join} = require("path");

// Doubles
// a number.
export const twice = async (x) => { return x * 2 };

/**
 * Greets.
 *
 * @param {string} name
 */
export default function greet(name) { return hello(name) }

class Box extends Base {
  constructor() { super() }
  /** Opens it. */
  static open() {}
  #lock() {}
  close = () => { this.#lock() }
}

exports.late = function () {};
const table = {
  go: () => 1,
  run(x) { return new Box(x) },
};
let plain = 4; // not about next
function next() {}
const named = function inner() { return 1 };
const lazy = import("./lazy");
"""

TYPED = """\
export abstract class Shape<T> implements Drawn {
  private side: number = 1;
  abstract area(): number;
  scale(by: T): Shape<T> { return make<T>(by) }
  onClick = (e: Event) => { };
}
export interface Drawn { draw(): void; name: string }
export type Size = { w: number } | string;
enum Colour { Red, Green }
namespace Inner { export function deep() {} }
declare function outside(x: number): string;
export const LIMIT: number = 3;
"""


def tree_of(text: str, language: str = "python") -> SyntaxTree:
    tree = parse(text, language)
    assert tree is not None
    return tree


def unit(tree: SyntaxTree, name: str) -> Unit:
    return next(each for each in tree.definitions() if each.name == name)


def cut(tree: SyntaxTree, name: str) -> str:
    found = unit(tree, name)
    return tree.text[found.start : found.end]


def shape(tree: SyntaxTree) -> list[object]:
    """All of a tree, so that two can be compared."""
    nodes: list[object] = []
    todo = [tree.root]
    while todo:
        node = todo.pop()
        nodes.append((node.type, node.byte_range, node.start_point, node.end_point, node.is_missing))
        todo.extend(reversed(node.children))
    return nodes


# --- incremental parsing ----------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *("x", " ", "\n", "\r\n", "    ", "\t", "é", "😀", "#", "//", "/*", "*/", "`", "${", "'", '"', '"""'),
        *("(", ")", "[", "]", "{", "}", ":", ",", "=", "=>", ".", "@", "<", ">", "\\", ";"),
        *("def f():\n    pass\n", "class A:\n", "if x:\n", "return", "function f() {}\n", "const a = 1\n"),
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([(PYTHON, "python"), (SCRIPT, "javascript"), (TYPED, "typescript"), (SCRIPT, "tsx")]),
    st.lists(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), pieces), max_size=3), max_size=4),
)
def test_a_tree_after_edits_equals_one_from_scratch(
    start: tuple[str, str], rounds: list[list[tuple[float, int, str]]]
) -> None:
    tree = tree_of(*start)
    for round_of_edits in rounds:
        edits: list[Edit] = []
        for place, length, piece in sorted(round_of_edits):
            at = max(int(place * len(tree.text)), edits[-1].end if edits else 0)
            edits.append(Edit(at, min(at + length, len(tree.text)), piece))
        tree = tree.edited(tuple(edits))
    fresh = tree_of(*(tree.text, start[1]))
    assert shape(tree) == shape(fresh)
    assert tree.definitions() == fresh.definitions()
    assert tree.references() == fresh.references()
    assert tree.problems() == fresh.problems()


def test_edits_of_one_round_all_speak_of_the_old_text() -> None:
    tree = tree_of("é = 1\nb = 2\n").edited((Edit(0, 1, "first"), Edit(6, 7, "ö")))
    assert tree.text == "first = 1\nö = 2\n"
    assert [(each.name, each.name_start) for each in tree.definitions()] == [("first", 0), ("ö", 10)]


LONG = {
    "python": "@decorated\nclass Ä{n}(Base):\n    'Says {n}.'\n    size = {n}\n\n    def f(self):\n        return g(Ä{n})\n\n"
    "import m{n}\nvalue_{n} = {n}\n\n",
    "rust": "/// Says {n}.\n#[derive(Debug)]\nstruct S{n};\n\nimpl S{n} {{\n    fn f(&self) {{ g({n}) }}\n}}\nuse m{n}::x;\n\n",
    "typescript": "import {{ x{n} }} from './m{n}';\n/** Says {n}. */\nexport class A{n} {{\n  f() {{ return g({n}); }}\n}}\n\n",
}


@pytest.mark.parametrize("language", LONG)
def test_a_text_read_in_parts_says_what_its_parts_say(language: str) -> None:
    parts = [LONG[language].format(n=f"{number:04}") for number in range(300)]
    whole = parse("".join(parts), language)
    assert whole is not None
    assert len(whole.text) > 20_000
    at, definitions, imports, references = 0, [], [], []
    for part in parts:
        tree = parse(part, language)
        assert tree is not None
        definitions += [
            (at + each.start, at + each.end, each.qualified, each.doc) for each in tree.definitions()
        ]
        imports += [(at + each.start, each.module, each.names) for each in tree.imports()]
        references += [(at + each.start, each.name, each.call) for each in tree.references()]
        at += len(part)
    assert [(each.start, each.end, each.qualified, each.doc) for each in whole.definitions()] == definitions
    assert [(each.start, each.module, each.names) for each in whole.imports()] == imports
    assert [(each.start, each.name, each.call) for each in whole.references()] == references


def test_what_only_cpython_refuses_is_found_far_down_a_long_text() -> None:
    sound = "if a:\n    pass\nelse:\n    x = 'ä'\n" * 700
    tree = parse(sound + "f() = 1\n" + sound, "python")
    assert tree is not None
    (problem,) = tree.problems()
    assert tree.text[problem.start : problem.end] == "f()"
    for fine in (sound, "x = [1,\n" + "2,\n" * 9_000 + "]; \\\ny = 2\n" + sound):
        whole = parse(fine, "python")
        assert whole is not None
        assert whole.problems() == ()


def test_an_old_tree_does_not_change_when_it_is_edited() -> None:
    tree = tree_of(PYTHON)
    before = shape(tree)
    tree.edited((Edit(0, 40, "x"),))
    assert shape(tree) == before


# --- units ------------------------------------------------------------------------------------------


def test_python_units() -> None:
    tree = tree_of(PYTHON)
    assert [(each.kind, each.qualified) for each in tree.definitions()] == [
        ("constant", "LIMIT"),
        ("function", "outer"),
        ("function", "outer.inner"),
        ("class", "Box"),
        ("field", "Box.width"),
        ("method", "Box.open"),
    ]
    assert [each.name for each in tree.units()] == ["outer", "inner", "Box", "open"]
    assert cut(tree, "outer").startswith("@decorated(1)\ndef outer")
    assert cut(tree, "outer").endswith("y.size")
    outer = unit(tree, "outer")
    assert tree.text[outer.body_start :].startswith('"""Add things.')
    assert tree.text[outer.name_start :].startswith("outer(")
    assert tree.signature(outer) == 'def outer(x: int, y="é") -> int'
    assert [unit(tree, name).doc for name in ("outer", "inner", "Box")] == ["Add things.", "", "A box."]
    assert tree.signature(unit(tree, "open")) == "async def open(self)"
    assert tree.module().doc == "What this module does."


def test_javascript_units() -> None:
    tree = tree_of(SCRIPT, "javascript")
    assert [(each.kind, each.qualified) for each in tree.definitions()] == [
        ("constant", "fs"),
        ("function", "twice"),
        ("function", "greet"),
        ("class", "Box"),
        ("method", "Box.constructor"),
        ("method", "Box.open"),
        ("method", "Box.#lock"),
        ("method", "Box.close"),
        ("function", "late"),
        ("constant", "table"),
        ("method", "table.go"),
        ("method", "table.run"),
        ("constant", "plain"),
        ("function", "next"),
        ("function", "named"),
        ("constant", "lazy"),
    ]
    assert cut(tree, "twice") == "export const twice = async (x) => { return x * 2 };"
    assert tree.text[unit(tree, "twice").body_start :].startswith("{ return x * 2 }")
    assert tree.signature(unit(tree, "twice")) == "export const twice = async (x)"
    assert cut(tree, "late") == "exports.late = function () {};"
    assert cut(tree, "go") == "go: () => 1"
    docs = {each.name: each.doc for each in tree.definitions() if each.doc}
    assert docs == {"twice": "Doubles a number.", "greet": "Greets.", "open": "Opens it."}
    assert tree.module().doc == "What this file does."


def test_typescript_units() -> None:
    tree = tree_of(TYPED, "typescript")
    assert [(each.kind, each.qualified) for each in tree.definitions()] == [
        ("class", "Shape"),
        ("signature", "Shape.area"),
        ("method", "Shape.scale"),
        ("method", "Shape.onClick"),
        ("interface", "Drawn"),
        ("signature", "Drawn.draw"),
        ("type", "Size"),
        ("enum", "Colour"),
        ("namespace", "Inner"),
        ("function", "Inner.deep"),
        ("signature", "outside"),
        ("constant", "LIMIT"),
    ]
    assert tree.signature(unit(tree, "Shape")) == "export abstract class Shape<T> implements Drawn"
    assert tree.signature(unit(tree, "scale")) == "scale(by: T): Shape<T>"
    assert cut(tree, "outside") == "declare function outside(x: number): string;"


def test_elements_are_calls_of_their_components() -> None:
    tree = tree_of("const page = () => <Card a={b()}><Icon/></Card>;\n", "tsx")
    assert [each.name for each in tree.references() if each.call] == ["Card", "b", "Icon"]


def test_the_unit_around_an_offset_is_the_innermost() -> None:
    tree = tree_of(PYTHON)
    assert tree.unit_at(PYTHON.index("helper")).name == "inner"
    assert tree.unit_at(PYTHON.index("@decorated")).name == "outer"
    assert tree.unit_at(PYTHON.index("return inner")).name == "outer"
    assert tree.unit_at(PYTHON.index("width")).name == "Box"
    assert tree.unit_at(PYTHON.index("LIMIT")) == tree.module()
    assert tree.unit_at(len(PYTHON)).kind == "module"


def test_the_indentation_of_a_line_belongs_to_what_begins_on_it() -> None:
    tree = tree_of(PYTHON)
    line = PYTHON.index("    async def open")
    assert [tree.unit_at(line + column).name for column in range(5)] == ["open"] * 5


def test_an_empty_text_is_a_module_with_nothing_in_it() -> None:
    tree = tree_of("")
    assert tree.unit_at(0) == Unit("module", "", 0, 0, 0, 0)
    assert (tree.units(), tree.references(), tree.problems()) == ((), (), ())


# --- names and imports ------------------------------------------------------------------------------


def test_references_are_what_is_not_a_definition() -> None:
    tree = tree_of("def f(x):\n    return g(x).h(f) + é()\n")
    assert [(each.name, each.start, each.call) for each in tree.references()] == [
        ("x", 6, False),
        ("g", 21, True),
        ("x", 23, False),
        ("h", 26, True),
        ("f", 28, False),
        ("é", 33, True),
    ]
    assert all(tree.text[each.start : each.end] == each.name for each in tree.references())
    assert tree.mentions() == {"x": (6, 23), "g": (21,), "h": (26,), "f": (28,), "é": (33,)}


def imports(text: str, language: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.module, each.names) for each in tree_of(text, language).imports()]


def test_python_imports() -> None:
    assert imports(PYTHON, "python") == [
        ("os.path", ()),
        ("json", ()),
        (".near", ("one", "two")),
        ("pkg", ("*",)),
    ]
    assert imports("from . import a\nfrom __future__ import b\n", "python") == [
        (".", ("a",)),
        ("__future__", ("b",)),
    ]
    tree = tree_of("é = 1\nimport a\n")
    assert tree.imports() == (Import("a", (), 6, 14),)


def test_script_imports() -> None:
    assert imports(SCRIPT, "javascript") == [
        ("./lib.js", ("Main", "part")),
        ("all", ("all",)),
        ("./again", ("again",)),
        ("fs", ()),
        ("path", ()),
        ("./lazy", ()),
    ]
    assert imports('import type {T} from "./t";\nimport "side";\n', "typescript") == [
        ("./t", ("T",)),
        ("side", ()),
    ]


# --- problems ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "shown", "message"),
    [
        ("python", "def f(x)\n    return x\n", "def f(x)", "Expected ':'."),
        ("python", "x = (1 + 2\ny = 3\n", "(1 + 2", "'(' was never closed."),
        ("python", "if x:\n", "if x:", "Expected an indented block after 'if' statement on line 1."),
        ("python", "é = 1\r\nf(a b)\r\n", "a b", "Invalid syntax. Perhaps you forgot a comma?"),
        ("python", "a = 1\n  b = 2\n", "b = 2", "Unexpected indent."),
        ("javascript", "function f(x) {\n  return x;\n", "{", 'This "{" is never closed.'),
        ("javascript", "const é = (1 + 2;\n", "2", 'Expected ")" here.'),
        ("javascript", "x = 'abc\ny = 1;\n", "'abc", "This string is never closed."),
        ("javascript", "f();\n}\n", "}", 'Unexpected "}": nothing is open that it could close.'),
        ("typescript", "const f = (a: A) = > a;\n", "=", 'Unexpected "=".'),
        ("tsx", "foo(a b);\n", "b", 'Unexpected "b".'),
    ],
)
def test_a_problem_says_what_is_wrong_and_where(language: str, text: str, shown: str, message: str) -> None:
    problems = tree_of(text, language).problems()
    assert (text[problems[0].start : problems[0].end], problems[0].message) == (shown, message)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", PYTHON),
        ("javascript", SCRIPT),
        ("typescript", TYPED),
        ("python", "x = '\\d'\n"),  # an odd escape is a warning, not an error
        (
            "python",
            "type X = int\ndef f[T](x: T) -> T:\n    return f'{f'{x}'}'\n",
        ),  # younger than Python 3.11
        ("python", "x = '\ud800'\n"),
    ],
)
def test_a_clean_text_has_no_problems(language: str, text: str) -> None:
    assert tree_of(text, language).problems() == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["python", "javascript", "typescript", "tsx"]), st.lists(pieces, max_size=30))
def test_problems_of_any_text_are_few_ordered_and_on_one_line(language: str, parts: list[str]) -> None:
    text = "".join(parts)
    problems = tree_of(text, language).problems()
    assert len(problems) <= 8
    assert list(problems) == sorted(problems, key=lambda problem: problem.start)
    for problem in problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        assert "\n" not in text[problem.start : problem.end - 1]
        assert problem.message.endswith((".", "?", "!"))


def test_an_unbroken_rest_of_a_file_is_still_read() -> None:
    tree = tree_of(
        dedent("""\
        def fine():
            return 1

        def broken(:
            return 2

        def also_fine():
            return 3
    """)
    )
    assert {"fine", "also_fine"} <= {each.name for each in tree.units()}


def test_a_text_without_any_structure_is_given_up_quickly() -> None:
    tree = tree_of("{" * 50_000, "typescript")  # walking its one ERROR node would be quadratic
    assert tree.units() == ()
    assert tree.references() == ()
    assert len(tree.problems()) == 1


def test_a_language_without_a_grammar_has_no_tree() -> None:
    assert parse("x", "cobol") is None
    assert parse("x", None) is None
