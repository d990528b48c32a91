"""What can be asked for at the cursor: fixes of diagnostics and of failing tests, new code, an explanation.

Looks at texts and settings only; it must answer while the user types, so it runs nothing.
"""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types as lsp

from quintet.agents.task import Task, TaskKind
from quintet.edge import Edge
from quintet.edge.edits import Part, Refused, to_workspace_edit
from quintet.edge.targets import targets_of
from quintet.findings import Ready, short
from quintet.protocol import SOURCE, Lines, Reported, from_diagnostic, shape
from quintet.session import Open, Session
from quintet.settling import Moved
from quintet.tools.protect import is_test

if TYPE_CHECKING:  # grammars come after `initialize`
    from quintet.workspace.syntax import SyntaxTree

QUICKFIX, REWRITE, EXPLAIN = (
    lsp.CodeActionKind.QuickFix.value,
    lsp.CodeActionKind.RefactorRewrite.value,
    f"{lsp.CodeActionKind.Source.value}.quintet",
)
KINDS = (QUICKFIX, REWRITE, EXPLAIN)
TITLE = "Fix with Quintet"
MOST = 5
"""Diagnostics at one cursor that get an action of their own."""
STALE = "The file has changed since this was reported: ask again when there are new diagnostics."
MOVED = "Other folders are open now than when this was offered: ask again."


class Asked(msgspec.Struct, frozen=True):
    """What travels in an action's `data`.

    `uri` is the document it was offered in: the paths of the task are in its folder. Where `version` is set,
    the task is about that very text of it and must not be worked on once there is another.
    """

    id: str
    task: Task
    uri: str
    title: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing we could do. `obstacle` says in a sentence why we cannot, for editors that show it.

    With `command`, it is that one that is run, with `arguments` if there are any. `edit` is a change that is
    proven already. `by_model` says that a model may have a part in what comes of it.
    """

    asked: Asked
    kind: str = QUICKFIX
    diagnostics: tuple[lsp.Diagnostic, ...] = ()
    obstacle: str | None = None
    command: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    edit: lsp.WorkspaceEdit | None = None
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a request points, in a document that is open. Lines count from 1."""

    edge: Edge
    session: Session
    path: str
    held: Open
    lines: Lines
    params: lsp.CodeActionParams
    tree: "SyntaxTree | None"
    automatic: bool

    @property
    def line(self) -> int:
        return self.params.range.start.line + 1

    @property
    def offset(self) -> int:
        return self.lines.offset(self.params.range.start)

    def offer(
        self, title: str, task_kind: TaskKind, kind: str = QUICKFIX, version: int | None = None, **task: Any
    ) -> Offer:
        """An offer of a task at this place."""
        facts = {"line": self.line, "test_command": self.session.settings.test.command} | task
        asked = Asked(
            uuid.uuid4().hex,
            Task(kind=task_kind, path=self.path, **facts),
            self.params.text_document.uri,
            title,
            version,
        )
        by_model = self.session.settings.backend != "none"
        return Offer(asked, kind, obstacle=self.session.obstacle(self.path), by_model=by_model)


async def offers(edge: Edge, params: lsp.CodeActionParams) -> list[Offer]:
    """Everything that can be asked of us at a place, of the kinds that are wanted."""
    session, path = edge.at(params.text_document.uri) or (None, "")
    held = session.documents.get(path) if session else None
    if not session or not held or held.document.language is None:
        return []
    wanted = [kind for kind in KINDS if _wanted(kind, params.context.only)]
    if not wanted:
        return []
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    tree = None if automatic else await session.tree(path)
    lines = edge.client.codec.lines(held.document.text)
    place = _Place(edge, session, path, held, lines, params, tree, automatic)
    found = _fixes(place)
    if not automatic:
        found += await asyncio.to_thread(lambda: [*_new_code(place), *_explanation(place)])
    shown = [offer for offer in found if offer.obstacle is None or edge.client.disabled]
    return [offer for offer in shown if offer.kind in wanted]


def worker(edge: Edge, asked: Asked) -> Session | str:
    """The session a task is for; or one sentence that says why it must not be worked on any more."""
    session, path = edge.at(asked.uri) or (None, "")
    if session is None or path != asked.task.path:
        return MOVED
    held = session.documents.get(path)
    if asked.version is not None and (held is None or held.document.version != asked.version):
        return STALE
    return session


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a request's kinds include one of ours; a kind includes those below it."""
    kinds = [str(getattr(each, "value", each)) for each in only or ("",)]
    return any(each in {"", kind} or kind.startswith(f"{each}.") for each in kinds)


def _fixes(place: _Place) -> list[Offer]:
    fixes = [*_ready(place), *_of_diagnostics(place), *_of_tests(place)]
    return [*fixes, *_in_another_mode(place, fixes), *_of_same_kind(place)]


# --- diagnostics --------------------------------------------------------------------------------------


def _ready(place: _Place) -> Iterator[Offer]:
    """Patches that are proven already, where a diagnostic of ours speaks of the tests they make pass."""
    findings = place.session.findings
    here = {
        test
        for finding in findings.of(place.path, place.held.document.text)
        if finding.start <= place.lines.offset(place.params.range.end) and place.offset <= finding.end
        for test in finding.tests
    }
    for ready in findings.ready:
        if here.intersection(ready.outcome.verdict.named):
            yield from _applied(place, ready)


def _applied(place: _Place, ready: Ready) -> Iterator[Offer]:
    documents = place.session.documents_of(ready.outcome.patch)
    if isinstance(documents, Moved):  # it may still be asked for, and is looked for anew
        return
    part = Part(ready.outcome.patch, ready.title, ready.outcome.verdict.reason)
    edit = to_workspace_edit([part], targets_of(place.session, documents), place.edge.client)
    if not isinstance(edit, Refused):
        title = f"Apply the verified fix: {ready.title}"
        asked = Asked(ready.id, ready.task, place.params.text_document.uri, title)
        ours = [each for each in place.params.context.diagnostics if each.source == SOURCE]
        yield Offer(asked, diagnostics=tuple(ours), edit=edit)


def _of_diagnostics(place: _Place) -> Iterator[Offer]:
    diagnostics = place.params.context.diagnostics[:MOST]
    for diagnostic in diagnostics:
        reported = from_diagnostic(diagnostic)
        current = reported.version in {None, place.held.document.version}
        offer = _of_one(place, reported, alone=len(diagnostics) == 1)
        obstacle = offer.obstacle if current and place.lines.holds(diagnostic.range) else STALE
        yield replace(offer, diagnostics=(diagnostic,), obstacle=obstacle)


def _of_one(place: _Place, reported: Reported, *, alone: bool) -> Offer:
    """A fix of one diagnostic; one of ours that speaks of failing tests is a matter of those tests."""
    version = place.held.document.version
    if tests := _tests_of(place, reported):
        title = f"Make {short(tests[0]) if len(tests) == 1 else f'{len(tests)} tests'} pass"
        return place.offer(title, "test_failure", version=version, tests=tests)
    title = TITLE if alone else f"{TITLE}: {_short(reported.message)}"
    return place.offer(title, "diagnostic", version=version, diagnostic=_told(reported), line=reported.line)


def _tests_of(place: _Place, reported: Reported) -> tuple[str, ...]:
    """The failing tests that one of our own speaks of; some editors give back no data that says so."""
    if reported.tests or reported.source != SOURCE:
        return reported.tests
    found = place.session.findings.of(place.path, place.held.document.text)
    return next((each.tests for each in found if each.message == reported.message), ())


def _of_same_kind(place: _Place) -> Iterator[Offer]:
    """All diagnostics of one source and code among those that were sent, as one task."""
    groups: dict[tuple[str, str], list[lsp.Diagnostic]] = {}
    for diagnostic in place.params.context.diagnostics:
        groups.setdefault((diagnostic.source or "", str(diagnostic.code or "")), []).append(diagnostic)
    for several in groups.values():
        reported = [from_diagnostic(each) for each in several]
        if len(several) > 1 and not any(_tests_of(place, each) for each in reported):
            told = "\n".join(f"line {each.line}: {_told(each)}" for each in reported)
            title = f"Fix all {len(several)} of this kind with Quintet"
            version = place.held.document.version
            line = reported[0].line
            offer = place.offer(title, "diagnostic", version=version, diagnostic=told, line=line)
            yield replace(offer, diagnostics=tuple(several))


def _told(reported: Reported) -> str:
    return f"{reported.source}: {reported.message}" if reported.source else reported.message


def _short(message: str, length: int = 60) -> str:
    first = message.strip().split("\n", 1)[0]
    return first if len(first) <= length else first[: length - 1] + "…"


def _in_another_mode(place: _Place, fixes: Sequence[Offer]) -> Iterator[Offer]:
    """The first of the fixes, with the user's word on how much work it may be."""
    first = next((fix for fix in fixes if fix.edit is None and fix.obstacle is None), None)
    if first is not None and not place.automatic:
        asked = msgspec.structs.replace(first.asked, title=f"{first.asked.title}, in another mode…")
        yield replace(first, asked=asked, command="quintet.fixInMode")


# --- tests --------------------------------------------------------------------------------------------


def _of_tests(place: _Place) -> Iterator[Offer]:
    """Only for a user who asks: an editor that looks for light bulbs by itself would show one everywhere."""
    session = place.session
    in_tests = is_test(place.path)
    if place.automatic or not (in_tests or session.settings.test.command or session.test_command):
        return
    if any(_tests_of(place, from_diagnostic(each)) for each in place.params.context.diagnostics):
        return  # they are offered with their diagnostics
    title, tests = _test_at(place) if in_tests else ("Make the failing tests pass", ())
    yield place.offer(title, "test_failure", tests=tests)


def _test_at(place: _Place) -> tuple[str, tuple[str, ...]]:
    """What to call the test around the cursor, and its id; all of the file where there is none."""
    tree = place.tree
    if tree is not None and tree.language == "python":
        unit = tree.unit_at(place.offset)
        if unit.kind in {"function", "method"} and unit.name.startswith("test"):
            test = "::".join((place.path, *unit.qualified.split(".")))
            return f"Make {unit.name} pass", (test,)
    return "Make the failing tests of this file pass", (place.path,)


# --- new code -----------------------------------------------------------------------------------------


def _new_code(place: _Place) -> Iterator[Offer]:
    tree = place.tree
    if tree is None:
        return
    span = place.params.range
    if place.edge.client.preview and span.start != span.end:
        where = {"uri": place.params.text_document.uri, "range": shape(span)}
        offer = place.offer("Rewrite the selection with Quintet…", "rewrite", REWRITE)
        yield replace(offer, command="quintet.client.rewrite", arguments=where)
    from quintet.agents.stubs import unfinished  # noqa: PLC0415 -- not needed to start

    version = place.held.document.version
    if unfinished(tree, place.line):
        yield place.offer("Implement this with Quintet", "implement", REWRITE, version)
    unit = tree.unit_at(place.offset)
    if unit.kind in {"function", "method", "class"} and not is_test(place.path) and _writes_tests(place):
        title = f"Write a test for {unit.name} with Quintet"
        yield place.offer(title, "test", REWRITE, version, may_edit_tests=True)


def _writes_tests(place: _Place) -> bool:
    return place.held.document.language == "python" or place.path.endswith((".js", ".mjs", ".cjs"))


def _explanation(place: _Place) -> Iterator[Offer]:
    where = {"uri": place.params.text_document.uri, "line": place.line - 1}
    offer = place.offer("Explain with Quintet", "instruction", EXPLAIN)
    yield replace(offer, command="quintet.explain", arguments=where, by_model=False, obstacle=None)
