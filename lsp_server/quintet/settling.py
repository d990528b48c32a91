"""A patch and the texts it was made for, once those moved on: is it still theirs, can it follow them?

Knows snapshots, current texts and trials; it must not know who holds the texts or who asked for the patch.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quintet.agents.task import Abandoned, Verified
from quintet.workspace.document import Document, Unreadable
from quintet.workspace.edits import Conflict, FileEdit, Patch, StalePatchError, rebase_file, unified

if TYPE_CHECKING:  # a server that has not been asked for a fix needs neither
    from quintet.tools.sandbox import Sandbox
    from quintet.workspace.snapshot import Snapshot

Current = Callable[[str], Document | Unreadable]
"""A file of the workspace as the user sees it now, by its path."""


_CHASES = 3
"""How often a fix is moved along with a text that keeps changing before it is given up."""


class Texts(Protocol):
    """Whoever knows the texts of now, unsaved ones included."""

    def current(self, path: str) -> Document | Unreadable:
        """A file of the workspace as the user sees it."""
        ...

    def overlays(self) -> Mapping[str, Document]:
        """The unsaved ones, by path."""
        ...

    async def snapshot(self) -> "Snapshot":
        """All of them at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class Moved:
    """The texts are no longer those a patch was made for: one sentence."""

    reason: str


def documents_of(patch: Patch, current: Current) -> dict[str, Document] | Moved:
    """The texts a patch is about to change, empty for a new file; Moved where it was made for others."""
    found: dict[str, Document] = {}
    for change in patch.files:
        document = current(change.path)
        if change.base is None:
            if isinstance(document, Document):
                return _exists(change)
            document = Document(change.path, "")
        elif isinstance(document, Unreadable):
            return Moved(document.reason)
        elif document.digest != change.base:
            return Moved(f"{change.path} has changed meanwhile.")
        found[change.path] = document
    return found


def moved_on(snapshot: "Snapshot", paths: Iterable[str], current: Current) -> bool:
    """Whether a buffer, among `paths` now or in the snapshot then, is not what the snapshot holds."""
    for path in {*snapshot.overlays, *paths}:
        then = snapshot.overlays.get(path) or snapshot.document(path)
        now = current(path)
        if isinstance(then, Unreadable) or isinstance(now, Unreadable) or then.text != now.text:
            return True
    return False


def rebased(patch: Patch, before: Current, current: Current) -> Patch | Moved:
    """The patch, made for the texts of `before`, for those of now; or why it cannot be had."""
    moved: list[FileEdit] = []
    for change in patch.files:
        then, now = before(change.path), current(change.path)
        if change.base is None:
            if isinstance(now, Document):
                return _exists(change)
            moved.append(change)
        elif isinstance(then, Unreadable) or isinstance(now, Unreadable):
            return Moved(f"{change.path} is no longer there to be changed.")
        elif now.digest == change.base:
            moved.append(change)
        elif then.digest != change.base:  # a snapshot reads what nobody had open from the disk of now
            return Moved(f"{change.path} has changed on the disk meanwhile.")
        else:
            file = rebase_file(change, then, now)
            if isinstance(file, Conflict):
                return Moved(f"{change.path} was edited in the same place meanwhile.")
            moved.append(file)
    return Patch(tuple(moved))


async def settle(
    outcome: Verified, snapshot: "Snapshot", sandbox: "Sandbox", texts: Texts, *, may_edit_tests: bool = False
) -> Verified | Abandoned:
    """Bring a patch verified for a snapshot to the texts of now; moved along, it is verified once more."""
    chases = 0
    while moved_on(snapshot, texts.overlays(), texts.current) or isinstance(
        documents_of(outcome.patch, texts.current), Moved
    ):
        if chases == _CHASES:
            return Abandoned("The fix was found, but the text keeps changing. Ask again when it is at rest.")
        chases += 1
        patch = rebased(outcome.patch, snapshot.document, texts.current)
        if isinstance(patch, Moved):
            return Abandoned(f"The fix was found, but {patch.reason} Ask again.")
        snapshot = await texts.snapshot()
        again = await verified(patch, outcome, snapshot, sandbox, may_edit_tests=may_edit_tests)
        if isinstance(again, str):
            return Abandoned(f"The fix was found, but not for the text as it is now: {again}")
        outcome = again
    return outcome


async def verified(
    patch: Patch, earlier: Verified, snapshot: "Snapshot", sandbox: "Sandbox", *, may_edit_tests: bool = False
) -> Verified | str:
    """Verify a moved patch as the earlier one was; where it does not hold, the reason."""
    from quintet.agents.proof import mean  # noqa: PLC0415
    from quintet.tools.trial import TrialError, open_trial  # noqa: PLC0415

    wanted = earlier.verdict
    documents = snapshot.documents(change.path for change in patch.files)
    try:
        diff = unified(patch, documents)
        async with open_trial(
            snapshot,
            command=wanted.command,
            named=wanted.named,
            sandbox=sandbox,
            may_edit_tests=may_edit_tests,
            may_pass=not wanted.named,  # nothing failed then, so nothing has to fail now
        ) as trial:
            if not wanted.named:  # what fails already may go on failing
                mean(trial, ())
            verdict = await trial.verify(patch)
    except (TrialError, StalePatchError) as error:
        return str(error)
    if not verdict.verified:
        return verdict.reason
    return Verified(patch, diff, verdict, earlier.alternatives, earlier.candidate)


def _exists(change: FileEdit) -> Moved:
    return Moved(f"{change.path} has come to exist meanwhile.")
