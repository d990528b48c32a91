"""The ranking: which files and definitions a question is about, each sign by itself."""

import pytest

from quintet.agents.context import History, Survey, survey
from quintet.agents.context.weights import SIGNALS, WEIGHTS
from quintet.agents.task import Task
from quintet.workspace.snapshot import open_snapshot
from support import Lay

SHOP = {
    "shop/cart.py": "def total(items):\n    return sum(item.price for item in items)\n\n\ndef empty(items):\n    return not items\n",
    "shop/tax.py": "def rate(country):\n    levy = {'fr': 20}\n    return levy[country]\n",
    "shop/mail/send.py": "def deliver(letter):\n    return letter\n",
    "shop/stock.py": "class Shelf:\n    def refill(self, amount):\n        self.amount = amount\n",
}


def ranked(
    lay: Lay, files: dict[str, str], words: str, history: History | None = None
) -> list[tuple[str, str]]:
    found = survey(open_snapshot(lay(files)), Task(kind="instruction", issue=words), history=history)
    return [(match.definition.path, match.definition.name) for match in found.matches]


def _worth(found: Survey) -> dict[str, float]:
    paths = {match.definition.path for match in found.matches}
    return {path: sum(m.worth for m in found.matches if m.definition.path == path) for path in paths}


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("the total of a cart is wrong", ("shop/cart.py", "total")),
        ("`refill` loses what was there", ("shop/stock.py", "refill")),
        ("mail: nothing arrives", ("shop/mail/send.py", "deliver")),
        ("see shop/tax.py", ("shop/tax.py", "rate")),
        ("the levy of France is too low", ("shop/tax.py", "rate")),  # a word that stands in a body only
    ],
)
def test_each_kind_of_hint_leads_to_its_definition(lay: Lay, words: str, first: tuple[str, str]) -> None:
    assert ranked(lay, SHOP, words)[0] == first


def test_a_test_speaks_for_the_code_that_it_imports(lay: Lay) -> None:
    files = SHOP | {
        "tests/test_vouchers.py": "from shop.stock import Shelf\n\n\ndef test_vouchers_are_redeemed():\n    Shelf().refill(1)\n"
    }
    found = survey(open_snapshot(lay(files)), Task(kind="instruction", issue="vouchers get redeemed twice"))
    code = [match.definition.path for match in found.matches if match.definition.path.startswith("shop")]
    assert code[0] == "shop/stock.py"


def test_a_file_whose_best_definition_has_all_the_words_counts_for_more(lay: Lay) -> None:
    lines = "    voucher = guest\n", "    refund = guest\n"
    files = {
        "shop/apart.py": f"def first(guest):\n{lines[0]}\n\ndef second(guest):\n{lines[1]}",
        "shop/together.py": f"def first(guest):\n    return guest\n\n\ndef second(guest):\n{''.join(lines)}",
    }
    snapshot, task = open_snapshot(lay(files)), Task(kind="instruction", issue="voucher with a refund")
    with_it, without = (
        _worth(survey(snapshot, task, weights=weights))
        for weights in (WEIGHTS, WEIGHTS.without("best definition"))
    )
    assert without["shop/together.py"] == pytest.approx(without["shop/apart.py"])
    assert with_it["shop/together.py"] > with_it["shop/apart.py"]


def test_a_changelog_that_speaks_of_everything_hides_no_source(lay: Lay) -> None:
    log = "The total of a cart is right.\n" * 50
    assert ranked(lay, SHOP | {"CHANGELOG.md": log}, "the total of a cart is wrong")[0][0] == "shop/cart.py"


def test_a_file_that_defines_nothing_can_be_meant(lay: Lay) -> None:
    assert ("shop/limits.py", "") in ranked(
        lay, SHOP | {"shop/limits.py": '"""Limits of a cart."""\n'}, "limits"
    )


def test_among_equals_the_file_that_changes_often_comes_first(lay: Lay) -> None:
    files = {f"shop/room_{letter}.py": "def price(guest):\n    return guest\n" for letter in "uvwxyz"}
    history = History(churn={"shop/room_x.py": 9.0})
    assert ranked(lay, files, "the price a guest pays", history)[0][0] == "shop/room_x.py"


def test_every_sign_belongs_to_one_group_and_can_be_switched_off() -> None:
    grouped = [name for group in SIGNALS.values() for name in group]
    assert sorted(grouped) == sorted(WEIGHTS.__dataclass_fields__)
    for signal, group in SIGNALS.items():
        less = WEIGHTS.without(signal)
        assert all(
            getattr(less, name) == (0.0 if name in group else getattr(WEIGHTS, name)) for name in grouped
        )
