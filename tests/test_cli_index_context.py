import json
from pathlib import Path

import pytest

from quintet.cli import main
from support import Lay

FILES = {
    "pay/terms.py": 'def due_date(issued):\n    """When an invoice falls due."""\n    return issued\n',
    "pay/money.py": "class Money:\n    def cents(self):\n        return 1\n",
    "web/app.js": "function start() {}\n",
    "notes.txt": "nothing\n",
    "node_modules/x/index.js": "function other() {}\n",
}


@pytest.fixture
def project(lay: Lay) -> Path:
    root = lay(FILES)
    (root / "image.py").write_bytes(b"\0\1")
    return root


def test_the_index_says_what_it_holds_and_what_it_took(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--workspace", str(project), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    sources = [text for path, text in FILES.items() if not path.startswith("node_modules")]
    assert (found["files"], found["symbols"]) == (4, 4)
    assert found["bytes"] == sum(map(len, sources))
    assert found["from_cache"] == 0
    assert {skip["path"] for skip in found["skipped"]} == {"image.py", "node_modules/"}
    assert all(skip["reason"] for skip in found["skipped"])
    assert all(isinstance(found[name], float) for name in ("seconds", "cpu_seconds", "peak_rss_mb"))


def test_a_second_index_reads_only_what_has_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--workspace", str(project)]) == 0
    (project / "web/app.js").write_text("function begin() {}\n")
    capsys.readouterr()
    assert main(["index", "--workspace", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["from_cache"] == 3


def test_what_the_workspace_and_the_environment_deny_is_in_neither(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["index", "--workspace", str(project)]) == 0
    (project / "quintet.toml").write_text('deny = ["/pay/terms.py", "!web/", "["]\n')
    monkeypatch.setenv("QUINTET_DENY", "web/")
    capsys.readouterr()
    assert main(["index", "--workspace", str(project), "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    denied = {skip["path"] for skip in found["skipped"] if skip["reason"] == "on your deny list"}
    assert denied == {"pay/terms.py", "web/"}
    assert (found["files"], found["symbols"]) == (3, 2)
    assert err == 'quintet: quintet.toml: quintet.deny: "[" is no pattern and denies nothing.\n'
    query = "when is the due date of an invoice, and what does start do"
    assert main(["context", "--workspace", str(project), "--query", query, "--tokens", "900", "--json"]) == 0
    text = json.loads(capsys.readouterr().out)["text"]
    assert "Money" in text
    assert "due_date" not in text
    assert "function start" not in text


def test_an_empty_workspace_has_an_empty_index(lay: Lay, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "--workspace", str(lay({}))]) == 0
    assert "files     0" in capsys.readouterr().out


def test_the_context_holds_what_the_query_speaks_of_within_its_budget(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = project.parent / "query.txt"
    query.write_text("the due date of an invoice is wrong")

    assert (
        main(["context", "--workspace", str(project), "--query", f"@{query}", "--tokens", "300", "--json"])
        == 0
    )

    found = json.loads(capsys.readouterr().out)
    assert 0 < found["tokens"] <= 300
    terms = next(file for file in found["files"] if file["path"] == "pay/terms.py")
    assert "due_date" in terms["symbols"]
    assert [1, 3] in terms["lines"]
    assert terms["why"]
    assert "def due_date(issued)" in found["text"]


def test_a_budget_too_small_for_anything_leaves_it_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["context", "--workspace", str(project), "--query", "due", "--tokens", "1"]) == 0
    assert "0 tokens" in capsys.readouterr().out
