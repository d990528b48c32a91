"""Nothing leased is shared, nothing is lost, and what was read once is not read again."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet_models.backends.llama_engine import Context, Tokens
from quintet_models.backends.llama_room import KEPT, Lease, Room


@dataclass
class Cells:
    """A cache without a model behind it: what each sequence holds, as the engine would."""

    cells: int = 100
    sequences: int = 8
    held: dict[int, list[int]] = field(default_factory=dict)

    def share(self, source: int, target: int, end: int) -> None:
        self.held[target] = self.held[source][:end]

    def drop(self, sequence: int, start: int = 0) -> None:
        self.held[sequence] = self.held.get(sequence, [])[:start]


def room(cells: Cells, *, seekable: bool = True) -> Room:
    as_context: Context = cells  # type: ignore[assignment]  # the three things a room does with one
    return Room(as_context, seekable=seekable)


def tokens(*values: int) -> Tokens:
    return np.array(values, dtype=np.int32)


def run(space: Room, cells: Cells, prompt: Tokens, samples: int = 0) -> Lease:
    """What a generation does: take, read the rest of the prompt, give back."""
    lease = space.take(prompt, samples, len(prompt) + 2)
    assert lease
    assert cells.held.get(lease.base, []) == prompt[: lease.cached].tolist()
    cells.held[lease.base] = prompt.tolist()
    space.give_back(lease, prompt)
    return lease


def test_a_prompt_that_begins_alike_finds_what_was_read() -> None:
    cells = Cells()
    space = room(cells)
    assert run(space, cells, tokens(1, 2, 3, 4)).cached == 0
    assert run(space, cells, tokens(1, 2, 3, 9)).cached == 3
    assert (
        run(space, cells, tokens(1, 2, 3, 4)).cached == 3
    )  # the last one is always read: its logits are needed
    assert run(space, cells, tokens(7, 8)).cached == 0


def test_a_recurrent_model_shares_nothing() -> None:
    cells = Cells()
    space = room(cells, seekable=False)
    assert [run(space, cells, tokens(1, 2, 3)).cached for _ in range(3)] == [0, 0, 0]


def test_a_lease_waits_for_cells_and_for_sequences() -> None:
    space = room(Cells(cells=20, sequences=4))
    first = space.take(tokens(1, 2), 2, 12)
    assert first
    assert space.take(tokens(3), 0, 12) is None  # cells
    assert space.take(tokens(3), 2, 2) is None  # sequences
    space.give_back(first, tokens(1, 2))
    assert space.take(tokens(3), 2, 20)


def test_a_large_prompt_takes_over_what_it_has_in_common_with_the_kept_one() -> None:
    cells = Cells(cells=10)
    space = room(cells)
    run(space, cells, tokens(1, 2, 3, 4, 5, 6))
    lease = space.take(tokens(1, 2, 3, 4, 9, 9, 9), 0, 9)  # no room for both
    assert lease
    assert lease.cached == 4
    assert cells.held[lease.base] == [1, 2, 3, 4]


def test_only_the_latest_prompts_are_kept() -> None:
    cells = Cells()
    space = room(cells)
    for i in range(KEPT + 1):
        run(space, cells, tokens(i, i, i))
    assert run(space, cells, tokens(0, 0, 0)).cached == 0
    assert run(space, cells, tokens(KEPT, KEPT, KEPT)).cached == 2


def test_a_cancelled_prompt_is_worth_what_was_read_of_it() -> None:
    cells = Cells()
    space = room(cells)
    lease = space.take(tokens(1, 2, 3, 4), 0, 6)
    assert lease
    cells.held[lease.base] = [1, 2, 99, 99]  # two good tokens, and a batch that was aborted half-way
    space.give_back(lease, tokens(1, 2))
    assert cells.held[lease.base] == [1, 2]
    assert run(space, cells, tokens(1, 2, 3, 4)).cached == 2


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 2), min_size=1, max_size=9), st.integers(0, 3), st.booleans()))
)
def test_leases_never_meet_and_all_room_comes_back(
    wishes: list[tuple[list[int], int, bool]],
) -> None:
    cells = Cells(cells=40, sequences=6)
    space = room(cells)
    running: list[tuple[Lease, Tokens]] = []
    for prompt, samples, wait in wishes:
        lease = space.take(tokens(*prompt), samples, len(prompt) + samples * 2)
        if lease:
            cells.held[lease.base] = list(prompt)
            running.append((lease, tokens(*prompt)))
        used = [sequence for lease, _ in running for sequence in (lease.base, *lease.samples)]
        assert len(used) == len(set(used))
        assert sum(lease.cells for lease, _ in running) <= cells.cells
        if running and not wait:
            space.give_back(*running.pop(0))
    for lease, read in running:
        space.give_back(lease, read)
    assert space.take(tokens(5), cells.sequences - 1, cells.cells)


@pytest.mark.parametrize("samples", [0, 3])
def test_samples_have_sequences_of_their_own(samples: int) -> None:
    lease = room(Cells()).take(tokens(1), samples, 10)
    assert lease
    assert len({lease.base, *lease.samples}) == samples + 1
