"""Definitions that are not written yet: a body that only says so, or a TODO in it.

Looks at a tree; offers nothing and writes nothing.
"""

import re

from quintet.agents.targets import offset_of
from quintet.workspace.syntax import SyntaxTree, Unit

_DOCSTRING = re.compile(r"\A\s*[rRuUbB]{0,2}(\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*')", re.DOTALL)
_COMMENT = re.compile(r"(?m)^\s*(#|//|--).*$|/\*.*?\*/", re.DOTALL)
_PYTHON = re.compile(r"(pass|\.\.\.|raise\s+NotImplementedError(\([^\n]*\))?|\s|;)+")
_BRACES = re.compile(
    r"\{(?=[\s;]*\w)(\s|;|throw\s+new\s+\w*Error\(\s*([\"'`])[^\n]*?\b(not\s+(yet\s+)?implemented|todo|unimplemented)\b[^\n]*?\2\s*\)"
    r"|(todo|unimplemented)!\([^\n]*\)|panic\(\"[^\n\"]*not implemented[^\n\"]*\"\))+\}",
    re.IGNORECASE,
)
_TODO = re.compile(r"(#|//|/\*|--|^\s*\*).*\b(TODO|FIXME)\b", re.MULTILINE)
_DECLARED = re.compile(r"@(\w+\.)*(abstractmethod|overload)\b|^\s*abstract\b", re.MULTILINE)


def unfinished(tree: SyntaxTree, line: int) -> Unit | None:
    """The function or method around a line (from 1) that is a stub or holds a TODO or FIXME; None otherwise.

    What is declared and meant to stay empty is none: abstract methods, overloads, members of a protocol.
    """
    unit = tree.unit_at(offset_of(tree.text, line))
    if unit.kind not in {"function", "method"} or _is_declared(tree, unit):
        return None
    body = tree.text[unit.body_start : unit.end]
    return unit if _TODO.search(body) or _is_empty(body, tree.language) else None


def _is_empty(body: str, language: str) -> bool:
    if language == "python":
        code = _COMMENT.sub("", _DOCSTRING.sub("", body, count=1))
        return not code.strip() or bool(_PYTHON.fullmatch(code))
    return bool(_BRACES.fullmatch(_COMMENT.sub("", body).strip()))


def _is_declared(tree: SyntaxTree, unit: Unit) -> bool:
    if _DECLARED.search(tree.text[unit.start : unit.name_start]):
        return True
    around = next((each for each in tree.units() if each.qualified == unit.container), None)
    return around is not None and "Protocol" in tree.text[around.start : around.head_end]
