"""The laws of the neighbourhood: what every candidate of every program keeps to."""

import math
import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.agents.neighbourhood import Candidate, Vocabulary, neighbours, read_vocabulary
from quintet.agents.neighbourhood.candidate import RATES
from quintet.workspace.edits import apply
from quintet.workspace.syntax import SyntaxTree, parse

PYTHON = '''\
"""Ünïcode in the módule's docstring: 1 < 2."""
from typing import List

LIMIT = 3


@cached
def pick(items: List[int], *, most: int = 2, **rest) -> List[int]:
    """Return the items over the limit.

    At most 7 of them: "none" if there are none.
    """
    found = []  # naïve: 5 > 4
    for index, item in enumerate(items):
        if item > LIMIT and not item % 2 == 0:
            # kept as it is
            found.append(items[index - 1] * 2)
        elif index in rest:
            continue
        else:
            try:
                found[0] += int(item)
            except (KeyError, ValueError):
                break
    while found and len(found) > most:
        found = found[1:-1]
    return sorted(found, key=lambda x: -x) if found else [x for x in items if x]


class Shelf:
    """A shelf."""

    def __init__(self, width):
        self.width = width
        self.books = {}

    def room(self, wanted="é"):
        if wanted in self.books: return None
        with self.lock:
            return self.width - sum(f"{book!r:>3}" == wanted for book in self.books.values())
'''
SCRIPT = """\
// Ünïcode 1 < 2
const LIMIT = 3;

/** Picks 5. */
export function pick(items, most = 2) {
  let found = [], total = 0; // naïve
  for (let i = 0; i < items.length; i++) {
    if (items[i] > LIMIT && !(items[i] % 2 === 0)) found.push(items[i - 1] * 2);
    else if (i === most) continue;
    else { total += Math.floor(items[i] / 2); }
  }
  for (const item of items) {
    try { total = `${item}`.length } catch (error) { break; }
  }
  return found.length ? found.sort((a, b) => a - b) : [...items, {total, most: -1}];
}

class Shelf {
  room(wanted) {
    return this.books.filter(book => book !== wanted).map(book => ({ book }));
  }
}
const half = (n) => n / 2;
"""
TYPED = """\
interface Item { price: number; }
export function total<T extends Item>(items: Array<T>, rate: number = 1): number {
  const sum = items.reduce((all: number, one: T): number => all + one.price, 0);
  return (sum as number) * rate!;
}
"""
PROGRAMS = {"python": PYTHON, "javascript": SCRIPT, "typescript": TYPED, "tsx": TYPED}


def tree_of(text: str, language: str) -> SyntaxTree:
    tree = parse(text, language)
    assert tree is not None
    return tree


def everything(language: str) -> tuple[Candidate, ...]:
    return tuple(neighbours(tree_of(PROGRAMS[language], language), limit=None))


ALL = {language: everything(language) for language in PROGRAMS}


@pytest.mark.parametrize("language", PROGRAMS)
def test_every_candidate_parses_and_none_says_the_same_as_another(language: str) -> None:
    before = PROGRAMS[language]
    texts = [apply(before, (candidate.edit,)) for candidate in ALL[language]]
    assert len(texts) > 50
    assert len(set(texts) | {before}) == len(texts) + 1
    broken = [text for text in texts if tree_of(text, language).root.has_error]
    assert not broken


def test_a_file_may_end_without_a_line_end() -> None:
    text = "def add(a, b):\n    return a - b"
    found = [apply(text, (candidate.edit,)) for candidate in neighbours(tree_of(text, "python"))]
    assert "def add(a, b):\n    return a + b" in found


def test_every_python_candidate_compiles() -> None:
    for candidate in ALL["python"]:
        compile(apply(PYTHON, (candidate.edit,)), "program.py", "exec", dont_inherit=True)


@pytest.mark.parametrize("language", PROGRAMS)
def test_prose_stays_as_it_is(language: str) -> None:
    prose = [line.strip() for line in PROGRAMS[language].splitlines() if '"""' in line or "Ünï" in line]
    kept = [*prose, "naïve", "kept as it is", "At most 7"] if language == "python" else prose
    for candidate in ALL[language]:
        text = apply(PROGRAMS[language], (candidate.edit,))
        assert all(piece in text for piece in kept), candidate.description


def test_types_and_imports_stay_as_they_are() -> None:
    for candidate in ALL["typescript"]:
        text = apply(TYPED, (candidate.edit,))
        assert text.startswith("interface Item { price: number; }\nexport function total<T extends Item>(")
    for candidate in ALL["python"]:
        assert "from typing import List\n" in apply(PYTHON, (candidate.edit,))


@pytest.mark.parametrize("language", PROGRAMS)
def test_likeliest_first_and_the_same_every_time(language: str) -> None:
    priors = [candidate.prior for candidate in ALL[language]]
    assert priors == sorted(priors, reverse=True)
    assert all(prior < 0 for prior in priors)
    assert everything(language) == ALL[language]
    assert {candidate.kind for candidate in ALL[language]} <= RATES.keys()


def test_no_kind_is_worth_more_at_one_place_than_its_rate() -> None:
    tree = tree_of("def f(a, b):\n    return a < b\n", "python")
    boundary = [c for c in neighbours(tree) if c.kind == "comparison"]
    assert math.isclose(sum(math.exp(c.prior) for c in boundary), RATES["comparison"])
    assert boundary[0].description == "line 2: `<` → `<=`"


def test_the_page_gives_the_weights() -> None:
    page = (Path(__file__).parent.parent / "docs" / "neighbourhood.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|.*\| ([0-9.]+) \|[^|]*\|$", page, re.MULTILINE)
    assert {kind: float(weight) for kind, weight in rows} == RATES


def test_limit_keeps_the_likeliest() -> None:
    tree = tree_of(PYTHON, "python")
    assert tuple(neighbours(tree, limit=40)) == ALL["python"][:40]
    assert not tuple(neighbours(tree, limit=0))


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_lines_select_by_the_line_that_changes(language: str) -> None:
    tree = tree_of(PROGRAMS[language], language)
    lines = range(14, 16)
    wanted = {candidate.edit for candidate in ALL[language] if candidate.line in lines}
    assert wanted
    assert {candidate.edit for candidate in neighbours(tree, lines=lines, limit=None)} == wanted


@pytest.mark.parametrize("language", PROGRAMS)
def test_the_line_is_that_of_the_first_change(language: str) -> None:
    before = PROGRAMS[language].splitlines()
    for candidate in ALL[language]:
        after = apply(PROGRAMS[language], (candidate.edit,)).splitlines()
        same = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(after))
        assert candidate.line <= same + 1, candidate.description
        assert f"line {candidate.line}: " in candidate.description


def test_a_unit_confines_the_edits() -> None:
    tree = tree_of(PYTHON, "python")
    for name in ("pick", "room", "Shelf"):
        unit = next(unit for unit in tree.units() if unit.name == name)
        found = tuple(neighbours(tree, unit=unit, limit=None))
        assert found
        assert all(unit.start <= c.edit.start and c.edit.end <= unit.end for c in found)
    everywhere = {candidate.edit for candidate in ALL["python"]}
    assert {candidate.edit for candidate in neighbours(tree, unit=tree.module(), limit=None)} == everywhere


def test_an_arrow_function_is_a_unit_too() -> None:
    tree = tree_of(SCRIPT, "javascript")
    unit = next(unit for unit in tree.units() if unit.name == "half")
    assert "line 23: `/` → `*`" in {c.description for c in neighbours(tree, unit=unit)}


def test_a_file_with_a_syntax_error_gets_no_further_ones() -> None:
    text = "def f(a, b):\n    return a < b\n\ndef g(:\n    pass\n"
    tree = tree_of(text, "python")
    known = len(tree.problems())
    found = tuple(neighbours(tree, limit=None))
    assert "line 2: `<` → `<=`" in {candidate.description for candidate in found}
    for candidate in found:
        assert len(tree_of(apply(text, (candidate.edit,)), "python").problems()) <= known


def test_a_broken_unit_is_checked_in_its_file() -> None:
    text = "def f(a, b):\n    x = = 1\n    return a < b\n"
    tree = tree_of(text, "python")
    found = tuple(neighbours(tree, limit=None))
    assert "line 3: `<` → `<=`" in {candidate.description for candidate in found}
    assert all(len(tree.edited((c.edit,)).problems()) <= len(tree.problems()) for c in found)


def test_windows_line_ends_stay() -> None:
    text = PYTHON.replace("\n", "\r\n")
    found = tuple(neighbours(tree_of(text, "python"), limit=None))
    unix = {apply(PYTHON, (candidate.edit,)) for candidate in ALL["python"]}
    windows = [apply(text, (candidate.edit,)) for candidate in found]
    assert not [one for one in windows if "\n" in one.replace("\r\n", "") or "\r" in one.replace("\r\n", "")]
    assert {one.replace("\r\n", "\n") for one in windows} == unix


def test_tabs_stay_tabs() -> None:
    text = "def f(a):\n\tif a:\n\t\tb = 1\n\t\treturn b\n"
    texts = {apply(text, (c.edit,)) for c in neighbours(tree_of(text, "python"), limit=None)}
    assert "def f(a):\n\tif not a:\n\t\treturn []\n\tif a:\n\t\tb = 1\n\t\treturn b\n" in texts
    assert not [one for one in texts if "    " in one]


def test_a_string_over_several_lines_is_not_shifted() -> None:
    text = 'def f(a):\n    if a:\n        b = """x\n    y"""\n        return b\n    return 1\n'
    for candidate in neighbours(tree_of(text, "python"), limit=None):
        after = apply(text, (candidate.edit,))
        assert '"""x\n    y"""' in after or "y" not in after, candidate.description


def test_other_languages_and_empty_files_have_no_neighbours() -> None:
    assert not tuple(neighbours(tree_of("", "python")))
    assert not tuple(neighbours(tree_of("import os\n# nothing\n", "python")))


def test_the_specification_offers_constants() -> None:
    tree = tree_of("def f(a):\n    if a > 3:\n        return 'x'\n    return a\n", "python")
    spoken = read_vocabulary('Return "no way" above 42.')
    described = {candidate.description for candidate in neighbours(tree, vocabulary=spoken, limit=None)}
    assert {"line 2: `3` → `42`", "line 3: `'x'` → `'no way'`"} <= described
    silent = {c.description for c in neighbours(tree, vocabulary=Vocabulary(), limit=None)}
    assert not {"line 2: `3` → `42`", "line 3: `'x'` → `'no way'`"} & silent


def test_the_docstring_offers_constants() -> None:
    text = 'def f(a):\n    """Answers 42."""\n    return a > 3\n'
    described = {c.description for c in neighbours(tree_of(text, "python"), limit=None)}
    assert "line 3: `3` → `42`" in described


@settings(deadline=None, max_examples=12)
@given(st.data())
def test_neighbours_of_a_neighbour_are_pairs(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(["python", "javascript"]))
    text = PROGRAMS[language]
    first = data.draw(st.sampled_from(ALL[language]))
    tree = tree_of(text, language).edited((first.edit,))
    pairs = tuple(neighbours(tree, lines=range(8, 20), limit=60))
    assert tree.text == apply(text, (first.edit,))
    assert pairs == tuple(neighbours(tree_of(tree.text, language), lines=range(8, 20), limit=60))
    for second in pairs:
        assert not tree_of(apply(tree.text, (second.edit,)), language).root.has_error


def test_two_faults_are_two_steps_away() -> None:
    tree = tree_of(
        dedent("""\
            def f(a, n):
                if n < 0:
                    return a + n
                return a
        """),
        "python",
    )
    wanted = tree.text.replace("n < 0", "n <= 0").replace("a + n", "a - n")
    singles = tuple(neighbours(tree, limit=60))
    pairs = {
        apply(apply(tree.text, (first.edit,)), (second.edit,))
        for first in singles
        for second in neighbours(tree.edited((first.edit,)), limit=20)
    }
    assert wanted in pairs
