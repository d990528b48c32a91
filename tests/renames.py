"""What the tests of renames share: small workspaces, the place one points at, and what a rename makes of it."""

from collections.abc import Mapping
from textwrap import dedent

from quintet.workspace.edits import apply_patch
from quintet.workspace.rename import Renaming, rename
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import Lay

Files = Mapping[str, str]


def at_mark(lay: Lay, files: Files) -> tuple[Snapshot, str, int]:
    """A workspace of these files, dedented, and the place of the `$0` in one of them."""
    texts = {path: dedent(text) for path, text in files.items()}
    path = next(path for path, text in texts.items() if "$0" in text)
    offset = texts[path].index("$0")
    texts[path] = texts[path].replace("$0", "")
    return open_snapshot(lay(texts)), path, offset


def found(lay: Lay, files: Files, new: str) -> tuple[Snapshot, Renaming]:
    snapshot, path, offset = at_mark(lay, files)
    answer = rename(snapshot, path, offset, new)
    assert isinstance(answer, Renaming), answer
    return snapshot, answer


def renamed(lay: Lay, files: Files, new: str) -> dict[str, str]:
    """The new texts of the files that change for certain."""
    snapshot, answer = found(lay, files, new)
    return apply_patch(answer.certain, snapshot.documents(change.path for change in answer.certain.files))


def doubts(lay: Lay, files: Files, new: str) -> list[tuple[str, int, str]]:
    """Path, line and reason of each place that is possible only."""
    snapshot, answer = found(lay, files, new)
    texts = {path: each.text for path, each in snapshot.documents(snapshot.files()).items()}
    return [
        (it.path, texts[it.path].count("\n", 0, it.start) + 1, it.why)
        for it in answer.occurrences
        if not it.certain
    ]


def refusal(lay: Lay, files: Files, new: str) -> str:
    snapshot, path, offset = at_mark(lay, files)
    answer = rename(snapshot, path, offset, new)
    assert isinstance(answer, str), answer
    assert answer.endswith(".")
    return answer


def check(lay: Lay, text: str, new: str, language: str = "py") -> None:
    """In one file: `$0` is where one points, and every `old→` is to become the new name."""
    after = dedent(text).replace("$0", "")
    before = after.replace("→", "")
    name = f"a.{language}"
    pointed = dedent(text).replace("→", "")
    word = pointed[pointed.index("$0") + 2 :]
    old = word[: next((at for at, c in enumerate(word) if not (c.isalnum() or c in "_$#")), len(word))]
    changed = renamed(lay, {name: pointed}, new)
    assert changed[name] == after.replace(f"{old}→", new), before
