"""Files from a model hub: found, fetched, resumed where a download broke off, and checked before they count.

Speaks the hub's own protocol (as `huggingface_hub` does) over httpx; knows nothing of models or terminals.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import quote, urljoin, urlsplit

import httpx
import msgspec

from quintet import __version__

DEFAULT_ENDPOINT = "https://huggingface.co"
_CHUNK = 1 << 20
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})(?=\.gguf$)")
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class HubError(Exception):
    """A file could not be had; the message is one sentence that says what to do."""


class HubFile(msgspec.Struct, frozen=True):
    """A file as the hub describes it.

    `etag` is its SHA-256 (64 hex digits, large files) or its git blob SHA-1 (40 digits, small ones); `url` is
    where the bytes are, often another host. `size` is in bytes.
    """

    repo: str
    name: str
    commit: str
    etag: str
    size: int
    url: str


class Progress(Protocol):
    """Is told how far a download has come: bytes so far, bytes in all."""

    def __call__(self, done: int, total: int, /) -> None: ...  # noqa: D102  said above


def endpoint(environment: Mapping[str, str] = os.environ) -> str:
    """The hub's address: HF_ENDPOINT, or the public hub."""
    return environment.get("HF_ENDPOINT", "").rstrip("/") or DEFAULT_ENDPOINT


def client(environment: Mapping[str, str] = os.environ) -> httpx.Client:
    """A client for `endpoint()`; HF_TOKEN is sent there and nowhere else."""
    headers = {"user-agent": f"quintet/{__version__}", "accept-encoding": "identity"}
    if token := environment.get("HF_TOKEN"):
        headers["authorization"] = f"Bearer {token}"
    return httpx.Client(base_url=endpoint(environment), headers=headers, timeout=_TIMEOUT)


def shards(name: str) -> tuple[str, ...]:
    """All the files of a model that is split over several, if `name` is one of them; else `name` alone."""
    match = _SHARD.search(name)
    if match is None:
        return (name,)
    count = match[2]
    return tuple(_SHARD.sub(f"-{number:05d}-of-{count}", name) for number in range(1, int(count) + 1))


def look_up(hub: httpx.Client, repo: str, name: str, revision: str = "main") -> HubFile:
    """Ask the hub about a file. Raises `HubError` for one that is not there or not ours to have."""
    path = f"/{quote(repo)}/resolve/{quote(revision, safe='')}/{quote(name)}"
    address = urljoin(str(hub.base_url), path)
    try:
        answer = hub.head(address)
        for _ in range(5):
            # A renamed repository redirects within the hub; another host is where the bytes are.
            target = answer.headers.get("location", "")
            if not answer.is_redirect or urlsplit(target).netloc:
                break
            address = urljoin(address, target)
            answer = hub.head(address)
    except httpx.HTTPError as error:
        raise HubError(f"the hub at {hub.base_url} does not answer: {_words(error)}") from error
    if answer.is_error:
        raise HubError(_refusal(answer, repo, name, revision))
    headers = answer.headers
    etag = (headers.get("x-linked-etag") or headers.get("etag", "")).removeprefix("W/").strip('"')
    size = headers.get("x-linked-size") or headers.get("content-length", "")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", etag) or not size.isdigit():
        raise HubError(f"the hub at {hub.base_url} gives no checksum for {repo}/{name}, so it is not fetched")
    url = urljoin(address, headers["location"]) if answer.is_redirect else address
    return HubFile(repo, name, headers.get("x-repo-commit", revision), etag, int(size), url)


def download(hub: httpx.Client, file: HubFile, folder: Path, progress: Progress) -> Path:
    """Fetch a file into `folder`, going on where an earlier try broke off; its path, once it is checked.

    Until then it lies beside it under a name of its own. Raises `HubError`; what has come so far is kept.
    """
    target = folder / PurePosixPath(file.name).name
    if target.exists() and target.stat().st_size == file.size and checksum(target, file.etag) == file.etag:
        progress(file.size, file.size)
        return target
    partial = folder / f".{target.name}.{file.etag[:16]}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _room_for(file.size - (partial.stat().st_size if partial.exists() else 0), folder)
        _fetch(hub, file, partial, progress)
        if checksum(partial, file.etag) != file.etag:
            partial.unlink()
            raise HubError(f"{file.name} arrived damaged (its checksum is wrong): fetch it again")
        partial.replace(target)
    except httpx.HTTPError as error:
        raise HubError(f"{file.name} broke off ({_words(error)}): run the same command to go on") from error
    except OSError as error:
        raise HubError(f"cannot write {target}: {error.strerror or error}") from error
    return target


def checksum(path: Path, like: str) -> str:
    """The checksum of a file, of the kind `like` is: SHA-256, or git's for a blob."""
    digest = hashlib.sha256() if len(like) == 64 else hashlib.sha1(b"blob %d\0" % path.stat().st_size)  # noqa: S324
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _fetch(hub: httpx.Client, file: HubFile, partial: Path, progress: Progress) -> None:
    """Bring `partial` to its full size. Raises `HubError` or `httpx.HTTPError`, keeping what has come."""
    have = partial.stat().st_size if partial.exists() else 0
    if have > file.size:
        partial.unlink()
        have = 0
    if have == file.size:
        return
    with _stream(hub, file.url, {"range": f"bytes={have}-"} if have else {}) as answer:
        if answer.is_error:
            raise HubError(f"{file.name}: the hub answers {answer.status_code} {answer.reason_phrase}")
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0  # the server does not resume: from the start, then
        with partial.open("r+b" if have else "wb") as stream:
            stream.seek(have)
            for chunk in answer.iter_raw():  # unbuffered: what has come is kept if it breaks off
                stream.write(chunk)
                have += len(chunk)
                progress(have, file.size)
    if have != file.size:
        raise HubError(f"{file.name} broke off at {have:,} of {file.size:,} bytes: run the command again")


def _stream(hub: httpx.Client, url: str, headers: dict[str, str]) -> AbstractContextManager[httpx.Response]:
    """A GET that follows redirects. Another host than the hub's gets no token."""
    if urlsplit(url).netloc.encode() == hub.base_url.netloc:
        return hub.stream("GET", url, headers=headers, follow_redirects=True)
    plain = {**headers, "accept-encoding": "identity"}
    return httpx.stream("GET", url, headers=plain, follow_redirects=True, timeout=_TIMEOUT)


def _room_for(size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise HubError(
            f"{folder} has {free >> 20:,} MiB free and {size >> 20:,} MiB are needed: make room first"
        )


def _refusal(answer: httpx.Response, repo: str, name: str, revision: str) -> str:
    """What an error of the hub means, from the code it sends along."""
    code = answer.headers.get("x-error-code", "")
    if code == "GatedRepo":
        return f"{repo} is gated: accept its terms on the hub and set HF_TOKEN"
    if code == "RevisionNotFound":
        return f"{repo} has no revision {revision!r}"
    if code == "EntryNotFound":
        return f"{repo} has no file {name!r} at {revision}"
    if code == "RepoNotFound" or answer.status_code in {401, 404}:
        return f"there is no public repository {repo} with a file {name!r} (a private one needs HF_TOKEN)"
    return f"the hub answers {answer.status_code} {answer.reason_phrase} for {repo}/{name}"


def _words(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
