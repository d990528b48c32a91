"""The settings in the VS Code extension's manifest are those of the server, and the client's own stay."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from quintet.settings import DEFAULTS

EXTENSION = Path(__file__).resolve().parent.parent / "docs" / "_ext"


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vscode_settings", EXTENSION / "vscode_settings.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def manifest(writer: ModuleType) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(writer.MANIFEST.read_text(encoding="utf-8"))
    return loaded


def properties(manifest: dict[str, Any]) -> dict[str, Any]:
    parts = manifest["contributes"]["configuration"]
    return {key: value for part in parts for key, value in part["properties"].items()}


def test_the_manifest_is_what_the_code_says(writer: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert writer.main(["--check"]) == 0, capsys.readouterr().out


def test_every_setting_is_there_but_the_one_vs_code_answers_itself(manifest: dict[str, Any]) -> None:
    own = {"quintet.server.path", "quintet.server.python", "quintet.trace.server"}
    assert set(properties(manifest)) - own == {f"quintet.{key}" for key in DEFAULTS} - {"quintet.trusted"}


def test_a_stale_manifest_is_noticed_and_written_anew(
    writer: ModuleType, manifest: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = json.dumps(manifest)
    servers = manifest["contributes"]["configuration"][0]["properties"]
    del servers["quintet.mode"]
    servers["quintet.gone"] = {"type": "string"}
    path = tmp_path / "package.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr(writer, "MANIFEST", path)
    assert writer.main(["--check"]) == 1
    assert writer.main([]) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(right)


def test_a_workspace_cannot_set_what_is_the_users_alone(manifest: dict[str, Any]) -> None:
    scopes = {key: entry["scope"] for key, entry in properties(manifest).items()}
    assert {key for key, scope in scopes.items() if scope == "machine"} == {
        "quintet.backend",
        "quintet.sandbox",
    }


def test_types_are_what_the_settings_editor_can_draw(writer: ModuleType) -> None:
    assert writer.property_of("mode", "")["enum"] == ["fast", "standard", "deep", "auto"]
    assert writer.property_of("threads", "")["type"] == ["integer", "null"]
    assert writer.property_of("deny", "")["items"] == {"type": "string"}
