"""What a change replaced is kept, and comes back exactly."""

import json
import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from quintet.checkpoints import Checkpoints, Current, Restoration
from quintet.workspace.document import Document, Unreadable, read
from quintet.workspace.edits import Patch, apply_patch, create_file, replace_text

BEFORE = "def total(prices):\n    return 0\n\n\ndef cheapest(prices):\n    return max(prices)\n"
AFTER = BEFORE.replace("return 0", "return sum(prices)").replace("max", "min")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "quintet" / "checkpoints"


@pytest.fixture
def kept(folder: Path) -> Checkpoints:
    return Checkpoints(folder)


def change(*files: tuple[Document, str]) -> Patch:
    return Patch(tuple(replace_text(before, after) for before, after in files))


def keep_one(kept: Checkpoints, root: Path, title: str = "Fix it", before: str = BEFORE) -> str:
    """Keep that `a.py` became AFTER."""
    document = Document("a.py", before)
    id_ = kept.keep(root, title, {"a.py": document}, change((document, AFTER)))
    assert id_
    return id_


def texts(**files: str) -> Current:
    """The workspace as the user sees it: `a` is the text of a.py."""

    def current(path: str) -> Document | Unreadable:
        name = path.removesuffix(".py")
        return Document(path, files[name]) if name in files else Unreadable(path, f"{path} does not exist.")

    return current


def restored(restoration: Restoration | str, documents: Mapping[str, Document]) -> dict[str, str]:
    assert isinstance(restoration, Restoration)
    return apply_patch(restoration.patch, documents)


def test_a_text_comes_back(kept: Checkpoints, root: Path) -> None:
    back = kept.restore(root, keep_one(kept, root), texts(a=AFTER))
    assert restored(back, {"a.py": Document("a.py", AFTER)}) == {"a.py": BEFORE}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\nb\nc\r", "a\r\nB\nc\r"),
        ("no end", "no end\n"),
        ("", "x = 1\n"),
        ("ü\u2028\U0001f600\n", "ü\u2028\U0001f601\n"),
        ("half \ud83d\n", "whole\n"),
        ("\ufeffx\n", "y\n"),
    ],
)
def test_every_character_comes_back(kept: Checkpoints, root: Path, before: str, after: str) -> None:
    document = Document("a.py", before, encoding="utf-8", bom=True)
    id_ = kept.keep(root, "x", {"a.py": document}, change((document, after)))
    back = kept.restore(root, id_ or "", texts(a=after))
    assert restored(back, {"a.py": Document("a.py", after)}) == {"a.py": before}


def test_a_file_on_the_disk_gets_its_bytes_back(kept: Checkpoints, root: Path) -> None:
    original = b"# coding: latin-1\r\nx = '\xe4'\ny = 1\n"
    (root / "a.py").write_bytes(original)
    document = read(root, "a.py")
    assert isinstance(document, Document)
    patch = change((document, document.text.replace("y = 1", "y = 2")))
    id_ = kept.keep(root, "x", {"a.py": document}, patch)
    (root / "a.py").write_bytes(original.replace(b"y = 1", b"y = 2"))
    now = read(root, "a.py")
    assert isinstance(now, Document)
    back = kept.restore(root, id_ or "", lambda path: read(root, path))
    assert now.with_text(restored(back, {"a.py": now})["a.py"]).encode() == original


def test_what_was_edited_elsewhere_since_stays(kept: Checkpoints, root: Path) -> None:
    now = "# mine\n" + AFTER + "# mine too\n"
    back = kept.restore(root, keep_one(kept, root), texts(a=now))
    document = Document("a.py", now)
    assert restored(back, {"a.py": document}) == {"a.py": "# mine\n" + BEFORE + "# mine too\n"}


def test_what_was_edited_in_the_same_place_is_not_lost(kept: Checkpoints, root: Path) -> None:
    now = AFTER.replace("sum(prices)", "sum(prices) + 1")
    said = kept.restore(root, keep_one(kept, root), texts(a=now))
    assert said == "a.py was edited since in a place that this change touched."


def test_a_change_of_which_a_part_was_undone_is_undone_to_the_end(kept: Checkpoints, root: Path) -> None:
    now = BEFORE.replace("max", "min")
    back = kept.restore(root, keep_one(kept, root), texts(a=now))
    assert restored(back, {"a.py": Document("a.py", now)}) == {"a.py": BEFORE}


@pytest.mark.parametrize("now", [BEFORE, "# mine\n" + BEFORE])
def test_what_was_undone_already_needs_nothing(kept: Checkpoints, root: Path, now: str) -> None:
    said = kept.restore(root, keep_one(kept, root), texts(a=now))
    assert said == "The files are as they were before this change."


def test_one_file_that_moved_on_keeps_all_as_they_are(kept: Checkpoints, root: Path) -> None:
    documents = {path: Document(path, BEFORE) for path in ("a.py", "b.py")}
    patch = change(*((document, AFTER) for document in documents.values()))
    id_ = kept.keep(root, "x", documents, patch) or ""
    assert "b.py was edited" in str(kept.restore(root, id_, texts(a=AFTER, b="")))
    back = kept.restore(root, id_, texts(a=AFTER, b=AFTER))
    after = {path: Document(path, AFTER) for path in documents}
    assert restored(back, after) == {"a.py": BEFORE, "b.py": BEFORE}


# --- files that come and go


def keep_new(kept: Checkpoints, root: Path, before: Document | None = None) -> str:
    """Keep that `new.py` was created."""
    id_ = kept.keep(root, "x", {"new.py": before}, Patch((create_file("new.py", "x = 1\n"),)))
    assert id_
    return id_


@pytest.mark.parametrize("before", [None, Document("new.py", "")])
def test_a_file_that_was_created_is_to_be_deleted(
    kept: Checkpoints, root: Path, before: Document | None
) -> None:
    id_ = keep_new(kept, root, before)
    assert kept.restore(root, id_, texts(new="x = 1\n")) == Restoration(Patch(()), ("new.py",))


def test_a_new_file_that_was_edited_since_is_not_deleted(kept: Checkpoints, root: Path) -> None:
    said = kept.restore(root, keep_new(kept, root), texts(new="x = 2\n"))
    assert "new.py was created by this change and edited since" in str(said)


def test_a_new_file_that_is_gone_already_needs_nothing(kept: Checkpoints, root: Path) -> None:
    said = kept.restore(root, keep_new(kept, root), texts())
    assert said == "The files are as they were before this change."


def test_a_file_that_was_deleted_since_is_made_anew(kept: Checkpoints, root: Path) -> None:
    back = kept.restore(root, keep_one(kept, root), texts())
    assert restored(back, {}) == {"a.py": BEFORE}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (Document("a.py", "x\n", encoding="latin-1"), "latin-1"),
        (Document("a.py", "x\n", bom=True), "byte order mark"),
    ],
)
def test_a_deleted_file_of_another_encoding_is_not_made_anew(
    kept: Checkpoints, root: Path, document: Document, said: str
) -> None:
    id_ = kept.keep(root, "x", {"a.py": document}, change((document, "y\n"))) or ""
    assert said in str(kept.restore(root, id_, texts()))


def test_a_file_that_may_not_be_read_says_why(kept: Checkpoints, root: Path) -> None:
    (root / "a.py").write_bytes(b"\0")
    (root / "new.py").write_bytes(b"\0")
    for id_, name in ((keep_one(kept, root), "a.py"), (keep_new(kept, root), "new.py")):
        assert kept.restore(root, id_, lambda path: read(root, path)) == f"{name} is a binary file."


# --- what is kept


def test_they_are_listed_newest_first(kept: Checkpoints, root: Path) -> None:
    ids = [keep_one(kept, root, title) for title in ("one", "two\nlines \ud83d", "three")]
    listed = kept.list(root)
    assert [each.id for each in listed] == ids[::-1]
    assert [each.title for each in listed] == ["three", "two\nlines \ud83d", "one"]
    assert listed[0].files == ("a.py",)
    assert listed[0].at >= listed[2].at > 0


def test_each_workspace_has_its_own(kept: Checkpoints, root: Path, tmp_path: Path) -> None:
    id_ = keep_one(kept, root)
    other = tmp_path / "other"
    other.mkdir()
    assert kept.list(other) == ()
    assert kept.restore(other, id_, texts(a=AFTER)) == "This checkpoint is not kept, or no longer."
    (tmp_path / "link").symlink_to(root)
    assert [each.id for each in kept.list(tmp_path / "link")] == [id_]


def test_the_last_fifty_are_kept(kept: Checkpoints, root: Path, folder: Path) -> None:
    ids = [keep_one(kept, root, str(number)) for number in range(52)]
    assert [each.id for each in kept.list(root)] == ids[:1:-1]
    assert len(list(folder.rglob("*.*"))) == 50


def test_long_texts_make_room_and_the_newest_stays(root: Path, folder: Path) -> None:
    kept = Checkpoints(folder, most_bytes=5_000)
    ids = [keep_one(kept, root, before=BEFORE + "#" * 2_000) for _ in range(3)]
    assert [each.id for each in kept.list(root)] == ids[:0:-1]
    large = keep_one(kept, root, before=BEFORE + "#" * 9_000)
    assert [each.id for each in kept.list(root)] == [large]


def test_only_the_user_can_read_them(kept: Checkpoints, root: Path, folder: Path) -> None:
    keep_one(kept, root)
    paths = [folder, *folder.rglob("*")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o700, 0o600]
    assert list(root.iterdir()) == []


def test_nothing_is_kept_in_the_workspace(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    document = Document("a.py", BEFORE)
    patch = change((document, AFTER))
    assert Checkpoints(root / ".state").keep(root, "x", {"a.py": document}, patch) is None
    assert "would lie in the workspace" in caplog.text
    assert list(root.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_the_checkpoint_only(
    root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    kept = Checkpoints(tmp_path / "file" / "checkpoints")
    document = Document("a.py", BEFORE)
    assert kept.keep(root, "x", {"a.py": document}, change((document, AFTER))) is None
    assert "no checkpoint is kept" in caplog.text
    assert kept.list(root) == ()


# --- damage


def one(folder: Path) -> Path:
    (path,) = folder.rglob("*.json")
    return path


@pytest.mark.parametrize("text", ["", "{}", "nonsense\n", '{"id": "x", "title": 1}\n', "\xff"])
def test_a_damaged_file_is_skipped_with_a_line_in_the_log(
    kept: Checkpoints, root: Path, folder: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    lost = keep_one(kept, root, "lost")
    one(folder).write_bytes(text.encode("latin-1"))
    fine = keep_one(kept, root, "fine")
    with caplog.at_level(logging.WARNING):
        assert [each.id for each in kept.list(root)] == [fine]
    assert lost in caplog.text
    assert "not kept" in str(kept.restore(root, lost, texts(a=AFTER)))


@pytest.mark.parametrize(("old", "new"), [("return 0", "return 9"), ('"version": 1', '"version": 2')])
def test_a_text_that_was_changed_is_not_believed(
    kept: Checkpoints, root: Path, folder: Path, old: str, new: str
) -> None:
    id_ = keep_one(kept, root)
    path = one(folder)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert "not kept" in str(kept.restore(root, id_, texts(a=AFTER)))


def test_one_under_the_name_of_another_is_skipped(kept: Checkpoints, root: Path, folder: Path) -> None:
    keep_one(kept, root)
    one(folder).rename(one(folder).with_name("0.json"))
    assert kept.list(root) == ()


@pytest.mark.parametrize("id_", ["", "../x", "*", "0"])
def test_an_unknown_one_is_a_sentence(kept: Checkpoints, root: Path, id_: str) -> None:
    keep_one(kept, root)
    assert kept.restore(root, id_, texts(a=AFTER)) == "This checkpoint is not kept, or no longer."


def test_half_a_file_is_none(kept: Checkpoints, root: Path, folder: Path) -> None:
    keep_one(kept, root)
    (one(folder).parent / "f.part").write_text(json.dumps({}))
    assert len(kept.list(root)) == 1


def test_a_name_that_is_no_text_is_kept(kept: Checkpoints, root: Path) -> None:
    path = os.fsdecode(b"\xff.py")
    document = Document(path, BEFORE)
    id_ = kept.keep(root, "x", {path: document}, change((document, AFTER))) or ""
    back = kept.restore(root, id_, lambda name: Document(name, AFTER))
    assert restored(back, {path: Document(path, AFTER)}) == {path: BEFORE}
