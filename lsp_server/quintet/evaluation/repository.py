"""Old states of a git repository, written out as plain files.

Knows git only as a program that reads: the repository itself is never changed, and nothing is fetched.
"""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 120.0
_QUIET = ("-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")


class RepositoryError(Exception):
    """A state cannot be written out; the message is one sentence."""


def find_repository(repos: Path, name: str) -> Path:
    """The git directory of the project `owner/name`, at `owner+name` or one level below it.

    Bare repositories, mirrors and ordinary clones are all right. Raises `RepositoryError` if there is none.
    """
    folder = repos / name.replace("/", "+")
    below = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    for candidate in (folder, *below):
        for git_dir in (candidate / ".git", candidate):
            if (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir():
                return git_dir.resolve()
    raise RepositoryError(f"there is no git repository for {name} at {folder}")


async def write_out(git_dir: Path, commit: str, target: Path, paths: Sequence[str] = ()) -> None:
    """Write the files of `commit` into `target`: all of them, or those at `paths` (files or folders).

    A path the commit does not have is removed from `target`. Raises `RepositoryError`.
    """
    await asyncio.to_thread(target.mkdir, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="quintet_index_") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        await _git(git_dir, target, env, "read-tree", f"{commit}^{{commit}}")
        if not paths:
            await _git(git_dir, target, env, "checkout-index", "--all", "--force", "--quiet")
            return
        listed = await _git(
            git_dir, target, env, "ls-files", "-z", "--", *(f":(literal){path}" for path in paths)
        )
        names = [name for name in listed.split("\0") if name]
        if names:
            await _git(git_dir, target, env, "checkout-index", "--force", "--quiet", "--", *names)
        for path in paths:
            if not any(name == path or name.startswith(f"{path}/") for name in names):
                (target / path).unlink(missing_ok=True)


async def _git(git_dir: Path, work_tree: Path, env: dict[str, str], *arguments: str) -> str:
    """Run git on a repository of unknown origin: no configuration but its own, no hooks, no network."""
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_QUIET,
            f"--git-dir={git_dir}",
            f"--work-tree={work_tree}",
            *arguments,
            cwd=work_tree,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(work_tree),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_NO_LAZY_FETCH": "1",
                "GIT_TERMINAL_PROMPT": "0",
                **env,
            },
        )
    except FileNotFoundError as error:
        raise RepositoryError("git is not installed; history tasks need it") from error
    try:
        async with asyncio.timeout(_SECONDS):
            out, err = await process.communicate()
    except TimeoutError as error:
        raise RepositoryError(f"git {arguments[0]} took more than {_SECONDS:.0f} s in {git_dir}") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = err.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
        raise RepositoryError(f"git {arguments[0]} failed in {git_dir}: {lines[-1]}")
    return out.decode("utf-8", "surrogateescape")
