"""Names as places in texts and as what files define: where one stands, and what an index knows by it.

By the name alone: no scope is resolved here.
"""

import re
from bisect import bisect_right

from quintet.workspace.entry import Definition
from quintet.workspace.index import Index
from quintet.workspace.languages import language_of
from quintet.workspace.syntax import SyntaxTree, Unit

_KIN = (
    frozenset({"javascript", "typescript", "tsx"}),
    frozenset({"c", "cpp"}),
    frozenset({"java", "kotlin", "scala"}),
    frozenset({"bash", "bats"}),
)
"""Languages whose files use each other's names."""
_WORD = re.compile(r"[^\W\d]\w*")


def akin(one: str, other: str) -> bool:
    """Whether the files of two paths may use each other's names."""
    languages = {language_of(one), language_of(other)}
    return len(languages) == 1 or any(languages <= kin for kin in _KIN)


def name_at(tree: SyntaxTree, offset: int) -> tuple[str, int] | None:
    """The name around an offset or right before it, and where it begins; never one in a comment or string."""
    places = [(unit.name, unit.name_start) for unit in tree.definitions() if is_written(tree, unit)]
    for text, starts in tree.mentions().items():
        before = bisect_right(starts, offset)
        if before:
            places.append((text, starts[before - 1]))
    around = (place for place in places if place[1] <= offset <= place[1] + len(place[0]))
    return max(around, key=lambda place: place[1], default=None)


def is_written(tree: SyntaxTree, unit: Unit) -> bool:
    """Whether a definition's name stands in the text: a test that goes by a string has none to mention."""
    return bool(unit.name) and tree.text.startswith(unit.name, unit.name_start)


def word_in(name: str) -> str:
    """The word by which an index knows who mentions a name: that in `empty?`, in `$size`."""
    word = _WORD.search(name)
    return word[0] if word else name


def defined(index: Index, path: str, name: str) -> list[Definition]:
    """What an index defines by a name, in the languages of the file at `path`, which may be another's."""
    found = list(index.definitions(name))
    if (word := word_in(name)) != name:
        entries = (index.entry(file) for file in index.mentioning(word) if akin(path, file))
        found = [each for entry in entries if entry for each in entry.definitions if each.name == name]
    return [each for each in found if akin(path, each.path)]
