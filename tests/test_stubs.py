"""Stubs: which definitions are not written yet, and which are meant to stay as they are."""

import pytest

from quintet.agents.stubs import unfinished
from told import tree_of


@pytest.mark.parametrize(
    "body",
    [
        "    pass",
        "    ...",
        "    raise NotImplementedError",
        '    raise NotImplementedError("later")',
        '    """What it does.\n\n    >>> f()\n    1\n    """',
        '    """What it does."""\n    # not yet\n    pass',
        "    x = 1\n    # TODO: the rest\n    return x",
        "    return 1  # FIXME wrong for 0",
    ],
)
def test_a_python_function_that_is_not_written(body: str) -> None:
    unit = unfinished(tree_of(f"def f():\n{body}\n", "python"), 2)
    assert unit is not None
    assert unit.name == "f"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f():\n    return 1\n", 2),
        ("def f():\n    raise NotImplementedError\n    return 1\n", 2),
        ("def f():\n    return 'TODO'\n", 2),
        ("class A:\n    pass\n", 2),
        ("x = 1\n", 1),
        ("class A(ABC):\n    @abstractmethod\n    def f(self): ...\n", 3),
        ("@typing.overload\ndef f(): ...\n", 2),
        ("class A(Protocol):\n    def f(self):\n        ...\n", 3),
    ],
)
def test_what_is_written_or_meant_to_be_empty(text: str, line: int) -> None:
    assert unfinished(tree_of(text, "python"), line) is None


@pytest.mark.parametrize(
    ("text", "stub"),
    [
        ('function f() {\n  throw new Error("not implemented");\n}\n', True),
        ("function f() {\n  throw new TypeError('Not yet implemented.')\n}\n", True),
        ("function f() {\n  // TODO: this\n  return 1;\n}\n", True),
        ("class A {\n  f() { throw new Error(`TODO`); }\n}\n", True),
        ("function f() {\n}\n", False),
        ('function f() {\n  throw new Error("not allowed");\n}\n', False),
        ("function f() {\n  return 1;\n}\n", False),
    ],
)
def test_javascript(text: str, stub: bool) -> None:  # noqa: FBT001 - a table's column
    assert (unfinished(tree_of(text, "javascript"), 2) is not None) is stub
