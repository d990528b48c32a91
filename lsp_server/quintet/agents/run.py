"""The blackboard of one repair: what the specialists know, found and spent so far.

The only mutable object of the pipeline. It holds facts and does arithmetic; it chooses nothing and acts on
nothing.
"""

import random
import re
import time
from collections import Counter, deque
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from quintet.agents.context import History, Survey
from quintet.agents.frontier import Frontier, Proposal
from quintet.agents.modes import MODES
from quintet.agents.ranking import Ranker, Ranking
from quintet.agents.targets import Target, entropy, line_of
from quintet.agents.task import Budget, Mode, Role, Step, Task, Unverified, Verified
from quintet.tools.protect import judges
from quintet.tools.sandbox import Sandbox
from quintet.tools.trial import Trial
from quintet.tools.verdict import Judgement
from quintet.workspace.document import Document
from quintet.workspace.snapshot import Snapshot
from quintet_models.backends.base import Backend
from quintet_models.messages import Usage
from quintet_models.policy import State


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal and what the tests said of it; `number` counts from 1 in the order of judging."""

    number: int
    proposal: Proposal
    judgement: Judgement

    @property
    def fraction(self) -> float:
        """Share of the named tests that passed."""
        total = self.judgement.passed + self.judgement.failed
        return self.judgement.passed / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a specialist says of its step."""

    summary: str
    by_model: bool = False
    candidates: int = 0


Batch = tuple[Target, tuple[Proposal, ...]]


@dataclass(slots=True)
class Run:
    """State of one repair.

    `own` are the user's own tests, None where there are none that can be run. `trial` is what candidates are
    judged by: the same, or, once the Tester wrote the test `written`, that test.
    """

    task: Task
    snapshot: Snapshot
    sandbox: Sandbox
    backend: Backend | None
    budget: Budget
    modes: tuple[Mode, ...]
    ranking: Ranking = "model"
    drafts: bool = True
    seed: int = 0
    history: History | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    started: float = field(default_factory=time.monotonic)

    own: Trial | None = None
    untested: str = ""
    """Why there are no tests of the user's own, in a few words."""
    trial: Trial | None = None
    written: Document | None = None
    mode: Mode = "fast"
    localised: bool = False
    targets: tuple[Target, ...] = ()
    plan: str = ""
    hypotheses: list[str] = field(default_factory=list)
    tester_tried: bool = False

    frontier: Frontier = field(default_factory=Frontier)
    pending: deque[Batch] = field(default_factory=deque)
    ranked: int = 0
    ranking_seconds: float = 0.0
    judged: list[Judged] = field(default_factory=list)
    plausible: list[Judged] = field(default_factory=list)
    rejected: list[Judged] = field(default_factory=list)
    verified: Verified | None = None
    unverified: Unverified | None = None

    surveyed: tuple[object, Survey] | None = None
    """What the context is filled from, behind what it was made for."""
    usage: Usage = field(default_factory=Usage)
    steps: list[Step] = field(default_factory=list)
    stopped: str = ""
    setback: str = ""
    """Why the last thing written to order was refused, one sentence."""
    report: Report = Report("")

    @property
    def capable(self) -> bool:
        """Whether specialists may ask the model to reason, and not only to rank and draft lines."""
        return self.backend is not None and self.backend.profile.capable

    @property
    def pointed(self) -> bool:
        """Whether the user pointed at what is to be worked on, so that no fault has to be found."""
        return self.task.to_order or self.task.kind == "test"

    @property
    def ranker(self) -> Ranker:
        """Orders proposals as the run was asked to."""
        return Ranker(self.backend, self.ranking, random.Random(f"{self.seed}:{len(self.judged)}"))  # noqa: S311

    def may_change(self, path: str) -> bool:
        """Whether a patch may touch a file: not what judges it, not what the task protects."""
        if path in self.task.protected:
            return False
        return self.task.may_edit_tests or not (judges(path) or self._runs(path))

    def refuse(self, proposal: Proposal, reason: str) -> None:
        """Remember why what was written to order does not stand, for the next try and for the user."""
        self.setback = reason
        self.hypotheses.append(f"This was tried and refused. {reason}\n{proposal.diff}")

    def _runs(self, path: str) -> bool:
        """Whether the test command names the file, as in `python check.py`: it is the judge then."""
        words = self.trial.command.text.split() if self.trial else ()
        return any(word.partition("::")[0].removeprefix("./") == path for word in words)

    @property
    def ranking_pays(self) -> bool:
        """Whether the model's opinion of a candidate costs less than trying it; believed until measured."""
        if not self.ranked or not self.judged:
            return True
        judging = sum(judged.judgement.seconds for judged in self.judged) / len(self.judged)
        return self.ranking_seconds / self.ranked < judging

    @property
    def seconds(self) -> float:
        """Wall seconds since the run began."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        """Wall seconds the budget still holds; never negative."""
        return max(0.0, self.budget.seconds - self.seconds)

    @property
    def tokens_left(self) -> int:
        """Tokens the budget still holds; cached prompt tokens cost nothing."""
        spent = self.usage.prompt_tokens - self.usage.cached_tokens + self.usage.completion_tokens
        return max(0, self.budget.tokens - spent)

    @property
    def tests_left(self) -> int:
        """Judgements the budget still holds."""
        return max(0, self.budget.tests - len(self.judged))

    def calls(self, mode: Mode | None = None) -> dict[Role, int]:
        """Steps so far a role, in one mode or in all."""
        return dict(Counter(step.role for step in self.steps if mode is None or step.mode == mode))

    def state(self) -> State:
        """What the policy may see, in numbers."""
        baseline = self.trial.baseline if self.trial else None
        unit = self.targets[0] if self.targets else None
        text = unit.text if unit else ""
        profile = self.backend.profile if self.backend else None
        return State(
            task_kind=self.task.kind,
            language=(unit.document.language or "") if unit else "",
            files_in_workspace=len(self.snapshot.files()),
            failure_family=_family(self.trial),
            failing_tests=len(self.trial.named) if self.trial else 0,
            passing_tests=baseline.passed if baseline else 0,
            baseline_seconds=baseline.seconds if baseline else 0.0,
            model=profile is not None,
            model_capable=self.capable,
            modes=self.modes,
            roles=MODES[self.mode].roles,
            localised=self.localised,
            suspects=sum(len(target.lines) for target in self.targets),
            suspicion_top=unit.weight if unit else 0.0,
            suspicion_entropy=entropy(self.targets),
            unit_lines=text.count("\n"),
            unit_branches=_branches(unit),
            unit_nesting=max((len(line) - len(line.lstrip()) for line in text.splitlines()), default=0) // 4,
            fan_in=len(self.snapshot.index.mentioning(unit.unit.name)) if unit and unit.unit else 0,
            mode=self.mode,
            last_role=self.steps[-1].role if self.steps else None,
            calls=self.calls(),
            calls_in_mode=self.calls(self.mode),
            tester_tried=self.tester_tried,
            queued=len(self.frontier) + sum(len(batch) for _, batch in self.pending),
            judged=len(self.judged),
            judged_last_step=self.steps[-1].judged if self.steps else 0,
            drafts=sum(judged.proposal.source == "model" for judged in self.judged),
            smallest_plausible=min((judged.proposal.size for judged in self.plausible), default=0),
            distinct_messages=len({judged.judgement.message for judged in self.judged}),
            best_fraction_passed=max((judged.fraction for judged in self.judged), default=0.0),
            plausible=len(self.plausible),
            rejected=len(self.rejected),
            verified=self.verified is not None,
            unverified_ready=self.unverified is not None,
            tokens=self.budget.tokens - self.tokens_left,
            tokens_left=self.tokens_left,
            seconds=self.seconds,
            seconds_left=self.seconds_left,
            tests_left=self.tests_left,
        )


def _family(trial: Trial | None) -> str:
    """The kind of error of the first failing test: `AssertionError`, `TypeError` and so on."""
    message = trial.baseline.failures[0].message if trial and trial.baseline.failures else ""
    match = re.match(r"(?:\w+\.)*(\w*(?:Error|Exception|Warning))\b", message)
    return match[1] if match else "AssertionError" if message.startswith("assert") else ""


def _branches(target: Target | None) -> int:
    """Cyclomatic complexity, roughly: decision points of the unit, plus one."""
    if target is None:
        return 0
    first, last = line_of(target.document.text, target.start), line_of(target.document.text, target.end)
    kinds = ("if_statement", "elif_clause", "for_statement", "while_statement", "for_in_statement",
             "conditional_expression", "ternary_expression", "boolean_operator", "except_clause",
             "catch_clause", "case_clause", "switch_case")  # fmt: skip
    count, stack = 1, [target.tree.root]
    while stack:
        node = stack.pop()
        if node.end_point.row + 1 < first or node.start_point.row + 1 > last:
            continue
        count += node.type in kinds
        stack.extend(node.named_children)
    return count
