"""An editor without a window: starts the real server over stdio, asks it things, and notes when answers came.

Requests may be under way at the same time. Knows the protocol's messages and nothing of what they are measured for.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "textDocument": {
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "definition": {"linkSupport": True},
    },
}


class Asked:
    """A request under way: `seconds` until its answer once that has come, and the answer or the error."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.began = time.monotonic()
        self.seconds: float | None = None
        self.result: Any = None
        self.error: Any = None
        self._done = threading.Event()

    def answer(self, at: float, message: Mapping[str, Any]) -> None:
        """Take what the server said."""
        self.result, self.error = message.get("result"), message.get("error")
        self.seconds = at - self.began
        self._done.set()

    def wait(self, seconds: float = 60) -> Any:
        """The answer. Raises TimeoutError, and RuntimeError where the server could not answer."""
        if not self._done.wait(seconds):
            raise TimeoutError(self.method)
        if self.error:
            raise RuntimeError(f"{self.method}: {self.error}")
        return self.result


class Editor:
    """A server that has been started for a folder, and `initialized` it at that time."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "quintet", "serve"]
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.progress: list[tuple[float, str, str]] = []
        """When, "begin" or "report" or "end", and the title or message."""
        self._asked: dict[int, Asked] = {}
        self._count = 0
        self._writing = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        options = {"backend": "none"}
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "capabilities": _CAPABILITIES,
                "initializationOptions": options,
            },
        ).wait()
        self.initialized = time.monotonic()
        self.tell("initialized", {})

    def ask(self, method: str, params: Any) -> Asked:
        """Send a request; its answer comes later."""
        self._count += 1
        asked = self._asked[self._count] = Asked(method)
        self._send({"id": self._count, "method": method, "params": params})
        return asked

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def first_ended(self) -> float | None:
        """When the first progress that was shown came to its end."""
        return next((at for at, kind, _ in self.progress if kind == "end"), None)

    def close(self) -> None:
        """Have the server end."""
        self.ask("shutdown", None).wait()
        self.tell("exit", None)
        self.process.wait(60)

    def _listen(self) -> None:
        pipe = cast("BinaryIO", self.process.stdout)
        while (body := _message(pipe)) is not None:
            at = time.monotonic()
            message = json.loads(body)
            if "method" not in message:
                self._asked.pop(message["id"]).answer(at, message)
            elif "id" in message:
                self._send({"id": message["id"], "result": None})
            elif message["method"] == "$/progress":
                value = message["params"]["value"]
                self.progress.append((at, value["kind"], value.get("title") or value.get("message") or ""))

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = cast("BinaryIO", self.process.stdin)
        with self._writing:
            pipe.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            pipe.flush()


def _message(pipe: BinaryIO) -> bytes | None:
    length = 0
    while line := pipe.readline().strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    return pipe.read(length) if length else None
