"""Which words can be names in a language, and which names so many things have that they tell nothing.

Tables only.
"""

import builtins
import keyword
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from quintet.workspace.languages import facts

_PLAIN = re.compile(r"[^\W\d]\w*")
_SCRIPT = re.compile(r"#?(?:[^\W\d]|\$)[\w$]*")
_RUBY = re.compile(r"[^\W\d]\w*[?!=]?")
_DOLLARS = frozenset({"javascript", "typescript", "tsx", "java"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_C = _words("""
    auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void
    volatile while
""")
_ECMASCRIPT = _words("""
    await break case catch class const continue debugger default delete do else enum export extends
    false finally for function if import in instanceof let new null return static super switch this
    throw true try typeof var void while with yield implements interface package private protected
    public arguments eval undefined
""")

_KEYWORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "python": frozenset(keyword.kwlist),
        "javascript": _ECMASCRIPT,
        "typescript": _ECMASCRIPT,
        "tsx": _ECMASCRIPT,
        "rust": _words("""
            Self as async await break const continue crate dyn else enum extern false fn for if
            impl in let loop match mod move mut pub ref return self static struct super trait
            true type unsafe use where while
        """),
        "go": _words("""
            break case chan const continue default defer else fallthrough for func go goto if
            import interface map package range return select struct switch type var
        """),
        "java": _words("""
            _ abstract assert boolean break byte case catch char class const continue default do
            double else enum extends false final finally float for goto if implements import
            instanceof int interface long native new null package private protected public
            return short static strictfp super switch synchronized this throw throws transient
            true try void volatile while
        """),
        "c": _C,
        "cpp": _C
        | _words("""
            alignas alignof and asm bool catch class co_await co_return co_yield concept
            consteval constexpr constinit decltype delete dynamic_cast explicit export false
            friend mutable namespace new noexcept not nullptr operator or private protected
            public reinterpret_cast requires static_assert static_cast template this
            thread_local throw true try typeid typename using virtual wchar_t xor
        """),
        "c_sharp": _words("""
            abstract as base bool break byte case catch char checked class const continue
            decimal default delegate do double else enum event explicit extern false finally
            fixed float for foreach goto if implicit in int interface internal is lock long
            namespace new null object operator out override params private protected public
            readonly ref return sbyte sealed short sizeof stackalloc static string struct switch
            this throw true try typeof uint ulong unchecked unsafe ushort using virtual void
            volatile while
        """),
        "ruby": _words("""
            alias and begin break case class def defined? do else elsif end ensure false for if
            in module next nil not or redo rescue retry return self super then true undef unless
            until when while yield
        """),
        "php": _words("""
            abstract and array as break callable case catch class clone const continue declare
            default die do echo else elseif empty eval exit extends false final finally fn for
            foreach function global goto if implements include instanceof insteadof interface
            isset list match namespace new null or print private protected public readonly
            require return static switch this throw trait true try unset use var while xor yield
        """),
        "kotlin": _words("""
            as break class continue do else false for fun if in interface is null object package
            return super this throw true try typealias typeof val var when while
        """),
        "swift": _words("""
            Any Self as associatedtype break case catch class continue default defer deinit do
            else enum extension fallthrough false fileprivate for func guard if import in init
            inout internal is let nil open operator private protocol public repeat rethrows
            return self static struct subscript super switch throw throws true try typealias var
            where while
        """),
        "scala": _words("""
            abstract case catch class def do else enum export extends false final finally for
            given if implicit import lazy match new null object override package private
            protected return sealed super then this throw trait true try type val var while with
            yield
        """),
        "bash": _words("""
            case do done elif else esac fi for function if in select then time until while
        """),
        "bats": _words("""
            case do done elif else esac fi for function if in select then time until while
        """),
        "lua": _words("""
            and break do else elseif end false for function goto if in local nil not or repeat
            return then true until while
        """),
        "sql": _words("""
            alter and as between by case create delete drop else end from group having in index
            insert into is join like not null on or order select table then union update values
            view when where
        """),
    }
)

_SCRIPT_COMMON = _words("""
    show hide report dispose focus blur update toggle select create reset cancel
    add addEventListener append appendChild apply at bind body call catch children className clear close
    code concat constructor data delete dispatchEvent done emit end entries error every exec fill filter
    finally find findIndex flat forEach get has headers id includes indexOf info join json key keys
    length log map match message method name next off on once open parent path pipe pop props prototype
    push read reduce remove removeEventListener render replace reverse send set shift size slice some
    sort splice split stack start state status stop style target test text then toJSON toString trim
    type unshift url value valueOf values warn write
""")

_PYTHON_COMMON = _words("""
    acquire add_argument args assertEqual cancel close critical data date day debug delete done error
    exception exists flush func get group groups headers id info join json key kwargs log match mkdir
    month name notify open parent parents parse parse_args path put read release replace result run save
    search seek send setUp shutdown start status_code stem stop sub submit suffix tearDown tell text
    time type url value wait warning write year
""")

_OTHERS_COMMON = _words("""
    Close Error Len Less Read String Swap Write add append apply begin call clear clone close cmp
    compare compareTo contains copy count default deref drop each end eq equals erase error filter find
    first fmt forEach format from get hasNext hash hashCode index init insert inspect into iterator join
    key keys last len length main map name new next open pop print println push put read reduce remove
    replace run set size split start stop string toString to_s to_string trim value values write
""")


_SPECIAL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "javascript": frozenset({"constructor"}),
        "typescript": frozenset({"constructor"}),
        "tsx": frozenset({"constructor"}),
        "rust": frozenset({"main"}),
        "go": frozenset({"main", "init"}),
        "java": frozenset({"main"}),
        "c": frozenset({"main"}),
        "cpp": frozenset({"main"}),
        "c_sharp": frozenset({"Main"}),
        "ruby": frozenset({"initialize", "method_missing", "respond_to_missing?", "inherited", "included"}),
        "kotlin": frozenset({"main", "invoke"}),
        "swift": frozenset({"init", "deinit", "main"}),
        "scala": frozenset({"main", "apply", "unapply"}),
    }
)
"""What a language calls by its name."""


def problem(new: str, old: str, language: str) -> str | None:
    """Why a word cannot take the place of a name, in one sentence; None where it can."""
    row = facts(language)
    called = row.name if row else language
    if not new.strip():
        return "A name needs at least one character."
    pattern = _RUBY if language == "ruby" else _SCRIPT if language in _DOLLARS else _PLAIN
    if not pattern.fullmatch(new) or new.startswith("#") != old.startswith("#"):
        return f"`{new}` cannot be a name in {called}."
    if (new.lower() if language == "sql" else new) in _KEYWORDS.get(language, ()):
        return f"`{new}` is a word of {called} itself."
    if new == old:
        return f"`{old}` has that name already."
    return None


def special(name: str, language: str) -> str | None:
    """Why a name must stay as it is, since a language itself calls what has it, in one sentence."""
    row = facts(language)
    return f"`{name}` has a meaning for {row.name} itself." if row and _is_special(name, language) else None


def _is_special(name: str, language: str) -> bool:
    if language == "python":
        return len(name) > 4 and name.startswith("__") and name.endswith("__")
    if language == "php" and name.startswith("__"):
        return True
    return name in _SPECIAL.get(language, ())


def is_common(name: str, language: str) -> bool:
    """Whether members of this name belong to things of the language itself, or to very many others."""
    if language == "python":
        return name in _PYTHON_COMMON or name in _of_builtins()
    common = _SCRIPT_COMMON if language in {"javascript", "typescript", "tsx"} else _OTHERS_COMMON
    return name in common


@cache
def _of_builtins() -> frozenset[str]:
    kinds = (each for each in vars(builtins).values() if isinstance(each, type))
    return frozenset(name for kind in kinds for name in dir(kind))
