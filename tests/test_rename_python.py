"""A rename in Python: scopes as the language has them, members of classes, arguments by name."""

import pytest

from renames import check, doubts, renamed
from support import Lay

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
    "a pattern with a dot takes nothing": """
        $0X→ = 1
        class C: X = 2
        match 2:
            case C.X: print(X→)
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


# --- classes

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
    "what a pattern compares with": """
        class C: $0X→ = 2
        class D: X = 2
        match 2:
            case C.X→ | D.X: print(C.X→)
        """,
    "types in quotes": """
        class A:
            def $0m→(self, other: "A", x: "B") -> "A": return other.m→(), x.m()
        class B:
            def m(self): pass
        """,
    "each class has its own of two underscores": """
        class A:
            def __init__(self): self.$0__x→ = 1
            def get(self): return self.__x→
        class B(A):
            def __init__(self): self.__x = 2
        """,
    "copies with other fields": """
        import dataclasses
        class P:
            $0x→: int
            def moved(self, q): return dataclasses.replace(self, x→=1), self._replace(x→=2)
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


# --- arguments

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
    "none before a slash": """
        def f($0a→, /, **b): return a→
        f(1, a=2)
        """,
    "none with stars": """
        def f(*a: int, **$0b→: int): return b→
        f(a=1, b=2)
        """,
    "from where it is written by name": """
        def f(a→): return a→
        f($0a→=1)
        """,
}


@pytest.mark.parametrize("text", ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_arguments_by_name(lay: Lay, text: str) -> None:
    check(lay, text, "fresh")


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
