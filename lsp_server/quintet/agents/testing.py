"""A test for a definition: from the examples of its documentation, or written by a capable model.

One is accepted if it passes on the code as it stands, twice, with the whole suite beside it; what it is worth
is how many small changes of the code it notices. Production files are not touched: the patch is a new file.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import msgspec

from quintet.agents.ask import ask, fenced
from quintet.agents.examples import examples_test
from quintet.agents.modes import MODES
from quintet.agents.places import Place, command_for, place_for
from quintet.agents.run import Report, Run
from quintet.agents.targets import Target
from quintet.agents.task import Event, Note, Unverified, Verified
from quintet.agents.worth import Worth, worth
from quintet.tools.trial import Trial, TrialError, open_trial
from quintet.tools.verdict import Verdict
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch, create_file, unified
from quintet.workspace.syntax import parse
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice

_SAMPLES = 3
_ATTEMPTS = 2
_FRAMEWORKS = {
    "pytest": "pytest: functions called test_…, plain assert",
    "unittest": "unittest: methods of a unittest.TestCase",
    "node": "node:test with node:assert/strict",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A test that passes: the file, the verdict of the whole suite with it, and what it is worth."""

    document: Document
    verdict: Verdict
    worth: Worth


async def write(run: Run, choice: Choice, *, examples: bool) -> AsyncGenerator[Event, None]:
    """Give the run a test as its patch, if one stands. `examples`: those of the documentation come first."""
    target = run.targets[0]
    place = place_for(run, target)
    if place is None:
        run.setback = f"Tests are written in Python and JavaScript, and {target.document.path} is neither."
        run.report = Report("no framework is known")
        return
    best: Accepted | None = None
    text = examples_test(target, place, run.task.issue) if examples else None
    if text is not None:
        best = await _tried(run, target, place, text)
        if best is None:
            run.setback = f"The examples of the documentation were tried. {run.setback}"
        yield Note(_told(run, best, "From the examples"))
    by_model = run.capable and not (best and best.worth.noticed)
    if by_model:
        async with aclosing(_by_model(run, choice, target, place)) as found:
            async for each in found:
                if isinstance(each, Accepted):
                    best = each if best is None or each.worth.noticed > best.worth.noticed else best
                else:
                    yield each
    if best is None:
        run.report = Report("no test stands", by_model)
        return
    _finish(run, target, best)
    run.report = Report(f"{best.document.path}: {_worth(best.worth, target)}", by_model)


async def _by_model(
    run: Run, choice: Choice, target: Target, place: Place
) -> AsyncGenerator[Accepted | Event, None]:
    """Tests the model writes until one notices a change; what was refused is told to it once."""
    for _ in range(_ATTEMPTS):
        try:
            samples = min(MODES[choice.mode].samples, _SAMPLES)
            answers = await ask(run, "tester", choice.mode, _words(target, place), n=samples)
        except BackendError as error:
            run.setback = f"The model gave no answer: {error}"
            yield Note(run.setback)
            return
        noticed = 0
        for text in dict.fromkeys(map(fenced, answers)):
            if not run.seconds_left:
                break
            accepted = await _tried(run, target, place, text) if text else None
            if text is None:
                run.setback = "The answer holds no fenced block with a test file."
            elif accepted is not None:
                noticed = max(noticed, accepted.worth.noticed)
                yield accepted
            yield Note(_told(run, accepted, "A test by the model"))
        if noticed:
            return
        run.hypotheses.append(f"The last test was refused: {run.setback}")


async def _tried(run: Run, target: Target, place: Place, text: str) -> Accepted | None:
    """Run a test file by itself, twice, then with the suite; None, and why in `run.setback`, if it falls."""
    document = Document(place.path, text)
    tree = parse(text, document.language)
    if tree and tree.problems():
        run.setback = f"The test does not parse: {tree.problems()[0].message}."
        return None
    try:
        async with open_trial(
            run.snapshot.with_documents((document,)),
            command=command_for(run, document.path),
            sandbox=run.sandbox,
            may_edit_tests=True,
            may_pass=True,
        ) as trial:
            verdict = await _steady(run, trial)
            value = await worth(trial, target) if verdict else Worth(0, 0)
    except TrialError as error:
        run.setback = f"The test cannot be run: {error}"
        return None
    if verdict and run.own:
        verdict = await _beside(run, run.own, document)
    if verdict is None:
        return None
    if not value.noticed:
        run.setback = f"The new test passes, but {_worth(value, target)}."
    return Accepted(document, verdict, value)


async def _steady(run: Run, trial: Trial) -> Verdict | None:
    """The verdict of a second run of a test that passed in a first."""
    if trial.baseline.failing:
        failure = trial.baseline.failures[0]
        run.setback = f"The test fails on the code as it stands: {failure.message.splitlines()[0]}"
        return None
    if not trial.baseline.passed:
        run.setback = "The file holds no test that passes."
        return None
    again = await trial.verify(Patch(()))
    if not again.verified or "flaky" in again.reason:
        run.setback = f"The test passes in one run and fails in another. {again.reason}"
        return None
    return again


async def _beside(run: Run, own: Trial, document: Document) -> Verdict | None:
    """The verdict of the whole suite with the new file in it."""
    verdict = await own.verify(Patch((create_file(document.path, document.text),)))
    if not verdict.verified:
        run.setback = f"With the new test the suite does not hold. {verdict.reason}"
        return None
    return verdict


def _finish(run: Run, target: Target, best: Accepted) -> None:
    """Verified if the test notices a change and the user's command runs it."""
    patch = Patch((create_file(best.document.path, best.document.text),))
    diff = unified(patch, {})
    told = _worth(best.worth, target)
    verdict = best.verdict
    ran = verdict.after and set(verdict.after.outcomes) - set(verdict.before.outcomes)
    if not best.worth.noticed:
        run.unverified = Unverified(patch, diff, f"the new test passes, but {told}")
    elif run.own and not ran and run.own.command.runner != "command":
        run.unverified = Unverified(
            patch, diff, f"the new test passes and {told}, but `{verdict.command}` does not run it"
        )
    else:
        reason = f"The new test passes, and {told}."
        run.verified = Verified(patch, diff, msgspec.structs.replace(verdict, reason=reason))


def _worth(value: Worth, target: Target) -> str:
    name = f"{target.unit.qualified}()" if target.unit and target.unit.kind != "class" else target.name
    if not value.tried:
        return f"no change of {name} could be tried on it"
    if not value.noticed:
        return f"it fails on none of {value.tried} changes to {name}"
    return f"fails on {value.noticed} of {value.tried} changes to {name}"


def _told(run: Run, accepted: Accepted | None, what: str) -> str:
    if accepted is None:
        return f"{what}: {run.setback}"
    return f"{what}: {accepted.worth.noticed} of {accepted.worth.tried} changes noticed"


def _words(target: Target, place: Place) -> str:
    """What the model is told of the definition and of the file it writes."""
    return (
        f"Definition: `{target.name}` in `{target.document.path}`\n"
        f"File to be written: `{place.path}`\n"
        f"Framework: {_FRAMEWORKS[place.framework]}\n"
        f"Import: `{place.imports}`\n\n"
        f"```\n{target.text.rstrip()}\n```"
    )
