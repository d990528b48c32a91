"""The languages we read: their names, files, grammars and queries, found by one table.

A grammar is imported when its first file is parsed. Nothing here parses or reads a user's files.
"""

import re
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING

from quintet.workspace.language_table import LANGUAGES, Language

if TYPE_CHECKING:
    import tree_sitter

__all__ = ["LANGUAGES", "Language", "facts", "grammar", "language_of", "load", "query", "unavailable"]

_BY_ID = {language.id: language for language in LANGUAGES}
_BY_EXTENSION = {extension: language.id for language in LANGUAGES for extension in language.extensions}
_BY_NAME = {name: language.id for language in LANGUAGES for name in language.filenames}
_BY_INTERPRETER = {name: language.id for language in LANGUAGES for name in language.interpreters}

_SHEBANG = re.compile(r"\ufeff?#!\s*(\S+)\s*(.*)")


def language_of(path: str, first_line: str = "") -> str | None:
    """Id of the language that a file's name stands for; None where we have no grammar.

    A file without an extension may say it in its first line, `#!/usr/bin/env python3`.
    """
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    suffix = name[dot:].lower() if dot > 0 else ""
    found = _BY_EXTENSION.get(suffix) or _BY_NAME.get(name)
    if found is None and not suffix and first_line.lstrip("\ufeff").startswith("#!"):
        return _BY_INTERPRETER.get(_interpreter(first_line))
    return found


def facts(language: str) -> Language | None:
    """The row of a language id; None for an id not in the table."""
    return _BY_ID.get(language)


def grammar(language: str) -> "tree_sitter.Language | None":
    """The grammar of a language id, loaded once; None for an id not in the table or `unavailable`."""
    loaded = _loaded(language)
    return None if isinstance(loaded, str) else loaded


def unavailable(language: str) -> str | None:
    """Why a language of the table has no grammar here, in one sentence; None where it has one."""
    loaded = _loaded(language)
    return loaded if isinstance(loaded, str) else None


def load(row: Language) -> "tree_sitter.Language | str":
    """Import a row's grammar, or say in one sentence why that fails.

    What fails costs the files of that language, which are text then, and nothing else.
    """
    import tree_sitter  # noqa: PLC0415 -- whoever opens no source file pays for no parser

    module, function = row.grammar
    try:
        return tree_sitter.Language(getattr(import_module(module), function)())
    except (ImportError, AttributeError, OSError, TypeError, ValueError) as error:
        return f"The grammar of {row.name} cannot be loaded: {error}."


@cache
def query(language: str, part: str) -> "tree_sitter.Query":
    """The language's query for a `part`: "definitions", "names" or "calls".

    Raises KeyError for an id that has no grammar. A query that the installed grammar does not take, because
    its release calls things otherwise, finds nothing.
    """
    import tree_sitter  # noqa: PLC0415 -- as above

    loaded = grammar(language)
    if loaded is None:
        raise KeyError(language)
    try:
        return tree_sitter.Query(loaded, source(_BY_ID[language], part))
    except tree_sitter.QueryError:
        return tree_sitter.Query(loaded, "")


def source(row: Language, part: str) -> str:
    """The text of a row's query for a `part`."""
    folder = resources.files("quintet.workspace") / "queries"
    files = [folder / f"{name}.{part}.scm" for name in row.queries]
    return "\n".join(file.read_text("utf-8") for file in files if file.is_file())


@cache
def _loaded(language: str) -> "tree_sitter.Language | str | None":
    row = facts(language)
    return None if row is None else load(row)


def _interpreter(line: str) -> str:
    """What a first line starts: `python` for `#!/usr/bin/env -S python3.11 -u`."""
    found = _SHEBANG.match(line)
    words = [found[1], *found[2].split()] if found else []
    if words and words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0].rpartition("/")[2].rstrip("0123456789.") if words else ""
