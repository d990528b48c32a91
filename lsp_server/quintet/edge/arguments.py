"""The one object that each command of ours takes, read or refused with a sentence. Knows no command."""

from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from quintet.edge import Edge
from quintet.session import Session

T = TypeVar("T")


class Point(msgspec.Struct, frozen=True):
    """A position as LSP has it."""

    line: int
    character: int


class Span(msgspec.Struct, frozen=True):
    """A range as LSP has it."""

    start: Point
    end: Point


def read(command: str, arguments: tuple[Any, ...], form: type[T]) -> T:
    """The arguments of a command as `form`. Raises JsonRpcInvalidParams that says which field is wrong."""
    if len(arguments) > 1:
        raise JsonRpcInvalidParams(f"{command} takes one object, not {len(arguments)} arguments.")
    try:
        return msgspec.convert(arguments[0] if arguments and arguments[0] is not None else {}, form)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"Arguments of {command}: {error}") from error


def refuse(reason: str) -> NoReturn:
    """Answer a request with an error that its user is to read."""
    raise JsonRpcException(reason, lsp.LSPErrorCodes.RequestFailed.value)


def file_of(edge: Edge, uri: str) -> tuple[Session, str]:
    """The folder a document is in, and its path there; refuses what is no file of a workspace."""
    session, path = edge.at(uri) or (edge.sessions[0], "")
    if session.root is None:
        refuse("Quintet needs a folder to work in: open the project's folder, not a single file.")
    if not path:
        refuse(f"{uri} is no file.")
    if Path(path).is_absolute():
        refuse(f"{path} lies outside the workspace {', '.join(str(each.root) for each in edge.sessions)}.")
    return session, path
