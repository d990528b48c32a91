"""The beginning of a file is read without waiting for, or falling for, what is none."""

import os
from pathlib import Path

import pytest

from quintet.workspace.regular import read_start


def test_no_more_than_asked_for_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    assert read_start(tmp_path / "a", 4) == b"0123"
    assert read_start(str(tmp_path / "a"), 100) == b"0123456789"
    assert read_start(tmp_path / "a", 0) == b""


def test_what_is_no_regular_file_is_an_error_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "link", tmp_path / "gone"):
        with pytest.raises(OSError, match=r"regular file|symbolic links|No such file"):
            read_start(path, 10)
    assert read_start(tmp_path / "link", 10, follow=True) == b"x"
