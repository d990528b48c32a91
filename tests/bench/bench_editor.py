"""What an editor feels: code actions among many diagnostics, typing while a repair runs, cancel to silence.

    python tests/bench/bench_editor.py [ROUNDS]

The real server in one process with this program, over a wire in memory. Prints a percentile beside its limit,
the ratio of two medians measured in turns, and for each backend the seconds from the user's cancel until
nothing of the repair is left: no process, no request to the engine.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from in_memory import Editor, editor
from quintet.findings import Finding
from quintet.workspace.document import Document

MANY = 10_000
FILES = 200
HARD = "def f(a, b, c):\n" + "".join(f"    a = a + b * {n} - c\n" for n in range(60)) + "    return a\n"
TEST = "import unittest\nfrom hard import f\n\n\nclass T(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual(f(1, 2, 3), 'no')\n"


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_STATE_HOME": f"{folder}/state", "XDG_CACHE_HOME": f"{folder}/cache"}
        root = Path(folder) / "work"
        root.mkdir()
        (root / "hard.py").write_text(HARD)
        (root / "test_hard.py").write_text(TEST)
        asyncio.run(actions(root, rounds))
        asyncio.run(typing(root, rounds))
        for backend in ("none", "pocket"):
            asyncio.run(cancel(root, backend))


def options(backend: str = "none") -> dict[str, Any]:
    """A repair that goes on for minutes: nothing it tries can pass."""
    return {
        "backend": backend,
        "mode": "deep",
        "test": {"command": "python -m unittest"},
        "budget": {"seconds": 600, "tests": 100_000, "tokens": 10_000_000},
    }


async def actions(root: Path, rounds: int) -> None:
    """Requests for code actions in a workspace with very many diagnostics."""
    async with editor() as it:
        await it.initialize(root, options=options())
        uri = it.open(root / "hard.py")
        session = it.server.edge.sessions[0]
        texts = {path: Document(path, HARD) for path in ("hard.py", *(f"f{n}.py" for n in range(FILES - 1)))}
        session.findings.replace(("review",), _findings(list(texts)), texts)
        at = {"start": {"line": 30, "character": 4}, "end": {"line": 30, "character": 9}}
        theirs = [{"range": at, "message": f"problem {n}", "source": "other"} for n in range(50)]
        spent = []
        for number in range(rounds):
            it.change(uri, number + 2, {"text": HARD + f"# {number}\n"})
            began = time.perf_counter()
            await it.actions(uri, 30, 5, diagnostics=theirs)
            spent.append(time.perf_counter() - began)
        _percentile("code actions, 10,000 diagnostics", spent, 50)


def _findings(paths: list[str]) -> Iterator[Finding]:
    for number in range(MANY):
        start = HARD.index("\n") + 1 + number % 60
        yield Finding("review", paths[number % FILES], start, start + 4, f"finding {number}", "information")


async def typing(root: Path, rounds: int) -> None:
    """From a change to the answer of the request after it, with and without a repair under way."""
    async with editor() as it:
        await it.initialize(root, options=options())
        uri = it.open(root / "hard.py")
        idle = await _typed(it, uri, rounds, 2)
        repair = await _begun(it)
        busy = await _typed(it, uri, rounds, 2 + rounds)
        it.server.edge.stops[next(iter(it.server.edge.stops))]()
        await it.answer(repair)
        ratio = statistics.median(busy) / statistics.median(idle)
        _say(f"typing while a repair runs: median {ratio:.2f} of idle (limit 1.10)")
        _percentile("  idle", idle)
        _percentile("  busy", busy)


async def _typed(it: Editor, uri: str, rounds: int, version: int) -> list[float]:
    spent = []
    for number in range(rounds):
        await asyncio.sleep(0.01)
        began = time.perf_counter()
        it.change(uri, version + number, {"text": HARD + f"# {number}\n"})
        await it.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        spent.append(time.perf_counter() - began)
    return spent


async def cancel(root: Path, backend: str) -> None:
    """From the cancel in the progress window until nothing is left of the repair."""
    spent = []
    for _ in range(5):
        async with editor() as it:
            await it.initialize(root, options=options(backend))
            repair = await _begun(it)
            began = time.perf_counter()
            token = next(m["params"]["token"] for m in it.received if m.get("method") == "$/progress")
            it.notify("window/workDoneProgress/cancel", {"token": token})
            await it.answer(repair)
            while it.server.edge.sessions[0].busy or _test_processes():  # noqa: ASYNC110 -- processes wake nobody
                await asyncio.sleep(0.005)
            spent.append(time.perf_counter() - began)
    _say(f"cancel to silence, backend {backend}: {max(spent):.2f} s at the longest of 5 (limit 1)")


def _test_processes() -> list[str]:
    """Processes below this one that are not an engine's."""
    found = []
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "quintet_models" not in line:
            found.append(line)
    return found


async def _begun(it: Editor) -> int:
    """A repair that tries candidates; the id of its request."""
    asked = it.ask("workspace/executeCommand", {"command": "quintet.fixTests", "arguments": []})

    def trying(message: dict[str, Any]) -> bool:
        value = message.get("params", {}).get("value", {}) if message.get("method") == "$/progress" else {}
        return "candidates tried" in str(value.get("message", ""))

    await it.wait(trying, 120)
    return asked


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _percentile(name: str, spent: list[float], limit: float | None = None) -> None:
    p99 = sorted(spent)[int(len(spent) * 0.99) - 1] * 1000
    told = f" (limit {limit:.0f})" if limit else ""
    _say(f"{name}: median {statistics.median(spent) * 1000:.1f} ms, p99 {p99:.1f} ms{told}")


if __name__ == "__main__":
    main()
