"""Edit formats: what a model may write, and every careless answer that is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.agents.edit_format import Parsed, Target, parse
from quintet.workspace.document import Document
from quintet.workspace.edits import apply
from quintet_models.backends.base import EditFormat

TEXT = '''import math


def area(radius):
    """Area of a disc."""
    result = math.pi * radius
    return result


class Disc:
    def grow(self, by):
        self.radius = self.radius - by
        return self
'''
DOCUMENT = Document("shapes.py", TEXT)
DOCUMENTS = {"shapes.py": DOCUMENT}


def region(first: str, last: str, name: str = "") -> Target:
    start = TEXT.index(first)
    return Target(DOCUMENT, start, TEXT.index(last) + len(last), name)


def block(old: str, new: str) -> str:
    return "<<<<<<< SEARCH\n" + old + "=======\n" + new + ">>>>>>> REPLACE\n"


AREA = region("def area", "return result\n", "area")
GROW = region("    def grow", "return self\n", "grow")


def changed(parsed: Parsed, document: Document = DOCUMENT) -> str:
    patch, problems = parsed
    assert problems == ()
    assert patch is not None
    (file,) = patch.files
    assert file.base == document.digest
    return apply(document.text, file.edits)


def refused(parsed: Parsed) -> str:
    patch, problems = parsed
    assert patch is None
    return problems[0].kind


def test_a_unit_is_replaced_and_nothing_else() -> None:
    answer = "Here it is:\n```python\ndef area(radius):\n    return math.pi * radius**2\n```\n"
    new = changed(parse(answer, "unit", DOCUMENTS, AREA))
    assert "radius**2" in new
    assert new[: AREA.start] == TEXT[: AREA.start]
    assert new.endswith(TEXT[AREA.end :])


def test_a_method_takes_the_indentation_of_its_class() -> None:
    answer = "```\ndef grow(self, by):\n    self.radius = self.radius + by\n    return self\n```"
    assert "\n    def grow(self, by):\n        self.radius = self.radius + by\n" in changed(
        parse(answer, "unit", DOCUMENTS, GROW)
    )


def test_line_ends_stay_what_they_are() -> None:
    document = Document("a.py", "def f(x):\r\n    y = x\r\n    return x\r\n")
    target = Target(document, 0, len(document.text), "f")
    new = changed(parse("```\ndef f(x):\n    y = x\n    return y\n```", "unit", {}, target), document)
    assert new == "def f(x):\r\n    y = x\r\n    return y\r\n"


def test_a_block_that_fits_once_is_applied() -> None:
    answer = "shapes.py\n" + block("    result = math.pi * radius\n", "    result = math.pi * radius**2\n")
    assert "radius**2" in changed(parse(answer, "search_replace", DOCUMENTS))


def test_a_block_at_another_indentation_is_moved() -> None:
    answer = block("self.radius = self.radius - by\nreturn self\n", "self.radius += by\nreturn self\n")
    assert "        self.radius += by\n        return self\n" in changed(
        parse(answer, "search_replace", DOCUMENTS)
    )


def test_two_blocks_in_one_answer() -> None:
    answer = block("    result = math.pi * radius\n", "    result = math.pi * radius**2\n")
    answer += block("        self.radius = self.radius - by\n", "        self.radius += by\n")
    new = changed(parse(answer, "search_replace", DOCUMENTS))
    assert "radius**2" in new
    assert "+= by" in new


@pytest.mark.parametrize(
    ("kind", "form", "answer"),
    [
        ("no code", "unit", "I would change the exponent."),
        ("wrong unit", "unit", "```\ndef volume(r):\n    return r\n```"),
        ("no change", "unit", f"```\n{TEXT[AREA.start : AREA.end]}```"),
        (
            "elision",
            "unit",
            "```\ndef area(radius):\n    # ... rest of the code unchanged\n    return 1\n```",
        ),
        ("syntax", "unit", "```\ndef area(radius):\n    return (radius\n```"),
        ("reasoning", "unit", "<think>hm</think>```\ndef area(radius):\n    return 1\n```"),
        ("shrunk", "whole", "```\ndef area(radius):\n    return 1\n```"),
        ("no code", "search_replace", "Change the exponent."),
        (
            "no match",
            "search_replace",
            block("    result = math.e * radius\n", "    x\n"),
        ),
        ("empty search", "search_replace", block("", "x = 1\n")),
        (
            "no file",
            "search_replace",
            "other.py\n" + block("import math\n", "import cmath\n"),
        ),
        ("fence", "infill", "    result = 1 ```\n"),
    ],
)
def test_careless_answers_are_refused(kind: str, form: EditFormat, answer: str) -> None:
    assert refused(parse(answer, form, DOCUMENTS, AREA)) == kind


def test_a_block_that_fits_twice_is_refused() -> None:
    document = Document("a.py", "if a:\n    go()\nif b:\n    go()\n")
    answer = block("    go()\n", "    stop()\n")
    assert refused(parse(answer, "search_replace", {"a.py": document})) == "ambiguous"


def test_a_block_fits_whole_lines_only() -> None:
    document = Document("a.py", "if a:\n    go()\nif b:\n    if c:\n        go()\n")
    answer = "a.py\n" + block("    go()\n", "    stop()\n")
    new = changed(parse(answer, "search_replace", {"a.py": document}), document)
    assert new == "if a:\n    stop()\nif b:\n    if c:\n        go()\n"


def test_a_misfit_names_the_first_line_that_differs() -> None:
    answer = block("    result = math.pi * radius * 2\n    return result\n", "    pass\n")
    _, problems = parse(answer, "search_replace", DOCUMENTS)
    assert "    result = math.pi * radius\n" in problems[0].message


@settings(max_examples=80, deadline=None)
@given(
    st.text(alphabet="`~<>=| \nabSEARCHREPLACE#.", max_size=200),
    st.sampled_from(["unit", "search_replace", "whole", "infill"]),
)
def test_no_answer_raises(answer: str, form: EditFormat) -> None:
    patch, problems = parse(answer, form, DOCUMENTS, AREA)
    assert (patch is None) == bool(problems)
