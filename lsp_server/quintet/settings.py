"""What the user may choose: raw options from four places become one frozen Settings.

Knows no editor and no protocol; each layer's own values (Budget, Mode) are used as they are.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import msgspec

from quintet.agents.task import Budget, Mode
from quintet.workspace.deny import Deny

SECTION = "quintet"
ENV_PREFIX = "QUINTET_"


class TestOptions(msgspec.Struct, frozen=True):
    """How the workspace's own tests are run."""

    __test__ = False

    command: str | None = None
    """The command that runs the tests, as typed in the workspace folder; found out where it is not set."""
    on_save: bool = False
    """Run the tests whenever a file is saved, in a throw-away copy, and report those that fail."""


class DiagnosticOptions(msgspec.Struct, frozen=True):
    """What is reported without being asked."""

    syntax: bool = True
    """Report syntax problems of the open files."""
    tests: bool = True
    """Report the tests that failed in the last run, where they failed and where the fault may be."""


class ReviewOptions(msgspec.Struct, frozen=True):
    """When the Reviewer looks at what you changed; it always does when asked."""

    on_save: bool = False
    """Review the changes of a file whenever it is saved."""


class LogOptions(msgspec.Struct, frozen=True):
    """What is written to stderr, one JSON object a line."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important lines still written. No level writes file contents."""


class Settings(msgspec.Struct, frozen=True):
    """Everything the user may choose. The text under a field is its documentation."""

    backend: str = "auto"
    """The engine: auto, pocket, llama_cpp:PATH, openai:URL[#MODEL], scripted:FILE or none."""
    mode: Mode | Literal["auto"] = "auto"
    """How much work a repair may be; auto starts fast and goes on while nothing is proven."""
    budget: Budget = Budget()
    """What one repair may spend: budget.tokens, budget.seconds, budget.tests (candidates judged)."""
    test: TestOptions = TestOptions()
    sandbox: Literal["auto", "strict"] = "auto"
    """auto takes the best isolation this machine offers; strict runs no test without bubblewrap."""
    threads: int | None = None
    """Threads of the local engine; by default one less than the machine has cores, at least one."""
    trusted: bool = True
    """Whether the workspace's tests may be run at all. An editor with a trust question answers it here."""
    deny: tuple[str, ...] = ()
    """Files no model, index or record may hold, besides keys and passwords: lines of gitignore syntax.

    The places add to one another here: what one of them denies, none of the weaker ones takes back. In the
    environment the lines stand between commas (write ? for a comma that is part of one). What is denied is
    not copied to where the tests run either, but for files that lie among the tests.

    A line that is no pattern is reported and the others hold; a text in place of the list is one line. Where
    a place cannot be read, what it denied before still holds; where it never could be, nothing is repaired.
    """
    index: bool = True
    """Keep an index of the workspace in your cache folder, made and kept in step by a process of its own."""
    navigation: bool = True
    """Answer symbols, definitions and references by name. Off, where another server knows better."""
    record: bool = True
    """Keep what each repair chose and what that cost (numbers, no code) in your state folder."""
    preview: Literal["auto", "always", "never"] = "auto"
    """Whether a change is shown before it is made, so that you may take parts of it. auto shows what is not
    verified, touches several files or is a refactoring; always shows every change; never shows none, and only
    asks before what nothing proves."""
    suggest: bool = False
    """Look for fixes right after a run of the tests, so that what failed carries a patch that is proven."""
    lenses: bool = False
    """Show Run and Fix above every test, in editors that have code lenses."""
    review: ReviewOptions = ReviewOptions()
    diagnostics: DiagnosticOptions = DiagnosticOptions()
    log: LogOptions = LogOptions()


USER_ONLY = frozenset({"backend", "sandbox", "trusted"})
"""Keys a file of the workspace may not set: where code is sent and how it is run is the user's to say."""

ADDED = frozenset({"deny"})
"""Keys whose values from all places stand together, the stronger place's last: the last pattern decides."""


Place = Literal["workspace", "environment", "options", "editor", "choice"]
PLACES: tuple[Place, ...] = get_args(Place)
"""Where options come from, the weakest first. A choice is what a command of ours was last given."""


class Source(msgspec.Struct, frozen=True):
    """Raw options from one place. `name` is how a message calls it; `problems` speak of it as a whole.

    `unread` says that it could not be read, and `denied` what it denied when it last could be, if ever.
    """

    place: Place
    name: str
    values: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    unread: bool = False
    denied: tuple[str, ...] | None = None

    def after(self, earlier: "Source | None") -> "Source":
        """The same, knowing what its place denied before."""
        return self if earlier is None else msgspec.structs.replace(self, denied=earlier.deny)

    @property
    def deny(self) -> tuple[str, ...] | None:
        """The lines it denies, or did when that could last be read; None where it never could."""
        raw = self.values.get("deny", ())
        if self.unread or not isinstance(raw, list | tuple | str | None):
            return self.denied
        return tuple(filter(_is_line, _lines(raw, self.place)))


class Problem(msgspec.Struct, frozen=True):
    """An option that could not be taken: where it came from, and one sentence."""

    source: Source
    sentence: str

    def __str__(self) -> str:
        return f"{self.source.name}: {self.sentence}"


class Resolved(msgspec.Struct, frozen=True):
    """The settings, and what was wrong with the options they were made of.

    `obstacle` is why nothing may be shown to a model: a sentence on what may deny more than is known.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    obstacle: str | None = None


def resolve(sources: Iterable[Source]) -> Resolved:
    """Put options together; where two sources set one key, the stronger place wins, or they add up (`ADDED`).

    A bad value leaves what the weaker places said, and a sentence says so.
    """
    obstacle = None
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for source in sorted(sources, key=lambda source: PLACES.index(source.place)):
        sentences = list(source.problems)
        for key, raw in _flatten(source.values):
            if refusal := _refusal(source, key):
                sentences.append(refusal)
                continue
            if key in ADDED:
                sentences += _idle(key, raw, source.place)
                continue
            value, wrong = _read(key, raw, text=source.place == "environment")
            if wrong:
                sentences.append(f"{wrong}; it stays {_shown(values.get(key, DEFAULTS[key]))}.")
            else:
                values[key] = value
        if source.deny:
            values["deny"] = (*values.get("deny", ()), *source.deny)
        if source.deny is None and sentences:
            obstacle = obstacle or f"What {source.name} denies cannot be read: put it right first."
        problems += (Problem(source, sentence) for sentence in sentences)
    return Resolved(msgspec.convert(_nest(values), Settings), tuple(problems), obstacle)


# --- the places ---------------------------------------------------------------------------------------


def from_editor(place: Place, name: str, raw: object) -> Source:
    """Options an editor sent: the object under `quintet`, or one that still has `quintet` around it."""
    if raw is None:
        return Source(place, name, {})
    if not isinstance(raw, Mapping):
        return Source(place, name, {}, (f"an object is expected, not {_shown(raw)}; ignored.",), unread=True)
    inner = raw.get(SECTION)
    return Source(place, name, inner if isinstance(inner, Mapping) else raw)


def from_environment(environment: Mapping[str, str]) -> Source:
    """QUINTET_* variables: QUINTET_BUDGET_TOKENS is budget.tokens. Others of that prefix are left alone."""
    names = {ENV_PREFIX + key.upper().replace(".", "_"): key for key in DEFAULTS}
    values = {names[name]: text for name, text in environment.items() if name in names}
    strange = [name for name in environment if name.startswith(ENV_PREFIX) and name not in names]
    hints = [(name, _nearest(name, names, cutoff=0.85)) for name in sorted(strange)]
    problems = tuple(f"{name} is not known; did you mean {hint}?" for name, hint in hints if hint)
    return Source("environment", "environment", values, problems)


def from_workspace(root: Path) -> Source:
    """quintet.toml, or else [tool.quintet] of pyproject.toml, in the workspace folder."""
    own, problem = _toml(root / "quintet.toml")
    if problem or own is not None:
        inner = own.get(SECTION) if own else None
        return _from_file("quintet.toml", inner if isinstance(inner, dict) else own, problem)
    path = root / "pyproject.toml"
    shared, problem = _toml(path)
    # A broken pyproject.toml is for the tools that own it to report, unless it speaks of us.
    ours = problem if problem and _mentions(path, SECTION) else ""
    tools = (shared or {}).get("tool")
    table = tools.get(SECTION) if isinstance(tools, dict) else None
    table = table if isinstance(table, dict) else {}
    return _from_file(f"pyproject.toml [tool.{SECTION}]", None if problem else table, ours)


def _from_file(name: str, values: dict[str, Any] | None, problem: str) -> Source:
    return Source("workspace", name, values or {}, (problem,) if problem else (), unread=values is None)


def _toml(path: Path) -> tuple[dict[str, Any] | None, str]:
    """What is in a file and what is wrong with it; neither where there is none."""
    try:
        text = path.read_text("utf-8")
        import tomllib  # noqa: PLC0415 -- most workspaces have no such file, and a server should start at once

        return tomllib.loads(text), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, no TOML
        return None, f"it cannot be read, and nothing in it but what it denied before counts: {error}."


def _mentions(path: Path, text: str) -> bool:
    try:
        return text.encode() in path.read_bytes()
    except OSError:
        return True  # who knows


# --- one option ---------------------------------------------------------------------------------------


def _describe(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every leaf of a settings struct: dotted key, type, default."""
    for field in msgspec.structs.fields(struct):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _describe(field.type, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, field.type, field.default


_LEAVES = tuple(_describe(Settings))
DEFAULTS: dict[str, Any] = {key: default for key, _, default in _LEAVES}
"""Every key the user may set, dotted, with its default."""
_TYPES: dict[str, Any] = {key: kind for key, kind, _ in _LEAVES}


def _refusal(source: Source, key: str) -> str | None:
    if key not in DEFAULTS:
        nearest = _nearest(key, DEFAULTS, cutoff=0.5)
        hint = f"did you mean {SECTION}.{nearest}?" if nearest else "ignored."
        return f"{SECTION}.{key} is not known; {hint}"
    if source.place == "workspace" and key in USER_ONLY:
        return (
            f"{SECTION}.{key} is the user's to set, in the editor or as {ENV_PREFIX}{key.upper()}; ignored."
        )
    return None


def _read(key: str, raw: object, *, text: bool) -> tuple[Any, str | None]:
    """The value of one option, or what is wrong with it."""
    try:
        value = msgspec.convert(raw, _TYPES[key], strict=not text)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None, f"{SECTION}.{key} must be {_expected(key)}, not {_shown(raw)}"
    if isinstance(value, str) and not value.strip():
        return None, f"{SECTION}.{key} must not be empty"
    if _is_number(_TYPES[key]) and not 0 < value < math.inf:
        return None, f"{SECTION}.{key} must be {_expected(key)}, not {_shown(raw)}"
    return value, None


def _lines(raw: list[Any] | tuple[Any, ...] | str | None, place: Place) -> Iterable[Any]:
    """The lines of a list of patterns, good or bad. In the environment they stand between commas."""
    if not isinstance(raw, str):
        return raw or ()
    return filter(None, map(str.strip, raw.split(","))) if place == "environment" else (raw,)


def _idle(key: str, raw: Any, place: Place) -> Iterator[str]:
    """What is wrong with a list of patterns, whose good ones are taken."""
    if not isinstance(raw, list | tuple) and place != "environment":
        yield f"{SECTION}.{key} must be {_expected(key)}, not {_shown(raw)}."
    if isinstance(raw, list | tuple | str):
        lines = tuple(_lines(raw, place))
        unusable = Deny(tuple(filter(_is_line, lines))).unusable
        for line in lines:
            if not _is_line(line) or line in unusable:
                yield f"{SECTION}.{key}: {_shown(line)} is no pattern and denies nothing."


def _is_line(line: object) -> bool:
    return isinstance(line, str) and bool(line.strip()) and _is_text(line)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_text(value: str) -> bool:
    """Whether it can be written down: half a character, which JSON and an environment may hold, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(kind: Any) -> bool:
    return bool({int, float} & {kind, *get_args(kind)})


def _expected(key: str) -> str:
    """What a value of this option looks like, in words."""
    kind = _TYPES[key]
    if kind is bool:
        return "true or false"
    if _is_list(kind):
        return "a list of texts"
    if _is_number(kind):
        return "a number above 0" if kind is float else "a whole number above 0"
    choices = list(_literals(kind))
    return " or ".join(choices) if choices else "a text"


def _literals(kind: Any) -> Iterator[str]:
    for argument in get_args(kind):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _literals(argument)


def _shown(value: object) -> str:
    try:
        text = msgspec.json.encode(value, enc_hook=repr).decode() if value is not None else "unset"
    except UnicodeEncodeError:
        text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _nearest(name: str, known: Iterable[str], *, cutoff: float) -> str | None:
    import difflib  # noqa: PLC0415 -- only for those who made a mistake

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


# --- nested and dotted --------------------------------------------------------------------------------


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested objects as dotted keys; null means unset, which is what editors send for it."""
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and key not in DEFAULTS:
            yield from _flatten(cast("Mapping[str, Any]", value), f"{key}.")
        elif value is not None:
            yield key, value


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        *parents, last = key.split(".")
        table = nested
        for parent in parents:
            table = table.setdefault(parent, {})
        table[last] = value
    return nested
