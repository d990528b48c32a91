"""What a tree tells of a text, in lines that a test can show; and the snippets, one file a language."""

from pathlib import Path

from quintet.workspace.languages import language_of
from quintet.workspace.syntax import SyntaxTree, parse

SNIPPETS = sorted((Path(__file__).parent / "snippets").iterdir())


def snippet(name: str) -> SyntaxTree:
    """The tree of a file in `snippets/`."""
    text = next(path for path in SNIPPETS if path.name == name).read_text("utf-8")
    return tree_of(text, language_of(name))


def tree_of(text: str, language: str | None) -> SyntaxTree:
    """The tree of a text in a language we have."""
    tree = parse(text, language)
    assert tree is not None
    return tree


def definitions(tree: SyntaxTree) -> str:
    """A line for each: kind and qualified name, TEST where it is one, and what its documentation says."""
    lines = []
    for unit in tree.definitions():
        test = " TEST" if unit.test else ""
        doc = f" -- {unit.doc}" if unit.doc else ""
        lines.append(f"{unit.kind} {unit.qualified}{test}{doc}\n")
    return "".join(lines)


def imports(tree: SyntaxTree) -> list[tuple[str, tuple[str, ...]]]:
    """Module and names of each import."""
    return [(each.module, each.names) for each in tree.imports()]


def calls(tree: SyntaxTree) -> str:
    """The names that are called, in order."""
    return " ".join(reference.name for reference in tree.references() if reference.call)


def signature(tree: SyntaxTree, qualified: str) -> str:
    """The head of a definition."""
    return tree.signature(next(unit for unit in tree.definitions() if unit.qualified == qualified))
