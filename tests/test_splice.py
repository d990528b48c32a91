"""After any edit, what is defined is what it would be from scratch, however little of it was asked about again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.edits import Edit, apply
from quintet.workspace.languages import language_of
from quintet.workspace.syntax import SyntaxTree, parse
from told import SNIPPETS

PYTHON = '''"""Shapes."""
LIMIT = 3

# a box
@decorated
class Box:
    """A box."""

    def size(self):
        """How large."""
        return LIMIT


def outer():
    def inner(): pass
    return inner

x = "é"
def last(): return x
'''
SCRIPT = """/* of the file */
import { a } from "./a"
// one
// two
export function first(x) { return x }

/** Told. */
export class Second { third() { return 3 } }
const fourth = () => 4
test("adds", () => { fourth() })
describe("all", () => { it("works", () => {}) })
"""
TEXTS = {
    "python": PYTHON,
    "javascript": SCRIPT,
    "typescript": SCRIPT,
    **{language_of(path.name): path.read_text("utf-8") for path in SNIPPETS},
}
PIECES = [
    "x",
    "\n",
    " ",
    "    ",
    "#",
    "//",
    "/*",
    "*/",
    '"',
    "'",
    "(",
    ")",
    "{",
    "}",
    ":",
    "def f(): pass\n",
    "@",
    ";",
]


def same(tree: SyntaxTree) -> None:
    scratch = parse(tree.text, tree.language)
    assert scratch is not None
    assert tree.definitions() == scratch.definitions()
    assert tree.units() == scratch.units()


@pytest.mark.parametrize("language", [language for language in TEXTS if language])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_is_defined_is_what_it_would_be_from_scratch(language: str, data: st.DataObject) -> None:
    tree = parse(TEXTS[language], language)
    assert tree is not None
    tree.definitions()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(tree.text)))
        end = min(len(tree.text), start + data.draw(st.sampled_from([0, 0, 1, 2, 30])))
        tree = tree.edited([Edit(start, end, data.draw(st.sampled_from(["", *PIECES])))])
        if data.draw(st.booleans()):
            same(tree)
    same(tree)


def test_only_the_part_that_changed_is_asked_about_again() -> None:
    text = "".join(f"def name_{number}(a):\n    return a\n\n" for number in range(200))
    tree = parse(text, "python")
    assert tree is not None
    before = {unit.name: unit for unit in tree.definitions()}
    at = text.index("name_100")
    edited = tree.edited([Edit(at, at + 4, "mane")])
    assert apply(text, [Edit(at, at + 4, "mane")]) == edited.text
    kept = [unit for unit in edited.definitions() if unit is before.get(unit.name)]
    assert len(kept) > 190, "the others are the very same values"
    same(edited)
