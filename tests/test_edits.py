"""The laws of edits: what `diff`, `apply`, `invert` and `rebase` promise one another."""

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.edits import (
    Conflict,
    Edit,
    FileEdit,
    Patch,
    StalePatchError,
    apply,
    apply_patch,
    create_file,
    diff,
    invert,
    rebase,
    rebase_file,
    replace_text,
    unified,
)

fast = settings(max_examples=100, deadline=None)

lines = st.sampled_from(["a\n", "b\n", "a\r\n", "\n", "\r\n", "\r", "é = 😀\n", "  x\n", "tail"])
texts = st.lists(lines, max_size=12).map("".join) | st.text(max_size=20)


@st.composite
def text_and_edits(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...]]:
    """A text and disjoint edits of it, touching ones among them."""
    text = draw(texts)
    offsets = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    if len(offsets) % 2:
        offsets.pop()
    pairs = zip(offsets[::2], offsets[1::2], strict=True)
    return text, tuple(Edit(start, end, draw(st.text("xyé\r\n", max_size=3))) for start, end in pairs)


# --- apply, diff, invert ----------------------------------------------------------------------------


@fast
@given(texts, texts)
def test_applying_the_difference_gives_the_other_text(before: str, after: str) -> None:
    assert apply(before, diff(before, after)) == after


@fast
@given(texts, texts)
def test_a_difference_is_sorted_and_has_unchanged_text_between_its_edits(before: str, after: str) -> None:
    edits = diff(before, after)
    assert all(first.end < second.start for first, second in pairwise(edits))
    assert all(edit.text != before[edit.start : edit.end] for edit in edits)


@fast
@given(texts, texts)
def test_no_edit_of_a_difference_begins_or_ends_inside_a_line_end(before: str, after: str) -> None:
    for edit in diff(before, after):
        for offset in (edit.start, edit.end):
            assert before[offset - 1 : offset + 1] != "\r\n" or offset == 0


@fast
@given(text_and_edits())
def test_inverting_undoes(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    assert apply(apply(text, edits), invert(text, edits)) == text


@fast
@given(text_and_edits())
def test_text_outside_the_edits_stays(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    changed = apply(text, edits)
    done = at = 0
    for edit in edits:
        kept = text[done : edit.start]
        assert changed[at : at + len(kept)] == kept
        at += len(kept) + len(edit.text)
        done = edit.end
    assert changed[at:] == text[done:]


def test_a_difference_is_small() -> None:
    before = "def f(x):\r\n    return x + 1\r\n\r\nprint(f(1))\r\n"
    after = "def f(x):\r\n    return x - 1\r\n\r\nprint(f(2))\r\n"
    at, other = before.index("+"), before.rindex("1")
    assert diff(before, after) == (Edit(at, at + 1, "-"), Edit(other, other + 1, "2"))
    assert diff(before, before) == ()


def test_a_changed_line_end_is_replaced_whole() -> None:
    assert diff("a\r\nb\n", "a\nb\n") == (Edit(1, 3, "\n"),)
    assert diff("a\nb\n", "a\r\nb\n") == (Edit(1, 2, "\r\n"),)


def test_long_texts_with_nothing_to_hold_on_to_are_replaced_whole() -> None:
    before = "".join(f"line {number % 7}\n" for number in range(20_000))  # difflib would take minutes
    after = "".join(f"line {number % 5}\n" for number in range(20_000))
    edits = diff(before, after)
    assert apply(before, edits) == after
    assert len(edits) == 1


def test_a_long_text_with_moved_parts_still_has_a_small_difference() -> None:
    before = [f"unique {number}\n" for number in range(3_000)]
    after = [*before[:100], "new\n", *before[100:2_000], *before[2_001:]]
    edits = diff("".join(before), "".join(after))
    assert len(edits) == 2
    assert sum(len(edit.text) + edit.end - edit.start for edit in edits) < 40
    assert apply("".join(before), edits) == "".join(after)


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply("ab", [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(0, 0, "z")]) == "zaxyb"


@pytest.mark.parametrize(
    "edits",
    [[Edit(0, 2, ""), Edit(1, 3, "")], [Edit(2, 4, "")], [Edit(2, 1, "")], [Edit(-1, 0, "")]],
)
def test_edits_that_overlap_or_lie_outside_are_an_error(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("abc", edits)


# --- rebase -----------------------------------------------------------------------------------------


@st.composite
def disjoint_edits(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...], tuple[Edit, ...]]:
    """A text and two sets of edits with at least one unchanged character between any two."""
    text = draw(st.text("ab\r\né", max_size=30))
    mine: list[Edit] = []
    theirs: list[Edit] = []
    at = 0
    while at <= len(text) and len(mine) + len(theirs) < 6:
        start = draw(st.integers(at, len(text)))
        end = draw(st.integers(start, min(start + 3, len(text))))
        side = mine if draw(st.booleans()) else theirs
        side.append(Edit(start, end, draw(st.text("xyz", max_size=3))))
        at = end + 1
    return text, tuple(mine), tuple(theirs)


@fast
@given(disjoint_edits())
def test_rebasing_disjoint_edits_keeps_both(case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]]) -> None:
    text, mine, theirs = case
    moved = rebase(mine, theirs)
    assert not isinstance(moved, Conflict)
    assert apply(apply(text, theirs), moved) == apply(text, (*mine, *theirs))
    assert [edit.text for edit in moved] == [edit.text for edit in mine]


@fast
@given(text_and_edits(), st.data())
def test_what_rebase_lets_through_means_the_same_in_either_order(
    case: tuple[str, tuple[Edit, ...]], data: st.DataObject
) -> None:
    text, mine = case
    start = data.draw(st.integers(0, len(text)))
    theirs = (Edit(start, data.draw(st.integers(start, len(text))), "new"),)
    moved, other = rebase(mine, theirs), rebase(theirs, mine)
    assert isinstance(moved, Conflict) == isinstance(other, Conflict)
    if not isinstance(moved, Conflict) and not isinstance(other, Conflict):
        assert apply(apply(text, theirs), moved) == apply(apply(text, mine), other)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (Edit(2, 5, "x"), Edit(4, 6, "")),
        (Edit(2, 5, "x"), Edit(0, 9, "")),
        (Edit(3, 3, "x"), Edit(3, 3, "y")),
        (Edit(3, 3, "x"), Edit(2, 4, "")),
        (Edit(3, 3, "x"), Edit(3, 6, "")),
        (Edit(3, 6, "x"), Edit(6, 6, "y")),
    ],
)
def test_edits_that_meet_are_a_conflict(mine: Edit, theirs: Edit) -> None:
    assert rebase((mine,), (theirs,)) == Conflict(mine, theirs)


def test_replacements_that_only_touch_are_none() -> None:
    assert rebase((Edit(3, 6, "x"),), (Edit(0, 3, "longer"),)) == (Edit(6, 9, "x"),)
    assert rebase((Edit(0, 3, "x"),), (Edit(3, 6, "longer"),)) == (Edit(0, 3, "x"),)


# --- patches ----------------------------------------------------------------------------------------


def test_a_patch_gives_new_texts_by_path() -> None:
    document = Document("pkg/a.py", "x = 1\n")
    patch = Patch((replace_text(document, "x = 2\n"), create_file("new.py", "y = 1\n")))
    assert apply_patch(patch, {"pkg/a.py": document}) == {"pkg/a.py": "x = 2\n", "new.py": "y = 1\n"}


@pytest.mark.parametrize(
    "documents",
    [
        {"a.py": Document("a.py", "x = 7\n")},
        {},
        {"a.py": Document("a.py", "x = 1\n"), "new.py": Document("new.py", "")},
    ],
    ids=["another text", "gone", "there already"],
)
def test_a_stale_patch_is_an_error(documents: dict[str, Document]) -> None:
    change = replace_text(Document("a.py", "x = 1\n"), "x = 2\n")
    patch = Patch((change, create_file("new.py", "y\n")))
    with pytest.raises(StalePatchError) as caught:
        apply_patch(patch, documents)
    assert caught.value.path in {"a.py", "new.py"}


def test_a_change_follows_the_file_it_was_made_for() -> None:
    before = Document("a.py", "one\ntwo\nthree\n")
    change = replace_text(before, "one\ntwo\nTHREE\n")
    now = before.with_text("zero\none\ntwo\nthree\n")
    moved = rebase_file(change, before, now)
    assert isinstance(moved, FileEdit)
    assert apply_patch(Patch((moved,)), {"a.py": now}) == {"a.py": "zero\none\ntwo\nTHREE\n"}
    assert isinstance(rebase_file(change, before, before.with_text("one\ntwo\nfour\n")), Conflict)
    with pytest.raises(StalePatchError):
        rebase_file(change, now, before)


# --- unified diff -----------------------------------------------------------------------------------


def test_a_unified_diff_reads_as_one_expects() -> None:
    document = Document("a.py", "".join(f"{number}\n" for number in range(1, 21)))
    changed = document.text.replace("5\n", "five\n", 1).replace("20\n", "20")
    text = unified(Patch((replace_text(document, changed),)), {"a.py": document})
    assert text == (
        "--- a/a.py\n+++ b/a.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+20\n\\ No newline at end of file\n"
    )


def test_a_patch_that_changes_nothing_has_no_diff() -> None:
    document = Document("a.py", "x\n")
    assert not unified(Patch((replace_text(document, "x\n"),)), {"a.py": document})


def in_git(folder: Path, before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """What `git apply` makes of our diff in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    documents = {path: Document(path, text) for path, text in before.items()}
    changes = tuple(
        replace_text(documents[path], text) if path in documents else create_file(path, text)
        for path, text in after.items()
    )
    folder.mkdir()
    for path, text in before.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    text = unified(Patch(changes), documents)
    if text:
        command = ["git", "apply", "--whitespace=nowarn", "--unidiff-zero", "-"]
        subprocess.run(command, cwd=folder, input=text.encode(), check=True, capture_output=True)
    return {path: (folder / path).read_bytes().decode() for path in after}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a.py": "x\n"}, {"a.py": "y\n"}),
        ({"a.py": "x"}, {"a.py": "x\n"}),
        ({"a.py": "x\r\ny\r\n"}, {"a.py": "x\r\nz\r\n"}),
        ({"a.py": "x\r\ny\nz"}, {"a.py": "x\ny\r\nz"}),
        ({"a.py": ""}, {"a.py": "new\n"}),
        ({"a.py": "old\n"}, {"a.py": ""}),
        ({}, {"new.py": "a\nb"}),
        ({}, {"empty.py": ""}),
        ({"with blank.py": "x\n"}, {"with blank.py": "y\n", "a new one.py": "z\n"}),
        ({"sub/é.py": "ü\n"}, {"sub/é.py": "ö\n"}),
        ({'quo"te.py': "x\n"}, {'quo"te.py': "y\n"}),
        ({"a.py": "x\n", "b.py": "1\n2\n"}, {"a.py": "y\n", "b.py": "1\n", "c.py": "z"}),
    ],
)
def test_git_applies_our_diffs(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> None:
    assert in_git(tmp_path / "tree", before, after) == after


@settings(max_examples=20, deadline=None)
@given(before=texts, after=texts)
def test_git_applies_any_diff(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    folder = tmp_path_factory.mktemp("git") / "tree"
    assert in_git(folder, {"a.txt": before}, {"a.txt": after}) == {"a.txt": after}
