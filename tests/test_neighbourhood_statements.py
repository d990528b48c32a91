"""Each operator on statements, by what it makes of a small program."""

from textwrap import dedent

import pytest

from quintet.agents.neighbourhood import neighbours
from quintet.agents.neighbourhood.candidate import RATES
from quintet.workspace.edits import apply
from quintet.workspace.syntax import parse

OF_STATEMENTS = frozenset(
    {"delete", "move", "copy", "swap statements", "unwrap", "enclose", "guard", "return", "jump"}
    | {"exception", "branch", "condition", "augmented", "negation"}
)


def kinds_by_text(before: str, language: str) -> dict[str, str]:
    tree = parse(before, language)
    assert tree is not None
    return {apply(before, (c.edit,)): c.kind for c in neighbours(tree, limit=None)}


STATEMENTS = {
    "statement deleted": (
        "delete",
        """
        def f(a):
            a.sort()
            return a
        """,
        """
        def f(a):
            return a
        """,
    ),
    "only statement deleted": (
        "delete",
        """
        def f(a):
            if a:
                a.sort()
            return a
        """,
        """
        def f(a):
            if a:
                pass
            return a
        """,
    ),
    "trailing comment kept": (
        "delete",
        """
        def f(a):
            a.sort()  # why
            return a
        """,
        """
        def f(a):
              # why
            return a
        """,
    ),
    "else deleted": (
        "branch",
        """
        def f(a):
            if a:
                return 1
            else:
                return 2
        """,
        """
        def f(a):
            if a:
                return 1
        """,
    ),
    "elif made an if": (
        "branch",
        """
        def f(a):
            if a > 1:
                b = 1
            elif a > 2:
                b = 2
            return b
        """,
        """
        def f(a):
            if a > 1:
                b = 1
            if a > 2:
                b = 2
            return b
        """,
    ),
    "if made an elif": (
        "branch",
        """
        def f(a):
            if a > 1:
                b = 1
            if a > 2:
                b = 2
            return b
        """,
        """
        def f(a):
            if a > 1:
                b = 1
            elif a > 2:
                b = 2
            return b
        """,
    ),
    "condition taken off": (
        "unwrap",
        """
        def f(a):
            if a:
                a += 1
                for b in a:
                    g(b)
            return a
        """,
        """
        def f(a):
            a += 1
            for b in a:
                g(b)
            return a
        """,
    ),
    "condition put on": (
        "enclose",
        """
        def f(a, b):
            if a > b:
                g(a)
            h(b)
            return a
        """,
        """
        def f(a, b):
            if a > b:
                g(a)
            if a > b:
                h(b)
            return a
        """,
    ),
    "moved out of a loop": (
        "move",
        """
        def f(a):
            for b in a:
                g(b)
                return b
        """,
        """
        def f(a):
            for b in a:
                g(b)
            return b
        """,
    ),
    "moved out of two blocks": (
        "move",
        """
        def f(a):
            for b in a:
                if b:
                    g(b)
                    return b
        """,
        """
        def f(a):
            for b in a:
                if b:
                    g(b)
            return b
        """,
    ),
    "moved into a loop": (
        "move",
        """
        def f(a):
            for b in a:
                g(b)
            c += b
            return c
        """,
        """
        def f(a):
            for b in a:
                g(b)
                c += b
            return c
        """,
    ),
    "moved to the start of a loop": (
        "move",
        """
        def f(a):
            c = 0
            for b in a:
                c += b
            return c
        """,
        """
        def f(a):
            for b in a:
                c = 0
                c += b
            return c
        """,
    ),
    "moved before a loop": (
        "move",
        """
        def f(a):
            for b in a:
                c = 0
                c += b
            return c
        """,
        """
        def f(a):
            c = 0
            for b in a:
                c += b
            return c
        """,
    ),
    "swapped with the next": (
        "swap statements",
        """
        def f(a):
            g(a)
            h(a)
            return a
        """,
        """
        def f(a):
            h(a)
            g(a)
            return a
        """,
    ),
    "copied": (
        "copy",
        """
        def f(a):
            g(a)
            h(a)
            return a
        """,
        """
        def f(a):
            g(a)
            h(a)
            g(a)
            return a
        """,
    ),
    "a count kept": (
        "copy",
        """
        def f(a):
            n = 0
            while n < a:
                g(n)
            return n
        """,
        """
        def f(a):
            n = 0
            while n < a:
                g(n)
                n += 1
            return n
        """,
    ),
    "else put on": (
        "copy",
        """
        def f(a):
            n = 0
            for b in a:
                if b:
                    n += 1
            return n
        """,
        """
        def f(a):
            n = 0
            for b in a:
                if b:
                    n += 1
                else:
                    n -= 1
            return n
        """,
    ),
    "break and continue": (
        "jump",
        """
        def f(a):
            for b in a:
                break
        """,
        """
        def f(a):
            for b in a:
                continue
        """,
    ),
    "guard at the start": (
        "guard",
        """
        def f(items):
            return items[0]
        """,
        """
        def f(items):
            if not items:
                return []
            return items[0]
        """,
    ),
    "guard for small numbers after the docstring": (
        "guard",
        '''
        def f(n: int):
            """Doc."""
            return n
        ''',
        '''
        def f(n: int):
            """Doc."""
            if n < 2:
                return False
            return n
        ''',
    ),
    "guard in a loop": (
        "guard",
        """
        def f(a: int, b: list):
            for c in b:
                g(c)
        """,
        """
        def f(a: int, b: list):
            for c in b:
                if a > 0:
                    continue
                g(c)
        """,
    ),
    "return put on": (
        "return",
        """
        def f(a):
            b = g(a)
        """,
        """
        def f(a):
            b = g(a)
            return b
        """,
    ),
    "expression returned": (
        "return",
        """
        def f(a):
            g(a)
        """,
        """
        def f(a):
            return g(a)
        """,
    ),
    "other result": (
        "return",
        """
        def f(a, b):
            return g(a)
        """,
        """
        def f(a, b):
            return b
        """,
    ),
    "yield and return": (
        "return",
        """
        def f(a):
            yield a
        """,
        """
        def f(a):
            return a
        """,
    ),
    "other exception": (
        "exception",
        """
        def f(a):
            try:
                return a[0]
            except KeyError:
                return 0
        """,
        """
        def f(a):
            try:
                return a[0]
            except IndexError:
                return 0
        """,
    ),
    "other assignment": (
        "augmented",
        """
        def f(a):
            b = 0
            for c in a:
                b += c
            return b
        """,
        """
        def f(a):
            b = 0
            for c in a:
                b -= c
            return b
        """,
    ),
    "assignment made to accumulate": (
        "augmented",
        """
        def f(a):
            b = 0
            for c in a:
                b = c
            return b
        """,
        """
        def f(a):
            b = 0
            for c in a:
                b += c
            return b
        """,
    ),
    "default value": (
        "number",
        """
        def f(a=1):
            return a
        """,
        """
        def f(a=2):
            return a
        """,
    ),
    "condition negated": (
        "negation",
        """
        def f(a):
            if a.ready():
                return 1
        """,
        """
        def f(a):
            if not a.ready():
                return 1
        """,
    ),
    "words kept apart": (
        "condition",
        """
        def f(a):
            if(a > 1):
                return 1
        """,
        """
        def f(a):
            if(True):
                return 1
        """,
    ),
}
SCRIPTS = {
    "count": (
        "augmented",
        "function f(a) {\n  for (let i = 0; i < a; i++) {\n    g(i);\n  }\n}\n",
        "function f(a) {\n  for (let i = 0; i < a; i += 2) {\n    g(i);\n  }\n}\n",
    ),
    "start": (
        "number",
        "function f(a) {\n  for (let i = 0; i < a; i++) {\n    g(i);\n  }\n}\n",
        "function f(a) {\n  for (let i = 1; i < a; i++) {\n    g(i);\n  }\n}\n",
    ),
    "iteration": (
        "condition",
        "function f(a) {\n  for (const b in a) g(b);\n}\n",
        "function f(a) {\n  for (const b of a) g(b);\n}\n",
    ),
    "guard": (
        "guard",
        "const f = (items) => {\n  return items[0];\n};\n",
        "const f = (items) => {\n  if (items.length === 0) {\n    return 0;\n  }\n  return items[0];\n};\n",
    ),
    "return": (
        "return",
        "function f(a) {\n  let b = g(a);\n}\n",
        "function f(a) {\n  let b = g(a);\n  return b;\n}\n",
    ),
    "returned": (
        "return",
        "function f(a) {\n  g(a);\n}\n",
        "function f(a) {\n  return g(a);\n}\n",
    ),
    "deleted": (
        "delete",
        "function f(a) {\n  if (a) g(a);\n  return a;\n}\n",
        "function f(a) {\n  if (a) {}\n  return a;\n}\n",
    ),
    "else deleted": (
        "branch",
        "function f(a) {\n  if (a) {\n    g(a);\n  } else {\n    h(a);\n  }\n}\n",
        "function f(a) {\n  if (a) {\n    g(a);\n  }\n}\n",
    ),
    "else if": (
        "branch",
        "function f(a) {\n  if (a > 1) {\n    g(a);\n  } else if (a > 2) {\n    h(a);\n  }\n}\n",
        "function f(a) {\n  if (a > 1) {\n    g(a);\n  }\n  if (a > 2) {\n    h(a);\n  }\n}\n",
    ),
    "moved out": (
        "move",
        "function f(a) {\n  for (const b of a) {\n    g(b);\n    return b;\n  }\n}\n",
        "function f(a) {\n  for (const b of a) {\n    g(b);\n  }\n  return b;\n}\n",
    ),
    "moved in": (
        "move",
        "function f(a) {\n  for (const b of a) {\n    g(b);\n  }\n  h(a);\n}\n",
        "function f(a) {\n  for (const b of a) {\n    g(b);\n    h(a);\n  }\n}\n",
    ),
    "unwrapped": (
        "unwrap",
        "function f(a) {\n  if (a) {\n    g(a);\n    h(a);\n  }\n}\n",
        "function f(a) {\n  g(a);\n  h(a);\n}\n",
    ),
    "enclosed": (
        "enclose",
        "function f(n) {\n  g(n % 2);\n  return n;\n}\n",
        "function f(n) {\n  if (n > 0) {\n    g(n % 2);\n  }\n  return n;\n}\n",
    ),
    "jump": (
        "jump",
        "function f(a) {\n  while (a) {\n    break;\n  }\n}\n",
        "function f(a) {\n  while (a) {\n    continue;\n  }\n}\n",
    ),
    "declaration": (
        "condition",
        "function f(a) {\n  const b = 1;\n  return b;\n}\n",
        "function f(a) {\n  let b = 1;\n  return b;\n}\n",
    ),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_python_statements(case: str) -> None:
    kind, before, after = STATEMENTS[case]
    before, after = dedent(before).lstrip("\n"), dedent(after).lstrip("\n")
    assert kinds_by_text(before, "python").get(after) == kind


@pytest.mark.parametrize("case", SCRIPTS)
def test_script_statements(case: str) -> None:
    kind, before, after = SCRIPTS[case]
    assert kinds_by_text(before, "javascript").get(after) == kind


def test_every_kind_on_statements_is_shown_here() -> None:
    shown = {kind for kind, _, _ in (*STATEMENTS.values(), *SCRIPTS.values())}
    assert shown >= OF_STATEMENTS
    assert shown <= RATES.keys()


def test_nothing_returns_from_a_class() -> None:
    before = "class A:\n    pass\n\n\nfor b in c:\n    break\n"
    assert not [text for text in kinds_by_text(before, "python") if "return" in text]


def test_a_loop_keeps_its_break() -> None:
    before = "def f(a):\n    for b in a:\n        if b:\n            g(b)\n            break\n"
    assert "def f(a):\n    if b:\n        g(b)\n        break\n" not in kinds_by_text(before, "python")
