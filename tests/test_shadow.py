"""The throw-away copy: what it holds, what it never touches, and how it fails."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import textwrap
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from quintet.tools.sandbox import probe
from quintet.tools.shadow import TrialError, open_shadow, shadow_of, sweep
from quintet.tools.survey import Bounds, survey
from quintet.workspace.deny import Deny
from quintet.workspace.document import Document
from quintet.workspace.snapshot import open_snapshot
from support import Lay


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_copy_holds_sources_data_and_unsaved_buffers(lay: Lay) -> None:
    root = lay({"a.py": "old = 1\r\n", "data/table.csv": "1;2", "run.sh": "#!/bin/sh\n"})
    (root / "run.sh").chmod(0o755)
    snapshot = open_snapshot(root, {"a.py": Document("a.py", "new = 2\r\n"), "b.py": Document("b.py", "b")})
    with open_shadow(snapshot, symlinks=False) as shadow:
        copy = shadow.place.shadow
        assert files_of(copy) == {
            "a.py": b"new = 2\r\n",
            "b.py": b"b",
            "data/table.csv": b"1;2",
            "run.sh": b"#!/bin/sh\n",
        }
        assert os.access(copy / "run.sh", os.X_OK)
    assert not copy.exists()
    assert (root / "a.py").read_bytes() == b"old = 1\r\n"


def test_repositories_caches_bytecode_and_secrets_are_left_out(lay: Lay) -> None:
    root = lay({
        ".git/config": "", "__pycache__/a.pyc": "", ".pytest_cache/x": "", "build/CACHEDIR.TAG": "",
        "build/big.o": "", ".env": "TOKEN=1", "keys/server.pem": "", "a.py": "",
        "tests/certs/server.pem": "",
    })  # fmt: skip
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        assert list(files_of(shadow.place.shadow)) == ["a.py", "tests/certs/server.pem"]


def test_what_the_user_denies_is_left_out_but_for_tests(lay: Lay) -> None:
    root = lay({"a.py": "", "own/b.py": "", "x.own": "", "tests/own/b.py": "", "tests/x.own": "t"})
    typed = {path: Document(path, "typed") for path in ("own/c.py", "tests/x.own")}
    with open_shadow(open_snapshot(root, typed, Deny(("own/", "*.own"))), symlinks=False) as shadow:
        assert files_of(shadow.place.shadow) == {"a.py": b"", "tests/own/b.py": b"", "tests/x.own": b"typed"}


def test_environments_and_huge_files_are_shown_not_copied(lay: Lay) -> None:
    bounds = Bounds(link=100)
    root = lay({
        ".venv/pyvenv.cfg": "", ".venv/bin/python": "", "web/node_modules/x/index.js": "", "model.bin": "x" * 200,
        "a.py": "",
    })  # fmt: skip
    snapshot = open_snapshot(root)
    with open_shadow(snapshot, symlinks=False, bounds=bounds) as shadow:
        assert set(shadow.place.linked) == {".venv", "web/node_modules", "model.bin"}
        assert (shadow.place.shadow / ".venv").is_dir(), "a place to mount on"
        assert (shadow.place.shadow / "model.bin").read_bytes() == b""
    with open_shadow(snapshot, symlinks=True, bounds=bounds) as shadow:
        assert (shadow.place.shadow / ".venv").readlink() == root / ".venv"
        assert (shadow.place.shadow / "model.bin").read_bytes() == b"x" * 200
        assert set(shadow.place.linked) == {".venv", "web/node_modules"}
        (shadow.place.shadow / "model.bin").write_text("spoilt by a test")
    assert (root / ".venv/pyvenv.cfg").exists()
    assert (root / "model.bin").read_text() == "x" * 200, "nothing keeps a test from writing it: a copy"


def test_huge_files_are_copied_as_far_as_they_fit(lay: Lay) -> None:
    root = lay({"a.bin": "x" * 500, "b.bin": "x" * 200, "c.bin": "x" * 300, "d.txt": "x" * 50})
    listing = survey(root, Bounds(size=600, link=100), copy_huge=True)
    assert (listing.linked, sorted(listing.files)) == (["a.bin"], ["b.bin", "c.bin", "d.txt"])
    assert listing.size == 550
    assert survey(root, Bounds(size=600, link=100)).linked == ["a.bin", "b.bin", "c.bin"]


def test_a_file_that_cannot_be_looked_at_is_left_out(lay: Lay) -> None:
    """As when it vanishes right after its folder was listed; here its path is too long for the system."""
    root = lay({"a.py": ""})
    deep = root / "/".join(["d" * 200] * ((3900 - len(str(root))) // 201))
    deep.mkdir(parents=True)
    folder = os.open(deep, os.O_RDONLY | os.O_DIRECTORY)
    os.close(os.open("f" * 255, os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    listing = survey(root, Bounds())
    shutil.rmtree(root / ("d" * 200))
    assert listing.files == ["a.py"]
    assert listing.folders, "its folder was walked"


@pytest.mark.parametrize(
    ("buffer", "complaint"),
    [
        (
            Document("a.py", "price = '€'\n", encoding="latin-1"),
            (
                "The open file a.py holds '€', which its encoding latin-1 lacks: "
                "take it out, or change the encoding."
            ),
        ),
        (
            Document("a.py", "x = 1\n").with_text("# coding: lat\nx = 1\n"),
            "The open file a.py declares the unknown encoding lat: finish or mend its coding line.",
        ),
    ],
)
def test_a_buffer_that_cannot_be_encoded_is_one_sentence(
    lay: Lay, tmp_path: Path, buffer: Document, complaint: str
) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    snapshot = open_snapshot(lay({"a.py": "x = 1\n"}), {"a.py": buffer})
    with (
        pytest.raises(TrialError) as caught,
        open_shadow(snapshot, symlinks=False, parent=parent),
    ):
        pass
    assert str(caught.value) == complaint
    assert list(parent.iterdir()) == []


@pytest.mark.parametrize("symlinks", [False, True])
def test_open_buffers_outside_the_copy_are_not_written(lay: Lay, tmp_path: Path, *, symlinks: bool) -> None:
    root = lay({
        ".venv/pyvenv.cfg": "", ".venv/lib/x.py": "theirs", "node_modules/x/index.js": "theirs", "a.py": "",
    })  # fmt: skip
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    paths = (".venv/lib/x.py", "node_modules/x/index.js", "link/b.py", ".env", "new/c.py")
    snapshot = open_snapshot(root, {path: Document(path, "typed") for path in paths})
    with open_shadow(snapshot, symlinks=symlinks) as shadow:
        written = [path for path, data in files_of(shadow.place.shadow).items() if data == b"typed"]
        assert written == ["new/c.py"]
    assert (root / "node_modules/x/index.js").read_text() == "theirs"
    assert (root / ".venv/lib/x.py").read_text() == "theirs"
    assert list((tmp_path / "outside").iterdir()) == []


def test_links_lead_into_the_copy_or_where_they_led(lay: Lay, tmp_path: Path) -> None:
    root = lay({"real/a.py": "a"})
    (tmp_path / "elsewhere").mkdir()
    (root / "relative").symlink_to("real/a.py")
    (root / "absolute").symlink_to(root / "real")
    (root / "outside").symlink_to("../elsewhere")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        copy = shadow.place.shadow
        assert (copy / "relative").resolve() == copy / "real/a.py"
        assert (copy / "absolute").resolve() == copy / "real"
        assert (copy / "outside").resolve() == tmp_path / "elsewhere"
        assert (copy / "dangling").is_symlink()
        assert not (copy / "pipe").exists()
    assert (tmp_path / "elsewhere").is_dir()
    assert (root / "real/a.py").read_text() == "a"


def test_nothing_is_written_through_a_link(lay: Lay, tmp_path: Path) -> None:
    root = lay({"a.py": "a"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/b.py").write_text("theirs")
    (root / "link.py").symlink_to(tmp_path / "outside/b.py")
    (root / "folder").symlink_to(tmp_path / "outside")
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        shadow.write({"link.py": Document("link.py", "ours")})
        assert (shadow.place.shadow / "link.py").read_text() == "ours"
        with pytest.raises(TrialError, match=r"folder/b.py lies outside the workspace\."):
            shadow.write({"folder/b.py": Document("folder/b.py", "ours")})
    assert (tmp_path / "outside/b.py").read_text() == "theirs"


def test_a_candidate_is_written_and_taken_back(lay: Lay) -> None:
    root = lay({"a.py": "a\r\n", "b.py": "b"})
    snapshot = open_snapshot(root, {"b.py": Document("b.py", "unsaved")})
    with open_shadow(snapshot, symlinks=False) as shadow:
        before = files_of(shadow.place.shadow)
        shadow.write({name: Document(name, "candidate") for name in ("a.py", "b.py", "new/c.py")})
        assert files_of(shadow.place.shadow) == dict.fromkeys(("a.py", "b.py", "new/c.py"), b"candidate")
        shadow.restore()
        assert files_of(shadow.place.shadow) == before
        assert not shadow.clean()


def test_what_a_run_leaves_behind_is_cleaned(lay: Lay) -> None:
    root = lay({"a.py": "a", "data.txt": "data"})
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        copy = shadow.place.shadow
        before = files_of(copy)
        (copy / "data.txt").write_text("spoilt by a test")
        (copy / "a.py").unlink()
        (copy / "out").mkdir()
        (copy / "out/result.txt").write_text("left")
        assert shadow.clean()
        assert files_of(copy) == before
        assert not shadow.clean(), "the second time there is nothing to do"


def test_folders_a_test_made_unreadable_are_removed_too(lay: Lay) -> None:
    root = lay({"a.py": ""})
    with open_shadow(open_snapshot(root), symlinks=False) as shadow:
        base = shadow.base
        locked = shadow.place.shadow / "locked"
        locked.mkdir()
        (locked / "file").write_text("x")
        locked.chmod(0o000)
    assert not base.exists()


def test_an_encoding_that_lacks_a_character_is_an_error_of_the_patch(lay: Lay) -> None:
    root = lay({"a.py": ""})
    with open_shadow(open_snapshot(root), symlinks=False) as shadow, pytest.raises(UnicodeEncodeError):
        shadow.write({"a.py": Document("a.py", "€", encoding="latin-1")})


@pytest.mark.parametrize("bounds", [Bounds(size=3000), Bounds(files=1)])
def test_too_large_a_workspace_is_refused_in_one_sentence(lay: Lay, bounds: Bounds) -> None:
    root = lay({"a.txt": "x" * 2000, "b.txt": "x" * 2000})
    with pytest.raises(TrialError, match="The workspace is too large to be tried in a copy: over "):
        survey(root, bounds)


def test_a_workspace_that_does_not_exist_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match=r"The workspace .*/gone does not exist\."):
        survey(tmp_path / "gone", Bounds())


def test_a_full_disk_is_one_sentence_and_leaves_nothing(lay: Lay) -> None:
    """On a real file system of 64 KiB: the sandbox program mounts one for us."""
    sandbox = probe()
    assert sandbox.level == "bubblewrap", f"this test needs bubblewrap: {sandbox.why}"
    root = lay({f"file{number}.txt": "x" * 20_000 for number in range(8)})
    code = f"""
        import os
        from pathlib import Path
        from quintet.tools.shadow import TrialError, open_shadow
        from quintet.workspace.snapshot import open_snapshot
        try:
            with open_shadow(open_snapshot(Path({str(root)!r})), symlinks=False, parent=Path("/mnt")):
                print("no error")
        except TrialError as error:
            print(error, os.listdir("/mnt"))
    """
    argv = [sandbox.program, "--bind", "/", "/", "--dev", "/dev", "--size", str(64 << 10), "--tmpfs", "/mnt"]
    done = subprocess.run(
        [*argv, "--", sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "The disk is full: the copy of the workspace does not fit in /mnt. []\n"
    assert len(files_of(root)) == 8


def test_copies_of_killed_processes_are_swept_and_others_are_not(tmp_path: Path) -> None:
    left_by_others(tmp_path, ".quintet-copy-held", ".quintet-copy-young", "other", marked=True)
    left_by_others(tmp_path, ".quintet-copy-dead", marked=True)
    os.utime(tmp_path / ".quintet-copy-young")
    held = os.open(tmp_path / ".quintet-copy-held", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    sweep(tmp_path)
    os.close(held)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".quintet-copy-held", ".quintet-copy-young", "other"]


def test_folders_of_the_users_own_are_never_swept(tmp_path: Path) -> None:
    left_by_others(tmp_path, "quintet-x", "quintet-lsp", ".quintet-copy-x", marked=False)
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".quintet-copy-x", "quintet-lsp", "quintet-x"]
    assert all((path / "work/precious.txt").exists() for path in tmp_path.iterdir())


def test_a_copy_is_one_that_would_be_swept(lay: Lay, tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    with open_shadow(open_snapshot(lay({"a.py": ""})), symlinks=False, parent=parent) as shadow:
        left = parent / ".quintet-copy-left"
        shutil.copytree(shadow.base, left)
        os.utime(left, (0, 0))
        os.utime(shadow.base, (0, 0))
        sweep(parent)
        assert not left.exists()
        assert shadow.base.exists(), "held by us"


def left_by_others(parent: Path, *names: str, marked: bool) -> None:
    """Folders an hour old, with or without the file that says whose they are."""
    long_ago = time.time() - 3600
    for name in names:
        (parent / name / "work").mkdir(parents=True)
        (parent / name / "work/precious.txt").write_text("x")
        if marked:
            (parent / name / "made-by-quintet").touch()
        os.utime(parent / name, (long_ago, long_ago))


def test_two_copies_at_once_are_two(lay: Lay, tmp_path: Path) -> None:
    snapshot = open_snapshot(lay({"a.py": "a"}))
    parent = tmp_path / "parent"
    parent.mkdir()
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(open_shadow(snapshot, symlinks=False, parent=parent)) for _ in range(2)
        )
        one.write({"a.py": Document("a.py", "one")})
        assert (two.place.shadow / "a.py").read_text() == "a"
    assert list(parent.iterdir()) == []


async def test_a_cancelled_copy_leaves_nothing(lay: Lay, tmp_path: Path) -> None:
    snapshot = open_snapshot(lay({f"file{number}.txt": "x" * 1000 for number in range(200)}))
    parent = tmp_path / "parent"
    parent.mkdir()

    async def copy() -> None:
        async with shadow_of(snapshot, symlinks=False, parent=parent):
            await asyncio.sleep(60)

    task = asyncio.create_task(copy())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(parent.iterdir()) == []
