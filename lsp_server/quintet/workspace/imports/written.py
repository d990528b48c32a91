"""C, C++, Ruby, Lua and shell: an import is a path, written from the importer or from a root nobody names.

Search paths of compilers and interpreters are not known here: the nearest path that ends so stands in.
"""

import re

from quintet.workspace.imports.paths import Paths, folder_of, join, nearest
from quintet.workspace.syntax import Import

_STANDARD = re.compile(
    r"(?:assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg"
    r"|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|threads|time|uchar|wchar|wctype"
    r"|dirent|fcntl|poll|pthread|semaphore|strings|syslog|termios|unistd|windows)\.h"
)
"""Headers in angle brackets that are the system's, whatever in the workspace is called so."""

_LOAD_FOLDERS = frozenset({"lib", "spec", "test"})
_EXPANDED = re.compile(r"\$(?:\w+|\{[^}]*\}|\(.*\))[\"']?/")


def include(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """`"x.h"` beside the importer, then as `<x.h>`: the nearest file whose path ends so."""
    written = imported.module.replace("\\", "/")
    angled = written.startswith("<")
    written = written.strip('<>"')
    if angled and _STANDARD.fullmatch(written):
        return ()
    found = () if angled else paths.first(join(folder_of(importer), written))
    return found or _ending(paths, importer, written)


def ruby(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """With "./" beside the importer, else in a folder that is on the load path.

    A script may have put its own folder there; a library does not, and means Ruby's own `json` by "json".
    """
    written = imported.module.removesuffix(".rb") + ".rb"
    beside = paths.first(join(folder_of(importer), written))
    if written.startswith((".", "/")):
        return beside
    roots = (path for folder in _LOAD_FOLDERS for path in paths.ending(f"{folder}/{written}"))
    library = not _LOAD_FOLDERS.isdisjoint(importer.split("/"))
    return nearest(sorted(roots), importer) or (() if library else beside)


def lua(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """`a.b` is `a/b.lua` or `a/b/init.lua`, below any folder; `dofile` has a path."""
    if imported.module.endswith(".lua"):
        return paths.first(join(folder_of(importer), imported.module)) or _ending(
            paths, importer, imported.module
        )
    written = imported.module.replace(".", "/").strip("/")
    found = [path for ending in (".lua", "/init.lua") for path in paths.ending(written + ending)]
    return nearest(sorted(found), importer) if written else ()


def shell(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """A literal path; one that begins with a variable or command is taken from the slash behind it.

    `.bash` may be left out, as Bats has it.
    """
    written = imported.module.strip("\"'")
    expanded = _EXPANDED.match(written)
    written = written[expanded.end() :] if expanded else written
    if written.startswith(("/", "~")) or "$" in written:
        return ()
    beside = join(folder_of(importer), written)
    return paths.first(beside, f"{beside}.bash") or _ending(paths, importer, written)


def _ending(paths: Paths, importer: str, written: str) -> tuple[str, ...]:
    tail = join("", written.lstrip("/"))
    while tail.startswith("../"):
        tail = tail[3:]
    return paths.nearest(tail, importer)
