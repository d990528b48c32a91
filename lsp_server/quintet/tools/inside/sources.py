"""Compiles the workspace's modules from their text alone, and only once per text.

Stale bytecode would make one candidate be judged by another's code, and compiling everything again for every
candidate is most of the time of a small test. Runs under the user's Python inside the sandbox.
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .record import inside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

_compiled: dict[tuple[str, bytes], CodeType] = {}


def remember(root: str) -> None:
    """From now on modules below `root` never come from bytecode files; forks share what is compiled."""
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        path = self.get_filename(fullname)
        if inside(path, root) is None:
            return original(self, fullname)
        key = (path, self.get_data(path))
        if key not in _compiled:
            _compiled[key] = self.source_to_code(key[1], path)
        return _compiled[key]

    SourceFileLoader.get_code = get_code  # type: ignore[assignment]


def compile_ahead(paths: Iterable[str]) -> int:
    """Compile files that candidates will import unchanged; returns how many could be."""
    done = 0
    for path in paths:
        try:
            data = Path(path).read_bytes()
            _compiled[path, data] = SourceFileLoader("", path).source_to_code(data, path)
            done += 1
        except (OSError, SyntaxError, ValueError):
            continue
    return done
