import json

import msgspec
import pytest

from quintet.agents.task import Outcome, Unverified
from quintet.cli.answer import answer
from quintet.workspace.edits import Patch
from run_events import ABANDONED, DIFF, finished


def test_other_programs_find_what_they_were_promised() -> None:
    found = json.loads(msgspec.json.encode(answer(finished(), applied=True)))

    assert found["outcome"] == "verified"
    assert found["reason"] == "b passes now, and nothing else fails"
    assert (found["mode"], found["patch"], found["seconds"], found["applied"]) == ("fast", DIFF, 2.5, True)
    assert found["verdict"]["command"] == "python -m unittest"
    assert (found["verdict"]["before"]["exit_code"], found["verdict"]["after"]["exit_code"]) == (1, 0)
    assert found["tokens"] == {"prompt": 1200, "cached": 300, "completion": 34, "total": 1234}
    step = found["steps"][1]
    assert (step["role"], step["why"], step["seconds"]) == ("coder", "first candidates", 1.5)
    assert (step["prompt_tokens"], step["cached_tokens"], step["completion_tokens"]) == (1200, 300, 34)
    assert step["tool_calls"] == 0


@pytest.mark.parametrize(
    ("outcome", "name", "patch"),
    [(ABANDONED, "abandoned", ""), (Unverified(Patch(()), DIFF, "no test"), "unverified", DIFF)],
)
def test_without_a_verdict_there_is_none(outcome: Outcome, name: str, patch: str) -> None:
    found = answer(finished(outcome))

    assert (found.outcome, found.patch, found.verdict, found.applied) == (name, patch, None, False)
