"""An index after any edits is the one built from scratch, and finds what is defined and mentioned where."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.index import MAX_INDEXED, Index, read_entry
from quintet.workspace.syntax import parse

ANIMALS = '''"""Animals, and what they say."""


class Dog:
    """Barks.

    Loudly.
    """

    legs: int = 4

    def speak(self, times: int = 1) -> str:
        """What it says."""
        return "woof" * times


def make(kind):
    return Dog()


NOISE = make("dog").speak()
'''

paths = st.sampled_from(["a.py", "b.py", "c.js", "notes.txt"])
contents = st.sampled_from(
    [
        "",
        "def f(): g()\n",
        "class A:\n    def f(self): pass\n",
        "def f(:\n",
        "from a import f\nf()\n",
        "function f() { g() }\n",
        "x = " + "1" * 11_000,
    ]
)
changes = st.lists(st.tuples(paths, contents | st.none()), max_size=12)


@settings(max_examples=100, deadline=None)
@given(changes, st.data())
def test_an_index_after_edits_equals_one_from_scratch(
    steps: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    index, views = Index(), []
    state: dict[str, Document] = {}
    for path, text in steps:
        if text is None:
            index.remove(path)
            state.pop(path, None)
        else:
            index.update(Document(path, text))
            state[path] = Document(path, text)
        if data.draw(st.booleans()):
            views.append((index.frozen(), Index(state.values())))
    order = data.draw(st.permutations(list(state.values())))
    assert index == Index(order)
    assert all(view == then for view, then in views), "a frozen view changed"


def test_an_update_takes_the_tree_it_is_given() -> None:
    document = Document("a.py", "def f(): pass\n")
    index = Index()
    index.update(document, parse(document.text, "python"))
    assert index == Index([document])


def test_definitions_are_found_by_bare_and_by_qualified_name() -> None:
    index = Index([Document("animals.py", ANIMALS), Document("b.py", "class Cat:\n    def speak(self): 1\n")])
    assert [(each.path, each.qualified) for each in index.definitions("speak")] == [
        ("animals.py", "Dog.speak"),
        ("b.py", "Cat.speak"),
    ]
    (found,) = index.definitions("Dog.speak")
    assert found.signature == "def speak(self, times: int = 1) -> str"
    assert found.unit.doc == "What it says."
    assert index.definitions("nothing") == ()
    assert index.definitions("Bird.speak") == ()


def test_references_name_files_and_offsets() -> None:
    index = Index([Document("z.py", "make()\n"), Document("animals.py", ANIMALS)])
    assert [(each.path, each.starts) for each in index.references("make")] == [
        ("animals.py", (ANIMALS.index('make("dog")'),)),
        ("z.py", (0,)),
    ]


def test_an_outline_shows_signatures_and_documentation_but_no_bodies() -> None:
    outline = Index([Document("animals.py", ANIMALS)]).outline("animals.py")
    assert outline == (
        "animals.py  # Animals, and what they say.\n"
        "class Dog  # Barks.\n"
        "    legs: int = 4\n"
        "    def speak(self, times: int = 1) -> str  # What it says.\n"
        "def make(kind)\n"
        'NOISE = make("dog").speak()'
    )
    assert not Index().outline("animals.py")


def test_a_long_signature_is_cut() -> None:
    text = "TABLE = [" + "1, " * 200 + "]\n"
    assert len(Index([Document("a.py", text)]).outline("a.py").splitlines()[1]) == 120


def test_a_file_without_a_grammar_too_long_or_minified_is_left_out() -> None:
    index = Index(
        [
            Document("README.md", "# x"),
            Document("long.py", "x = 1\n" * (MAX_INDEXED // 6 + 1)),
            Document("min.js", "var a=1;" * 2_000),
            Document("a.py", "x = 1\n"),
        ]
    )
    assert list(index.files) == ["a.py"]


def test_a_file_that_grew_too_long_is_forgotten() -> None:
    index = Index([Document("a.py", "def f(): pass\n")])
    index.update(Document("a.py", "x = 1\n" * (MAX_INDEXED // 6 + 1)))
    assert index == Index()


def test_an_entry_can_travel_to_another_process() -> None:
    tree = parse(ANIMALS, "python")
    assert tree is not None
    entry = read_entry(Document("animals.py", ANIMALS), tree)
    assert pickle.loads(pickle.dumps(entry)) == entry
