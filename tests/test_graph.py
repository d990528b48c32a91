"""Files lean on those they import and on those that define what they name."""

import pytest

from quintet.workspace import graph
from quintet.workspace.document import Document
from quintet.workspace.index import index_of, record_of
from quintet.workspace.modules import Modules

FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": "def net_price(x):\n    return x\n",
    "shop/cart.py": "from shop.prices import net_price\n\ndef total(): return net_price(1)\n",
    "shop/bill.py": "from shop.prices import net_price\nfrom shop.cart import total\n",
    "lonely.py": "x = 1\n",
    "script.py": "print(net_price)\n",
}


def test_imports_become_links_and_what_all_lean_on_weighs_most() -> None:
    index = index_of(Document(path, text) for path, text in FILES.items())
    graph.settle(index.store)
    assert index.imports("shop/bill.py") == ("shop/cart.py", "shop/prices.py")
    assert index.importers("shop/prices.py") == ("shop/bill.py", "shop/cart.py")
    assert index.store.weightiest(2) == ("shop/prices.py", "shop/cart.py")
    assert sum(index.store.weights(FILES).values()) == pytest.approx(1)
    assert index.weight("lonely.py") > 0


def test_a_name_leads_where_no_import_does() -> None:
    files = {"a.py": "def net_price(): 1\n", "b.py": "", "c.py": "net_price\n"}
    index = index_of(Document(path, text) for path, text in files.items())
    graph.settle(index.store)
    assert index.importers("a.py") == ()
    assert index.weight("a.py") > index.weight("b.py")


def test_one_file_is_linked_anew_as_all_would_be() -> None:
    index = index_of(Document(path, text) for path, text in FILES.items())
    graph.settle(index.store)
    changed = Document("lonely.py", "from shop import cart\n")
    index.store.put([record_of(changed)])
    graph.relink(index.store, Modules(index.store.ids()), ["lonely.py", "gone.py"])
    scratch = index_of(Document(path, text) for path, text in {**FILES, "lonely.py": changed.text}.items())
    graph.settle(scratch.store)
    assert index.imports("lonely.py") == scratch.imports("lonely.py") != ()


def test_an_empty_workspace_has_no_graph() -> None:
    index = index_of([])
    graph.settle(index.store)
    assert index.store.weightiest(5) == ()
