"""What holds for every rename: a program does what it did, the way back leads back, nothing else changes."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.edits import apply
from quintet.workspace.index import index_of
from quintet.workspace.rename import Renaming, rename
from quintet.workspace.renaming.scopes import places
from quintet.workspace.snapshot import Snapshot

NAMES = ("a", "b", "c")
STEPS = 60
EXPRESSIONS = (
    "{x}",
    "{x} + 1",
    "[{y} for {x} in [1, 2]]",
    "[{x} for {x} in [{y}] if {x}]",
    "[{y} for {x} in [1] for {y} in [{x}]]",
    "(lambda {x}={y}: {x})()",
    "(lambda: {x})()",
    "[({x} := {y}), {x}]",
    "f'{{{x}}} {x}'",
    "K.{x}",
    "K().m()",
    "f({x}={y})",
    "f(1)",
    "{{'{x}': {x}}}",
    "{{{x}: {y} for {x} in (1, 2)}}",
)


LINES = {
    "log": ["try:", "    log({expression})", "except Exception as err:", "    log(type(err).__name__)"],
    "assign": ["{x} = {number}"],
    "augment": ["try:", "    {x} += 1", "except Exception as err:", "    log(type(err).__name__)"],
    "for": ["for {x} in [7, 8]:", "    log({x})"],
    "import": ["from math import pi as {x}"],
    "except": ["try:", "    1 / 0", "except ZeroDivisionError as {x}:", "    log(str({x}))"],
    "match": ["match pair:", "    case [{x}, *_]:", "        log({x})"],
    "del": ["try:", "    del {x}", "except Exception as err:", "    log(type(err).__name__)"],
    "global": ["global {x}"],
    "nonlocal": ["nonlocal {x}"],
}


@st.composite
def statements(draw: st.DrawFn, depth: int, *, inside: str = "module") -> list[str]:
    """Lines of code at one level; what they read or write are a few names, again and again."""
    kinds = ["log", "log", "assign", "augment", "for", "import", "except", "match", "del"]
    kinds += ["def", "class", "def"] if depth else []
    kinds += ["global", "nonlocal"] if inside == "function" else []
    lines: list[str] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        x, y = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        if kind == "def":
            lines += draw(functions(depth - 1, x, y))
            continue
        if kind == "class":
            body = [*draw(statements(depth - 1, inside="class")), "def m(self):", f"    return {y}"]
            lines += ["class K:", *("    " + line for line in body)]
            continue
        expression = draw(st.sampled_from(EXPRESSIONS)).format(x=x, y=y)
        expression = x if inside == "class" and ":=" in expression else expression
        number = draw(st.integers(0, 9))
        new = [line.format(x=x, expression=expression, number=number) for line in LINES[kind]]
        lines = new + lines if kind in {"global", "nonlocal"} else lines + new
    return lines


@st.composite
def functions(draw: st.DrawFn, depth: int, x: str, y: str) -> list[str]:
    body = draw(statements(depth, inside="function"))
    head = draw(st.sampled_from(["def f({x}=3):", "def f({x}={y}):", "def f(*{x}):", "def f():"]))
    call = ["try:", "    f()", "except Exception as err:", "    log(type(err).__name__)"]
    return [head.format(x=x, y=y), "    step()", *("    " + line for line in body), *call]


@st.composite
def programs(draw: st.DrawFn) -> str:
    return "\n".join(draw(statements(2))) + "\n"


def did(text: str) -> list[Any]:
    """What a program logs, and what ends it."""
    told: list[Any] = []
    steps = iter(range(STEPS))

    def log(value: Any) -> None:
        told.append(_seen(value))

    def step() -> None:
        if next(steps, None) is None:
            raise Enough

    try:
        exec(compile(text, "a.py", "exec", dont_inherit=True), {"log": log, "step": step, "pair": [5, 6]})
    except (Exception, Enough) as error:  # noqa: BLE001 -- whatever a program does, it does it again
        told.append(type(error).__name__)
    return told


class Enough(BaseException):
    """A program calls itself again and again."""


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return [(_seen(key), _seen(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [_seen(each) for each in value]
    return value if isinstance(value, int | float | str) else type(value).__name__


def snapshot_of(path: str, text: str, tmp: Any) -> Snapshot:
    document = Document(path, text)
    return Snapshot(tmp, {path: document}, index_of([document]))


def compiles(text: str) -> bool:
    try:
        compile(text, "a.py", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def edited(text: str, answer: Renaming) -> str:
    [change] = answer.certain.files
    return apply(text, change.edits)


def pointed(text: str, which: float) -> int:
    """The offset of one of the names in a text."""
    starts = sorted(start for name in NAMES for start, _ in places(text, name))
    assume(starts)
    return starts[int(which * len(starts))]


part = st.floats(0, 1, exclude_max=True)


@settings(max_examples=150, deadline=None)
@given(programs(), part, st.sampled_from(["fresh", "a", "b", "c", "f", "K"]))
def test_a_program_does_what_it_did(
    tmp_path_factory: pytest.TempPathFactory, text: str, which: float, new: str
) -> None:
    assume(compiles(text))
    snapshot = snapshot_of("a.py", text, tmp_path_factory.getbasetemp())
    answer = rename(snapshot, "a.py", pointed(text, which), new)
    assume(isinstance(answer, Renaming))
    assert isinstance(answer, Renaming)
    assume(all(it.certain for it in answer.occurrences))
    after = edited(text, answer)
    assert did(after) == did(text), after


@settings(max_examples=60, deadline=None)
@given(programs(), part)
def test_the_way_back_leads_back(tmp_path_factory: pytest.TempPathFactory, text: str, which: float) -> None:
    there = snapshot_of("a.py", text, tmp_path_factory.getbasetemp())
    offset = pointed(text, which)
    answer = rename(there, "a.py", offset, "fresh")
    assume(isinstance(answer, Renaming))
    assert isinstance(answer, Renaming)
    after = edited(text, answer)
    moved = offset + sum(len(it.new) - 1 for it in answer.occurrences if it.certain and it.start < offset)
    back = rename(snapshot_of("a.py", after, there.root), "a.py", moved, answer.old)
    assert isinstance(back, Renaming), back
    assert edited(after, back) == text


@settings(max_examples=60, deadline=None)
@given(programs(), part, st.sampled_from(["fresh", "a"]))
def test_only_names_change(
    tmp_path_factory: pytest.TempPathFactory, text: str, which: float, new: str
) -> None:
    snapshot = snapshot_of("a.py", text, tmp_path_factory.getbasetemp())
    answer = rename(snapshot, "a.py", pointed(text, which), new)
    assume(isinstance(answer, Renaming))
    assert isinstance(answer, Renaming)
    for it in answer.occurrences:
        assert text[it.start : it.end] == answer.old
    untouched = {
        start: text[start:end] for name in NAMES for start, end in places(text, name) if name != answer.old
    }
    assert all(it.start not in untouched for it in answer.occurrences)
    kept = [(it.start, it.end) for it in sorted(answer.occurrences) if it.certain]
    rest = "".join(
        text[a:b]
        for a, b in zip(
            [0, *(end for _, end in kept)], [*(start for start, _ in kept), len(text)], strict=True
        )
    )
    assert len(edited(text, answer)) == len(rest) + len(kept) * len(new)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.integers(0, 60), st.text(max_size=6))
@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.jsx", "a.rs", "a.rb", "a.sql"])
def test_any_text_is_answered(
    path: str, tmp_path_factory: pytest.TempPathFactory, text: str, offset: int, new: str
) -> None:
    snapshot = snapshot_of(path, text, tmp_path_factory.getbasetemp())
    assert rename(snapshot, path, offset, new)
