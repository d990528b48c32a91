"""The mirror of a tree: common kinds, offsets in code points, roles, and how tightly things bind."""

import pytest

from quintet.agents.neighbourhood.grammar import GRAMMARS
from quintet.agents.neighbourhood.node import Node, indent, is_docstring, is_statement, mirror, strays
from quintet.agents.neighbourhood.precedence import fit, level, needed
from quintet.agents.neighbourhood.shapes import guess_shapes
from quintet.workspace.syntax import parse

LOOPS = frozenset({"for", "while"})


def root_of(text: str, language: str = "python") -> Node:
    tree = parse(text, language)
    assert tree is not None
    return mirror(tree, tree.root, GRAMMARS[language])


def find(root: Node, text: str) -> Node:
    return next(node for node in root.walk() if node.named and node.text == text)


def test_offsets_are_code_points() -> None:
    text = "é = 'Ünï😀'\nb = é + 1  # 😀\nc = b\n"
    for node in root_of(text).walk():
        assert text[node.start : node.end] == node.text
        assert node.line == text.count("\n", 0, node.start) + 1
    assert find(root_of(text), "é + 1").kind == "arithmetic"


def test_a_deep_tree_is_mirrored() -> None:
    depth = 3000
    root = root_of("a = " + "(" * depth + "1" + ")" * depth + "\n")
    assert sum(node.kind == "parens" for node in root.walk()) == depth


def test_children_and_parents_belong_together() -> None:
    root = root_of("def f(a):\n    # why\n    return a\n")
    assert all(child.parent is node for node in root.walk() for child in node.children)
    function = find(root, "def f(a):\n    # why\n    return a")
    assert list(find(root, "return a").up())[-2:] == [function, root]
    body = function.get("body")
    assert body is not None
    assert [part.kind for part in body.parts] == ["return"]


@pytest.mark.parametrize(
    ("text", "language", "piece", "kind"),
    [
        ("a and b", "python", "a and b", "logic"),
        ("a && b", "javascript", "a && b", "logic"),
        ("a < b", "python", "a < b", "comparison"),
        ("a < b", "javascript", "a < b", "comparison"),
        ("a instanceof b", "javascript", "a instanceof b", "comparison"),
        ("a + b", "javascript", "a + b", "arithmetic"),
        ("!a", "javascript", "!a", "not"),
        ("-a", "javascript", "-a", "negative"),
        ("~a", "python", "~a", "unary"),
        ("a[b]", "typescript", "a[b]", "index"),
        ("a.b", "tsx", "a.b", "attribute"),
    ],
)
def test_kinds_are_those_of_all_languages(text: str, language: str, piece: str, kind: str) -> None:
    assert find(root_of(f"x = {text}", language), piece).kind == kind


@pytest.mark.parametrize(
    ("text", "language", "name", "role"),
    [
        ("a = b", "python", "a", "target"),
        ("a = b", "python", "b", "value"),
        ("a.b = c", "python", "a", "base"),
        ("a[b] = c", "python", "b", "value"),
        ("a(b)", "python", "a", "callee"),
        ("f(a=b)", "python", "a", "none"),
        ("for a, b in c: pass", "python", "b", "target"),
        ("for a in c: pass", "python", "c", "value"),
        ("def f(a: int): pass", "python", "a", "none"),
        ("def f(a=b): pass", "python", "b", "value"),
        ("x = lambda a: b", "python", "a", "none"),
        ("x = [a for b in c if d]", "python", "b", "target"),
        ("const a = b;", "javascript", "a", "target"),
        ("f((a) => b);", "javascript", "a", "none"),
        ("f(a => b);", "javascript", "a", "none"),
        ("f(a => b);", "javascript", "b", "value"),
        ("a++;", "javascript", "a", "target"),
        ("const f = (a: b = c) => d;", "typescript", "a", "none"),
    ],
)
def test_roles(text: str, language: str, name: str, role: str) -> None:
    assert find(root_of(text, language), name).role == role


@pytest.mark.parametrize(
    ("text", "language", "site", "put", "result"),
    [
        ("x = a * b", "python", "b", "c + d", "(c + d)"),
        ("x = a + b", "python", "a", "c + d", "c + d"),
        ("x = a - b", "python", "b", "c + d", "(c + d)"),
        ("x = a ** b", "python", "a", "-c", "(-c)"),
        ("x = a ** b", "python", "b", "-c", "-c"),
        ("x = f(a)", "python", "a", "c or d", "c or d"),
        ("x = a.b", "python", "a", "c + d", "(c + d)"),
        ("x = not a", "python", "a", "c == d", "c == d"),
        ("x = !a", "javascript", "a", "c == d", "(c == d)"),
        ("x = a and b", "python", "a", "c or d", "(c or d)"),
        ("x = a if b else c", "python", "b", "d if e else f", "(d if e else f)"),
        ("x = a ? b : c", "javascript", "a", "d || e", "d || e"),
        ("x = a[b:c]", "python", "b", "d + e", "d + e"),
    ],
)
def test_parentheses_where_they_are_needed(
    text: str, language: str, site: str, put: str, result: str
) -> None:
    grammar = GRAMMARS[language]
    other = find(root_of(f"y = {put}", language), put)
    assert fit(put, level(other, grammar), find(root_of(text, language), site), grammar) == result


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_what_stands_somewhere_binds_tightly_enough(language: str) -> None:
    text = "x = f(a, -b) * c[d] + (e - g.h) ** 2"
    for node in root_of(text, language).walk():
        if node.role in {"value", "base"}:
            assert level(node, GRAMMARS[language]) >= needed(node, GRAMMARS[language]), node.text


def test_statements() -> None:
    root = root_of('"""Doc."""\nif a: b = 1\nfor c in d:\n    break\n')
    assert is_docstring(root.parts[0])
    assert not is_statement(root.parts[0])
    inline = next(node for node in root.walk() if node.kind == "expression" and node.text == "b = 1")
    assert is_statement(inline)
    assert indent(inline) is None
    assert indent(find(root, "break")) == "    "
    assert strays(find(root, "break"), LOOPS)
    assert not strays(find(root, "for c in d:\n    break"), LOOPS)


def test_the_head_of_a_loop_holds_no_statements() -> None:
    root = root_of("for (let i = 0; i < a; i++) b();", "javascript")
    assert not is_statement(find(root, "let i = 0;"))
    assert is_statement(find(root, "b();"))


@pytest.mark.parametrize(
    ("text", "language", "shapes"),
    [
        ("def f(a: int, b: list[str], c: str, d: dict): pass", "python", "number sequence text mapping"),
        ("a = 1\nb = []\nc = ''\nd = {}\n", "python", "number sequence text mapping"),
        ("a % 2\nlen(b)\nc.lower()\nd.items()", "python", "number sequence text mapping"),
        (
            "for a in range(9):\n    b.append(c == 'x')\n    d = dict()",
            "python",
            "number sequence text mapping",
        ),
        ("let a = 1, b = [], c = '', d = {};", "javascript", "number sequence text mapping"),
        ("a++; b.push(1); c.trim(); d.keys();", "javascript", "number sequence text mapping"),
    ],
)
def test_what_names_hold(text: str, language: str, shapes: str) -> None:
    guessed = guess_shapes(root_of(text, language))
    assert " ".join(guessed[name] for name in "abcd") == shapes


def test_a_name_nothing_is_known_of_is_left_out() -> None:
    assert "thing" not in guess_shapes(root_of("f(thing)\n"))
    assert guess_shapes(root_of("f(words)\n")) == {"words": "sequence"}
