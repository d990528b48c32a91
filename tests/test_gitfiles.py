"""Git's own files are found and read as git does it."""

from pathlib import Path

import pytest

from quintet.workspace.gitfiles import exclude_file, global_excludes

ALONE = {"GIT_CONFIG_NOSYSTEM": "1"}


def configured(tmp_path: Path, text: str) -> Path | None:
    (tmp_path / ".gitconfig").write_text(text)
    return global_excludes({"HOME": str(tmp_path), **ALONE})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[core]\nexcludesFile=/x/y\n", "/x/y"),
        ('[core]\n  excludesfile = "/x y/z" # mine\n', "/x y/z"),
        ("[CORE] excludesfile = /a\n", "/a"),
        ("[core]\nexcludesfile = /a\n[core]\nexcludesfile = /b\n", "/b"),
        ('[core]\nexcludesfile = "/a\\\\b;c"\n', "/a\\b;c"),
    ],
)
def test_the_configuration_names_the_file(tmp_path: Path, text: str, path: str) -> None:
    assert configured(tmp_path, text) == Path(path)


@pytest.mark.parametrize(
    "text", ['[core "sub"]\nexcludesfile = /a\n', "[alias]\nexcludesfile = /a\n", "# [core]\n", "\0\xff[core"]
)
def test_without_a_word_it_lies_in_the_configuration_folder(tmp_path: Path, text: str) -> None:
    assert configured(tmp_path, text) == tmp_path / ".config/git/ignore"


def test_an_empty_name_means_no_file(tmp_path: Path) -> None:
    assert configured(tmp_path, "[core]\nexcludesfile =\n") is None
    assert global_excludes(ALONE) is None


def test_the_environment_moves_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "git").mkdir()
    (tmp_path / "git/config").write_text("[core]\nexcludesfile = ~/rules\n")
    (tmp_path / "other").write_text("[core]\nexcludesfile = /other\n")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/nobody", **ALONE}
    assert global_excludes(environ) == Path("/nobody/rules")
    assert global_excludes({**environ, "GIT_CONFIG_GLOBAL": str(tmp_path / "other")}) == Path("/other")
    system = {"GIT_CONFIG_SYSTEM": str(tmp_path / "other"), "HOME": "/nobody"}
    assert global_excludes(system) == Path("/other")


def test_a_git_file_leads_to_the_shared_folder(tmp_path: Path) -> None:
    (tmp_path / "main/.git/worktrees/tree").mkdir(parents=True)
    (tmp_path / "main/.git/worktrees/tree/commondir").write_text("../..\n")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.git").write_text(f"gitdir: {tmp_path}/main/.git/worktrees/tree\n")
    shared = exclude_file(tmp_path / "tree/.git")
    assert shared.resolve() == tmp_path / "main/.git/info/exclude"
    assert exclude_file(tmp_path / "main/.git") == tmp_path / "main/.git/info/exclude"
