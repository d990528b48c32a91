"""Text as it may be shown, sent and kept: without what looks like a secret.

Knows how keys and passwords are written; nothing of files or who reads the text.
"""

import re
from functools import cache


def masked(text: str) -> str:
    """The text with an ellipsis in place of what looks like a key, a token or a password."""
    for pattern in _secrets():
        text = pattern.sub(r"\1…", text)
    return text


@cache
def _secrets() -> tuple[re.Pattern[str], ...]:
    """What is recognised; the first group stays. Not compiled before it is needed.

    A value that is called, as in `password=ask()`, is code. A bare `key=` is common in code as well, so its
    value must have digits in it.
    """
    return (
        re.compile(r"\b(sk-|[sr]k_(?:live|test)_|hf_|glpat-|xox[abprs]-|AIza|ya29\.)[\w.-]{16,}"),
        re.compile(r"\b(gh[opsur]_|github_pat_)\w{16,}"),
        re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{12,}"),
        re.compile(r"\b(eyJ)[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"),
        re.compile(r"\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE),
        re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]{0,100}:)[^\s/@]+(?=@)", re.IGNORECASE),
        re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        re.compile(
            r"((?:(?:api|access|auth|secret|private)[_-]?key|secret|token|passw(?:or)?d|passphrase)"
            r"[\"']?\s{0,3}[=:]\s{0,3})(?:\"[^\"\n]+\"|'[^'\n]+'|[^\s\"',;&()\[\]{}=]++(?!\())",
            re.IGNORECASE,
        ),
        re.compile(
            r"(\bkey[\"']?\s{0,3}[=:]\s{0,3}[\"']?)(?=[\w+/.-]*\d)[\w+/=.-]{8,}+(?!\()", re.IGNORECASE
        ),
    )
