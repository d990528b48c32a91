"""How often the files of a workspace were changed, asked of git where there is one.

Reads the repository and nothing else; a folder without git has no history, and that is no error.
"""

import os
import subprocess
from pathlib import Path

from quintet.agents.context.churn import LOG, churn

_SECONDS = 5.0
_QUIET = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false", "-c", "core.quotePath=false"),
)
"""A repository's own configuration must start nothing."""


def churn_of(root: Path) -> dict[str, float]:
    """Decayed counts of changes by path relative to `root`; empty without git, or where it takes too long."""
    folder = _git(root, "rev-parse", "--show-prefix")
    log = _git(root, *LOG, "--", ".") if folder is not None else None
    return churn(log, (folder or "").strip("\n")) if log else {}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(  # noqa: S603 -- git alone, with its configuration made harmless
            ["git", *_QUIET, *arguments],  # noqa: S607 -- the user's git
            cwd=root,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "GIT_NO_LAZY_FETCH": "1",
                "GIT_OPTIONAL_LOCKS": "0",
                "GIT_TERMINAL_PROMPT": "0",
            },
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.decode("utf-8", "replace") if ended.returncode == 0 else None
