"""Configuration files that say what imports mean: which they are, and their texts as typed values.

A text that does not parse or has another shape is as good as none. Reads no disk and follows nothing.
"""

import re
import tomllib
from typing import TypeVar

import msgspec

from quintet.workspace.imports.paths import name_of

_NAMES = frozenset(
    {
        "package.json",
        "pnpm-workspace.yaml",
        "tsconfig.json",
        "jsconfig.json",
        "Cargo.toml",
        "go.mod",
        "composer.json",
    }
)
_EXTENDED = re.compile(
    r"(?:^|[/.-])[jt]sconfig[^/]*\.json$|(?:^|[/-])(?:tsconfig|typescript-config)s?/[^/]+\.json$"
)

_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*+"?)|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\\n])*+"?)|,(?=\s*+[}\]])', re.DOTALL)

Shape = TypeVar("Shape")


def is_config(path: str) -> bool:
    """Whether a file's text should be among the `configs` of `Modules`: judged by its path."""
    if "node_modules/" in path:
        return False
    return name_of(path) in _NAMES or bool(_EXTENDED.search(path))


def read_json(text: str, shape: type[Shape]) -> Shape | None:
    """A JSON text as a value of a shape, comments and commas before a closing bracket allowed."""
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # perhaps it is JSON with comments
    plain = _COMMENT.sub(lambda match: match[1] or " ", text.removeprefix("\ufeff"))
    plain = _LAST_COMMA.sub(lambda match: match[1] or "", plain)
    try:
        return msgspec.json.decode(plain, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def read_toml(text: str, shape: type[Shape]) -> Shape | None:
    """A TOML text as a value of a shape."""
    try:
        return msgspec.convert(tomllib.loads(text), type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
