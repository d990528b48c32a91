"""Ruby, Bash, Bats, Lua and SQL: what their queries see."""

from textwrap import dedent

from told import calls, definitions, imports, signature, snippet, tree_of


def test_ruby() -> None:
    tree = snippet("counter.rb")
    assert tree.module().doc == "Counts words: “é”."
    assert definitions(tree) == dedent("""\
        constant LIMIT -- The most kept.
        namespace Words -- Words.
        class Words.Counter -- Counts.
        method Words.Counter.initialize -- Makes one.
        method Words.Counter.make
        method Words.Counter.valid?
        method Words.Counter.hidden
        class Words.Deep.Nested
        class Words.Point
        method Words.Point.length
        class CounterTest
        method CounterTest.test_adds TEST
        function Words::Counter TEST
        function Words::Counter.when empty TEST
        function Words::Counter.when empty.adds é TEST
    """)
    assert imports(tree) == [
        ("set", ()),
        ("./near", ()),
        ("far/away", ()),
    ]
    assert (
        calls(tree)
        == "require require_relative autoload include new tap add helper private Other new run Struct new assert_equal Counter new add describe context it expect add to eq"
    )


def test_bash() -> None:
    tree = snippet("counter.sh")
    assert tree.module().doc == "Counts words: “é”."
    assert definitions(tree) == dedent("""\
        constant LIMIT -- The most kept.
        constant STEP
        function add -- Adds.
        function make_one
        function both
    """)
    assert imports(tree) == [
        ("./near.sh", ()),
        ("$DIR/far.sh", ()),
    ]
    assert calls(tree) == "set source . helper echo sort git add add add usage"


def test_bats() -> None:
    tree = snippet("counter.bats")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        function setup
        function adds é words TEST -- It adds.
        function second TEST
    """)
    assert imports(tree) == [
        ("./test_helper", ()),
    ]
    assert calls(tree) == "load @test run } @test run }"


def test_lua() -> None:
    tree = snippet("counter.lua")
    assert tree.module().doc == "Counts words: “é”. In text."
    assert definitions(tree) == dedent("""\
        constant near
        constant far
        constant LIMIT -- The most kept.
        constant M
        method M.new -- Makes one.
        method M.add -- Adds.
        function hidden
        function free
        function short
        method M.late
        constant handlers
        method handlers.go
        function counter TEST
        function counter.adds é words TEST
    """)
    assert imports(tree) == [
        ("words.near", ()),
        ("words.far", ()),
        ("tasks.lua", ()),
    ]
    assert (
        calls(tree)
        == "require require dofile setmetatable helper run size new hidden describe it equal new add"
    )


def test_sql() -> None:
    tree = snippet("counter.sql")
    assert tree.module().doc == "Words: “é”."
    assert definitions(tree) == dedent("""\
        namespace words
        class counter -- The counters.
        field counter.id
        field counter.name
        field counter.total
        constant counter_name
        class large -- The large ones.
        type colour
        function add -- Adds.
        function audit
        constant counter_seq
    """)
    assert imports(tree) == []
    assert calls(tree) == "upper count helper"


def test_signatures() -> None:
    tree = snippet("counter.rb")
    assert signature(tree, "Words") == "module Words"
    assert signature(tree, "Words.Counter.valid?") == "def valid?"
    assert signature(tree, "Words::Counter.when empty.adds é") == 'it "adds é"'
    tree = snippet("counter.lua")
    assert signature(tree, "M.add") == "function M:add(word, n)"
    assert signature(tree, "counter") == 'describe("counter")'
    assert signature(snippet("counter.sh"), "add") == "add()"
    assert signature(snippet("counter.bats"), "adds é words") == '@test "adds é words"'
    assert signature(snippet("counter.sql"), "counter") == "CREATE TABLE IF NOT EXISTS words.counter"


def test_a_bats_test_ends_at_its_bracket() -> None:
    tree = snippet("counter.bats")
    adds = next(unit for unit in tree.definitions() if unit.name == "adds é words")
    assert (
        tree.text[adds.start : adds.end] == '@test "adds é words" {\n  run add a b\n  [ "$status" -eq 0 ]\n}'
    )


def test_what_an_example_group_is_about_stays_mentioned() -> None:
    tree = tree_of("RSpec.describe Words::Counter do\nend\n", "ruby")
    assert definitions(tree) == "function Words::Counter TEST\n"
    assert tree.mentions()["Words"] == (15,)


def test_a_table_of_sql_goes_by_its_bare_name() -> None:
    assert definitions(tree_of("CREATE TABLE a.b (c INT);\n", "sql")) == "class b\nfield b.c\n"
