"""Rust imports: declared modules, paths from crate, self and super, and crates of the workspace."""

import pytest

from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Import

PATHS = [
    "crates/shop-core/src/lib.rs",
    "crates/shop-core/src/cart.rs",
    "crates/shop-core/src/cart/item.rs",
    "crates/shop-core/src/price/mod.rs",
    "crates/shop-core/src/price/tax.rs",
    "crates/shop-core/tests/common/mod.rs",
    "crates/shop-core/tests/all.rs",
    "crates/shop-core/build.rs",
    "crates/web/src/main.rs",
    "crates/web/src/routes.rs",
    "crates/web/src/foolib.rs",
    "crates/odd/source/root.rs",
    "crates/odd/source/inner.rs",
    "crates/odd/source/inner/deep.rs",
]
CONFIGS = {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
    "crates/shop-core/Cargo.toml": '[package]\nname = "shop-core"\nversion.workspace = true\n[dependencies]\nodd = { path = "../odd" }\n',
    "crates/web/Cargo.toml": '[package]\nname = "web"\n',
    "crates/odd/Cargo.toml": '[package]\nname = "odd"\n[lib]\nname = "strange"\npath = "source/root.rs"\n[dependencies]\nshop-core = { path = "../shop-core" }\n',
}
CORE, WEB, ODD = "crates/shop-core/src", "crates/web/src", "crates/odd/source"
modules = Modules(PATHS, CONFIGS)


def found(importer: str, module: str, *names: str, tree: Modules = modules) -> tuple[str, ...]:
    return tree.resolve(importer, Import(module, names, 0, 0))


@pytest.mark.parametrize(
    ("importer", "name", "expected"),
    [
        (f"{CORE}/lib.rs", "cart", (f"{CORE}/cart.rs",)),
        (f"{CORE}/lib.rs", "price", (f"{CORE}/price/mod.rs",)),
        (f"{CORE}/cart.rs", "item", (f"{CORE}/cart/item.rs",)),
        (f"{CORE}/price/mod.rs", "tax", (f"{CORE}/price/tax.rs",)),
        ("crates/shop-core/tests/all.rs", "common", ("crates/shop-core/tests/common/mod.rs",)),
        (f"{ODD}/root.rs", "inner", (f"{ODD}/inner.rs",)),
        (f"{ODD}/inner.rs", "deep", (f"{ODD}/inner/deep.rs",)),
        (f"{CORE}/lib.rs", "gone", ()),
    ],
)
def test_a_declared_module_is_a_file(importer: str, name: str, expected: tuple[str, ...]) -> None:
    assert found(importer, f"mod {name}") == expected
    assert found(importer, f"pub(crate) mod r#{name};") == expected
    assert found(importer, name, "mod") == expected
    assert found(importer, "self", name) == expected


@pytest.mark.parametrize(
    ("importer", "module", "names", "expected"),
    [
        (f"{CORE}/cart/item.rs", "crate::price::tax", (), (f"{CORE}/price/tax.rs",)),
        (f"{CORE}/cart/item.rs", "crate::price::tax::rate", (), (f"{CORE}/price/tax.rs",)),
        (
            f"{CORE}/cart/item.rs",
            "crate::price",
            ("tax", "Price"),
            (f"{CORE}/price/tax.rs", f"{CORE}/price/mod.rs"),
        ),
        (
            f"{CORE}/cart/item.rs",
            "crate::{price::{tax, self}, cart as c}",
            (),
            (f"{CORE}/price/tax.rs", f"{CORE}/price/mod.rs", f"{CORE}/cart.rs"),
        ),
        (f"{CORE}/cart/item.rs", "crate::price::*", (), (f"{CORE}/price/mod.rs",)),
        (f"{CORE}/cart/item.rs", "crate::Error", (), (f"{CORE}/lib.rs",)),
        (f"{CORE}/cart/item.rs", "super::Cart", (), (f"{CORE}/cart.rs",)),
        (f"{CORE}/cart/item.rs", "super::super", ("price",), (f"{CORE}/price/mod.rs",)),
        (f"{CORE}/cart/item.rs", "super::super::Error", (), (f"{CORE}/lib.rs",)),
        (f"{CORE}/price/tax.rs", "super", ("Price",), (f"{CORE}/price/mod.rs",)),
        (f"{CORE}/price/mod.rs", "super::cart::Cart", (), (f"{CORE}/cart.rs",)),
        (f"{CORE}/cart/item.rs", "super", ("*",), ()),
        (f"{CORE}/lib.rs", "super::cart", (), ()),
        (f"{CORE}/cart.rs", "self::item::Item", (), (f"{CORE}/cart/item.rs",)),
        (f"{CORE}/cart.rs", "item::Item", (), (f"{CORE}/cart/item.rs",)),
        (f"{CORE}/lib.rs", "cart", ("Cart",), (f"{CORE}/cart.rs",)),
        (f"{WEB}/main.rs", "crate::routes", ("get",), (f"{WEB}/routes.rs",)),
        (f"{WEB}/foolib.rs", "super::routes", (), (f"{WEB}/routes.rs",)),
        (f"{ODD}/inner/deep.rs", "crate::Thing", (), (f"{ODD}/root.rs",)),
        (f"{ODD}/inner.rs", "super::Thing", (), (f"{ODD}/root.rs",)),
        (f"{WEB}/routes.rs", "shop_core::cart", ("Cart",), (f"{CORE}/cart.rs",)),
        (f"{WEB}/routes.rs", "shop_core", (), (f"{CORE}/lib.rs",)),
        (f"{WEB}/routes.rs", "::shop_core::price::tax", (), (f"{CORE}/price/tax.rs",)),
        (f"{WEB}/routes.rs", "strange::inner", (), (f"{ODD}/inner.rs",)),
        ("crates/shop-core/tests/all.rs", "shop_core::cart::item", (), (f"{CORE}/cart/item.rs",)),
        (
            "crates/shop-core/tests/all.rs",
            "crate::common::lay",
            (),
            ("crates/shop-core/tests/common/mod.rs",),
        ),
        (f"{WEB}/routes.rs", "std::collections", ("HashMap",), ()),
        (f"{WEB}/routes.rs", "web::routes", (), ()),
        (f"{WEB}/routes.rs", "odd", (), ()),
    ],
)
def test_a_path_leads_to_its_deepest_module(
    importer: str, module: str, names: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert found(importer, module, *names) == expected


def test_without_configuration_paths_inside_a_crate_still_lead_somewhere() -> None:
    tree = Modules(PATHS)
    assert found(f"{CORE}/cart/item.rs", "crate::price::tax", tree=tree) == (f"{CORE}/price/tax.rs",)
    assert found(f"{WEB}/routes.rs", "shop_core::cart", tree=tree) == ()


def test_of_two_crates_of_one_name_the_nearest_counts() -> None:
    paths = [f"{root}/{file}" for root in ("a/x", "b/x", "b/y") for file in ("src/lib.rs", "src/m.rs")]
    tree = Modules(paths, {f"{root}/x/Cargo.toml": '[package]\nname = "x"\n' for root in "ab"})
    assert found("b/y/src/m.rs", "x::m", tree=tree) == ("b/x/src/m.rs",)
    assert found("c/y/src/m.rs", "x::m", tree=tree) == ("a/x/src/m.rs",)
