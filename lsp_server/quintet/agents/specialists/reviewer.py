"""The Reviewer: which of the candidates that passed may be offered, and is it true in a fresh, full run.

Deterministic part: rules on scope, elisions and the judge's files, then likelihood of the whole unit and
smallness. A capable model chooses among what the rules let through. The tests have the last word.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from quintet.agents.ask import ask
from quintet.agents.edit_format import careless
from quintet.agents.evidence import evidence
from quintet.agents.proof import last_word
from quintet.agents.ranking import score_request, scored
from quintet.agents.run import Judged, Report, Run
from quintet.agents.targets import Target
from quintet.agents.task import Alternative, Event, Note, Unverified, Verified
from quintet.tools.verdict import Verdict
from quintet_models.backends.base import BackendError
from quintet_models.messages import Usage
from quintet_models.policy import Choice

_WHOLE_UNIT = 4_096
_SIZE_WEIGHT = 0.02
_SHOWN = 6
_LEAST_SECONDS = 5.0
_VERIFIED_AT_MOST = 5


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Turn `run.plausible` into `run.verified`, or reject what does not stand."""
    if run.trial is None:
        run.report = Report("nothing can be verified: no test was run")
        return
    plausible, run.plausible = run.plausible, []
    allowed = [judged for judged in plausible if not _objection(run, judged)]
    run.rejected.extend(judged for judged in plausible if judged not in allowed)
    ordered = await _by_likelihood(run, allowed)
    by_model = False
    if run.capable and len(ordered) > 0:
        try:
            ordered, reason = await _chosen(run, choice, ordered)
            by_model = True
            yield Note(f"Reviewer: {reason}")
        except BackendError as error:
            yield Note(f"The Reviewer goes on without the model: {error}")
    run.plausible = ordered[_VERIFIED_AT_MOST:]
    for tried, judged in enumerate(ordered[:_VERIFIED_AT_MOST]):
        if tried and run.seconds_left <= 0:  # one may be verified past the budget, not one after another
            break
        verdict = await last_word(run, judged.proposal.patch)
        if verdict.verified:
            others = tuple(_alternative(other) for other in ordered if other is not judged)
            await _accept(run, judged, verdict, others)
            run.report = Report(f"accepted: {judged.proposal.description}", by_model)
            return
        yield Note(f"Rejected `{judged.proposal.description}`: {verdict.reason}")
        run.rejected.append(judged)
        if run.task.to_order:
            run.refuse(judged.proposal, verdict.reason)
    run.report = Report(f"accepted none of {len(plausible)} candidate(s)", by_model)


async def _accept(run: Run, judged: Judged, verdict: Verdict, others: tuple[Alternative, ...]) -> None:
    """Verified by the user's own tests; where these say nothing of the patch, it is unverified."""
    patch, diff = judged.proposal.patch, judged.proposal.diff
    told = await evidence(run, patch, verdict)
    if isinstance(told, Verdict):
        run.verified = Verified(patch, diff, told, others, judged.number)
    else:
        run.unverified = Unverified(patch, diff, told)


def _objection(run: Run, judged: Judged) -> str:
    """Why the rules refuse a candidate; empty if they do not."""
    for file in judged.proposal.patch.files:
        if not run.may_change(file.path):
            return f"it changes {file.path}, which may not be changed"
    document = judged.proposal.document
    problem = careless(document, judged.proposal.text)
    return problem.message if problem else ""


async def _by_likelihood(run: Run, plausible: Sequence[Judged]) -> list[Judged]:
    """Best first, by the likelihood of the whole unit and the size of the change."""
    by_model = len(plausible) > 1 and run.ranker.by_model
    rescored = await _reread(run, plausible) if by_model else plausible
    return sorted(rescored, key=lambda judged: _merit(judged, by_model=by_model), reverse=True)


async def _reread(run: Run, plausible: Sequence[Judged]) -> list[Judged]:
    """The candidates with the model's opinion of the whole unit, where it has one."""
    known = {judged.number: judged for judged in plausible}
    for target in run.targets:
        mine = [judged for judged in plausible if _inside(judged, target)]
        if not mine or run.backend is None:
            continue
        request = score_request([judged.proposal for judged in mine], target, run.task, window=_WHOLE_UNIT)
        try:
            async with asyncio.timeout(max(run.seconds_left, _LEAST_SECONDS)):
                scores = await run.backend.score(request)
        except (BackendError, TimeoutError):
            continue
        run.usage += Usage(prompt_tokens=scores.tokens)
        for judged, ratio in zip(mine, scores.ratios, strict=True):
            known[judged.number] = replace(judged, proposal=scored(judged.proposal, ratio))
    return list(known.values())


def _merit(judged: Judged, *, by_model: bool) -> float:
    """How much speaks for a candidate that passed.

    What was believed before the tests spoke no longer counts where a model can tell how natural the whole
    unit reads: among candidates that pass, likelihood alone chose better than likelihood and prior.
    """
    proposal = judged.proposal
    return (proposal.ratio if by_model else proposal.score) - _SIZE_WEIGHT * proposal.size


def _inside(judged: Judged, target: Target) -> bool:
    edits = judged.proposal.edits
    return (
        judged.proposal.document.path == target.document.path
        and target.start <= edits[0].start
        and edits[-1].end <= target.end
    )


async def _chosen(run: Run, choice: Choice, ordered: list[Judged]) -> tuple[list[Judged], str]:
    """The model's choice first. Raises `BackendError` when it gives no usable answer."""
    shown = ordered[:_SHOWN]
    words = "\n\n".join(f"{number}:\n{judged.proposal.diff}" for number, judged in enumerate(shown, start=1))
    answer = (await ask(run, "reviewer", choice.mode, words))[0].strip()
    match = re.match(r"\D{0,12}(\d+)\W*(.*)", answer)
    if match is None or int(match[1]) > len(shown):
        raise BackendError("it named none of the candidates")
    number, reason = int(match[1]), match[2].splitlines()[0] if match[2] else "no reason given"
    if number == 0:
        run.hypotheses.append(f"The reviewer refused a patch that passed: {reason}")
        run.rejected.extend(ordered)
        if run.task.to_order:
            run.setback = f"The Reviewer refused it: {reason}"
        return [], reason
    first = shown[number - 1]
    return [first, *(judged for judged in ordered if judged is not first)], reason


def _alternative(judged: Judged) -> Alternative:
    return Alternative(judged.proposal.description, judged.proposal.diff, judged.proposal.score)
