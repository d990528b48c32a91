"""Targets: suspicious lines gathered by the function they stand in."""

import pytest

from quintet.agents.targets import entropy, gather, line_of, offset_of, whole_units
from quintet.tools.verdict import Suspicion
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import BUGGY, Lay

PATH = "shop/prices.py"
TEXT = BUGGY + "\n\nclass Till:\n    def open(self):\n        self.is_open = True\n\n\nTAX = 19\n"


@pytest.fixture
def snapshot(lay: Lay) -> Snapshot:
    return open_snapshot(lay({PATH: TEXT}))


def suspicion(line: int, score: float = 1.0, path: str = PATH) -> Suspicion:
    return Suspicion(path, line, score, "for the test")


def test_a_function_with_a_suspicious_line_is_a_target_as_a_whole(snapshot: Snapshot) -> None:
    (target,) = gather(snapshot, [suspicion(9, 0.8), suspicion(7, 0.4)])
    assert target.name == "total"
    assert target.text.startswith("def total")
    assert target.text.endswith("discount) / 100\n")
    assert target.weight == target.lines[9] == 0.8
    assert target.lines[7] == 0.4
    assert 0 < target.lines[8] < 0.4


def test_the_most_suspicious_comes_first(snapshot: Snapshot) -> None:
    targets = gather(snapshot, [suspicion(13, 0.2), suspicion(9, 0.9)])
    assert [target.name for target in targets] == ["total", "cheapest"]


def test_a_method_is_a_target_of_its_own(snapshot: Snapshot) -> None:
    (target,) = gather(snapshot, [suspicion(18)])
    assert target.name == "open"
    assert target.text == "    def open(self):\n        self.is_open = True\n"


def test_code_outside_functions_is_a_target_too(snapshot: Snapshot) -> None:
    (target,) = gather(snapshot, [suspicion(TEXT.count("\n"))])
    assert target.unit is None
    assert "TAX = 19" in target.text


def test_what_cannot_be_read_is_passed_over(snapshot: Snapshot) -> None:
    assert gather(snapshot, [suspicion(1, path="nowhere.py"), suspicion(1, path="../outside.py")]) == ()


def test_a_file_about_which_nothing_is_known(snapshot: Snapshot) -> None:
    lines = {each.line for each in whole_units(snapshot, PATH, 0.3, "all alike")}
    assert {5, 9, 13, 18} <= lines
    assert TEXT.count("\n") not in lines


def test_entropy_tells_one_line_from_many(snapshot: Snapshot) -> None:
    sharp = gather(snapshot, [suspicion(18)])
    spread = gather(snapshot, whole_units(snapshot, PATH, 0.3, "all alike"))
    assert 0 <= entropy(sharp) < entropy(spread)
    assert entropy(()) == 0.0


def test_lines_and_offsets_agree() -> None:
    for line in range(1, TEXT.count("\n") + 1):
        assert line_of(TEXT, offset_of(TEXT, line)) == line
    assert offset_of(TEXT, 10_000) == len(TEXT)
