"""Which files judge a patch, and so must not be changed by it.

Decided by names alone; knows nothing of runs or verdicts.
"""

import re
from pathlib import PurePosixPath

_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs", "testdata", "fixtures"})
_TEST_NAME = re.compile(
    r"^(tests?|run[_-]?tests?|test[_-].*|.*[._-](tests?|spec|specs))\.[A-Za-z]+$|^.+Tests?\.(java|kt|cs)$"
)
_JUDGES = frozenset({"pytest", "_pytest", "unittest"})  # packages that would stand before the real ones
_CONFIGURATION = frozenset({
    "conftest.py", "sitecustomize.py", "usercustomize.py", "pytest.py", "unittest.py", "pytest.ini",
    ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "noxfile.py", ".coveragerc", "package.json",
    ".npmrc", "Makefile", "tsconfig.json",
})  # fmt: skip
_CONFIGURATION_NAME = re.compile(
    r"^(jest|vitest|ava|karma|playwright|babel)\.config\.[cm]?[jt]s(on)?$"
    r"|^(jest|vitest)\.setup\.[cm]?[jt]sx?$|^vitest\.workspace\.([cm]?[jt]s|json)$|\.pth$|^\.mocharc\."
)


def judges(path: str) -> bool:
    """Whether the workspace-relative path is a test's or decides how tests are found and run."""
    return is_test(path) or is_configuration(path)


def is_test(path: str) -> bool:
    """Whether the file is named like a test, or lies where tests lie."""
    pure = PurePosixPath(path)
    return any(part in _TEST_FOLDERS for part in pure.parts[:-1]) or bool(_TEST_NAME.match(pure.name))


def is_configuration(path: str) -> bool:
    """Whether the file decides how tests are found and run."""
    pure = PurePosixPath(path)
    name = pure.name
    if not _JUDGES.isdisjoint(pure.parts[:-1]):
        return True
    return name in _CONFIGURATION or bool(_CONFIGURATION_NAME.search(name))
