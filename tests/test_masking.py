"""What looks like a secret, and what only looks as if it did."""

import pytest

from quintet.workspace.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("use sk-" + "abcDEF123456" * 3 + " now", "use sk-… now"),
        ("sk-proj-" + "abc_DEF-123456" * 3, "sk-…"),
        ("ghp_" + "a" * 36, "ghp_…"),
        ("github_pat_" + "a1_" * 12, "github_pat_…"),
        ("AKIAIOSFODNN7EXAMPLE.", "AKIA…."),
        ("Authorization: Bearer abcdef.123456", "Authorization: Bearer …"),
        ("eyJhbGciOiJIUzI1.eyJzdWIi.c2lnbmVk", "eyJ…"),
        ("postgres://me:hunter2@host/db", "postgres://me:…@host/db"),
        ("password=hunter2&user=me", "password=…&user=me"),
        ("password: 'two words'", "password: …"),
        ('{"api_key": "abc"}', '{"api_key": …}'),
        ("GITHUB_TOKEN=abc", "GITHUB_TOKEN=…"),
        ("?key=AbCd1234efgh", "?key=…"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "-----BEGIN RSA PRIVATE KEY-----… x"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----…"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "sorted(rows, key=len)",
        "key=itemgetter(1)",
        "line 3: `password == stored` → `compare(password, stored)`",
        "password=ask(prompt)",
        "AssertionError: assert token.kind is None",
        "task-list-of-everything-to-be-done",
        "https://example.org/path:8080",
        "the token was read",
    ],
)
def test_code_and_prose_are_left_as_they_are(text: str) -> None:
    assert masked(text) == text
