"""How likely a model finds each proposal: the order in which the tests get to see them.

A tiny model that cannot write a fix can still tell a natural program from an odd one (naturalness of
software, Hindle et al. 2012; used to rank repair candidates by Kolak et al. 2022). What it sees is the unit
under repair with the task's words in front. Knows no tests and no queue.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quintet.agents.frontier import Proposal
from quintet.agents.targets import Target
from quintet.agents.task import Task
from quintet_models.backends.base import Backend, ScoreRequest
from quintet_models.messages import Usage

Ranking = Literal["model", "prior", "random"]

_HEADER_CHARACTERS = 1_600
_WINDOW = 4
_PRIOR_WEIGHT = 5.0
_NATS_PER_CHARACTER = 0.5


@dataclass(frozen=True, slots=True)
class Ranker:
    """Orders proposals; `backend=None` or `ranking != "model"` never asks a model."""

    backend: Backend | None
    ranking: Ranking
    random: random.Random

    @property
    def by_model(self) -> bool:
        """Whether a model will be asked."""
        return self.ranking == "model" and self.backend is not None and self.backend.profile.scores

    def without_model(self) -> "Ranker":
        """The same order of beliefs, without the model's."""
        return replace(self, backend=None)

    async def ranked(
        self, proposals: Sequence[Proposal], target: Target, task: Task
    ) -> tuple[tuple[Proposal, ...], Usage]:
        """The proposals with their scores, and what that cost. Raises `BackendError`."""
        if self.backend is None or not self.by_model:
            return tuple(self._unasked(proposal) for proposal in proposals), Usage()
        scores = await self.backend.score(score_request(proposals, target, task))
        ranked = (scored(proposal, ratio) for proposal, ratio in zip(proposals, scores.ratios, strict=True))
        return tuple(ranked), Usage(prompt_tokens=scores.tokens)

    def _unasked(self, proposal: Proposal) -> Proposal:
        score = self.random.random() if self.ranking == "random" else _PRIOR_WEIGHT * proposal.prior
        return replace(proposal, score=score)


def scored(proposal: Proposal, ratio: float) -> Proposal:
    """The proposal with the model's opinion mixed into what was believed before.

    Every text loses likelihood with each character, so a deletion looks good for being short alone: what a
    character of code usually costs is put back.
    """
    longer = sum(len(edit.text) - (edit.end - edit.start) for edit in proposal.edits)
    ratio += _NATS_PER_CHARACTER * longer
    return replace(proposal, ratio=ratio, score=ratio + _PRIOR_WEIGHT * proposal.prior)


def score_request(
    proposals: Sequence[Proposal], target: Target, task: Task, *, window: int = _WINDOW
) -> ScoreRequest:
    """The unit under repair, and the same with each proposal made, under the task's words."""
    header = heading(target, task)
    after = len(target.document.text) - target.end
    variants = tuple(
        header + text[target.start : len(text) - after] for text in (proposal.text for proposal in proposals)
    )
    return ScoreRequest(header + target.text, variants, window)


def heading(target: Target, task: Task) -> str:
    """What the user said, as a comment above the unit."""
    words = (task.issue or task.diagnostic).strip()[:_HEADER_CHARACTERS].strip()
    if not words:
        return ""
    if target.document.language == "python":
        return '"""' + words.replace('"""', "'''") + '\n"""\n'
    return "/*\n" + words.replace("*/", "* /") + "\n*/\n"


def log(weight: float) -> float:
    """Natural logarithm, with a floor that keeps the unlikely in the queue's tail."""
    return math.log(max(weight, 1e-3))
