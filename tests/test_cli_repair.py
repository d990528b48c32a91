import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quintet.cli import main
from quintet.cli.failure import CommandError
from quintet.cli.options import parser
from quintet.cli.repair import task_from
from support import Lay

BUGGY = "def total(prices, discount):\n    return sum(prices) * (100 + discount) / 100\n"
FIXED = BUGGY.replace("+", "-")
TEST = """from unittest import TestCase

from shop import total


class TotalTest(TestCase):
    def test_discount(self):
        self.assertEqual(total([10, 20], 10), 27)

    def test_no_discount(self):
        self.assertEqual(total([10, 20], 0), 30)
"""
OFFLINE = ["--backend", "none", "--order", "prior"]


@pytest.fixture
def shop(lay: Lay) -> Path:
    return lay({"shop.py": BUGGY, "test_shop.py": TEST, "notes.txt": "\xe4"})


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def repair(root: Path, *more: str, test: str = "python -m unittest") -> int:
    return main(["repair", "--workspace", str(root), "--test", test, *OFFLINE, *more])


def test_a_bug_is_repaired_and_the_workspace_left_alone(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(shop)

    assert repair(shop, "--json") == 0

    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "verified"
    assert "-    return sum(prices) * (100 + discount) / 100" in found["patch"]
    assert "+    return sum(prices) * (100 - discount) / 100" in found["patch"]
    assert found["verdict"]["after"]["exit_code"] == 0
    assert [step["role"] for step in found["steps"]][:2] == ["planner", "coder"]
    assert everything(shop) == before


def test_apply_writes_what_was_verified(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repair(shop, "--apply", "--file", "shop.py:2", "--issue", "discounts are added") == 0

    out = capsys.readouterr().out
    assert (shop / "shop.py").read_text() == FIXED
    assert "Verified: your tests accept this patch" in out
    assert out.endswith("Written: shop.py\n")


def test_what_cannot_be_repaired_exits_1(lay: Lay, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay({"shop.py": BUGGY, "test_shop.py": TEST.replace("27", "'a discount'")})

    assert repair(root, "--mode", "fast", "--candidates", "5", "--json") == 1

    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["patch"], found["verdict"]) == ("abandoned", "", None)
    assert found["judged"] <= 5


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        ("no-such-program", "cannot be run"),
        ("python 'unclosed", "cannot be read"),
        ("python -m unittest", "pass"),
    ],
)
def test_tests_that_say_nothing_are_one_sentence_and_exit_code_2(
    lay: Lay, test: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = lay({"shop.py": FIXED, "test_shop.py": TEST})

    assert repair(root, "--json", test=test) == 2

    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert json.loads(out)["outcome"] == "abandoned"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--file", "none.py"], "there is no file none.py"),
        (["--file", "../outside.py"], "lies outside the workspace"),
        (["--issue", "@none.md"], "cannot read none.md: No such file"),
        (["--issue", "@workspace/notes.bin"], "it is not UTF-8"),
        (["--backend", "magic"], "names no engine"),
        (["--backend", "openai:http://127.0.0.1:9"], "127.0.0.1:9"),
    ],
)
def test_bad_options_are_one_sentence_and_exit_code_2(
    shop: Path,
    options: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (shop.parent / "outside.py").write_text("")
    (shop / "notes.bin").write_bytes(b"\xff")
    monkeypatch.chdir(shop.parent)

    assert main(["repair", "--workspace", str(shop), "--test", "python -m unittest", "--json", *options]) == 2

    out, err = capsys.readouterr()
    assert sentence in err
    assert (out, err.count("\n")) == ("", 1)


def test_a_place_is_found_from_the_workspace_or_from_here(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "odd:3").write_text("")
    monkeypatch.chdir(shop.parent)

    def place(said: str) -> tuple[str | None, int | None]:
        task = task_from(parser().parse_args(["repair", "--file", said]), shop, None)
        return task.path, task.line

    assert place("shop.py") == ("shop.py", None)
    assert place("shop.py:2") == ("shop.py", 2)
    assert place("workspace/shop.py:2") == ("shop.py", 2)
    assert place(str(shop / "shop.py")) == ("shop.py", None)
    assert place("odd:3") == ("odd:3", None)
    with pytest.raises(CommandError, match=r"there is no file shop\.py:x"):
        place("shop.py:x")


def test_the_workspaces_own_settings_are_used_and_the_command_line_is_stronger(shop: Path) -> None:
    (shop / "quintet.toml").write_text("mode = 'deep'\n[test]\ncommand = 'make check'\n")
    from quintet.cli.bench import choices_from  # noqa: PLC0415  the composition root is heavy

    found = choices_from(parser().parse_args(["repair", "--mode", "fast", "--candidates", "7"]), shop)

    assert found.settings.mode == "fast"
    assert found.settings.test.command == "make check"
    assert found.settings.budget.tests == found.candidates == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_and_leaves_nothing_behind(
    lay: Lay, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    started = tmp_path / "started"
    root = lay(
        {"shop.py": BUGGY, "test_shop.py": "import time\nprint('started', flush=True)\ntime.sleep(600)\n"}
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before = everything(root)
    command = [sys.executable, "-m", "quintet", "repair", "--workspace", str(root), *OFFLINE]
    # A shell starts what it runs in the background with this signal ignored, and a child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with started.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--test", "python -m unittest"],
            stdout=out,
            stderr=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        )
    try:
        deadline = time.monotonic() + 60
        while b"running its tests" not in started.read_bytes() and time.monotonic() < deadline:
            time.sleep(0.05)
        children = set(descendants(process.pid))
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()

    assert process.returncode == code
    assert err.count(b"\n") == 1
    assert b"Traceback" not in err
    assert everything(root) == before
    assert list(temporary.iterdir()) == []
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def descendants(pid: int) -> list[int]:
    """Processes under `pid`, as far as /proc can tell."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found
