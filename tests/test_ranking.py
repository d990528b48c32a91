"""Ranking: what the model is shown, and how its opinion, length and prior belief add up."""

import random

import pytest

from quintet.agents.frontier import Proposal
from quintet.agents.ranking import Ranker, Ranking, heading, score_request, scored
from quintet.agents.targets import Target
from quintet.agents.task import Task
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit
from quintet.workspace.syntax import parse
from quintet_models.backends.scripted import Line, Scripted, ScriptProfile
from quintet_models.messages import Usage
from support import BUGGY

DOCUMENT = Document("shop/prices.py", BUGGY)
TREE = parse(BUGGY, "python")
assert TREE is not None
UNIT = next(unit for unit in TREE.units() if unit.name == "total")
TARGET = Target(DOCUMENT, TREE, UNIT, UNIT.start, UNIT.end + 1, {9: 1.0})
TASK = Task(kind="test_failure", issue='Discounts are """added""".')
SIGN = BUGGY.index("+ discount")


def proposal(text: str = "-", prior: float = 0.0) -> Proposal:
    return Proposal(DOCUMENT, (Edit(SIGN, SIGN + 1, text),), "edit", "arithmetic", text, prior)


def test_variants_differ_from_the_base_by_the_edit_alone() -> None:
    request = score_request([proposal("-"), proposal("* 2 +")], TARGET, TASK)
    assert request.base == heading(TARGET, TASK) + TARGET.text
    assert request.variants[0] == request.base.replace("100 + discount", "100 - discount")
    assert request.variants[1] == request.base.replace("100 + discount", "100 * 2 + discount")
    assert "def cheapest" not in request.base


def test_the_users_words_stand_above_as_a_comment_that_cannot_end_early() -> None:
    assert heading(TARGET, TASK).count('"""') == 2
    assert heading(TARGET, Task(kind="test_failure")) == ""


def test_a_deletion_is_not_good_for_being_short_alone() -> None:
    same, shorter = scored(proposal("-"), 0.0), scored(proposal(""), 0.0)
    assert shorter.score < same.score


def test_prior_belief_and_likelihood_both_count() -> None:
    assert scored(proposal(prior=-1.0), 2.0).score > scored(proposal(prior=-1.0), 0.0).score
    assert scored(proposal(prior=-1.0), 2.0).score > scored(proposal(prior=-4.0), 2.0).score


@pytest.mark.parametrize("ranking", ["prior", "random"])
async def test_without_a_model_none_is_asked(ranking: Ranking) -> None:
    ranker = Ranker(None, ranking, random.Random(1))
    ranked, usage = await ranker.ranked([proposal(prior=-1.0), proposal("*", -2.0)], TARGET, TASK)
    assert usage == Usage()
    scores = [each.score for each in ranked]
    assert (scores[0] == scores[1] / 2) == (ranking == "prior")


async def test_the_models_opinion_comes_back_in_the_order_of_the_proposals() -> None:
    backend = Scripted("ratios", (Line(profile=ScriptProfile(scores=True)), Line(score="(100 - ", ratio=5.0)))
    ranker = Ranker(backend, "model", random.Random(1))
    proposals = [proposal(f"+ {number} -") for number in range(20)] + [proposal("-")]
    ranked, usage = await ranker.ranked(proposals, TARGET, TASK)
    assert usage.prompt_tokens > 0
    assert [each.text for each in ranked] == [each.text for each in proposals]
    assert max(ranked, key=lambda each: each.ratio).text == proposal("-").text
