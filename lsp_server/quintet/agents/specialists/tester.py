"""The Tester: which test speaks for the task, and a new one where none does.

A test written in the same run is evidence only if it fails on the code as it stands. Deterministic part: the
examples (`>>>`) in the user's words or the docstring of the unit in question become a test. A capable model
may write one in the project's own framework.
"""

import ast
import doctest
import re
from collections.abc import AsyncGenerator
from pathlib import PurePosixPath

from quintet.agents.ask import ask
from quintet.agents.proof import adopt_test
from quintet.agents.run import Report, Run
from quintet.agents.task import Event, Note
from quintet.tools.protect import is_test
from quintet.workspace.document import Document
from quintet_models.backends.base import BackendError
from quintet_models.policy import Choice


async def act(run: Run, choice: Choice) -> AsyncGenerator[Event, None]:
    """Give the run a trial with a failing test that speaks for the task, if one can be had."""
    run.tester_tried = True
    by_model = False
    if run.task.kind == "test_failure" and run.trial is not None and run.trial.named:
        run.report = Report(f"{len(run.trial.named)} failing test(s) speak for the task")
        return
    text = _from_examples(run)
    if text is None and run.capable:
        try:
            text, by_model = _code((await ask(run, "tester", choice.mode))[0]), True
        except BackendError as error:
            yield Note(f"The Tester goes on without the model: {error}")
    if text is None:
        run.report = Report("no test speaks for the task, and none could be written")
        return
    failing = await adopt_test(run, _test_document(run, text))
    summary = f"wrote a test that fails on the code as it stands ({len(failing)} failing)" if failing else (
        "wrote a test, but it passes on the code as it stands: no evidence")  # fmt: skip
    run.report = Report(summary, by_model)


def _from_examples(run: Run) -> str | None:
    """The `>>>` examples that call the unit in question, as a pytest file."""
    target = next(
        (target for target in run.targets if target.unit and target.document.language == "python"), None
    )
    if target is None or target.unit is None:
        return None
    name = target.unit.name
    examples = [
        example
        for text in (run.task.issue, target.unit.doc)
        for example in _examples(text)
        if re.search(rf"\b{re.escape(name)}\(", example.source) and example.want.strip()
    ]
    checks = [check for example in examples if (check := _check(example))]
    if not checks:
        return None
    module = ".".join(PurePosixPath(target.document.path).with_suffix("").parts).removesuffix(".__init__")
    body = "\n".join(f"    {check}" for check in dict.fromkeys(checks))
    return f"from {module} import *\nfrom {module} import {name}\n\n\ndef test_examples():\n{body}\n"


def _examples(text: str) -> list[doctest.Example]:
    try:
        return doctest.DocTestParser().get_examples(text)
    except ValueError:  # a prompt without a blank after it, an inconsistent indent: not examples then
        return []


def _check(example: doctest.Example) -> str | None:
    """`assert call == value` for an example whose result is a literal."""
    source, want = example.source.strip(), example.want.strip()
    try:
        ast.parse(source, mode="eval")
        ast.literal_eval(want)
    except (SyntaxError, ValueError):
        return None
    return f"assert ({source}) == ({want})"


def _code(answer: str) -> str | None:
    match = re.search(r"^```[^\n]*\n(.*?)^```", answer, re.MULTILINE | re.DOTALL)
    return match.group(1) if match else None


def _test_document(run: Run, text: str) -> Document:
    """The new test beside the existing ones, or at the root, under a name nothing has."""
    tests = [path for path in run.snapshot.files() if is_test(path)]
    folder = PurePosixPath(tests[0]).parent if tests else PurePosixPath()
    language = next((target.document.language for target in run.targets), "python")
    stem, suffix = ("test_quintet", ".py") if language == "python" else ("quintet", ".test.js")
    paths = (str(folder / f"{stem}{number}{suffix}") for number in ("", *range(2, 1000)))
    taken = frozenset(run.snapshot.files())
    return Document(next(path for path in paths if path not in taken), text)
