"""The one object that each command of ours takes, read or refused with a sentence. Knows no command."""

from typing import Any, NoReturn, TypeVar

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

T = TypeVar("T")


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
