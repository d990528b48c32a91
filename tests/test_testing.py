"""Tests written for a definition: from examples and by a model, and what becomes of them.

The model is a script; tests, sandbox and everything between are real.
"""

from pathlib import Path
from typing import Any

import pytest

from quintet.agents.task import Abandoned, Event, Note, StepStarted, Task, Unverified, Verified
from quintet.tools.sandbox import Sandbox
from scripts import script
from support import PYTEST, Lay, ending, run

SHOP = '''def total(prices, discount):
    """The sum of the prices, less the discount in percent.

    >>> prices = [10, 20]
    >>> total(prices, 10)
    27.0
    """
    return sum(prices) * (100 - discount) / 100


def cheapest(prices):
    return min(prices)
'''
TESTS = "from shop import cheapest\n\n\ndef test_cheapest():\n    assert cheapest([3, 1, 2]) == 1\n"
FILES = {"shop.py": SHOP, "tests/test_shop.py": TESTS}
TOTAL = Task(kind="test", path="shop.py", line=8, test_command=PYTEST)
CHEAPEST = Task(kind="test", path="shop.py", line=12, test_command=PYTEST)


def answer(*lines: str, imports: str = "from shop import cheapest") -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"```python\n{imports}\n\n\ndef test_it():\n{body}\n```"


TELLING = answer("assert cheapest([3, 1, 2]) == 1")
VAIN = answer("assert cheapest([4]) == 4 or True")


def notes(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Note))


async def outcome(task: Task, root: Path, sandbox: Sandbox, backend: Any = None, **wiring: Any) -> Any:
    return ending(await run(task, root, sandbox, backend=backend, ranking="model", **wiring)).outcome


async def test_examples_of_the_documentation_become_a_test_file(lay: Lay, sandbox: Sandbox) -> None:
    events = await run(TOTAL, lay(FILES), sandbox)
    found = ending(events).outcome
    assert isinstance(found, Verified)
    (file,) = found.patch.files
    assert (file.path, file.base) == ("tests/test_total.py", None)
    assert file.edits[0].text == (
        "from shop import total\n\n\ndef test_total_examples():\n"
        "    prices = [10, 20]\n    assert total(prices, 10) == 27.0\n"
    )
    assert found.verdict.reason.startswith("The new test passes, and fails on ")
    assert found.verdict.reason.endswith(" changes to total().")
    assert found.verdict.after is not None
    assert "tests/test_total.py::test_total_examples" in found.verdict.after.outcomes
    assert [event.role for event in events if isinstance(event, StepStarted)] == ["planner", "tester"]


async def test_a_model_writes_what_examples_do_not_say(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    backend = script(tmp_path, {"match": "You are the Tester. Write one short test file", "text": TELLING})
    found = await outcome(CHEAPEST, lay(FILES), sandbox, backend)
    assert isinstance(found, Verified)
    assert found.patch.files[0].path == "tests/test_cheapest.py"
    asked = backend.requests[0].messages[1].content
    assert "Import: `from shop import cheapest`" in asked
    assert "Framework: pytest" in asked


async def test_a_test_that_fails_on_the_code_as_it_stands_is_refused_and_written_anew(
    lay: Lay, sandbox: Sandbox, tmp_path: Path
) -> None:
    backend = script(
        tmp_path,
        {"match": "The test fails on the code as it stands: ", "text": TELLING},
        {"match": "You are the Tester", "text": answer("assert cheapest([3, 1]) == 3")},
    )
    events = await run(CHEAPEST, lay(FILES), sandbox, backend=backend, ranking="model")
    assert isinstance(ending(events).outcome, Verified)
    assert "The test fails on the code as it stands: AssertionError: assert 1 == 3" in notes(events)


async def test_a_test_that_notices_nothing_is_unverified(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    vain = answer("assert callable(cheapest)")
    backend = script(tmp_path, {"match": "You are the Tester", "text": vain, "repeat": True})
    found = await outcome(CHEAPEST, lay(FILES), sandbox, backend, mode="fast")
    assert isinstance(found, Unverified)
    assert found.reason.startswith("the new test passes, but it fails on none of ")
    assert "+    assert callable(cheapest)" in found.diff


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (answer("assert cheapest([3, 1]) == 3"), "fails on the code as it stands"),
        ("```python\ndef test_it(:\n```", "does not parse"),
        ("I would rather not.", "no fenced block"),
        ("```python\nx = 1\n```", "found no tests"),
    ],
)
async def test_what_does_not_stand_ends_with_the_reason(
    lay: Lay, sandbox: Sandbox, tmp_path: Path, text: str, word: str
) -> None:
    backend = script(tmp_path, {"match": "You are the Tester", "text": text, "repeat": True})
    found = await outcome(CHEAPEST, lay(FILES), sandbox, backend, mode="fast")
    assert isinstance(found, Abandoned)
    assert found.reason.startswith("no test that was written stands. ")
    assert word in found.reason


async def test_a_test_that_breaks_the_suite_is_refused(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    spoiling = (
        "```python\nimport shop\nfrom shop import cheapest\n\n\ndef test_it():\n"
        "    assert cheapest([3, 1]) == 1\n    shop.cheapest.__code__ = (lambda prices: 0).__code__\n```"
    )
    backend = script(tmp_path, {"match": "You are the Tester", "text": spoiling, "repeat": True})
    found = await outcome(CHEAPEST, lay(FILES), sandbox, backend, mode="fast")
    assert isinstance(found, Abandoned)
    assert "With the new test the suite does not hold. tests/test_shop.py::test_cheapest" in found.reason


async def test_without_examples_and_without_a_capable_model_the_user_is_told(
    lay: Lay, sandbox: Sandbox
) -> None:
    found = await outcome(CHEAPEST, lay(FILES), sandbox)
    assert isinstance(found, Abandoned)
    assert found.reason.startswith("Writing a test that is not among the examples (>>>)")
    assert found.reason.endswith("no model is connected. Choose another with quintet.chooseBackend.")


async def test_examples_that_are_wrong_are_no_test_but_news(lay: Lay, sandbox: Sandbox) -> None:
    wrong = {**FILES, "shop.py": SHOP.replace("27.0", "33.0")}
    found = await outcome(TOTAL, lay(wrong), sandbox)
    assert isinstance(found, Abandoned)
    assert (
        "documentation were tried. The test fails on the code as it stands: AssertionError: assert 27.0 == 33.0"
        in found.reason
    )


async def test_outside_a_definition_there_is_nothing_to_test(lay: Lay, sandbox: Sandbox) -> None:
    files = {**FILES, "shop.py": "TAX = 19\n"}
    task = Task(kind="test", path="shop.py", line=1, test_command=PYTEST)
    found = await outcome(task, lay({**files, "tests/test_shop.py": "def test_it():\n    pass\n"}), sandbox)
    assert isinstance(found, Abandoned)
    assert "no definition at this place" in found.reason


async def test_the_first_test_of_a_workspace_is_written_for_unittest(lay: Lay, sandbox: Sandbox) -> None:
    found = await outcome(Task(kind="test", path="shop.py", line=1), lay({"shop.py": SHOP}), sandbox)
    assert isinstance(found, Verified)
    text = found.patch.files[0].edits[0].text
    assert text == (
        "import unittest\n\nfrom shop import total\n\n\nclass TestTotal(unittest.TestCase):\n"
        "    def test_examples(self):\n        prices = [10, 20]\n"
        "        self.assertEqual(total(prices, 10), 27.0)\n"
    )


async def test_a_command_that_does_not_run_the_new_test_is_named(lay: Lay, sandbox: Sandbox) -> None:
    task = Task(kind="test", path="shop.py", line=8, test_command=f"{PYTEST} tests/test_shop.py")
    found = await outcome(task, lay(FILES), sandbox)
    assert isinstance(found, Unverified)
    assert found.reason.endswith("tests/test_shop.py` does not run it")


async def test_under_node_a_model_writes_a_test(lay: Lay, sandbox: Sandbox, tmp_path: Path) -> None:
    root = lay(
        {
            "src/math.js": "function add(a, b) {\n  return a + b;\n}\n\nmodule.exports = { add };\n",
            "test/other.test.js": 'require("node:test")("other", () => {});\n',
        }
    )
    text = (
        '```js\nconst test = require("node:test");\nconst assert = require("node:assert/strict");\n'
        'const { add } = require("../src/math.js");\n\ntest("adds", () => assert.equal(add(1, 2), 3));\n```'
    )
    backend = script(tmp_path, {"match": "You are the Tester", "text": text})
    task = Task(kind="test", path="src/math.js", line=2, test_command="node --test")
    found = await outcome(task, root, sandbox, backend)
    assert isinstance(found, Verified)
    assert found.patch.files[0].path == "test/add.test.js"
    assert 'const { add } = require("../src/math.js");' in backend.requests[0].messages[1].content
