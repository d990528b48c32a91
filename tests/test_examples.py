"""Examples of a documentation as tests, and where these go."""

import pytest

from quintet.agents.examples import documentation, examples_test
from quintet.agents.places import Place, module_of, place_for
from quintet.agents.run import Run
from quintet.agents.targets import Target, defined
from quintet.agents.task import Budget, Task
from quintet.tools.sandbox import Sandbox
from quintet.workspace.snapshot import Snapshot, open_snapshot
from support import Lay

PYTEST = Place("pytest", "test_x.py", "from shop import total")
UNITTEST = Place("unittest", "test_x.py", "from shop import total")


def target_in(snapshot: Snapshot, path: str, line: int = 1) -> Target:
    found = defined(snapshot, path, line)
    assert found is not None
    return found


def documented(lay: Lay, examples: str, head: str = "def total(prices):") -> Target:
    lines = "\n".join(f"    {line}" if line else "" for line in examples.splitlines())
    text = f'{head}\n    """What it does.\n\n{lines}\n    """\n\n\ndef helper():\n    pass\n'
    return target_in(open_snapshot(lay({"shop.py": text})), "shop.py")


def body_of(text: str | None) -> list[str]:
    assert text is not None
    return [line.strip() for line in text.partition("def test_")[2].splitlines()[1:]]


def test_what_calls_the_definition_and_gives_a_literal_is_checked(lay: Lay) -> None:
    target = documented(
        lay,
        ">>> basket = [1]\n>>> total(basket)\n1\n>>> total(basket) > 0\nTrue\n>>> helper()\n>>> total([])\n[]",
    )
    text = examples_test(target, PYTEST)
    assert body_of(text) == [
        "basket = [1]",
        "assert total(basket) == 1",
        "assert (total(basket) > 0) is True",
        "helper()",
        "assert total([]) == []",
    ]
    assert text is not None
    assert text.startswith("from shop import helper, total\n")


def test_unittest_asserts_by_its_own_method(lay: Lay) -> None:
    text = examples_test(documented(lay, ">>> total([1])\n1"), UNITTEST)
    assert body_of(text) == ["self.assertEqual(total([1]), 1)"]


@pytest.mark.parametrize(
    "examples",
    [
        "no example",
        ">>> total([1])\n<Total 1>",
        ">>> print(total([1]))\n1",
        ">>> helper()\n1",
        ">>> total([])\nTraceback (most recent call last):\n    ...\nValueError",
        ">>>total([1])\n1",
        ">>> total([1]",
    ],
)
def test_what_cannot_be_checked_makes_no_test(lay: Lay, examples: str) -> None:
    assert examples_test(documented(lay, examples), PYTEST) is None


def test_what_the_user_says_counts_like_the_documentation(lay: Lay) -> None:
    text = examples_test(documented(lay, "nothing"), PYTEST, "It should be so:\n\n>>> total([2])\n2\n")
    assert body_of(text) == ["assert total([2]) == 2"]


def test_a_docstring_is_read_whole(lay: Lay) -> None:
    assert documentation(documented(lay, "One.\n\nTwo.")).endswith("One.\n\nTwo.")


def test_modules_are_named_from_above_their_outermost_package(lay: Lay) -> None:
    files = (
        "a/__init__.py",
        "a/b/__init__.py",
        "a/b/c.py",
        "src/d/e.py",
        "src/f/__init__.py",
        "src/f/g.py",
        "h.py",
    )
    snapshot = open_snapshot(lay(dict.fromkeys(files, "x = 1\n")))
    names = {path: module_of(snapshot, path) for path in files}
    assert names == {
        "a/__init__.py": "a",
        "a/b/__init__.py": "a.b",
        "a/b/c.py": "a.b.c",
        "src/d/e.py": "d.e",
        "src/f/__init__.py": "f",
        "src/f/g.py": "f.g",
        "h.py": "h",
    }


@pytest.mark.parametrize(
    ("others", "path"),
    [
        ({}, "test_total.py"),
        ({"tests/test_other.py": ""}, "tests/test_total.py"),
        ({"tests/test_total.py": ""}, "tests/test_shop_total.py"),
        ({"tests/fixtures/test_data.py": "", "checks/test_it.py": ""}, "checks/test_total.py"),
        ({"a/test_1.py": "", "a/test_2.py": "", "b/test_shop.py": ""}, "b/test_total.py"),
    ],
)
def test_a_new_test_stands_beside_the_others(
    lay: Lay, sandbox: Sandbox, others: dict[str, str], path: str
) -> None:
    snapshot = open_snapshot(lay({"shop.py": "def total():\n    pass\n", **others}))
    run = Run(Task(kind="test"), snapshot, sandbox, None, Budget(), ("fast",))
    place = place_for(run, target_in(snapshot, "shop.py"))
    assert place is not None
    assert place.path == path
    assert place.imports == "from shop import total"


def test_modules_of_node_are_imported_as_they_are_written(lay: Lay, sandbox: Sandbox) -> None:
    snapshot = open_snapshot(
        lay(
            {
                "lib/a.js": "export function add() {}\n",
                "lib/b.cjs": "function add() {}\n",
                "lib/c.ts": "function add() {}\n",
                "test/x.test.js": "",
            }
        )
    )
    run = Run(Task(kind="test"), snapshot, sandbox, None, Budget(), ("fast",))
    places = [place_for(run, target_in(snapshot, path)) for path in ("lib/a.js", "lib/b.cjs", "lib/c.ts")]
    assert places == [
        Place("node", "test/add.test.js", 'import { add } from "../lib/a.js";'),
        Place("node", "test/add.test.cjs", 'const { add } = require("../lib/b.cjs");'),
        None,
    ]
