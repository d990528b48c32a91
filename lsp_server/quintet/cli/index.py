"""`quintet index`: index a workspace and say what it took."""

import argparse
import resource
import sys
import time

import msgspec
from rich.console import Console
from rich.table import Table

from quintet.cli.bench import workspace_of
from quintet.workspace.snapshot import open_snapshot


class SkippedFile(msgspec.Struct, frozen=True):
    """A file or folder that was left out, and why."""

    path: str
    reason: str


class IndexAnswer(msgspec.Struct, frozen=True):
    """What is in the index and what making it took.

    `files` are the sources with a grammar, `bytes` their size; `symbols` counts definitions. `peak_rss_mb` is
    that of the whole process, in MiB. `from_cache` counts the files that did not have to be parsed.
    """

    files: int
    bytes: int
    symbols: int
    seconds: float
    cpu_seconds: float
    peak_rss_mb: float
    from_cache: int
    skipped: tuple[SkippedFile, ...]


def run(arguments: argparse.Namespace) -> int:
    """0; a workspace that is not there is a `CommandError`."""
    root = workspace_of(arguments)
    began, cpu = time.perf_counter(), time.process_time()
    snapshot = open_snapshot(root)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    indexed = snapshot.index.files
    answer = IndexAnswer(
        files=len(indexed),
        bytes=sum(found.size for found in snapshot.scanned.files if found.path in indexed),
        symbols=sum(len(entry.definitions) for entry in indexed.values()),
        seconds=round(seconds, 3),
        cpu_seconds=round(cpu_seconds, 3),
        peak_rss_mb=round(_peak_mebibytes(), 1),
        from_cache=0,
        skipped=tuple(SkippedFile(skip.path, skip.reason) for skip in snapshot.skipped()),
    )
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    else:
        _show(answer)
    return 0


def _peak_mebibytes() -> float:
    """Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _show(answer: IndexAnswer) -> None:
    console = Console(file=sys.stdout)
    table = Table.grid(padding=(0, 2))
    table.add_row("files", f"{answer.files:,} ({answer.bytes / 1e6:,.1f} MB)")
    table.add_row("symbols", f"{answer.symbols:,}")
    table.add_row("time", f"{answer.seconds:.2f} s ({answer.cpu_seconds:.2f} s of processor time)")
    table.add_row("memory", f"{answer.peak_rss_mb:,.0f} MiB at most")
    table.add_row("left out", f"{len(answer.skipped):,}")
    console.print(table)
    for skip in answer.skipped[:20]:
        console.print(f"  {skip.path}: {skip.reason}", style="dim", markup=False, highlight=False)
    if len(answer.skipped) > 20:
        console.print(f"  and {len(answer.skipped) - 20:,} more (--json lists them all)", style="dim")
