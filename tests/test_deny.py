"""Keys and passwords are told by their names; what only looks like them is not."""

import pytest

from quintet.workspace.deny import denied


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "app/.env.local",
        "app/.ENV",
        "prod.env",
        "certs/server.pem",
        "certs/Server.KEY",
        "id_rsa",
        "deploy/id_ed25519.old",
        ".aws/config",
        "home/.ssh/known_hosts",
        ".netrc",
        ".npmrc",
        "infra/prod.tfvars",
    ],
)
def test_secrets_are_denied_with_a_reason(path: str) -> None:
    reason = denied(path)
    assert reason is not None
    assert reason.startswith(path)
    assert reason.endswith(".")


@pytest.mark.parametrize(
    "path",
    [
        "app.py",
        ".env.example",
        "env.py",
        "keys.py",
        "id_rsa.pub",
        "pem/reader.py",
        ".envrc.py",
        "ssh/client.py",
        "",
    ],
)
def test_sources_are_not(path: str) -> None:
    assert denied(path) is None
