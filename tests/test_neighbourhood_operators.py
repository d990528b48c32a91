"""Each operator of the neighbourhood, by what it makes of a small program."""

from textwrap import dedent

import pytest

from quintet.agents.neighbourhood import neighbours
from quintet.agents.neighbourhood.candidate import RATES
from quintet.workspace.edits import apply
from quintet.workspace.syntax import parse


def kinds_by_text(before: str, language: str) -> dict[str, str]:
    tree = parse(before, language)
    assert tree is not None
    return {apply(before, (c.edit,)): c.kind for c in neighbours(tree, limit=None)}


# Expressions: what stands for `…` in a function of the names below, the kind, and what it may become.
PYTHON_EXPRESSIONS = [
    ("n < m", "comparison", ["n <= m", "n > m", "n >= m", "n == m", "n != m"]),
    ("n in items", "comparison", ["n not in items"]),
    ("n is None", "comparison", ["n is not None", "n == None"]),
    ("0 < n < m", "comparison", ["0 <= n < m", "0 < n <= m"]),
    ("n + m", "arithmetic", ["n - m", "n * m"]),
    ("n / m", "arithmetic", ["n // m", "n * m", "n % m"]),
    ("n & m", "arithmetic", ["n | m", "n ^ m"]),
    ("n and m", "logic", ["n or m"]),
    ("not n", "negation", ["n"]),
    ("-n", "sign", ["n"]),
    ("n", "sign", ["-n"]),
    ("n - m", "swap operands", ["m - n"]),
    ("n - (m - 1)", "swap operands", ["(m - 1) - n"]),
    ("n + m", "drop operand", ["n", "m"]),
    ("(n + m) * 2", "drop operand", ["n * 2", "m * 2", "(n + m)", "2"]),
    ("n * m * 3", "drop operand", ["n * 3", "n"]),
    ("1", "number", ["2", "0", "-1", "10"]),
    ("0.5", "number", ["1.5", "0.25", "0.0"]),
    ("True", "truth", ["False", "None"]),
    ("None", "truth", ["0", "[]", "False"]),
    ("'ab'", "string", ["''", "' '", "'AB'", "'a'"]),
    ("n", "name", ["m"]),
    ("items.index(n)", "method", ["items.find(n)", "items.count(n)"]),
    ("s.lower()", "method", ["s.upper()"]),
    ("min(items)", "function", ["max(items)", "sum(items)", "len(items)"]),
    ("n", "donor", ["len(items)", "items[m]", "0"]),
    ("range(n)", "bound", ["range(n + 1)", "range(n - 1)", "range(1, n)", "range(1, n + 1)"]),
    ("range(n - 1)", "bound", ["range(n)", "range(1, n)"]),
    ("range(1, n)", "bound", ["range(2, n)", "range(1, n + 1)", "range(n)", "range(1, n, -1)"]),
    ("range(n, 0, -1)", "argument", ["range(n, 0)", "range(n, -1, -1)", "range(n + 1, 0, -1)"]),
    ("items[n]", "index", ["items[n + 1]", "items[n - 1]", "items[0]", "items[-1]", "items"]),
    ("items[n - 1]", "index", ["items[n]", "items[n + 1]", "items[0]"]),
    ("items[-1]", "index", ["items[0]", "items[-2]"]),
    ("items[n]", "slice", ["items[n:]", "items[:n]"]),
    ("items[1:n]", "slice", ["items[1:n + 1]", "items[0:n]", "items[1:]", "items[:n]", "items[n:1]"]),
    ("items[::2]", "slice", ["items[::-2]", "items[:]", "items[1::2]"]),
    ("items", "slice", ["items[::-1]", "items[1:]", "items[:n]"]),
    ("max(n, m)", "swap arguments", ["max(m, n)"]),
    ("max(n, m)", "argument", ["max(n)", "max(m)"]),
    ("sorted(items)", "argument", ["sorted(items, reverse=True)", "sorted(items, key=abs)"]),
    ("n", "wrap call", ["abs(n)", "int(n)"]),
    ("items", "wrap call", ["len(items)", "sorted(items)", "set(items)"]),
    ("s", "wrap call", ["s.lower()", "len(s)"]),
    ("n + m", "wrap call", ["abs(n + m)"]),
    ("items == s", "wrap call", ["len(items) == len(s)", "set(items) == set(s)"]),
    ("abs(n)", "unwrap call", ["n"]),
    ("abs(n - m) * 2", "unwrap call", ["(n - m) * 2"]),
    ("s.lower()", "unwrap call", ["s"]),
    ("n", "offset", ["n + 1", "n - 1", "n * 2", "n // 2", "n ** 2"]),
    ("n * m", "offset", ["(n + 1) * m", "n * (m - 1)", "n * m + 1"]),
    ("n", "term", ["n + m", "n - m", "n * m"]),
    ("n if m else s", "branch", ["n", "s", "s if m else n"]),
    ("[x for x in items if x]", "filter", ["[x for x in items]"]),
    ("[x for x in items]", "filter", ["[x for x in items if x > 0]", "[x for x in items if not x]"]),
    ("[n, m, s]", "collection", ["[n, m]", "[m, s]", "[m, n, s]"]),
    ("n > 0", "conjunct", ["n > 0 and n != m", "n > 0 or n != m"]),
]
SCRIPT_EXPRESSIONS = [
    ("n < m", "comparison", ["n <= m", "n > m", "n === m"]),
    ("n === m", "comparison", ["n !== m"]),
    ("n !== m", "comparison", ["n === m"]),
    ("n && m", "logic", ["n || m"]),
    ("!n", "negation", ["n"]),
    ("n - m", "arithmetic", ["n + m"]),
    ("n / m", "wrap call", ["Math.floor(n / m)", "Math.round(n / m)"]),
    ("items.length", "offset", ["items.length - 1", "items.length + 1"]),
    ("items.length - 1", "drop operand", ["items.length", "items.length + 1"]),
    ("items[n]", "index", ["items[n + 1]", "items[n - 1]", "items[0]"]),
    ("items.push(n)", "method", ["items.unshift(n)"]),
    ("s.slice(n, m)", "method", ["s.substring(n, m)"]),
    ("s.slice(n, m)", "offset", ["s.slice(n + 1, m)", "s.slice(n, m - 1)"]),
    ("Math.min(n, m)", "method", ["Math.max(n, m)"]),
    ("parseInt(s)", "function", ["parseFloat(s)", "Number(s)"]),
    ("s", "wrap call", ["s.toLowerCase()", "parseInt(s)"]),
    ("items", "wrap call", ["[...items]", "items.length"]),
    ("items.sort()", "argument", ["items.sort((a, b) => a - b)", "items.sort((a, b) => b - a)"]),
    ("items.sort((a, b) => a - b)", "swap operands", ["items.sort((a, b) => b - a)"]),
    ("n ? m : s", "branch", ["m", "s", "n ? s : m"]),
    ("true", "truth", ["false"]),
    ("null", "truth", ["0", "false"]),
    ("n", "donor", ["items.length", "items[m]"]),
    ("n > 0", "conjunct", ["n > 0 && n !== m", "n > 0 || n !== m"]),
    ("[n, m]", "collection", ["[m, n]", "[n]"]),
    ("Math.abs(n)", "unwrap call", ["n"]),
]


def python_of(expression: str) -> str:
    return f"def f(n: int, m: int, items: list[int], s: str):\n    value = {expression}\n    return value\n"


def script_of(expression: str) -> str:
    return (
        "function f(n, m, items, s) {\n"
        f"  const value = {expression};\n"
        "  return value;\n}\n"
        "const used = (n, m, items, s) => [n % 2, m % 2, items[0], s.trim()];\n"
    )


def script_in_one(expression: str) -> str:
    """One function, so that what its names hold can be seen from their use."""
    return (
        "function f(n, m, items, s) {\n"
        "  log(n % 2, m % 2, items[0], s.trim());\n"
        f"  return {expression};\n}}\n"
    )


@pytest.mark.parametrize(("expression", "kind", "variants"), PYTHON_EXPRESSIONS)
def test_python_expressions(expression: str, kind: str, variants: list[str]) -> None:
    found = kinds_by_text(python_of(expression), "python")
    missing = [variant for variant in variants if found.get(python_of(variant)) is None]
    assert not missing
    assert kind in {found[python_of(variant)] for variant in variants}


@pytest.mark.parametrize(("expression", "kind", "variants"), SCRIPT_EXPRESSIONS)
@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_script_expressions(expression: str, kind: str, variants: list[str], language: str) -> None:
    found = kinds_by_text(script_in_one(expression), language)
    missing = [variant for variant in variants if found.get(script_in_one(variant)) is None]
    assert not missing
    assert kind in {found[script_in_one(variant)] for variant in variants}


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


def test_every_kind_of_the_table_is_shown_here() -> None:
    shown = {kind for kind, _, _ in (*STATEMENTS.values(), *SCRIPTS.values())}
    shown |= {kind for _, kind, _ in (*PYTHON_EXPRESSIONS, *SCRIPT_EXPRESSIONS)}
    assert shown == set(RATES)


def test_a_loop_keeps_its_break() -> None:
    before = "def f(a):\n    for b in a:\n        if b:\n            g(b)\n            break\n"
    assert "def f(a):\n    if b:\n        g(b)\n        break\n" not in kinds_by_text(before, "python")


def test_parameters_are_not_renamed() -> None:
    before = "def f(a: int, b=1, *c, **d):\n    return a + b\n"
    assert all(text.startswith("def f(a: int, b=") for text in kinds_by_text(before, "python"))


def test_grown_together_words_are_kept_apart() -> None:
    before = "def f(a):\n    return(a)if(a)else(1)\n"
    texts = kinds_by_text(before, "python")
    assert "def f(a):\n    return(1)\n" in texts
    for text in texts:
        compile(text, "program.py", "exec", dont_inherit=True)
