"""A model hub on this machine: the part of the real one's protocol that a download uses, over real sockets."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote


@dataclass
class Seen:
    """A request as it arrived."""

    host: str
    method: str
    token: str | None
    range: str | None


@dataclass
class Hub:
    """The hub's content and its moods. Large files (over 1 KiB) lie on another host, the storage."""

    files: Mapping[str, bytes]
    url: str = ""
    storage_url: str = ""
    commit: str = "c" * 40
    seen: list[Seen] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    break_after: int | None = None
    resumes: bool = True
    damage: bool = False
    checksums: bool = True
    refusal: tuple[int, str] | None = None


@contextmanager
def serve_hub(files: Mapping[str, bytes]) -> Iterator[Hub]:
    """Both hosts, until the block is left."""
    hub = Hub(files)
    servers = [
        ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub, "host": host}))
        for host in ("hub", "storage")
    ]
    hub.url, hub.storage_url = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    threads = [Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub
    host: str

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._remember()
        if self.host == "hub":
            self._describe()

    def do_GET(self) -> None:
        self._remember()
        data = self.hub.files[unquote(self.path).removeprefix("/").replace("/resolve/main/", "/")]
        self._send(data)

    def _remember(self) -> None:
        token, wanted = self.headers.get("authorization"), self.headers.get("range")
        self.hub.seen.append(Seen(self.host, self.command, token, wanted))

    def _describe(self) -> None:
        repo, _, rest = unquote(self.path).removeprefix("/").partition("/resolve/")
        name = rest.partition("/")[2]
        if self.hub.refusal is not None:
            self._answer(self.hub.refusal[0], {"X-Error-Code": self.hub.refusal[1]})
        elif repo in self.hub.renamed:
            self._answer(307, {"Location": f"/{self.hub.renamed[repo]}/resolve/{rest}"})
        else:
            self._point(f"{repo}/{name}", self.hub.files[f"{repo}/{name}"])

    def _point(self, key: str, data: bytes) -> None:
        headers = {"X-Repo-Commit": self.hub.commit}
        if len(data) > 1024:
            etag = f'"{hashlib.sha256(data).hexdigest()}"'
            headers |= {"X-Linked-Size": str(len(data)), "Location": f"{self.hub.storage_url}/{key}"}
            self._answer(302, headers | ({"X-Linked-Etag": etag} if self.hub.checksums else {}))
        else:
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            self._answer(200, headers | {"ETag": f'W/"{blob}"', "Content-Length": str(len(data))})

    def _answer(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, data: bytes) -> None:
        wanted = self.headers.get("range", "") if self.hub.resumes else ""
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = data[start:]
        self._answer(206 if wanted else 200, {"Content-Length": str(len(body))})
        if self.hub.damage:
            body = bytes(len(body))
        if self.hub.break_after is not None:
            self.wfile.write(body[: self.hub.break_after])
            self.close_connection = True
        else:
            self.wfile.write(body)
