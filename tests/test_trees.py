"""Trees are shared by those who hold the same text, and old ones make room."""

from quintet.workspace import trees
from quintet.workspace.document import MAX_BYTES, Document
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import parse
from quintet.workspace.trees import remember, tree_after, tree_of


def test_the_same_text_has_the_same_tree() -> None:
    tree = tree_of(Document("a.py", "shared = 1\n"))
    assert tree is not None
    assert tree_of(Document("b.py", "shared = 1\n", version=3)) is tree
    assert tree_of(Document("a.js", "shared = 1\n")) is not tree


def test_a_tree_made_elsewhere_is_found() -> None:
    tree = tree_of(Document("a.py", "before = 1\n"))
    assert tree is not None
    edited = tree.edited((Edit(0, 6, "after"),))
    remember(edited)
    assert tree_of(Document("a.py", "after = 1\n")) is edited


def test_a_tree_is_made_from_that_of_an_earlier_text() -> None:
    before = tree_of(Document("a.py", "def f():\r\n    return 1\r\n"))
    text = "def f():\r\n\r\n    return (1\r\n\r\ndef g(): pass\r\n"
    after, whole = tree_after(before, Document("a.py", text)), parse(text, "python")
    assert after is not None
    assert whole is not None
    assert (str(after.root), after.problems()) == (str(whole.root), whole.problems())
    assert tree_of(Document("a.py", text)) is after
    assert tree_after(after, Document("a.py", text)) is after
    other = tree_after(after, Document("a.js", text))
    assert other is not None
    assert other.language == "javascript"


def test_what_has_no_grammar_or_is_too_long_has_no_tree() -> None:
    assert tree_of(Document("README", "text")) is None
    assert tree_of(Document("a.py", "#" * (MAX_BYTES + 1))) is None


def test_old_trees_make_room() -> None:
    first = tree_of(Document("a.py", "first = 1\n"))
    for number in range(20):
        tree_of(Document("a.py", f"x{number} = 1  #" + "-" * (1 << 20)))
    assert tree_of(Document("a.py", "first = 1\n")) is not first
    assert sum(len(tree.text) for tree in trees._kept._trees.values()) <= trees._CHARACTERS
