"""A walk finds the user's files, says why it left out the others, and survives any tree."""

import os
import subprocess
from pathlib import Path

import pytest

from quintet.workspace.scan import Scan, scan
from support import Lay


def found(root: Path) -> list[str]:
    return [file.path for file in scan(root).files]


def reasons(root: Path) -> dict[str, str]:
    return {skip.path: skip.reason for skip in scan(root).skipped}


def test_files_are_found_with_their_sizes_in_order(lay: Lay) -> None:
    root = lay({"b/z.py": "x\n", "a.py": "12345", "b/é.txt": "ü", "b.py": ""})
    result = scan(root)
    assert [(file.path, file.size) for file in result.files] == [
        ("a.py", 5),
        ("b.py", 0),
        ("b/z.py", 2),
        ("b/é.txt", 2),
    ]
    assert result.skipped == ()


def test_an_empty_and_a_missing_folder_have_no_files(tmp_path: Path) -> None:
    assert scan(tmp_path) == Scan()
    missing = scan(tmp_path / "gone")
    assert missing.files == ()
    assert "No such file" in missing.skipped[0].reason


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ({".gitignore": "*.log\n", "a.log": "", "a.py": ""}, {"a.py"}),
        ({".gitignore": "*.log\n!keep.log\n", "a.log": "", "keep.log": ""}, {"keep.log"}),
        ({".gitignore": "/only\n", "only/a.py": "", "sub/only/a.py": ""}, {"sub/only/a.py"}),
        (
            {".gitignore": "*.txt\n", "sub/.gitignore": "!a.txt\n", "sub/a.txt": "", "a.txt": ""},
            {"sub/a.txt"},
        ),
        ({"sub/.gitignore": "/a.py\n", "sub/a.py": "", "a.py": "", "sub/x/a.py": ""}, {"a.py", "sub/x/a.py"}),
        ({".gitignore": "gen/\n", "gen/.gitignore": "!a.py\n", "gen/a.py": "", "gen.py": ""}, {"gen.py"}),
        ({".gitignore": "# note\n\n  \na b.py\n", "a b.py": "", "b.py": ""}, {"b.py"}),
        ({".gitignore": "**/cache/*.py\n", "x/cache/a.py": "", "x/cache/a.js": ""}, {"x/cache/a.js"}),
        ({".gitignore": "a.py\n", ".ignore": "!a.py\n", "a.py": ""}, {"a.py"}),
        ({".ignore": "*.py\n", "a.py": "", "a.js": ""}, {"a.js"}),
        ({".git/info/exclude": "a.py\n", "a.py": "", "b.py": ""}, {"b.py"}),
    ],
)
def test_ignore_files_are_obeyed(lay: Lay, files: dict[str, str], kept: set[str]) -> None:
    root = lay(files)
    ours = {path for path in found(root) if not path.endswith("ignore")}
    assert ours == kept
    if not any(path.endswith(".ignore") for path in files):
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        listed = subprocess.run(
            ["git", "ls-files", "-o", "--exclude-standard", "-z"], cwd=root, check=True, capture_output=True
        )
        assert {path for path in listed.stdout.decode().split("\0") if path and "ignore" not in path} == kept


def test_the_ignore_files_of_folders_above_hold_up_to_the_repository_s_root(lay: Lay) -> None:
    root = lay(
        {
            ".git/HEAD": "",
            ".gitignore": "*.gen.py\n/pkg/skip.py\n",
            "pkg/a.gen.py": "",
            "pkg/skip.py": "",
            "pkg/a.py": "",
        }
    )
    assert found(root / "pkg") == ["a.py"]


def test_folders_of_others_are_not_entered(lay: Lay) -> None:
    root = lay(
        {
            "node_modules/x/index.js": "",
            ".venv/lib/a.py": "",
            "env/pyvenv.cfg": "",
            "env/lib/a.py": "",
            "pkg/__pycache__/a.pyc": "",
            "dist/bundle.js": "",
            "src/build/__init__.py": "",
            "src/build/main.py": "",
            "thing.egg-info/PKG-INFO": "",
        }
    )
    assert found(root) == ["src/build/__init__.py", "src/build/main.py"]
    assert reasons(root) == {
        ".venv/": "not the workspace's own code",
        "dist/": "build output",
        "env/": "virtual environment",
        "node_modules/": "not the workspace's own code",
        "pkg/__pycache__/": "not the workspace's own code",
        "thing.egg-info/": "not the workspace's own code",
    }


def test_what_cannot_be_used_is_left_out_with_a_reason(lay: Lay) -> None:
    root = lay({".env": "KEY=1", "a.pem": "", "ok.md": "text", "blob.bin": "a\0b"})
    with (root / "huge.py").open("wb") as file:
        file.truncate(50 << 20)
    os.mkfifo(root / "pipe.txt")
    assert found(root) == ["ok.md"]
    assert reasons(root) == {
        ".env": "may hold keys or passwords",
        "a.pem": "may hold keys or passwords",
        "blob.bin": "binary",
        "huge.py": "50.0 MB, over the limit of 8 MB",
        "pipe.txt": "not a regular file",
    }


def test_links_are_not_followed(lay: Lay, tmp_path: Path) -> None:
    root = lay({"a/a.py": "", "b.py": ""})
    (tmp_path / "outside.py").write_text("secret")
    (root / "a/loop").symlink_to(root)
    (root / "out.py").symlink_to(tmp_path / "outside.py")
    (root / "dangling.py").symlink_to(tmp_path / "gone.py")
    assert found(root) == ["a/a.py", "b.py"]
    assert set(reasons(root).values()) == {"symbolic link"}


def test_a_name_that_is_no_text_is_left_out(lay: Lay) -> None:
    root = lay({"a.py": ""})
    (root / os.fsdecode(b"bad\xff.py")).write_bytes(b"x")
    (root / os.fsdecode(b"folder\xff")).mkdir()
    (root / os.fsdecode(b"folder\xff") / "a.py").write_bytes(b"x")
    assert found(root) == ["a.py"]
    assert set(reasons(root).values()) == {"its name is not valid UTF-8"}


def test_an_ignore_file_that_is_nonsense_does_no_harm(lay: Lay) -> None:
    root = lay({".gitignore": "[\n***\n!\n\\\n/\n", "a.py": ""})
    (root / "sub").mkdir()
    (root / "sub/.gitignore").mkdir()
    (root / ".ignore").write_bytes(b"\xff\xfe\0")
    assert "a.py" in found(root)
