"""What was asked for in words and no failing test speaks of: a capable model's drafts, tried by the tests.

The tests cannot say that a draft is right, only that it breaks nothing; the Reviewer asks what they run.
"""

from collections.abc import AsyncGenerator

from quintet.agents.frontier import Proposal
from quintet.agents.modes import MODES
from quintet.agents.proposals import drafts
from quintet.agents.run import Judged, Report, Run
from quintet.agents.task import CandidateJudged, Event, Note, Unverified
from quintet.tools.trial import Trial
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice


async def write(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Fill `run.plausible` with drafts that break no test; without tests, `run.unverified` with the first."""
    try:
        written = await drafts(run, choice.mode, MODES[choice.mode])
    except BackendError as error:
        written, run.setback = [], f"The model gave no answer: {error}"
        yield Note(run.setback)
    proposals = [proposal for _, batch in written for proposal in run.frontier.fresh(batch)]
    if run.trial is None:
        _take_first(run, proposals)
        return
    judged: list[Judged] = []
    for proposal in proposals:
        if not (run.tests_left and run.seconds_left):
            break
        judgement = await run.trial.judge(proposal.patch)
        judged.append(Judged(len(run.judged) + 1, proposal, judgement))
        run.judged.append(judged[-1])
        yield CandidateJudged(
            judged[-1].number, proposal.source, proposal.description, proposal.score, judgement
        )
    run.plausible.extend(each for each in judged if each.judgement.plausible)
    if judged and not run.plausible:
        await _look_again(run, run.trial, judged[-1])
        yield Note(f"Refused: {run.setback}" if not run.plausible else "A second look finds nothing broken")
    found = f"{len(run.plausible)} break no test" if run.plausible else "none stands"
    run.report = Report(
        f"{len(judged)} draft(s) judged, {found}", by_model=bool(written), candidates=len(judged)
    )


def _take_first(run: Run, proposals: list[Proposal]) -> None:
    """Nothing can be tried: the first draft is as good as any."""
    if not proposals:
        run.report = Report("the model gave no draft that fits")
        return
    first = proposals[0]
    run.unverified = Unverified(first.patch, first.diff, run.untested)
    run.report = Report(f"nothing can try it: {first.description}", by_model=True, candidates=len(proposals))


async def _look_again(run: Run, trial: Trial, judged: Judged) -> None:
    """A whole and fresh run says which tests a draft breaks; the quick look may only have been too quick."""
    verdict = await trial.verify(judged.proposal.patch)
    if verdict.verified:
        run.plausible.append(judged)
    else:
        run.refuse(judged.proposal, verdict.reason)
