"""What a run did, told from its events."""

import msgspec

import run_events
from quintet.agents.task import (
    Abandoned,
    CandidateJudged,
    Note,
    RunStarted,
    StepFinished,
    StepStarted,
    Task,
    Unverified,
)
from quintet.edge.stories import Stories
from quintet.repairing import Notice
from quintet.story import Asked, Remark, Story, Telling, Tests, Tokens
from quintet.workspace.edits import Patch
from quintet_models.messages import Usage

TASK = Task(kind="test_failure", issue="total is wrong", path="pay/terms.py", line=2, tests=("b",))


def telling() -> Telling:
    return Telling("a1", "Make b pass", TASK, started=0.0)


def told(*events: object) -> Telling:
    """A telling that heard an event each second."""
    it = telling()
    for at, event in enumerate(events, start=1):
        it.hear(event, float(at))  # type: ignore[arg-type]
    return it


def test_a_whole_run_is_told() -> None:
    story = told(*run_events.run()).story
    assert (story.id, story.title, story.state, story.started) == ("a1", "Make b pass", "verified", 0.0)
    assert story.task == Asked("test_failure", "pay/terms.py", 2, "total is wrong", "", ("b",))
    assert (story.mode, story.backend, story.sandbox) == ("auto", "pocket: SmolLM2", "bubblewrap: no network")
    assert not story.scripted
    assert story.seconds == 10.0
    assert story.reason == "b passes now, and nothing else fails"
    assert story.diff == run_events.DIFF
    assert story.tokens == Tokens(1200, 300, 34)
    planner, coder = story.steps
    assert (planner.role, planner.at, planner.seconds) == ("planner", 2.0, 0.5)
    assert planner.notes == (Remark(3.0, "line 2 is run by the failing test [red]only[/red]"),)
    assert (coder.summary, coder.by_model, coder.judged) == ("3 judged, 2 passed", True, 3)
    assert [(each.number, each.plausible) for each in coder.tries] == [(1, False), (2, True), (3, True)]
    assert coder.tries[1].description == "line 2: `<=` → `<`"
    assert coder.tokens == Tokens(1200, 300, 34)


def test_the_verdict_is_told_in_numbers() -> None:
    verdict = told(*run_events.run()).story.verdict
    assert verdict
    assert (verdict.verified, verdict.command, verdict.named) == (True, "python -m unittest", ("b",))
    assert verdict.before == Tests(1, 1, 1, 0.2)
    assert verdict.after == Tests(0, 2, 0, 0.3)


def test_it_goes_through_json_and_back() -> None:
    story = told(*run_events.run()).story
    assert msgspec.json.decode(msgspec.json.encode(story), type=Story) == story


def test_a_run_under_way_says_how_it_stands() -> None:
    it = told(*run_events.run()[:7])
    story = it.story
    assert story.state == "running"
    assert (story.reason, story.diff, story.verdict) == ("", "", None)
    coder = story.steps[-1]
    assert (coder.summary, coder.seconds, coder.judged) == ("", 2.0, 2)
    assert len(coder.tries) == 2


def test_what_it_waits_for_is_the_reason_until_a_step_begins() -> None:
    it = told(Notice("No model."), Note("Connecting to the model"))
    assert it.story.reason == "Connecting to the model"
    it.hear(StepStarted("planner", "fast", "why"), 3.0)
    it.hear(Note("Suspicious: total"), 4.0)
    it.hear(StepStarted("coder", "fast", "why"), 5.0)
    story = it.story
    assert story.reason == ""
    assert [note.text for note in story.steps[0].notes] == [
        "No model.",
        "Connecting to the model",
        "Suspicious: total",
    ]
    assert story.steps[1].notes == ()


def test_a_run_that_ended_without_a_patch_says_why() -> None:
    story = told(run_events.finished(Abandoned("This workspace is not trusted."))).story
    assert (story.state, story.reason, story.diff) == ("abandoned", "This workspace is not trusted.", "")
    unverified = told(run_events.finished(Unverified(Patch(()), "--- a\n", "No test speaks for it."))).story
    assert (unverified.state, unverified.diff) == ("unverified", "--- a\n")
    assert (unverified.reason, unverified.verdict) == ("No test speaks for it.", None)


def test_a_cancelled_run_is_over() -> None:
    it = told(*run_events.run()[:5])
    it.end()
    it.hear(run_events.finished(), 99.0)
    assert (it.story.state, it.story.reason, it.story.seconds) == ("cancelled", "", 5.0)
    it.end("abandoned", "too late")
    assert it.story.state == "cancelled"


def test_a_run_that_failed_may_say_so() -> None:
    it = told(Note("Connecting to the model"))
    it.end("abandoned", "The disk is full.")
    assert (it.story.state, it.story.reason) == ("abandoned", "The disk is full.")


def test_the_end_of_a_finished_run_changes_nothing() -> None:
    it = told(*run_events.run())
    it.end()
    assert it.state == it.story.state == "verified"


def test_time_does_not_go_back() -> None:
    it = told(StepStarted("planner", "fast", "why"))
    it.hear(StepStarted("coder", "fast", "why"), 0.5)
    it.hear(Note("on"), 3.0)
    assert [step.at for step in it.story.steps] == [1.0, 1.0]
    assert it.story.seconds == 3.0


def test_a_step_nobody_announced_is_told_all_the_same() -> None:
    story = told(StepFinished(run_events.PLANNED), StepFinished(run_events.CODED)).story
    assert [(step.role, step.at) for step in story.steps] == [("planner", 0.5), ("coder", 0.5)]


def test_a_candidate_before_any_step_is_nobodys() -> None:
    assert told(run_events.judged(1, "early", fine=True)).story.steps == ()


def test_a_script_is_called_one() -> None:
    started = RunStarted(TASK, "fast", "scripted: scripted: demo", "directory: weaker", "pytest")
    assert told(started).story.scripted


def test_the_planners_lines_are_the_plan() -> None:
    plan = "pay/terms.py :: is_working_day :: Saturday is none"
    story = told(
        StepStarted("planner", "deep", "why"),
        Note("Suspicious: a::b (pay/terms.py:1-3)"),
        Note(plan),
        StepStarted("debugger", "deep", "why"),
        Note("a :: b"),
    ).story
    assert story.plan == plan


def test_what_is_kept_is_bounded() -> None:
    it = told(StepStarted("coder", "fast", "x" * 10_000))
    for number in range(1, 102):
        it.hear(run_events.judged(number, "y" * 10_000, fine=False, message="z" * 10_000), 1.0)
    for number in range(1, 302):
        it.hear(Note(f"{number} " + "n" * 10_000), 1.0)
    it.hear(run_events.finished(Unverified(Patch(()), "+line\n" * 100_000, "No test.")), 2.0)
    (step,) = it.story.steps
    assert len(step.why) == 4_000
    assert step.why.endswith("x…")
    assert [each.number for each in step.tries] == list(range(52, 102))
    assert step.judged == 101
    assert all(len(each.message) == len(each.description) == 500 for each in step.tries)
    assert (len(step.notes), step.notes[0].text[:4]) == (200, "102 ")
    assert len(it.story.diff) < 200_100
    assert it.story.diff.endswith("+line\n… 400,003 more characters are not kept here.\n")


def test_tokens_are_added_up_while_it_goes_on() -> None:
    other = msgspec.structs.replace(run_events.CODED, usage=Usage(1, 0, 2))
    it = told(StepFinished(run_events.CODED), StepFinished(other))
    assert it.story.tokens == Tokens(1201, 300, 36)
    assert it.spent == 937
    assert telling().spent == 0


def test_half_a_character_costs_the_character_only() -> None:
    story = told(StepStarted("coder", "fast", "a\ud83d"), Note("b\udc80")).story
    assert msgspec.json.encode(story)
    assert (story.steps[0].why, story.steps[0].notes[0].text) == ("a?", "b?")


def test_secrets_are_kept_out_of_everything_that_is_said() -> None:
    secret = "ghp_" + "a1" * 18
    task = Task(kind="instruction", issue=f"use {secret}", diagnostic=f"bad {secret}", tests=(secret,))
    it = Telling("a1", f"Fix {secret}", task)
    it.hear(RunStarted(task, "auto", "none", "x", f"TOKEN={secret} pytest"), 1.0)
    it.hear(StepStarted("coder", "fast", secret), 1.0)
    it.hear(run_events.judged(1, f"`x` → `{secret}`", fine=False, message=secret), 1.0)
    it.hear(Note(secret), 1.0)
    it.hear(StepFinished(msgspec.structs.replace(run_events.CODED, summary=secret)), 1.0)
    it.hear(run_events.finished(Abandoned(secret)), 1.0)
    assert "a1a1" not in msgspec.json.encode(it.story).decode()


def test_a_secret_at_the_cut_is_masked_whole() -> None:
    it = told(StepStarted("coder", "fast", "x" * 3_980 + " sk-" + "a" * 40))
    assert it.story.steps[0].why.endswith("x sk-…")


# --- the runs of late


def test_the_last_runs_are_kept_newest_first() -> None:
    stories = Stories()
    assert stories.get() is None
    ids = [f"{number:x}" for number in range(23)]
    for each in ids:
        stories.add(Telling(each, f"Run {each}", TASK))
    assert len(stories) == 20
    assert [story.id for story in stories] == ids[:2:-1]
    newest = stories.get()
    assert newest
    assert newest.title == "Run 16"
    assert stories.get(ids[0]) is None
    assert stories.get(ids[10]) == list(stories)[12]


def test_a_run_is_found_as_it_stands() -> None:
    stories = Stories()
    it = telling()
    stories.add(it)
    first = stories.get(it.id)
    it.hear(CandidateJudged(1, "edit", "x", 0.0, run_events.judged(1, "", fine=True).judgement), 0.0)
    it.end()
    second = stories.get(it.id)
    assert first
    assert second
    assert (first.state, second.state) == ("running", "cancelled")
