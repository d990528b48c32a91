"""Java, Kotlin and Scala: what their queries see."""

from textwrap import dedent

from told import calls, definitions, imports, signature, snippet, tree_of


def test_java() -> None:
    tree = snippet("Counter.java")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        class Counter -- Counts words in text: “é”.
        field Counter.LIMIT -- The most kept.
        field Counter.words
        field Counter.other
        method Counter.Counter -- Makes one.
        method Counter.total
        signature Counter.later
        interface Counter.Inner
        signature Counter.Inner.call
        method Counter.Inner.twice
        enum Counter.Colour
        method Counter.Colour.code
        class Counter.Point
        interface Counter.Marker
        signature Counter.Marker.value
        method Counter.adds TEST -- It adds.
        method Counter.each TEST
    """)
    assert imports(tree) == [
        ("org.junit.Assert", ("assertEquals",)),
        ("java.util", ("List",)),
        ("java.util.function", ("*",)),
    ]
    assert calls(tree) == "HashMap values stream mapToInt sum helper ordinal assertEquals Counter total"


def test_kotlin() -> None:
    tree = snippet("Counter.kt")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        constant LIMIT -- The most kept.
        type Counts
        class Counter -- Counts [words]: “é”.
        field Counter.total -- The total.
        field Counter.words
        method Counter.constructor
        method Counter.add -- Adds.
        method Counter.short
        method Counter.make
        interface Total
        signature Total.sum
        method Total.twice
        enum Colour
        method Colour.label
        class Registry
        function shout
        class CounterTest
        method CounterTest.adds TEST -- It adds.
        method CounterTest.adds é words TEST
    """)
    assert imports(tree) == [
        ("java.util", ("List",)),
        ("org.example.near", ("helper",)),
        ("kotlin.math", ("*",)),
    ]
    assert (
        calls(tree)
        == "Base mutableMapOf prepare helper run map sum Counter sum uppercase assertEquals Counter short ValueSource"
    )


def test_scala() -> None:
    tree = snippet("Counter.scala")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        class Counter -- Counts words: “é”.
        field Counter.Limit -- The most kept.
        field Counter.words
        type Counter.Counts
        method Counter.add -- Adds.
        function Counter.add.local
        method Counter.==
        class Counter
        method Counter.make
        interface Total
        signature Total.sum
        method Total.twice
        enum Colour
        method Colour.label
        constant top
        class Indented
        method Indented.grow
        class CounterSpec
        function CounterSpec.adds é words TEST
        function CounterSpec.count TEST
        function CounterSpec.grouped TEST
        function CounterSpec.grouped.works TEST
        method CounterSpec.plain TEST
    """)
    assert imports(tree) == [
        ("scala.collection.mutable", ("Map", "Set")),
        ("scala.util", ("_",)),
        ("org.example", ("Near",)),
        ("java.util", ("List",)),
    ]
    assert calls(tree) == "getOrElse helper map Near Counter test assert Counter add go describe it run"


def test_signatures() -> None:
    tree = snippet("Counter.java")
    assert signature(tree, "Counter.total") == "public int total(int start) throws IOException"
    assert signature(tree, "Counter.Point") == "record Point(int x, int y)"
    tree = snippet("Counter.kt")
    assert signature(tree, "Counter.short") == "fun short(x: Int)"
    assert signature(tree, "Counter.add") == "override suspend fun add(word: String, n: Int = 1): Int"
    tree = snippet("Counter.scala")
    assert signature(tree, "Counter.add") == "override def add(word: String, n: Int = 1): Int"
    assert signature(tree, "CounterSpec.adds é words") == 'test("adds é words")'
    assert signature(tree, "CounterSpec.count") == '"A counter" should "count"'
    assert signature(tree, "Indented.grow") == "def grow(y: Int): Int"


def test_a_definition_in_java_reaches_from_its_annotations() -> None:
    tree = snippet("Counter.java")
    each = next(unit for unit in tree.units() if unit.name == "each")
    assert tree.text[each.start : each.body_start].startswith("@ParameterizedTest\n    @ValueSource(")


def test_old_tests_in_java_have_a_name_and_a_base() -> None:
    text = "class A extends TestCase { void testIt() {} void help() {} }\nclass B { void testIt() {} }\n"
    tested = [unit.qualified for unit in tree_of(text, "java").definitions() if unit.test]
    assert tested == ["A.testIt"]
