"""How long the server's event loop is held while somebody works: every other request waits that long.

Run it as `poe bench-loop`. The real server runs with its wire replaced; while a file of 5,000 lines is opened,
typed in, asked for symbols, a definition, references and what a model would be shown, a timer notes how late it is
woken. The share of late wakings that the machine itself causes is measured first, with nothing to do.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

from in_memory import CAPABLE, Editor

_TICK = 0.001
_LIMIT = 0.005
_ID = re.compile(rb'"id": ?(\d+)')
_SHORT = 10_000

UNITS = {
    "big.py": 'def name_{n}(a, b):\n    """Add."""\n    total = a + b\n    return name_{m}(total)\n\n',
    "big.ts": "export function name_{n}(a: number): number {{\n  const total = a\n  return name_{m}(total)\n}}\n\n",
    "big.rs": "fn name_{n}(a: i32) -> i32 {{\n    let total = a;\n    name_{m}(total)\n}}\n\n",
}


class Listener(Editor):
    """An editor that does not read long answers: it runs in the loop that is measured."""

    def write(self, data: bytes) -> None:
        found = _ID.search(data[:200]) or _ID.search(data[-200:])
        if len(data) < _SHORT or found is None:
            super().write(data)
            return
        self.received.append({"id": int(found[1]), "result": None})
        self.news.set()


class Lateness:
    """How late a timer of a millisecond was woken, in seconds, by what was going on then."""

    def __init__(self) -> None:
        self.by: dict[str, list[float]] = {}
        self._doing = ""

    async def watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.by.setdefault(self._doing, []).append(time.perf_counter() - began - _TICK)

    @asynccontextmanager
    async def doing(self, what: str) -> AsyncIterator[None]:
        self._doing = what
        await asyncio.sleep(0.05)
        try:
            yield
        finally:
            await asyncio.sleep(
                0.4
            )  # what follows from it: problems of the text are looked for a moment later
            self._doing = ""


def main() -> None:
    """Work in each of the files and print how late the timer was."""
    sys.setswitchinterval(0.001)  # as the server does
    with tempfile.TemporaryDirectory(prefix="bench-loop-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder + "/cache"
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        root = Path(folder, "work")
        root.mkdir()
        for name, unit in UNITS.items():
            (root / name).write_text(_text(unit))
        lateness = asyncio.run(_work(root))
    table = Table("while", "wakings", "99 % within ms", "longest ms", f"over {1e3 * _LIMIT:.0f} ms")
    for what, late in lateness.by.items():
        if what:
            ordered = sorted(late)
            table.add_row(
                what,
                f"{len(late):,}",
                f"{1e3 * ordered[int(0.99 * len(ordered))]:.1f}",
                f"{1e3 * ordered[-1]:.1f}",
                f"{sum(each > _LIMIT for each in late):,}",
            )
    Console().print(table)


def _text(unit: str) -> str:
    return "".join(unit.format(n=number, m=number * 7 % 1_000) for number in range(1_000))


async def _work(root: Path) -> Lateness:
    editor, lateness = Listener(), Lateness()
    folder = {"uri": root.as_uri(), "name": root.name}
    capable = {
        "processId": None,
        "rootUri": root.as_uri(),
        "workspaceFolders": [folder],
        "capabilities": CAPABLE,
    }
    await editor.request("initialize", capable)
    editor.notify("initialized", {})
    watching = asyncio.create_task(lateness.watch())
    async with lateness.doing("nothing"):
        await asyncio.sleep(2)
    async with lateness.doing("an index is made"):
        await asyncio.sleep(6)
    for name in UNITS:
        await _one(editor, lateness, root, name)
    watching.cancel()
    await editor.server.aclose()
    return lateness


async def _one(editor: Editor, lateness: Lateness, root: Path, name: str) -> None:
    uri = (root / name).as_uri()
    text = (root / name).read_text()
    document: dict[str, Any] = {"uri": uri, "languageId": "", "version": 0, "text": text}
    place = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 14}}
    requests: dict[str, tuple[str, Any]] = {
        "symbols of the document": ("textDocument/documentSymbol", {"textDocument": {"uri": uri}}),
        "symbols of the workspace": ("workspace/symbol", {"query": "name_9"}),
        "definition": ("textDocument/definition", place),
        "references": ("textDocument/references", place | {"context": {"includeDeclaration": True}}),
        "what a model is shown": (
            "workspace/executeCommand",
            {"command": "quintet.explainContext", "arguments": [{"uri": uri, "line": 4}]},
        ),
    }
    async with lateness.doing(f"{name}: opened"):
        editor.notify("textDocument/didOpen", {"textDocument": document})
        await asyncio.sleep(0.5)
    async with lateness.doing(f"{name}: typed in"):
        for number in range(60):
            at = {"line": 5 * number + 1, "character": 0}
            change = {"range": {"start": at, "end": at}, "text": " "}
            params = {"textDocument": {"uri": uri, "version": number + 1}, "contentChanges": [change]}
            editor.notify("textDocument/didChange", params)
            await asyncio.sleep(0.05)
    for what, (method, params) in requests.items():
        async with lateness.doing(f"{name}: {what}"):
            for _ in range(3):
                await editor.request(method, params)


if __name__ == "__main__":
    main()
