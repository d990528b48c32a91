"""The words inside names: what a search for "parse header" has in common with `HTTPHeaderParser`.

Strings in, words out; this module knows neither files nor ranks.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:_+[^\W_]+)*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z_\d]+|\d+")
_ENDINGS = ("ing", "ies", "es", "ed", "s")


def terms(text: str) -> Iterator[str]:
    """Every name in the text whole and in its parts, in lower case, plain endings cut off the parts."""
    for found in _WORD.finditer(text):
        yield from _terms_of(found[0])


@lru_cache(maxsize=1 << 15)
def _terms_of(word: str) -> tuple[str, ...]:
    parts = split_name(word)
    whole = (word.lower(),) if len(parts) > 1 else ()
    return (*whole, *map(stem, parts))


def split_name(name: str) -> list[str]:
    """Split at underscores and changes of case: `HTTPHeaderParser_v2` → http header parser v 2."""
    return [part.lower() for part in _PART.findall(name)]


def stem(word: str) -> str:
    """Cut a plain English ending, so that `parsing`, `parses` and `parsed` meet; short words stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)]
            return cut + "y" if ending == "ies" else cut.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word
