"""Files no model and no trace may ever see, whatever the user's ignore files say: keys and passwords.

Names in, a reason out; this module touches no disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quintet.workspace.patterns import Patterns

_FOLDERS = """
.ssh/
.gnupg/
.aws/
.azure/
.kube/
.docker/
.password-store/
.secrets/
**/.config/gcloud/
"""

_FILES = """
# environments
.env
.env.*
*.env
.envrc
!*.env.example
!*.env.sample
!*.env.template
!*.env.dist
!.env.*.example
!.env.*.sample
!.env.*.template
!.env.*.dist

# private keys and the stores that hold them
*.pem
*.key
*.p8
*.p12
*.pfx
*.pkcs12
*.jks
*.jceks
*.bks
*.keystore
*.keytab
*.kdb
*.kdbx
*.psafe3
*.ppk
*.agekey
*.ovpn
id_rsa*
id_dsa*
id_ecdsa*
id_ed25519*
secring.*
*private*.asc
*secret*.asc
!*.pub

# what tools log in with
.netrc
_netrc
.pgpass
pgpass.conf
.my.cnf
.mylogin.cnf
.pypirc
pip.conf
.npmrc
.yarnrc.yml
.git-credentials
**/.git/config
**/.config/git/credentials
**/.config/gh/hosts.yml
**/.cargo/credentials
**/.cargo/credentials.toml
**/.gem/credentials
**/.m2/settings.xml
**/.composer/auth.json
**/.vscode/sftp.json
sftp-config.json
.ftpconfig
.htpasswd
.htdigest
.dockercfg
.dockerconfigjson
kubeconfig
kubeconfig.y*ml
*.kubeconfig
.vault-token
.terraformrc
terraform.rc
credentials.tfrc.json
.s3cfg
.boto

# credentials under their own names
credentials.json
credentials.csv
*accesskeys.csv
application_default_credentials.json
client_secret*.json
*service-account*.json
*service_account*.json
serviceaccount*.json
*firebase-adminsdk*.json
secrets.y*ml
secrets.json
secrets.toml
.secrets
.secrets.*
!.secrets.baseline
*.tfstate
*.tfstate.*
*.tfvars
*.tfvars.json

# typed passwords
.*_history
"""


Other = tuple[str, str, tuple[str, ...]]
"""Another folder's patterns: they hold for paths here that begin with the first text, and see the second in
its place. Both end in a slash, or are empty."""


@dataclass(frozen=True, slots=True)
class Deny:
    """The deny list: what is built in, and the user's own `patterns` in gitignore syntax.

    The built-in list is always on, reads names without regard to case, and no pattern of the user's lifts it.
    A file that lies in a denied folder is denied. The list would rather hide a harmless file than show a key,
    but leaves alone what projects are made of:

    - `*.p8` is on it (Apple's and other PKCS #8 keys), though PICO-8 games end so too; `*.asc` is not, since
      signatures and AsciiDoc books end so, only those that have "private" or "secret" in the name;
    - service accounts and client secrets are told by their names, and only as JSON: the manifests of
      Kubernetes called `service-account.yaml` hold no key;
    - `secrets.yml`, `.json` and `.toml` are on it (Rails, Streamlit, Home Assistant), while `secret.yaml` is
      not: in most charts that is a template without a secret;
    - `auth.json`, `settings.xml`, `nuget.config`, `wp-config.php`, `database.yml`, `application.properties`
      are not, but for the copies that tools keep in folders of their own: they are sources first of all;
    - `.secrets.baseline` and the examples of an `.env` are made to be shared.

    `others` are the lists of folders inside this one or around it, which hold here too, each for itself.
    """

    patterns: tuple[str, ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def unusable(self) -> tuple[str, ...]:
        """The user's patterns that mean nothing: they deny nothing, and the user should be told."""
        return _compiled(self.patterns).unusable

    def denied(self, path: str) -> str | None:
        """Why the file at a relative path must not be read, in a sentence; None where it may be."""
        lowered = path.lower()
        if folder := _credentials(lowered):
            return f"{path} lies in {folder}, where credentials are kept."
        if _built_in(_FILES).verdict(lowered, folder=False):
            return f"{path} may hold keys or passwords."
        if self.patterns and _compiled(self.patterns).holds(path):
            return f"{path} is on your deny list."
        if self.others and self._elsewhere(path, folder=False):
            return f"{path} is on the deny list of another open folder."
        return None

    def entry(self, path: str, *, folder: bool) -> str | None:
        """The same in a few words for a walk, which does not enter a folder that is denied."""
        if _built_in(_FOLDERS if folder else _FILES).verdict(path.lower(), folder=folder):
            return "credentials are kept there" if folder else "may hold keys or passwords"
        if self.patterns and _compiled(self.patterns).verdict(path, folder=folder):
            return "on your deny list"
        if self.others and self._elsewhere(path, folder=folder):
            return "on the deny list of another open folder"
        return None

    def _elsewhere(self, path: str, *, folder: bool) -> bool:
        """Whether one of the others denies it. They may deny a folder that no walk from here goes through."""
        return any(
            _compiled(patterns).holds(there + path.removeprefix(here), folder=folder)
            for here, there, patterns in self.others
            if path.startswith(here)
        )


def others_of(root: PurePath, lists: Iterable[tuple[PurePath, tuple[str, ...]]]) -> tuple[Other, ...]:
    """Of the patterns of several folders those that hold in `root` too, as `Deny.others` has them."""
    found = []
    for other, patterns in lists:
        if not patterns or other == root:
            continue
        if other.is_relative_to(root):
            found.append((f"{other.relative_to(root).as_posix()}/", "", patterns))
        elif root.is_relative_to(other):
            found.append(("", f"{root.relative_to(other).as_posix()}/", patterns))
    return tuple(sorted(found))


BUILT_IN = Deny()
"""The deny list of a user who has added nothing to it."""


def denied(path: str, deny: Deny = BUILT_IN) -> str | None:
    """Why the file at a relative path must not be read; None where it may be."""
    return deny.denied(path)


def _credentials(path: str) -> str | None:
    """The folder of a path that is known to hold credentials."""
    end = path.find("/")
    while end >= 0:
        if _built_in(_FOLDERS).verdict(path[:end], folder=True):
            return path[path.rfind("/", 0, end) + 1 : end]
        end = path.find("/", end + 1)
    return None


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> "Patterns":
    from quintet.workspace.patterns import Patterns  # noqa: PLC0415 -- a server that starts denies nothing yet

    return Patterns(patterns)


@cache
def _built_in(lines: str) -> "Patterns":
    from quintet.workspace.patterns import Patterns, lines_of  # noqa: PLC0415 -- as above

    return Patterns(lines_of(lines))
