"""What a rename refuses or leaves, and how it does in languages whose scopes are not known."""

import pytest

from quintet.workspace.document import Document
from quintet.workspace.edits import apply_patch
from quintet.workspace.rename import Renaming, rename
from quintet.workspace.snapshot import open_snapshot
from renames import doubts, found, refusal, renamed
from support import Lay

# --- languages whose scopes are not known


def test_one_definition_and_who_imports_it(lay: Lay) -> None:
    files = {
        "go.mod": "module m\n",
        "p/a.go": "package p\n\nfunc $0Area(x int) int { return x }\n",
        "p/b.go": "package p\n\nfunc g() int { return Area(1) } // Area\n",
        "q/c.go": 'package q\n\nimport "m/p"\n\nfunc h() int { return p.Area(1) }\n',
        "r/d.go": "package r\n\nfunc h(Area int) int { return Area }\n\nfunc k() int { return Area(2) }\n",
    }
    assert renamed(lay, files, "Size") == {
        "p/a.go": "package p\n\nfunc Size(x int) int { return x }\n",
        "p/b.go": "package p\n\nfunc g() int { return Size(1) } // Area\n",
        "q/c.go": files["q/c.go"].replace("Area", "Size"),
    }
    assert doubts(lay, files, "Size") == [("r/d.go", 5, "this file does not import the definition")]


def test_several_definitions_make_the_rest_possible(lay: Lay) -> None:
    files = {
        "A.java": "class A { int $0area() { return 1; } int twice() { return 2 * area(); } }\n",
        "B.java": "class B { int area() { return 2; } }\n",
    }
    assert renamed(lay, files, "size")["A.java"].startswith("class A { int size()")
    assert doubts(lay, files, "size") == [("A.java", 1, "`area` has other definitions, too")]


def test_a_prototype_goes_with_its_function(lay: Lay) -> None:
    files = {
        "a.h": "int area(int x);\n",
        "a.c": '#include "a.h"\nint $0area(int x) { return x; }\n',
        "b.c": '#include "a.h"\nint main(void) { return area(1); }\n',
    }
    assert renamed(lay, files, "size") == {
        path: text.replace("$0", "").replace("area", "size") for path, text in files.items()
    }


def test_names_that_are_no_plain_words(lay: Lay) -> None:
    files = {
        "a.rb": "class A\n  def $0empty?\n    true\n  end\nend\n",
        "b.rb": "require_relative 'a'\nempty?\n",
    }
    assert renamed(lay, files, "bare?") == {
        path: text.replace("$0", "").replace("empty?", "bare?") for path, text in files.items()
    }


# --- what cannot be done

REFUSED = {
    "a keyword": ("$0f = 1\n", "class", "`class` is a word of Python itself."),
    "no name": ("$0f = 1\n", "1f", "`1f` cannot be a name in Python."),
    "nothing": ("$0f = 1\n", " ", "A name needs at least one character."),
    "the same": ("$0f = 1\n", "f", "`f` has that name already."),
    "a comment": ("# $0f\n", "g", "There is no name here that can be changed."),
    "a string": ("x = '$0f'\n", "g", "There is no name here that can be changed."),
    "a module": ("import os.$0path\n", "g", "There is no name here that can be changed."),
    "a builtin": ("$0print(1)\n", "g", "`print` is not defined in this workspace."),
    "from outside": ("from os import $0path\npath.join\n", "g", "`path` is not defined in this workspace."),
    "a whole module": ("import os\n$0os.path\n", "g", "`os` is not defined in this workspace."),
    "a member from outside": ("import os\nos.$0path\n", "g", "`path` is not defined in this workspace."),
    "special": (
        "class A:\n    def $0__len__(self): pass\n",
        "g",
        "`__len__` has a meaning for Python itself.",
    ),
    "taken": ("$0f = 1\n\ng = 2\n", "g", "`g` is already a name in this module: a.py:3."),
    "taken in a function": (
        "def h(g):\n    $0f = g\n",
        "g",
        "`g` is already a name in this function: a.py:1.",
    ),
    "hiding what is used": (
        "g = 1\ndef h():\n    $0f = 2\n    return g\n",
        "g",
        "`g` means something else at a.py:4, and one would be taken for the other.",
    ),
    "hidden where it is used": (
        "$0f = 1\ndef h(g):\n    return f\n",
        "g",
        "`g` means something else at a.py:3, and one would be taken for the other.",
    ),
    "hiding a builtin": (
        "def h($0f):\n    return len(f)\n",
        "len",
        "`len` means something else at a.py:2, and one would be taken for the other.",
    ),
    "a member taken": (
        "class A:\n    def g(self): pass\nclass B(A):\n    def $0f(self): pass\n",
        "g",
        "`g` is already a member of this class or of one akin: a.py:2.",
    ),
    "a member of a builtin": (
        "class A(dict):\n    def $0items(self): pass\n",
        "g",
        "`items` overrides what dict of the language itself has.",
    ),
    "whose it is": (
        "class A:\n    def f(self): pass\nclass B:\n    def f(self): pass\nx.$0f\n",
        "g",
        "Whose `f` this is cannot be told, 2 classes have one: rename it where it is defined.",
    ),
}


@pytest.mark.parametrize(("text", "new", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(lay: Lay, text: str, new: str, told: str) -> None:
    assert refusal(lay, {"a.py": text}, new) == told


def test_names_taken_elsewhere(lay: Lay) -> None:
    files = {"a.py": "def $0f(): pass\n", "b.py": "from a import f\ng = f\n"}
    assert refusal(lay, files, "g") == "`g` is already a name in this module: b.py:2."
    files = {"a.py": "def $0f(): pass\n", "b.py": "from a import *\ng = 1\n"}
    assert refusal(lay, files, "g") == "b.py takes all names of the module, and has a `g` already in line 2."


def test_names_that_not_everybody_would_see(lay: Lay) -> None:
    files = {"a.py": "def $0f(): pass\n", "b.py": "from a import *\nf()\n"}
    told = "b.py takes all names of the module, but would not get one that begins with `_`."
    assert refusal(lay, files, "_g") == told
    listed = {**files, "a.py": "__all__ = ['f']\ndef $0f(): pass\n"}
    assert renamed(lay, listed, "_g")["b.py"] == "from a import *\n_g()\n"
    files = {"a.py": "class A:\n    def $0f(self): pass\nclass B(A):\n    def g(self): self.f()\n"}
    told = "`__f` would be known to one class only, and `f` is mentioned outside of it in a.py."
    assert refusal(lay, files, "__f") == told
    assert renamed(lay, files, "_f")["a.py"].count("_f") == 2
    files = {"a.py": "class A:\n    def $0f(self): self.f()\n"}
    assert renamed(lay, files, "__f")["a.py"].count("__f") == 2


def test_names_taken_in_other_languages(lay: Lay) -> None:
    files = {"a.go": "package p\n\nfunc $0f() {}\n", "b.go": "package p\n\nfunc g() {}\n"}
    assert refusal(lay, files, "g") == "`g` is already defined at b.go:3."
    files = {"x/a.go": "package p\n\nfunc $0f(x int) {}\n\nfunc h(g int) { f(g) }\n"}
    assert refusal(lay, files, "g").startswith("`g` stands already in the function at x/a.go:5")
    assert refusal(lay, {"y/a.go": "package p\n\nfunc f() { $0y() }\n"}, "g") == (
        "`y` is not defined in this workspace."
    )
    files = {"z/a.go": "package p\n\nfunc (a A) k() {}\n", "z/b.go": "package q\n\nfunc (b B) k() {}\n"}
    assert "has 2 definitions" in refusal(
        lay, {**files, "c/c.go": "package p\n\nfunc h() { x.$0k() }\n"}, "g"
    )


def test_what_pytest_hands_over(lay: Lay) -> None:
    text = "def test_a($0tmp_path):\n    assert tmp_path\n"
    assert (
        refusal(lay, {"test_a.py": text}, "here")
        == "`tmp_path` is what pytest hands to the function by this name."
    )
    assert renamed(lay, {"a.py": text}, "here")["a.py"] == text.replace("$0", "").replace("tmp_path", "here")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("vendor/a.py", "vendor/a.py is not to be changed: vendored."),
        ("a_pb2.py", "a_pb2.py is not to be changed: generated."),
        ("a.md", "a.md is in no language whose names we know."),
    ],
)
def test_files_that_are_not_ours_to_change(lay: Lay, path: str, told: str) -> None:
    assert refusal(lay, {path: "$0f = 1\n"}, "g") == told


def test_what_such_files_define(lay: Lay) -> None:
    use = "from vendor.a import $0f\nf()\n"
    files = {"vendor/__init__.py": "", "vendor/a.py": "def f(): pass\n", "b.py": use}
    assert refusal(lay, files, "g") == "`f` is defined in vendor/a.py, which is not to be changed: vendored."


def test_what_such_files_mention(lay: Lay) -> None:
    snapshot, answer = found(
        lay, {"a.py": "def $0f(): pass\n", "vendor/b.py": "from a import f\n\nf()\n"}, "g"
    )
    assert [change.path for change in answer.certain.files] == ["a.py"]
    why = "This file is not to be changed: vendored."
    assert [(it.path, it.line, it.why) for it in answer.left] == [
        ("vendor/b.py", 1, why),
        ("vendor/b.py", 3, why),
    ]
    assert snapshot.with_patch(answer.certain).document("a.py") == Document("a.py", "def g(): pass\n")


def test_what_is_outside_or_denied(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"a.key": "f", ".env": "f = 1"}))
    for path in ("../a.py", ".env", "missing.py"):
        assert isinstance(rename(snapshot, path, 0, "g"), str)


def test_bases_that_are_not_known_are_told(lay: Lay) -> None:
    files = {"a.py": "from django.views import View\nclass A(View):\n    def $0get(self): pass\n"}
    _, answer = found(lay, files, "fetch")
    assert answer.notes == (
        "A class comes from View, which is not of this workspace: if that has a `get`, it is no longer overridden.",
    )


def test_open_buffers_count(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"a.py": "def f(): pass\n", "b.py": ""}))
    snapshot = snapshot.with_documents([Document("b.py", "from a import f\nf()\n", version=3)])
    answer = rename(snapshot, "a.py", 4, "g")
    assert isinstance(answer, Renaming)
    assert (
        apply_patch(answer.certain, snapshot.documents(["a.py", "b.py"]))["b.py"] == "from a import g\ng()\n"
    )


def test_bytes_of_every_kind_stay(lay: Lay) -> None:
    root = lay({"b.py": "from a import f\r\n\r\n'f'\rx = f\x0c\n\n\n# é f"})
    (root / "a.py").write_bytes(b"\xef\xbb\xbfdef f(): pass\r\n\r\n# f")
    snapshot = open_snapshot(root)
    answer = rename(snapshot, "a.py", 5, "other")
    assert isinstance(answer, Renaming)
    after = snapshot.with_patch(answer.certain).documents(["a.py", "b.py"])
    assert after["a.py"].encode() == b"\xef\xbb\xbfdef other(): pass\r\n\r\n# f"
    assert after["b.py"].text == "from a import other\r\n\r\n'f'\rx = other\x0c\n\n\n# é f"
