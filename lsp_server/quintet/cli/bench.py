"""Where a headless repair is put together (settings, engine, sandbox, policy): repair, eval and demo use it.

The one place of the command line that knows both halves; it shows nothing and writes nothing.
"""

import argparse
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet.agents.context import History
from quintet.agents.controller import repair
from quintet.agents.ranking import Ranking
from quintet.agents.task import Event, Task
from quintet.cli.failure import CommandError
from quintet.settings import Resolved, Settings, Source, from_environment, from_workspace, resolve
from quintet.tools.sandbox import Sandbox, probe
from quintet.workspace.deny import Deny
from quintet.workspace.snapshot import Snapshot
from quintet_models.backends import Backend, BackendError, connect
from quintet_models.policy import CascadePolicy
from quintet_models.trajectory import state_folder


@dataclass(frozen=True, slots=True)
class Choices:
    """What a run was asked to be like: the settings, and what only experiments change."""

    settings: Settings
    ranking: Ranking
    drafts: bool
    seed: int
    candidates: int | None
    """As given; the settings hold it as `budget.tests`."""


@dataclass(frozen=True, slots=True)
class Bench:
    """An engine that is up and a sandbox that works. `backend` is None where no model is wanted."""

    choices: Choices
    backend: Backend | None
    sandbox: Sandbox

    @property
    def deny(self) -> Deny:
        """What is shown to nobody."""
        return Deny(self.choices.settings.deny)

    @property
    def engine(self) -> str:
        """The engine and its model, in words."""
        if self.backend is None:
            return "no model"
        return f"{self.backend.profile.engine} {self.backend.profile.model}"

    def repair(
        self,
        task: Task,
        snapshot: Snapshot,
        record_in: Path | None = None,
        history: History | None = None,
    ) -> AsyncIterator[Event]:
        """Repair; iterate inside `contextlib.aclosing`."""
        return repair(
            task,
            snapshot,
            policy=CascadePolicy(),
            backend=self.backend,
            sandbox=self.sandbox,
            budget=self.choices.settings.budget,
            mode=self.choices.settings.mode,
            ranking=self.choices.ranking,
            drafts=self.choices.drafts,
            seed=self.choices.seed,
            record_in=record_in or (state_folder() if self.choices.settings.record else None),
            history=history,
        )


@asynccontextmanager
async def open_bench(choices: Choices) -> AsyncIterator[Bench]:
    """Bring the engine up; it is gone when the block is left. Raises `CommandError` where that fails."""
    settings = choices.settings
    if not settings.trusted:
        raise CommandError("the setting quintet.trusted is off, so no test is run here")
    sandbox = probe()
    if settings.sandbox == "strict" and sandbox.level != "bubblewrap":
        raise CommandError(f"the setting quintet.sandbox is strict, but {sandbox.why}")
    try:
        backend = await connect(settings.backend, threads=settings.threads)
    except BackendError as error:
        raise CommandError(str(error)) from error
    try:
        yield Bench(choices, backend, sandbox)
    finally:
        if backend is not None:
            await backend.aclose()


def choices_from(arguments: argparse.Namespace, workspace: Path | None) -> Choices:
    """What is to be done, from the workspace's file, the environment and, strongest, the command line.

    Options that cannot be taken are told on stderr. `workspace=None` reads no file: an evaluation must not
    depend on where it is started. Raises `CommandError` where nobody can tell what must not be read.
    """
    said = {
        "backend": arguments.backend,
        "mode": arguments.mode,
        "budget.tokens": arguments.budget_tokens,
        "budget.seconds": arguments.budget_seconds,
        "budget.tests": arguments.candidates,
    }
    sources = [from_environment(os.environ), Source("editor", "command line", said)]
    found = resolved([*sources, from_workspace(workspace)] if workspace else sources)
    if found.obstacle:
        raise CommandError(found.obstacle)
    return Choices(
        found.settings, arguments.order, not arguments.no_drafts, arguments.seed, arguments.candidates
    )


def settings_of(root: Path) -> Settings:
    """What the workspace's file and the environment say, for commands that have no options for it."""
    return resolved([from_workspace(root), from_environment(os.environ)]).settings


def resolved(sources: Iterable[Source]) -> Resolved:
    """The settings; what is wrong with an option is told on stderr."""
    found = resolve(sources)
    for problem in found.problems:
        print(f"quintet: {problem}", file=sys.stderr)
    return found


def workspace_of(arguments: argparse.Namespace) -> Path:
    """The workspace folder, absolute. Raises `CommandError` for one that is not there."""
    root = Path(arguments.workspace).absolute()
    if not root.is_dir():
        raise CommandError(f"the workspace {arguments.workspace} is not a folder")
    return root.resolve()
