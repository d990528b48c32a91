"""C#, PHP and Swift: what their queries see."""

from textwrap import dedent

from told import calls, definitions, imports, signature, snippet, tree_of


def test_c_sharp() -> None:
    tree = snippet("Counter.cs")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        namespace Words.Counting
        class Words.Counting.Counter -- Counts Word by word: “é”.
        field Words.Counting.Counter.Limit -- The most kept.
        field Words.Counting.Counter.words
        field Words.Counting.Counter.other
        field Words.Counting.Counter.Changed
        field Words.Counting.Counter.Total
        field Words.Counting.Counter.Twice
        method Words.Counting.Counter.Counter
        method Words.Counting.Counter.AddAsync
        function Words.Counting.Counter.AddAsync.Local
        method Words.Counting.Counter.Short
        signature Words.Counting.Counter.Later
        interface Words.Counting.ITotal
        signature Words.Counting.ITotal.Sum
        enum Words.Counting.Colour
        class Words.Counting.Point
        field Words.Counting.Point.X
        class Words.Counting.Person
        type Words.Counting.Maker
        class Words.Counting.CounterTests
        method Words.Counting.CounterTests.Adds TEST -- It adds.
        method Words.Counting.CounterTests.Each TEST
        method Words.Counting.CounterTests.Waits TEST
        method Words.Counting.CounterTests.Helps
    """)
    assert imports(tree) == [
        ("System", ()),
        ("System.Collections.Generic", ()),
        ("System.Math", ()),
        ("System.Text.Json", ()),
    ]
    assert calls(tree) == "Run Local Count Equal Counter Short"


def test_php() -> None:
    tree = snippet("Counter.php")
    assert tree.module().doc == "This file counts."
    assert definitions(tree) == dedent("""\
        constant LIMIT
        constant OTHER
        class Counter -- Counts words: “é”.
        constant Counter.STEP -- The step.
        field Counter.total
        method Counter.__construct
        method Counter.add -- Adds.
        signature Counter.later
        interface Total
        signature Total.total
        class Logs
        method Logs.log
        enum Colour
        method Colour.label
        function helper
        class CounterTest
        method CounterTest.testAdds TEST
        method CounterTest.subs TEST -- It subtracts.
        method CounterTest.helper
        function adds é words TEST
    """)
    assert imports(tree) == [
        ("App\\Models", ("User",)),
        ("App\\Models", ("Group", "Role")),
        ("App", ("helper",)),
        ("Countable", ()),
        ("./near.php", ()),
        ("far.php", ()),
    ]
    assert calls(tree) == "define __construct strlen find count Group size assertSame helper test expect toBe"


def test_swift() -> None:
    tree = snippet("Counter.swift")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        constant limit -- The most kept.
        type Counts
        class Counter -- Counts words: “é”.
        field Counter.total -- The total.
        field Counter.twice
        method Counter.init -- Makes one.
        method Counter.add -- Adds.
        class Counter.Nested
        method Counter.Nested.run
        enum Colour
        method Colour.label
        interface Total
        signature Total.size
        signature Total.sum
        method Counter.more
        class Registry
        method Registry.register
        function free
        class CounterTests
        method CounterTests.testAdds TEST
        method CounterTests.helper
        class Specs
        method Specs.adds TEST
    """)
    assert imports(tree) == [
        ("Foundation", ()),
        ("UIKit.UIView", ()),
        ("Words", ()),
    ]
    assert calls(tree) == "init run map reduce XCTAssertEqual Counter add"


def test_signatures() -> None:
    tree = snippet("Counter.cs")
    assert signature(tree, "Words.Counting.Counter.Total") == "public int Total"
    assert signature(tree, "Words.Counting.Counter.Short") == "public int Short(int x)"
    tree = snippet("Counter.php")
    assert signature(tree, "Counter") == "final class Counter extends Base implements Total"
    assert signature(tree, "adds é words") == "test('adds é words')"
    tree = snippet("Counter.swift")
    assert signature(tree, "Counter.init") == "public init(name: String)"
    assert signature(tree, "Counter.twice") == "var twice: Int"


def test_a_namespace_for_the_whole_file_holds_nothing() -> None:
    assert definitions(tree_of("namespace A.B;\nclass C { }\n", "c_sharp")) == "class C\n"
    assert definitions(tree_of("<?php\nnamespace A\\B;\nclass C { }\n", "php")) == "class C\n"
    assert (
        definitions(tree_of("<?php\nnamespace A\\B { class C { } }\n", "php"))
        == "namespace A.B\nclass A.B.C\n"
    )


def test_test_methods_of_swift_and_php_stand_in_a_test_case() -> None:
    swift = "class A { func testIt() {} }\nclass B: XCTestCase { func testIt() {} }\n"
    assert [unit.qualified for unit in tree_of(swift, "swift").definitions() if unit.test] == ["B.testIt"]
    php = "<?php\nclass A { function testIt() {} }\nclass B extends \\Base\\DbTestCase { function testIt() {} }\n"
    assert [unit.qualified for unit in tree_of(php, "php").definitions() if unit.test] == ["B.testIt"]
