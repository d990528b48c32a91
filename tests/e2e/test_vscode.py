"""Our extension in the real VS Code: code-server, Chromium, the real server; each scenario is a module that plays it."""

import json
import os
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest

from e2e.installed import INSTALL, places
from e2e.leftovers import leftovers

HERE = Path(__file__).parent / "vscode"
EXTENSION = Path(__file__).parents[2] / "editor_clients" / "vscode"
SCENARIOS = sorted(path.stem for path in (HERE / "scenarios").glob("*.mjs"))
PATIENCE = 900
"""Seconds that all scenarios together may take on a machine with other work."""
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata><Identity {identity}/><DisplayName>{name}</DisplayName></Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation><Dependencies/>
<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"/></Assets>
</PackageManifest>"""
TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension=".json" ContentType="application/json"/><Default Extension=".js" ContentType="application/javascript"/>
<Default Extension=".vsixmanifest" ContentType="text/xml"/></Types>"""

Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The results of the scenarios that are wanted, all played in one code-server: by name, whether and why not."""
    wanted = [item.callspec.params["scenario"] for item in request.session.items if _plays(item)]  # type: ignore[attr-defined]
    return play(wanted, tmp_path_factory.mktemp("vscode"))


def play(scenarios: list[str], folder: Path, shots: Path | None = None) -> Results:
    """Play scenarios. Pictures go to `shots`, or else to `$QUINTET_SHOTS`, or else into the folder."""
    where = places()
    assert all((where.node, where.code_server, where.playwright, where.chromium)), INSTALL
    shots = (shots or Path(os.environ.get("QUINTET_SHOTS") or folder / "shots")).absolute()
    shots.mkdir(parents=True, exist_ok=True)
    mark = uuid.uuid4().hex
    job = {
        "node": str(where.node),
        "codeServer": str(where.code_server),
        "playwright": str(where.playwright),
        "chromium": str(where.chromium),
        "vsixes": [str(extension()), str(probe(folder))],
        "server": str(Path(sys.executable).with_name("quintet")),
        "python": sys.executable,
        "folder": str(folder),
        "shots": str(shots),
        "mark": mark,
        "scenarios": scenarios,
    }
    command = [str(where.node), str(HERE / "run.mjs"), json.dumps(job)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command,
        env={**os.environ, "PATH": path},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    results = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert ran.returncode == 0, ran.stderr
    return {result["name"]: result for result in results} | {"mark": {"mark": mark}}


def extension() -> Path:
    """The built extension, built anew where its sources are younger."""
    sources = [EXTENSION / name for name in ("package.json", "esbuild.mjs", "README.md")]
    sources += [path for name in ("src", "media") for path in (EXTENSION / name).rglob("*") if path.is_file()]
    newest = max(path.stat().st_mtime for path in sources)
    built = max(EXTENSION.glob("*.vsix"), key=lambda path: path.stat().st_mtime, default=None)
    if built is None or built.stat().st_mtime < newest:
        path = f"{os.environ['PATH']}{os.pathsep}{places().node.parent}"
        command = [sys.executable, str(EXTENSION / "build.py")]
        ran = subprocess.run(
            command, env={**os.environ, "PATH": path}, check=False, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        built = max(EXTENSION.glob("*.vsix"), key=lambda path: path.stat().st_mtime)
    return built


def probe(folder: Path) -> Path:
    """The extension with tests of VS Code's API, packed as VS Code wants it."""
    about = json.loads((HERE / "probe" / "package.json").read_text())
    identity = (
        f'Id="{about["name"]}" Version="{about["version"]}" Publisher="{about["publisher"]}" Language="en-US"'
    )
    manifest = MANIFEST.format(identity=identity, name=about["displayName"])
    packed = folder / "probe.vsix"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("extension.vsixmanifest", manifest)
        archive.writestr("[Content_Types].xml", TYPES)
        for name in ("package.json", "extension.js"):
            archive.write(HERE / "probe" / name, f"extension/{name}")
    return packed


def _plays(item: Any) -> bool:
    return getattr(item, "originalname", "") == "test_a_scenario"


@pytest.mark.editor
@pytest.mark.installed
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario(played: Results, scenario: str) -> None:
    assert played[scenario]["ok"], played[scenario]["problem"]


@pytest.mark.editor
@pytest.mark.installed
def test_nothing_is_left_running(played: Results) -> None:
    assert played["leftovers"]["ok"], played["leftovers"]["problem"]
    assert leftovers(played["mark"]["mark"]) == []
