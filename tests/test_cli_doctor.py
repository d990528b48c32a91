import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub_server import serve_hub
from quintet.cli import main
from quintet_models.backends import pocket
from quintet_models.backends.handshake import LOCAL_SERVERS
from support import Lay

TEST = "from unittest import TestCase\n\n\nclass T(TestCase):\n    def test_it(self):\n        pass\n"


def examine(
    root: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--workspace", str(root), "--json", *more])
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is (code == 0)
    return code, {check["name"]: check for check in found["checks"]}


def test_everything_is_looked_at(lay: Lay, capsys: pytest.CaptureFixture[str]) -> None:
    code, checks = examine(lay({"test_a.py": TEST}), capsys, "--backend", "none")

    assert code == 0
    assert {
        "quintet",
        "sandbox",
        "tests",
        "git",
        "node",
        *LOCAL_SERVERS,
        "pocket model",
        "engine",
        "cache",
    } <= set(checks)
    assert checks["tests"]["status"] == "ok"
    assert checks["tests"]["found"].startswith("python -m ")
    assert checks["engine"]["status"] == "warn"
    assert all(check["todo"] for check in checks.values() if check["status"] != "ok")


def test_the_interpreter_is_asked_where_nothing_of_the_workspace_lies(
    lay: Lay, capsys: pytest.CaptureFixture[str]
) -> None:
    root = lay({"test_a.py": TEST, "json.py": "raise SystemExit('a module of the workspace ran')\n"})
    _, checks = examine(root, capsys, "--backend", "none")

    assert checks["tests"]["status"] == "ok"


def test_an_environment_of_the_workspace_is_found(lay: Lay, capsys: pytest.CaptureFixture[str]) -> None:
    root = lay({"test_a.py": TEST, "quintet.toml": "[test]\ncommand = 'python -m unittest'\n"})
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    _, checks = examine(root, capsys, "--backend", "none")

    assert checks["tests"]["status"] == "ok"
    assert f"{root}/.venv/bin/python" in checks["tests"]["found"]


def test_nothing_of_an_untrusted_workspace_is_run(
    lay: Lay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("QUINTET_TRUSTED", "false")
    monkeypatch.setenv("PATH", str(tmp_path))  # no bubblewrap either, which would hide what was done
    mark = tmp_path / "ran"
    root = lay({"test_a.py": TEST, ".venv/pyvenv.cfg": "", ".venv/bin/python": f"#!/bin/sh\n: > {mark}\n"})
    (root / ".venv/bin/python").chmod(0o755)
    _, checks = examine(root, capsys, "--backend", "none")

    assert checks["tests"]["found"] == "not looked at: the setting quintet.trusted is off"
    assert not mark.exists()


def test_an_engine_that_does_not_answer_fails_with_what_to_do(
    lay: Lay, capsys: pytest.CaptureFixture[str]
) -> None:
    code, checks = examine(lay({}), capsys, "--backend", "openai:http://127.0.0.1:9")

    assert code == 1
    assert checks["engine openai:http://127.0.0.1:9"]["status"] == "fail"


def test_a_workspace_without_tests_and_a_model_that_is_not_there_are_warnings(
    lay: Lay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pocket, "PACKAGE", "no_such_package")
    _, checks = examine(lay({"notes.txt": ""}), capsys, "--backend", "none")

    assert checks["tests"]["status"] == "warn"
    assert "--test" in checks["tests"]["todo"]
    assert checks["pocket model"]["todo"] == f"run: {pocket.INSTALL}"


def test_a_server_that_answers_is_named_with_its_models(
    lay: Lay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_hub({"v1/models": b'{"data": [{"id": "qwen"}]}'}) as server:
        monkeypatch.setitem(LOCAL_SERVERS, "vLLM", server.url)
        _, checks = examine(lay({}), capsys, "--backend", "none")

    assert checks["vLLM"]["found"] == f"qwen at {server.url}"
    assert "not running" in checks["Ollama"]["found"]


def test_a_bad_option_of_the_workspace_is_among_the_findings(
    lay: Lay, capsys: pytest.CaptureFixture[str]
) -> None:
    _, checks = examine(lay({"quintet.toml": "mode = 'quick'\n"}), capsys, "--backend", "none")

    assert checks["settings"]["status"] == "warn"
    assert "mode" in checks["settings"]["found"]


def test_a_person_reads_lines_with_marks(lay: Lay, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--workspace", str(lay({})), "--backend", "none"]) == 0

    out = capsys.readouterr().out
    assert "✓  quintet" in out
    assert "!  engine" in out
    assert "→" in out
