import importlib.util
import subprocess
import sys

import pytest

from quintet import __version__
from quintet.cli import main
from quintet.cli.options import parser
from support import Lay

COMMANDS = {
    "serve": [],
    "repair": [],
    "demo": [],
    "index": [],
    "context": ["--query", "x", "--tokens", "10"],
    "doctor": [],
    "models": ["list"],
    "eval": ["tasks.jsonl", "--out", "out"],
}


@pytest.mark.parametrize(("name", "rest"), COMMANDS.items())
def test_every_command_has_its_module(name: str, rest: list[str]) -> None:
    chosen = parser().parse_args([name, *rest])

    assert importlib.util.find_spec(f"quintet.cli.{chosen.module}") is not None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["mend"], "invalid choice: 'mend'"),
        (["repair", "--mode", "slow"], "invalid choice: 'slow'"),
        (["repair", "--candidates", "0"], "must be a number above 0, not '0'"),
        (["repair", "--budget-seconds", "nan"], "must be a number above 0, not 'nan'"),
        (["context", "--query", "x"], "the following arguments are required: --tokens"),
        (["eval", "tasks.jsonl"], "the following arguments are required: --out"),
    ],
)
def test_a_usage_error_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    out, err = capsys.readouterr()
    assert caught.value.code == 2
    assert sentence in err
    assert (out, err.count("\n")) == ("", 1)


def test_an_environment_error_is_one_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "--workspace", "no/such/folder"]) == 2
    assert capsys.readouterr() == ("", "quintet: the workspace no/such/folder is not a folder\n")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out == f"quintet {__version__}\n"


def test_reading_the_command_line_imports_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; import quintet.cli; quintet.cli.parser().parse_args(['serve']);"
        "ours = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names);"
        "print(*sorted(name for name in ours if not name.startswith('_')), 'asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["quintet", "False"]


def test_a_reader_that_goes_away_is_no_failure_of_ours() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "quintet", "models", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        err = stderr.read()

    assert (process.wait(), err) == (141, b"")


def test_a_repair_is_refused_where_nobody_can_tell_what_must_not_be_read(
    lay: Lay, capsys: pytest.CaptureFixture[str]
) -> None:
    root = lay({"a.py": "x = 1\n", "quintet.toml": 'deny = ["private/"'})
    assert main(["repair", "--workspace", str(root), "--backend", "none"]) == 2
    assert "What quintet.toml denies cannot be read: put it right first." in capsys.readouterr().err
