"""An editor in the same process: the real server with its wire replaced, for tests of what goes over it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from quintet.server import QuintetServer

CAPABLE: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {
        "configuration": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
    "textDocument": {
        "publishDiagnostics": {"dataSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "dataSupport": True,
            "disabledSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}
"""What a modern editor declares."""


def _nothing(_: Any) -> Any:
    return None


def _folder(path: Path) -> dict[str, str]:
    return {"uri": path.as_uri(), "name": path.name}


class Editor:
    """Speaks JSON-RPC with a server in memory, and answers what the server asks for."""

    def __init__(self) -> None:
        self.server = QuintetServer()
        self.server.protocol.set_writer(self, include_headers=False)
        self.received: list[dict[str, Any]] = []
        self.news = asyncio.Event()
        self.settings: Any = None
        self.replies: dict[str, Callable[[Any], Any]] = {
            "workspace/configuration": lambda _: [self.settings],
            "workspace/applyEdit": lambda _: {"applied": True},
        }
        self.silent: set[str] = set()
        """Requests that are never answered."""
        self._last_id = 0

    # what pygls wants of a writer

    def write(self, data: bytes) -> None:
        message = json.loads(data)
        self.received.append(message)
        if "method" in message and "id" in message and message["method"] not in self.silent:
            reply = self.replies.get(message["method"], _nothing)(message.get("params"))
            failed = {"error": {"code": -32601, "message": str(reply)}}
            answer = failed if isinstance(reply, Exception) else {"result": reply}
            self.send({"jsonrpc": "2.0", "id": message["id"]} | answer)
        self.news.set()

    def close(self) -> None:
        return

    # what a test says and hears

    def send(self, message: Any) -> None:
        """Put any message on the wire; it arrives when the server next gets to run."""
        asyncio.get_running_loop().call_soon(self.server.protocol.handle_message, message)

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request without waiting for its answer; returns its id."""
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    async def request(self, method: str, params: Any = None) -> Any:
        """The result of a request; an error fails the test."""
        answer = await self.answer(self.ask(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    async def answer(self, msg_id: int | str | None, seconds: float = 60.0) -> dict[str, Any]:
        """The answer to a request, whatever it is."""
        return await self.wait(lambda it: "method" not in it and it.get("id") == msg_id, seconds)

    async def heard(self, method: str, seconds: float = 60.0, **params: Any) -> Any:
        """The params of the first message from the server with these values."""

        def fits(message: dict[str, Any]) -> bool:
            given = message.get("params") or {}
            return message.get("method") == method and all(given.get(key) == params[key] for key in params)

        return (await self.wait(fits, seconds))["params"]

    async def wait(self, fits: Callable[[dict[str, Any]], bool], seconds: float = 60.0) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            while True:
                for message in self.received:
                    if fits(message):
                        return message
                self.news.clear()
                await self.news.wait()

    def shown(self) -> list[str]:
        """What the user was told."""
        return [it["params"]["message"] for it in self.received if it.get("method") == "window/showMessage"]

    def progress(self) -> list[dict[str, Any]]:
        """Everything that appeared in the progress window."""
        return [it["params"]["value"] for it in self.received if it.get("method") == "$/progress"]

    async def initialize(
        self,
        root: Path | None,
        capabilities: Any = None,
        options: Any = None,
        name: str = "in-memory",
        folders: Sequence[Path] = (),
    ) -> Any:
        """Begin; without an index of its own process, unless the options ask for one."""
        result = await self.request(
            "initialize",
            {
                "processId": None,
                "clientInfo": {"name": name},
                "rootUri": root.as_uri() if root else None,
                "workspaceFolders": [_folder(path) for path in folders] or None,
                "capabilities": CAPABLE if capabilities is None else capabilities,
                "initializationOptions": {"index": False} | (options or {}),
            },
        )
        self.notify("initialized", {})
        return result

    def change_folders(self, added: Sequence[Path] = (), removed: Sequence[Path] = ()) -> None:
        event = {"added": [_folder(path) for path in added], "removed": [_folder(path) for path in removed]}
        self.notify("workspace/didChangeWorkspaceFolders", {"event": event})

    def open(self, path: Path, text: str | None = None, version: int = 1) -> str:
        """Open a file, by default as it is on the disk; returns its URI."""
        uri = path.as_uri()
        text = path.read_text() if text is None else text
        document = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        identifier = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": list(changes)})

    async def actions(self, uri: str, line: int = 0, character: int = 0, **context: Any) -> Any:
        """The code actions offered at a place (both counted from 0)."""
        here = {"line": line, "character": character}
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": here, "end": here},
            "context": {"diagnostics": []} | context,
        }
        return await self.request("textDocument/codeAction", params)


@asynccontextmanager
async def editor() -> AsyncIterator[Editor]:
    """An editor, and the end of everything its server started."""
    it = Editor()
    try:
        yield it
    finally:
        await it.server.aclose()
