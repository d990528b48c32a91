"""The kept index is the one from scratch, whatever happened on the way to it."""

import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, cast

import pytest

from quintet.indexing.crew import Crew, Described
from quintet.indexing.frames import Buffers, Command, Job, Progress, write
from quintet.indexing.indexer import Changed, Ended, Indexer
from quintet.indexing.once import delete, open_indexed, open_store, store_path
from quintet.indexing.watch import Watch
from quintet.workspace.deny import Deny
from quintet.workspace.scan import Found
from quintet.workspace.snapshot import open_snapshot
from quintet.workspace.store import VERSION, Record, Store
from support import Lay

FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": "def net_price(x):\n    return x\n",
    "shop/cart.py": "from shop.prices import net_price\n\ndef total(): return net_price(1)\n",
    "web/a.ts": "export function load(): number { return 1 }\n",
    "README.md": "# Shop\n",
    "main.rs": "fn main() { println!() }\n",
}


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own processes find the packages as this one does."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def scratch(root: Path) -> dict[str, object]:
    return open_snapshot(root).index.store.dump()


def kept(root: Path) -> dict[str, object]:
    return open_indexed(root).index.store.dump()


def test_an_index_made_by_processes_equals_one_made_here(lay: Lay) -> None:
    root = lay(FILES)
    snapshot = open_indexed(root)
    assert snapshot.index.store.dump() == scratch(root)
    assert [each.path for each in snapshot.index.definitions("load")] == ["web/a.ts"]
    assert snapshot.incomplete == ""


def test_a_warm_start_reads_nothing_that_has_not_changed(lay: Lay) -> None:
    root = lay(FILES)
    open_indexed(root)
    seen: list[Progress] = []
    os.utime(root / "main.rs", ns=(1, 1))
    (root / "shop/prices.py").write_text("def net_price(x, tax):\n    return x\n")
    (root / "web/a.ts").rename(root / "web/b.ts")
    (root / "README.md").unlink()
    snapshot = open_indexed(root, tell=seen.append)
    assert max(progress.total for progress in seen) == 3
    assert snapshot.index.store.dump() == scratch(root)


def test_a_branch_that_comes_back_is_not_parsed_again(lay: Lay) -> None:
    root = lay(FILES)
    open_indexed(root)
    for text in ("def other(): pass\n", FILES["shop/prices.py"]):
        (root / "shop/prices.py").write_text(text)
        open_indexed(root)
    store, _ = open_store(store_path(root))
    assert store.dump() == scratch(root)


@pytest.mark.parametrize("harm", ["garbage", "truncated", "folder"])
def test_a_damaged_store_is_made_anew_and_it_is_said(lay: Lay, harm: str) -> None:
    root = lay(FILES)
    open_indexed(root)
    path = store_path(root)
    size = path.stat().st_size
    delete(path)
    if harm == "folder":
        path.mkdir()
    else:
        path.write_bytes(
            b"no database " * 1_000 if harm == "garbage" else b"SQLite format 3\0" + b"\0" * size
        )
    seen: list[Progress] = []
    snapshot = open_indexed(root, tell=seen.append)
    notes = [progress.note for progress in seen if progress.note]
    assert notes
    assert notes[0].startswith("The index ")
    assert snapshot.index.store.dump() == scratch(root)
    if harm == "folder":
        path.rmdir()


def test_killed_at_any_moment_it_goes_on_where_it_was(lay: Lay) -> None:
    root = lay({f"pkg/m{number}.py": f"def f{number}(): return g{number}()\n" * 30 for number in range(400)})
    program = "import sys; from pathlib import Path; from quintet.indexing.once import open_indexed; open_indexed(Path(sys.argv[1]))"
    for pause in (0.3, 0.6, 0.9, 1.2, 1.5):
        process = subprocess.Popen([sys.executable, "-c", program, str(root)], start_new_session=True)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert kept(root) == scratch(root)


def test_damage_inside_a_store_is_found_while_it_is_read(lay: Lay) -> None:
    root = lay({f"m{number}.py": f"def name_{number}(): pass\n" * 20 for number in range(200)})
    store = open_indexed(root).index.store
    assert isinstance(store, Store)
    store.close()
    path = store_path(root)
    data = bytearray(path.read_bytes())
    data[8_192:] = b"\x55" * (len(data) - 8_192)
    path.write_bytes(data)
    seen: list[Progress] = []
    snapshot = open_indexed(root, tell=seen.append)
    assert any("damaged" in progress.note for progress in seen)
    assert snapshot.index.store.dump() == scratch(root) == kept(root)


def test_two_that_open_a_fresh_store_at_once_share_it(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from quintet.indexing.once import open_store; print(open_store(Path(sys.argv[1]))[1])"
    for number in range(3):
        path = tmp_path / str(number) / "index.db"
        both = [
            subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        assert [process.communicate()[0] for process in both] == ["\n"] * 3


def test_a_script_without_an_extension_is_read_by_its_first_line_and_not_again(lay: Lay) -> None:
    root = lay({"deploy": "#!/bin/bash\nship() { echo 1; }\n", "notes": "nothing\n"})
    assert [each.path for each in open_indexed(root).index.definitions("ship")] == ["deploy"]
    seen: list[Progress] = []
    open_indexed(root, tell=seen.append)
    assert max(progress.total for progress in seen) == 0


PROGRAM = """
import resource, sys
from pathlib import Path
from quintet.indexing.once import open_indexed
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
snapshot = open_indexed(Path(sys.argv[1]), tell=lambda progress: progress.note and print(progress.note))
print(len(snapshot.index.paths()))
"""


def test_a_disk_that_is_full_costs_the_keeping_not_the_index(lay: Lay) -> None:
    root = lay({f"m{number}.py": f"def name_{number}(): pass\n" * 200 for number in range(100)})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)], capture_output=True, text=True, check=True
    )
    note, count = done.stdout.splitlines()
    assert "cannot be written, and is kept in memory only: " in note
    assert count == "100"


# --- the loop ---------------------------------------------------------------------------------------


def turned(indexer: Indexer, until: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end, "it does not get there"
        assert indexer.turn(stay=True)


def test_changes_on_disk_and_in_buffers_are_followed(lay: Lay) -> None:
    root = lay(FILES)
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)

    (root / "shop/prices.py").write_text("def gross_price(x):\n    return x\n")
    indexer.events.put(Changed(("shop/prices.py",)))
    turned(indexer, lambda: bool(store.defining("gross_price")))
    (root / "shop/new.py").write_text("from shop.prices import gross_price\n")
    indexer.events.put(Changed(("shop/new.py",)))
    turned(indexer, lambda: "shop/new.py" in store.paths() and seen[-1].complete)
    shutil.rmtree(root / "web")
    indexer.events.put(Changed(("web",)))
    turned(indexer, lambda: "web/a.ts" not in store.paths() and seen[-1].complete)

    indexer.events.put(
        Buffers({"shop/cart.py": "def unsaved(): pass\n", "shop/fresh.py": "def fresh(): pass\n"})
    )
    turned(indexer, lambda: bool(store.defining("unsaved") and store.defining("fresh")))
    (root / "shop/cart.py").write_text("def saved_elsewhere(): pass\n")
    indexer.events.put(Command("rescan"))
    turned(indexer, lambda: seen[-1].complete)
    assert not store.defining("saved_elsewhere"), "the editor's text comes before the disk's"
    indexer.events.put(Command("rebuild"))
    turned(indexer, lambda: bool(store.defining("unsaved") and store.defining("fresh")))
    indexer.events.put(Buffers({"shop/cart.py": None, "shop/fresh.py": None}))
    turned(indexer, lambda: bool(store.defining("saved_elsewhere")) and not store.defining("fresh"))

    indexer.events.put(Command("rebuild"))
    wanted = scratch(root)
    turned(indexer, lambda: store.dump() == wanted)
    (root / ".gitignore").write_text("README.md\n")
    (root / "main.rs").unlink()
    (root / "main.rs").symlink_to(root.parent / "elsewhere.rs")
    (root.parent / "elsewhere.rs").write_text("fn secret() {}\n")
    indexer.events.put(Changed(("",)))
    turned(indexer, lambda: "main.rs" not in store.paths() and "README.md" not in store.paths())
    indexer.close()


def test_what_is_new_passing_or_typed_needs_no_walk(lay: Lay) -> None:
    root = lay(FILES | {".gitignore": "made.py\n"})
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    seen.clear()
    lay({"shop/new.py": "def fresh(): pass\n", "made.py": "def ignored(): pass\n"})
    indexer.events.put(Changed(("shop/new.py", "made.py", "shop/new.py~", "gone/before/it/was/seen.py")))
    indexer.events.put(Buffers({"shop/cart.py": "def typed(): pass\n"}))
    turned(indexer, lambda: bool(store.defining("fresh") and store.defining("typed")))
    for _ in range(3):
        indexer.turn(stay=True)
    assert "made.py" not in store.paths()
    assert all(progress.complete and not progress.looking for progress in seen)
    lay({"shop/more/deep.py": "def deep(): pass\n"})
    indexer.events.put(Changed(("shop/more",)))
    turned(indexer, lambda: bool(store.defining("deep")))
    indexer.close()


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"pkg/a.py": "x"}, {"pkg/CACHEDIR.TAG": ""}, "pkg/CACHEDIR.TAG"),
        ({"pkg/a.py": "x", "pkg/CACHEDIR.TAG": ""}, {"pkg/CACHEDIR.TAG": None}, "pkg/CACHEDIR.TAG"),
        ({"pyproject.toml": "", "build/a.py": "x"}, {"build/__init__.py": ""}, "build/__init__.py"),
        ({"sub/build/a.py": "x"}, {"sub/package.json": "{}"}, "sub/package.json"),
        ({"a.py": "x"}, {"picture.png": "\0"}, "picture.png"),
        ({"a.txt": "\0"}, {"a.txt": "text"}, "a.txt"),
        ({"a.py": "x"}, {"a.py": None}, "a.py"),
        ({"a.py": "x", ".gitignore": ""}, {".gitignore": "a.py"}, ".gitignore"),
    ],
)
def test_one_notice_leads_where_a_walk_from_nothing_does(
    lay: Lay, before: dict[str, str], after: dict[str, str | None], changed: str
) -> None:
    root = lay(before | {"main.py": "import pkg.a\n"})
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    for path, text in after.items():
        if text is None:
            (root / path).unlink()
        else:
            lay({path: text})
    indexer.events.put(Changed((changed,)))
    wanted = scratch(root)
    turned(indexer, lambda: store.dump() == wanted)
    indexer.close()


def test_a_name_that_is_no_text_comes_and_goes(lay: Lay) -> None:
    root = lay(FILES)
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    odd = os.fsdecode(b"caf\xe9.py")
    seen.clear()
    indexer.events.put(Changed((odd,)))
    turned(indexer, lambda: bool(seen) and seen[-1].complete)
    (root / odd).write_text("def odd(): pass\n")
    seen.clear()
    indexer.events.put(Changed((odd,)))
    turned(indexer, lambda: bool(seen) and seen[-1].complete)
    assert store.left_out() == {"caf\\xe9.py": "its name is not valid UTF-8"}
    indexer.close()


def test_a_file_that_goes_while_it_is_described_is_not_kept(lay: Lay) -> None:
    root = lay(FILES)
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    indexer.events.put(Described(Record("ghost.py", 1, 1, reason="it was there")))
    for _ in range(3):
        indexer.turn(stay=True)
    assert "ghost.py" not in store.known()
    indexer.close()


def test_each_deny_list_has_a_store_and_old_ones_go(lay: Lay) -> None:
    root = lay({"open.py": "def open_to_all(): pass\n", "private/x.py": "def launch_code(): pass\n"})
    everything = open_indexed(root)
    less = open_indexed(root, deny=Deny(("private/",)))
    assert everything.index.definitions("launch_code")
    assert not less.index.definitions("launch_code")
    assert "launch_code" not in str(less.index.store.dump())
    open_indexed(root)  # by the weaker list, while the other is in use
    assert not less.index.definitions("launch_code")
    stores = sorted(store_path(root).parent.glob("*.db"))
    assert len(stores) == 2
    os.utime(store_path(root), (0, 0))
    open_indexed(root, deny=Deny(("private/",)))
    assert list(store_path(root).parent.glob("*.db")) == [store_path(root, Deny(("private/",)))]


def test_a_pause_holds_until_it_is_told_to_go_on(lay: Lay) -> None:
    root = lay(FILES)
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    indexer.events.put(Command("pause"))
    indexer.rescan()
    turned(indexer, lambda: bool(seen) and seen[-1].paused)
    for _ in range(3):
        indexer.events.put(Changed(("shop/cart.py",)))
        assert indexer.turn(stay=True)
    assert store.paths() == ()
    indexer.events.put(Command("resume"))
    turned(indexer, lambda: seen[-1].complete)
    assert store.dump() == scratch(root)
    indexer.events.put(Ended())
    assert not indexer.turn(stay=True)
    indexer.close()


def test_of_two_texts_in_flight_the_later_one_stays(lay: Lay) -> None:
    store, seen = Store(), list[Progress]()
    indexer = Indexer(lay(FILES), store, tell=seen.append)
    for number in range(3):
        indexer.events.put(Buffers({"shop/cart.py": f"def typed_{number}(): pass\n"}))
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    indexer.close()
    assert [len(store.defining(f"typed_{number}")) for number in range(3)] == [0, 0, 1]


# --- parsers that misbehave -------------------------------------------------------------------------

PARSER = """
import os, sys, time
from quintet.indexing import parser
honest = parser._record
def record(job, file, store):
    if "hang" in file[0]: time.sleep(60)
    if "crash" in file[0]: os._exit(11)
    if "stumble" in file[0]: raise LookupError("no such child")
    return honest(job, file, store)
parser._record = record
parser.main()
"""


def test_a_parser_that_hangs_crashes_or_stumbles_costs_one_file(lay: Lay) -> None:
    names = ["a.py", "hang.py", "b.py", "stumble.py", "crash.py", "c.py"]
    root = lay(dict.fromkeys(names, "def f(): pass\n"))
    events: SimpleQueue[object] = SimpleQueue()
    crew = Crew(str(root), events, size=1, patience=4, command=(sys.executable, "-c", PARSER))
    crew.take(Found(name, 10, 1) for name in names)
    records: dict[str, Record] = {}
    end = time.monotonic() + 60
    while len(records) < len(names) and time.monotonic() < end:
        if not events.empty():
            event = events.get()
            if isinstance(event, Described):
                records[event.record.path] = event.record
            crew.notice(event)
        crew.check()
        time.sleep(0.01)
    crew.close()
    assert {name: record.reason for name, record in records.items() if record.reason} == {
        "hang.py": "its parser did not come to an end within 4 s",
        "crash.py": "its parser crashed",
        "stumble.py": "its description failed: LookupError('no such child')",
    }
    assert crew.left == 0


def test_a_parser_at_a_file_ends_itself_when_nobody_is_left_to_end_it(lay: Lay) -> None:
    root = lay({"hang.py": "def f(): pass\n"})
    deaf = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
    program = deaf + PARSER.replace("parser.main()", "parser._TOO_LONG = 1\nparser.main()")
    parser = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    write(cast("BinaryIO", parser.stdin), Job(str(root), [("hang.py", 10, 1, "")]))
    with parser:
        assert parser.wait(60) == -signal.SIGALRM


def test_lost_notices_are_a_change_of_anything(tmp_path: Path) -> None:
    seen: list[tuple[str, ...]] = []
    watch = Watch(tmp_path, seen.append)
    notices = logging.getLogger("watchdog.observers.inotify_c")
    notices.warning("Inotify queue overflowed; filesystem events were lost")
    watch.close()
    notices.warning("Inotify queue overflowed; filesystem events were lost")
    assert seen == [("",)]


def test_a_store_that_cannot_be_asked_costs_the_parsing(lay: Lay, tmp_path: Path) -> None:
    root, events = lay({"a.py": "def f(): pass\n"}), SimpleQueue[object]()
    with closing(sqlite3.connect(tmp_path / "hollow.db")) as hollow:
        hollow.execute(f"PRAGMA user_version = {VERSION}")
    crew = Crew(str(root), events)
    crew.store = str(tmp_path / "hollow.db")
    crew.take([Found("a.py", 10, 1)])
    event = events.get(timeout=60)
    crew.close()
    assert isinstance(event, Described)
    assert event.record.entry is not None
    assert event.record.reason == ""


def test_reading_is_no_change_and_writing_is(tmp_path: Path) -> None:
    (tmp_path / "read.py").write_text("x = 1\n")
    seen: SimpleQueue[tuple[str, ...]] = SimpleQueue()
    watch = Watch(tmp_path, seen.put)
    for _ in range(50):
        (tmp_path / "read.py").read_text()
        list(tmp_path.iterdir())
    (tmp_path / "written.py").write_text("x = 1\n")
    paths = {seen.get(timeout=30)}
    while ("written.py",) not in paths:
        paths.add(seen.get(timeout=30))
    watch.close()
    assert ("read.py",) not in paths


def test_a_walk_begun_anew_hands_nothing_in_twice(lay: Lay) -> None:
    root = lay({f"m{number}.py": f"def name_{number}(): pass\n" for number in range(300)})
    store, seen = Store(), list[Progress]()
    indexer = Indexer(root, store, tell=seen.append)
    for _ in range(4):
        indexer.rescan()
        while indexer._walk is not None:
            indexer._step()
    assert indexer._crew.left <= 300 + 2 * 64  # what is with the two parsers by then
    turned(indexer, lambda: seen[-1].complete if seen else False)
    indexer.close()
    assert len(store.paths()) == 300


class Counting(Indexer):
    """How often it has walked."""

    walks = 0

    def rescan(self) -> None:
        self.walks += 1
        super().rescan()


def test_another_branch_of_5000_files_is_one_walk(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=one", "-c", "user.email=one@example.org", *words]
        subprocess.run(command, cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "small")
    (root / "base.py").write_text("def base(): pass\n")
    git("add", ".")
    git("commit", "-qm", "small")
    git("checkout", "-qb", "large")
    for number in range(5_000):
        folder = root / f"part{number % 50}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{number}.py").write_text(f"def name_{number}(): pass\n")
    git("add", ".")
    git("commit", "-qm", "large")
    git("checkout", "-q", "small")

    def known(count: int) -> bool:
        return len(store.paths()) == count and seen[-1].complete

    store, seen = Store(), list[Progress]()
    indexer = Counting(root, store, tell=seen.append)
    watch = Watch(root, lambda paths: indexer.events.put(Changed(paths)))
    indexer.rescan()
    turned(indexer, lambda: seen[-1].complete if seen else False)
    for branch, count in (("large", 5_001), ("small", 1)):
        before = indexer.walks
        git("checkout", "-q", branch)
        turned(indexer, partial(known, count))
        assert indexer.walks - before <= 2  # a slow disk may make two storms of one
    watch.close()
    indexer.close()
