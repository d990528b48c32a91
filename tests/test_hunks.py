"""The pieces of a change that a person accepts or refuses."""

from hypothesis import given
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.edits import FileEdit, Patch, apply, diff, replace_text
from quintet.workspace.hunks import hunks_of, numbered, part_of

texts = st.text("ab \n\r", max_size=60)


def change(before: str, after: str) -> FileEdit:
    return replace_text(Document("a.py", before), after)


def test_edits_far_apart_are_two_hunks_of_whole_lines() -> None:
    before = "one = 1\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\n"
    first, second = hunks_of(change(before, before.replace("1", "7").replace("5", "8")), before)
    assert (first.old, first.new, first.title) == ("one = 1\n", "one = 7\n", "one = 7")
    assert (second.old, second.new) == ("five = 5\n", "five = 8\n")


def test_edits_of_neighbouring_lines_are_one_hunk() -> None:
    before = "one = 1\ntwo = 2\n"
    [hunk] = hunks_of(change(before, "one = 3\ntwo = 4\n"), before)
    assert (hunk.old, hunk.new) == (before, "one = 3\ntwo = 4\n")


def test_a_part_of_a_patch_is_the_hunks_that_were_taken() -> None:
    before = "a\n\n\n\nb\n\n\n\nc\n"
    after = "A\n\n\n\nB\n\n\n\nC\n"
    patch = Patch((change(before, after),))
    [file] = part_of(patch, {"a.py": before}, {0, 2}).files
    assert apply(before, file.edits) == "A\n\n\n\nb\n\n\n\nC\n"
    assert part_of(patch, {"a.py": before}, set()).files == ()


@given(texts, texts)
def test_all_hunks_together_are_the_change(before: str, after: str) -> None:
    patch = Patch((FileEdit("a.py", "", diff(before, after)),))
    hunks = [hunk for _, hunk in numbered(patch, {"a.py": before})]
    whole = part_of(patch, {"a.py": before}, range(len(hunks)))
    assert [apply(before, file.edits) for file in whole.files] == ([after] if before != after else [])
    shown = before
    for hunk in reversed(hunks):
        assert before[hunk.start : hunk.end] == hunk.old
        shown = shown[: hunk.start] + hunk.new + shown[hunk.end :]
    assert shown == after
