import pytest

from quintet.workspace.testfiles import is_test_file


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/test_a.py", True),
        ("a_test.py", True),
        ("test.py", True),
        ("tests/helpers.py", True),
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src/__tests__/a.js", True),
        ("src/CartTest.py", True),
        ("tests/conftest.py", False),
        ("tests/__init__.py", False),
        ("src/contest.py", False),
        ("src/attestation.py", False),
        ("src/latest.js", False),
        ("testing.py", False),
    ],
)
def test_test_files_are_told_by_their_names(path: str, *, is_test: bool) -> None:
    assert is_test_file(path) == is_test
