"""Where the Coder's candidates come from: single edits, pairs of edits, and what the model writes.

Makes proposals and believes something of each beforehand; ranks and judges nothing.
"""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from quintet.agents.ask import ask, collect, prompt
from quintet.agents.delimiters import mended
from quintet.agents.edit_format import Target as Region
from quintet.agents.edit_format import careless, outside, parse
from quintet.agents.frontier import Proposal
from quintet.agents.modes import Compute
from quintet.agents.neighbourhood import neighbours, read_vocabulary
from quintet.agents.ranking import heading, log
from quintet.agents.run import Run
from quintet.agents.specialists.debugger import promising
from quintet.agents.targets import Target, offset_of
from quintet.agents.task import Mode
from quintet.workspace.document import Document
from quintet.workspace.edits import Edit, Patch
from quintet_models.backends.base import Backend
from quintet_models.messages import Request, Sampling

_DRAFT_PRIOR = log(0.05)
_WRITTEN_PRIOR = 6.0
_PAIRED = 80
_PROMISING_BONUS = 3.0
_LINE_TOKENS = 40
_TEST_CHARACTERS = 20_000

Written = list[tuple[Target, list[Proposal]]]


def edits(run: Run, compute: Compute) -> Written:
    """The likeliest single edits of all targets, as many as the mode pays for."""
    vocabulary = read_vocabulary(run.task.issue, run.task.diagnostic, *_said_by_tests(run))
    found: list[tuple[Target, Proposal]] = []
    for target, lines in _lines(run, compute):
        for candidate in neighbours(target.tree, unit=target.unit, lines=lines, vocabulary=vocabulary):
            prior = candidate.prior + log(lines.get(candidate.line, 0.0))
            found.append(
                (target, _single(target, candidate.edit, candidate.kind, candidate.description, prior))
            )
        found.extend((target, proposal) for proposal in _parsing(target))
    best = heapq.nlargest(compute.candidates, found, key=lambda item: item[1].prior)
    return [
        (target, [proposal for owner, proposal in best if owner is target])
        for target in run.targets
        if any(owner is target for owner, _ in best)
    ]


def _said_by_tests(run: Run) -> Iterator[str]:
    """The named tests' failures and files: a specification is where constants and names come from."""
    if run.trial is None:
        return
    for failure in run.trial.baseline.failures:
        if failure.test in run.trial.named:
            yield failure.message
    for path in dict.fromkeys(test.partition("::")[0] for test in run.trial.named):
        if isinstance(document := run.snapshot.document(path), Document):
            yield document.text[:_TEST_CHARACTERS]


def _lines(run: Run, compute: Compute) -> Iterator[tuple[Target, dict[int, float]]]:
    """Each target with those of its lines that are among the mode's most suspicious."""
    every = [(weight, target, line) for target in run.targets for line, weight in target.lines.items()]
    chosen = heapq.nlargest(compute.lines, every, key=lambda item: item[0])
    for target in run.targets:
        lines = {line: weight for weight, owner, line in chosen if owner is target}
        if lines:
            yield target, lines


def _single(target: Target, edit: Edit, kind: str, description: str, prior: float) -> Proposal:
    return Proposal(target.document, (edit,), "edit", kind, description, prior)


def _parsing(target: Target) -> Iterator[Proposal]:
    """What makes a broken file parse again; nothing else is worth trying before that."""
    for edit, description in mended(target.tree):
        if target.start <= edit.start <= target.end:
            yield Proposal(target.document, (edit,), "syntax", "delimiter", description, 0.0)


def pairs(run: Run, compute: Compute) -> Iterator[Proposal]:
    """Two single edits at once, by the sum of their scores; edits that changed the failure count more."""
    hopeful = {id(judged.proposal) for judged in promising(run)}
    singles = [
        _raised(judged.proposal, _PROMISING_BONUS if id(judged.proposal) in hopeful else 0.0)
        for judged in run.judged
        if judged.proposal.source == "edit"
    ]
    best = heapq.nlargest(_PAIRED, singles, key=lambda proposal: proposal.score)
    joined = (
        _joined(first, second)
        for number, first in enumerate(best)
        for second in best[number + 1 :]
        if first.document.path == second.document.path and _apart(first.edits[0], second.edits[0])
    )
    yield from heapq.nlargest(compute.pairs, joined, key=lambda proposal: proposal.score)


def _raised(proposal: Proposal, bonus: float) -> Proposal:
    return replace(proposal, score=proposal.score + bonus)


def _apart(first: Edit, second: Edit) -> bool:
    return first.end < second.start or second.end < first.start


def _joined(first: Proposal, second: Proposal) -> Proposal:
    return Proposal(
        first.document,
        tuple(sorted((*first.edits, *second.edits))),
        "pair",
        f"{first.kind} + {second.kind}",
        f"{first.description}; {second.description}",
        first.prior + second.prior,
        first.ratio + second.ratio,
        first.score + second.score,
    )


# --- written by the model ---------------------------------------------------------------------------


async def drafts(run: Run, mode: Mode, compute: Compute) -> Written:
    """What the model writes, in the edit format of its profile. Raises `BackendError`."""
    if run.backend is None:
        return []
    if run.capable:
        return await _patches(run, run.backend, mode, compute)
    return await _infills(run, run.backend, compute)


async def _patches(run: Run, backend: Backend, mode: Mode, compute: Compute) -> Written:
    """Whole answers of a capable model, refused ones told to it once more with the reason."""
    target, form = run.targets[0], backend.profile.edit_format
    lines_only = run.task.kind == "rewrite"
    name = target.unit.name if target.unit and not lines_only else ""
    region = Region(target.document, target.start, target.end, name)
    documents = {target.document.path: target.document for target in run.targets}
    words = prompt(f"coder_{form}").format(name=target.name, path=target.document.path)
    if lines_only:
        words = f"{_shown(target)}\n\n{words}"
    written: list[Proposal] = []
    for attempt in range(2):
        answers = await ask(run, "coder", mode, words, n=compute.samples)
        problems: list[str] = []
        for answer in answers:
            patch, refused = parse(answer, form, documents, region)
            problems.extend(problem.message for problem in refused)
            if patch is None:
                continue
            proposal = _written(patch, documents, f"{backend.profile.model}, draft {attempt + 1}")
            if lines_only and (stray := outside(region, proposal.text)):
                problems.append(stray.message)
            else:
                written.append(proposal)
        if written or not problems:
            break
        words = f"{words}\n\nThe last answer was refused: {problems[0]}"
    return [(target, written)] if written else []


def _shown(target: Target) -> str:
    """The lines that are to be rewritten, as the model is shown them."""
    first, last = min(target.lines), max(target.lines)
    where = f"Line {first}" if first == last else f"Lines {first} to {last}"
    fence = "```" if "```" not in target.text else "~~~~"
    return f"{where} of `{target.document.path}`:\n{fence}\n{target.text.rstrip()}\n{fence}"


def _written(patch: Patch, documents: dict[str, Document], description: str) -> Proposal:
    first, *others = ((documents[file.path], file.edits) for file in patch.files)
    return Proposal(
        first[0], first[1], "model", "draft", description, _WRITTEN_PRIOR, others=tuple(others)
    )  # fmt: skip


async def _infills(run: Run, backend: Backend, compute: Compute) -> Written:
    """Single lines from a model too small to be talked to: it goes on where the suspicious line begins."""
    written: Written = []
    for target, lines in _lines(run, compute):
        ordered = sorted(lines, key=lambda line: -lines[line])
        proposals: list[Proposal] = []
        for line in islice(ordered, compute.sampled_lines):
            proposals.extend(await _line(run, backend, target, line, compute.samples))
        written.append((target, proposals))
    return written


async def _line(run: Run, backend: Backend, target: Target, line: int, samples: int) -> list[Proposal]:
    """Drafts for one line: instead of it, and in front of it."""
    text = target.document.text
    start = offset_of(text, line)
    end = offset_of(text, line + 1)
    old = text[start:end].strip()
    if not old:
        return []
    indent = text[start : start + len(text[start:end]) - len(text[start:end].lstrip())]
    request = Request(
        prompt=heading(target, run.task) + text[target.start : start] + indent,
        n=samples,
        sampling=Sampling(max_tokens=_LINE_TOKENS, temperature=0.6, top_p=0.95, seed=run.seed, stop=("\n",)),
    )
    answers = await collect(run, backend, request)
    prior = _DRAFT_PRIOR + log(target.lines[line])
    proposals: list[Proposal] = []
    for new in dict.fromkeys(answer.strip() for answer in answers):
        if not new or new == old:
            continue
        for edit, verb in (
            (
                Edit(start + len(indent), end - (len(text[start:end]) - len(text[start:end].rstrip())), new),
                "becomes",
            ),
            (Edit(start, start, indent + new + "\n"), "is preceded by"),
        ):
            proposal = Proposal(
                target.document, (edit,), "model", "line", f"line {line} {verb} `{new}`", prior
            )
            if careless(target.document, proposal.text) is None:
                proposals.append(proposal)
    return proposals
