"""A store is read only by those whose deny list it was written by."""

from pathlib import Path

import pytest

from quintet.indexing.once import open_indexed, open_store, store_path
from quintet.indexing.withheld import OtherListError, agrees, still_ours, withhold
from quintet.workspace.deny import BUILT_IN, Deny
from quintet.workspace.store import Store
from support import Lay

OWN = Deny(("own/",))


@pytest.fixture
def root(lay: Lay) -> Path:
    return lay({"a.py": "import own.b\n", "own/b.py": "def hidden(): pass\n", "own/c.bin": "a\0b"})


@pytest.fixture
def store(root: Path) -> Store:
    open_indexed(root)
    return open_store(store_path(root))[0]


def test_what_is_denied_leaves_the_store_before_it_is_read(store: Store) -> None:
    assert agrees(store, BUILT_IN)
    assert not agrees(store, OWN)
    withhold(store, OWN)
    assert agrees(store, OWN)
    assert not agrees(store, BUILT_IN)
    assert set(store.known()) == {"a.py"}
    assert store.linked("a.py") == ()
    assert store.meta("weighed") != "yes"


def test_a_list_of_the_same_lines_in_another_order_is_another_list(store: Store) -> None:
    withhold(store, Deny(("own/", "!own/")))
    assert agrees(store, Deny(("own/", "!own/")))
    assert not agrees(store, Deny(("!own/", "own/")))


def test_the_command_line_takes_over_and_gives_back(root: Path) -> None:
    whole = open_indexed(root).index.store.dump()
    denied = open_indexed(root, deny=OWN)
    assert denied.index.paths() == denied.files() == ("a.py",)
    assert denied.deny == OWN
    assert {skip.path: skip.reason for skip in denied.skipped()} == {"own/": "on your deny list"}
    again = open_indexed(root)
    assert again.index.store.dump() == whole


def test_a_store_we_have_cleared_is_marked_again_and_another_s_is_left(store: Store) -> None:
    still_ours(store, BUILT_IN)
    withhold(store, OWN)
    still_ours(store, OWN)
    store.clear()
    assert not agrees(store, OWN)
    still_ours(store, OWN)
    assert agrees(store, OWN)
    with pytest.raises(OtherListError):
        still_ours(store, BUILT_IN)
