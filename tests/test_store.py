"""A store gives back what it was given, whatever the order, and survives being closed, killed and damaged."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.index import index_of, record_of
from quintet.workspace.store import VERSION, Record, Store, StoreError

paths = st.sampled_from(["a.py", "pkg/b.py", "c.js", "notes.txt"])
contents = st.sampled_from(
    [
        "",
        "def f(): g()\n",
        "class A:\n    def f(self): pass\n",
        "def f(:\n",
        "from a import f\nf()\n",
        "function f() { g() }\n",
        "été = Field(FIELD, field)\n",
        "x = " + "1" * 11_000,
    ]
)
steps = st.lists(st.tuples(paths, contents | st.none()), max_size=12)


def filled(texts: dict[str, str], store: Store | None = None) -> Store:
    store = store or Store()
    store.put(record_of(Document(path, text)) for path, text in texts.items())
    return store


@settings(max_examples=50, deadline=None)
@given(steps, st.data())
def test_a_store_after_changes_equals_one_from_scratch(
    changes: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    store = Store()
    texts: dict[str, str] = {}
    for path, text in changes:
        if text is None:
            store.remove([path])
            texts.pop(path, None)
        else:
            store.put([record_of(Document(path, text))])
            texts[path] = text
    order = data.draw(st.permutations(list(texts)))
    assert store.dump() == filled({path: texts[path] for path in order}).dump()


def test_names_differ_by_case_though_their_table_folds_it() -> None:
    store = filled({"a.py": "Field = 1\n", "b.py": "field = 1\n", "c.py": "FIELD = Été = 1\n"})
    assert store.mentioning("Field") == ("a.py",)
    assert store.mentioning("field") == ("b.py",)
    assert [entry.path for entry in store.defining("FIELD")] == ["c.py"]
    assert store.mentioning("Été") == ("c.py",)
    assert store.mentioning('x" OR "field') == ()
    assert store.defining("a b") == ()


def test_one_content_is_kept_once_and_known_again_after_a_move() -> None:
    store = filled({"a.py": "def f(): pass\n"})
    record = record_of(Document("a.py", "def f(): pass\n"))
    assert record.digest is not None
    assert store.has(record.digest, record.maker)
    store.remove(["a.py"])
    store.put([Record("b.py", 0, 2, record.digest, record.maker)])
    assert store.dump() == filled({"b.py": "def f(): pass\n"}).dump()
    with pytest.raises(ValueError, match=r"no entry is known for the content of c\.py"):
        store.put([Record("d.py", 1, 2, record.digest, record.maker), Record("c.py", 1, 2, "0" * 32, "x")])
    assert store.paths() == ("b.py",), "a batch that fails leaves nothing behind"


def test_contents_nobody_has_are_swept_once_they_are_many() -> None:
    store = filled({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    old = record_of(Document("a.py", "a = 1\n"))
    assert old.digest is not None
    store.remove(["a.py"])
    store.sweep()
    assert store.has(old.digest, old.maker), "a branch that comes back is not parsed again"
    store.remove(["b.py"])
    store.sweep()
    assert not store.has(old.digest, old.maker)


def test_words_are_found_in_names_paths_and_documentation() -> None:
    store = filled(
        {
            "net/http_parser.py": "class HTTPHeaderParser:\n    def parse_line(self, raw): pass\n",
            "net/socket.py": 'def open_socket(host):\n    """Connect, and retry when refused."""\n',
            "ui/window.py": "class Window:\n    def open(self): pass\n    def close(self): pass\n",
            "ui/__init__.py": "",
            "docs/guide.md": "# How to connect\n",
        }
    )

    def found(*words: str, limit: int = 10) -> list[str]:
        return [path for path, _ in store.search(words, limit)]

    assert found("parsers", "headers")[0] == "net/http_parser.py"
    assert found("parsing", "lines")[0] == "net/http_parser.py"
    assert found("HTTPHeaderParser") == ["net/http_parser.py"]
    assert found("retries", "refused")[0] == "net/socket.py"
    assert set(found("ui")) == {"ui/window.py", "ui/__init__.py"}
    assert found("open", "window")[0] == "ui/window.py"
    assert "docs/guide.md" in found("connecting")
    assert found("open", limit=1) == found("open")[:1]
    assert found() == found("---") == found("zebra") == []
    scores = [score for _, score in store.search(["open", "parse", "window"], 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


def test_of_very_many_words_the_rarest_count() -> None:
    texts = {f"m{number}.py": f"common_thing = word{number} = 1\n" for number in range(100)}
    store = filled(texts)
    words = ["common_thing", *(f"word{number}" for number in range(99, -1, -1))]
    assert len(store.search(words, 1_000)) < len(store.search(["common_thing"], 1_000)) == 100


def test_a_file_is_what_was_last_put_even_if_it_is_not_indexed() -> None:
    store = filled({"a.py": "def f(): pass\n"})
    store.put([Record("a.py", 5, 6, reason="its parser crashed", kind="vendored")])
    assert store.entry("a.py") is None
    assert store.mentioning("f") == store.paths() == ()
    assert store.listed() == {"a.py": 5}
    assert store.left_out() == {"a.py": "its parser crashed"}
    known = store.known()["a.py"]
    assert (known.size, known.mtime_ns, known.digest, known.kind) == (5, 6, None, "vendored")


def test_links_and_weights_go_with_their_files() -> None:
    store = filled({"a.py": "", "b.py": "", "c.py": ""})
    ids = store.ids()
    store.set_graph([(ids["a.py"], ids["b.py"]), (ids["c.py"], ids["b.py"])], [(0.75, ids["b.py"])])
    assert store.linked("a.py") == ("b.py",)
    assert store.linked("b.py", back=True) == ("a.py", "c.py")
    assert store.weights(["b.py", "a.py", "gone.py"]) == {"b.py": 0.75, "a.py": 0.0}
    assert store.weightiest(2) == ("b.py", "a.py")
    store.set_links("a.py", ["c.py", "gone.py"])
    assert store.linked("a.py") == ("c.py",)
    store.remove(["b.py"])
    assert store.linked("c.py") == ()
    store.clear()
    assert store.dump() == Store().dump()


# --- on disk ----------------------------------------------------------------------------------------


def test_a_store_is_there_again_and_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    writer = filled({"a.py": "def f(): pass\n"}, Store(path))
    reader = Store(path, readonly=True)
    assert reader.paths() == ("a.py",)
    writer.put([record_of(Document("b.py", "def g(): pass\n"))])
    assert reader.paths() == ("a.py", "b.py")
    writer.close()
    assert Store(path).dump() == filled({"a.py": "def f(): pass\n", "b.py": "def g(): pass\n"}).dump()
    with pytest.raises(sqlite3.OperationalError):
        reader.remove(["a.py"])


def test_a_damaged_an_empty_and_a_newer_file_are_refused_in_a_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"this was a database once" * 400)
    with pytest.raises(StoreError, match=r"cannot be used: file is not a database\."):
        Store(damaged)
    newer = tmp_path / "newer.db"
    filled({}, Store(newer)).close()
    with sqlite3.connect(newer) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(StoreError, match=rf"it has version {VERSION + 1}, and this program reads {VERSION}"):
        Store(newer)
    with pytest.raises(StoreError, match=r"cannot be opened|unable to open"):
        Store(tmp_path / "gone.db", readonly=True)
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="it is empty"):
        Store(tmp_path / "empty.db", readonly=True)


WRITER = """
import sys
from pathlib import Path
from quintet.workspace.document import Document
from quintet.workspace.index import record_of
from quintet.workspace.store import Store
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    store.put(record_of(Document(f"m{each}.py", f"def f{number}_{each}(): pass\\n")) for each in range(20))
"""


def test_killed_at_any_moment_it_opens_again_with_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    for pause in (0.0, 0.02, 0.05, 0.11):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, env=os.environ | child_path()
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = Store(path)
        texts = {entry.path: f"def {entry.definitions[0].name}(): pass\n" for entry in store.entries()}
        assert len({text.partition("_")[0] for text in texts.values()}) <= 1, "half a batch"
        assert store.dump() == filled(texts).dump()
        store.close()


def child_path() -> dict[str, str]:
    """The path our own processes find the packages by."""
    return {"PYTHONPATH": os.pathsep.join(sys.path)}


def test_a_search_follows_texts_over_the_store() -> None:
    index = index_of([Document("a.py", "def f(): pass\n")])
    newer = index.with_documents(
        [Document("a.py", "def g(): f()\n"), Document("new.py", "def fresh(): pass\n")]
    )
    assert newer.paths() == ("a.py", "new.py")
    assert [found.name for found in newer.definitions("g")] == ["g"]
    assert newer.definitions("f") == ()
    assert newer.mentioning("f") == ("a.py",)
    assert [path for path, _ in newer.search("fresh")] == ["new.py"]
    assert [found.name for found in newer.symbols("fre")] == ["fresh"]
    assert index.paths() == ("a.py",), "the view it was made from is as it was"


def test_a_file_that_changes_keeps_who_imports_it_and_its_weight() -> None:
    store = filled({"a.py": "import b\n", "b.py": "x = 1\n"})
    ids = store.ids()
    store.set_graph([(ids["a.py"], ids["b.py"])], [(0.5, ids["b.py"])])
    store.put([record_of(Document("b.py", "x = 2\n"))])
    assert store.linked("b.py", back=True) == ("a.py",)
    assert store.weights(["b.py"]) == {"b.py": 0.5}


def test_one_text_in_a_page_and_in_data_leaves_nothing_behind() -> None:
    store = filled({"a.md": "wonderful words\n", "b.dat": "wonderful words\n"})
    assert store.mentioning("wonderful") == ("a.md",)
    store.remove(["a.md", "b.dat"])
    store.put([record_of(Document("c.py", "")), record_of(Document("d.py", ""))])
    assert store.mentioning("wonderful") == ()
