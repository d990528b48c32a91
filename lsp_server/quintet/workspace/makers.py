"""Which grammar and queries an entry was read with: what must be the same for a kept entry to be true still.

Asks the installed packages for their versions; parses nothing.
"""

import hashlib
from functools import cache
from importlib import metadata, resources

from quintet.workspace.languages import facts

_ENTRIES = 1
"""Raised when `entry.read_entry` sees other things in the same text."""


@cache
def maker(language: str | None, *, prose: bool = False) -> str:
    """What reads files of a language, in words that change whenever its entries may."""
    row = facts(language) if language else None
    if row is None:
        return f"{'prose' if prose else 'text'} {_ENTRIES}"
    folder = resources.files("quintet.workspace") / "queries"
    files = (folder / f"{name}.{part}.scm" for name in row.queries for part in ("definitions", "names"))
    queries = b"".join(file.read_bytes() for file in files if file.is_file())
    told = hashlib.blake2b(queries + repr(row).encode(), digest_size=6).hexdigest()
    return f"{row.id} {_ENTRIES} {_version(row.grammar[0])} {_version('tree_sitter')} {told}"


def _version(module: str) -> str:
    try:
        return metadata.version(module.replace("_", "-"))
    except metadata.PackageNotFoundError:
        return "none"
