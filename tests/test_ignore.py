"""Ignore files of three kinds hold where they should, from the folders above and the user's own too."""

import os
import subprocess
from pathlib import Path

import pytest

from quintet.workspace.ignore import rules_for
from quintet.workspace.scan import scan
from support import Lay


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without rules: those of whoever runs the tests do not count."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    return folder


def found(root: Path) -> set[str]:
    return {file.path for file in scan(root).files if not file.path.endswith("ignore")}


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ({".gitignore": "a.py\n", ".ignore": "!a.py\n"}, {"a.py", "sub/a.py", "sub/b.py"}),
        ({".ignore": "a.py\n", ".quintetignore": "!a.py\n"}, {"a.py", "sub/a.py", "sub/b.py"}),
        ({".quintetignore": "a.py\n", "sub/.gitignore": "!a.py\n"}, {"sub/b.py"}),
        ({".quintetignore": "!a.py\n", "sub/.gitignore": "*\n"}, {"a.py", "sub/a.py"}),
        ({".quintetignore": "a.py\n", "sub/.quintetignore": "!a.py\n"}, {"sub/a.py", "sub/b.py"}),
        ({".gitignore": "sub/\n", ".quintetignore": "!sub/\n"}, {"a.py", "sub/a.py", "sub/b.py"}),
        ({".gitignore": "sub/\n", ".quintetignore": "!sub/a.py\n"}, {"a.py"}),
        ({".ignore": "/sub/b.py\n"}, {"a.py", "sub/a.py"}),
        ({".gitignore": "\ufeffa.py\r\n"}, {"sub/b.py"}),
    ],
)
def test_ours_wins_over_plain_and_plain_over_git_s(lay: Lay, files: dict[str, str], kept: set[str]) -> None:
    assert found(lay({"a.py": "", "sub/a.py": "", "sub/b.py": "", **files})) == kept


def test_a_quintetignore_opens_what_is_left_out_by_its_name_but_no_repository(lay: Lay) -> None:
    files = {
        "build/a.py": "",
        "node_modules/x/a.js": "",
        "env/pyvenv.cfg": "",
        "env/a.py": "",
        ".git/a.py": "",
        ".aws/a.py": "",
    }
    root = lay({**files, ".quintetignore": "!build\n!node_modules/\n!env\n!.git\n!.aws\n"})
    assert found(root) == {"build/a.py", "node_modules/x/a.js", "env/pyvenv.cfg", "env/a.py"}
    assert {skip.path for skip in scan(root).skipped} == {".git/", ".aws/"}


def test_a_list_of_what_to_keep_opens_nothing_by_a_wildcard(lay: Lay) -> None:
    files = {
        "a.py": "",
        "a.md": "",
        "src/a.py": "",
        "node_modules/a.py": "",
        "env/pyvenv.cfg": "",
        "env/a.py": "",
    }
    assert found(lay({**files, ".quintetignore": "*\n!*/\n!*.py\n"})) == {"a.py", "src/a.py"}


def test_rules_above_the_root_hold_up_to_the_repository(lay: Lay) -> None:
    top = lay(
        {
            ".gitignore": "*.far\n",
            "repo/.git/info/exclude": "*.excluded\n/pkg/inner/by_path.py\n",
            "repo/.gitignore": "*.top\n",
            "repo/.quintetignore": "*.ours\n",
            "repo/pkg/.ignore": "*.near\n!kept.top\n",
            **{f"repo/pkg/inner/a.{end}": "" for end in ("far", "excluded", "top", "ours", "near", "py")},
            "repo/pkg/inner/by_path.py": "",
            "repo/pkg/inner/kept.top": "",
        }
    )
    assert found(top / "repo/pkg/inner") == {"a.far", "a.py", "kept.top"}


@pytest.mark.parametrize("rule", ["build/\n", "/build/inner\n", "*\n", "build/*\n"])
def test_a_root_in_an_ignored_folder_is_read_all_the_same(lay: Lay, rule: str) -> None:
    top = lay(
        {
            ".git/HEAD": "",
            ".gitignore": rule + "*.log\n",
            "build/inner/a.py": "",
            "build/inner/a.log": "",
            "build/inner/.gitignore": "b.py\n",
            "build/inner/b.py": "",
        }
    )
    assert found(top / "build/inner") == {"a.py", "a.log"}


def test_a_repository_in_the_workspace_answers_for_itself(lay: Lay) -> None:
    root = lay(
        {
            ".gitignore": "*.log\n/lib/b.py\n",
            ".ignore": "c.py\n",
            "lib/.git/info/exclude": "d.py\n",
            **{f"lib/{name}": "" for name in ("a.log", "a.py", "b.py", "c.py", "d.py")},
            "own/a.log": "",
        }
    )
    assert found(root) == {"lib/a.log", "lib/a.py", "lib/b.py"}


def test_a_worktree_and_a_submodule_have_the_excludes_of_their_repository(lay: Lay) -> None:
    top = lay({"main/a.py": "", "main/b.py": "", "sub/a.py": ""})

    def git(*arguments: str, cwd: Path) -> None:
        names = ("-c", "user.name=n", "-c", "user.email=e@e", "-c", "protocol.file.allow=always")
        subprocess.run(["git", *names, *arguments], cwd=cwd, check=True, capture_output=True)

    for folder in ("main", "sub"):
        git("init", "-q", cwd=top / folder)
        git("add", ".", cwd=top / folder)
        git("commit", "-qm", "x", cwd=top / folder)
    git("submodule", "add", str(top / "sub"), "sub", cwd=top / "main")
    git("worktree", "add", "-q", str(top / "tree"), cwd=top / "main")
    (top / "main/.git/info/exclude").write_text("b.py\n")
    (top / "main/.git/modules/sub/info/exclude").write_text("a.py\n")
    assert found(top / "main") == {".gitmodules", "a.py"}
    assert found(top / "main/sub") == set()
    assert found(top / "tree") == {"a.py"}
    assert (top / "tree/.git").is_file()


@pytest.mark.parametrize("where", ["config", ".gitconfig", "ignore"])
def test_git_s_own_rules_for_all_repositories_hold(lay: Lay, home: Path, where: str) -> None:
    root = lay(
        {".gitignore": "!b.py\n", "a.py": "", "b.py": "", "sub/.git/HEAD": "", "sub/a.py": "", "c.py": ""}
    )
    (home / ".config/git").mkdir(parents=True)
    rules = home / (".config/git/ignore" if where == "ignore" else "rules")
    rules.write_text("a.py\nb.py\n")
    if where != "ignore":
        config = home / where if where == ".gitconfig" else home / ".config/git/config"
        config.write_text('[user]\nname = x\n[Core]\n\texcludesFile = "~/rules" ; mine\n')
    assert found(root) == {"b.py", "c.py"}


def test_rule_files_that_are_no_files_are_passed_over(lay: Lay) -> None:
    root = lay({"a.py": "", "rules": "b.py\n", "b.py": ""})
    os.mkfifo(root / ".gitignore")
    (root / ".ignore").mkdir()
    (root / ".quintetignore").symlink_to(root / "rules")
    (root / ".git").write_text("gitdir: nowhere\n")
    assert found(root) == {"a.py", "rules"}
    (root / ".quintetignore").unlink()
    (root / ".quintetignore").symlink_to(root / "gone")
    assert found(root) == {"a.py", "b.py", "rules"}


def test_a_root_that_is_not_there_has_no_rules(tmp_path: Path) -> None:
    assert not rules_for(tmp_path / "gone", {}).ignored("a.py", folder=False)
