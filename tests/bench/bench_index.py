"""What indexing a folder costs, beside the least it could: to parse every file and run the grammar's own tags query.

Run it as `poe bench-index DIR...`, or with `--sdist django==5.2.8` for a package's source archive; with `--aider`, an
interpreter that has the package `aider-chat`, its map is made too, from nothing. Everything is measured in one run and
printed as ratios; processor time is that of all processes together.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import tree_sitter
from rich.console import Console
from rich.table import Table

from quintet.indexing.once import open_indexed
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, apply
from quintet.workspace.index import Index
from quintet.workspace.languages import facts, grammar, language_of, query
from quintet.workspace.scan import scan
from quintet.workspace.store import Store
from quintet.workspace.syntax import parse
from quintet.workspace.trees import remember

_EDITS = 300


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: on the clock, and of processors."""

    wall: float
    cpu: float


def main() -> None:
    """Measure each folder and print a table of it."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-index-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        roots = [Path(each) for each in arguments.folders]
        roots += [_unpacked(each, Path(folder)) for each in arguments.sdist]
        for root in roots:
            _measure(root, arguments.aider, Path(folder))
    _keystrokes()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--sdist", action="append", default=[], metavar="NAME==VERSION")
    parser.add_argument("--aider", type=Path, metavar="PYTHON")
    return parser.parse_args()


def _unpacked(name: str, folder: Path) -> Path:
    target = folder / name
    target.mkdir()
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        str(target),
    ]
    subprocess.run([*pip, name], check=True)
    (archive,) = target.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    archive.unlink()
    return next(target.iterdir())


def _measure(root: Path, aider: Path | None, folder: Path) -> None:
    files = [found.path for found in scan(root).files if language_of(found.path)]
    size = sum((root / path).stat().st_size for path in files)
    least = _in_own_process(lambda: _least(root, files))
    cold = _timed(lambda: open_indexed(root))
    warm = _timed(lambda: open_indexed(root))
    table = Table(
        "",
        "wall s",
        "processor s",
        "of the least",
        title=f"{root.name}: {len(files):,} sources, {size / 1e6:.1f} MB",
    )
    rows = [
        ("parse + tags query, one process (the least)", least),
        ("cold index, two parsers", cold),
        ("warm start", warm),
    ]
    if (ctags := _ctags(root)) is not None:
        rows.append(("universal-ctags", ctags))
    if aider is not None:
        rows.append(("aider's map, cold", _aider(root, files, aider, folder)))
    for name, cost in rows:
        table.add_row(name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.cpu / least.cpu:.2f}")
    console = Console()
    console.print(table)
    console.print(
        f"cold {cold.cpu / least.cpu:.2f} x the least in processor time (limit 1.6), "
        f"{cold.wall / (1.6 * least.cpu):.2f} x that limit on the clock (limit 0.9); "
        f"warm {warm.cpu / cold.cpu:.1%} of cold (limit 10 %)"
        + (f"; {cold.cpu / rows[-1][1].cpu:.2f} x aider's map (limit 0.25)" if aider else "")
    )


def _least(root: Path, files: list[str]) -> None:
    queries = {language: _tags(language) for language in {language_of(path) or "" for path in files}}
    for path in files:
        language = language_of(path) or ""
        loaded = grammar(language)
        if loaded is not None:
            tree = tree_sitter.Parser(loaded).parse((root / path).read_bytes())
            tree_sitter.QueryCursor(queries[language]).matches(tree.root_node)


def _tags(language: str) -> "tree_sitter.Query":
    """The query the grammar's own package ships; ours where it ships none."""
    row, loaded = facts(language), grammar(language)
    assert row is not None
    assert loaded is not None
    modules = [row.grammar[0]] + ["tree_sitter_javascript"] * (row.grammar[0] == "tree_sitter_typescript")
    files = [resources.files(module) / "queries" / "tags.scm" for module in modules]
    texts = [file.read_text("utf-8") for file in files if file.is_file()]
    try:
        return tree_sitter.Query(loaded, "\n".join(texts)) if texts else query(language, "definitions")
    except tree_sitter.QueryError:
        return query(language, "definitions")


def _ctags(root: Path) -> Cost | None:
    program = shutil.which("ctags")
    if program is None:
        return None
    return _timed(lambda: subprocess.run([program, "-R", "-f", os.devnull, str(root)], check=True))


def _aider(root: Path, files: list[str], python: Path, folder: Path) -> Cost:
    """What aider takes for its first map; of a copy, for it keeps what it found in the folder itself."""
    copy = folder / "aider"
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".aider*"))
    asked = json.dumps({"query": "", "files": files, "budgets": [4096]})
    program = [python, Path(__file__).with_name("aider_map.py"), copy]
    cost = _timed(lambda: subprocess.run(program, input=asked, text=True, check=True, capture_output=True))
    shutil.rmtree(copy)
    return cost


def _in_own_process(work: Callable[[], None]) -> Cost:
    """Measured in a fork, so that what it loads does not help the next."""
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)
    return Cost(time.perf_counter() - began, _since(before, resource.RUSAGE_CHILDREN))


def _timed(work: Callable[[], object]) -> Cost:
    with _clock() as cost:
        work()
    return cost[0]


@contextmanager
def _clock() -> Iterator[list[Cost]]:
    found: list[Cost] = []
    began = time.perf_counter()
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    yield found
    cpu = _since(mine, resource.RUSAGE_SELF) + _since(theirs, resource.RUSAGE_CHILDREN)
    found.append(Cost(time.perf_counter() - began, cpu))


def _since(before: resource.struct_rusage, who: int) -> float:
    now = resource.getrusage(who)
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


def _keystrokes() -> None:
    """One character in a file of some 5,000 lines: text, tree and what the index says of it."""
    table = Table("one character typed in 5,000 lines", "median ms", "99 % within ms")
    for path, unit in (
        ("big.py", 'def name_{n}(a, b):\n    """Add."""\n    total = a + b\n    return total\n\n'),
        (
            "big.ts",
            "export function name_{n}(a: number, b: number): number {{\n  const total = a + b\n  return total\n}}\n\n",
        ),
        ("big.rs", "fn name_{n}(a: i32, b: i32) -> i32 {{\n    let total = a + b;\n    total\n}}\n\n"),
    ):
        times = sorted(_typed(path, "".join(unit.format(n=number) for number in range(1_000))))
        table.add_row(
            path, f"{1e3 * statistics.median(times):.1f}", f"{1e3 * times[int(0.99 * len(times))]:.1f}"
        )
    Console().print(table)


def _typed(path: str, text: str) -> Iterator[float]:
    document, index = Document(path, text), Index(Store())
    tree = parse(text, document.language)
    assert tree is not None
    assert len(tree.definitions()) == 1_000  # the editor has opened it, and shows its outline
    for number in range(_EDITS):
        at = document.text.index(f"name_{number * 3}(") + 4
        edit = Edit(at, at, "x")
        began = time.perf_counter()
        document = document.with_text(apply(document.text, (edit,)))
        tree = tree.edited((edit,))
        remember(tree)
        index = index.with_documents([document])
        (found,) = index.definitions(f"namex_{number * 3}")
        yield time.perf_counter() - began
        assert found.unit.name_start == at - 4


if __name__ == "__main__":
    main()
