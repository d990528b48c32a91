"""How much of what a change touched was in the context packed for its description: ours beside others.

    python tests/bench/bench_recall.py RECALL.jsonl --repos DIR [--aider PYTHON] [--ablation] [--maps] [--each N]

A task is a commit message and the files and definitions that the commit changed. The repository's state before
it is laid out and indexed, and the message packed for several budgets. Printed is the share of those files and
definitions that the pack holds, as the mean over tasks with a 95 % bootstrap interval: ours, the outlines of
files in the order of BM25, outlines in any order, and with `--aider` (an interpreter that has the package
`aider-chat`) aider's map. A token is four characters; the message itself is in none of the packs. Then the same
with each signal switched off, and the share of leading tokens that two prompts have in common.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

import msgspec

from quintet.agents.ask import prompt
from quintet.agents.context import History, Prompt, estimate, fill, survey
from quintet.agents.context.churn import LOG, churn
from quintet.agents.context.outlines import WIDTH
from quintet.agents.context.weights import SIGNALS, WEIGHTS
from quintet.agents.roles import ROLES
from quintet.agents.task import Task
from quintet.evaluation.repository import find_repository, write_out
from quintet.workspace.snapshot import Snapshot, open_snapshot
from quintet.workspace.testfiles import is_test_file

BUDGETS = (1_000, 4_000, 8_000, 32_000)
ABLATED = (1_000, 4_000)
PARTS = (0.0, 0.5, 0.85)
RESAMPLES = 2_000
METHODS = ("quintet", "BM25 outlines", "random outlines", "aider's map")
SPECIALISTS, TASKS = "specialists of one task", "two tasks in one workspace"


class Gold(msgspec.Struct, frozen=True):
    """A file that the commit changed, and the definitions in it."""

    path: str
    functions: tuple[str, ...]


class Case(msgspec.Struct, frozen=True):
    """One task, as its line has it."""

    id: str
    repo: str
    parent: str
    query: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of the gold in one pack; `definitions` is None where the commit changed none."""

    files: float
    definitions: float | None


@dataclass(slots=True)
class Results:
    """All that was measured: by method and budget the repository and recall of each task, and the prefixes."""

    recalls: dict[tuple[str, int], list[tuple[str, Recall]]] = field(default_factory=dict)
    shared: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, method: str, budget: int, case: Case, names: Mapping[str, Iterable[str]]) -> None:
        """Score one pack: the names it shows of each file."""
        self.recalls.setdefault((method, budget), []).append((case.repo, score(case, names)))


async def main(arguments: argparse.Namespace) -> None:
    """Measure and print."""
    lines = arguments.tasks.read_text(encoding="utf-8").splitlines()
    cases = [msgspec.json.decode(line, type=Case) for line in lines]
    if arguments.repo:
        cases = [case for case in cases if case.repo in arguments.repo]
    results = Results()
    chosen = [case for case in cases if of_its_repository(case, cases) < arguments.each]
    for number, case in enumerate(chosen, start=1):
        git_dir = find_repository(arguments.repos, case.repo)
        with tempfile.TemporaryDirectory(prefix="quintet_recall_") as name:
            await write_out(git_dir, case.parent, Path(name))
            started = time.perf_counter()
            snapshot = open_snapshot(Path(name))
            results.seconds.setdefault("index", []).append(time.perf_counter() - started)
            await measure(
                results,
                case,
                snapshot,
                history_of(git_dir, case.parent),
                ablation=arguments.ablation,
                maps=arguments.maps,
            )
            await measure_prefix(results, snapshot, case, other_than(case, cases).query)
            if arguments.aider:
                measure_aider(results, case, snapshot, arguments.aider)
        sys.stderr.write(f"{number}/{len(chosen)} {case.id}\n")
    report(results, ablation=arguments.ablation, maps=arguments.maps)


# --- one task ---------------------------------------------------------------------------------------


async def measure(
    results: Results, case: Case, snapshot: Snapshot, history: History, *, ablation: bool, maps: bool
) -> None:
    """All methods but aider's, at all budgets."""
    task = Task(kind="instruction", issue=case.query)
    started = time.perf_counter()
    found = survey(snapshot, task, history=history)
    results.seconds.setdefault("survey", []).append(time.perf_counter() - started)
    for budget in BUDGETS:
        started = time.perf_counter()
        packed = await fill(found, budget, estimate, asked=False)
        results.seconds.setdefault(f"pack {budget:,}", []).append(time.perf_counter() - started)
        assert packed.tokens <= budget
        results.add("quintet", budget, case, shown(packed))
        results.add("BM25 outlines", budget, case, outlines(snapshot, by_bm25(snapshot, case.query), budget))
        results.add("random outlines", budget, case, outlines(snapshot, at_random(snapshot, case.id), budget))
        for part in PARTS if maps else ():
            packed = await fill(found, budget, estimate, asked=False, part=part)
            results.add(f"map {part}", budget, case, shown(packed))
    for signal in SIGNALS if ablation else ():
        less = survey(snapshot, task, history=history, weights=WEIGHTS.without(signal))
        for budget in ABLATED:
            packed = await fill(less, budget, estimate, asked=False)
            results.add(f"without {signal}", budget, case, shown(packed))


def shown(packed: Prompt) -> dict[str, set[str]]:
    """The names whose signature or body is in the pack, by file; as `quintet context --json` tells them."""
    names: dict[str, set[str]] = {}
    for piece in packed.pieces:
        if piece.path and piece.section not in {"request", "failure"}:
            names.setdefault(piece.path, set()).update(piece.symbols)
    return names


def score(case: Case, names: Mapping[str, Iterable[str]]) -> Recall:
    """The shares of files and of definitions that are there."""
    wanted = [(gold.path, name) for gold in case.gold for name in gold.functions]
    held = [name in set(names.get(path, ())) for path, name in wanted]
    return Recall(fmean(gold.path in names for gold in case.gold), fmean(held) if held else None)


def by_bm25(snapshot: Snapshot, query: str) -> list[str]:
    """Every file that has a word of the query, best first."""
    return [path for path, _ in snapshot.index.search(query, len(snapshot.index.paths()))]


def at_random(snapshot: Snapshot, seed: str) -> list[str]:
    """Every file, in an order of chance that is the same in every run."""
    paths = sorted(snapshot.index.paths())
    random.Random(seed).shuffle(paths)
    return paths


def outlines(snapshot: Snapshot, paths: Iterable[str], budget: int) -> dict[str, set[str]]:
    """The names in outlines packed one after the other until the budget is full; the last one is cut.

    An outline is what ours prints of all of a file: its path and its signatures. Tests are left out: what
    describes a change is about the code.
    """
    room = budget * 4
    names: dict[str, set[str]] = {}
    for path in paths:
        entry = snapshot.index.entry(path)
        if entry is None or not entry.definitions or is_test_file(path):
            continue
        names[path] = set()
        room -= len(path) + 2
        for definition in entry.definitions:
            depth = len(definition.qualified.split("."))
            room -= 2 * depth + min(len(definition.signature), WIDTH) + 1
            if room < 0:
                return names
            names[path].add(definition.name)
    return names


def history_of(git_dir: Path, commit: str) -> History:
    """How often files were changed before a commit."""
    command = ["git", f"--git-dir={git_dir}", "-c", "core.quotePath=false", *LOG, commit]
    ended = subprocess.run(command, capture_output=True, check=True)
    return History(churn(ended.stdout.decode("utf-8", "replace")))


def of_its_repository(case: Case, cases: Sequence[Case]) -> int:
    """The how-manieth task of its repository a task is, from 0."""
    return [each for each in cases if each.repo == case.repo].index(case)


def other_than(case: Case, cases: Sequence[Case]) -> Case:
    """Another task of the same repository: the next one."""
    same = [each for each in cases if each.repo == case.repo]
    return same[(same.index(case) + 1) % len(same)]


def measure_aider(results: Results, case: Case, snapshot: Snapshot, python: Path) -> None:
    """Aider's map, made by aider; a definition is in it if its name stands in a line shown of its file."""
    asked = {"query": case.query, "files": list(snapshot.index.paths()), "budgets": BUDGETS}
    started = time.perf_counter()
    ended = subprocess.run(
        [python, Path(__file__).with_name("aider_map.py"), snapshot.root],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    results.seconds.setdefault("aider", []).append(time.perf_counter() - started)
    for budget, text in json.loads(ended.stdout).items():
        results.add("aider's map", int(budget), case, names_in_map(text))


def names_in_map(text: str) -> dict[str, set[str]]:
    """The words of each file's section: a line without a bar in front of it begins one."""
    names: dict[str, set[str]] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith(("│", "⋮")):
            names[path].update(re.findall(r"[\w$]+", line))
        elif line.strip():
            path = line.rstrip(":")
            names[path] = set()
    return names


# --- shared prefix ----------------------------------------------------------------------------------


async def measure_prefix(results: Results, snapshot: Snapshot, case: Case, other: str) -> None:
    """The gain of a prefix cache: between the specialists of a task, and between it and another in one workspace.

    A specialist's prompt is the system's words, the pack and the role's words. The second prompt is the one
    that gains: a share is the leading characters that it has in common with the first, of all that it has.
    """
    first, again, second = [
        survey(snapshot, Task(kind="instruction", issue=words)) for words in (case.query, case.query, other)
    ]
    for budget in BUDGETS:
        one, same, two = [(await fill(each, budget, estimate)).text for each in (first, again, second)]
        assert one == same
        roles = [prompt("system") + same + prompt(row.prompt) for row in ROLES.values()]
        pairs = pairwise(roles)
        results.shared.setdefault((SPECIALISTS, budget), []).extend(common(a, b) for a, b in pairs)
        planner = prompt(ROLES["planner"].prompt)
        results.shared.setdefault((TASKS, budget), []).append(
            common(prompt("system") + one + planner, prompt("system") + two + planner)
        )


def common(first: str, second: str) -> float:
    """Leading characters in common, as a share of the second prompt."""
    length = min(len(first), len(second))
    same = next((at for at in range(length) if first[at] != second[at]), length)
    return same / len(second) if second else 1.0


# --- the report -------------------------------------------------------------------------------------


def report(results: Results, *, ablation: bool, maps: bool) -> None:
    """Print the tables."""
    say("Share of gold files / gold definitions in the pack; mean over tasks, 95 % bootstrap interval")
    heading = "".join(f"{budget:>31,} tokens" for budget in BUDGETS)
    say(f"{'':22}{heading}")
    for method in METHODS:
        if (method, BUDGETS[0]) in results.recalls:
            say(f"{method:22}" + "".join(f"  {told(results, method, budget):>36}" for budget in BUDGETS))
    for repository in dict.fromkeys(repo for repo, _ in results.recalls["quintet", BUDGETS[0]]):
        rows = (told(results, "quintet", budget, repository) for budget in BUDGETS)
        say(f"  {repository[-20:]:20}" + "".join(f"  {row:>36}" for row in rows))
    if maps:
        say("\nWith another part of the budget for rules and map")
        for part in PARTS:
            rows = (told(results, f"map {part}", budget) for budget in BUDGETS)
            say(f"{part:<22}" + "".join(f"  {row:>36}" for row in rows))
    if ablation:
        say(
            "\nWith a group of signals switched off: change of files / definitions, 95 % interval of it, paired"
        )
        for signal in SIGNALS:
            rows = (changed(results, f"without {signal}", budget) for budget in ABLATED)
            say(f"{signal:22}" + "".join(f"  {row:>52}" for row in rows))
    say("\nShare of leading characters in common with the prompt before")
    for kind in (SPECIALISTS, TASKS):
        say(f"{kind:30}" + "".join(f"{fmean(results.shared[kind, budget]):>14.2f}" for budget in BUDGETS))
    say(
        "\nSeconds, median: "
        + ", ".join(f"{name} {median(all_):.2f}" for name, all_ in results.seconds.items())
    )


def told(results: Results, method: str, budget: int, repository: str = "") -> str:
    """One cell: files [interval] / definitions [interval]."""
    rows = [recall for repo, recall in results.recalls[method, budget] if repository in {"", repo}]
    files = [row.files for row in rows]
    definitions = [row.definitions for row in rows if row.definitions is not None]
    return " / ".join(
        f"{fmean(each):.3f} [{interval(each)}]" if each else "-" for each in (files, definitions)
    )


def changed(results: Results, method: str, budget: int) -> str:
    """One cell of the ablation."""
    pairs = list(zip(results.recalls[method, budget], results.recalls["quintet", budget], strict=True))
    files = [less.files - all_.files for (_, less), (_, all_) in pairs]
    definitions = [
        less.definitions - all_.definitions
        for (_, less), (_, all_) in pairs
        if less.definitions is not None and all_.definitions is not None
    ]
    return f"{budget:,}: " + " / ".join(
        f"{fmean(each):+.3f} [{interval(each)}]" for each in (files, definitions)
    )


def interval(values: Sequence[float]) -> str:
    """95 % of the means of resampled tasks (percentile bootstrap, Efron 1979); the same in every run."""
    chance = random.Random(0)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return f"{means[RESAMPLES // 40]:.2f}, {means[-RESAMPLES // 40 - 1]:.2f}"


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", type=Path, help="a line of JSON a task: repo, parent, query, gold")
    parser.add_argument("--repos", type=Path, required=True, help="git repositories at owner+name[/repo]")
    parser.add_argument("--aider", type=Path, help="a Python that has aider-chat")
    parser.add_argument("--ablation", action="store_true", help="also with each group of signals off")
    parser.add_argument("--maps", action="store_true", help="also with larger and smaller maps")
    parser.add_argument("--repo", action="append", help="this repository only (may be repeated)")
    parser.add_argument("--each", type=int, default=10_000, help="the first so many tasks of each repository")
    asyncio.run(main(parser.parse_args()))
