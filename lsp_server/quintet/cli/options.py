"""Every command and option of `quintet`, for argparse.

Standard library only: this is imported before anything else on every start.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from quintet import __version__

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001  it has no public name

MODES = ("auto", "fast", "standard", "deep")
FORMATS = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0", "F16")
ORDERS = ("model", "prior", "random")
BACKENDS = "auto, pocket, llama_cpp:PATH, openai:URL[#MODEL], scripted:FILE or none"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence on stderr, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read on."""
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """The whole command line; `namespace.module` names the chosen command's module."""
    top = Parser(
        prog="quintet",
        description="Repairs code with your own models; a fix is offered once your own tests passed on it.",
    )
    top.add_argument("--version", action="version", version=f"quintet {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for add in (_serve, _repair, _demo, _index, _context, _doctor, _models, _eval):
        add(commands)
    return top


# --- commands -----------------------------------------------------------------------------------------


def _serve(commands: "Commands") -> None:
    command = _command(commands, "serve", "run the language server on stdin and stdout")
    command.add_argument(
        "--stdio", action="store_true", help="the only transport; accepted because editors add it"
    )


def _repair(commands: "Commands") -> None:
    command = _command(commands, "repair", "find and fix what makes the tests fail")
    _workspace(command)
    command.add_argument("--file", metavar="F[:LINE]", help="where you think the fault is")
    command.add_argument("--test", metavar="CMD", help="how the tests are run; found out if not given")
    command.add_argument(
        "--only",
        metavar="TEST",
        action="append",
        default=[],
        help="a failing test that is meant; may be repeated",
    )
    command.add_argument("--issue", metavar="TEXT|@FILE", help="what is wrong, in your words")
    command.add_argument("--may-edit-tests", action="store_true", help="let the patch change test files too")
    _pipeline(command)
    command.add_argument("--apply", action="store_true", help="write a verified patch into the workspace")
    _json(command)


def _demo(commands: "Commands") -> None:
    command = _command(commands, "demo", "repair a small project with a real bug, live")
    command.add_argument("--keep", action="store_true", help="keep the project's folder")
    _pipeline(command, backend="pocket")


def _index(commands: "Commands") -> None:
    command = _command(commands, "index", "index a workspace and say what it took")
    _workspace(command)
    _json(command)


def _context(commands: "Commands") -> None:
    command = _command(commands, "context", "show what a model would be shown for a task")
    _workspace(command)
    command.add_argument("--query", metavar="TEXT|@FILE", required=True, help="the task, in words")
    command.add_argument("--tokens", metavar="N", type=positive(int), required=True, help="the budget")
    _json(command)


def _doctor(commands: "Commands") -> None:
    command = _command(commands, "doctor", "what was found on this machine, and what is missing")
    _workspace(command)
    _backend(command, None)
    _json(command)


def _models(commands: "Commands") -> None:
    command = _command(commands, "models", "the local models: list them, fetch one, requantise one")
    actions = command.add_subparsers(metavar="ACTION", dest="action", required=True)
    listing = actions.add_parser("list", help="models that are known, and which of them are here")
    _json(listing)
    pull = actions.add_parser("pull", help="fetch a model")
    pull.add_argument("model", metavar="NAME|OWNER/REPO/FILE.gguf", help="a known name, or a file on the hub")
    pull.add_argument("--revision", default="main", help="branch, tag or commit of the hub repository")
    quantize = actions.add_parser("quantize", help="write a model in another number format")
    quantize.add_argument("model", metavar="NAME|PATH", help="a model that is here, or a GGUF file")
    quantize.add_argument("--to", choices=FORMATS, default="Q8_0", help="the number format (default: Q8_0)")


def _eval(commands: "Commands") -> None:
    command = _command(commands, "eval", "run repair tasks and judge the patches with tests they never saw")
    command.add_argument(
        "tasks", metavar="TASKS.jsonl", type=Path, nargs="?", help="the tasks, one JSON object a line"
    )
    command.add_argument("--out", metavar="DIR", type=Path, required=True, help="where results and report go")
    command.add_argument("--limit", metavar="N", type=positive(int), help="only the first N tasks")
    command.add_argument("--jobs", metavar="N", type=positive(int), default=1, help="tasks at a time")
    command.add_argument(
        "--repos", metavar="DIR", type=Path, help="git repositories for history tasks, owner+name"
    )
    command.add_argument(
        "--report",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="results of other runs to show beside this one; without TASKS only the report is written",
    )
    _pipeline(command)


# --- options several commands share -------------------------------------------------------------------


def _command(commands: "Commands", name: str, help_: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
    command.set_defaults(module=name)
    return command


def _workspace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workspace", metavar="DIR", type=Path, default=Path(), help="the folder (default: here)"
    )


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def _backend(command: argparse.ArgumentParser, default: str | None) -> None:
    command.add_argument("--backend", metavar="ENGINE", default=default, help=BACKENDS)


def _pipeline(command: argparse.ArgumentParser, *, backend: str | None = None) -> None:
    """What a repair may spend and who works on it; what is not given comes from the settings."""
    _backend(command, backend)
    command.add_argument(
        "--mode", choices=MODES, help="how much work; auto starts fast and goes on while nothing passes"
    )
    command.add_argument("--candidates", metavar="N", type=positive(int), help="judge at most N candidates")
    command.add_argument(
        "--budget-tokens", metavar="N", type=positive(int), help="tokens models may read and write"
    )
    command.add_argument("--budget-seconds", metavar="S", type=positive(float), help="wall time")
    command.add_argument(
        "--order",
        choices=ORDERS,
        default="model",
        help="who orders the candidates: the model's likelihood, prior weights alone, or chance",
    )
    command.add_argument(
        "--no-drafts", action="store_true", help="let the model rank candidates and write none"
    )
    command.add_argument("--seed", metavar="N", type=int, default=0, help="makes chance repeatable")


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """A converter for numbers above zero, with a message that says so."""

    def convert(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = 0
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
        return number

    return convert
