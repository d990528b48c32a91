import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_server import Hub, serve_hub
from quintet.cli import hub
from quintet.cli.hub import HubError, HubFile

REPO = "owner/model-GGUF"
DATA = bytes(range(256)) * 8192


@pytest.fixture
def server() -> Iterator[Hub]:
    with serve_hub({f"{REPO}/m.gguf": DATA, f"{REPO}/README.md": b"hello\n"}) as started:
        yield started


def ignore(_: int, __: int) -> None:
    return


def look_up(server: Hub, name: str = "m.gguf", revision: str = "main") -> HubFile:
    with hub.client({"HF_ENDPOINT": server.url}) as client:
        return hub.look_up(client, REPO, name, revision)


def download(server: Hub, folder: Path, name: str = "m.gguf", progress: hub.Progress = ignore) -> Path:
    with hub.client({"HF_ENDPOINT": server.url, "HF_TOKEN": "secret"}) as client:
        return hub.download(client, hub.look_up(client, REPO, name), folder, progress)


def test_a_large_file_is_described_by_its_sha256_and_lies_elsewhere(server: Hub) -> None:
    file = look_up(server)

    assert (file.size, file.etag, file.commit) == (len(DATA), hashlib.sha256(DATA).hexdigest(), server.commit)
    assert file.url.startswith(server.storage_url)


def test_a_small_file_is_described_by_its_git_hash(server: Hub, tmp_path: Path) -> None:
    assert len(look_up(server, "README.md").etag) == 40
    assert download(server, tmp_path, "README.md").read_bytes() == b"hello\n"


def test_a_file_comes_whole_with_progress_and_nothing_else_stays(server: Hub, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    path = download(server, tmp_path / "models", progress=lambda done, total: told.append((done, total)))

    assert path.read_bytes() == DATA
    assert list((tmp_path / "models").iterdir()) == [path]
    assert told[-1] == (len(DATA), len(DATA))
    assert told == sorted(told)


def test_the_token_is_for_the_hub_and_not_for_where_it_sends_us(server: Hub, tmp_path: Path) -> None:
    download(server, tmp_path)

    assert {seen.token for seen in server.seen if seen.host == "hub"} == {"Bearer secret"}
    assert {seen.token for seen in server.seen if seen.host == "storage"} == {None}


def test_a_download_that_broke_off_goes_on(server: Hub, tmp_path: Path) -> None:
    server.break_after = 1_000_000
    with pytest.raises(HubError, match=r"m\.gguf broke off"):
        download(server, tmp_path)
    server.break_after = None

    path = download(server, tmp_path)

    assert path.read_bytes() == DATA
    ranges = [seen.range for seen in server.seen if seen.host == "storage"]
    assert ranges[0] is None
    assert ranges[1] is not None
    assert int(ranges[1].removeprefix("bytes=").removesuffix("-")) > 0


def test_a_server_that_cannot_resume_starts_over(server: Hub, tmp_path: Path) -> None:
    server.break_after = 1_000_000
    with pytest.raises(HubError):
        download(server, tmp_path)
    server.break_after, server.resumes = None, False

    assert download(server, tmp_path).read_bytes() == DATA


def test_a_file_that_is_here_already_is_checked_and_not_fetched_again(server: Hub, tmp_path: Path) -> None:
    download(server, tmp_path)
    before = len(server.seen)

    download(server, tmp_path)

    assert [seen.method for seen in server.seen[before:]] == ["HEAD"]


def test_a_damaged_file_is_not_kept(server: Hub, tmp_path: Path) -> None:
    server.damage = True

    with pytest.raises(HubError, match="arrived damaged"):
        download(server, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_renamed_repository_is_followed_within_the_hub(server: Hub) -> None:
    server.renamed["old/name"] = REPO
    with hub.client({"HF_ENDPOINT": server.url}) as client:
        assert hub.look_up(client, "old/name", "m.gguf").size == len(DATA)


@pytest.mark.parametrize(
    ("code", "status", "sentence"),
    [
        ("GatedRepo", 403, "is gated: accept its terms"),
        ("RevisionNotFound", 404, "has no revision 'main'"),
        ("EntryNotFound", 404, "has no file 'm.gguf'"),
        ("RepoNotFound", 401, "there is no public repository"),
        ("", 503, "answers 503"),
    ],
)
def test_refusals_say_what_they_mean(server: Hub, code: str, status: int, sentence: str) -> None:
    server.refusal = (status, code)

    with pytest.raises(HubError, match=sentence):
        look_up(server)


def test_a_hub_without_checksums_is_not_believed(server: Hub) -> None:
    server.checksums = False

    with pytest.raises(HubError, match="gives no checksum"):
        look_up(server)


def test_a_hub_that_is_not_there_is_one_sentence() -> None:
    with (
        hub.client({"HF_ENDPOINT": "http://127.0.0.1:9"}) as client,
        pytest.raises(HubError, match="does not answer"),
    ):
        hub.look_up(client, REPO, "m.gguf")


def test_a_model_in_parts_is_all_its_parts() -> None:
    assert hub.shards("q4-00002-of-00003.gguf") == tuple(f"q4-0000{n}-of-00003.gguf" for n in (1, 2, 3))
    assert hub.shards("q4.gguf") == ("q4.gguf",)
