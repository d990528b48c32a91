"""Writes a workspace to measure by: projects in several languages, whose files import and mention each other.

The same numbers give the same bytes. This module knows where files lie, who imports whom and how much of each
there is; what stands in them is put together by `workspace_texts`. It has never heard of an index.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.workspace_texts import (
    NOUNS,
    QUALITIES,
    Contents,
    Names,
    Writer,
    coined,
    pascal,
    said,
    spelled,
    words,
)

_PROJECT, _PACKAGE = 240, 16
"""Files of a project, and modules of a package, where there are enough."""
_TESTED, _GENERATED = 0.15, 0.01
_IGNORED = 0.01
"""Files that are ignored, in addition to those that count."""
_DATA = 0.02
"""The share of JSON; what is left over is Markdown."""
_HUB = 120
"""Modules at the start of each language that all its projects may import."""
_MORE = 8
"""Functions of a module that others use, besides the one that they import by name."""
_JARGON = 40
"""Words that only one project speaks."""


class _Layout(NamedTuple):
    """A language's share of the files, and where its files lie.

    `near` and `far` are how a module is imported in its own project and from another. `fixed` are files that a
    project has once, `gathers` the file in which a package names its modules, with a line for each.
    """

    share: float
    home: str
    source: str
    test: str
    near: str
    far: str
    fixed: Mapping[str, str]
    gathers: tuple[str, str] = ("", "")
    camel: bool = True
    step: int = 4


_LAYOUTS = {
    "python": _Layout(
        share=0.36,
        home="python/{project}/",
        source="{project}/{package}/{module}.py",
        test="tests/test_{module}.py",
        near="{project}.{package}.{module}",
        far="{project}.{package}.{module}",
        fixed={"pyproject.toml": '[project]\nname = "{project}"\n', "{project}/__init__.py": ""},
        gathers=("{project}/{package}/__init__.py", "from {project}.{package}.{module} import {type}\n"),
        camel=False,
    ),
    "typescript": _Layout(
        share=0.24,
        home="web/{project}/",
        source="src/{package}/{module}.ts",
        test="src/{package}/{module}.test.ts",
        near="../{package}/{module}",
        far="@work/{project}/src/{package}/{module}",
        fixed={"package.json": '{{"name": "@work/{project}", "version": "1.0.0"}}\n'},
        gathers=("src/{package}/index.ts", "export * from './{module}'\n"),
        step=2,
    ),
    "go": _Layout(
        share=0.13,
        home="go/{project}/",
        source="{package}/{module}.go",
        test="{package}/{module}_test.go",
        near="example.com/{project}/{package}",
        far="example.com/{project}/{package}",
        fixed={"go.mod": "module example.com/{project}\n\ngo 1.22\n"},
    ),
    "java": _Layout(
        share=0.13,
        home="java/{project}/",
        source="src/main/java/com/example/{project}/{package}/{type}.java",
        test="src/test/java/com/example/{project}/{package}/{type}Test.java",
        near="com.example.{project}.{package}.{type}",
        far="com.example.{project}.{package}.{type}",
        fixed={"pom.xml": "<project><artifactId>{project}</artifactId></project>\n"},
    ),
    "rust": _Layout(
        share=0.09,
        home="rust/{project}/",
        source="src/{package}/{module}.rs",
        test="tests/{module}.rs",
        near="crate::{package}::{module}",
        far="{project}::{package}::{module}",
        fixed={"Cargo.toml": '[package]\nname = "{project}"\nversion = "0.1.0"\n', "src/lib.rs": "{modules}"},
        gathers=("src/{package}/mod.rs", "pub mod {module};\n"),
        camel=False,
    ),
}
_NONE = Names("", "")
LANGUAGES = tuple(_LAYOUTS)


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written: one of a `language` is made up, any other has its `text`.

    `place` fills the patterns of its layout; `near` are the numbers of its project's modules among all those of
    the language.
    """

    path: str
    text: str = ""
    language: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    names: Names = _NONE
    near: range = range(0)
    test: bool = False


def make(root: Path, files: int, seed: int = 1) -> int:
    """Write so many files below `root`, and some more that are ignored; the bytes of those that count."""
    planned, modules = plan(files, seed)
    writers = {
        language: Writer(language, seed, camel=layout.camel, step=layout.step)
        for language, layout in _LAYOUTS.items()
    }
    folders: set[str] = set()
    total = 0
    for number, file in enumerate(planned):
        text = file.text
        if file.language:
            chance = Random(seed * 10_000_019 + number)
            writer, known = writers[file.language], modules[file.language]
            text = writer.text(_contents(file, known, writer, chance), chance)
        total += _write(root, file.path, text.encode(), folders)
    for number in range(math.ceil(files * _IGNORED)):
        _write(root, f"scratch/{number // 100}/{number}.py", b"import os\n" * 50, folders)
    return total


def _write(root: Path, path: str, data: bytes, folders: set[str]) -> int:
    folder = path.rpartition("/")[0]
    if folder not in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        folders.add(folder)
    with open(f"{root}/{path}", "wb") as file:  # noqa: PTH123 -- a hundred thousand times
        file.write(data)
    return len(data)


def _contents(file: File, modules: Sequence[File], writer: Writer, chance: Random) -> Contents:
    """What a source imports: mostly of its own project, and few files far more often than others."""
    layout = _LAYOUTS[file.language]
    near = {
        int(len(file.near) * chance.random() ** 3) + file.near.start for _ in range(chance.randrange(1, 8))
    }
    far = {int(min(_HUB, len(modules)) * chance.random() ** 4) for _ in range(chance.randrange(3))}
    chosen = [modules[number] for number in sorted(near | far) if modules[number].path != file.path]
    imports = []
    for each in chosen:
        same = each.near == file.near and not (file.test and file.language == "rust")
        module = (layout.near if same else layout.far).format_map(each.place)
        if file.language != "go" or each.place["package"] != file.place["package"] or not same:
            imports.append(writer.imported(module, each.names[:2]))
    known = [*(each.names for each in chosen), file.names]
    return Contents(
        package=_package(file),
        own=file.names,
        imports=tuple(dict.fromkeys(imports)),
        known=known,
        functions=[name for each in known for name in (each.function, *each.more)],
        jargon=_jargon(file.language, file.near.start),
        test=file.test,
        generated=chance.random() < _GENERATED,
    )


@lru_cache(maxsize=8)
def _jargon(language: str, start: int) -> tuple[str, ...]:
    chance = Random(f"{language} {start}")
    return tuple(coined(chance) for _ in range(_JARGON))


def _package(file: File) -> str:
    place = file.place
    return (
        "com.example.{project}.{package}".format_map(place) if file.language == "java" else place["package"]
    )


# --- which files there are ----------------------------------------------------------------------------


def plan(files: int, seed: int = 1) -> tuple[list[File], dict[str, list[File]]]:
    """Exactly so many files, and the modules of each language in the order of their projects."""
    chance = Random(seed)
    planned = [File(".gitignore", "/scratch/\n*.log\n")]
    modules: dict[str, list[File]] = {}
    for language, layout in _LAYOUTS.items():
        found = modules[language] = []
        room = round(files * layout.share)
        while room > 0:
            project = _project(language, min(room, _PROJECT), chance, found)
            planned += project
            room -= len(project)
    planned += [_data(number, chance) for number in range(round(files * _DATA))]
    planned += [_prose(number, chance) for number in range(files - len(planned))]
    return planned[:files], modules


def _project(language: str, room: int, chance: Random, modules: list[File]) -> list[File]:
    """The files of a project, about `room` of them; its modules are added to those of the language."""
    layout = _LAYOUTS[language]
    project = f"{chance.choice(NOUNS)}_{coined(chance)}"
    home = layout.home.format(project=project)
    count = max(1, int((room - len(layout.fixed)) / (1 + _TESTED + bool(layout.gathers[0]) / _PACKAGE)))
    near = range(len(modules), len(modules) + count)
    made: dict[str, File] = {}
    while len(made) < count:
        file = _module(language, project, f"{NOUNS[len(made) // _PACKAGE]}s", near, chance)
        made.setdefault(file.path, file)
    modules += made.values()
    packages = list(dict.fromkeys(file.place["package"] for file in made.values()))
    lines = "".join(f"pub mod {package};\n" for package in packages)
    fixed = {
        path.format(project=project): text.format(project=project, modules=lines)
        for path, text in layout.fixed.items()
    }
    tests = [_test_of(file) for file in made.values() if chance.random() < _TESTED]
    found = [
        *(File(home + path, text) for path, text in fixed.items()),
        *made.values(),
        *tests,
        *_gathered(layout, home, packages, list(made.values())),
    ]
    return list({file.path: file for file in found}.values())


def _module(language: str, project: str, package: str, near: range, chance: Random) -> File:
    layout = _LAYOUTS[language]
    parts = [chance.choice(QUALITIES), chance.choice(NOUNS), *([coined(chance)] * (chance.random() < 0.4))]
    jargon = _jargon(language, near.start)
    function, *more = (spelled(words(chance, jargon), camel=layout.camel) for _ in range(1 + _MORE))
    names = Names(function, pascal(parts), tuple(more))
    place = {"project": project, "package": package, "module": "_".join(parts), "type": names.type}
    path = (layout.home + layout.source).format_map(place)
    return File(path, language=language, place=place, names=names, near=near)


def _test_of(file: File) -> File:
    layout = _LAYOUTS[file.language]
    return replace(file, path=(layout.home + layout.test).format_map(file.place), test=True)


def _gathered(layout: _Layout, home: str, packages: Sequence[str], modules: Sequence[File]) -> Iterator[File]:
    """The files that name the modules of each package."""
    path, line = layout.gathers
    for package in packages if path else ():
        places = [file.place for file in modules if file.place["package"] == package]
        yield File(home + path.format_map(places[0]), "".join(line.format_map(place) for place in places))


def _data(number: int, chance: Random) -> File:
    rows = [{"name": coined(chance), chance.choice(NOUNS): chance.randrange(1_000)} for _ in range(400)]
    return File(f"data/{number // 50}/{chance.choice(NOUNS)}_{number}.json", json.dumps(rows, indent=1))


def _prose(number: int, chance: Random) -> File:
    parts = (f"## {said(chance)}\n\n{'. '.join(said(chance) for _ in range(25))}.\n" for _ in range(12))
    return File(f"docs/{number // 50}/{chance.choice(NOUNS)}_{number}.md", "\n".join(parts))
