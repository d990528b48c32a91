"""Changes since the last commit, reviewed: by tests, by what none of them runs, and by a model."""

import subprocess
from pathlib import Path

import pytest

from quintet.reviewing import Reviewed, review
from quintet.session import Session
from quintet.settings import Source
from support import Lay

SUMS = "def add(a, b):\n    return a + b\n\n\ndef unused(a):\n    return a\n"
TEST = "from sums import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.invalid")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def committed(lay: Lay) -> Path:
    root = lay({"sums.py": SUMS, "test_sums.py": TEST, "pyproject.toml": ""})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


def session(root: Path, backend: str = "none") -> Session:
    it = Session(root)
    it.configure(Source("editor", "test", {"backend": backend, "index": False}))
    return it


async def reviewed(it: Session, only: str | None = None) -> Reviewed:
    try:
        found = await review(it, only)
    finally:
        await it.aclose()
    assert isinstance(found, Reviewed), found
    return found


async def test_nothing_changed_is_a_sentence(committed: Path) -> None:
    it = session(committed)
    assert await review(it) == "Nothing differs from the last commit."
    await it.aclose()


async def test_where_nothing_was_committed_there_is_nothing_to_compare_with(lay: Lay) -> None:
    it = session(lay({"sums.py": SUMS}))
    it.open("sums.py", "file:///sums.py", SUMS + "x = 1\n", 1)
    found = await review(it)
    assert isinstance(found, str)
    assert found.startswith("There is no commit to compare with")
    await it.aclose()


async def test_a_test_that_fails_for_another_reason_is_not_blamed_on_the_change(committed: Path) -> None:
    (committed / "test_other.py").write_text("def test_other():\n    assert False\n")
    git(committed, "add", ".")
    git(committed, "commit", "-qm", "second")
    (committed / "sums.py").write_text(SUMS.replace("return a + b", "return b + a"))
    assert (await reviewed(session(committed))).findings == ()


async def test_a_changed_line_that_no_test_runs_is_found_and_one_that_is_run_is_not(committed: Path) -> None:
    text = SUMS.replace("return a + b", "return b + a").replace("    return a\n", "    return a + 1\n")
    (committed / "sums.py").write_text(text)
    found = await reviewed(session(committed))
    [unseen] = found.findings
    assert (unseen.message, unseen.severity) == ("No test runs this changed line.", "information")
    assert text[unseen.start : unseen.end] == "return a + 1"


async def test_a_buffer_that_is_not_saved_counts_and_a_failing_test_is_reported(committed: Path) -> None:
    it = session(committed)
    it.open("sums.py", (committed / "sums.py").as_uri(), SUMS.replace("a + b", "a - b"), 1)
    found = await reviewed(it)
    assert found.files == ("sums.py",)
    [failing] = found.findings
    assert (failing.path, failing.severity, failing.tests) == (
        "test_sums.py",
        "error",
        ("test_sums.py::test_add",),
    )


async def test_remarks_of_a_model_count_on_changed_lines_only(committed: Path, tmp_path: Path) -> None:
    (committed / "sums.py").write_text(SUMS.replace("return a + b", "return b + a"))
    script = tmp_path / "script.jsonl"
    remarks = "sums.py:2: the order of texts is another one now\\nsums.py:6: this returns its argument\\nelsewhere.py:1: what is this"
    script.write_text(f'{{"profile": {{"capable": true}}}}\n{{"match": "> ", "text": "{remarks}"}}\n')
    found = await reviewed(session(committed, f"scripted:{script}"), "sums.py")
    assert [(each.path, each.severity) for each in found.findings] == [("sums.py", "warning")]
    assert found.findings[0].message == "the order of texts is another one now (a model's remark)"
