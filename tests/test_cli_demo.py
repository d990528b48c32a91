import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from quintet.cli import main
from quintet.cli.demo import lay_out
from quintet_models.backends import pocket

KEPT = "The project is kept, with its bug, in "


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "unittest", "-v"], cwd=project, capture_output=True, text=True, check=False
    )


def test_the_project_has_one_failing_test_among_a_dozen(tmp_path: Path) -> None:
    lay_out(tmp_path / "project")

    lines = run_tests(tmp_path / "project").stderr.splitlines()

    assert sum(line.endswith("... ok") for line in lines) >= 12
    assert [line.split()[0] for line in lines if line.endswith("... FAIL")] == [
        "test_saturday_moves_to_monday"
    ]


def test_without_a_model_the_demo_still_proves_its_fix_and_keeps_what_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["demo", "--keep", "--backend", "none", "--order", "prior"]) == 0

    out = capsys.readouterr().out
    assert "-    return day.weekday() <= 5 and day not in holidays" in out
    assert "before   exit code 1, 15 passed, 1 failed" in out
    assert "after    exit code 0, 16 passed" in out
    project = Path(next(line for line in out.splitlines() if line.startswith(KEPT)).removeprefix(KEPT))
    assert (project / "invoicing" / "terms.py").is_file()
    assert "failures=1" in run_tests(project).stderr


@pytest.mark.model
def test_the_pocket_model_repairs_the_demo_and_the_folder_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0

    out = capsys.readouterr().out
    assert f"model    pocket: {pocket.MODEL_NAME}" in out
    assert "Verified: your tests accept this patch" in out
    project = next(line for line in out.splitlines() if line.startswith("The project was in ")).split()[4]
    assert not Path(project).parent.exists()


def test_a_missing_engine_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pocket, "PACKAGE", "no_such_package")

    assert main(["demo"]) == 2
    assert pocket.INSTALL in capsys.readouterr().err
