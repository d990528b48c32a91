from collections.abc import Mapping
from pathlib import Path

import pytest

from quintet.agents.task import Abandoned, Verified
from quintet.settling import Current, Moved, documents_of, moved_on, rebased, settle, verified
from quintet.tools.sandbox import Sandbox
from quintet.tools.verdict import TestRun, Verdict
from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import Patch, create_file, replace_text
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import BUGGY, Lay

MENDED = BUGGY.replace("100 + discount", "100 - discount")
PRICES = "shop/prices.py"


def texts(prices: str | None = None, **others: str) -> Current:
    """Current texts: the prices, files in the root by their names, nothing else."""
    known = {f"{name}.py": text for name, text in others.items()} | ({PRICES: prices} if prices else {})

    def current(path: str) -> Document | Unreadable:
        return Document(path, known[path]) if path in known else Unreadable(path, f"{path} does not exist.")

    return current


@pytest.fixture
def patch() -> Patch:
    return Patch((replace_text(Document(PRICES, BUGGY), MENDED), create_file("new.py", "y = 1\n")))


def test_a_patch_is_for_the_texts_it_was_made_for(patch: Patch) -> None:
    found = documents_of(patch, texts(BUGGY))
    assert found == {PRICES: Document(PRICES, BUGGY), "new.py": Document("new.py", "")}


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (texts(MENDED), "shop/prices.py has changed meanwhile."),
        (texts(BUGGY, new="x"), "new.py has come to exist meanwhile."),
        (texts(), "shop/prices.py does not exist."),
    ],
)
def test_a_patch_for_other_texts_is_recognised(patch: Patch, now: Current, reason: str) -> None:
    assert documents_of(patch, now) == Moved(reason)


def test_texts_move_on_when_a_buffer_changes_opens_with_another_text_or_closes(shop: Path) -> None:
    (shop / "other.py").write_text("y")
    snapshot = open_snapshot(shop, {PRICES: Document(PRICES, MENDED)})
    same = texts(MENDED)
    assert not moved_on(snapshot, [PRICES], same)
    assert moved_on(snapshot, [PRICES], texts(BUGGY))
    assert moved_on(snapshot, [], texts(BUGGY))
    assert moved_on(snapshot, ["other.py"], texts(MENDED, other="x"))
    assert not moved_on(snapshot, ["other.py"], texts(MENDED, other="y"))
    assert moved_on(snapshot, ["brand_new.py"], texts(MENDED, brand_new="x"))


def test_a_patch_follows_edits_elsewhere(shop: Path, patch: Patch) -> None:
    now = texts("# more\n" + BUGGY)
    moved = rebased(patch, open_snapshot(shop).document, now)
    assert moved == Patch(
        (replace_text(Document(PRICES, "# more\n" + BUGGY), "# more\n" + MENDED), patch.files[1])
    )


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (
            texts(MENDED.replace("-", "*")),
            "shop/prices.py was edited in the same place meanwhile.",
        ),
        (texts(), "shop/prices.py is no longer there to be changed."),
        (texts(BUGGY, new="x"), "new.py has come to exist meanwhile."),
    ],
)
def test_a_patch_that_cannot_follow_says_why(shop: Path, patch: Patch, now: Current, reason: str) -> None:
    assert rebased(patch, open_snapshot(shop).document, now) == Moved(reason)


def test_a_file_nobody_had_open_that_changed_on_the_disk_is_a_reason(shop: Path, patch: Patch) -> None:
    snapshot = open_snapshot(shop)
    (shop / PRICES).write_text("# more\n" + BUGGY)
    reason = "shop/prices.py has changed on the disk meanwhile."
    assert rebased(patch, snapshot.document, snapshot.document) == Moved(reason)


def test_a_file_opened_with_the_text_the_patch_is_for_needs_no_disk(shop: Path, patch: Patch) -> None:
    snapshot = open_snapshot(shop)
    (shop / PRICES).write_text("# more\n" + BUGGY)
    assert rebased(patch, snapshot.document, texts(BUGGY)) == patch


def earlier(patch: Patch, *named: str, command: str = "python -m pytest -q -p no:cacheprovider") -> Verified:
    """A verdict from before, of which the command and the tests matter."""
    run = TestRun(command, 1, 0.1, {})
    verdict = Verdict(
        verified=True,
        reason="",
        command=command,
        before=run,
        after=run,
        named=named,
        newly_failing=(),
        level="",
    )
    return Verified(patch, "", verdict)


FAILING = "tests/test_prices.py::test_total"


async def test_a_moved_patch_is_verified_afresh_with_its_own_diff(shop: Path, sandbox: Sandbox) -> None:
    (shop / PRICES).write_text("# more\n" + BUGGY)
    patch = Patch((replace_text(Document(PRICES, "# more\n" + BUGGY), "# more\n" + MENDED),))
    again = await verified(patch, earlier(patch, FAILING), open_snapshot(shop), sandbox)
    assert isinstance(again, Verified)
    assert again.verdict.after is not None
    assert again.verdict.after.passed == 3
    assert "+    return result * (100 - discount) / 100" in again.diff


async def test_a_moved_patch_that_no_longer_holds_is_a_reason(shop: Path, sandbox: Sandbox) -> None:
    wrong = Patch((replace_text(Document(PRICES, BUGGY), BUGGY.replace("+ discount", "* discount")),))
    assert isinstance(await verified(wrong, earlier(wrong, FAILING), open_snapshot(shop), sandbox), str)
    (shop / PRICES).write_text(MENDED)
    none = Patch((replace_text(Document(PRICES, MENDED), MENDED + "\n"),))
    assert "pass" in str(await verified(none, earlier(none, FAILING), open_snapshot(shop), sandbox))


async def test_where_nothing_failed_before_nothing_has_to_fail_now(shop: Path, sandbox: Sandbox) -> None:
    (shop / PRICES).write_text(MENDED)
    patch = Patch((replace_text(Document(PRICES, MENDED), MENDED + "\n\nMOST = 9\n"),))
    assert isinstance(await verified(patch, earlier(patch), open_snapshot(shop), sandbox), Verified)


async def test_a_moved_patch_of_a_test_is_verified_where_the_task_allows_one(
    shop: Path, sandbox: Sandbox
) -> None:
    test = (shop / "tests/test_prices.py").read_text()
    patch = Patch((replace_text(Document("tests/test_prices.py", test), test.replace("== 27", "== 33")),))
    before, snapshot = earlier(patch, FAILING), open_snapshot(shop)
    assert "judges" in str(await verified(patch, before, snapshot, sandbox))
    assert isinstance(await verified(patch, before, snapshot, sandbox, may_edit_tests=True), Verified)


SOURCE = "def f(x):\n    return x - 1\n"
TEST = """import unittest

from a import f


class T(unittest.TestCase):
    def test(self):
        self.assertEqual(f(2), 3)
"""


class Typing:
    """A buffer that gets one more line each time it was looked at as a whole, `times` times."""

    def __init__(self, root: Path, times: int) -> None:
        self.root = root
        self.times = times
        self.text = "# 0\n" + SOURCE

    def current(self, path: str) -> Document | Unreadable:
        return self.overlays().get(path) or open_snapshot(self.root).document(path)

    def overlays(self) -> Mapping[str, Document]:
        return {"a.py": Document("a.py", self.text)}

    async def snapshot(self) -> Snapshot:
        taken = open_snapshot(self.root, self.overlays())
        if self.times:
            self.times -= 1
            self.text = f"# {self.times}\n{self.text}"
        return taken


@pytest.mark.parametrize(("times", "ending"), [(2, Verified), (3, Abandoned)])
async def test_a_patch_follows_a_text_that_comes_to_rest(
    lay: Lay, sandbox: Sandbox, times: int, ending: type
) -> None:
    root = lay({"a.py": SOURCE, "test_a.py": TEST})
    patch = Patch((replace_text(Document("a.py", SOURCE), SOURCE.replace("-", "+")),))
    typing = Typing(root, times)
    before = earlier(patch, "test_a.py::T::test", command="python -m unittest")  # starts faster than pytest
    outcome = await settle(before, open_snapshot(root), sandbox, typing)
    assert isinstance(outcome, ending), outcome
    if isinstance(outcome, Verified):
        assert not isinstance(documents_of(outcome.patch, typing.current), Moved)
    else:
        assert "keeps changing" in str(outcome)
