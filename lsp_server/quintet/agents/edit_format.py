"""Model text to patch: four formats, and every reason for which an answer is refused.

Never raises on a model's text, and never guesses: a block that matches twice, an elision ("rest of the
code"), a leaked reasoning tag or fence is a `Problem` whose message can be shown to the model as it stands.
Knows no engine and asks no question.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from quintet.agents.search_replace import Misfit, blocks, line_ends, replace_once
from quintet.workspace.document import Document
from quintet.workspace.edits import FileEdit, Patch, replace_text
from quintet.workspace.syntax import parse as parse_syntax
from quintet_models.backends.base import EditFormat


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer gives no patch; `message` says what to do about it."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Target:
    """The region a unit or infill answer replaces: `document.text[start:end]`, whole lines."""

    document: Document
    start: int
    end: int
    name: str = ""


Parsed = tuple[Patch | None, tuple[Problem, ...]]

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^\n`]*)\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_REASONING = re.compile(r"</?think>|<\|channel\|>", re.IGNORECASE)
_ELISION = re.compile(
    r"^\s*(?:#|//|/\*|--)\s*(?:\.\.\.|…|\[?\s*(?:the )?"
    r"(?:rest|remaining|remainder|existing|previous|unchanged|same|other)\b.*\b(?:code|function|method|class|file|unchanged|before|above|here|implementation)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_KEPT_SHARE = 0.4
_SMALL_UNIT = 40


def parse(
    text: str, form: EditFormat, documents: Mapping[str, Document], target: Target | None = None
) -> Parsed:
    """Read an answer in `form`.

    `documents` are the files the answer may touch, by path. `target` is needed by "unit" and "infill", and
    gives the file of a "whole" or "search_replace" answer that names none.
    """
    if _REASONING.search(text):
        return _refuse("reasoning", "The answer contains reasoning tags. Answer with the edit alone.")
    if form == "search_replace":
        return _search_replace(text, documents, target)
    if target is None:
        return _refuse("no target", "There is no region to replace.")
    return _spliced(target, text.strip("\n") + "\n") if form == "infill" else _code(text, form, target)


def _refuse(kind: str, message: str) -> Parsed:
    return None, (Problem(kind, message),)


def _code(text: str, form: EditFormat, target: Target) -> Parsed:
    code = _fenced(text)
    if code is None:
        return _refuse("no code", "Answer with the complete new code in one fenced block.")
    return _checked(target.document, code) if form == "whole" else _unit(code, target)


def _fenced(text: str) -> str | None:
    """The longest fenced block, or None. An unclosed last fence counts: small models stop early."""
    blocks = [match.group(3) for match in _FENCE.finditer(text)]
    if not blocks and (unclosed := re.search(r"^[ \t]*`{3,}[^\n`]*\n", text, re.MULTILINE)):
        blocks = [text[unclosed.end() :]]
    return max(blocks, key=len) if blocks else None


def _unit(code: str, target: Target) -> Parsed:
    """A rewritten syntax unit, moved to the indentation of the one it replaces."""
    if target.name and not re.search(rf"\b{re.escape(target.name)}\b", code):
        return _refuse("wrong unit", f"The block must contain the whole of `{target.name}`.")
    old = target.document.text[target.start : target.end]
    indent = re.match(r"[ \t]*", old)
    code = textwrap.indent(textwrap.dedent(code).strip("\n"), indent.group() if indent else "")
    return _spliced(target, code + ("\n" if old.endswith("\n") else ""))


def _spliced(target: Target, code: str) -> Parsed:
    text = target.document.text
    return _checked(target.document, text[: target.start] + line_ends(code, text) + text[target.end :])


def _checked(document: Document, new: str) -> Parsed:
    """The patch from `document` to `new`, unless something in it betrays a careless answer."""
    if new == document.text:
        return _refuse("no change", "The answer changes nothing. The code as it stands fails the test.")
    if problem := careless(document, new):
        return None, (problem,)
    return Patch((replace_text(document, new),)), ()


def careless(document: Document, new: str) -> Problem | None:
    """An elision, a leaked fence, new syntax errors, or code that vanished: reasons to refuse any change."""
    old = document.text
    if len(_ELISION.findall(new)) > len(_ELISION.findall(old)):
        return Problem("elision", "Write the code out in full; do not stand in a comment for part of it.")
    if new.count("```") > old.count("```"):
        return Problem("fence", "The code must not contain Markdown fences.")
    before, after = parse_syntax(old, document.language or ""), parse_syntax(new, document.language or "")
    if before is None or after is None:
        return None
    if len(after.problems()) > len(before.problems()):
        problem = after.problems()[0]
        line = new.count("\n", 0, problem.start) + 1
        return Problem("syntax", f"Line {line} does not parse: {problem.message}.")
    size = before.root.descendant_count
    if size > _SMALL_UNIT and after.root.descendant_count < _KEPT_SHARE * size:
        return Problem("shrunk", "More than half of the file is gone. Keep everything that need not change.")
    return None


def outside(target: Target, new: str) -> Problem | None:
    """A change of the target's document that reaches beyond the region."""
    text = target.document.text
    before, after = text[: target.start], text[target.end :]
    if len(new) >= len(before) + len(after) and new.startswith(before) and new.endswith(after):
        return None
    first = text.count("\n", 0, target.start) + 1
    last = text.count("\n", 0, max(target.start, target.end - 1)) + 1
    return Problem("outside", f"Change only the lines {first} to {last} of {target.document.path}.")


def _search_replace(text: str, documents: Mapping[str, Document], target: Target | None) -> Parsed:
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    default = target.document.path if target else next(iter(documents), "")
    for path, old, new in blocks(text, documents.keys(), default):
        if path not in documents:
            problems.append(Problem("no file", f"There is no file `{path}` to change."))
            continue
        changed = replace_once(texts.get(path, documents[path].text), old, new)
        if isinstance(changed, Misfit):
            problems.append(Problem(changed.kind, changed.message))
        else:
            texts[path] = changed
    if not texts and not problems:
        return _refuse("no code", "Answer with SEARCH/REPLACE blocks, each under the path of its file.")
    files: list[FileEdit] = []
    for path, new_text in texts.items():
        patch, found = _checked(documents[path], new_text)
        problems.extend(found)
        files.extend(patch.files if patch else ())
    return (None, tuple(problems)) if problems else (Patch(tuple(files)), ())
