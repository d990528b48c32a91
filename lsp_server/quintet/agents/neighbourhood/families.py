"""Functions and methods that are mistaken for one another, and calls that are forgotten: tables only.

Within a family neighbours are the likelier mistake. `{}` stands for the value.
"""

from collections.abc import Mapping

from quintet.agents.neighbourhood.shapes import MAPPING, NUMBER, SEQUENCE, TEXT, TRUTH

Families = tuple[tuple[str, ...], ...]


def _rows(text: str) -> Families:
    return tuple(tuple(line.split()) for line in text.strip().splitlines())


def _words(text: str, *more: str) -> tuple[str, ...]:
    return (*text.split(), *more)


METHODS: Mapping[str, Families] = {
    "python": _rows("""
        append extend insert add
        lower upper swapcase capitalize title casefold
        islower isupper isalpha isdigit isalnum isnumeric isspace
        startswith endswith
        find rfind index rindex count
        split rsplit splitlines
        lstrip rstrip strip
        keys values items
        add discard remove update
        union intersection difference symmetric_difference
        issubset issuperset isdisjoint
        remove pop append
        popleft pop
        appendleft append
        sort reverse
        get pop setdefault
        ljust rjust center zfill
        floor ceil trunc
        sin cos tan
        log log2 log10 exp
        permutations combinations product combinations_with_replacement
        any all
        min max
    """),
    "javascript": _rows("""
        push unshift concat
        pop shift
        slice substring splice substr
        toLowerCase toUpperCase
        indexOf lastIndexOf includes
        startsWith endsWith includes
        some every
        find filter findIndex
        map filter forEach flatMap
        reduce reduceRight
        sort reverse
        keys values entries
        has get
        add delete
        trim trimStart trimEnd
        padStart padEnd
        charAt charCodeAt
        replace replaceAll
        floor ceil round trunc
        min max
        abs sqrt cbrt
        isInteger isNaN isFinite
    """),
}

FUNCTIONS: Mapping[str, Families] = {
    "python": _rows("""
        min max sum len
        any all
        sorted reversed list set
        int float round str abs
        ord chr int str
        list tuple set frozenset str
        map filter zip
        range enumerate len
        bin hex oct str
        str repr
        isinstance issubclass
        floor ceil
    """),
    "javascript": _rows("""
        parseInt parseFloat Number String
        String Number Boolean
        isNaN isFinite
    """),
}

WRAPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "python": {
        NUMBER: _words("abs({}) int({}) round({}) str({}) float({}) bool({})", "max({}, 0)"),
        SEQUENCE: _words("len({}) sorted({}) set({}) sum({}) list({}) reversed({}) max({}) min({}) tuple({})")
        + _words("any({}) all({}) {}.copy()"),
        TEXT: _words("len({}) int({}) sorted({}) set({}) list({}) ord({}) float({}) {}.lower() {}.upper()")
        + _words("{}.strip() {}.split()"),
        MAPPING: _words("len({}) sorted({}) list({}) {}.values() {}.items() {}.keys()"),
        TRUTH: ("int({})",),
        "": _words("abs({}) len({}) int({}) str({}) list({}) sorted({}) round({}) set({}) sum({})")
        + _words("{}.lower() {}.upper() {}.strip() {}.split()"),
    },
    "javascript": {
        NUMBER: _words(
            "Math.abs({}) Math.floor({}) Math.round({}) Math.ceil({}) String({})",
            "Math.max({}, 0)",
            "{}.toString()",
            "Math.sqrt({})",
        ),
        SEQUENCE: _words(
            "{}.length [...{}] {}.reverse() {}.slice() {}.sort() Math.max(...{})",
            "new Set({})",
            "{}.sort((a, b) => a - b)",
            '{}.join("")',
            "Math.min(...{})",
        ),
        TEXT: _words(
            "{}.length parseInt({}) Number({}) {}.toLowerCase() {}.toUpperCase() {}.trim()",
            '{}.split("")',
            "{}.charCodeAt(0)",
            "parseFloat({})",
        ),
        MAPPING: ("Object.keys({})", "Object.values({})"),
        TRUTH: (),
        "": _words(
            "{}.length Math.abs({}) Math.floor({}) parseInt({}) String({}) Number({})",
            "{}.toLowerCase()",
            "{}.toUpperCase()",
            "Math.round({})",
            "{}.toString()",
        ),
    },
}

# Arguments that calls of these names often lack.
EXTRA: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "python": {
        "sorted": ("reverse=True", "key=len", "key=abs", "key=sum", "key=str", "key=lambda x: x[1]"),
        "max": ("key=len", "default=0", "0"),
        "min": ("key=len", "default=0"),
        "sum": ("[]", "0"),
        "enumerate": ("1",),
        "round": ("1", "2"),
        "int": ("2", "10", "16"),
        "sort": ("reverse=True", "key=len", "key=abs", "key=lambda x: x[1]"),
        "split": ("' '", "','", "', '"),
        "pop": ("0", "-1"),
        "get": ("0", "None", "[]"),
        "count": ("1",),
        "replace": ("1",),
    },
    "javascript": {
        "sort": ("(a, b) => a - b", "(a, b) => b - a", "(a, b) => a.length - b.length"),
        "parseInt": ("10", "2"),
        "reduce": ("0", "1", "[]"),
        "split": ("''", "' '", "','"),
        "join": ("''", "' '", "', '"),
        "slice": ("1", "0, -1", "-1"),
        "toString": ("2", "16"),
        "max": ("0",),
        "toFixed": ("2",),
    },
}

# What both sides of a comparison are made alike by.
ALIKE: Mapping[str, tuple[str, ...]] = {
    "python": _words(
        "len({}) set({}) sorted({}) {}.lower() abs({}) sum({}) int({}) str({}) max({}) list({})"
    ),
    "javascript": _words("{}.length {}.toLowerCase() Math.abs({}) Number({}) String({}) JSON.stringify({})"),
}
