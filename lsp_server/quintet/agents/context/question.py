"""What a task asks about: its words, the names in it and the paths it speaks of.

Strings in, a value out; this module knows neither files nor an index.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from quintet.agents.task import Task
from quintet.tools.verdict import TestRun

_WORD = re.compile(r"[^\W\d]\w*")
_PATH = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)+/?|[\w-]+\.(?=[a-z])\w{1,4}\b")
_SCOPE = re.compile(r"\A\s*(?:\[[^\]]*\]\s*)?(?:\w+\(([^)]*)\)!?|([\w./*,{} -]{1,60}?))\s*:\s")
_CODE = re.compile(r"[a-z\d][A-Z]|_|[A-Z]\w*[A-Z]")
_QUOTED = re.compile(r"`+([^`\n]+)`+|\b(\w+)\(|\b(\w+(?:\.\w+)+)\b|\.(\w+)\b|[\"']([\w.]+)[\"']")
_SHORTEST = 3
_DETAIL = 4_000
_WORDS = 200

Parts = tuple[str, ...]
"""A path in lower case, split at its slashes, the last part without its ending: `src/Main.ts` → src, main."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for.

    `title` is the first line of what was asked, `text` all of it with the failures. `code` are the words that
    look like names of a program (quoted, called, with a dot, an underscore or a hump), `plain` the others.
    `paths` are those it speaks of, `scope` the words before the colon of a title like "cache: drop entries".
    """

    title: str
    text: str
    code: tuple[str, ...]
    plain: tuple[str, ...]
    paths: tuple[Parts, ...]
    scope: tuple[Parts, ...]


def question(task: Task, run: TestRun | None = None) -> Question:
    """Read a task and the failures that go with it."""
    failures = "\n".join(_failures(run)) if run else ""
    title = (task.issue.strip() or task.diagnostic or failures).split("\n", 1)[0]
    said = (task.issue, task.diagnostic, task.path or "", failures)
    text = "\n".join(part for part in said if part)
    words = list(dict.fromkeys(word for word in _WORD.findall(text) if len(word) >= _SHORTEST))[:_WORDS]
    quoted = _quoted(text)
    code = [word for word in words if word in quoted or _CODE.search(word)]
    scope = _SCOPE.match(title)
    return Question(
        title=title,
        text=text,
        code=tuple(code),
        plain=tuple(word for word in words if word not in code),
        paths=_all_parts(_PATH.findall(text)),
        scope=_all_parts(re.split(r"[,{} ]+", (scope[1] or scope[2]) if scope else "")),
    )


def parts(path: str) -> Parts:
    """A path as `Question` holds it."""
    found = [part for part in path.lower().split("/") if part not in {"", ".", "..", "*"}]
    if found:
        found[-1] = found[-1].split(".", 1)[0] or found[-1]
    return tuple(found)


def _failures(run: TestRun) -> Iterable[str]:
    return (f"{each.test} {each.message}\n{each.detail[-_DETAIL:]}" for each in run.failures)


def _quoted(text: str) -> frozenset[str]:
    matches = (next(filter(None, found.groups()), "") for found in _QUOTED.finditer(text))
    return frozenset(word for match in matches for word in _WORD.findall(match))


def _all_parts(paths: Iterable[str]) -> tuple[Parts, ...]:
    return tuple(dict.fromkeys(found for path in paths if (found := parts(path))))
