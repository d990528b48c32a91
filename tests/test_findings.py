"""What was found in the files, kept in step with their texts."""

from hypothesis import given
from hypothesis import strategies as st

from quintet.findings import Finding, Findings, short
from quintet.workspace.document import Document

TEXT = "one\ntwo\nthree\n"


def held(start: int = 4, end: int = 7, code: str = "test") -> Findings:
    findings = Findings()
    finding = Finding(code, "a.py", start, end, "two is wrong", "error")  # type: ignore[arg-type]
    findings.replace(("test",), [finding], {"a.py": Document("a.py", TEXT)})
    return findings


def test_a_finding_moves_with_its_text() -> None:
    findings = held()
    [moved] = findings.of("a.py", "zero\n" + TEXT)
    assert (moved.start, moved.end) == (9, 12)
    [back] = findings.of("a.py", TEXT)
    assert (back.start, back.end) == (4, 7)


def test_a_finding_goes_when_its_own_text_is_edited() -> None:
    findings = held()
    assert findings.of("a.py", TEXT.replace("two", "2")) == ()
    assert findings.paths() == frozenset()


def test_new_findings_replace_those_of_their_kind_and_say_which_files_changed() -> None:
    findings = held()
    other = Finding("review", "b.py", 0, 1, "unused", "hint")
    texts = {"a.py": Document("a.py", TEXT), "b.py": Document("b.py", "b\n")}
    assert findings.replace(("review",), [other], texts) == {"b.py"}
    assert findings.replace(("test", "suspicious"), [], texts) == {"a.py"}
    assert findings.paths() == {"b.py"}


def test_findings_of_one_file_leave_those_of_others() -> None:
    findings = held()
    assert findings.replace(("test",), [], {}, only="b.py") == set()
    assert findings.replace(("test",), [], {}, only="a.py") == {"a.py"}


@given(st.text("ab\n", max_size=20), st.text("ab\n", max_size=20))
def test_whatever_is_typed_around_it_the_finding_is_still_of_the_same_words(before: str, after: str) -> None:
    findings = held()
    text = before + TEXT + after
    for each in findings.of("a.py", text):
        assert text[each.start : each.end] == "two"


def test_a_test_is_called_by_the_last_part_of_its_id() -> None:
    assert short("tests/test_a.py::TestA::test_b") == "test_b"
    assert short("test_a.TestA.test_b") == "test_b"
    assert short("test_a.py") == "test_a.py"
    assert short("adds 1.5 and 2.5") == "adds 1.5 and 2.5"
