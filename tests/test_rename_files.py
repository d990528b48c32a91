"""A rename across files: where imports lead, whose a member is, and what is certain of all that."""

from textwrap import dedent
from threading import Event

import pytest

from quintet.workspace.edits import apply_patch
from quintet.workspace.rename import MOST_LEFT, rename
from renames import at_mark, doubts, found, refusal, renamed
from support import Lay

MODULES = {
    "pkg/__init__.py": "from .shapes import area, volume as vol\nfrom pkg.more import *\n__all__ = ['area']\n",
    "pkg/shapes.py": "def $0area(x): return x\ndef volume(x): return area(x)\n",
    "pkg/more.py": "from pkg.shapes import area as a, volume\nb = a(1)\n",
    "a.py": "from pkg import area\nfrom pkg import *\ndef f(): return area(1)\ndef g(area): return area\n",
    "b.py": "import pkg.shapes\nimport pkg.shapes as s\nfrom pkg import shapes\n"
    "pkg.shapes.area, s.area, shapes.area, pkg.area, x.area\n",
    "c.py": "from other import area\narea(2)\n",
    "d.py": "def f():\n    from pkg.shapes import (\n        area,\n    )\n    return area\n",
    "e.py": "from pkg import *\narea(3)\n",
    "notes.md": "See area.\n\nAnd area again.\n",
}


def test_a_definition_is_followed_through_imports(lay: Lay) -> None:
    assert renamed(lay, MODULES, "size") == {
        "pkg/__init__.py": MODULES["pkg/__init__.py"].replace("area", "size"),
        "pkg/shapes.py": MODULES["pkg/shapes.py"].replace("$0area", "size").replace("area", "size"),
        "pkg/more.py": MODULES["pkg/more.py"].replace("area", "size"),
        "a.py": "from pkg import size\nfrom pkg import *\ndef f(): return size(1)\ndef g(area): return area\n",
        "b.py": MODULES["b.py"].replace("area", "size").replace("x.size", "x.area"),
        "d.py": MODULES["d.py"].replace("area", "size"),
        "e.py": "from pkg import *\nsize(3)\n",
    }
    assert doubts(lay, MODULES, "size") == [("b.py", 4, "what stands before the name may be of another kind")]


@pytest.mark.parametrize(
    ("path", "text"), [("a.py", "import $0area"), ("b.py", "s.$0area"), ("e.py", "$0area(3)")]
)
def test_it_does_not_matter_where_one_points(lay: Lay, path: str, text: str) -> None:
    files = {name: it.replace("$0", "") for name, it in MODULES.items()}
    here = renamed(lay, files | {path: files[path].replace(text.replace("$0", ""), text)}, "size")
    assert here == renamed(lay, MODULES, "size")


def test_a_list_of_names_may_be_of_names_from_another_module(lay: Lay) -> None:
    files = {
        "m.py": "__all__ = ['f']\ndef $0f(): pass\n",
        "n.py": "from m import *\n__all__ = ['f', 'g']\n",
        "o.py": "__all__ = ['f']\nf = 1\n",
    }
    assert renamed(lay, files, "fresh") == {
        "m.py": "__all__ = ['fresh']\ndef fresh(): pass\n",
        "n.py": "from m import *\n__all__ = ['fresh', 'g']\n",
    }


def test_what_is_left_is_told(lay: Lay) -> None:
    _, answer = found(lay, MODULES, "size")
    assert answer.mentions_left == (("notes.md", 1), ("notes.md", 3))
    assert answer.kind == "function"
    assert (answer.old, answer.new) == ("area", "size")


def test_mentions_in_words_are_capped(lay: Lay) -> None:
    text = "def $0f(): pass\n" + "# f\n" * 500
    assert len(found(lay, {"a.py": text}, "g")[1].mentions_left) == MOST_LEFT


def test_of_a_local_only_the_words_of_its_function_count(lay: Lay) -> None:
    files = {"a.py": "# x\ndef f():\n    # x\n    $0x = 1\n", "b.py": "# x\n"}
    assert found(lay, files, "y")[1].mentions_left == (("a.py", 3),)


def test_a_name_of_ours_or_of_others_keeps_theirs(lay: Lay) -> None:
    files = {
        "a.py": "try:\n    from json import dumps\nexcept ImportError:\n    def dumps(x): pass\n\n$0dumps(1)\n",
        "b.py": "from a import dumps\nfrom json import dumps as d\n",
    }
    assert renamed(lay, files, "text_of") == {
        "a.py": "try:\n    from json import dumps as text_of\nexcept ImportError:\n"
        "    def text_of(x): pass\n\ntext_of(1)\n",
        "b.py": "from a import text_of\nfrom json import dumps as d\n",
    }


def test_members_are_followed_into_other_files(lay: Lay) -> None:
    files = {
        "base.py": "class Base:\n    def $0launch_all(self): pass\n    def go(self): self.launch_all()\n",
        "sub.py": "import base\nclass Sub(base.Base):\n    def launch_all(self): super().launch_all()\n",
        "use.py": "from sub import Sub\ndef f(s: Sub): s.launch_all()\ndef g(s): s.launch_all()\n",
        "far.py": "def g(s): s.launch_all()\nimport os\nos.launch_all\n",
    }
    changed = renamed(lay, files, "work_on")
    assert changed == {
        path: text.replace("$0", "").replace("launch_all", "work_on")
        for path, text in files.items()
        if path != "far.py"
    }
    assert doubts(lay, files, "work_on") == [("far.py", 1, "this file knows of no class that has it")]


def test_what_comes_from_outside_may_be_ours(lay: Lay) -> None:
    files = {"a.py": "import copy\nclass A:\n    def $0do_it(self): copy.copy(self).do_it(); copy.do_it()\n"}
    why = "what stands before the name was given back by something from outside"
    assert doubts(lay, files, "g") == [("a.py", 3, why)]


def test_a_name_of_one_word_is_not_certain_by_itself(lay: Lay) -> None:
    files = {"a.py": "class A:\n    def $0launch(self): pass\ndef f(x): x.launch()\n"}
    assert doubts(lay, files, "g") == [
        ("a.py", 3, "a name of one word may be one of things from outside, too")
    ]


KNOWN = {
    "a.py": """
        class Box:
            lid: "Lid"
            def __init__(self, lid):
                self.left = Lid()
                self.right: Lid = lid
            def $0open_it→(self): return self.top.open_it(), self.left.open_it→(), self.right.open_it→()
            @property
            def top(self) -> Other: return Other()
        class Lid(Box): pass
        class Other:
            def open_it(self): pass
        def make() -> Lid: return Lid()
        async def later() -> Box | None: ...
        async def f(x: str, y: Other, z: Lid):
            box = make()
            box.open_it→(); make().left.open_it→(); (await later()).open_it→(); box.top.open_it()
            x.open_it(); y.open_it(); z.open_it→(); str(x).open_it()
        """,
    "a.ts": """
        class Box {
          readonly left = new Lid();
          constructor(private readonly right: Lid, other: Other) { this.far = other; }
          $0openIt→() { return [this.left.openIt→(), this.right.openIt→(), this.far.openIt(), { a: this.openIt→() }]; }
          get top(): Other { return new Other(); }
        }
        class Lid extends Box {}
        class Other { openIt() {} }
        function make(): Lid { return new Lid(); }
        const later = async (): Promise<Box | undefined> => make();
        async function f(x: string, y: Other, { left, right: r }: Box) {
          const box = make();
          const { left: l } = box;
          box.openIt→(); make().left.openIt→(); (await later())!.openIt→(); box.top.openIt();
          x.openIt(); y.openIt(); left.openIt→(); new Map().openIt();
        }
        """,
}


@pytest.mark.parametrize("path", KNOWN)
def test_what_the_text_says_of_a_value_is_followed(lay: Lay, path: str) -> None:
    text = dedent(KNOWN[path])
    old = text[text.index("$0") + 2 : text.index("→")]
    changed = renamed(lay, {path: text.replace("→", "")}, "fresh")
    assert changed[path] == text.replace("$0", "").replace(f"{old}→", "fresh")


def test_what_says_that_it_overrides_stays(lay: Lay) -> None:
    files = {"a.ts": "import { B } from 'b';\nclass A extends B { override $0m(): void {} }\n"}
    told = "`m` overrides what a class outside of this workspace has."
    assert refusal(lay, files, "n") == told
    files = {"b.py": "import b\nclass A(b.B):\n    @override\n    def $0m(self): pass\n"}
    assert refusal(lay, files, "n") == told
    files = {"c.py": "class B:\n    def m(self): pass\nclass A(B):\n    @override\n    def $0m(self): pass\n"}
    assert renamed(lay, files, "n")["c.py"].count(" n(") == 2


def test_a_type_in_quotes_that_two_scopes_have_says_nothing(lay: Lay) -> None:
    text = """
        class A:
            def $0do_it(self): pass
        def f():
            class A:
                def do_it(self): pass
            def g(x: "A"): x.do_it()
        """
    assert doubts(lay, {"a.py": text}, "go") == [("a.py", 7, "2 unrelated classes have a `do_it`")]


def test_of_several_classes_only_what_is_known_is_certain(lay: Lay) -> None:
    files = {
        "a.py": "class A:\n    def $0size(self): pass\nclass B:\n    def size(self): pass\ndef f(x): x.size()\n",
    }
    assert renamed(lay, files, "n") == {"a.py": files["a.py"].replace("$0size", "n")}
    assert doubts(lay, files, "n") == [("a.py", 5, "2 unrelated classes have a `size`")]


def test_what_builtins_have_too_is_not_certain(lay: Lay) -> None:
    files = {"a.py": "class A:\n    def $0append(self, x): pass\ndef f(x): x.append(1)\n[].append(2)\n"}
    assert doubts(lay, files, "add") == [("a.py", 3, "things of the language itself have this name, too")]


def test_chosen_possible_places_go_with_the_certain_ones(lay: Lay) -> None:
    snapshot, answer = found(lay, {"a.py": "def $0f(): pass\n", "b.py": "x.f\ny.f\n"}, "g")
    second = [it for it in answer.occurrences if not it.certain][1]
    patch = answer.patch([second])
    assert apply_patch(patch, snapshot.documents(["a.py", "b.py"])) == {
        "a.py": "def g(): pass\n",
        "b.py": "x.f\ny.g\n",
    }
    assert answer.patch() == answer.certain


def test_one_that_is_told_to_stop_stops(lay: Lay) -> None:
    snapshot, path, offset = at_mark(lay, MODULES)
    stop = Event()
    stop.set()
    assert rename(snapshot, path, offset, "size", stop) == "The rename was stopped."
