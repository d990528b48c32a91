"""What a test is worth: how many small changes of the code it checks it notices (mutation analysis).

DeMillo, Lipton and Sayward, "Hints on test data selection" (1978). Knows one trial whose only tests are the
ones in question.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from quintet.agents.neighbourhood import Candidate, neighbours
from quintet.agents.targets import Target
from quintet.tools.trial import Trial
from quintet.workspace.edits import FileEdit, Patch

_MOST = 12
_CONSIDERED = 200


@dataclass(frozen=True, slots=True)
class Worth:
    """How many of the `tried` changes made the tests fail."""

    noticed: int
    tried: int


async def worth(trial: Trial, target: Target, most: int = _MOST) -> Worth:
    """Try small changes of the target; nothing is tried where the tests do not pass without one."""
    if not (await trial.judge(Patch(()))).plausible:
        return Worth(0, 0)
    noticed = tried = 0
    for candidate in changes(target, most):
        edit = FileEdit(target.document.path, target.document.digest, (candidate.edit,))
        judgement = await trial.judge(Patch((edit,)))
        fails = judgement.failed > 0 or (judgement.stopped or "").startswith("did not finish")
        noticed += fails and not judgement.plausible
        tried += fails or judgement.plausible
    return Worth(noticed, tried)


def changes(target: Target, most: int) -> tuple[Candidate, ...]:
    """Single edits spread over the lines of the target, the likeliest of each line first."""
    by_line: dict[int, list[Candidate]] = {}
    for candidate in neighbours(target.tree, unit=target.unit, limit=_CONSIDERED):
        by_line.setdefault(candidate.line, []).append(candidate)
    return tuple(_in_turn(by_line))[:most]


def _in_turn(by_line: dict[int, list[Candidate]]) -> Iterator[Candidate]:
    for row in zip_longest(*by_line.values()):
        yield from (candidate for candidate in row if candidate is not None)
