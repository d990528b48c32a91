"""What CPython says of a Python text it would refuse: tree-sitter forgives some of it, and explains none.

Only asks the interpreter's own parser, which runs nothing. It knows no trees.
"""

import ast
import re
import sys
import time
import warnings
from collections.abc import Iterable
from threading import Lock

_NEWER = re.compile(
    r"^\s*(?:type\s+\w|except\b[^:(]*,)"  # 3.12 type aliases, 3.14 `except A, B:`
    r"|\b(?:def|class)\s+\w+\s*\["  # 3.12 type parameters
    r"|(?:^|\W)(?:[fF][rR]?|[rR][fF]|[tT][rR]?|[rR][tT])[\"']"  # 3.12 quotes inside f-strings, 3.14 t-strings
)
"""Lines whose syntax may be younger than the Python we run on: there its word does not count."""


_one_at_a_time = Lock()
"""Warnings are the whole process's."""


def complaint(text: str, stops: Iterable[int] = ()) -> tuple[int, int, str] | None:
    """Start, end (code points) and message of the first error; None where CPython has none it is sure of.

    `stops` are offsets where statements of the module begin, each on a line of its own: there a long text is
    taken apart, for CPython's parser lets no other thread in before its end.
    """
    begin = 0
    for end in (*stops, len(text)):
        told = _complaint(text[begin:end])
        if told is not None:
            return begin + told[0], begin + told[1], told[2]
        begin = end
        time.sleep(0)
    return None


def _complaint(text: str) -> tuple[int, int, str] | None:
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is no error
            ast.parse(text)
    except SyntaxError as error:
        return _placed(text, error)
    except (ValueError, RecursionError, MemoryError):  # lone surrogates, or nested beyond its patience
        return None
    return None


def _placed(text: str, error: SyntaxError) -> tuple[int, int, str] | None:
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    row = min(max((error.lineno or 1) - 1, 0), max(len(lines) - 1, 0))
    line = lines[row] if lines else ""
    if sys.version_info < (3, 15) and _NEWER.search(line):
        return None
    begin = sum(map(len, lines[:row]))
    shown = len(line.rstrip())
    column = min(max((error.offset or 1) - 1, 0), shown)
    end = shown
    if error.end_lineno == error.lineno and error.end_offset and error.end_offset - 1 > column:
        end = min(error.end_offset - 1, shown)
    if end <= column:
        column = 0
    column += len(line[column:end]) - len(line[column:end].lstrip())
    message = error.msg[:1].upper() + error.msg[1:]
    return begin + column, begin + end, message if message.endswith((".", "?", "!")) else message + "."
