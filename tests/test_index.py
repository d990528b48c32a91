"""An index finds what is defined and mentioned where, and describes files in outlines."""

from quintet.workspace.document import Document
from quintet.workspace.entry import MAX_INDEXED, decode, encode, read_entry
from quintet.workspace.index import Index, index_of

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


def test_definitions_are_found_by_bare_and_by_qualified_name() -> None:
    index = index_of(
        [Document("b.py", "class Cat:\n    def speak(self): 1\n"), Document("animals.py", ANIMALS)]
    )
    assert [(each.path, each.qualified) for each in index.definitions("speak")] == [
        ("animals.py", "Dog.speak"),
        ("b.py", "Cat.speak"),
    ]
    (found,) = index.definitions("Dog.speak")
    assert found.signature == "def speak(self, times: int = 1) -> str"
    assert found.unit.doc == "What it says."
    assert ANIMALS[found.unit.start : found.unit.end].endswith('"woof" * times')
    assert index.definitions("nothing") == ()
    assert index.definitions("Bird.speak") == ()


def test_files_that_mention_a_name_are_found_be_it_in_a_comment() -> None:
    index = index_of(
        [
            Document("z.py", "make()\n"),
            Document("animals.py", ANIMALS),
            Document("GUIDE.md", "# To `make` one\n"),
        ]
    )
    assert index.mentioning("make") == ("GUIDE.md", "animals.py", "z.py")


def test_an_outline_shows_signatures_and_documentation_but_no_bodies() -> None:
    outline = index_of([Document("animals.py", ANIMALS)]).outline("animals.py")
    assert outline == (
        "animals.py  # Animals, and what they say.\n"
        "class Dog  # Barks.\n"
        "    legs: int = 4\n"
        "    def speak(self, times: int = 1) -> str  # What it says.\n"
        "def make(kind)\n"
        'NOISE = make("dog").speak()'
    )
    assert not Index().outline("animals.py")
    assert not index_of([Document("README.md", "# x")]).outline("README.md")


def test_a_long_signature_and_a_long_documentation_are_cut() -> None:
    text = "TABLE = [" + "1, " * 200 + "]\ndef f():\n    '''" + "word " * 100 + "'''\n"
    lines = index_of([Document("a.py", text)]).outline("a.py").splitlines()
    assert len(lines[1]) == 120
    assert len(lines[2]) == len("def f()  # ") + 120


def test_a_text_too_long_or_minified_is_left_out_with_the_reason() -> None:
    index = index_of(
        [
            Document("README.md", "# x"),
            Document("data.csv", "1, 2\n" * 30_000),
            Document("long.py", "x = 1\n" * (MAX_INDEXED // 6 + 1)),
            Document("min.js", "var a=1;" * 2_000),
            Document("a.py", "x = 1\n"),
        ]
    )
    assert index.paths() == ("README.md", "a.py")
    assert index.store.left_out() == {
        "data.csv": "not indexed: over 131,072 characters",
        "long.py": "not indexed: over 1,048,576 characters",
        "min.js": "not indexed: minified",
    }


def test_a_buffer_that_grew_too_long_hides_what_the_store_has() -> None:
    index = index_of([Document("a.py", "def f(): pass\n")])
    longer = index.with_documents([Document("a.py", "x = 1\n" * (MAX_INDEXED // 6 + 1))])
    assert not longer.definitions("f")
    assert longer.paths() == ()


def test_symbols_are_found_as_one_types_them() -> None:
    text = "def get_queryset(): 1\ndef getQuery(): 1\nclass QuerySet:\n    def reset(self): 1\n"
    index = index_of([Document("a.py", text)])

    def found(typed: str) -> list[str]:
        return [each.name for each in index.symbols(typed)]

    assert found("getque") == ["getQuery", "get_queryset"]
    assert found("get_q")[0] == "get_queryset"
    assert found("QuerySet")[0] == "QuerySet"
    assert found("queryset") == ["QuerySet", "get_queryset"]
    assert found("zebra") == found("(") == found('a"b*(') == []


def test_an_entry_can_be_kept_as_bytes() -> None:
    entry = read_entry(Document("animals.py", ANIMALS))
    assert decode(encode(entry), "animals.py", entry.digest) == entry
