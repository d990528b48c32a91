"""What was done to a folder of late: how often its files were changed, by git, and the edits of this session.

Starts git and nothing else, and git reads the repository; a folder without git has no history, and that is
no error. Knows no editor and no index.
"""

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is used: a server that has not been asked anything needs none
    from quintet.agents.context import History

_SECONDS = 5.0
_QUIET = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false", "-c", "core.quotePath=false"),
)
"""A repository's own configuration must start nothing."""
_FRESH = 600.0
"""Seconds after which git is asked again."""
_LATELY = 1_800.0
"""Seconds after which an edit is no longer a recent one."""
_FILES = 5
_HUNKS = 8
_LONGEST = 2_000
"""Characters above which a change is no edit of a person's but a file put in another form."""
_HUNK = re.compile(r"^(?=@@ )", re.MULTILINE)
_HUNK_HEAD = re.compile(r"@@ -\S+ \+(\d+)")


@dataclass(frozen=True, slots=True)
class _Edited:
    """A file, its text before the recent edits and after them, and where and when the last of them was.

    `saved` is the same as it was when the file was last saved.
    """

    path: str
    before: str
    now: str
    at: int
    when: float
    saved: "_Edited | None" = None


class Past:
    """The past of one folder, as far as it is known; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._edited: dict[str, _Edited] = {}
        self._churn: Mapping[str, float] = {}
        self._asked: float | None = None
        self._asking = asyncio.Lock()

    def edited(self, path: str, before: str, now: str, at: int) -> None:
        """An edit at the offset `at` has turned one text into the other. Costs nothing worth speaking of."""
        when, known = self._clock(), self._edited.pop(path, None)
        edited = _Edited(path, before, now, at, when)
        if known is not None and when - known.when < _LATELY and known.now == before:
            edited = replace(edited, before=known.before, saved=known.saved)
        self._edited[path] = edited
        if len(self._edited) > _FILES:
            del self._edited[next(iter(self._edited))]

    def saved(self, path: str) -> None:
        """What was edited in a file is on the disk now."""
        if known := self._edited.get(path):
            self._edited[path] = replace(known, saved=replace(known, saved=None))

    def closed(self, path: str) -> None:
        """A file is no longer open: what was not saved has never been."""
        known = self._edited.get(path)
        if known is not None and known.saved is not None:
            self._edited[path] = known.saved
        elif known is not None:
            del self._edited[path]

    async def history(self, root: Path, denied: Callable[[str], object], *, git: bool) -> "History":
        """What a context wants to know, but of no file that is `denied`.

        Asks git now and then, if it may: some tenths of a second.
        """
        from quintet.agents.context import History  # noqa: PLC0415

        earliest = self._clock() - _LATELY
        lately = [each for each in reversed(self._edited.values()) if each.when > earliest]
        edited = [each for each in lately if not denied(each.path)]
        recent = await asyncio.to_thread(lambda: tuple(_recent(edited))[:_HUNKS])
        return History(await self._changes(root) if git else {}, recent)

    async def _changes(self, root: Path) -> Mapping[str, float]:
        async with self._asking:
            if self._asked is None or self._clock() - self._asked > _FRESH:
                self._churn = await asyncio.to_thread(churn_of, root)
                self._asked = self._clock()
            return self._churn


def _recent(edited: Iterable[_Edited]) -> Iterator[tuple[str, str]]:
    """The changes file by file, those nearest to the last edit first."""
    from quintet.workspace.difference import unified_file  # noqa: PLC0415

    for each in edited:
        hunks = _HUNK.split(unified_file(each.path, each.before, each.now))[1:]
        line = each.now.count("\n", 0, each.at) + 1
        for hunk in sorted(hunks, key=partial(_distance, line)):
            if len(hunk) <= _LONGEST:
                yield each.path, hunk


def _distance(line: int, hunk: str) -> int:
    """How many lines a hunk begins from one of the new text."""
    found = _HUNK_HEAD.match(hunk)
    return abs(int(found[1]) - line) if found else 0


# --- git ----------------------------------------------------------------------------------------------


def churn_of(root: Path) -> dict[str, float]:
    """Decayed counts of changes by path relative to `root`; empty without git, or where it takes too long."""
    from quintet.agents.context.churn import LOG, churn  # noqa: PLC0415

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


def changed_since_commit(root: Path) -> frozenset[str] | None:
    """Files below `root` that differ from the last commit, and those git does not know; None without one."""
    changed = _git(root, "diff", "--name-only", "--relative", "-z", "HEAD", "--")
    if changed is None:
        return None
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z") or ""
    return frozenset(path for path in (changed + new).split("\0") if path)


def committed(root: Path, path: str) -> str | None:
    """The text of a file as of the last commit; None where that has none of it."""
    return _git(root, "show", f"HEAD:./{path}")
