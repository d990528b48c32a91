"""Each operator on expressions, by what it makes of a small function."""

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
    found = kinds_by_text(script_of(expression), language)
    missing = [variant for variant in variants if found.get(script_of(variant)) is None]
    assert not missing
    assert kind in {found[script_of(variant)] for variant in variants}


def test_every_kind_on_expressions_is_shown_here() -> None:
    shown = {kind for _, kind, _ in (*PYTHON_EXPRESSIONS, *SCRIPT_EXPRESSIONS)}
    assert shown >= RATES.keys() - OF_STATEMENTS


def test_parameters_are_not_renamed() -> None:
    before = "def f(a: int, b=1, *c, **d):\n    return a + b\n"
    assert all(text.startswith("def f(a: int, b=") for text in kinds_by_text(before, "python"))


def test_grown_together_words_are_kept_apart() -> None:
    before = "def f(a):\n    return(a)if(a)else(1)\n"
    texts = kinds_by_text(before, "python")
    assert "def f(a):\n    return(1)\n" in texts
    for text in texts:
        compile(text, "program.py", "exec", dont_inherit=True)
