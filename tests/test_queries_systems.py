"""Rust, Go, C and C++: what their queries see."""

from textwrap import dedent

from told import calls, definitions, imports, signature, snippet, tree_of


def test_rust() -> None:
    tree = snippet("counter.rs")
    assert tree.module().doc == "Counts words in text."
    assert definitions(tree) == dedent("""\
        constant LIMIT -- The most words kept.
        type Counts
        class Counter -- Counts words: “é”.
        enum Problem -- What can go wrong.
        interface Count
        signature Count.total -- How many there are.
        method Count.is_empty
        method Counter.new -- Makes an empty one.
        method Counter.total
        function square
        namespace tests
        function tests.adds TEST
        function tests.waits TEST -- It takes a while.
    """)
    assert imports(tree) == [
        ("std::collections::hash_map", ("Entry",)),
        ("std::collections", ("BTreeMap", "HashMap")),
        ("std", ("fmt",)),
        ("crate::text", ("*",)),
        ("self", ("helper",)),
        ("super", ("*",)),
    ]
    assert calls(tree) == "total Self new values sum extra assert_eq new total square Counter new"


def test_go() -> None:
    tree = snippet("counter.go")
    assert tree.module().doc == "Package count counts words: “é”."
    assert definitions(tree) == dedent("""\
        constant Limit -- Limit is the most kept.
        constant Small -- Small is less.
        constant Large
        constant ErrEmpty
        class Counter -- Counter counts.
        type Name -- Name names one.
        class Pair
        interface Total
        signature Total.Sum -- Sum adds it all up.
        function New -- New makes one.
        method Counter.Add -- Add adds a word.
        method Pair.Swap
        function TestAdd TEST
        function BenchmarkAdd TEST
        function Testament
    """)
    assert imports(tree) == [
        ("fmt", ()),
        ("strings", ()),
        ("testing", ()),
        ("example.com/words/embed", ()),
    ]
    assert calls(tree) == "New Counter make ToUpper len Pair New Add"


def test_c() -> None:
    tree = snippet("counter.c")
    assert tree.module().doc == "Words: counting them, “é”."
    assert definitions(tree) == dedent("""\
        constant LIMIT -- The most kept.
        function SQUARE
        type counter_t -- Counts.
        class counter -- Counts.
        class point
        type callback
        class bits
        enum colour
        signature counter_new -- Makes one.
        constant total
        constant names
        function add
        function split
        method Counter.Adds TEST
    """)
    assert imports(tree) == [
        ("<stdio.h>", ()),
        ("words/list.h", ()),
    ]
    assert calls(tree) == "SQUARE helper run TEST ASSERT_EQ add counter_new"


def test_cpp() -> None:
    tree = snippet("counter.cpp")
    assert tree.module().doc == ""
    assert definitions(tree) == dedent("""\
        namespace words.count
        class words.count.Counter -- Counts words: “é”. In text.
        method words.count.Counter.Counter
        signature words.count.Counter.~Counter
        signature words.count.Counter.size -- How many.
        signature words.count.Counter.draw
        method words.count.Counter.make
        method words.count.Counter.operator==
        signature words.count.Counter.begin
        type words.count.Counter.value_type
        enum words.count.Counter.Kind
        class words.count.Counter.Inner
        method words.count.Counter.Inner.run
        method words.count.Counter.size
        method words.count.Counter.~Counter
        method words.count.Outer.Inner.shape
        type words.count.Counts
        constant words.count.LIMIT
        signature words.count.prototype
        class Plain
        method Plain.run
        function hidden
        signature plain_name
        method CounterTest.Adds TEST
        function adds é words TEST
        function adds é words.twice TEST
    """)
    assert imports(tree) == [
        ("<vector>", ()),
        ("counter.hpp", ()),
    ]
    assert (
        calls(tree) == "Counter clear make_shape near EXPECT_EQ Counter size TEST_CASE Counter SECTION twice"
    )


def test_signatures() -> None:
    tree = snippet("counter.rs")
    assert signature(tree, "Counter.new") == "pub fn new(name: &'a str) -> Self"
    assert signature(tree, "Count") == "pub trait Count"
    tree = snippet("counter.go")
    assert signature(tree, "Counter.Add") == "func (c *Counter) Add(word string) (n int, err error)"
    assert signature(tree, "Counter") == "type Counter struct"
    tree = snippet("counter.c")
    assert signature(tree, "point") == "typedef struct point"
    assert signature(tree, "counter_new") == "counter_t *counter_new(const char *name)"
    assert signature(tree, "SQUARE") == "#define SQUARE(x)"
    tree = snippet("counter.cpp")
    assert signature(tree, "words.count.Counter.size") == "int size() const noexcept"
    assert signature(tree, "CounterTest.Adds") == "TEST_F(CounterTest, Adds)"
    assert signature(tree, "adds é words") == 'TEST_CASE("adds é words")'


def test_a_definition_in_rust_reaches_from_its_attributes_to_its_bracket() -> None:
    tree = snippet("counter.rs")
    new, waits = (unit for unit in tree.units() if unit.name in {"new", "waits"})
    assert tree.text[new.start : new.end].startswith("#[must_use]\n    #[inline]\n    pub fn new(")
    assert tree.text[waits.start :].startswith(
        "#[tokio::test]\n    /// It takes a while.\n    async fn waits"
    )


def test_a_method_of_a_trait_is_the_type_s() -> None:
    text = "impl From<A> for b::Wide<T> { fn from(a: A) -> Self { todo!() } }\nimpl Draw for &Thin { fn draw(&self) {} }\n"
    assert definitions(tree_of(text, "rust")) == "method Wide.from\nmethod Thin.draw\n"


def test_rust_imports_may_nest() -> None:
    text = "pub(crate) use a::{b::{C, d as e}, self, f::*}; // why\nuse ::std::fmt;\nuse serde;\nextern crate log;\n"
    assert imports(tree_of(text, "rust")) == [
        ("a::b", ("C", "d")),
        ("a", ("self",)),
        ("a::f", ("*",)),
        ("::std", ("fmt",)),
        ("serde", ()),
        ("log", ()),
    ]


def test_go_tests_take_a_testing_argument() -> None:
    text = (
        "package a\nfunc TestMain(m *testing.M) {}\nfunc FuzzIt(f *testing.F) {}\nfunc ExampleAdd() {}\n"
        "func TestData() string { return x }\nfunc (s *Suite) TestIn() {}\n"
    )
    tested = [unit.name for unit in tree_of(text, "go").definitions() if unit.test]
    assert tested == ["TestMain", "FuzzIt", "ExampleAdd"]


def test_what_looks_like_a_prototype_in_a_body_is_a_variable() -> None:
    text = "void f() { Foo vexing(y); }\nint g(int);\n"
    assert definitions(tree_of(text, "cpp")) == "function f\nsignature g\n"


def test_macros_make_no_problems() -> None:
    assert tree_of("BEGIN_DECLS\nint f(void) UNUSED { return 1 }\n", "c").problems() == ()
