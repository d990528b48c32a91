"""The last word on a patch: the judging tests, on a fresh copy the pipeline never touched.

Runs them by the task's own command in the sandbox and reads what they say itself; it shares no code with the
pipeline's verdict, so a mistake there cannot vouch for itself.
"""

import os
import shlex
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from quintet.evaluation.layout import environment, lay_out_history, write_files, write_tests
from quintet.evaluation.tasks import EvalTask, HistoryTask, ProgramTask
from quintet.tools.confine import Place
from quintet.tools.sandbox import Limits, Run, Sandbox
from quintet.workspace.document import Document, read
from quintet.workspace.edits import Patch, apply_patch


async def solves(task: EvalTask, patch: Patch, sandbox: Sandbox, repos: Path | None) -> bool:
    """Whether the judging tests accept the patch.

    A program: `test_cmd` exits 0. A history task: the named tests pass, and whatever passed without the patch
    passes with it. The patch cannot touch the tests: they are written over it.
    """
    with tempfile.TemporaryDirectory(prefix="quintet_judge_") as folder:
        if isinstance(task, HistoryTask):
            return await _solves_history(task, patch, sandbox, repos, Path(folder))
        return await _solves_program(task, patch, sandbox, Path(folder))


async def _solves_program(task: ProgramTask, patch: Patch, sandbox: Sandbox, folder: Path) -> bool:
    work = folder / "work"
    write_files(work, task.files)
    write_files(work, task.visible_tests())  # what the patch was made for, should it touch them
    patch_files(work, patch)
    write_files(work, task.test_files)
    run = await _run(task.test_cmd, folder, sandbox, task.timeout_s, environment(task))
    return run.exit_code == 0


async def _solves_history(
    task: HistoryTask, patch: Patch, sandbox: Sandbox, repos: Path | None, folder: Path
) -> bool:
    before = await _passing(task, None, sandbox, repos, folder / "before")
    after = await _passing(task, patch, sandbox, repos, folder / "after")
    return after >= before and after >= set(task.failing)


async def _passing(
    task: HistoryTask, patch: Patch | None, sandbox: Sandbox, repos: Path | None, folder: Path
) -> set[str]:
    """The tests that pass, as `dotted.module.Class::name`."""
    work = folder / "work"
    await lay_out_history(task, work, repos)
    if patch is not None and repos is not None:
        patch_files(work, patch)
        await write_tests(task, work, repos)
    report = work.parent / "scratch" / "report.xml"
    command = f"{task.test_cmd} --junitxml={shlex.quote(str(report))} -o junit_family=xunit2"
    await _run(command, folder, sandbox, task.timeout_s, environment(task))
    return passed_in(report)


def passed_in(report: Path) -> set[str]:
    """The passing tests of a JUnit report; none where there is no readable report."""
    try:
        cases = ET.parse(report).iter("testcase")  # noqa: S314  expat limits entity expansion; nothing is fetched
    except (OSError, ET.ParseError):
        return set()
    return {
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("*") is None or _only_output(case)
    }


def _only_output(case: ET.Element) -> bool:
    return all(child.tag in {"system-out", "system-err", "properties"} for child in case)


def patch_files(root: Path, patch: Patch) -> None:
    """Apply a patch to the files below `root`. Raises `StalePatchError` if it was not made for them."""
    found = {change.path: read(root, change.path) for change in patch.files}
    known = {path: document for path, document in found.items() if isinstance(document, Document)}
    for path, text in apply_patch(patch, known).items():
        target = root / path
        if not target.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{path} leads out of the task's folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(known.get(path, Document(path, "")).with_text(text).encode())


async def _run(command: str, folder: Path, sandbox: Sandbox, seconds: float, env: Mapping[str, str]) -> Run:
    """Run a command line in `folder/work`, with our own interpreter as `python`."""
    work, scratch = folder / "work", folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    place = Place(work, work, scratch=(scratch, work), visible=(Path(sys.prefix), Path(sys.base_prefix)))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    return await sandbox.run(
        ["/bin/sh", "-c", command],
        place=place,
        env={"PATH": path, **env},
        limits=Limits(wall=seconds, cpu=seconds),
    )
