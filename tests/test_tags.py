"""Tests, containers and what a definition spans: the machinery that all languages' queries share."""

import pytest

from told import definitions, signature, tree_of

JAVASCRIPT = """\
import { add } from "./add.js";

describe("adding", () => {
  const help = () => 1;
  it("adds é", async () => { expect(add(1)).toBe(help()) });
  it.only(`twice`, function () { add(2) });
  it.each([1, 2])("each %i (of two)", (n) => add(n));
  test('with options', { timeout: 3 }, () => {});
});
on("event", () => {});
it("is planned");
"""


def test_a_test_that_is_a_call_is_a_definition_by_its_title() -> None:
    tree = tree_of(JAVASCRIPT, "javascript")
    assert definitions(tree) == (
        "function adding TEST\n"
        "function adding.help\n"
        "function adding.adds é TEST\n"
        "function adding.twice TEST\n"
        "function adding.each %i (of two) TEST\n"
        "function adding.with options TEST\n"
    )
    assert signature(tree, "adding") == 'describe("adding")'
    assert signature(tree, "adding.twice") == "it.only(`twice`)"
    assert signature(tree, "adding.each %i (of two)") == 'it.each([1, 2])("each %i (of two)")'
    adds = next(unit for unit in tree.definitions() if unit.name == "adds é")
    assert tree.text[adds.start : adds.end] == 'it("adds é", async () => { expect(add(1)).toBe(help()) })'
    assert tree.text[adds.body_start :].startswith("{ expect")


def test_a_test_that_is_a_call_is_no_unit_to_repair() -> None:
    tree = tree_of(JAVASCRIPT, "javascript")
    assert [unit.name for unit in tree.units()] == ["help"]
    assert tree.unit_at(JAVASCRIPT.index("expect")) == tree.module()


def test_python_tests_go_by_their_names() -> None:
    text = (
        "class TestAdd:\n    def test_one(self): pass\n    @mark\n    async def testTwo(self): pass\n"
        "    def help(self, test=1): pass\ndef testing(): pass\ndef test(): pass\nclass Testimony: pass\n"
    )
    tested = [unit.qualified for unit in tree_of(text, "python").definitions() if unit.test]
    assert tested == ["TestAdd", "TestAdd.test_one", "TestAdd.testTwo", "test"]


@pytest.mark.parametrize(
    ("attribute", "test"),
    [
        ("[Test]", True),
        ('[Test, Category("slow")]', True),
        ('[Category("slow"), Test]', True),
        ("[Xunit.Fact(Skip = why)]", True),
        ("[TestInitialize]", False),
        ("[Testable]", False),
    ],
)
def test_attributes_of_tests_in_c_sharp(attribute: str, test: bool) -> None:  # noqa: FBT001
    (_, method) = tree_of(f"class A {{ {attribute} void F() {{ }} }}\n", "c_sharp").definitions()
    assert method.test == test


def test_names_declared_together_are_side_by_side() -> None:
    assert definitions(tree_of("class A { int b, c; }\n", "java")) == "class A\nfield A.b\nfield A.c\n"
    assert definitions(tree_of("package a\nvar b, c = 1, 2\n", "go")) == "constant b\nconstant c\n"


def test_the_more_telling_of_two_kinds_stays() -> None:
    assert definitions(tree_of("package a\ntype B struct { c int }\n", "go")) == "class B\n"
    assert definitions(tree_of("enum class A { B }\n", "kotlin")) == "enum A\n"
    assert definitions(tree_of("local f = function() end\n", "lua")) == "function f\n"


def test_a_name_of_several_parts_says_its_container() -> None:
    tree = tree_of("int Box<std::pair<A, B>>::Lid::open() { return 1; }\n", "cpp")
    (unit,) = tree.definitions()
    assert (unit.kind, unit.container, unit.name) == ("method", "Box.Lid", "open")
    assert tree.text.startswith("open()", unit.name_start)


def test_a_typedef_does_not_hold_its_struct() -> None:
    text = "/** Two. */\ntypedef struct pair { int a; } pair_t;\n"
    assert definitions(tree_of(text, "c")) == "type pair_t -- Two.\nclass pair -- Two.\n"


def test_a_comment_before_the_body_is_not_of_the_head() -> None:
    tree = tree_of("class A # why\n  # What f does.\n  def f; end\nend\n", "ruby")
    assert signature(tree, "A") == "class A"
    assert definitions(tree) == "class A\nmethod A.f -- What f does.\n"
