"""Imports that are paths: C, C++, Ruby, Lua and shell."""

import pytest

from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Import

C = Modules(
    [
        "include/shop/cart.h",
        "include/shop/util.h",
        "src/cart.c",
        "src/util.h",
        "src/net/net.cpp",
        "src/net/util.h",
        "compat/string.h",
        "a/config.h",
        "b/config.h",
        "b/src/main.cc",
        "common/deep/x.hpp",
    ]
)
RUBY = Modules(
    [
        "lib/shop.rb",
        "lib/shop/cart.rb",
        "lib/shop/item.rb",
        "spec/spec_helper.rb",
        "spec/shop/cart_spec.rb",
        "gems/a/lib/a/version.rb",
        "gems/b/lib/a/version.rb",
        "gems/b/lib/b.rb",
        "bin/run.rb",
        "bin/options.rb",
        "Rakefile",
    ]
)
LUA = Modules(
    [
        "lua/shop/init.lua",
        "lua/shop/cart.lua",
        "other/shop/cart.lua",
        "other/main.lua",
        "plugin/shop.lua",
        "run.lua",
    ]
)
SHELL = Modules(
    [
        "bin/run.sh",
        "bin/common.sh",
        "lib/log.sh",
        "lib/util/text.sh",
        "other/lib/log.sh",
        "test/a.bats",
        "test/helper.bash",
    ]
)


@pytest.mark.parametrize(
    ("tree", "importer", "module", "expected"),
    [
        (C, "src/cart.c", "util.h", ("src/util.h",)),
        (C, "src/net/net.cpp", "util.h", ("src/net/util.h",)),
        (C, "src/net/net.cpp", "../util.h", ("src/util.h",)),
        (C, "src/net/net.cpp", "..\\util.h", ("src/util.h",)),
        (C, "src/cart.c", '"shop/cart.h"', ("include/shop/cart.h",)),
        (C, "src/cart.c", "<shop/cart.h>", ("include/shop/cart.h",)),
        (C, "src/cart.c", "cart.h", ("include/shop/cart.h",)),
        (C, "src/cart.c", "../deep/x.hpp", ("common/deep/x.hpp",)),
        (C, "b/src/main.cc", "config.h", ("b/config.h",)),
        (C, "src/cart.c", "config.h", ("a/config.h",)),
        (C, "src/cart.c", "<string.h>", ()),
        (C, "src/cart.c", "string.h", ("compat/string.h",)),
        (C, "src/cart.c", "<vector>", ()),
        (C, "src/cart.c", "<sys/types.h>", ()),
        (C, "src/cart.c", "hop/cart.h", ()),
        (RUBY, "spec/shop/cart_spec.rb", "spec_helper", ("spec/spec_helper.rb",)),
        (RUBY, "spec/shop/cart_spec.rb", "shop/cart", ("lib/shop/cart.rb",)),
        (RUBY, "spec/shop/cart_spec.rb", "shop", ("lib/shop.rb",)),
        (RUBY, "lib/shop/cart.rb", "./item", ("lib/shop/item.rb",)),
        (RUBY, "lib/shop/cart.rb", "item", ()),
        (RUBY, "lib/shop/cart.rb", "../shop.rb", ("lib/shop.rb",)),
        (RUBY, "lib/shop/cart.rb", "./shop", ()),
        (RUBY, "gems/b/lib/b.rb", "a/version", ("gems/b/lib/a/version.rb",)),
        (RUBY, "bin/run.rb", "options", ("bin/options.rb",)),
        (RUBY, "Rakefile", "./lib/shop", ("lib/shop.rb",)),
        (RUBY, "bin/run.rb", "json", ()),
        (LUA, "run.lua", "shop.cart", ("lua/shop/cart.lua",)),
        (LUA, "other/main.lua", "shop.cart", ("other/shop/cart.lua",)),
        (LUA, "lua/shop/cart.lua", "shop", ("lua/shop/init.lua",)),
        (LUA, "run.lua", "shop", ("plugin/shop.lua",)),
        (LUA, "run.lua", "other/main.lua", ("other/main.lua",)),
        (LUA, "run.lua", "socket.http", ()),
        (SHELL, "bin/run.sh", "./common.sh", ("bin/common.sh",)),
        (SHELL, "bin/run.sh", "common.sh", ("bin/common.sh",)),
        (SHELL, "bin/run.sh", "../lib/log.sh", ("lib/log.sh",)),
        (SHELL, "bin/run.sh", "lib/log.sh", ("lib/log.sh",)),
        (SHELL, "bin/run.sh", "$ROOT/lib/util/text.sh", ("lib/util/text.sh",)),
        (SHELL, "bin/run.sh", "${ROOT:-.}/lib/util/text.sh", ("lib/util/text.sh",)),
        (SHELL, "bin/run.sh", '"$(cd "$(dirname "$0")" && pwd)/common.sh"', ("bin/common.sh",)),
        (SHELL, "bin/run.sh", "$ROOT/$NAME.sh", ()),
        (SHELL, "bin/run.sh", "/etc/lib/log.sh", ()),
        (SHELL, "bin/run.sh", "~/common.sh", ()),
        (SHELL, "bin/run.sh", "venv/bin/activate", ()),
        (SHELL, "test/a.bats", "./helper", ("test/helper.bash",)),
    ],
)
def test_a_path_leads_to_its_file(
    tree: Modules, importer: str, module: str, expected: tuple[str, ...]
) -> None:
    assert tree.resolve(importer, Import(module, (), 0, 0)) == expected
