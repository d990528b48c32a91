"""The context builder: within the budget, telling things first, a stable beginning."""

from pathlib import Path

import pytest

from quintet.agents.context import Count, History, Prompt, estimate, fill, pack, survey
from quintet.agents.task import Task
from quintet.tools.verdict import Failure, Suspicion, TestRun
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import BUGGY, TEST, Lay

TEST_ID = "tests/test_prices.py::test_total"
RUN = TestRun(
    "pytest", 1, 0.1, {TEST_ID: "failed"}, (Failure(TEST_ID, "assert 33.0 == 27", "E assert 33.0 == 27"),)
)
SUSPECT = Suspicion("shop/prices.py", 9, 0.9, "the failing test runs it")
TASK = Task(kind="test_failure", issue="Discounts are added instead of taken off.")


@pytest.fixture
def snapshot(lay: Lay) -> Snapshot:
    others = {
        f"shop/module_{number}.py": f"def unrelated_{number}(a, b):\n    return a\n" for number in range(30)
    }
    root = lay(
        {"AGENTS.md": "Use tabs never.\n", "shop/prices.py": BUGGY, "tests/test_prices.py": TEST, **others}
    )
    return open_snapshot(root)


@pytest.mark.parametrize("tokens", [0, 5, 60, 200, 1_000, 8_000])
async def test_never_over_budget_and_never_silently_cut(snapshot: Snapshot, tokens: int) -> None:
    prompt = await pack(snapshot, TASK, tokens=tokens, run=RUN, suspects=(SUSPECT,))
    assert prompt.tokens == await estimate(prompt.text) <= tokens
    if tokens < 1_000:
        assert prompt.left_out


async def test_what_the_failure_names_comes_in_first(snapshot: Snapshot) -> None:
    prompt = await pack(snapshot, TASK, tokens=250, run=RUN, suspects=(SUSPECT,))
    names = {name for piece in prompt.pieces for name in piece.symbols if piece.section in {"body", "test"}}
    assert {"total", "test_total"} <= names
    assert "assert 33.0 == 27" in prompt.text
    assert all(piece.why for piece in prompt.pieces)


async def test_a_body_is_quoted_as_it_stands_with_its_lines(snapshot: Snapshot) -> None:
    prompt = await pack(snapshot, TASK, tokens=400, run=RUN, suspects=(SUSPECT,))
    body = next(piece for piece in prompt.pieces if piece.section == "body" and piece.symbols == ("total",))
    first, last = body.lines
    assert body.text == "\n".join(BUGGY.splitlines()[first - 1 : last])


async def test_another_failure_leaves_the_beginning_as_it_was(snapshot: Snapshot) -> None:
    """What changes between two requests stands at the end, so an engine's prefix cache pays."""
    other = TestRun(
        "pytest", 1, 0.1, {TEST_ID: "failed"}, (Failure(TEST_ID, "assert 1 == 2", "E assert 1 == 2"),)
    )
    first = (await pack(snapshot, TASK, tokens=2_000, run=RUN, suspects=(SUSPECT,))).text
    second = (await pack(snapshot, TASK, tokens=2_000, run=other, suspects=(SUSPECT,))).text
    shared = next(at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    assert shared > 0.8 * len(first)


async def test_the_callers_tokenizer_counts(snapshot: Snapshot) -> None:
    async def dear(text: str) -> int:
        return len(text)

    assert (await pack(snapshot, TASK, tokens=500, count=dear, run=RUN)).tokens <= 500


def town(lay: Lay) -> Snapshot:
    """Sixty modules that lean on one another, with tests, too large for a small budget."""
    files = {"AGENTS.md": "Houses are blue.\n", "town/street/AGENTS.md": "Doors are red.\n"}
    for number in range(60):
        around = number // 2
        lines = [f"from town.street.house_{around} import room_{around}_0" if around != number else ""]
        for room in range(12):
            lines += [
                f"def room_{number}_{room}(guest, nights=1):",
                f'    """What a guest pays for room {room} of house {number}."""',
                f"    price = room_{around}_0(guest) if nights else {room}",
                *(f"    price += {step} * nights" for step in range(12)),
                "    return price",
                "",
            ]
        files[f"town/street/house_{number}.py"] = "\n".join(lines)
        files[f"tests/test_house_{number}.py"] = (
            f"from town.street.house_{number} import room_{number}_3\n\n"
            f"def test_room_of_{number}():\n    assert room_{number}_3('Ann') == 3\n"
        )
    return open_snapshot(lay(files))


def asked(words: str) -> Task:
    return Task(kind="instruction", issue=words)


def shared(first: Prompt, second: Prompt) -> float:
    """The leading part of the second text that the first one has too."""
    pairs = zip(first.text, second.text, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(first.text), len(second.text)))
    return same / len(second.text)


async def test_a_workspace_that_fits_goes_in_whole_and_in_the_order_of_its_paths(snapshot: Snapshot) -> None:
    prompt = await pack(snapshot, TASK, tokens=8_000, run=RUN)
    paths = [piece.path for piece in prompt.pieces if piece.section == "file"]
    assert paths == list(snapshot.files())
    assert not prompt.left_out
    assert prompt.pieces[-1].section == "request"


async def test_a_name_leads_to_its_definition_its_users_and_its_tests(lay: Lay) -> None:
    prompt = await pack(town(lay), asked("`room_7_3` charges too much"), tokens=2_000)
    found = {(piece.section, piece.symbols): piece for piece in prompt.pieces}
    assert found["body", ("room_7_3",)].path == "town/street/house_7.py"
    assert found["test", ("test_room_of_7",)].why == "tests room_7_3"
    outlined = {name for piece in prompt.pieces if piece.section == "outline" for name in piece.symbols}
    assert "room_3_0" in outlined  # room_7_3 calls it
    assert all(piece.why for piece in prompt.pieces)


async def test_a_caller_says_whom_it_calls(lay: Lay) -> None:
    prompt = await pack(town(lay), asked("`room_20_0` fails"), tokens=3_000)
    assert "calls room_20_0" in {piece.why for piece in prompt.pieces if piece.section == "caller"}


async def test_two_tasks_in_one_workspace_share_most_of_a_large_prompt(lay: Lay) -> None:
    snapshot = town(lay)
    first = await pack(snapshot, asked("`room_7_3` charges too much"), tokens=33_000)
    second = await pack(snapshot, asked("guests of house 41 pay nothing"), tokens=33_000)
    assert {piece.section for piece in first.pieces} >= {"map", "file", "request"}
    assert shared(first, second) >= 0.8


async def test_a_smaller_budget_has_the_beginning_of_the_same_map(lay: Lay) -> None:
    snapshot = town(lay)
    maps = []
    for tokens in (9_000, 12_000):
        prompt = await pack(snapshot, asked("room"), tokens=tokens)
        maps.append([piece.path for piece in prompt.pieces if piece.section == "map"])
    assert 0 < len(maps[0]) < len(maps[1])
    assert maps[1][: len(maps[0])] == maps[0]


async def test_an_edit_inside_a_function_leaves_the_map_as_it_was(lay: Lay) -> None:
    snapshot = town(lay)
    path = "town/street/house_0.py"
    document = snapshot.documents([path])[path]
    edited = snapshot.with_documents(
        [document.with_text(document.text.replace("price += 5 ", "price -= 5 "))]
    )
    first = await pack(snapshot, asked("`room_7_3`"), tokens=9_000)
    second = await pack(edited, asked("`room_7_3`"), tokens=9_000)
    assert [piece for piece in first.pieces if piece.section == "map"] == [
        piece for piece in second.pieces if piece.section == "map"
    ]


async def test_rules_come_first_and_those_of_the_nearest_folder_after_the_map(lay: Lay) -> None:
    prompt = await pack(town(lay), asked("`room_7_3` charges too much"), tokens=9_000)
    sections = list(dict.fromkeys(piece.section for piece in prompt.pieces))
    assert sections[:3] == ["rules", "map", "folder rules"]
    assert sections[-1] == "request"
    assert "Houses are blue." in prompt.text
    assert "Doors are red." in prompt.text


async def test_recent_edits_go_in_and_draw_attention_to_their_files(lay: Lay) -> None:
    history = History(recent=(("town/street/house_33.py", "-    return price\n+    return 0\n"),))
    prompt = await pack(town(lay), asked("the price is wrong"), tokens=1_000, history=history)
    assert "+    return 0" in prompt.text
    assert any(piece.path == "town/street/house_33.py" and piece.section == "body" for piece in prompt.pieces)


async def test_what_changes_often_comes_before_its_like(lay: Lay) -> None:
    history = History(churn={"town/street/house_44.py": 30.0})
    prompt = await pack(town(lay), asked("what a guest pays"), tokens=600, history=history)
    assert "town/street/house_44.py" in {piece.path for piece in prompt.pieces}


async def test_what_was_asked_can_be_left_to_the_caller(lay: Lay) -> None:
    found = survey(town(lay), asked("`room_7_3` charges too much"))
    prompt = await fill(found, 1_000, estimate, asked=False)
    assert "charges too much" not in prompt.text
    assert "request" not in {piece.section for piece in prompt.pieces}


async def words(text: str) -> int:
    return len(text.split())


async def letters(text: str) -> int:
    return len(text)


async def lines(text: str) -> int:
    return text.count("\n") * 20


@pytest.mark.parametrize("count", [words, letters, lines])
@pytest.mark.parametrize("tokens", [50, 3_000, 12_000])
async def test_the_engine_counts_whole_texts_a_few_times_only(lay: Lay, count: Count, tokens: int) -> None:
    asked_about: list[str] = []

    async def counting(text: str) -> int:
        asked_about.append(text)
        return await count(text)

    prompt = await pack(town(lay), asked("`room_7_3` charges too much"), tokens=tokens, count=counting)
    assert prompt.tokens == (await count(prompt.text)) <= tokens
    assert len(asked_about) <= 14
    assert prompt.text in {"", *asked_about}
    assert prompt.left_out


async def test_what_is_left_out_begins_with_what_would_have_come_next(lay: Lay) -> None:
    prompt = await pack(town(lay), asked("`room_7_3` charges too much"), tokens=100)
    assert "town/street/house_7.py" in [piece.path for piece in prompt.left_out][:3]


async def test_an_empty_workspace_gives_an_empty_pack(tmp_path: Path) -> None:
    prompt = await pack(open_snapshot(tmp_path), Task(kind="instruction"), tokens=1_000)
    assert (prompt.text, prompt.pieces, prompt.tokens) == ("", (), 0)
