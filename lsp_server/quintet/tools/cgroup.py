"""Control groups that bound how many processes and threads live in them (Linux, `pids`, versions 1 and 2).

Starts nothing and knows nothing of sandboxes: folders of the kernel in, groups to join out. What a machine
allows cannot be read off its files, so whoever uses a place tries it first.

Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/pids.rst.
"""

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

_NAME = re.compile(r"quintet-(\d+)-[0-9a-f]+")
_JOIN = 'echo 0 > "$0"/cgroup.procs; exec "$@"'  # 0 is the writer itself, in whatever process space


@dataclass(frozen=True, slots=True)
class Group:
    """A group in which at most `most` processes and threads live at a time."""

    folder: Path
    most: int

    def settle(self) -> None:
        """Make a new folder fit to be joined, with its bound; raises OSError."""
        kind = self.folder / "cgroup.type"
        if kind.exists() and "invalid" in _read(kind):
            _write(kind, "threaded")
        _write(self.folder / "pids.max", str(self.most))

    def joined(self, argv: Sequence[str]) -> list[str]:
        """The command that joins the group and then becomes `argv`, so that no child of it escapes.

        A group that cannot be joined any more costs a line on stderr, and the bound, but not the command.
        """
        return ["/bin/sh", "-c", _JOIN, str(self.folder), *argv]

    def refused(self) -> int:
        """How many times a process or thread was refused so far."""
        try:
            return int(_words(self.folder / "pids.events").get("max", 0))
        except (OSError, ValueError):
            return 0

    def remove(self) -> bool:
        """Whether the group is gone now; one with a living process in it stays."""
        try:
            self.folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Groups:
    """A place where groups may be made: a folder that is itself the group this process is in.

    Groups below our own keep every limit that somebody set for us. In version 2 a group with processes cannot
    share out memory and the like among children; `pids` it can, among children that are `threaded`, and what
    they use of everything else still counts for the group we are in.
    """

    folder: Path
    version: Literal[1, 2]

    def make(self, most: int) -> Group:
        """A new, empty group; raises OSError where none can be made."""
        if self.version == 2:
            self._divide()
        folder = self.folder / f"quintet-{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir()
        group = Group(folder, most)
        try:
            group.settle()
        except OSError:
            group.remove()
            raise
        return group

    def sweep(self) -> None:
        """Remove what killed processes left behind: groups that are empty and whose maker is gone."""
        for folder in self.folder.glob("quintet-*"):
            maker = _NAME.fullmatch(folder.name)
            if maker and not Path("/proc", maker[1]).exists():
                Group(folder, 0).remove()

    def _divide(self) -> None:
        """Let the children have limits of their own on processes."""
        if "pids" not in _read(self.folder / "cgroup.subtree_control").split():
            _write(self.folder / "cgroup.subtree_control", "+pids")


def places(process: Path = Path("/proc/self")) -> list[Groups]:
    """Where groups might be made, read from the process's `cgroup` and `mountinfo`; none without them."""
    try:
        own = dict(_memberships(process / "cgroup"))
        mounts = list(_mounts(process / "mountinfo"))
    except OSError:
        return []
    found = [
        Groups(folder, version)
        for version, root, mount in mounts
        if version in own and (folder := _seen(own[version], root, mount)) is not None
    ]
    return [place for place in found if place.version == 1 or _has_pids(place.folder)]


def _memberships(file: Path) -> Iterator[tuple[int, str]]:
    """Version and path of the groups that count, from lines `number:controllers:path` (cgroups(7))."""
    for line in _read(file).splitlines():
        number, controllers, path = line.split(":", 2)
        if "pids" in controllers.split(","):
            yield 1, path
        elif number == "0":
            yield 2, path


def _mounts(file: Path) -> Iterator[tuple[Literal[1, 2], str, str]]:
    """Version, root and mount point of the hierarchies that may count (proc_pid_mountinfo(5))."""
    for line in _read(file).splitlines():
        place, _, kind = line.partition(" - ")
        root, mount = map(_unescaped, place.split()[3:5])
        system, _, options = kind.split(" ", 2)
        if system == "cgroup2":
            yield 2, root, mount
        elif system == "cgroup" and "pids" in options.split(","):
            yield 1, root, mount


def _seen(path: str, root: str, mount: str) -> Path | None:
    """The folder of a group, if the mount shows it: one in a container may begin at the container's group."""
    own = PurePosixPath(path)
    if ".." in own.parts or not own.is_relative_to(root):
        return None
    return Path(mount, own.relative_to(root))


def _has_pids(folder: Path) -> bool:
    try:
        return "pids" in _read(folder / "cgroup.controllers").split()
    except OSError:
        return False


def _unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), word)


def _words(file: Path) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in _read(file).splitlines())


def _read(file: Path) -> str:
    return file.read_text("utf-8", "surrogateescape")


def _write(file: Path, text: str) -> None:
    file.write_text(text, "ascii")
