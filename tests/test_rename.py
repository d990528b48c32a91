"""A rename changes every place that means the thing and no other; what cannot be told is told apart."""

from collections.abc import Mapping
from textwrap import dedent
from threading import Event

import pytest

from quintet.workspace.document import Document
from quintet.workspace.edits import apply_patch
from quintet.workspace.rename import MOST_LEFT, Renaming, rename
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import Lay

Files = Mapping[str, str]


def at_mark(lay: Lay, files: Files) -> tuple[Snapshot, str, int]:
    """A workspace of these files, dedented, and the place of the `$0` in one of them."""
    texts = {path: dedent(text) for path, text in files.items()}
    path = next(path for path, text in texts.items() if "$0" in text)
    offset = texts[path].index("$0")
    texts[path] = texts[path].replace("$0", "")
    return open_snapshot(lay(texts)), path, offset


def found(lay: Lay, files: Files, new: str) -> tuple[Snapshot, Renaming]:
    snapshot, path, offset = at_mark(lay, files)
    answer = rename(snapshot, path, offset, new)
    assert isinstance(answer, Renaming), answer
    return snapshot, answer


def renamed(lay: Lay, files: Files, new: str) -> dict[str, str]:
    """The new texts of the files that change for certain."""
    snapshot, answer = found(lay, files, new)
    return apply_patch(answer.certain, snapshot.documents(change.path for change in answer.certain.files))


def doubts(lay: Lay, files: Files, new: str) -> list[tuple[str, int, str]]:
    """Path, line and reason of each place that is possible only."""
    snapshot, answer = found(lay, files, new)
    texts = {path: each.text for path, each in snapshot.documents(snapshot.files()).items()}
    return [
        (it.path, texts[it.path].count("\n", 0, it.start) + 1, it.why)
        for it in answer.occurrences
        if not it.certain
    ]


def refusal(lay: Lay, files: Files, new: str) -> str:
    snapshot, path, offset = at_mark(lay, files)
    answer = rename(snapshot, path, offset, new)
    assert isinstance(answer, str), answer
    assert answer.endswith(".")
    return answer


def check(lay: Lay, text: str, new: str, language: str = "py") -> None:
    """In one file: `$0` is where one points, and every `old→` is to become the new name."""
    after = dedent(text).replace("$0", "")
    before = after.replace("→", "")
    name = f"a.{language}"
    pointed = dedent(text).replace("→", "")
    word = pointed[pointed.index("$0") + 2 :]
    old = word[: next((at for at, c in enumerate(word) if not (c.isalnum() or c in "_$#")), len(word))]
    changed = renamed(lay, {name: pointed}, new)
    assert changed[name] == after.replace(f"{old}→", new), before


# --- Python: scopes


PYTHON = {
    "a local is the function's own": """
        x = 1
        def f():
            $0x→ = 2
            x→ += 1
            return x→
        print(x)
        """,
    "a global is seen through functions and `global`": """
        $0x→ = 1
        def f(): return x→
        def g(x): return x
        def h():
            global x→
            x→ = 2
        class A:
            y = x→
            def m(self): return x→
        """,
    "nonlocal and closures": """
        def f():
            x→ = 1
            def g():
                nonlocal x→
                x→ = 2
                return lambda: $0x→
            def h(x): return x
            return x→
        """,
    "a comprehension has its own, but for what it goes over": """
        $0x→ = [1]
        a = [x for x in x→ if x]
        b = {k: x→ for k in x→}
        c = [y for y in a for z in x→]
        """,
    "a comprehension's own": """
        x = [1]
        a = [$0x→ for x→ in x if x→]
        """,
    "a walrus binds in the function": """
        def f(a):
            b = [($0y→ := each) for each in a]
            return y→
        """,
    "what a class defines is not seen in its methods": """
        x = 1
        class A:
            $0x→ = 2
            y = x→
            def m(self): return x
            def n(self): return self.x→
        """,
    "a class reads what is outside until it has its own": """
        $0x→ = 1
        class A:
            x = x→
            y = x
        """,
    "defaults, annotations and decorators are outside": """
        $0x→ = 1
        @x→
        def f(x: x→ = x→, *a: x→) -> x→: return x
        g = lambda x=x→: x
        """,
    "parameters of each kind": """
        def f(a, $0b→=1, *c, d, **e) -> b:
            return a, b→, c, d, e
        """,
    "a starred one": """
        def f(*$0rest→):
            return rest→
        """,
    "lambdas": "f = lambda $0x→, y=x: x→ + y\n",
    "with, except, for, del, match": """
        def f(p):
            with p as ($0x→, y): pass
            try: pass
            except E as x→: pass
            for x→, (z, x→) in p: x→()
            del x→
            match p:
                case [x→, *r]: pass
                case {"x": x→}: pass
                case P(x=x→) | x→: pass
                case A() as x→: pass
            print(f"{x→!r:>{x→}} x")
        """,
    "no words": '''
        def $0f→():
            """f, f"""
            return "f" + 'f'  # f
        f→()
        ''',
    "type parameters": """
        T = int
        def f[$0T→](x: T→) -> T→:
            y: T→ = x
        class C[T]:
            x: T
        """,
    "__all__": """
        __all__ = ["$0f→", 'g']
        __all__ += ["f→"]
        def f→(): pass
        x = ["f"]
        """,
    "an import binds": """
        def f():
            from os import path as $0p→
            return p→.join
        """,
    "attributes and keywords are others": """
        $0x→ = 1
        a.x = f(x=x→)
        """,
    "non-ASCII": """
        s = "😀é"; $0naïve→ = s; print(naïve→, "naïve", naïveté)
        """,
}


@pytest.mark.parametrize("text", PYTHON.values(), ids=PYTHON.keys())
def test_scopes_of_python(lay: Lay, text: str) -> None:
    check(lay, text, "new")


# --- Python: classes

CLASSES = {
    "a method, by self, class, super and instances": """
        class A:
            def $0m→(self): return self.m→() + A.m→(self)
        class B(A):
            def m→(self): return super().m→()
        class C(B):
            def n(self): return self.m→
        class D:
            def m(self): return self.m()
        b = B()
        b.m→(); A().m→()
        def f(x: C, y: D): return x.m→(), y.m(), "".m, D().m
        """,
    "a field": """
        class A:
            def __init__(self, size): self.$0size→ = size
            @property
            def area(it): return it.size→ * it.size→
            @classmethod
            def make(cls): return cls(1).size→
        class B(A):
            size→: int = 3
        """,
    "properties": """
        class A:
            @property
            def $0p→(self): return 1
            @p→.setter
            def p→(self, v): pass
        A().p→ = 1
        """,
    "self in a nested function": """
        class A:
            def $0m→(self):
                def inner(): return self.m→
                def other(self): return self.n
                return inner
        """,
    "a dataclass is built with its fields": """
        @dataclass
        class P:
            $0x→: int
            y: int
        class Q(P): pass
        P(x→=1, y=2); Q(x→=1).x→
        match p:
            case P(x→=0): pass
        """,
    "a class": """
        class $0A→:
            def f(self) -> A→: return A→()
        class B(A→): pass
        x: A→ = A→()
        """,
}


@pytest.mark.parametrize("text", CLASSES.values(), ids=CLASSES.keys())
def test_members_of_python_classes(lay: Lay, text: str) -> None:
    check(lay, text, "fresh")


ARGUMENTS = {
    "a function's": """
        def f($0a→, b): return a→ + b
        f(a→=1, b=2); f(1, b=a)
        def g(a): return f(a→=a)
        g(a=1)
        """,
    "a constructor's": """
        class A:
            def __init__(self, $0a→): self.a = a→
        class B(A): pass
        class C(A):
            def __init__(self, a): super().__init__(a)
        A(a→=1); B(a→=1); C(a=1)
        """,
    "a method's, and of those that override it": """
        class A:
            def m(self, $0a→): return a→
        class B(A):
            def m(self, a→=1): return super().m(a→=a→)
        class C:
            def m(self, a): return a
        A().m(a→=1); B().m(a→=2); C().m(a=3)
        """,
    "from where it is written by name": """
        def f(a→): return a→
        f($0a→=1)
        """,
}


@pytest.mark.parametrize("text", ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_arguments_by_name(lay: Lay, text: str) -> None:
    check(lay, text, "fresh")


# --- Python: files

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


def test_arguments_of_what_is_not_known(lay: Lay) -> None:
    files = {
        "a.py": "def f($0a): return a\n",
        "b.py": "from functools import partial\nfrom a import f\npartial(f, a=1)\nx.f(a=2)\ny.g(a=3)\nf(a=4)\n",
    }
    assert renamed(lay, files, "n")["b.py"] == files["b.py"].replace("f(a=4)", "f(n=4)")
    why = "which function is called here is not known for certain"
    assert doubts(lay, files, "n") == [("b.py", 3, why), ("b.py", 4, why)]


def test_fixtures_are_handed_on_by_their_names(lay: Lay) -> None:
    conftest = "import pytest\n\n@pytest.fixture\ndef $0room(): return 1\n"
    files = {
        "tests/conftest.py": conftest,
        "tests/test_a.py": "def test_it(room): assert room\ndef helper(room): return room\n",
        "tests/sub/test_b.py": conftest.replace("$0", "") + "def test_b(room): assert room\n",
        "other/test_c.py": "def test_c(room): assert room\n",
    }
    assert renamed(lay, files, "hall") == {
        "tests/conftest.py": conftest.replace("$0room", "hall"),
        "tests/test_a.py": "def test_it(hall): assert hall\ndef helper(room): return room\n",
    }


# --- JavaScript and TypeScript: scopes

SCRIPT = {
    "let in its block": """
        let x = 1;
        { let $0x→ = 2; x→++; { x→; } for (const x of y) { x; } }
        x;
        """,
    "var in its function": """
        function f() { if (1) { var $0x→ = 1; } return () => x→; }
        x;
        """,
    "parameters, defaults, and what they hide": """
        const y = 1;
        const f = ($0x→, y = x→, {a: x2, ...r} = {}) => { const g = x => x; return x→ + y; };
        """,
    "one without brackets": "const f = $0x→ => x→ * 2; const x = 1;\n",
    "a shorthand keeps its property": """
        const $0a→ = 1; const o = {a, b: a→, [a→]: a→, a() {}}; o.a;
        """,
    "closures, catch, switch, classes": """
        try { } catch ($0e→) { log(e→, () => e→); }
        switch (1) { case 2: let e; e; }
        class A { e() { return this.e; } }
        """,
    "the name of a function expression": """
        const g = function $0h→(n) { return n ? h→(n - 1) : 0; };
        h;
        """,
    "functions and classes": """
        $0f→(); function f→() { return new f→(); }
        class A { m() { return f→; } }
        """,
    "no words": "const $0x→ = `x ${x→} x`; // x\n'x';\n",
    "loops": "for (let $0i→ = 0; i→ < 3; i→++) { i→; } for (var i in o) i;\n",
    "labels are others": "let $0x→ = 1; x: for (;;) { x→; break x; }\n",
    "assigning patterns": "let $0a→, b; [a→, b] = [b, a→]; ({b: a→} = o);\n",
    "private members": "class A { #$x; m() { return this.#$x + b.#$x; } }\n",
    "members": """
        class A { $0m→() { return this.m→; } static s() { return this.m; } }
        class B extends A { m→() { return super.m→() + (() => this.m→)(); } }
        class C { m() {} }
        new A().m→(); const b = new B(); b.m→; new C().m();
        """,
}


@pytest.mark.parametrize("text", [it for it in SCRIPT.values() if "$0" in it])
@pytest.mark.parametrize("language", ["js", "ts", "tsx"])
def test_scopes_of_javascript(lay: Lay, text: str, language: str) -> None:
    after = {
        "const o = {a, ": "const o = {a: neu, ",
    }
    plain = dedent(text).replace("→", "")
    changed = renamed(lay, {f"a.{language}": plain}, "neu")[f"a.{language}"]
    expected = dedent(text).replace("$0", "")
    pointed = text[text.index("$0") + 2 : text.index("→", text.index("$0"))]
    expected = expected.replace(f"{pointed}→", "neu")
    for one, other in after.items():
        expected = expected.replace(one, other)
    assert changed == expected


# --- JavaScript and TypeScript: files


def test_exports_and_imports(lay: Lay) -> None:
    files = {
        "m.ts": "export function $0area(x: number) { return area(x); }\nconst b = 1;\nexport { b as vol };\n",
        "index.ts": "export { area, vol } from './m';\nexport * from './m';\n",
        "star.ts": "export * from './m';\n",
        "a.ts": "import { area } from '.';\nimport { area as a } from './star';\n[area(1), a, { area }, x.area];\n",
        "b.js": "import * as m from './m';\nconst { area, vol } = require('./m');\nm.area(area);\n",
        "c.ts": "import { area } from 'elsewhere';\narea;\n",
        "d.tsx": "import { area as A } from './m';\nconst area = <A area={1} />;\n",
        "e.ts": "export { area as size } from './m';\nimport area from './m';\narea();\n",
    }
    assert renamed(lay, files, "space") == {
        "m.ts": files["m.ts"].replace("$0", "").replace("area", "space"),
        "index.ts": files["index.ts"].replace("area", "space"),
        "a.ts": "import { space } from '.';\nimport { space as a } from './star';\n"
        "[space(1), a, { area: space }, x.area];\n",
        "b.js": files["b.js"].replace("area", "space"),
        "d.tsx": "import { space as A } from './m';\nconst area = <A area={1} />;\n",
        "e.ts": "export { space as size } from './m';\nimport area from './m';\narea();\n",
    }


def test_exports_of_node(lay: Lay) -> None:
    files = {
        "m.js": "function $0area() {}\nconst b = 1;\nmodule.exports = { area, c: b };\n",
        "n.js": "exports.area = function () {};\n",
        "a.js": "const m = require('./m');\nm.area(); require('./n').area();\nconst { area: z } = require('./m');\n",
        "b.js": "const { area } = require('out');\narea();\n",
    }
    assert renamed(lay, files, "space") == {
        "m.js": "function space() {}\nconst b = 1;\nmodule.exports = { space, c: b };\n",
        "a.js": "const m = require('./m');\nm.space(); require('./n').area();\nconst { space: z } = require('./m');\n",
    }


def test_a_name_from_outside_gets_another_here(lay: Lay) -> None:
    files = {"a.js": "const { $0join } = require('path');\njoin(1);\n"}
    assert renamed(lay, files, "put")["a.js"] == "const { join: put } = require('path');\nput(1);\n"


def test_fields_of_types(lay: Lay) -> None:
    files = {
        "t.ts": "export interface Point { $0x: number; m(): void }\nexport type Other = { x: number };\n",
        "a.ts": "import { Point, Other } from './t';\nconst p: Point = { x: 1, m() {} };\n"
        "function f({ x }: Point, q: Point, o: Other) { return x + q.x + o.x; }\nclass P implements Point { x = 1; m() {} }\n",
    }
    assert renamed(lay, files, "left") == {
        "t.ts": "export interface Point { left: number; m(): void }\nexport type Other = { x: number };\n",
        "a.ts": "import { Point, Other } from './t';\nconst p: Point = { left: 1, m() {} };\n"
        "function f({ left: x }: Point, q: Point, o: Other) { return x + q.left + o.x; }\n"
        "class P implements Point { left = 1; m() {} }\n",
    }


def test_a_parameter_that_is_a_field_as_well(lay: Lay) -> None:
    files = {
        "a.ts": "class A { constructor(private readonly $0x: number) { x; } m(b: A) { return this.x + b.x; } }\n"
    }
    assert renamed(lay, files, "y")["a.ts"] == files["a.ts"].replace("$0x", "y").replace("x;", "y;").replace(
        ".x", ".y"
    )


def test_namespaces_of_types(lay: Lay) -> None:
    files = {
        "t.ts": "export class $0Box<T> {}\nexport enum Kind { A, B = 1 }\n",
        "a.ts": "import * as t from './t';\nlet b: t.Box<number>;\nclass C extends t.Box<string> {}\nnew t.Box();\n",
    }
    assert renamed(lay, files, "Crate") == {
        path: text.replace("$0", "").replace("Box", "Crate") for path, text in files.items()
    }


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


def test_one_that_is_told_to_stop_stops(lay: Lay) -> None:
    snapshot, path, offset = at_mark(lay, MODULES)
    stop = Event()
    stop.set()
    assert rename(snapshot, path, offset, "size", stop) == "The rename was stopped."


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
