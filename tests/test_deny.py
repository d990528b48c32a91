"""Keys and passwords are told by their names; what only looks like them is not."""

from pathlib import PurePath

import msgspec
import pytest

from quintet.workspace.deny import Deny, denied, others_of

SECRETS = [
    ".env",
    "app/.env.local",
    "app/.ENV",
    "prod.env",
    ".envrc",
    "certs/server.pem",
    "certs/Server.KEY",
    "AuthKey_12AB.p8",
    "id_rsa",
    "deploy/id_ed25519.old",
    "keys/private.asc",
    "release-Secret-key.asc",
    "secring.gpg",
    "host.keytab",
    ".aws/config",
    "home/.ssh/known_hosts",
    "home/.SSH/id_rsa.pub",
    "a/.config/gcloud/properties",
    ".config/gcloud/logs/x.log",
    ".netrc",
    ".npmrc",
    "pip.conf",
    ".git/config",
    "lib/.git/config",
    ".config/gh/hosts.yml",
    ".cargo/credentials.toml",
    ".m2/settings.xml",
    ".dockercfg",
    "kubeconfig",
    "deploy/kubeconfig.yaml",
    "prod.kubeconfig",
    ".vault-token",
    "infra/prod.tfvars",
    "infra/prod.auto.tfvars.json",
    "terraform.tfstate.backup",
    "credentials.json",
    "user_accessKeys.csv",
    "client_secret_123.apps.json",
    "my-service-account.json",
    "service_account_key.json",
    "app-firebase-adminsdk-x1.json",
    "application_default_credentials.json",
    "config/secrets.yml",
    ".streamlit/secrets.toml",
    ".secrets.toml",
    ".bash_history",
]

SOURCES = [
    "app.py",
    ".env.example",
    "prod.env.sample",
    ".env.local.example",
    "env.py",
    "keys.py",
    "id_rsa.pub",
    "pem/reader.py",
    ".envrc.py",
    "ssh/client.py",
    "git/config",
    "gcloud/deploy.py",
    "service-account.yaml",
    "service_account.py",
    "chart/templates/secret.yaml",
    "secrets.py",
    "secrets.go",
    ".secrets.baseline",
    "credentials.py",
    "locales/en/auth.json",
    "src/settings.xml",
    "book/chapter.asc",
    "release.tar.gz.asc",
    "history.py",
    "kubeconfig.go",
    "token.json",
    "",
    "/",
    "a//b",
]


@pytest.mark.parametrize("path", SECRETS)
def test_secrets_are_denied_with_a_reason(path: str) -> None:
    reason = denied(path)
    assert reason is not None
    assert reason.startswith(path)
    assert reason.endswith(".")


@pytest.mark.parametrize("path", SOURCES)
def test_sources_are_not(path: str) -> None:
    assert denied(path) is None


def test_the_folder_is_named_where_it_is_the_reason() -> None:
    assert denied("a/.aws/b/c") == "a/.aws/b/c lies in .aws, where credentials are kept."
    assert denied("x/.config/gcloud/c") == "x/.config/gcloud/c lies in gcloud, where credentials are kept."
    assert denied("a.pem") == "a.pem may hold keys or passwords."


def test_the_user_s_patterns_add_to_the_list() -> None:
    deny = Deny(("*.secret", "/private/", "data/**/raw", "!kept.secret"))
    assert deny.denied("a/b.secret") == "a/b.secret is on your deny list."
    assert deny.denied("private/a/b.py")
    assert deny.denied("data/x/raw/b.py")
    assert deny.denied("kept.secret") is None
    assert deny.denied("a/private/b.py") is None
    assert deny.denied("a.pem") == denied("a.pem")
    assert denied("a.secret") is None
    assert denied("a.secret", deny) == "a.secret is on your deny list."


def test_no_pattern_of_the_user_s_takes_anything_off_the_list() -> None:
    deny = Deny(("!*", "!.env", "!.ssh/"))
    assert deny.denied(".env") == denied(".env")
    assert deny.denied(".ssh/config") == denied(".ssh/config")
    assert deny.entry(".ssh", folder=True) == "credentials are kept there"
    assert deny.entry(".env", folder=False) == "may hold keys or passwords"


def test_a_walk_judges_entry_by_entry() -> None:
    deny = Deny(("own/", "*.own"))
    assert deny.entry("a/own", folder=True) == "on your deny list"
    assert deny.entry("a/own", folder=False) is None
    assert deny.entry("a/b.own", folder=False) == "on your deny list"
    assert deny.entry("a/b.py", folder=False) is None
    assert deny.entry(".env", folder=True) is None


def test_patterns_that_deny_nothing_are_told() -> None:
    assert Deny(("*.key", "[", "# note")).unusable == ("[",)
    assert Deny().unusable == ()
    assert Deny(("a",)) == Deny(("a",))


# --- folders inside one another -----------------------------------------------------------------------

OUT, PKG, BESIDE = PurePath("/out"), PurePath("/out/pkg"), PurePath("/out/pkg2")


def test_what_a_folder_inside_denies_is_denied_around_it_too() -> None:
    inner = ("private/", "/top/", "*.log", "!kept.log")
    deny = Deny(("*.own",), others_of(OUT, [(OUT, ("*.own",)), (PKG, inner), (BESIDE, ())]))
    assert (
        deny.denied("pkg/a/private/b.py") == "pkg/a/private/b.py is on the deny list of another open folder."
    )
    assert all(map(deny.denied, ("pkg/private/a", "pkg/top/a", "pkg/a.log", "pkg/a.own")))
    for free in ("private/a", "pkg2/private/a", "pkg/a/top/b", "pkg/kept.log", "a.log", "pkg", "pkg/a.py"):
        assert deny.denied(free) is None
    assert deny.entry("pkg/private", folder=True) == "on the deny list of another open folder"
    assert deny.entry("pkg/private", folder=False) is None
    assert deny.entry("private", folder=True) is None


def test_what_a_folder_denies_is_denied_in_one_inside_it_too() -> None:
    deny = Deny((), others_of(PKG, [(OUT, ("/pkg/a/", "/b/", "*.log")), (BESIDE, ("*",))]))
    assert all(map(deny.denied, ("a/x.py", "x.log")))
    assert not any(map(deny.denied, ("b/x.py", "c/a/x.py", "x.py")))
    assert deny.entry("a", folder=True)


def test_a_folder_that_is_denied_from_around_it_shows_nothing() -> None:
    deny = Deny(("!*",), others_of(PKG, [(OUT, ("pkg/",))]))
    assert deny.denied("a.py")
    assert deny.entry("a.py", folder=False)


def test_lists_are_values_that_can_be_sent() -> None:
    deny = Deny(("a",), others_of(OUT, [(PKG, ("b",))]))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(deny), type=Deny) == deny
    assert len({deny, Deny(("a",), (("pkg/", "", ("b",)),)), Deny(("a",))}) == 2
