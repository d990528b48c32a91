"""What README and docs say is so: the two lines, settings, command line, links, nobody's own paths."""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pathspec
import pytest

from quintet.cli.options import parser

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"


def project_files() -> list[Path]:
    """What git tracks or would track; found without git, so that an unpacked release can be tested."""
    ignored = pathspec.GitIgnoreSpec.from_lines([*(ROOT / ".gitignore").read_text().splitlines(), ".git/"])
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if not ignored.match_file(f"{(here / name).as_posix()}/")]
        found += [here / name for name in files if not ignored.match_file((here / name).as_posix())]
    return found


PAGES = sorted(
    path for path in project_files() if path.suffix == ".md" and path.parts[0] in {"README.md", "docs"}
)


def blocks_under(heading: str) -> list[tuple[str, str]]:
    """(language, text) of the fenced blocks between a heading of the README and the next."""
    section = README.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("heading", ["Try it", "Run the tests"])
def test_the_readme_gives_one_line_to_copy(heading: str) -> None:
    ((language, text),) = blocks_under(heading)
    assert language == "sh"
    assert text.count("\n") == 1
    assert text.startswith("python3 .ci/venv.py ")


@pytest.mark.parametrize("status", [0, 3])
def test_ci_runs_the_readmes_line_and_ends_as_it_does(tmp_path: Path, status: int) -> None:
    tools = tmp_path / "bin"  # all that .ci/run calls but apt-get: a test installs nothing
    tools.mkdir()
    for tool in ("bash", "dirname", "awk", "wc", "mktemp", "rm", "tee", "grep"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    line = (
        f"echo 'threads:' $OMP_NUM_THREADS && echo '=== 7 passed in 1.00s ===' && echo docs && exit {status}"
    )
    (tmp_path / "README.md").write_text(
        "## Try it\n```sh\nfalse\n```\n## Run the tests\nLike so:\n\n"
        f"```sh\n{line}\n```\n## Else\n```sh\nfalse\n```\n"
    )
    command = ["bash", str(tmp_path / ".ci" / "run")]
    ran = subprocess.run(command, env={"PATH": str(tools)}, check=False, capture_output=True, text=True)
    assert ran.returncode == status
    assert "threads: 1" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "=== 7 passed in 1.00s ==="


@pytest.mark.parametrize("block", ["", "one\ntwo\n"])
def test_ci_refuses_a_readme_without_its_one_line(tmp_path: Path, block: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "README.md").write_text(f"## Run the tests\n```sh\n{block}```\n")
    (tmp_path / "bwrap").touch(mode=0o755)
    surroundings = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", str(tmp_path / ".ci" / "run")]
    ran = subprocess.run(command, env=surroundings, check=False, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "exactly one line" in ran.stderr


def settings_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_page", DOCS / "_ext" / "settings_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_is_what_the_code_says() -> None:
    page = settings_page()
    assert page.PAGE.read_text("utf-8") == page.render(), "run: poe settings-page"


def test_every_setting_is_documented() -> None:
    page = settings_page()
    assert [entry.key for entry in page.entries(page.Settings) if not entry.doc] == []


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_option_is_documented(name: str, command: argparse.ArgumentParser) -> None:
    page = (DOCS / "command-line.md").read_text("utf-8")
    section = page.partition(f"\n## quintet {name}\n")[2].partition("\n## ")[0]
    shared = page.partition("\n## Options of every repair\n")[2]
    options = {option for action in command._actions for option in action.option_strings}
    missing = {option for option in options - {"-h", "--help"} if f"`{option}" not in section + shared}
    assert section
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    text = re.sub(
        r"^(```+|~~~+).*?^\1$", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    targets = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text))
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in local if not (ROOT / page.parent / target).exists()] == []


def test_every_decision_is_in_the_list() -> None:
    listed = (DOCS / "decisions" / "index.md").read_text("utf-8")
    pages = [path.stem for path in (DOCS / "decisions").glob("[0-9]*.md")]
    assert [page for page in pages if f"\n{page}\n" not in listed] == []


def test_the_changelog_fragments_make_a_changelog(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "towncrier",
        "build",
        "--draft",
        "--version",
        "9.9",
        "--date",
        "2026-01-01",
    ]
    command += ["--dir", str(ROOT), "--config", str(ROOT / "pyproject.toml")]
    ran = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "## 9.9 (2026-01-01)" in ran.stdout
    fragments = [path for path in (DOCS / "changelog.d").glob("*.md") if path.name != "README.md"]
    assert [path.name for path in fragments if len(path.name.split(".")) != 3] == []
    assert all(path.read_text("utf-8").split("\n")[0] in ran.stdout for path in fragments)


def test_no_file_names_a_place_on_somebodys_own_machine() -> None:
    place = r"(?<![\w.$}/-])/(?:work|root|farm|home/(?!me/)\w+|Users/\w+)/[\w.-]+"  # /home/me is nobody's
    named: list[str] = []
    for path in project_files():
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{path}: {found}" for found in re.findall(place, text) if path.name != "test_docs.py"]
    assert named == []
