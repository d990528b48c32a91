"""A snapshot serves open buffers before the disk, stays as it is, and bears any folder."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from quintet.workspace.deny import Deny
from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import Patch, StalePatchError, create_file, replace_text
from quintet.workspace.index import Index
from quintet.workspace.scan import Skipped
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import Lay


def reason(snapshot: Snapshot, path: str) -> str:
    document = snapshot.document(path)
    assert isinstance(document, Unreadable)
    return document.reason


def names(snapshot: Snapshot) -> set[str]:
    entries = (snapshot.index.entry(path) for path in snapshot.index.paths())
    return {each.name for entry in entries if entry for each in entry.definitions}


def test_open_buffers_hide_the_disk(lay: Lay) -> None:
    root = lay({"a.py": "def saved(): pass\n", "b.py": "def other(): pass\n"})
    buffer = Document("a.py", "def unsaved(): pass\n", version=7)
    snapshot = open_snapshot(root, {"a.py": buffer, "new.py": Document("new.py", "def fresh(): pass\n")})
    assert snapshot.document("a.py") is buffer
    assert snapshot.document("b.py") == Document("b.py", "def other(): pass\n")
    assert snapshot.files() == ("a.py", "b.py", "new.py")
    assert names(snapshot) == {"unsaved", "other", "fresh"}
    tree = snapshot.tree("a.py")
    assert tree is not None
    assert tree.text == buffer.text


def test_a_snapshot_is_frozen(lay: Lay) -> None:
    overlays = {"a.py": Document("a.py", "x = 1\n")}
    snapshot = open_snapshot(lay({}), overlays)
    overlays["b.py"] = Document("b.py", "")
    assert snapshot.files() == ("a.py",)
    with pytest.raises(FrozenInstanceError):
        snapshot.root = Path()  # type: ignore[misc]
    with pytest.raises(TypeError):
        snapshot.overlays["c.py"] = overlays["a.py"]  # type: ignore[index]


def test_newer_texts_make_another_snapshot(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"a.py": "def old(): pass\n"}))
    newer = snapshot.with_documents([Document("a.py", "def new(): pass\n")])
    assert (names(snapshot), names(newer)) == ({"old"}, {"new"})
    assert snapshot.document("a.py") == Document("a.py", "def old(): pass\n")


def test_a_patch_makes_another_snapshot(lay: Lay) -> None:
    root = lay({"a.py": "# coding: latin-1\ndef old(): pass\n"})
    snapshot = open_snapshot(root)
    document = snapshot.document("a.py")
    assert isinstance(document, Document)
    change = replace_text(document, "# coding: latin-1\ndef new(): pass\n")
    patched = snapshot.with_patch(Patch((change, create_file("b.py", "def more(): pass\n"))))
    after = patched.document("a.py")
    assert isinstance(after, Document)
    assert after.encoding == "latin-1"
    assert names(patched) == {"new", "more"}
    assert (root / "a.py").read_text() == "# coding: latin-1\ndef old(): pass\n"
    with pytest.raises(StalePatchError):
        patched.with_patch(Patch((change,)))


def test_a_snapshot_made_by_hand_needs_no_scan(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path, {"a.py": Document("a.py", "")}, Index())
    assert snapshot.files() == ("a.py",)
    assert snapshot.skipped() == ()


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up.py", "a/../../up.py", "a\\b.py", "a\0b.py"])
def test_paths_that_leave_the_workspace_are_refused(lay: Lay, path: str) -> None:
    assert reason(open_snapshot(lay({})), path).endswith("is not a path inside the workspace.")


def test_links_that_leave_the_workspace_are_refused(lay: Lay, tmp_path: Path) -> None:
    root = lay({"a.py": "x = 1\n"})
    (tmp_path / "secret.py").write_text("s = 1\n")
    (root / "out.py").symlink_to(tmp_path / "secret.py")
    (root / "in.py").symlink_to(root / "a.py")
    (root / "loop").symlink_to(root / "loop")
    snapshot = open_snapshot(root)
    assert reason(snapshot, "out.py") == "out.py leads outside the workspace."
    assert reason(snapshot, "loop/a.py").startswith("loop/a.py cannot be read")
    assert isinstance(snapshot.document("in.py"), Document)


def test_secrets_are_not_served_even_from_a_buffer(lay: Lay) -> None:
    snapshot = open_snapshot(lay({".env": "KEY=1\n"}), {".env": Document(".env", "KEY=2\n")})
    assert reason(snapshot, ".env") == ".env may hold keys or passwords."
    assert snapshot.documents([".env", "gone.py"]) == {}
    assert snapshot.files() == ()


def test_what_the_user_denies_is_served_to_nobody(lay: Lay) -> None:
    root = lay({"a.py": "def shown(): pass\n", "own/b.py": "def hidden(): pass\n"})
    (root / "way.py").symlink_to(root / "own/b.py")
    (root / "into").symlink_to(root / "own")
    typed = Document("own/c.py", "def typed(): pass\n")
    snapshot = open_snapshot(root, {typed.path: typed}, Deny(("own/",)))
    for path in ("own/b.py", "own/c.py", "own/new.py"):
        assert reason(snapshot, path) == f"{path} is on your deny list."
    assert reason(snapshot, "way.py") == "own/b.py is on your deny list."
    assert reason(snapshot, "into/b.py") == "own/b.py is on your deny list."
    assert (snapshot.files(), names(snapshot)) == (("a.py",), {"shown"})
    assert Skipped("own/", "on your deny list") in snapshot.skipped()


def test_what_the_user_denies_is_not_written_either(lay: Lay) -> None:
    snapshot = open_snapshot(lay({"own/b.py": "def hidden(): pass\n"}), deny=Deny(("own/",)))
    patched = snapshot.with_patch(Patch((create_file("own/c.py", "def more(): pass\n"),)))
    assert isinstance(patched.document("own/c.py"), Unreadable)
    assert (patched.files(), names(patched)) == ((), set())
    known = Document("own/b.py", "def hidden(): pass\n")
    with pytest.raises(StalePatchError):
        snapshot.with_patch(Patch((replace_text(known, "def seen(): pass\n"),)))


def test_bad_files_have_reasons_and_harm_nobody(lay: Lay) -> None:
    root = lay({"good.py": "def good(): pass\n", "binary.py": "a\0b", "min.js": "var a=1;" * 2_000})
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")
    (root / "broken.py").write_text("def (:\n")
    with (root / "huge.py").open("wb") as file:
        file.truncate(50 << 20)
    snapshot = open_snapshot(root)
    assert {skip.path: skip.reason for skip in snapshot.skipped()} == {
        "binary.py": "is a binary file",
        "huge.py": "50.0 MB, over the limit of 8 MB",
        "latin.py": "is not valid utf-8 (byte 5)",
        "min.js": "not indexed: minified",
    }
    assert snapshot.files() == ("broken.py", "good.py", "min.js")
    assert reason(snapshot, "huge.py") == "huge.py is 50.0 MB, over the limit of 8 MB."
    assert snapshot.tree("binary.py") is None
    assert snapshot.index.paths() == ("broken.py", "good.py")


def test_an_empty_and_a_missing_folder_are_workspaces_too(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "gone"):
        snapshot = open_snapshot(root)
        assert snapshot.files() == ()
        assert snapshot.index.paths() == ()
        assert reason(snapshot, "a.py") == "a.py does not exist."


def test_threads_may_read_one_snapshot(lay: Lay) -> None:
    files = {f"m{number}.py": f"def f{number}(): return g({number})\n" for number in range(40)}
    snapshot = open_snapshot(lay(files))

    def look(path: str) -> tuple[str, int]:
        tree = snapshot.tree(path)
        assert tree is not None
        return tree.units()[0].name, len(tree.references())

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(look, list(files) * 5))
    assert seen == [(f"f{number}", 1) for number in range(40)] * 5
