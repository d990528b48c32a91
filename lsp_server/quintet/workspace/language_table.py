"""One row a language: which files are its own, where its grammar is, and the few facts others ask about.

Data only; `languages` looks things up in it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    r"""One row of the table.

    `extensions` are in lower case; `filenames` are whole names, and `interpreters` what a first line may
    start, without a version. `grammar` names a module and the function in it that returns the grammar;
    `queries` names the files under `queries/` that together say what is defined and mentioned.

    `block_comment` is what opens and closes one. `doc_inside` holds where documentation is the first string
    of a body, not a comment above. `separators` is a pattern of what joins a written name to those around it
    (`Box::size`). `tests` tells which definitions are tests: pairs of patterns, one that its head must hold
    (from its attributes to its body), and one for the head of the definition around it, empty for none.
    `certain` does not hold where macros or dialects make the grammar see errors that are none.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    grammar: tuple[str, str]
    queries: tuple[str, ...]
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    line_comment: str = "//"
    block_comment: tuple[str, str] | None = ("/*", "*/")
    doc_inside: bool = False
    separators: str = ""
    tests: tuple[tuple[str, str], ...] = ()
    certain: bool = True


_JUNIT = r"@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Theory)\b"
_ATTRIBUTE_OF_A_TEST = (
    r"\[\s*(?:[\w.(]+[^\]]{0,200},\s*)?(?:\w+\.)*"
    r"(?:Test|TestCase|TestCaseSource|Fact|Theory|TestMethod|DataTestMethod)\b"
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        id="python",
        name="Python",
        extensions=(".py", ".pyi", ".pyw"),
        filenames=("SConstruct", "SConscript", "wscript"),
        interpreters=("python", "pypy"),
        grammar=("tree_sitter_python", "language"),
        queries=("python",),
        line_comment="#",
        block_comment=None,
        doc_inside=True,
        tests=((r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+test|class[ \t]+Test)(?![a-z])", ""),),
    ),
    Language(
        id="javascript",
        name="JavaScript",
        extensions=(".js", ".mjs", ".cjs", ".jsx"),
        filenames=("Jakefile",),
        interpreters=("node", "nodejs"),
        grammar=("tree_sitter_javascript", "language"),
        queries=("ecmascript", "javascript", "jsx"),
    ),
    Language(
        id="typescript",
        name="TypeScript",
        extensions=(".ts", ".mts", ".cts"),
        interpreters=("deno", "ts-node", "tsx"),
        grammar=("tree_sitter_typescript", "language_typescript"),
        queries=("ecmascript", "typescript"),
    ),
    Language(
        id="tsx",
        name="TSX",
        extensions=(".tsx",),
        grammar=("tree_sitter_typescript", "language_tsx"),
        queries=("ecmascript", "typescript", "jsx"),
    ),
    Language(
        id="rust",
        name="Rust",
        extensions=(".rs",),
        grammar=("tree_sitter_rust", "language"),
        queries=("rust",),
        separators="::",
        tests=((r"#\[\s*(?:\w+::)*(?:test|test_case|rstest|quickcheck|proptest)\b", ""),),
    ),
    Language(
        id="go",
        name="Go",
        extensions=(".go",),
        grammar=("tree_sitter_go", "language"),
        queries=("go",),
        tests=((r"^func (?:Test|Benchmark|Fuzz)\w*\(\w+ \*testing\.|^func Example\w*\(\)", ""),),
    ),
    Language(
        id="java",
        name="Java",
        extensions=(".java",),
        grammar=("tree_sitter_java", "language"),
        queries=("java",),
        separators=r"\.",
        tests=((_JUNIT, ""), (r"\bvoid\s+test\w*\(", r"extends\s+TestCase\b")),
    ),
    Language(
        id="c",
        name="C",
        extensions=(".c",),
        grammar=("tree_sitter_c", "language"),
        queries=("c",),
        certain=False,
    ),
    Language(
        id="cpp",
        name="C++",
        extensions=(
            *(".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".txx"),
            *(".cppm", ".ixx", ".ino"),
            ".h",  # a header may be of either; this grammar reads both
        ),
        grammar=("tree_sitter_cpp", "language"),
        queries=("c", "cpp"),
        separators="::",
        certain=False,
    ),
    Language(
        id="c_sharp",
        name="C#",
        extensions=(".cs", ".csx"),
        grammar=("tree_sitter_c_sharp", "language"),
        queries=("c_sharp",),
        separators=r"\.",
        tests=((_ATTRIBUTE_OF_A_TEST, ""),),
    ),
    Language(
        id="ruby",
        name="Ruby",
        extensions=(".rb", ".rake", ".gemspec", ".ru", ".podspec", ".rbi"),
        filenames=(
            *("Gemfile", "Rakefile", "Guardfile", "Capfile", "Vagrantfile", "Podfile", "Brewfile"),
            *("Fastfile", "Appfile", "Dangerfile", "Berksfile", "Thorfile", ".irbrc", ".pryrc"),
        ),
        interpreters=("ruby", "jruby", "rake"),
        grammar=("tree_sitter_ruby", "language"),
        queries=("ruby",),
        line_comment="#",
        block_comment=("=begin", "=end"),
        separators="::",
        tests=((r"\bdef test_", ""),),
    ),
    Language(
        id="php",
        name="PHP",
        extensions=(".php", ".phtml", ".php5", ".php7", ".phps"),
        interpreters=("php",),
        grammar=("tree_sitter_php", "language_php"),
        queries=("php",),
        separators=r"\\",
        tests=(
            (r"#\[(?:[^\]]{0,200}[\s,\\])?Test\b", ""),
            (r"\bfunction\s+test", r"\bclass\s+\w*Test\b|\bextends\s+\\?(?:\w+\\)*\w*TestCase\b"),
        ),
    ),
    Language(
        id="kotlin",
        name="Kotlin",
        extensions=(".kt", ".kts"),
        interpreters=("kotlin", "kotlinc"),
        grammar=("tree_sitter_kotlin", "language"),
        queries=("kotlin",),
        separators=r"\.",
        tests=((_JUNIT, ""),),
        certain=False,
    ),
    Language(
        id="swift",
        name="Swift",
        extensions=(".swift",),
        interpreters=("swift",),
        grammar=("tree_sitter_swift", "language"),
        queries=("swift",),
        separators=r"\.",
        tests=((r"@Test\b", ""), (r"\bfunc\s+test", r"\bXCTestCase\b")),
        certain=False,
    ),
    Language(
        id="scala",
        name="Scala",
        extensions=(".scala", ".sc", ".sbt"),
        interpreters=("scala", "amm", "scala-cli"),
        grammar=("tree_sitter_scala", "language"),
        queries=("scala",),
        separators=r"\.",
        tests=((_JUNIT, ""),),
        certain=False,
    ),
    Language(
        id="bash",
        name="Bash",
        extensions=(".sh", ".bash", ".ksh", ".ebuild", ".eclass"),
        filenames=(
            *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile"),
            *("bashrc", "bash_profile", "bash_aliases", "profile", "PKGBUILD", "APKBUILD"),
        ),
        interpreters=("bash", "sh", "dash", "ksh", "ash"),
        grammar=("tree_sitter_bash", "language"),
        queries=("bash",),
        line_comment="#",
        block_comment=None,
        certain=False,
    ),
    Language(
        id="bats",
        name="Bats",
        extensions=(".bats",),
        interpreters=("bats",),
        grammar=("tree_sitter_bash", "language"),
        queries=("bash", "bats"),
        line_comment="#",
        block_comment=None,
        certain=False,
    ),
    Language(
        id="lua",
        name="Lua",
        extensions=(".lua", ".rockspec"),
        filenames=(".luacheckrc",),
        interpreters=("lua", "luajit", "texlua"),
        grammar=("tree_sitter_lua", "language"),
        queries=("lua",),
        line_comment="--",
        block_comment=("--[", "]"),
        separators="[.:]",
        certain=False,
    ),
    Language(
        id="sql",
        name="SQL",
        extensions=(".sql",),
        grammar=("tree_sitter_sql", "language"),
        queries=("sql",),
        line_comment="--",
        certain=False,
    ),
)
