"""How much each sign of relevance counts: one table, for the ranking and for whoever switches signs off.

The numbers are those of a log-linear model: e to the sum of weight times sign is how likely a file, and in it
a definition, is what a task is about. They were fitted by maximum likelihood on past commits of two public
repositories (`docs/context.md`) and rounded. Knows no files.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Weights:
    """First the signs of files, between 0 and 1 unless said otherwise; then those of definitions.

    Signs that speak against are negative.
    """

    title: float = 2.5
    """The file's search score (BM25 over path, names, signatures, documentation) for the first line."""
    words: float = 1.5
    """The same for all of what was asked, with the failures."""
    names: float = 1.5
    """Names of a program in the question that stand in the file, each by its rarity."""
    defines: float = 1.5
    """The rarest name of the question that the file defines."""
    mentions: float = 1.75
    """Other words of the question that stand in the file as they are, each by its rarity."""
    paths: float = 1.0
    """A path in the question that fits the file's."""
    scope: float = 2.25
    """The words before the title's colon that fit the file's path."""
    churn: float = 1.2
    """How often the file was changed of late, on a logarithmic scale."""
    lean: float = 0.2
    """How much of the workspace leans on the file (PageRank); natural logarithm, 0 for an average file."""
    test: float = -1.8
    """The file is a test."""
    aside: float = -0.55
    """The file is generated, vendored, an example, documentation or a benchmark."""
    speaks: float = 0.3
    """What part of a test's relevance goes to the files that it imports."""
    best: float = 0.5
    """The score of the best of its definitions, by the signs below; of any size."""

    head: float = 1.2
    """BM25 of the definition (name, signature, documentation, body) for the first line, over 10."""
    body: float = 0.3
    """The same for all of the question."""
    name: float = 0.6
    """The share of the words of its name that the question has, each by its rarity."""
    exact: float = 0.35
    """Its name is in the question and looks like one."""
    inside: float = 0.3
    """What it stands in has a name with a word of the question."""
    length: float = 0.5
    """Its lines, natural logarithm: more code has more to change."""
    type: float = -0.35
    """It is a class or another type, without what is defined in it."""
    value: float = -1.0
    """It is a constant, a field or a signature without a body."""

    def without(self, signal: str) -> "Weights":
        """The same with one sign, or a group of them (`SIGNALS`), switched off."""
        return replace(self, **dict.fromkeys(SIGNALS.get(signal, (signal,)), 0.0))


SIGNALS: dict[str, tuple[str, ...]] = {
    "search": ("title", "words"),
    "names": ("names", "defines"),
    "mentions": ("mentions",),
    "paths": ("paths", "scope"),
    "churn": ("churn",),
    "graph": ("lean", "speaks"),
    "kind of file": ("test", "aside"),
    "best definition": ("best",),
    "rank in file": ("head", "body", "name", "exact", "inside", "length", "type", "value"),
}
"""The signs by what they are made of, for the ablation."""

WEIGHTS = Weights()
