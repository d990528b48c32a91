"""Where git keeps the ignore rules that lie outside the working tree.

Reads git's small files as git does; it starts no git and asks for no index.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from quintet.workspace.regular import read_start

MAX_RULES = 1 << 20
"""Bytes of an ignore or configuration file that are read."""

_SECTION = re.compile(r"\s*\[\s*([^\]\s\"]+)\s*(\"[^\"]*\")?\s*\]\s*(.*)")
_EXCLUDES = re.compile(r"\s*excludesfile\s*=\s*(.*)", re.IGNORECASE)


def exclude_file(dot_git: Path) -> Path:
    """The path of a repository's `info/exclude`, whether or not there is one.

    `.git` may be a file that names the real folder (submodules), which may name another that it shares
    (worktrees): gitrepository-layout(5).
    """
    folder = _pointed(dot_git, "gitdir:") or dot_git
    shared = _pointed(folder / "commondir", "")
    return (shared or folder) / "info" / "exclude"


def global_excludes(environ: Mapping[str, str]) -> Path | None:
    """The path of the user's own ignore file for all repositories; None where git would not look for any.

    `core.excludesFile` in the configuration of the user or the system, or else `git/ignore` in the
    configuration folder. Includes in the configuration are not followed.
    """
    home = Path(environ["HOME"]) if environ.get("HOME") else None
    settings = Path(environ["XDG_CONFIG_HOME"]) if environ.get("XDG_CONFIG_HOME") else None
    if settings is None and home is not None:
        settings = home / ".config"
    for path in _configurations(environ, home, settings):
        named = _excludes_file(_text(path))
        if named is not None:
            return _expanded(named, home)
    return settings / "git" / "ignore" if settings else None


def _configurations(environ: Mapping[str, str], home: Path | None, settings: Path | None) -> Iterator[Path]:
    """The configuration files git reads, the one that counts most first."""
    if "GIT_CONFIG_GLOBAL" in environ:
        yield Path(environ["GIT_CONFIG_GLOBAL"])
    else:
        if home:
            yield home / ".gitconfig"
        if settings:
            yield settings / "git" / "config"
    if environ.get("GIT_CONFIG_NOSYSTEM", "").lower() not in {"1", "true", "yes", "on"}:
        yield Path(environ.get("GIT_CONFIG_SYSTEM", "/etc/gitconfig"))


def _excludes_file(text: str) -> str | None:
    """The last value of `core.excludesFile` in a configuration; None where it is not set."""
    found, section = None, ""
    for line in text.splitlines():
        rest = line
        if header := _SECTION.match(line):
            section = header[1].lower() if header[2] is None else ""
            rest = header[3]
        if section == "core" and (value := _EXCLUDES.match(rest)):
            found = _value(value[1])
    return found


def _value(text: str) -> str:
    """A value of a configuration, without its quotes and what follows a comment sign."""
    found, quoted, escaped = "", False, False
    for character in text:
        if escaped:
            found, escaped = found + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            break
        else:
            found += character
    return found.strip()


def _expanded(path: str, home: Path | None) -> Path | None:
    if path.startswith("~/"):
        return home / path[2:] if home else None
    return Path(path) if path else None


def _pointed(path: Path, prefix: str) -> Path | None:
    """The folder that a one-line file names, relative to where the file lies; None where it names none."""
    text = _text(path).strip()
    target = text.removeprefix(prefix).strip()
    return path.parent / target if target and text.startswith(prefix) else None


def _text(path: Path) -> str:
    try:
        return os.fsdecode(read_start(path, MAX_RULES, follow=True))
    except (OSError, ValueError):  # none there, no file, or no name
        return ""
