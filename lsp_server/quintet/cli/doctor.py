"""`quintet doctor`: what was found on this machine, and what is missing."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quintet.cli import checks
from quintet.cli.bench import workspace_of
from quintet.cli.checks import Check
from quintet.cli.running import run_async
from quintet.settings import Resolved, Source, from_environment, from_workspace, resolve
from quintet.workspace.deny import Deny
from quintet.workspace.snapshot import open_snapshot
from quintet_models.backends import Profile

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


class Findings(msgspec.Struct, frozen=True):
    """Everything that was found. `ok` is false where something fails; `profile` is the engine's."""

    ok: bool
    checks: tuple[Check, ...]
    profile: Profile | None


def run(arguments: argparse.Namespace) -> int:
    """0 where nothing fails, 1 otherwise."""
    root = workspace_of(arguments)
    said = Source("editor", "command line", {"backend": arguments.backend})
    found = run_async(_examine(root, resolve((from_workspace(root), from_environment(os.environ), said))))
    if arguments.json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found)
    return 0 if found.ok else 1


async def _examine(root: Path, resolved: Resolved) -> Findings:
    checks.readable(root)
    settings = resolved.settings
    sandbox_check, sandbox = checks.check_sandbox(settings.sandbox)
    snapshot = await asyncio.to_thread(open_snapshot, root, deny=Deny(settings.deny))
    programs = await asyncio.gather(
        checks.check_program("git", "`quintet eval` needs it for history tasks"),
        checks.check_program("node", "JavaScript and TypeScript tests need it"),
    )
    tests = await checks.check_tests(snapshot, settings, sandbox)
    servers = await checks.check_servers()
    engine, profile = await checks.check_engine(settings)
    found = (
        checks.check_quintet(),
        *checks.check_settings([str(problem) for problem in resolved.problems]),
        sandbox_check,
        tests,
        *programs,
        *servers,
        checks.check_pocket(),
        engine,
        checks.check_cache(),
    )
    return Findings(all(check.status != "fail" for check in found), found, profile)


def _show(findings: Findings) -> None:
    console = Console(file=sys.stdout)
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in findings.checks:
        mark, colour = MARKS[check.status]
        text = Text(check.found)
        if check.todo:
            text.append(f"\n→ {check.todo}", style=colour)
        table.add_row(Text(mark, style=colour), check.name, text)
    console.print(table)
