"""Pages that are shown to a user: the newest ones, by name, and the address each has in an editor.

Knows names and texts; it is kept light, since every server that starts has one.
"""

from urllib.parse import quote, unquote, urlsplit

SCHEME = "quintet"

_PAGES = 50
_CHARACTERS = 8 << 20


class Pages:
    """What an editor may ask for by a `quintet:` address. The oldest pages make room for new ones."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def put(self, name: str, text: str) -> bool:
        """Keep a page; whether one of this name was kept that said something else."""
        before = self._texts.pop(name, None)
        self._texts[name] = text
        while len(self._texts) > 1 and (len(self._texts) > _PAGES or self._size > _CHARACTERS):
            del self._texts[next(iter(self._texts))]
        return before is not None and before != text

    def get(self, name: str) -> str | None:
        """A page by its name; None where it is not kept, or no longer."""
        return self._texts.get(name)

    @property
    def _size(self) -> int:
        return sum(map(len, self._texts.values()))


def address(name: str) -> str:
    """Under which URI an editor asks for a page, as in `quintet:/trace/5f.md`."""
    return f"{SCHEME}:/{quote(name)}"


def name_of(uri: str) -> str | None:
    """The page a URI stands for; None for what is none of ours."""
    parts = urlsplit(uri)
    return unquote(parts.path).lstrip("/") if parts.scheme == SCHEME else None
