"""Symbols, definitions and references as they go over the wire, and where the index is behind the disk."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from lsprotocol import types as lsp

from in_memory import CAPABLE, Editor, editor
from quintet.features.navigation import lookup
from quintet.features.navigation.lookup import name_at, references
from quintet.features.navigation.sources import Sources, name_span
from quintet.features.navigation.symbols import of_document, of_workspace
from quintet.protocol import Client, file_uri, to_symbol_kind
from quintet.workspace.document import Document, Unreadable, decode
from quintet.workspace.snapshot import open_snapshot
from support import Lay
from told import SNIPPETS, tree_of

RICH = CAPABLE | {
    "textDocument": CAPABLE["textDocument"]
    | {
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "definition": {"linkSupport": True},
    }
}
SHAPES = '''"""Shapes."""

LIMIT = 3


class Box:
    """A box of '😀' things."""

    def size(self):
        def inner():
            return LIMIT
        return inner()


def test_box():
    assert Box().size() == LIMIT
'''
FILES = {
    "geo/__init__.py": "from geo.shapes import Box\n",
    "geo/shapes.py": SHAPES,
    "other/shapes.py": "class Box:\n    pass\n\n\nclass Bag:\n    pass\n",
    "app.py": "from geo.shapes import Box\n\n# Box in words\nx = '😀', Box('Box')\n",
    "passed_on.py": "from geo import Box\n\nBox()\n",
    "web/box.ts": "export class Box {}\nnew Box();\n",
}


@pytest.fixture
def root(lay: Lay) -> Path:
    return lay(FILES)


@pytest.fixture
async def ready(root: Path) -> AsyncIterator[Editor]:
    async with editor() as it:
        await it.initialize(root, RICH)
        yield it


@pytest.fixture
async def plain(root: Path) -> AsyncIterator[Editor]:
    """An editor that declares nothing."""
    async with editor() as it:
        await it.initialize(root, {})
        yield it


def at(uri: str, line: int, character: int, **more: Any) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}} | more


async def symbols(it: Editor, uri: str) -> Any:
    return await it.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})


def spans(place: dict[str, Any]) -> tuple[int, int, int, int]:
    start, end = place["start"], place["end"]
    return start["line"], start["character"], end["line"], end["character"]


def names(found: Any) -> list[str]:
    return [each["name"] for each in found]


def places(found: Any, root: Path) -> list[tuple[str, int, int]]:
    """Path, line and character of each location."""
    return [
        (each["uri"].removeprefix(root.as_uri() + "/"), *spans(each["range"])[:2]) for each in found or ()
    ]


# --- documents


async def test_definitions_are_inside_one_another(ready: Editor, root: Path) -> None:
    found = await symbols(ready, ready.open(root / "geo/shapes.py"))
    assert names(found) == ["LIMIT", "Box", "test_box"]
    limit, box, test = found
    assert (limit["kind"], box["kind"], test["kind"]) == (14, 5, 12)
    assert test["detail"] == "test"
    assert "detail" not in box
    [size] = box["children"]
    assert (size["name"], size["kind"], names(size["children"])) == ("size", 6, ["inner"])
    assert spans(size["range"]) == (8, 4, 11, 22)
    assert spans(size["selectionRange"]) == (8, 8, 8, 12)


async def test_an_editor_that_shows_no_tree_gets_a_list(plain: Editor, root: Path) -> None:
    uri = plain.open(root / "geo/shapes.py")
    found = await symbols(plain, uri)
    assert [(each["name"], each.get("containerName")) for each in found] == [
        ("LIMIT", None),
        ("Box", None),
        ("size", "Box"),
        ("inner", "Box.size"),
        ("test_box", None),
    ]
    assert found[0]["location"]["uri"] == uri
    assert spans(found[2]["location"]["range"]) == (8, 4, 11, 22)


async def test_the_open_text_counts_and_it_may_be_broken(ready: Editor, root: Path) -> None:
    uri = ready.open(root / "geo/shapes.py")
    ready.change(uri, 2, {"text": "def whole():\n    pass\n\ndef half(a, (\n\nclass After:\n    pass\n"})
    assert "whole" in names(await symbols(ready, uri))


async def test_a_method_written_outside_its_type_is_called_by_both(ready: Editor, root: Path) -> None:
    uri = ready.open(
        root / "box.go", "package p\n\ntype Box struct{}\n\nfunc (b *Box) Size() int { return 1 }\n"
    )
    assert names(await symbols(ready, uri)) == ["Box", "Box.Size"]


async def test_a_test_without_a_title_still_has_a_name(ready: Editor, root: Path) -> None:
    uri = ready.open(root / "a.test.js", "describe('', () => {\n  it('adds\\\n  two', () => {});\n});\n")
    [outer] = await symbols(ready, uri)
    [inner] = outer["children"]
    assert (outer["name"].strip(), inner["detail"]) == ("(function)", "test")
    assert "\n" not in inner["name"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "x" * 20_000])
async def test_a_text_without_definitions_has_none(ready: Editor, root: Path, text: str) -> None:
    assert await symbols(ready, ready.open(root / "a.py", text)) == []


async def test_documents_outside_have_symbols_and_unopened_ones_none(ready: Editor, root: Path) -> None:
    outside = ready.open(root.parent / "outside.py", "def far():\n    pass\n")
    assert names(await symbols(ready, outside)) == ["far"]
    for uri in ((root / "app.py").as_uri(), "untitled:Untitled-1"):
        assert await symbols(ready, uri) is None


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.name)
def test_ranges_are_nested_in_every_language(path: Path) -> None:
    document = decode(path.name, path.read_bytes())
    assert not isinstance(document, Unreadable)
    lines = Client().codec.lines(document.text)

    def check(siblings: Any, outer: lsp.Range | None) -> Iterator[lsp.DocumentSymbol]:
        for symbol in siblings:
            inner, name = symbol.range, symbol.selection_range
            assert inner.start <= name.start <= name.end <= inner.end
            assert outer is None or (outer.start <= inner.start and inner.end <= outer.end)
            assert symbol.name.strip()
            yield symbol
            yield from check(symbol.children, inner)

    found = list(check(of_document(document, "", Client(nested_symbols=True)), None))
    tree = tree_of(document.text, document.language)
    assert len(found) == len(tree.definitions())
    for symbol, unit in zip(found, tree.definitions(), strict=True):
        start, end = name_span(document.text, unit)
        assert symbol.selection_range == lines.range(start, end)
        assert document.text[start:end] == unit.name
        assert to_symbol_kind(unit.kind) is not lsp.SymbolKind.Variable


# --- the workspace


async def test_symbols_of_the_workspace_by_what_is_typed(ready: Editor, root: Path) -> None:
    ready.open(root / "app.py", "class Boxer:\n    def boxing(self):\n        pass\n")
    found = await ready.request("workspace/symbol", {"query": "box"})
    where = {(each["name"], *places([each["location"]], root)[0]): each["containerName"] for each in found}
    assert where[("Box", "geo/shapes.py", 5, 6)] == "geo/shapes.py"
    assert where[("boxing", "app.py", 1, 8)] == "Boxer"
    assert {name for name, *_ in where} == {"Box", "Boxer", "boxing", "test_box"}
    assert names(found)[0] == "Box"


@pytest.mark.parametrize(
    ("query", "found"),
    [("Box.size", ["size"]), ("box::si", ["size"]), ("test box", ["test_box"]), ("Bag.size", [])],
)
async def test_a_query_may_name_what_is_around(ready: Editor, query: str, found: list[str]) -> None:
    assert names(await ready.request("workspace/symbol", {"query": query})) == found


@pytest.mark.parametrize("query", ["", 'a"b*(', "-", "😀", "x" * 5_000, "\0", "_", ".", "NEAR(", "a OR b"])
async def test_any_query_is_answered(ready: Editor, query: str) -> None:
    assert await ready.request("workspace/symbol", {"query": query}) == []


def sources(root: Path, **client: Any) -> Sources:
    return Sources(open_snapshot(root), Client(**client), {})


def test_a_definition_that_moved_on_disk_since_is_found_again(root: Path) -> None:
    before = sources(root)
    path = root / "other/shapes.py"
    path.write_text("# moved\n\n\n" + FILES["other/shapes.py"].replace("Bag", "Gone"))
    [box] = [it for it in of_workspace([before], "Box", Event()) if it.container_name == "other/shapes.py"]
    assert box.location.range == lsp.Range(lsp.Position(3, 6), lsp.Position(3, 9))
    assert of_workspace([before], "Bag", Event()) == []
    path.unlink()
    assert {it.container_name for it in of_workspace([before], "Box", Event())} == {
        "geo/shapes.py",
        "web/box.ts",
    }


def test_the_nearest_of_several_alike_is_meant(lay: Lay) -> None:
    twice = "def f():\n    return 1\n\n\ndef f():\n    return 2\n"
    root = lay({"a.py": twice})
    before = sources(root)
    (root / "a.py").write_text("#\n" + twice)
    found = [it.location.range.start.line for it in of_workspace([before], "f", Event())]
    assert found == [1, 5]


# --- definitions


async def test_the_definition_in_the_same_file_comes_first(ready: Editor, root: Path) -> None:
    uri = ready.open(root / "geo/shapes.py")
    [link] = await ready.request("textDocument/definition", at(uri, 15, 12))
    assert link["targetUri"] == uri
    assert spans(link["targetRange"]) == (5, 0, 11, 22)
    assert spans(link["targetSelectionRange"]) == (5, 6, 5, 9)
    assert spans(link["originSelectionRange"]) == (15, 11, 15, 14)


@pytest.mark.parametrize("file", ["app.py", "passed_on.py"])
async def test_then_those_in_files_that_are_imported(ready: Editor, root: Path, file: str) -> None:
    uri = ready.open(root / file)
    line = 3 if file == "app.py" else 2
    [link] = await ready.request("textDocument/definition", at(uri, line, 10 if line == 3 else 0))
    assert link["targetUri"] == (root / "geo/shapes.py").as_uri()


async def test_then_any_of_the_same_language(plain: Editor, root: Path) -> None:
    uri = plain.open(root / "other/use.py", "Box()\nLIMIT\nbox.Missing\n")
    found = await plain.request("textDocument/definition", at(uri, 0, 3))
    assert places(found, root) == [("other/shapes.py", 0, 6), ("geo/shapes.py", 5, 6)]
    found = await plain.request("textDocument/definition", at(uri, 1, 0))
    assert places(found, root) == [("geo/shapes.py", 2, 0)]
    assert await plain.request("textDocument/definition", at(uri, 2, 6)) == []


async def test_what_has_a_body_comes_before_what_only_declares_and_tests_come_last(
    plain: Editor, root: Path
) -> None:
    files = {
        "c/a.h": "int f(int);\n",
        "c/z.cpp": "int f(int a) { return a; }\n",
        "tests/a.c": "int f() { return 0; }\n",
    }
    for name, text in files.items():
        plain.open(root / name, text)
    uri = plain.open(root / "c/use.c", "int main() { return f(1); }\n")
    found = await plain.request("textDocument/definition", at(uri, 0, 20))
    assert [name for name, *_ in places(found, root)] == ["c/z.cpp", "tests/a.c", "c/a.h"]


@pytest.mark.parametrize(("line", "character"), [(2, 3), (3, 6), (3, 15), (1, 0), (99, 0)])
async def test_none_in_comments_strings_and_empty_places(
    ready: Editor, root: Path, line: int, character: int
) -> None:
    uri = ready.open(root / "app.py")
    assert await ready.request("textDocument/definition", at(uri, line, character)) == []


async def test_a_file_that_is_not_open_is_read_from_the_disk(plain: Editor, root: Path) -> None:
    found = await plain.request("textDocument/definition", at((root / "app.py").as_uri(), 0, 24))
    assert places(found, root) == [("geo/shapes.py", 5, 6)]


async def test_a_definition_in_an_unsaved_buffer_is_found_there(plain: Editor, root: Path) -> None:
    plain.open(root / "geo/shapes.py", "\n\nclass Box: pass\n")
    uri = plain.open(root / "app.py")
    found = await plain.request("textDocument/definition", at(uri, 0, 24))
    assert places(found, root) == [("geo/shapes.py", 2, 6)]


@pytest.mark.parametrize("method", ["textDocument/definition", "textDocument/references"])
async def test_nothing_outside_the_workspace(ready: Editor, root: Path, method: str) -> None:
    (root / "private.key").write_text("Box")
    context = {"context": {"includeDeclaration": True}}
    outside = ready.open(root.parent / "outside.py", "Box()\n")
    assert await ready.request(method, at(outside, 0, 0, **context)) is None
    assert await ready.request(method, at("untitled:Untitled-1", 0, 0, **context)) is None
    for name in ("private.key", "missing.py", "notes.txt"):
        assert await ready.request(method, at((root / name).as_uri(), 0, 0, **context)) == []


async def test_without_a_folder_only_documents_have_symbols(root: Path) -> None:
    async with editor() as it:
        await it.initialize(None, RICH)
        uri = it.open(root / "geo/shapes.py")
        assert len(await symbols(it, uri)) == 3
        assert await it.request("textDocument/definition", at(uri, 15, 12)) is None
        assert await it.request("workspace/symbol", {"query": "Box"}) is None


@pytest.mark.parametrize(
    ("text", "language", "marked", "name"),
    [
        ("def f():\n    pass\n", "python", 4, "f"),
        ("def f():\n    pass\n", "python", 5, "f"),
        ("def f():\n    pass\n", "python", 6, None),
        ("a.b(c)", "python", 1, "a"),
        ("a.b(c)", "python", 2, "b"),
        ("it('adds', f);", "javascript", 6, None),
        ("'😀'; $x + 1", "javascript", 6, "$x"),
        ("", "python", 0, None),
    ],
)
def test_the_name_at_a_place(text: str, language: str, marked: int, name: str | None) -> None:
    found = name_at(tree_of(text, language), marked)
    assert (found.text if found else None) == name
    assert found is None or text[found.start : found.end] == name


# --- references


async def test_references_are_every_mention_but_not_in_words(ready: Editor, root: Path) -> None:
    uri = ready.open(root / "app.py")
    mentions = [
        ("app.py", 0, 23),
        ("app.py", 3, 10),
        ("geo/__init__.py", 0, 23),
        ("geo/shapes.py", 15, 11),
        ("passed_on.py", 0, 16),
        ("passed_on.py", 2, 0),
    ]
    params = at(uri, 3, 12, context={"includeDeclaration": False})
    assert places(await ready.request("textDocument/references", params), root) == mentions
    params = at(uri, 3, 12, context={"includeDeclaration": True})
    found = places(await ready.request("textDocument/references", params), root)
    assert sorted(found) == sorted([*mentions, ("geo/shapes.py", 5, 6), ("other/shapes.py", 0, 6)])
    assert found[:2] == mentions[:2]


async def test_names_that_are_no_plain_words(ready: Editor, root: Path) -> None:
    (root / "a.rb").write_text("def empty?\n  true\nend\n")
    uri = ready.open(root / "b.rb", "empty?\n")
    [link] = await ready.request("textDocument/definition", at(uri, 0, 2))
    assert link["targetUri"] == (root / "a.rb").as_uri()
    params = at((root / "a.rb").as_uri(), 0, 5, context={"includeDeclaration": False})
    assert places(await ready.request("textDocument/references", params), root) == [("b.rb", 0, 0)]


def test_very_many_references_are_cut(lay: Lay) -> None:
    root = lay({f"{number}.py": "x = 1\n" + "x\n" * 99 for number in range(12)})
    found = references([sources(root)], "7.py", lsp.Position(0, 0), Event(), declared=True)
    assert len(found) == lookup.MOST_REFERENCES
    assert found[0].uri == file_uri((root / "7.py").as_posix())
    assert all(one.range.start < two.range.start for one, two in pairwise(found) if one.uri == two.uri)


def test_one_that_is_told_to_stop_stops(root: Path) -> None:
    stop = Event()
    stop.set()
    assert references([sources(root)], "app.py", lsp.Position(3, 10), stop, declared=True) == []
    assert of_workspace([sources(root)], "Box", stop) == []
    assert lookup.definitions([sources(root)], "app.py", lsp.Position(3, 10), stop) == []


async def test_a_cancelled_request_is_answered_so(ready: Editor) -> None:
    asked = ready.ask("workspace/symbol", {"query": "Box"})
    ready.notify("$/cancelRequest", {"id": asked})
    assert (await ready.answer(asked))["error"]["code"] == -32800


@pytest.mark.parametrize(
    "method",
    ["textDocument/documentSymbol", "workspace/symbol", "textDocument/definition", "textDocument/references"],
)
async def test_bad_params_are_told(ready: Editor, method: str) -> None:
    answer = await ready.answer(ready.ask(method, {"textDocument": 5}))
    assert answer["error"]["code"] == -32602


async def test_an_answer_does_not_wait_for_another(ready: Editor, root: Path) -> None:
    """The loop goes on while a thread looks: what is asked meanwhile is answered."""
    uri = ready.open(root / "geo/shapes.py")
    params = at(uri, 5, 7, context={"includeDeclaration": True})
    many = [ready.ask("textDocument/references", params) for _ in range(8)]
    assert await asyncio.wait_for(symbols(ready, uri), 30)
    answers = [await ready.answer(each) for each in many]
    assert all(answer["result"] == answers[0]["result"] for answer in answers)


def test_a_document_of_a_huge_or_minified_text_has_no_tree() -> None:
    assert of_document(Document("a.py", "def f(): pass\n" * 80_000), "", Client()) == ()


async def test_a_user_who_has_a_better_server_switches_them_off(root: Path) -> None:
    async with editor() as it:
        await it.initialize(root, RICH, options={"navigation": False})
        uri = it.open(root / "geo/shapes.py")
        assert await symbols(it, uri) is None
        assert await it.request("workspace/symbol", {"query": "Box"}) is None
        assert await it.request("textDocument/definition", at(uri, 15, 12)) is None
