"""Which files a patch may not touch, by their names."""

import pytest

from quintet.tools.protect import is_configuration, judges


@pytest.mark.parametrize(
    "path",
    [
        "pytest/__init__.py", "src/_pytest/runner.py", "unittest/case.py", "tsconfig.json", "web/tsconfig.json",
        "jest.setup.js", "jest.setup.ts", "vitest.setup.mts", "vitest.workspace.ts", "vitest.workspace.json",
    ],
)  # fmt: skip
def test_what_could_stand_in_for_the_judge_is_protected(path: str) -> None:
    assert is_configuration(path)
    assert judges(path)


@pytest.mark.parametrize(
    "path", ["pytest_plugin/core.py", "src/setup.js", "a/workspace.ts", "mytsconfig.json", ""]
)
def test_what_only_sounds_like_it_is_not(path: str) -> None:
    assert not judges(path)
