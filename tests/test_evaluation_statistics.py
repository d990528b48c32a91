import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.evaluation.results import Row
from quintet.evaluation.statistics import histogram, reasons, solved_by, summarise, wilson


def row(task: str, *, verified: bool, solved: bool, kind: str = "a", tests: int | None = None) -> Row:
    return Row(
        id=task,
        language="python",
        bug_type=kind,
        outcome="verified" if verified else "abandoned",
        verified=verified,
        solved=solved,
        reason="" if verified else f"none of {len(task)},000 candidates passed ({len(task)}.5 s)",
        judged_to_plausible=tests,
        seconds=float(len(task)),
        prompt_tokens=10,
        completion_tokens=1,
    )


ROWS = (
    row("1", verified=True, solved=True, tests=2),
    row("22", verified=True, solved=False, tests=4, kind="b"),
    row("333", verified=False, solved=False),
)


def test_wilson_agrees_with_published_values() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    assert (wilson(81, 263).low, wilson(81, 263).high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (wilson(15, 148).low, wilson(15, 148).high) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert (wilson(0, 20).low, wilson(0, 20).high) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert (wilson(1, 29).low, wilson(1, 29).high) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_in_range(count: int, more: int) -> None:
    share = wilson(count, count + more)

    assert 0.0 <= share.low <= share.high <= 1.0
    assert not share.total or share.low <= share.value <= share.high


def test_a_summary_counts_solved_verified_and_overfitted_apart() -> None:
    summary = summarise(ROWS)

    assert (summary.tasks, summary.solved.count, summary.verified.count, summary.overfitted) == (3, 1, 2, 1)
    assert (summary.tokens, summary.seconds) == (33, 6.0)
    assert (summary.median_seconds, summary.median_tests) == (2.0, 3.0)


def test_nothing_has_no_medians() -> None:
    summary = summarise(())

    assert (summary.median_seconds, summary.median_tests) == (None, None)


def test_solved_shares_by_kind() -> None:
    found = solved_by(ROWS, lambda each: each.bug_type)

    assert {kind: (share.count, share.total) for kind, share in found.items()} == {"a": (1, 2), "b": (0, 1)}


def test_bins_are_closed_below_and_the_last_is_open() -> None:
    assert histogram([0.5, 1, 1.9, 2, 100], edges=(1, 2, 5)) == (2, 1, 1)


@given(st.lists(st.floats(0, 1000)), st.lists(st.integers(0, 100), min_size=1, unique=True).map(sorted))
def test_every_value_above_the_first_edge_falls_into_one_bin(values: list[float], edges: list[int]) -> None:
    assert sum(histogram(values, edges)) == sum(value >= edges[0] for value in values)


def test_like_reasons_stand_together_whatever_their_numbers() -> None:
    rows = [row("1", verified=False, solved=False), row("22", verified=False, solved=False), ROWS[0]]

    assert reasons(rows) == [("none of … candidates passed (… s)", 2)]
