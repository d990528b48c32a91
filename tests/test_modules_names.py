"""Imports by qualified name: Go, Java, Kotlin, Scala, C# and PHP."""

import pytest

from quintet.workspace.modules import Modules
from quintet.workspace.syntax import Import


def found(tree: Modules, importer: str, module: str, *names: str) -> tuple[str, ...]:
    return tree.resolve(importer, Import(module, names, 0, 0))


GO = Modules(
    [
        "main.go",
        "cart/cart.go",
        "cart/item.go",
        "cart/cart_test.go",
        "cart/data.json",
        "tools/main.go",
        "tools/gen/gen.go",
        "fmt/fmt.go",
        "only/only_test.go",
        "old/src/github.com/them/lib/lib.go",
    ],
    {
        "go.mod": "// ours\nmodule example.com/shop // v1\n\ngo 1.22\n",
        "tools/go.mod": 'module "example.com/shop/tools/v2"\r\n',
    },
)


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("main.go", "example.com/shop/cart", ("cart/cart.go", "cart/item.go")),
        ("cart/cart_test.go", "example.com/shop/cart", ("cart/cart.go", "cart/item.go")),
        ("cart/cart.go", "example.com/shop", ("main.go",)),
        ("main.go", "example.com/shop/tools/v2/gen", ("tools/gen/gen.go",)),
        ("main.go", "example.com/shop/gone", ()),
        ("main.go", "example.com/shop/only", ()),
        ("main.go", "example.com/shopping/cart", ()),
        ("main.go", "fmt", ()),
        ("main.go", "./cart", ("cart/cart.go", "cart/item.go")),
        ("main.go", "github.com/them/lib", ("old/src/github.com/them/lib/lib.go",)),
        ("main.go", "github.com/them/other", ()),
    ],
)
def test_a_go_package_is_all_files_of_its_folder(
    importer: str, module: str, expected: tuple[str, ...]
) -> None:
    assert found(GO, importer, module) == expected


def test_of_two_go_modules_of_one_path_the_nearest_counts() -> None:
    tree = Modules(
        ["a/m/x/x.go", "b/m/x/x.go", "b/main.go"],
        {"a/m/go.mod": "module m.org/m\n", "b/m/go.mod": "module m.org/m\n"},
    )
    assert found(tree, "b/main.go", "m.org/m/x") == ("b/m/x/x.go",)


JVM = Modules(
    [
        "core/src/main/java/com/acme/shop/Cart.java",
        "core/src/main/java/com/acme/shop/Item.java",
        "core/src/main/java/com/acme/web/Server.java",
        "core/src/test/java/com/acme/shop/CartTest.java",
        "core/src/main/resources/com/acme/shop/names.properties",
        "other/src/main/java/com/acme/shop/Cart.java",
        "app/src/main/kotlin/com/acme/app/Main.kt",
        "app/src/main/kotlin/com/acme/app/Screen.kt",
        "app/src/main/scala/com/acme/math/Sum.scala",
    ]
)
CORE = "core/src/main/java/com/acme"


@pytest.mark.parametrize(
    ("importer", "module", "names", "expected"),
    [
        (f"{CORE}/web/Server.java", "com.acme.shop.Cart", (), (f"{CORE}/shop/Cart.java",)),
        (f"{CORE}/web/Server.java", "com.acme.shop.Cart.Line", (), (f"{CORE}/shop/Cart.java",)),
        (f"{CORE}/web/Server.java", "static com.acme.shop.Cart.total", (), (f"{CORE}/shop/Cart.java",)),
        (f"{CORE}/web/Server.java", "com.acme.shop.Cart.*", (), (f"{CORE}/shop/Cart.java",)),
        (
            "other/src/main/java/com/acme/shop/Main.java",
            "com.acme.shop.Cart",
            (),
            ("other/src/main/java/com/acme/shop/Cart.java",),
        ),
        (
            f"{CORE}/web/Server.java",
            "com.acme.shop.*",
            (),
            (
                f"{CORE}/shop/Cart.java",
                f"{CORE}/shop/Item.java",
                "core/src/test/java/com/acme/shop/CartTest.java",
            ),
        ),
        (f"{CORE}/web/Server.java", "java.util.List", (), ()),
        (f"{CORE}/web/Server.java", "java.util.*", (), ()),
        (f"{CORE}/web/Server.java", "*", (), ()),
        (
            "app/src/main/kotlin/com/acme/app/Main.kt",
            "com.acme.app.Screen",
            (),
            ("app/src/main/kotlin/com/acme/app/Screen.kt",),
        ),
        (
            "app/src/main/kotlin/com/acme/app/Main.kt",
            "com.acme.shop.Item as Thing",
            (),
            (f"{CORE}/shop/Item.java",),
        ),
        ("app/src/main/kotlin/com/acme/app/Main.kt", "com.acme.shop.`Item`", (), (f"{CORE}/shop/Item.java",)),
        (
            "app/src/main/scala/com/acme/Run.scala",
            "com.acme",
            ("math.Sum", "app.Screen => S"),
            ("app/src/main/scala/com/acme/math/Sum.scala", "app/src/main/kotlin/com/acme/app/Screen.kt"),
        ),
        (
            "app/src/main/scala/com/acme/Run.scala",
            "com.acme.math.{Sum => Plus}",
            (),
            ("app/src/main/scala/com/acme/math/Sum.scala",),
        ),
        (
            "app/src/main/scala/com/acme/Run.scala",
            "com.acme.math._",
            (),
            ("app/src/main/scala/com/acme/math/Sum.scala",),
        ),
        (
            "app/src/main/scala/com/acme/Run.scala",
            "math.Sum",
            (),
            ("app/src/main/scala/com/acme/math/Sum.scala",),
        ),
    ],
)
def test_a_class_is_a_file_below_its_package(
    importer: str, module: str, names: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert found(JVM, importer, module, *names) == expected


CS = Modules(
    [
        "src/Acme.Shop/Cart/Cart.cs",
        "src/Acme.Shop/Cart/Item.cs",
        "src/Acme.Shop/Program.cs",
        "src/System/Odd.cs",
        "lib/Acme/Web/Server.cs",
        "a/Models/User.cs",
        "b/Models/User.cs",
        "docs/Acme/Text/readme.md",
    ]
)


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        (
            "lib/Acme/Web/Server.cs",
            "Acme.Shop.Cart",
            ("src/Acme.Shop/Cart/Cart.cs", "src/Acme.Shop/Cart/Item.cs"),
        ),
        ("src/Acme.Shop/Program.cs", "Acme.Web", ("lib/Acme/Web/Server.cs",)),
        ("src/Acme.Shop/Program.cs", "global::Acme.Web", ("lib/Acme/Web/Server.cs",)),
        ("src/Acme.Shop/Program.cs", "Acme.Web.Server", ("lib/Acme/Web/Server.cs",)),
        ("lib/Acme/Web/Server.cs", "Acme.Shop", ("src/Acme.Shop/Program.cs",)),
        ("b/Main.cs", "Models", ("b/Models/User.cs",)),
        ("src/Acme.Shop/Program.cs", "System", ()),
        ("src/Acme.Shop/Program.cs", "System.Text", ()),
        ("src/Acme.Shop/Program.cs", "Acme.Text", ()),
    ],
)
def test_a_namespace_is_taken_for_a_folder(importer: str, module: str, expected: tuple[str, ...]) -> None:
    assert found(CS, importer, module) == expected


PHP_PATHS = [
    "app/Models/User.php",
    "app/Http/Kernel.php",
    "lib/src/Text/Words.php",
    "lib/tests/WordsTest.php",
    "inc/db.php",
    "inc/all.php",
    "old/Acme/Old/Thing.php",
    "public/index.php",
]
PHP = Modules(
    PHP_PATHS,
    {
        "composer.json": '{"autoload": {"psr-4": {"App\\\\": "app/", "": "fallback"}}}',
        "lib/composer.json": (
            '{"autoload": {"psr-4": {"Acme\\\\Lib\\\\": ["gone/", "src"]}},'
            ' "autoload-dev": {"psr-4": {"Acme\\\\Lib\\\\Tests\\\\": "tests/"}}}'
        ),
    },
)


@pytest.mark.parametrize(
    ("module", "names", "expected"),
    [
        ("App\\Models\\User", (), ("app/Models/User.php",)),
        ("\\App\\Models\\User", (), ("app/Models/User.php",)),
        ("App\\Models\\User as Person", (), ("app/Models/User.php",)),
        ("App\\Models\\User", ("User",), ("app/Models/User.php",)),
        ("App", ("Models\\User", "Http\\Kernel"), ("app/Models/User.php", "app/Http/Kernel.php")),
        ("App\\{Models\\User, Http\\Kernel}", (), ("app/Models/User.php", "app/Http/Kernel.php")),
        ("Acme\\Lib\\Text\\Words", (), ("lib/src/Text/Words.php",)),
        ("Acme\\Lib\\Tests\\WordsTest", (), ("lib/tests/WordsTest.php",)),
        ("Acme\\Old\\Thing", (), ("old/Acme/Old/Thing.php",)),
        ("Vendor\\Models\\User", (), ()),
        ("Psr\\Log\\LoggerInterface", (), ()),
        ("Exception", (), ()),
        ("../inc/db.php", (), ("inc/db.php",)),
        ("/../inc/db.php", (), ("inc/db.php",)),
        ("inc/db.php", (), ("inc/db.php",)),
        ("db.php", (), ("inc/db.php",)),
        ("../../../etc/db.php", (), ()),
        ("vendor/autoload.php", (), ()),
    ],
)
def test_php_classes_and_includes(module: str, names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert found(PHP, "public/index.php", module, *names) == expected


def test_without_composer_the_projects_own_name_may_be_no_folder() -> None:
    tree = Modules(PHP_PATHS)
    assert found(tree, "public/index.php", "Shop\\Models\\User") == ("app/Models/User.php",)
    assert found(tree, "public/index.php", "User") == ()
