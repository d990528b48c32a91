"""The examples (`>>>`) that a documentation gives, as a test file in the project's own framework.

Reads Python only; runs nothing.
"""

import ast
import doctest
import re
import textwrap

from quintet.agents.places import Place
from quintet.agents.targets import Target

_SIMPLE = (
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.Name,
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Tuple,
    ast.Set,
)
_SINGLE = (True, False, None)


def examples_test(target: Target, place: Place, *said: str) -> str | None:
    """A test file of the examples that call the target, from its documentation and what the user `said`.

    None where there are none whose result is a literal.
    """
    if target.document.language != "python" or target.unit is None:
        return None
    lines: list[str] = []
    sources: list[str] = []
    for text in (*said, documentation(target)):
        found = _statements(text, target.unit.name, unittest=place.framework == "unittest")
        lines += [line for line, _ in found if line not in lines]
        sources += [source for _, source in found]
    if not lines:
        return None
    imports = f"from {_module(place)} import {', '.join(_names(target, sources))}"
    body = "\n".join(lines)
    name = target.unit.name.strip("_")
    if place.framework == "unittest":
        case = textwrap.indent(f"def test_examples(self):\n{textwrap.indent(body, '    ')}", "    ")
        return f"import unittest\n\n{imports}\n\n\nclass Test{_camel(name)}(unittest.TestCase):\n{case}\n"
    return f"{imports}\n\n\ndef test_{name.lower()}_examples():\n{textwrap.indent(body, '    ')}\n"


def documentation(target: Target) -> str:
    """The whole docstring of a Python definition; where it cannot be read, its first paragraph."""
    if target.unit is None:
        return ""
    try:
        node = ast.parse(textwrap.dedent(target.text)).body[0]
    except (SyntaxError, ValueError, IndexError):
        return target.unit.doc
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return target.unit.doc
    return ast.get_docstring(node) or target.unit.doc


def _statements(text: str, name: str, *, unittest: bool) -> list[tuple[str, str]]:
    """The examples of a text up to the last that checks a call of `name`: lines of a test, and sources."""
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:  # a prompt without a blank after it, an inconsistent indent: not examples then
        return []
    found: list[tuple[str, str]] = []
    last = 0
    for example in examples:
        source, want = example.source.strip(), example.want.strip()
        check = _check(source, want, unittest=unittest) if want else source
        if check is None:
            continue
        found.append((check, source))
        if want and re.search(rf"\b{re.escape(name)}\(", source):
            last = len(found)
    return found[:last]


def _check(source: str, want: str, *, unittest: bool) -> str | None:
    """What asserts that a call gives a literal; None for what is printed, or is no literal."""
    try:
        call = ast.parse(source, mode="eval").body
        value = ast.literal_eval(want)
    except (SyntaxError, ValueError):
        return None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print":
        return None
    if unittest:
        return f"self.assertEqual({source}, {want})"
    operator = "is" if any(value is single for single in _SINGLE) else "=="
    return f"assert {source if isinstance(call, _SIMPLE) else f'({source})'} {operator} {want}"


def _names(target: Target, sources: list[str]) -> list[str]:
    """What the examples use of the module: the definition itself, and other names at its top."""
    assert target.unit is not None  # noqa: S101 - the caller looked
    top = target.unit.qualified.partition(".")[0]
    known = {unit.name for unit in target.tree.definitions() if not unit.container}
    known.update(name for imported in target.tree.imports() for name in imported.names)
    used = {
        node.id for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)
    }
    return sorted((used & known) | ({top} if top in used or not used & known else set()))


def _module(place: Place) -> str:
    return place.imports.split()[1]


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
