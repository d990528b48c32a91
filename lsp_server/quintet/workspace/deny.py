"""Files no model and no trace may ever see, whatever the user's ignore files say: keys and passwords.

Names in, a reason out; this module touches no disk.
"""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

_FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"})
_HARMLESS = (".env.example", ".env.sample", ".env.template", ".env.dist", "*.pub")
_FILES = (
    ".env",
    ".env.*",
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".pypirc",
    ".npmrc",
    ".yarnrc.yml",
    ".git-credentials",
    ".htpasswd",
    "credentials.json",
    "*.tfstate",
    "*.tfvars",
)


def denied(path: str) -> str | None:
    """Why the file at a relative path must not be read; None where it may be."""
    parts = PurePosixPath(path.lower()).parts
    if folder := next((part for part in parts[:-1] if part in _FOLDERS), None):
        return f"{path} lies in {folder}, where credentials are kept."
    name = parts[-1] if parts else ""
    if any(fnmatchcase(name, pattern) for pattern in _HARMLESS):
        return None
    if any(fnmatchcase(name, pattern) for pattern in _FILES):
        return f"{path} may hold keys or passwords."
    return None
