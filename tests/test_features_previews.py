"""Changes shown before they are made, in our own clients and in those that ask piece by piece."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from in_memory import CAPABLE, Editor, editor
from support import Lay

OURS = CAPABLE | {"experimental": {"quintet": {"preview": True, "status": True, "trace": True}}}
ANNOTATED = copy.deepcopy(CAPABLE)
ANNOTATED["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = {"groupsOnLabel": True}
SUMS = "def add(a, b):\n    return a - b\n"
TEST = """import unittest

from sums import add


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
"""
USES = "from sums import add\n\n\ndef twice(x):\n    return add(x, x)\n\n\n# add is used here\n\n\nclass Set:\n    def add(self, x):\n        return x\n"
OPTIONS = {"backend": "none", "mode": "fast", "test": {"command": "python -m unittest"}}


@pytest.fixture
def sums(lay: Lay) -> Path:
    return lay({"sums.py": SUMS, "test_sums.py": TEST, "uses.py": USES})


async def execute(it: Editor, command: str, *arguments: Any) -> Any:
    return await it.request("workspace/executeCommand", {"command": command, "arguments": [*arguments]})


def hunks(shown: Any) -> list[dict[str, Any]]:
    return [hunk for file in shown["files"] for hunk in file["hunks"]]


async def test_a_fix_is_shown_with_its_proof_and_made_when_it_is_taken(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS | {"preview": "always"})
        it.open(sums / "sums.py")
        it.replies["quintet/preview"] = lambda shown: {"accept": [each["id"] for each in hunks(shown)]}
        assert await execute(it, "quintet.fixTests") == {"applied": True}
        shown = await it.heard("quintet/preview")
        assert shown["verified"]
        assert shown["label"].startswith("Verified by python -m unittest: exit code 0")
        [file] = shown["files"]
        assert (file["path"], file["version"], file["after"]) == ("sums.py", 1, SUMS.replace("-", "+"))
        [hunk] = file["hunks"]
        assert (hunk["old"], hunk["new"]) == ("    return a - b\n", "    return a + b\n")
        assert hunk["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}}


@pytest.mark.parametrize("answer", [None, {"accept": []}, {"accept": "all"}, LookupError("no window")])
async def test_a_fix_that_is_refused_is_not_made(sums: Path, answer: Any) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS | {"preview": "always"})
        it.replies["quintet/preview"] = lambda _: answer
        assert await execute(it, "quintet.fixTests") == {"applied": False}
        assert not [each for each in it.received if each.get("method") == "workspace/applyEdit"]
        assert it.progress()[-1]["message"] == "Nothing was changed."


async def test_our_clients_are_given_commands_because_they_would_resolve_what_is_hovered(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS)
        actions = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        assert {each["command"]["command"] for each in actions} == {
            "quintet.fix",
            "quintet.fixInMode",
            "quintet.explain",
        }
        assert all("data" not in each for each in actions)


async def test_what_moved_while_it_was_looked_at_is_proven_again(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS | {"preview": "always"})
        uri = it.open(sums / "sums.py")

        def typed_meanwhile(shown: Any) -> Any:
            it.change(uri, 2, {"text": "# new\n\n" + SUMS})
            return {"accept": [each["id"] for each in hunks(shown)]}

        it.replies["quintet/preview"] = typed_meanwhile
        assert await execute(it, "quintet.fixTests") == {"applied": True}
        [change] = (await it.heard("workspace/applyEdit"))["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 2
        assert change["edits"][0]["range"]["start"]["line"] == 3


async def rename(it: Editor, root: Path, name: str = "plus") -> Any:
    place = {"uri": it.open(root / "sums.py"), "position": {"line": 0, "character": 5}}
    return await execute(it, "quintet.refactor", place | {"name": name})


async def test_a_rename_is_made_in_all_files_and_says_what_it_left(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, ANNOTATED, options=OPTIONS)
        done = await rename(it, sums)
        assert (done["applied"], done["files"]) == (True, 3)
        edit = (await it.heard("workspace/applyEdit"))["edit"]
        changed = {change["textDocument"]["uri"].rpartition("/")[2] for change in edit["documentChanges"]}
        assert changed == {"sums.py", "test_sums.py", "uses.py"}
        texts = {each["newText"] for change in edit["documentChanges"] for each in change["edits"]}
        assert texts == {"plus"}
        assert edit["changeAnnotations"]["quintet"]["needsConfirmation"]
        assert any(each["line"] == 7 and "comment" in each["why"] for each in done["left"])
        assert not [each for each in done["left"] if each["line"] == 11 and "comment" in each["why"]]


async def test_a_part_of_a_rename_that_breaks_tests_is_asked_about(sums: Path) -> None:
    (sums / "sums.py").write_text(SUMS.replace("-", "+"))
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS)

        def only_the_definition(shown: Any) -> Any:
            [definition] = [file for file in shown["files"] if file["path"] == "sums.py"]
            return {"accept": [each["id"] for each in definition["hunks"]]}

        it.replies["quintet/preview"] = only_the_definition
        it.replies["window/showMessageRequest"] = lambda asked: asked["actions"][1]
        assert (await rename(it, sums))["applied"] is False
        asked = await it.heard("window/showMessageRequest")
        assert "Not verified" in asked["message"]
        assert [each["title"] for each in asked["actions"]] == ["Apply it unverified", "Leave it"]


async def test_what_cannot_be_renamed_is_said_in_a_sentence(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        assert (await rename(it, sums, "not a name"))["applied"] is False
        assert it.shown()[-1].startswith("Quintet: ")


async def test_our_clients_are_told_how_things_stand_and_what_a_run_does(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS)
        await it.heard("quintet/status", busy=False, mode="fast", backend="none", failing=0)
        await execute(it, "quintet.fixTests")
        await it.heard("quintet/status", busy=True)
        await it.heard("quintet/status", busy=False, outcome="verified")
        stories = [each["params"]["story"] for each in it.received if each.get("method") == "quintet/trace"]
        assert stories[-1]["state"] == "verified"
        assert (await execute(it, "quintet.showTrace", {"show": False}))["story"] == stories[-1]
        assert await execute(it, "quintet.chooseMode", {"mode": "deep"}) == {"mode": "deep"}
        await it.heard("quintet/status", mode="deep")


async def test_what_was_fixed_no_longer_counts_as_failing(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS)
        await execute(it, "quintet.runTests")
        await it.heard("quintet/status", failing=1)
        it.received.clear()
        assert await execute(it, "quintet.fixTests") == {"applied": True}
        await it.heard("quintet/status", failing=0, busy=False)


async def test_a_client_that_is_not_ours_is_sent_nothing_of_our_own(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        await execute(it, "quintet.fixTests")
        assert not [each for each in it.received if str(each.get("method")).startswith("quintet/")]


async def test_the_mode_can_be_asked_for_with_the_fix(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        actions = await it.actions(it.open(sums / "test_sums.py"), 7, 4)
        [other] = [each for each in actions if each["title"].endswith("in another mode…")]
        it.replies["window/showMessageRequest"] = lambda asked: asked["actions"][2]
        assert await execute(it, "quintet.fixInMode", *other["command"]["arguments"]) == {"applied": True}
        assert [each["title"] for each in (await it.heard("window/showMessageRequest"))["actions"]] == [
            "auto",
            "fast",
            "standard",
            "deep",
        ]
        assert (await execute(it, "quintet.showTrace", {"show": False}))["story"]["mode"] == "standard"


async def test_new_code_that_nothing_proves_is_asked_about_and_says_so(lay: Lay, tmp_path: Path) -> None:
    root = lay({"a.py": "def area(w, h):\n    x = w * h\n    return x\n"})
    script = tmp_path / "script.jsonl"
    script.write_text(
        '{"profile": {"capable": true, "edit_format": "unit"}}\n'
        '{"match": "shorter", "text": "```python\\ndef area(w, h):\\n    return w * h\\n```", "repeat": true}\n'
    )
    async with editor() as it:
        await it.initialize(root, OURS, options={"backend": f"scripted:{script}"})
        uri = it.open(root / "a.py")
        it.replies["quintet/preview"] = lambda shown: {"accept": [each["id"] for each in hunks(shown)]}
        span = {"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}}
        asked = {"uri": uri, "range": span, "instruction": "make it shorter"}
        assert await execute(it, "quintet.rewrite", asked) == {"applied": True}
        shown = await it.heard("quintet/preview")
        assert shown["title"] == "Rewrite the selection (unverified)"
        assert not shown["verified"]
        assert shown["label"].startswith("Not verified: ")
        await it.heard("quintet/status", scripted=True, engine="scripted: scripted: script.jsonl")


async def test_a_part_of_a_fix_is_verified_again_before_it_is_made(lay: Lay) -> None:
    root = lay({
        "sums.py": SUMS + "\n\n\n\ndef sub(a, b):\n    return a + b\n",
        "test_sums.py": TEST.replace("import add", "import add, sub")
        + "\n    def test_sub(self):\n        self.assertEqual(sub(5, 3), 2)\n",
    })  # fmt: skip
    script = root.parent / "script.jsonl"
    fixed = SUMS.replace("-", "+") + "\n\n\n\ndef sub(a, b):\n    return a - b\n"
    answer = {"match": "", "text": f"```python\n{fixed}```", "repeat": True}
    profile = {"profile": {"capable": True, "edit_format": "whole"}}
    script.write_text("\n".join(map(json.dumps, (profile, answer))) + "\n")
    async with editor() as it:
        options = OPTIONS | {"backend": f"scripted:{script}", "preview": "always", "mode": "standard"}
        await it.initialize(root, OURS, options=options)
        it.replies["quintet/preview"] = lambda shown: {"accept": [hunks(shown)[0]["id"]]}
        it.replies["window/showMessageRequest"] = lambda asked: asked["actions"][1]
        assert await execute(it, "quintet.fixTests") == {"applied": False}
        assert len(hunks(await it.heard("quintet/preview"))) == 2
        asked = (await it.heard("window/showMessageRequest"))["message"]
        assert "the part that was taken does not stand by itself" in asked
        assert "test_sub" in asked


async def test_explaining_a_place_names_who_uses_it(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, options=OPTIONS)
        found = await execute(it, "quintet.explain", {"uri": it.open(sums / "sums.py"), "line": 1})
        assert found["text"].startswith("# function `add`")
        assert "uses.py" in found["text"]
        assert "test_sums.py" in found["text"]


async def test_an_editor_that_never_answers_an_edit_can_still_be_stopped(sums: Path) -> None:
    async with editor() as it:
        it.silent.add("workspace/applyEdit")
        await it.initialize(sums, options=OPTIONS)
        asked = it.ask("workspace/executeCommand", {"command": "quintet.fixTests", "arguments": []})
        await it.heard("workspace/applyEdit")
        assert await execute(it, "quintet.runTests")  # and it holds nobody else up
        assert await execute(it, "quintet.stop") == {"stopped": 1}
        assert (await it.answer(asked))["result"] == {"applied": False}


async def test_a_file_that_is_deleted_while_its_fix_is_looked_at_gets_none(sums: Path) -> None:
    async with editor() as it:
        await it.initialize(sums, OURS, options=OPTIONS | {"preview": "always"})

        def deleted_meanwhile(shown: Any) -> Any:
            (sums / "sums.py").unlink()
            return {"accept": [each["id"] for each in hunks(shown)]}

        it.replies["quintet/preview"] = deleted_meanwhile
        assert await execute(it, "quintet.fixTests") == {"applied": False}
        assert "sums.py is no longer there to be changed" in it.shown()[-1]
        assert not [each for each in it.received if each.get("method") == "workspace/applyEdit"]


@pytest.mark.parametrize("capabilities", [CAPABLE, ANNOTATED, OURS])
async def test_who_wants_no_preview_is_still_asked_before_what_nothing_proves(
    sums: Path, capabilities: Any
) -> None:
    (sums / "test_sums.py").unlink()  # now no test can speak for a rename
    async with editor() as it:
        await it.initialize(sums, capabilities, options=OPTIONS | {"preview": "never"})
        it.replies["window/showMessageRequest"] = lambda asked: asked["actions"][1]
        assert (await rename(it, sums))["applied"] is False
        assert "Not verified" in (await it.heard("window/showMessageRequest"))["message"]
        it.replies["window/showMessageRequest"] = lambda asked: asked["actions"][0]
        assert (await rename(it, sums))["applied"] is True


async def test_a_rename_that_nothing_proves_says_so_in_its_title(sums: Path) -> None:
    (sums / "test_sums.py").unlink()
    async with editor() as it:
        await it.initialize(sums, ANNOTATED, options=OPTIONS)
        await rename(it, sums)
        edit = (await it.heard("workspace/applyEdit"))["edit"]
        assert edit["changeAnnotations"]["quintet"]["label"] == "Rename add to plus (unverified)"
        assert edit["changeAnnotations"]["quintet"]["needsConfirmation"]
