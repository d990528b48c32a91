import os
from pathlib import Path

import pytest

from quintet.cli.applying import write_patch
from quintet.cli.failure import CommandError
from quintet.workspace.document import Document, read
from quintet.workspace.edits import Edit, FileEdit, Patch, create_file, replace_text


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def change(root: Path, path: str, old: str, new: str) -> FileEdit:
    document = read(root, path)
    assert isinstance(document, Document)
    return replace_text(document, document.text.replace(old, new))


def test_only_the_edited_bytes_change_and_permissions_stay(tmp_path: Path) -> None:
    before = b"\xef\xbb\xbf# caf\xc3\xa9\r\nx = 1\ny = 2"
    (tmp_path / "a.py").write_bytes(before)
    (tmp_path / "a.py").chmod(0o755)

    assert write_patch(Patch((change(tmp_path, "a.py", "x = 1", "x = 3"),)), tmp_path) == ("a.py",)

    assert everything(tmp_path) == {"a.py": before.replace(b"x = 1", b"x = 3")}
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o755


def test_a_new_file_gets_its_folder(tmp_path: Path) -> None:
    write_patch(Patch((create_file("sub/b.py", "b\n"),)), tmp_path)

    assert everything(tmp_path) == {"sub/b.py": b"b\n"}


def test_a_file_that_has_changed_meanwhile_stops_all_of_it(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    patch = Patch(tuple(change(tmp_path, f"{name}.py", "1", "2") for name in "ab"))
    (tmp_path / "b.py").write_text("x = 7\n")

    with pytest.raises(CommandError, match=r"b\.py has changed"):
        write_patch(patch, tmp_path)

    assert everything(tmp_path) == {"a.py": b"x = 1\n", "b.py": b"x = 7\n"}


def test_a_character_the_files_encoding_lacks_stops_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\nx = 1\n")

    with pytest.raises(CommandError, match="cannot be written as"):
        write_patch(Patch((change(tmp_path, "a.py", "1", "'€'"),)), tmp_path)

    assert everything(tmp_path) == {"a.py": b"# coding: latin-1\nx = 1\n"}


def test_a_patch_that_leads_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)

    with pytest.raises(CommandError, match="leads out of the workspace"):
        write_patch(Patch((create_file("out/b.py", "b\n"),)), root)

    assert not (tmp_path / "b.py").exists()


def test_what_was_written_before_a_failure_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "file").write_text("no folder\n")
    patch = Patch((change(tmp_path, "a.py", "1", "2"), FileEdit("file/b.py", None, (Edit(0, 0, "b\n"),))))

    with pytest.raises(CommandError, match="nothing was changed"):
        write_patch(patch, tmp_path)

    assert everything(tmp_path) == {"a.py": b"x = 1\n", "file": b"no folder\n"}
    assert sorted(os.listdir(tmp_path)) == ["a.py", "file"]  # noqa: PTH208  no temporary file stays
