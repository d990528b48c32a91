"""`quintet context`: what a model would be shown for a task, within a budget of tokens."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
from rich.console import Console

from quintet.agents.context import History, Piece, Prompt, estimate, fill, survey
from quintet.agents.task import Task
from quintet.cli.bench import settings_of, workspace_of
from quintet.cli.repair import text_or_file
from quintet.history import churn_of
from quintet.indexing.once import open_indexed
from quintet.workspace.deny import Deny


class ContextFile(msgspec.Struct, frozen=True):
    """What the pack holds of one file.

    `symbols` are the definitions whose signature or body is in it, `lines` the ranges [first, last] counted
    from 1 (outlines and the map, which are no ranges of lines, have none), `why` the reasons it was chosen.
    """

    path: str
    symbols: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]
    why: str


class ContextAnswer(msgspec.Struct, frozen=True):
    """The pack, which does not repeat the query.

    `tokens` is estimated at four characters each; `left_out` counts what would have come next.
    """

    tokens: int
    files: tuple[ContextFile, ...]
    text: str
    left_out: int


def run(arguments: argparse.Namespace) -> int:
    """0; a workspace that is not there is a `CommandError`."""
    root = workspace_of(arguments)
    task = Task(kind="instruction", issue=text_or_file(arguments.query))
    prompt = asyncio.run(_packed(root, task, arguments.tokens))
    answer = ContextAnswer(prompt.tokens, files_of(prompt.pieces), prompt.text, len(prompt.left_out))
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
        return 0
    console = Console(file=sys.stdout)
    for file in answer.files:
        console.print(f"{file.path}: {file.why}", style="dim", markup=False, highlight=False)
    console.print(
        f"{answer.tokens:,} tokens, {answer.left_out:,} pieces left out\n", style="dim", highlight=False
    )
    print(answer.text)
    return 0


async def _packed(root: Path, task: Task, tokens: int) -> Prompt:
    """The pack without the task's words, which the caller has."""
    settings = settings_of(root)
    snapshot = open_indexed(root, deny=Deny(settings.deny))
    found = survey(snapshot, task, history=History(churn_of(root) if settings.trusted else {}))
    return await fill(found, tokens, estimate, asked=False)


def files_of(pieces: Iterable[Piece]) -> tuple[ContextFile, ...]:
    """The pieces by file, in their order; what is of no file (the task's own words) is left out."""
    by_path: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.section not in {"request", "failure", "recent"}:
            by_path.setdefault(piece.path, []).append(piece)
    return tuple(
        ContextFile(
            path,
            tuple(dict.fromkeys(symbol for piece in group for symbol in piece.symbols)),
            tuple(sorted({piece.lines for piece in group if piece.section not in {"outline", "map"}})),
            "; ".join(dict.fromkeys(piece.why for piece in group)),
        )
        for path, group in by_path.items()
    )
