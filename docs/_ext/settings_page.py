"""Writes `docs/settings.md` from `quintet.settings`: what a field's docstring says is what the user reads.

Knows the settings' structs and nothing of Sphinx; run it (`poe settings-page`) after changing a setting.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec

from quintet.settings import ENV_PREFIX, SECTION, USER_ONLY, Settings

PAGE = Path(__file__).resolve().parent.parent / "settings.md"

HEAD = f"""\
<!-- Written by docs/_ext/settings_page.py from quintet.settings. After a change there: poe settings-page -->

# Settings

Nothing has to be set: Quintet looks for an engine, finds out how the tests are run and takes the safest
sandbox there is. What you do set is read from these places; where two set the same key, the later one wins
(lists add up).

1. `quintet.toml` in the workspace folder, or else `[tool.{SECTION}]` of its `pyproject.toml`;
2. the environment: `{ENV_PREFIX}` and the key in capitals, dots as underscores (`{ENV_PREFIX}BUDGET_TOKENS`);
3. what the editor sends: initialization options, then its configuration section `{SECTION}`.

On the command line an option (`--backend`, `--mode`, …) goes before all of them. A key that is not known is
reported together with the nearest one that is, and a value that does not fit leaves what was set before it.
Secrets are never settings.
"""


class Entry(NamedTuple):
    """One key as the page shows it."""

    key: str
    kind: str
    default: str
    doc: str


def render() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *map(show, entries(Settings))])


def entries(struct: type[msgspec.Struct], prefix: str = "", inherited: str = "") -> Iterator[Entry]:
    """Every key the user may set, in order; `inherited` is the text of those that have none."""
    docs = field_docs(struct)
    for field in msgspec.structs.fields(struct):
        doc = docs.get(field.name, inherited)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from entries(field.type, f"{prefix}{field.name}.", doc or summary(field.type))
        else:
            yield Entry(prefix + field.name, kind_of(field.type), default_of(field.default), doc)


def field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The string that stands under each field in the source."""
    body = [
        part
        for node in ast.parse(dedent(inspect.getsource(struct))).body
        for part in getattr(node, "body", ())
    ]
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                found[name] = inspect.cleandoc(doc)
    return found


def summary(struct: type[msgspec.Struct]) -> str:
    """The first line of a struct's own docstring."""
    return inspect.cleandoc(struct.__doc__ or "").partition("\n")[0]


def kind_of(kind: Any) -> str:
    """A type in the user's words."""
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "list of texts"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): ""}
    if kind in names:
        return names[kind]
    return " or ".join(filter(None, map(kind_of, get_args(kind))))


def default_of(value: object) -> str:
    """A default as it would be written in `quintet.toml`."""
    return "not set" if value is None else f"`{msgspec.json.encode(value).decode()}`"


def show(entry: Entry) -> str:
    """One key's part of the page."""
    variable = ENV_PREFIX + entry.key.upper().replace(".", "_")
    lines = [
        f"## `{entry.key}`",
        "",
        entry.doc,
        "",
        f"{entry.kind} · default {entry.default} · `{variable}`",
        "",
    ]
    if entry.key in USER_ONLY:
        lines[-1:] = ["", "A file of the workspace may not set this: it is the user's to say.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write("docs/settings.md is written\n")
