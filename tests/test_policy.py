"""The cascade: what it chooses in which state, and that it always comes to an end."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet_models.policy import CascadePolicy, Choice, State, Stop

POLICY = CascadePolicy()


def state(**known: Any) -> State:
    base: dict[str, Any] = {
        "task_kind": "test_failure",
        "failing_tests": 1,
        "localised": True,
        "roles": ("planner", "tester", "coder", "debugger", "reviewer"),
        "seconds_left": 60.0,
        "tokens_left": 10_000,
        "tests_left": 100,
    }
    return State(**(base | known))


def choice(**known: Any) -> Choice:
    chosen = POLICY.choose(state(**known))
    assert isinstance(chosen, Choice)
    return chosen


def stop(**known: Any) -> Stop:
    chosen = POLICY.choose(state(**known))
    assert isinstance(chosen, Stop)
    return chosen


def test_localises_before_it_proposes() -> None:
    assert choice(localised=False).role == "planner"


def test_asks_for_a_test_only_where_none_fails() -> None:
    assert choice(failing_tests=0).role == "tester"
    assert choice(failing_tests=0, tester_tried=True).role == "coder"
    assert choice().role == "coder"


def test_without_a_test_the_coder_gets_one_try() -> None:
    tried: dict[str, Any] = {"failing_tests": 0, "tester_tried": True, "queued": 50}
    assert choice(**tried).role == "coder"
    assert "write one that fails" in stop(calls={"coder": 1}, **tried).why


def test_reviews_as_soon_as_something_passed() -> None:
    assert choice(plausible=2, judged=9).role == "reviewer"


def test_a_verified_patch_ends_the_run_even_out_of_budget() -> None:
    assert "fresh run" in stop(verified=True, seconds_left=0.0, tests_left=0).why


@pytest.mark.parametrize(
    ("known", "word"),
    [
        ({"seconds_left": 0.0}, "time budget"),
        ({"tests_left": 0}, "test budget"),
        ({"unverified_ready": True}, "prove"),
    ],
)
def test_every_stop_says_why(known: dict[str, Any], word: str) -> None:
    assert word in stop(**known).why


def test_what_passed_is_reviewed_even_when_the_test_budget_is_spent() -> None:
    assert choice(plausible=1, tests_left=0).role == "reviewer"


def test_what_passed_is_reviewed_even_when_the_time_is_up() -> None:
    assert choice(plausible=1, seconds_left=0.0).role == "reviewer"


def test_an_exhausted_mode_gives_way_to_the_next_and_the_last_to_a_reason() -> None:
    used = {"calls_in_mode": {"coder": 1, "debugger": 1}, "judged": 30}
    assert choice(mode="fast", **used).mode == "standard"
    assert choice(mode="standard", **used).mode == "deep"
    assert "none of 30 candidates" in stop(mode="deep", **used).why


def test_a_debugger_follows_failed_candidates_only_where_the_mode_has_one() -> None:
    known = {"calls_in_mode": {"coder": 1}, "judged": 30}
    assert choice(mode="standard", **known).role == "debugger"
    assert choice(mode="fast", roles=("coder", "reviewer"), **known) == Choice(
        "coder", "standard", "fast found nothing in 30 candidates"
    )


def test_a_single_mode_is_never_left() -> None:
    chosen = POLICY.choose(state(mode="fast", modes=("fast",), roles=("coder",), calls_in_mode={"coder": 1}))
    assert isinstance(chosen, Stop)


def test_what_is_written_to_order_needs_a_capable_model_or_a_failing_test() -> None:
    order: dict[str, Any] = {"failing_tests": 0, "suspects": 3, "tester_tried": True}
    for kind in ("rewrite", "implement"):
        assert "no model is connected" in stop(task_kind=kind, **order).why
        assert "the model in use does not" in stop(task_kind=kind, model=True, **order).why
        assert choice(task_kind=kind, model_capable=True, **order).role == "coder"
        assert "nothing to change" in stop(task_kind=kind, **(order | {"suspects": 0})).why
    assert choice(task_kind="implement", **(order | {"failing_tests": 1})).role == "coder"


def test_a_rewrite_asks_for_no_new_test_and_a_stub_does() -> None:
    order: dict[str, Any] = {"failing_tests": 0, "suspects": 3, "model_capable": True}
    assert choice(task_kind="rewrite", **order).role == "coder"
    assert choice(task_kind="implement", **order).role == "tester"


def test_drafts_to_order_are_written_twice_in_each_mode_and_then_no_more() -> None:
    order: dict[str, Any] = {"task_kind": "rewrite", "failing_tests": 0, "suspects": 3, "model_capable": True}
    once = order | {"calls_in_mode": {"coder": 1}, "judged": 2}
    assert choice(mode="fast", judged_last_step=2, **once).mode == "fast"
    assert choice(mode="fast", last_role="reviewer", **once).mode == "fast"
    assert choice(mode="fast", **once).mode == "standard"
    twice = once | {"calls_in_mode": {"coder": 2}}
    assert choice(mode="standard", judged_last_step=2, **twice).mode == "deep"
    assert "no draft stands (2 tried)" in stop(mode="deep", judged_last_step=2, **twice).why
    assert "test budget" in stop(tests_left=0, **once).why


def test_a_test_is_written_once_in_each_mode() -> None:
    wanted: dict[str, Any] = {"task_kind": "test", "failing_tests": 0, "suspects": 3, "model_capable": True}
    assert choice(**(wanted | {"localised": False})).role == "planner"
    assert "no definition" in stop(**(wanted | {"suspects": 0})).why
    assert choice(**wanted) == Choice("tester", "fast", "a test is wanted")
    tried = wanted | {"tester_tried": True}
    assert choice(mode="fast", **tried).mode == "standard"
    assert "stands" in stop(mode="deep", **tried).why
    assert "(>>>)" in stop(**(tried | {"model_capable": False})).why


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=60, max_size=60))
def test_a_run_that_finds_nothing_ends(finds: list[bool]) -> None:
    """Whatever the Coder leaves in the queue, emptying it step by step leads to a stop."""
    now, calls = state(mode="fast"), dict[str, int]()
    for found in finds:
        chosen = POLICY.choose(now)
        if isinstance(chosen, Stop):
            return
        calls = calls if chosen.mode == now.mode else {}
        calls = calls | {chosen.role: calls.get(chosen.role, 0) + 1}
        more = calls.get("coder", 0) < 3 and found and chosen.role == "coder"
        now = msgspec.structs.replace(
            now, mode=chosen.mode, calls_in_mode=calls, queued=5 if more else 0, judged=now.judged + 10
        )
    pytest.fail("sixty steps without an end")


def test_a_state_survives_the_record() -> None:
    known = state(calls={"coder": 2})
    assert msgspec.convert(known.as_dict(), State) == known
