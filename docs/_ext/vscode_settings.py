"""Writes the server's settings into the VS Code extension's `package.json`; `--check` only says if it should.

Knows the settings' structs and that file; keys that are the client's own are left as they are.
"""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import msgspec

from quintet.settings import _TYPES, DEFAULTS, SECTION, USER_ONLY, Settings

MANIFEST = Path(__file__).resolve().parents[2] / "editor_clients" / "vscode" / "package.json"

ANSWERED = frozenset({"trusted"})
"""Keys that VS Code answers by itself: it asks the user whether a workspace is trusted."""


def render(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of `contributes.configuration`: the server's keys first, then the client's as they are."""
    shown = [entry for entry in _page().entries(Settings) if entry.key not in ANSWERED]
    servers = {f"{SECTION}.{entry.key}": property_of(entry.key, entry.doc) for entry in shown}
    first, *others = parts
    return [{**first, "properties": servers}, *others]


def _page() -> ModuleType:
    """The module that writes the page of the settings: it reads their texts, and is in no package."""
    spec = importlib.util.spec_from_file_location("settings_page", Path(__file__).parent / "settings_page.py")
    if spec is None or spec.loader is None:
        raise ImportError("settings_page.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def property_of(key: str, doc: str) -> dict[str, Any]:
    """One setting as VS Code wants it described. A workspace can set no key that is the user's alone."""
    return {
        **schema(_TYPES[key]),
        "default": plain_default(DEFAULTS[key]),
        "scope": "machine" if key in USER_ONLY else "window",
        "markdownDescription": doc,
    }


def plain_default(value: Any) -> Any:
    """A default as JSON has it; a whole number without a point, as npm writes it."""
    plain = msgspec.to_builtins(value)
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def schema(kind: Any) -> dict[str, Any]:
    """The JSON schema of a setting's type: what the settings editor draws, and what it lets through."""
    if get_origin(kind) is tuple:
        return {"type": "array", "items": {"type": "string"}}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    plain: dict[Any, dict[str, Any]] = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer", "minimum": 1},
        float: {"type": "number", "exclusiveMinimum": 0},
        type(None): {"type": "null"},
    }
    return plain[kind] if kind in plain else _merged([schema(part) for part in get_args(kind)])


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for a union."""
    types = list(dict.fromkeys(part["type"] for part in parts))
    choices = [choice for part in parts for choice in part.get("enum", ())]
    merged: dict[str, Any] = {}
    for part in parts:
        merged |= part
    merged["type"] = types[0] if len(types) == 1 else types
    return {**merged, "enum": choices} if choices else merged


def main(arguments: list[str]) -> int:
    """Write the manifest anew, or say whether that would change it; returns the exit status."""
    before = MANIFEST.read_text(encoding="utf-8")
    manifest = json.loads(before)
    contributes = manifest["contributes"]
    contributes["configuration"] = render(contributes["configuration"])
    after = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    if "--check" in arguments:
        same = after == before
        sys.stdout.write("" if same else f"{MANIFEST.name} is out of date: poe vscode-settings\n")
        return 0 if same else 1
    MANIFEST.write_text(after, encoding="utf-8")
    sys.stdout.write(f"{MANIFEST.name} is written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
