"""Single edits of a function: how many, and in what time, for functions of this repository.

    python tests/bench/bench_neighbourhood.py [FOLDER] [FUNCTIONS]

Takes the functions of the folder's Python files (default: Quintet's own), every one with 5 to 15 lines up to
FUNCTIONS of them. Prints the medians of candidates and of seconds a function, and of microseconds a candidate.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from quintet.agents.neighbourhood import neighbours
from quintet.workspace.syntax import SyntaxTree, Unit, parse

OWN = Path(__file__).parent.parent.parent / "lsp_server"
LINES = range(5, 16)


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else OWN
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    counts: list[int] = []
    seconds: list[float] = []
    for tree, unit in islice(functions(folder), most):
        begun = time.perf_counter()
        counts.append(sum(1 for _ in neighbours(tree, unit=unit, limit=None)))
        seconds.append(time.perf_counter() - begun)
    each = [1e6 * spent / count for spent, count in zip(seconds, counts, strict=True) if count]
    sys.stdout.write(
        f"{len(counts)} functions: median of {statistics.median(counts):.0f} candidates in "
        f"{statistics.median(seconds):.3f} s, {statistics.median(each):.0f} µs a candidate; "
        f"longest {max(seconds):.3f} s for {max(counts)}\n"
    )


def functions(folder: Path) -> Iterator[tuple[SyntaxTree, Unit]]:
    """The folder's functions of a usual length."""
    for path in sorted(folder.rglob("*.py")):
        tree = parse(path.read_text("utf-8"), "python")
        for unit in tree.units() if tree is not None else ():
            if (
                tree is not None
                and unit.kind in {"function", "method"}
                and tree.text.count("\n", unit.start, unit.end) + 1 in LINES
            ):
                yield tree, unit


if __name__ == "__main__":
    main()
