"""A server that does what the test in the editor tells it to, and keeps all that it was sent.

It speaks the wire and knows nothing of repairs. Commands of its own drive it: `fake.notify` and `fake.request` send
`{method, params}` to the editor, `fake.answers` says what the next commands are to be answered, `fake.heard` gives
back the messages of a method, `fake.exit` ends the process. FAKE_SAYS is what it does instead of starting.
"""

import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

COMMANDS = [
    "fix", "fixInMode", "rewrite", "runTests", "fixTests", "reviewChanges", "refactor", "explain", "explainContext",
    "stop", "runs", "showTrace", "showPatch", "checkpoints", "restoreCheckpoint", "chooseMode", "chooseBackend",
    "restart", "doctor", "index.pause", "index.resume", "index.rebuild",
]  # fmt: skip


class Fake:
    """One connection to one editor."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self.source, self.sink = source, sink
        self.ids = itertools.count(1)
        self.heard: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.waiting: dict[int, int | str] = {}
        """Our requests to the editor that are open: for each, the request that will be answered with its answer."""

    def run(self) -> None:
        while (message := self.read()) is not None:
            self.heard.append(message)
            if "method" not in message:
                self.send(
                    id=self.waiting.pop(message["id"]), result=message.get("result") or message.get("error")
                )
            elif message["method"] == "exit":
                return
            elif "id" in message:
                self.request(message["id"], message["method"], message.get("params"))

    def request(self, number: int | str, method: str, params: Any) -> None:
        if method == "workspace/executeCommand":
            self.command(number, params["command"], *params.get("arguments", []))
        elif method == "initialize":
            commands = [f"quintet.{name}" for name in COMMANDS] + [
                f"fake.{name}" for name in ("notify", "request", "answers", "heard", "exit")
            ]
            capabilities = {
                "positionEncoding": "utf-8",
                "textDocumentSync": 1,
                "codeActionProvider": {"resolveProvider": True},
                "executeCommandProvider": {"commands": commands},
            }
            server = {"name": "quintet", "version": "0.0.0-fake"}
            self.send(id=number, result={"capabilities": capabilities, "serverInfo": server})
        else:
            self.send(id=number, result=self.answers.get(method))

    def command(self, number: int | str, name: str, argument: Any = None) -> None:
        if name == "fake.notify":
            self.send(method=argument["method"], params=argument["params"])
        elif name == "fake.request":
            own = next(self.ids)
            self.waiting[own] = number
            self.send(id=own, method=argument["method"], params=argument["params"])
            return
        elif name == "fake.answers":
            self.answers |= argument
        elif name == "fake.heard":
            found = [it.get("params") for it in self.heard if it.get("method") == argument["method"]]
            self.send(id=number, result=found)
            return
        elif name == "fake.exit":
            sys.stderr.write(json.dumps({"level": "error", "message": "out of ideas"}) + "\n")
            sys.stderr.flush()
            os._exit(argument["code"])
        answer = self.answers.get(name)
        if isinstance(answer, dict) and "error" in answer:
            self.send(id=number, error=answer["error"])
        else:
            self.send(id=number, result=answer)

    def read(self) -> dict[str, Any] | None:
        length = 0
        while line := self.source.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] | None = json.loads(self.source.read(length)) if length else None
        return message

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.sink.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.sink.flush()


def main() -> None:
    says = os.environ.get("FAKE_SAYS", "")
    if "--version" in sys.argv:
        sys.stdout.write("quintet 0.0.0-fake\n")
    elif "doctor" in sys.argv:
        found = {"name": "sandbox", "status": "warn", "found": "none", "todo": "install bubblewrap"}
        checks = [found, {"name": "git", "status": "ok", "found": "2.0"}]
        sys.stdout.write(json.dumps({"ok": True, "checks": checks}))
    elif says == "ends":
        sys.exit("ModuleNotFoundError: No module named 'quintet'")
    elif says == "prints":
        sys.stdout.write("Hello, I am another program.\n" * 3)
        sys.stdout.flush()
        sys.stdin.read()
    else:
        if places := os.environ.get("FAKE_LIVES"):
            _alone(Path(places))
        Fake(sys.stdin.buffer, sys.stdout.buffer).run()


def _alone(folder: Path) -> None:
    """Note that we live, and whether we found another one alive."""
    if any(Path(f"/proc/{mark.name}").exists() for mark in folder.iterdir() if mark.name.isdecimal()):
        (folder / "overlap").touch()
    (folder / str(os.getpid())).touch()


if __name__ == "__main__":
    main()
