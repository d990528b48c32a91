"""The language server: its life from start to exit, what it offers, and where its log goes.

Everything heavy (agents, engines, grammars) is imported after `initialize` is answered.
"""

import asyncio
import gc
import json
import logging
import os
import signal
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
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
from quintet.connection import Workshop
from quintet.edge import Edge, status
from quintet.features import (
    code_actions,
    control,
    describe,
    diagnostics,
    explain,
    indexing,
    lenses,
    navigation,
    refactor,
    restore,
    review,
    rewrite,
    sync,
    tests,
    trace,
)
from quintet.protocol import client_of, file_path
from quintet.session import Session
from quintet.settings import SECTION, Place, Problem, Source, from_editor, from_environment, from_workspace
from quintet.wire import Wire
from quintet.workspace.deny import denied

log = logging.getLogger(__name__)

_FEATURES = (
    *(sync, diagnostics, code_actions, tests, lenses, review, rewrite, refactor, restore),
    *(control, trace, explain, describe, indexing, navigation),
)
_SWITCH = 0.001
"""Seconds a thread may go on while the one that answers the editor waits for the interpreter."""
_PATIENCE = 5.0
"""Seconds that the index waits for the editor's settings."""
_LAST_WORDS = 10.0
"""Seconds that stopping repairs and engines may take before the process ends regardless."""


def serve() -> None:
    """Speak LSP on stdin and stdout until the client says exit, goes away, or the process is told to end."""
    try:
        stdin, stdout = _taken_over()
    except OSError:
        sys.exit("quintet serve speaks with an editor on stdin and stdout, and one of them is closed.")
    _log_to_stderr()
    sys.setswitchinterval(_SWITCH)
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
                await server.aclose()


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
    """One connection to one editor, with a session for each folder behind it."""

    def __init__(self) -> None:
        super().__init__("quintet", __version__, protocol_cls=Wire, converter_factory=default_converter)
        self.workshop = Workshop()
        self.edge = Edge(self, [Session(None, self.workshop)])
        self.folders: list[Path] = []
        """What is open in the editor, by its own names: two may be links to one folder."""
        self.sources: dict[Place, Source] = {}
        """Options that are for all folders, those opened later, too."""
        self.settled = asyncio.Event()
        """Set when the editor has given its settings."""
        self.ready = False
        """Whether the client has said that it is."""
        self._shown: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self.problems: tuple[Problem, ...] = ()
        """What was wrong with the options, until the client can be told."""
        _register_lifecycle(self)
        for feature in _FEATURES:
            feature.register(self.edge)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log it: a request's error is in its answer, and nobody wants a window for the rest."""
        if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
            cast("Wire", self.protocol).refuse(None, JsonRpcParseError(f"This is no JSON: {error}"))
            return
        trace = error.data if isinstance(error, JsonRpcException) else None
        log.error("%s: %s", source.__name__, error, extra={"trace": trace} if trace else {})

    # --- settings -------------------------------------------------------------------------------------

    def configure(self, *sources: Source) -> None:
        """Take options that are for all folders; what each folder's own file says is read again."""
        self.sources |= {source.place: source.after(self.sources.get(source.place)) for source in sources}
        for session in self.edge.sessions:
            self.problems += session.configure(*self._own(session), *sources)

    def _own(self, session: Session) -> list[Source]:
        """What a folder's own file sets, called by the folder's name where there are several."""
        if session.root is None:
            return []
        source = from_workspace(session.root)
        several = f"{session.root.name}/" if len(self.folders) > 1 else ""
        return [msgspec.structs.replace(source, name=several + source.name)]

    def tell_problems(self) -> None:
        """Show what was wrong with the options, once, as one message."""
        logging.getLogger(SECTION).setLevel(self.edge.sessions[0].settings.log.level.upper())
        problems, self.problems = dict.fromkeys(map(str, self.problems)), ()
        if problems:
            self.edge.say(" ".join(problems), lsp.MessageType.Warning)

    # --- folders --------------------------------------------------------------------------------------

    def open_folders(self) -> list[Session]:
        """Have a session for each folder that is open now, and none for others; return the new ones."""
        roots: dict[Path, Path | None] = {}
        for folder in self.folders:
            roots.setdefault(folder.resolve(), folder)
        before = {session.root: session for session in self.edge.sessions}
        sessions = [before.get(root) or Session(root, self.workshop) for root in roots.values() or [None]]
        new = [session for session in sessions if session.root not in before]
        for session in new:
            session.configure(*self.sources.values())  # what is wrong with these has been told
            self.problems += session.configure(*self._own(session))
        for session in sessions:
            session.stand_among(sessions)
        sync.move(self.edge, sessions)
        for session in before.values():
            if session not in sessions:
                closing = asyncio.get_running_loop().create_task(session.aclose())
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
        return new

    def begin(self, sessions: Iterable[Session]) -> None:
        """Start what goes on beside the requests; nothing before the client is ready."""
        for session in sessions if self.ready else ():
            session.index_decided.clear()
            session.start(diagnostics.publish(self.edge, session, self._shown))
            session.start(self._index(session))

    async def _index(self, session: Session) -> None:
        try:
            await self.settled.wait()
            if session.settings.index:
                await asyncio.to_thread(import_module, "quintet.indexing.keeper")
            session.keep_index()
        finally:
            session.index_decided.set()
        await indexing.follow(self.edge, session)

    async def aclose(self) -> None:
        """Stop everything under way and free the engine; safe to call twice."""
        try:
            await asyncio.gather(*self._closing, *(session.aclose() for session in self.edge.sessions))
        finally:
            await self.workshop.aclose()
            await cast("Wire", self.protocol).drained()


def _register_lifecycle(server: QuintetServer) -> None:
    edge = server.edge

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        edge.client = client_of(params, str(server.workspace.position_encoding))
        server.folders = _folders(params)
        server.open_folders()
        options = from_editor("options", "initializationOptions", params.initialization_options)
        server.configure(from_environment(os.environ), options)

    @server.feature(lsp.INITIALIZED)
    async def initialized(_: lsp.InitializedParams) -> None:
        if server.ready:
            return
        server.ready = True
        edge.sessions[0].start(asyncio.to_thread(_import_the_rest))
        server.begin(edge.sessions)
        pulling = asyncio.ensure_future(_pull(server))
        await asyncio.wait([pulling], timeout=_PATIENCE)
        server.settled.set()  # some editors never answer
        status.tell(edge)
        await pulling
        if edge.client.registers_settings:
            registration = lsp.Registration("quintet-settings", lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
            await server.client_register_capability_async(lsp.RegistrationParams([registration]))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        gone = {_folder(folder.uri) for folder in params.event.removed}
        stay = [folder for folder in server.folders if folder not in gone]
        added = _there(_folder(folder.uri) for folder in params.event.added)
        server.folders = list(dict.fromkeys([*stay, *added]))
        server.begin(server.open_folders())
        server.tell_problems()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: lsp.DidChangeConfigurationParams) -> None:
        pushed = params.settings
        if isinstance(pushed, dict) and SECTION in pushed:
            server.configure(from_editor("editor", "didChangeConfiguration", pushed[SECTION]))
            server.tell_problems()
        else:
            await _pull(server)
        status.tell(edge)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await server.aclose()


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
    if answers:
        server.configure(from_editor("editor", "workspace/configuration", answers[0]))
    server.tell_problems()


def _import_the_rest() -> None:
    """What the first requests will need: imported where they ask for it, it would hold up the others."""
    for name in ("lookup", "symbols"):
        import_module(f"quintet.features.navigation.{name}")
    for name in ("features.explain.pages", "agents.context", "workspace.trees"):
        import_module(f"quintet.{name}")
    denied("")  # compiles the list
    gc.freeze()  # what is there now stays: looking through it for cycles would hold everybody up


def _folders(params: lsp.InitializeParams) -> list[Path]:
    """The folders the editor names, those that are there; from one that knows of no folders, its root."""
    named = [_folder(folder.uri) for folder in params.workspace_folders or ()]
    root = _folder(params.root_uri) if params.root_uri else None
    if root is None and params.root_path:
        root = Path(os.path.normpath(params.root_path))
    return _there(named) or _there([root])


def _there(paths: Iterable[Path | None]) -> list[Path]:
    return list(dict.fromkeys(path for path in paths if path is not None and path.is_dir()))


def _folder(uri: str) -> Path | None:
    path = file_path(uri)
    return Path(os.path.normpath(path)) if path and "\0" not in path else None


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
