"""Which files are tests by their names; knows nothing of what is in them."""

import re
from pathlib import PurePosixPath

_TEST_NAME = re.compile(r"(?:^|[._-])(?:tests?|spec)(?:[._-]|$)|Tests?$", re.ASCII)
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs"})
_NOT_TESTS = frozenset({"conftest", "__init__"})


def is_test_file(path: str) -> bool:
    """Whether a path is named the way test files are, by itself or by its folder."""
    parts = PurePosixPath(path)
    if parts.stem in _NOT_TESTS:
        return False
    return bool(_TEST_NAME.search(parts.stem)) or not _TEST_FOLDERS.isdisjoint(parts.parts[:-1])
