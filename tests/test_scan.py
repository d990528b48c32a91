"""A walk finds the user's files, says why it left out the others, and survives any tree."""

import os
import subprocess
from pathlib import Path

import pytest

from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.ignore import Rules
from quintet.workspace.scan import Found, Scan, Skipped, _contents, _Folder, iterate, look, scan
from support import Lay


@pytest.fixture(autouse=True)
def _no_rules_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests lets git ignore everywhere does not count."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))


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
    assert [file.mtime_ns for file in result.files] == [
        (root / file.path).stat().st_mtime_ns for file in result.files
    ]


def test_a_file_known_by_size_alone_can_still_be_written_down() -> None:
    assert Found("a.py", 5) == Found("a.py", 5, mtime_ns=0, kind="")


def test_what_nobody_here_wrote_is_listed_and_marked(lay: Lay) -> None:
    root = lay({"a.py": "", "a_pb2.py": "", "vendor/b.go": "", "vendor/c.pb.go": "", "yarn.lock": ""})
    assert {file.path: file.kind for file in scan(root).files} == {
        "a.py": "",
        "a_pb2.py": "generated",
        "vendor/b.go": "vendored",
        "vendor/c.pb.go": "generated",
        "yarn.lock": "generated",
    }


def test_a_walk_gives_pieces_and_can_be_stopped(lay: Lay) -> None:
    root = lay({f"f{number}/{name}": "" for number in range(5) for name in ("a.py", ".env")} | {"z.py": ""})
    parts = list(iterate(root, batch=3))
    assert [len(part.files) + len(part.skipped) for part in parts] == [3, 3, 3, 2]
    assert parts[0].files[-1].path == "z.py"
    assert {file for part in parts for file in part.files} == set(scan(root).files)
    assert {skip for part in parts for skip in part.skipped} == set(scan(root).skipped)
    walk = iterate(root, batch=1)
    assert next(walk) == Scan((parts[0].files[-1],))
    walk.close()
    assert list(walk) == []
    (root / "empty").mkdir()
    assert list(iterate(root / "empty")) == []


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
            "go/build/build.go": "",
            "web/package.json": "",
            "web/dist/bundle.js": "",
            "conda/conda-meta/history": "",
            "objects/CACHEDIR.TAG": "",
        }
    )
    assert found(root) == [
        "go/build/build.go",
        "src/build/__init__.py",
        "src/build/main.py",
        "web/package.json",
    ]
    assert reasons(root) == {
        ".venv/": "not the workspace's own code",
        "conda/": "virtual environment",
        "dist/": "build output",
        "env/": "virtual environment",
        "node_modules/": "not the workspace's own code",
        "objects/": "cache",
        "pkg/__pycache__/": "not the workspace's own code",
        "thing.egg-info/": "not the workspace's own code",
        "web/dist/": "build output",
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


def test_names_that_nobody_could_ask_for_are_left_out_and_can_be_printed(lay: Lay) -> None:
    root = lay({"a.py": "", "b\\c.py": "", "ü\n.py": ""})
    for name in (b"bad\xff.py", b"\xc3\xbc\xed\xa0\x80"):
        (root / os.fsdecode(name)).write_bytes(b"x")
    (root / os.fsdecode(b"folder\xff")).mkdir()
    (root / os.fsdecode(b"folder\xff") / "a.py").write_bytes(b"x")
    assert found(root) == ["a.py", "ü\n.py"]
    assert reasons(root) == {
        "bad\\xff.py": "its name is not valid UTF-8",
        "b\\c.py": "its name holds a backslash",
        "folder\\xff/": "its name is not valid UTF-8",
        "ü\\xed\\xa0\\x80": "its name is not valid UTF-8",
    }


def test_the_deny_list_is_stronger_than_any_rule(lay: Lay) -> None:
    root = lay(
        {
            ".quintetignore": "!*\n",
            ".aws/config": "",
            "keys/.ssh/id": "",
            "a.pem": "",
            "own/a.txt": "",
            "own/b.py": "",
            "b.own": "",
            "c.py": "",
        }
    )
    result = scan(root, Deny(("own/", "*.own")))
    assert [file.path for file in result.files] == [".quintetignore", "c.py"]
    assert {skip.path: skip.reason for skip in result.skipped} == {
        ".aws/": "credentials are kept there",
        "a.pem": "may hold keys or passwords",
        "b.own": "on your deny list",
        "keys/.ssh/": "credentials are kept there",
        "own/": "on your deny list",
    }


def test_a_worktree_s_git_file_is_no_source(lay: Lay) -> None:
    root = lay({".git": "gitdir: elsewhere\n", "a.py": ""})
    assert found(root) == ["a.py"]
    assert reasons(root) == {".git": "version control"}


def test_folders_that_go_during_the_walk_are_left_out(lay: Lay) -> None:
    root = lay({"a.py": "", "b/a.py": "", "c/a.py": "", "d/a.py": ""})
    walk = iterate(root, batch=1)
    assert next(walk).files[0].path == "a.py"
    (root / "b/a.py").unlink()
    (root / "b").rmdir()
    (root / "c/a.py").unlink()
    (root / "c").rmdir()
    (root / "c").write_text("a file now")
    rest = list(walk)
    assert [skip for part in rest for skip in part.skipped] == [
        Skipped("b/", "cannot be read: No such file or directory"),
        Skipped("c/", "cannot be read: Not a directory"),
    ]
    assert [file.path for part in rest for file in part.files] == ["d/a.py"]


def test_files_that_go_or_change_during_the_walk_are_left_out(lay: Lay) -> None:
    root = lay({"a.py": "", "gone.py": "", "link.txt": "x", "pipe.txt": "x", "z/a.py": ""})
    seen = _contents(root, _Folder("", Rules()), BUILT_IN)
    assert next(seen) == Found("a.py", 0, (root / "a.py").stat().st_mtime_ns)
    for name in ("gone.py", "link.txt", "pipe.txt"):
        (root / name).unlink()
    (root / "link.txt").symlink_to(root / "a.py")
    os.mkfifo(root / "pipe.txt")
    assert list(seen) == [
        Skipped("gone.py", "cannot be read: No such file or directory"),
        Skipped("link.txt", "not a regular file"),
        Skipped("pipe.txt", "not a regular file"),
        _Folder("z/", Rules()),
    ]


def test_a_tree_too_deep_to_be_read_ends_with_a_reason(tmp_path: Path) -> None:
    name = "d" * 200
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (skip,) = scan(tmp_path).skipped
    assert skip.reason == "cannot be read: File name too long"


def test_a_link_as_the_root_is_followed(lay: Lay, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lay({"a.py": ""}))
    assert found(tmp_path / "link") == ["a.py"]
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert reasons(tmp_path / "loop") == {"./": "cannot be read: Too many levels of symbolic links"}


def test_an_ignore_file_that_is_nonsense_does_no_harm(lay: Lay) -> None:
    root = lay({".gitignore": "[\n!\n\\\n/\n*.log\n", "a.py": "", "a.log": ""})
    (root / "sub").mkdir()
    (root / "sub/.gitignore").mkdir()
    (root / ".ignore").write_bytes(b"\xff\xfe\0")
    assert found(root) == [".gitignore", "a.py"]


def test_a_look_at_one_path_says_what_the_walk_does(lay: Lay) -> None:
    root = lay(
        {
            ".gitignore": "build/\n*.log\n",
            "a.py": "",
            "pkg/b.py": "",
            "pkg/.gitignore": "c.py\n!keep.log\n",
            "pkg/c.py": "",
            "pkg/keep.log": "",
            "x.log": "",
            "build/d.py": "",
            "node_modules/e.js": "",
            ".env": "KEY=1\n",
            "data.bin": "\0",
            "venv/pyvenv.cfg": "",
            "venv/f.py": "",
        }
    )
    walked = scan(root)
    files = {found.path: found for found in walked.files}
    for path in ("a.py", "pkg/b.py", "pkg/c.py", "pkg/keep.log", "x.log", ".env", "data.bin"):
        reasons = {skip.path: skip for skip in walked.skipped}
        assert look(root, path) == (files.get(path) or reasons[path])
    for path, folder in (
        ("build/d.py", "build/"),
        ("node_modules/e.js", "node_modules/"),
        ("venv/f.py", "venv/"),
    ):
        skipped = look(root, path)
        assert isinstance(skipped, Skipped)
        assert skipped.path == folder
    assert [look(root, path) for path in ("pkg", "gone.py", "gone/too.py", "a.py/b")] == [None] * 4
