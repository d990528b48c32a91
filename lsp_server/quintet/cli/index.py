"""`quintet index`: index a workspace and say what it took."""

import argparse
import resource
import sys
import time

import msgspec
from rich.console import Console
from rich.table import Table

from quintet.cli.bench import settings_of, workspace_of
from quintet.indexing.frames import Progress
from quintet.indexing.once import open_indexed
from quintet.workspace.deny import Deny


class SkippedFile(msgspec.Struct, frozen=True):
    """A file or folder that was left out, and why."""

    path: str
    reason: str


class IndexAnswer(msgspec.Struct, frozen=True):
    """What is in the index and what making it took.

    `files` are those that can be searched, `bytes` their size; `symbols` counts definitions. `peak_rss_mb` is
    that of the largest process, in MiB. `from_cache` counts the files that did not have to be parsed.
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
    began, cpu = time.perf_counter(), _cpu_seconds()
    last = Progress()

    def tell(progress: Progress) -> None:
        nonlocal last
        if progress.note:
            print(progress.note, file=sys.stderr)
        last = progress

    snapshot = open_indexed(root, deny=Deny(settings_of(root).deny), tell=tell)
    store = snapshot.index.store
    files, size = store.counts()
    answer = IndexAnswer(
        files=files,
        bytes=size,
        symbols=store.defined(),
        seconds=round(time.perf_counter() - began, 3),
        cpu_seconds=round(_cpu_seconds() - cpu, 3),
        peak_rss_mb=round(_peak_mebibytes(), 1),
        from_cache=max(files - last.total, 0),
        skipped=tuple(SkippedFile(skip.path, skip.reason) for skip in snapshot.skipped()),
    )
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    else:
        _show(answer)
    return 0


def _cpu_seconds() -> float:
    """Of this process and of those it has ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _peak_mebibytes() -> float:
    """Of the largest process. Linux counts in KiB, macOS in bytes."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usage.ru_maxrss for usage in both) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _show(answer: IndexAnswer) -> None:
    console = Console(file=sys.stdout)
    table = Table.grid(padding=(0, 2))
    kept = f", {answer.from_cache:,} of them unchanged" if answer.from_cache else ""
    table.add_row("files", f"{answer.files:,} ({answer.bytes / 1e6:,.1f} MB){kept}")
    table.add_row("symbols", f"{answer.symbols:,}")
    table.add_row("time", f"{answer.seconds:.2f} s ({answer.cpu_seconds:.2f} s of processor time)")
    table.add_row("memory", f"{answer.peak_rss_mb:,.0f} MiB at most")
    table.add_row("left out", f"{len(answer.skipped):,}")
    console.print(table)
    for skip in answer.skipped[:20]:
        console.print(f"  {skip.path}: {skip.reason}", style="dim", markup=False, highlight=False)
    if len(answer.skipped) > 20:
        console.print(f"  and {len(answer.skipped) - 20:,} more (--json lists them all)", style="dim")
