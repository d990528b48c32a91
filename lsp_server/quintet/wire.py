"""JSON-RPC as pygls speaks it, mended where a request would get no answer or its work would not end.

Knows messages and handlers; what they are about is the features' business.
"""

import asyncio
import inspect
import json
import logging
from collections.abc import Generator
from typing import Any

import cattrs
import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.language_server import _prepare_command_arguments

log = logging.getLogger(__name__)

_SYNCED = (lsp.TEXT_DOCUMENT_DID_OPEN, lsp.TEXT_DOCUMENT_DID_CHANGE, lsp.TEXT_DOCUMENT_DID_CLOSE)


class Wire(LanguageServerProtocol):
    """The protocol of one connection.

    pygls structures a message while it is parsed and drops one that does not fit; here it is looked at first,
    so that its sender can be answered.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._sending: set[asyncio.Task[None]] = set()

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        # The session holds the documents; a second copy would be paid for at every keystroke.
        for method in _SYNCED:
            del self.fm.builtin_features[method]

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        """Answer with what the server can do; pygls leaves out that it gives texts by their addresses."""
        result = yield from super().lsp_initialize(params)
        offered = result.capabilities.workspace
        if offered is not None:
            offered.text_document_content = self.fm.feature_options.get(lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT)
        return result

    def structure_message(self, data: dict[str, Any]) -> dict[str, Any]:
        """Leave the parsed JSON as it is: this is called for every object inside a message, too."""
        return data

    def handle_message(self, message: Any) -> None:
        """Pass a message on; a request that cannot be passed on is answered with the reason."""
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self.refuse(None, JsonRpcInvalidRequest("A message is an object with jsonrpc 2.0."))
        elif not isinstance(message.get("method"), str):
            self._take_response(message)
        elif "id" in message:
            self._take_request(message)
        else:
            self._take_notification(message)

    def refuse(self, msg_id: Any, error: JsonRpcException) -> None:
        """Answer a request with an error; `msg_id` is None where it cannot be told."""
        log.warning("refused: %s", error, extra={"id": msg_id})
        if msg_id is None:  # JSON-RPC wants the null, which pygls leaves out
            failure = {"code": error.code, "message": error.message}
            self._send_data({"jsonrpc": self.VERSION, "id": None, "error": failure})
        else:
            self._send_response(msg_id, error=error.to_response_error())

    def _send_data(self, data: Any) -> None:
        """Send a message; what answers a request and may be long is made JSON of in a thread."""
        if isinstance(getattr(data, "result", None), list | tuple | dict):
            sending = asyncio.get_running_loop().create_task(self._send_long(data))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
        else:
            super()._send_data(data)

    async def _send_long(self, answer: Any) -> None:
        try:
            body = await asyncio.to_thread(self._json, answer)
            head = f"Content-Length: {len(body)}\r\n\r\n".encode() if self._include_headers else b""
            if self.writer is not None:
                self.writer.write(head + body)
        except OSError as error:
            log.warning("the client has gone: %s", error)
        except Exception as error:
            log.exception("an answer cannot be sent")
            self.refuse(answer.id, JsonRpcInternalError(str(error)))

    async def drained(self) -> None:
        """Wait until every answer that was given is sent."""
        await asyncio.gather(*self._sending)

    def _json(self, answer: Any) -> bytes:
        plain = self._converter.unstructure(answer)
        try:
            return msgspec.json.encode(plain)
        except UnicodeEncodeError:  # half a character, which the standard library escapes
            return json.dumps(plain).encode()

    def _take_request(self, message: dict[str, Any]) -> None:
        msg_id, method = message["id"], message["method"]
        if isinstance(msg_id, bool) or not isinstance(msg_id, int | str):
            self.refuse(None, JsonRpcInvalidRequest("The id of a request is a number or a text."))
        elif error := self._untimely(method) or self._unknown(method):
            self.refuse(msg_id, error)
        else:
            structured = self._structured(message)
            if isinstance(structured, JsonRpcException):
                self.refuse(msg_id, structured)
            else:
                super().handle_message(structured)

    def _take_notification(self, message: dict[str, Any]) -> None:
        method = message["method"]
        if method != lsp.EXIT and self._untimely(method):
            log.warning("untimely notification", extra={"method": method})
        elif method == lsp.CANCEL_REQUEST or not self._unknown(method):
            structured = self._structured(message)
            if isinstance(structured, JsonRpcException):
                log.warning("malformed notification: %s", structured, extra={"method": method})
            else:
                super().handle_message(structured)

    def _take_response(self, message: dict[str, Any]) -> None:
        if "error" not in message:
            message.setdefault("result", None)
        structured = self._structured(message)
        if isinstance(structured, JsonRpcException):
            # Whoever waits for this answer must not wait for ever.
            self._handle_response(message.get("id"), error=structured.to_response_error())
        else:
            super().handle_message(structured)

    def _handle_response(
        self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None
    ) -> None:
        future = self._request_futures.get(msg_id)
        if future is not None and future.done():  # nobody waits any more
            del self._request_futures[msg_id]
        else:
            super()._handle_response(msg_id, result, error)

    def _untimely(self, method: str) -> JsonRpcException | None:
        """Why a message cannot be taken at this moment of the connection's life."""
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down.")
        if self._workspace is None and method != lsp.INITIALIZE:
            return JsonRpcServerNotInitialized("The first request is initialize.")
        if self._workspace is not None and method == lsp.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already.")
        return None

    def _unknown(self, method: str) -> JsonRpcException | None:
        try:
            self._get_handler(method)
        except JsonRpcMethodNotFound as error:
            return error
        return None

    def _structured(self, message: dict[str, Any]) -> Any:
        """The message as lsprotocol's type, or what is wrong with it."""
        try:
            return super().structure_message(message)
        except JsonRpcInvalidParams as error:
            if error.__cause__ is None:
                return error
            details = "; ".join(cattrs.transform_error(error.__cause__)[:3])
            return JsonRpcInvalidParams(f"Invalid params: {details}")
        except JsonRpcInternalError as error:
            return JsonRpcInvalidParams(f"Invalid params: {error.__cause__}")

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # a coroutine can be cancelled
        self, params: lsp.ExecuteCommandParams
    ) -> Any:
        """Run a command as part of its own request, so that cancelling the request stops the command.

        pygls runs it under an id of its own: the request would be answered as cancelled while the work, and
        the edit at its end, went on.
        """
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command!r}.")
        try:
            arguments, named = _prepare_command_arguments(handler, params, self._converter)
            inspect.signature(handler).bind(*arguments, **named)
        except Exception as error:
            raise JsonRpcInvalidParams(f"Arguments of {params.command}: {error}") from error
        result = handler(*arguments, **named)
        return await result if inspect.isawaitable(result) else result
