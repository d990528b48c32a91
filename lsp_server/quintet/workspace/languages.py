"""The languages we read, as one table: names, grammars and the few facts other modules ask about.

A grammar is imported when its first file is parsed. Nothing here parses or reads a user's files.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the table.

    `grammar` names a module and the function in it that returns the grammar; `queries` names the files
    under `queries/` that together say what is defined and mentioned. `block_comment` is what opens and
    closes one. `doc_inside` holds where documentation is the first string of a body, not a comment above.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    grammar: tuple[str, str]
    queries: tuple[str, ...]
    line_comment: str = "//"
    block_comment: tuple[str, str] | None = ("/*", "*/")
    doc_inside: bool = False


LANGUAGES: tuple[Language, ...] = (
    Language(
        id="python",
        name="Python",
        extensions=(".py", ".pyi"),
        grammar=("tree_sitter_python", "language"),
        queries=("python",),
        line_comment="#",
        block_comment=None,
        doc_inside=True,
    ),
    Language(
        id="javascript",
        name="JavaScript",
        extensions=(".js", ".mjs", ".cjs", ".jsx"),
        grammar=("tree_sitter_javascript", "language"),
        queries=("ecmascript", "javascript", "jsx"),
    ),
    Language(
        id="typescript",
        name="TypeScript",
        extensions=(".ts", ".mts", ".cts"),
        grammar=("tree_sitter_typescript", "language_typescript"),
        queries=("ecmascript", "typescript"),
    ),
    Language(
        id="tsx",
        name="TSX",
        extensions=(".tsx",),
        grammar=("tree_sitter_typescript", "language_tsx"),
        queries=("ecmascript", "typescript", "jsx"),
    ),
)

_BY_ID = {language.id: language for language in LANGUAGES}
_BY_EXTENSION = {extension: language.id for language in LANGUAGES for extension in language.extensions}


def language_of(path: str) -> str | None:
    """Id of the language that a file's extension stands for; None where we have no grammar."""
    return _BY_EXTENSION.get(PurePosixPath(path).suffix.lower())


def facts(language: str) -> Language | None:
    """The row of a language id; None for an id not in the table."""
    return _BY_ID.get(language)


@cache
def grammar(language: str) -> "tree_sitter.Language | None":
    """The grammar of a language id, loaded once; None for an id not in the table."""
    row = facts(language)
    if row is None:
        return None
    import tree_sitter  # noqa: PLC0415 -- whoever opens no source file pays for no parser

    module, function = row.grammar
    return tree_sitter.Language(getattr(import_module(module), function)())


@cache
def query(language: str, part: str) -> "tree_sitter.Query":
    """The language's query for a `part`: "definitions", "names" or "calls".

    Raises KeyError for an id that is not in the table.
    """
    import tree_sitter  # noqa: PLC0415 -- as above

    loaded = grammar(language)
    if loaded is None:
        raise KeyError(language)
    folder = resources.files("quintet.workspace") / "queries"
    files = [folder / f"{name}.{part}.scm" for name in _BY_ID[language].queries]
    return tree_sitter.Query(loaded, "\n".join(file.read_text("utf-8") for file in files if file.is_file()))
