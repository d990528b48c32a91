"""What `quintet doctor` looks at: one function a check, each giving findings and what to do about them.

Changes nothing; starts engines and interpreters only to ask them who they are.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import httpx
import msgspec

from quintet import __version__
from quintet.cli.failure import CommandError
from quintet.settings import Settings
from quintet.tools.baseline import settle
from quintet.tools.confine import Place
from quintet.tools.sandbox import Sandbox, probe
from quintet.tools.survey import Bounds, TrialError, survey
from quintet.workspace.snapshot import Snapshot
from quintet_models.backends import BackendError, Profile, connect, pocket
from quintet_models.backends.handshake import LOCAL_SERVERS

_LOOK_SECONDS = 1.0


class Check(msgspec.Struct, frozen=True):
    """One finding. `todo` says what to do, empty where nothing is to be done."""

    name: str
    status: Literal["ok", "warn", "fail"]
    found: str
    todo: str = ""


def check_quintet() -> Check:
    """Our version and the Python we run on."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("quintet", "ok", f"{__version__} on Python {version} ({sys.executable})")


def check_sandbox(strict: str) -> tuple[Check, Sandbox]:
    """The isolation of test runs."""
    sandbox = probe()
    if sandbox.level == "bubblewrap":
        return Check("sandbox", "ok", sandbox.describe()), sandbox
    todo = "install bubblewrap (Debian: apt install bubblewrap), and allow unprivileged user namespaces"
    return Check("sandbox", "fail" if strict == "strict" else "warn", sandbox.describe(), todo), sandbox


async def check_program(name: str, why: str) -> Check:
    """A program that some tasks need."""
    path = shutil.which(name)
    if path is None:
        return Check(name, "warn", "not found", f"install {name}; {why}")
    return Check(name, "ok", f"{await _first_line(path, '--version')} ({path})")


async def check_tests(snapshot: Snapshot, settings: Settings, sandbox: Sandbox) -> Check:
    """How the workspace's tests would be run. Its interpreter is asked in an empty folder, if trusted."""
    if not settings.trusted:
        return Check(
            "tests",
            "warn",
            "not looked at: the setting quintet.trusted is off",
            "turn it on to run tests here",
        )
    try:
        with tempfile.TemporaryDirectory() as empty:
            place = await asyncio.to_thread(_place, snapshot.root.resolve(), Path(empty))
            setting = await settle(snapshot, settings.test.command, place, sandbox)
    except TrialError as error:
        return Check(
            "tests", "warn", str(error), "name the command: quintet repair --test CMD, or test.command"
        )
    python = setting.python
    by = f" with {python.executable} (Python {'.'.join(map(str, python.version))})" if python else ""
    return Check("tests", "ok", f"{setting.command.text}{by}")


async def check_servers() -> tuple[Check, ...]:
    """The local servers that `--backend auto` looks for; one that is not there is no fault."""
    async with httpx.AsyncClient(timeout=_LOOK_SECONDS, trust_env=False) as client:
        found = await asyncio.gather(*(_models_at(client, url) for url in LOCAL_SERVERS.values()))
    return tuple(
        Check(
            name,
            "ok",
            f"{', '.join(models) or 'no model'} at {url}"
            if models is not None
            else f"not running at {url} (not needed)",
        )
        for (name, url), models in zip(LOCAL_SERVERS.items(), found, strict=True)
    )


def check_pocket() -> Check:
    """The model that comes with the package, and its engine."""
    path = pocket.shipped()
    if path is None:
        return Check("pocket model", "warn", "not installed", f"run: {pocket.INSTALL}")
    if not pocket.engine_installed():
        return Check("pocket model", "warn", f"{path}, but no llama.cpp to run it", f"run: {pocket.INSTALL}")
    return Check("pocket model", "ok", str(path))


async def check_engine(settings: Settings) -> tuple[Check, Profile | None]:
    """The engine a repair would use, by bringing it up."""
    began = time.perf_counter()
    try:
        backend = await connect(settings.backend, threads=settings.threads)
    except BackendError as error:
        return Check(
            f"engine {settings.backend}", "fail", str(error), "see the line above, or use --backend none"
        ), None
    if backend is None:
        return Check(
            "engine", "warn", "none", "candidates come in a fixed order; choose an engine with --backend"
        ), None
    try:
        profile = backend.profile
    finally:
        await backend.aclose()
    seconds = time.perf_counter() - began
    return Check("engine", "ok", f"{describe(profile)}; up in {seconds:.1f} s"), profile


def describe(profile: Profile) -> str:
    """A model's profile in words."""
    size = f", {profile.parameters / 1e6:,.0f}M parameters" if profile.parameters else ""
    roles = "works as every specialist" if profile.capable else "ranks and drafts; other roles go by rules"
    return (
        f"{profile.engine} {profile.model}{size}, context {profile.context_tokens:,} tokens, "
        f"edits by {profile.edit_format}, {roles}"
    )


def check_cache() -> Check:
    """The folder rewritten and fetched models are kept in."""
    folder = pocket.cache_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Check(
            "cache", "warn", f"{folder} cannot be written", "set XDG_CACHE_HOME to a folder of yours"
        )
    free = shutil.disk_usage(existing).free
    return Check("cache", "ok", f"{folder} ({size / 1e6:,.0f} MB used, {free / 1e9:,.1f} GB free)")


def check_settings(problems: Sequence[str]) -> tuple[Check, ...]:
    """Options that could not be taken."""
    return tuple(Check("settings", "warn", problem, "mend or remove the option") for problem in problems)


def readable(root: Path) -> None:
    """Raise `CommandError` for a folder that cannot be listed."""
    if not os.access(root, os.R_OK | os.X_OK):
        raise CommandError(f"the workspace {root} cannot be read")


def _place(root: Path, empty: Path) -> Place:
    """An empty folder in the workspace's stead, in which only its environments are shown, read-only."""
    listing = survey(root, Bounds())
    links = (path for path in listing.symlinks if "/" not in path)  # an environment kept elsewhere
    return Place(root, empty, (*listing.linked, *links))


async def _models_at(client: httpx.AsyncClient, url: str) -> tuple[str, ...] | None:
    """Ids of the models a server offers; None where none answers."""
    try:
        answer = await client.get(f"{url}/v1/models")
        data = answer.raise_for_status().json()["data"]
        return tuple(str(model["id"]) for model in data)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


async def _first_line(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return next(iter(out.decode("utf-8", "replace").splitlines()), "says no version")
