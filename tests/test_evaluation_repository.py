import os
import subprocess
from pathlib import Path

import pytest

from quintet.evaluation.repository import RepositoryError, find_repository, write_out


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{field}": "x@y" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **who},
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str | None]) -> str:
    """Commit files; None removes one."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            (folder / path).unlink()
        else:
            (folder / path).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


async def test_an_old_state_is_written_out_whole_and_the_repository_stays_as_it_was(
    project: Path, tmp_path: Path
) -> None:
    first = commit(project, {"a.py": "1\n", "sub/b.py": "2\n", ".gitattributes": "sub export-ignore\n"})
    commit(project, {"a.py": "changed\n"})
    before = git(project, "status", "--porcelain=v2", "--branch")

    await write_out(project / ".git", first, tmp_path / "out")

    assert (tmp_path / "out" / "a.py").read_text() == "1\n"
    assert (tmp_path / "out" / "sub" / "b.py").read_text() == "2\n"
    assert not (tmp_path / "out" / ".git").exists()
    assert git(project, "status", "--porcelain=v2", "--branch") == before


async def test_single_paths_come_from_another_commit_and_what_it_lacks_goes(
    project: Path, tmp_path: Path
) -> None:
    base = commit(project, {"a.py": "old\n", "t/test_a.py": "old\n", "t/gone.py": "old\n"})
    fix = commit(project, {"a.py": "new\n", "t/test_a.py": "new\n", "t/gone.py": None, "data/x": "new\n"})
    out = tmp_path / "out"
    await write_out(project / ".git", base, out)

    await write_out(project / ".git", fix, out, ["t/test_a.py", "t/gone.py", "data"])

    found = {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*") if path.is_file()}
    assert found == {"a.py": "old\n", "t/test_a.py": "new\n", "data/x": "new\n"}


async def test_a_path_is_no_pattern(project: Path, tmp_path: Path) -> None:
    fix = commit(project, {"a.py": "1\n", "[a].py": "2\n"})

    await write_out(project / ".git", fix, tmp_path / "out", ["[a].py"])

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["[a].py"]


async def test_hooks_and_configuration_of_a_strange_repository_are_not_run(
    project: Path, tmp_path: Path
) -> None:
    first = commit(project, {"a.py": "1\n"})
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    git(project, "config", "core.fsmonitor", f"touch {tmp_path}/monitored")

    await write_out(project / ".git", first, tmp_path / "out")

    assert names(tmp_path) == ["origin", "out"]


async def test_an_unknown_commit_is_one_sentence(project: Path, tmp_path: Path) -> None:
    commit(project, {"a.py": "1\n"})

    with pytest.raises(RepositoryError, match="git read-tree failed") as caught:
        await write_out(project / ".git", "0" * 40, tmp_path / "out")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("layout", ["owner+name", "owner+name/repo", "owner+name/mirror.git"])
def test_repositories_are_found_bare_or_not(project: Path, tmp_path: Path, layout: str) -> None:
    commit(project, {"a.py": "1\n"})
    target = tmp_path / "repos" / layout
    target.parent.mkdir(parents=True, exist_ok=True)
    git(tmp_path, "clone", "-q", *(["--bare"] if "/" in layout else []), str(project), str(target))

    found = find_repository(tmp_path / "repos", "owner/name")

    assert found == (target if "/" in layout else target / ".git")


def test_a_missing_repository_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="there is no git repository for owner/name"):
        find_repository(tmp_path, "owner/name")
