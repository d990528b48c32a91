"""The language server: its life from start to exit, what it offers, and where its log goes.

Everything heavy (agents, engines, grammars) is imported after `initialize` is answered.
"""

import asyncio
import json
import logging
import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, cast

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcParseError
from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from quintet import __version__
from quintet.features import Edge, code_actions, diagnostics, explain, indexing, navigation, sync
from quintet.protocol import client_of, file_path
from quintet.session import Session
from quintet.settings import SECTION, Problem, from_editor, from_environment, from_workspace
from quintet.wire import Wire

log = logging.getLogger(__name__)

_LAST_WORDS = 10.0
"""Seconds that stopping repairs and engines may take before the process ends regardless."""


def serve() -> None:
    """Speak LSP on stdin and stdout until the client says exit, goes away, or the process is told to end."""
    try:
        stdin, stdout = _taken_over()
    except OSError:
        sys.exit("quintet serve speaks with an editor on stdin and stdout, and one of them is closed.")
    _log_to_stderr()
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(stdin, stdout))


def _taken_over() -> tuple[BinaryIO, BinaryIO]:
    """The client's ends, away from where others find them.

    Nothing but the protocol may reach the client, and nothing we start may eat what the client says.
    """
    stdin, stdout = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


async def _serve(stdin: BinaryIO, stdout: BinaryIO) -> None:
    server = QuintetServer()
    server.protocol.set_writer(StdoutWriter(stdout))
    me = cast("asyncio.Task[None]", asyncio.current_task())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, me.cancel)
    try:
        await run_async(
            stop_event=Event(),
            reader=await _reader(stdin),
            protocol=server.protocol,
            logger=logging.getLogger("pygls.io"),
            error_handler=server.report_server_error,
        )
    except asyncio.IncompleteReadError:
        log.warning("the client went away in the middle of a message")
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await server.edge.session.aclose()


async def _reader(stdin: BinaryIO) -> asyncio.StreamReader | StdinAsyncReader:
    """What reads from the client. Only where it cannot be waited for, a file or /dev/null, in a thread.

    A thread that waits for a client which is still there could not be ended when the process is told to.
    """
    mode = os.fstat(stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stdin.isatty()):
        return StdinAsyncReader(stdin)
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdin)
    return reader


class QuintetServer(LanguageServer):
    """One connection to one editor, with the session behind it."""

    def __init__(self) -> None:
        super().__init__("quintet", __version__, protocol_cls=Wire, converter_factory=default_converter)
        self.edge = Edge(self, Session())
        self.problems: tuple[Problem, ...] = ()
        """What was wrong with the options, until the client can be told."""
        _register_lifecycle(self)
        for feature in (sync, code_actions, indexing, navigation, explain):
            feature.register(self.edge)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log it: a request's error is in its answer, and nobody wants a window for the rest."""
        if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
            cast("Wire", self.protocol).refuse(None, JsonRpcParseError(f"This is no JSON: {error}"))
            return
        trace = error.data if isinstance(error, JsonRpcException) else None
        log.error("%s: %s", source.__name__, error, extra={"trace": trace} if trace else {})

    def configure(self, place: str, raw: object) -> None:
        """Take options the editor sent, and tell the user what is wrong with them."""
        session = self.edge.session
        sources = [from_workspace(session.root)] if session.root else []
        self.problems += session.configure(*sources, from_editor("editor", place, raw))
        self.tell_problems()

    def tell_problems(self) -> None:
        """Show what was wrong with the options, once, as one message."""
        logging.getLogger(SECTION).setLevel(self.edge.session.settings.log.level.upper())
        problems, self.problems = dict.fromkeys(map(str, self.problems)), ()
        if problems:
            self.edge.say(" ".join(problems), lsp.MessageType.Warning)


def _register_lifecycle(server: QuintetServer) -> None:
    edge = server.edge

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        session = edge.session
        session.root = _root(params)
        edge.client = client_of(params, str(server.workspace.position_encoding))
        sources = [from_workspace(session.root)] if session.root else []
        options = from_editor("options", "initializationOptions", params.initialization_options)
        server.problems = session.configure(*sources, from_environment(os.environ), options)

    @server.feature(lsp.INITIALIZED)
    async def initialized(_: lsp.InitializedParams) -> None:
        edge.session.start(diagnostics.publish(edge))
        await _pull(server)
        edge.session.keep_index()
        edge.session.start(indexing.follow(edge))
        if edge.client.registers_settings:
            registration = lsp.Registration("quintet-settings", lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
            await server.client_register_capability_async(lsp.RegistrationParams([registration]))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: lsp.DidChangeConfigurationParams) -> None:
        pushed = params.settings
        if isinstance(pushed, dict) and SECTION in pushed:
            server.configure("didChangeConfiguration", pushed[SECTION])
        else:
            await _pull(server)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await edge.session.aclose()


async def _pull(server: QuintetServer) -> None:
    """Ask the editor for the section that is ours."""
    if not server.edge.client.configuration:
        server.tell_problems()
        return
    params = lsp.ConfigurationParams([lsp.ConfigurationItem(section=SECTION)])
    try:
        answers = await server.workspace_configuration_async(params)
    except JsonRpcException as error:
        log.warning("the editor did not give its settings: %s", error)
        answers = ()
    server.configure("workspace/configuration", next(iter(answers or ()), None))


def _root(params: lsp.InitializeParams) -> Path | None:
    """The workspace's folder: the first one the editor names, if it is there."""
    folders = [folder.uri for folder in params.workspace_folders or ()]
    paths = [file_path(uri) for uri in (*folders, params.root_uri) if uri]
    found = next((path for path in (*paths, params.root_path) if path), None)
    return Path(os.path.normpath(found)) if found and Path(found).is_dir() else None


# --- the log ------------------------------------------------------------------------------------------


class JsonLines(logging.Formatter):
    """One JSON object a line; what a call gave as `extra` are fields of their own."""

    _usual = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; what JSON cannot hold is written as Python shows it."""
        line: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in self._usual}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=repr).decode("utf-8", "replace")


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger(SECTION).setLevel(logging.INFO)
    # pygls logs whole messages, and with them file contents; its errors come to `report_server_error`.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
