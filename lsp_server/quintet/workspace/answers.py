"""What a store can be asked: files by word and by name, who leans on whom, and everything one by one.

Only reads, from any thread; who writes the tables is `store`.
"""

import re
import sqlite3
import string
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any

from quintet.workspace.entry import FileEntry, apart, decode, decode_imports, decode_names
from quintet.workspace.syntax import Import

_PATH_WEIGHT, _NAME_WEIGHT, _TEXT_WEIGHT = 3.0, 2.0, 1.0
_QUERY_WORDS = 64
_MANY = 500
_DEFINERS = 500
"""Files that define one name, above which the rest is left out: every one of them is decoded."""
_NAME = re.compile(r"\w+")
_PART = re.compile(r"[^\W_]+")
_SMALL = "àáâãäåæçèéêëìíîïðñòóôõöøùú"
_CAPITALS = str.maketrans(string.ascii_uppercase, _SMALL)
_CAPITALS_BYTES = bytes.maketrans(string.ascii_uppercase.encode(), _SMALL.encode("latin-1"))


@dataclass(frozen=True, slots=True)
class Known:
    """What the store last saw of a file. `digest` is None where it was not indexed, for the `reason`."""

    size: int
    mtime_ns: int
    digest: str | None
    maker: str
    reason: str
    kind: str


class Answers:
    """The questions to an open database of a store's tables."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._lock = RLock()

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """All that is read within is of one moment, whatever another process writes meanwhile."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("COMMIT")

    def has(self, digest: str, maker: str) -> bool:
        """Whether a content read by `maker` is known, of whatever file."""
        return bool(self._rows("SELECT 1 FROM contents WHERE digest = ? AND maker = ?", digest, maker))

    def known(self) -> dict[str, Known]:
        """What was last seen of every file."""
        sql = """SELECT path, size, mtime_ns, digest, coalesce(maker, ''), reason, kind FROM files
                 LEFT JOIN contents ON contents.id = content"""
        return {row[0]: Known(*row[1:]) for row in self._rows(sql)}

    def paths(self) -> tuple[str, ...]:
        """Every indexed file, sorted."""
        return self._firsts("SELECT path FROM files WHERE content IS NOT NULL ORDER BY path")

    def listed(self) -> dict[str, int]:
        """Every file that is text, indexed or not, with its size in bytes, sorted by path."""
        return dict(self._rows("SELECT path, size FROM files WHERE kind != 'unreadable' ORDER BY path"))

    def left_out(self) -> dict[str, str]:
        """What is not indexed, and why: files and whole folders."""
        sql = "SELECT path, reason FROM skipped UNION SELECT path, reason FROM files WHERE reason != ''"
        return dict(self._rows(sql))

    def meta(self, key: str) -> str | None:
        """A word remembered about the store."""
        return next(iter(self._firsts("SELECT value FROM meta WHERE key = ?", key)), None)

    def counts(self) -> tuple[int, int]:
        """How many files are indexed, and the bytes they have on disk."""
        rows = self._rows("SELECT count(*), coalesce(sum(size), 0) FROM files WHERE content IS NOT NULL")
        files, size = rows[0]
        return files, size

    def holds(self, files: int) -> bool:
        """Whether there are at least so many files."""
        return bool(self._rows("SELECT 1 FROM files LIMIT 1 OFFSET ?", max(files - 1, 0)))

    def defined(self) -> int:
        """How many definitions all files have."""
        return sum(len(entry.definitions) for entry in self.entries())

    def entry(self, path: str) -> FileEntry | None:
        """What is known of one file; None where it is not indexed."""
        return next(self._entries("path = ?", path), None)

    def entries(self) -> Iterator[FileEntry]:
        """Everything, by path. Reads it piece by piece, so it suits any size, but not a request's time."""
        for path in self.paths():
            entry = self.entry(path)
            if entry is not None:
                yield entry

    def defining(self, name: str) -> tuple[FileEntry, ...]:
        """The files that define a bare name, by path; of very many those that most leans on."""
        if not _NAME.fullmatch(name):
            return ()
        where = """files.id IN (SELECT files.id FROM names JOIN files ON files.id = names.rowid
                   WHERE defined MATCH ? ORDER BY weight DESC, path LIMIT ?)"""
        found = self._entries(where, _quoted(marked(name)), _DEFINERS)
        return tuple(sorted(found, key=lambda entry: entry.path))

    def mentioning(self, name: str) -> tuple[str, ...]:
        """The files in whose text a name stands, be it in a comment, sorted."""
        if not _NAME.fullmatch(name):
            return ()
        sql = "SELECT path FROM files WHERE id IN (SELECT rowid FROM names WHERE used MATCH ?) ORDER BY path"
        return self._firsts(sql, _quoted(marked(name)))

    def search(self, words: Iterable[str], limit: int) -> tuple[tuple[str, float], ...]:
        """The files that speak of the words, best first by BM25; ties in the order of paths.

        A word of the path counts three times, one of a defined name twice, one of a signature or a
        documentation line once. A compound name is looked for whole and in its parts, and only the rarest of
        very many words.
        """
        wanted = self._rarest(dict.fromkeys(part for word in words for part in _wanted(word)))
        if not wanted:
            return ()
        sql = """SELECT path, -score FROM (
                   SELECT rowid AS id, bm25(words, ?, ?, ?) AS score FROM words WHERE words MATCH ?
                 ) JOIN files USING (id) ORDER BY score, path LIMIT ?"""
        weights = _PATH_WEIGHT, _NAME_WEIGHT, _TEXT_WEIGHT
        return tuple(self._rows(sql, *weights, " OR ".join(map(_quoted, wanted)), limit))

    def beginning(self, typed: str, limit: int) -> tuple[FileEntry, ...]:
        """Files that define names that begin as what is typed, or whose words do; the weighty ones first.

        `getque` finds `get_query` and `getQuery`: it may be one word or any two.
        """
        parts = [part for part in _wanted(typed)[-1:] for part in part.split()]
        whole = "".join(parts)
        ways = ["(" + " AND ".join(f"{_quoted(part)} *" for part in parts) + ")"] if parts else []
        ways += [f"{_quoted(f'{whole[:at]} {whole[at:]}')} *" for at in range(2, min(len(whole), 24) - 1)]
        if not ways:
            return ()
        where = """files.id IN (SELECT files.id FROM words JOIN files ON files.id = words.rowid
                   WHERE words.names MATCH ? ORDER BY weight DESC, files.path LIMIT ?)"""
        return tuple(self._entries(f"{where} ORDER BY weight DESC, path", " OR ".join(ways), limit))

    def linked(self, path: str, *, back: bool = False) -> tuple[str, ...]:
        """The files that a file imports, or with `back` those that import it, sorted."""
        ours, theirs = ("target", "source") if back else ("source", "target")
        sql = f"""SELECT other.path FROM links JOIN files AS other ON other.id = links.{theirs}
                  WHERE links.{ours} = (SELECT id FROM files WHERE path = ?) ORDER BY other.path"""  # noqa: S608
        return self._firsts(sql, path)

    def weights(self, paths: Iterable[str]) -> dict[str, float]:
        """How much of the workspace leans on each of some files (see `graph`); all files sum to 1."""
        found: dict[str, float] = {}
        wanted = list(paths)
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            marks = ",".join("?" * len(some))
            found |= dict(self._rows(f"SELECT path, weight FROM files WHERE path IN ({marks})", *some))  # noqa: S608
        return found

    def weightiest(self, limit: int) -> tuple[str, ...]:
        """The files that most of the workspace leans on, best first."""
        sql = "SELECT path FROM files WHERE content IS NOT NULL ORDER BY weight DESC, path LIMIT ?"
        return self._firsts(sql, limit)

    def ids(self) -> dict[str, int]:
        """The number of each indexed file, by which the graph knows it."""
        return dict(self._rows("SELECT path, id FROM files WHERE content IS NOT NULL ORDER BY path"))

    def dump(self) -> dict[str, object]:
        """Everything in the tables but their numbers, so that two stores can be compared."""
        names = dict(self._rows("SELECT id, path FROM files"))
        words: set[tuple[object, ...]] = set()
        with self._lock:
            for table in ("words", "names"):
                self._db.execute(
                    f"CREATE VIRTUAL TABLE temp.of_{table} USING fts5vocab(main, {table}, instance)"
                )
                rows = self._rows(f"SELECT term, doc, col FROM temp.of_{table}")  # noqa: S608
                words |= {(table, term, names[doc], col) for term, doc, col in rows}
                self._db.execute(f"DROP TABLE temp.of_{table}")
        links = self._rows("SELECT source, target FROM links")
        files = """SELECT path, size, reason, kind, round(weight, 9), digest, maker, entry, names FROM files
                   LEFT JOIN contents ON contents.id = content"""
        return {
            "files": set(self._rows(files)),
            "words": words,
            "skipped": self.left_out(),
            "links": {(names[source], names[target]) for source, target in links},
        }

    def imported(self) -> Iterator[tuple[str, str, tuple[Import, ...]]]:
        """Every file that imports something, with its language and what it imports; by path."""
        with self._lock:
            cursor = self._db.execute(
                "SELECT path, entry FROM files JOIN contents ON contents.id = content ORDER BY path"
            )
            while rows := cursor.fetchmany(_MANY):
                yield from ((path, *found) for path, entry in rows if (found := decode_imports(entry))[1])

    def shared(
        self, *, definers: int, users: int, length: int
    ) -> Iterator[tuple["array[int]", "array[int]"]]:
        """The names that few files define and not too many use: ids of those that do, name by name.

        `definers` and `users` are the most there may be, `length` the least characters of a name. Names that
        stand in one file only are left out.
        """
        with self._lock:
            found = {term: (array("q"), array("q")) for term in self._spread(definers, users, length)}
            sql = "SELECT files.id, entry, names FROM files JOIN contents ON contents.id = content ORDER BY 1"
            for file, entry, names in self._db.execute(sql):
                defined = {folded(name) for name in decode_names(entry)}
                for term in found.keys() & defined:
                    found[term][0].append(file)
                for term in (found.keys() & folded(names).split()) - defined:
                    found[term][1].append(file)
        # a term may come from the title of a test, and then no name is called so
        yield from ((those, others) for those, others in found.values() if those and others)

    def _spread(self, definers: int, users: int, length: int) -> Iterator[str]:
        """The terms of the table of names that stand in as few files as this, from its vocabulary."""
        self._db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.spread USING fts5vocab(main, names, col)")
        sql = """SELECT term FROM temp.spread WHERE length(term) >= ? GROUP BY term
                 HAVING sum(col = 'defined' AND doc <= ?) AND sum(col = 'used' AND doc BETWEEN 2 AND ?)"""
        yield from (term for (term,) in self._db.execute(sql, (length, definers, users)))

    def _rarest(self, words: Iterable[str]) -> list[str]:
        wanted = list(words)
        if len(wanted) <= _QUERY_WORDS:
            return wanted
        sql = "SELECT count(*) FROM words WHERE words MATCH ?"
        return sorted(wanted, key=lambda word: self._rows(sql, _quoted(word))[0][0])[:_QUERY_WORDS]

    def _entries(self, where: str, *values: object) -> Iterator[FileEntry]:
        sql = f"SELECT path, digest, entry FROM files JOIN contents ON contents.id = content WHERE {where}"  # noqa: S608
        for path, digest, entry in self._rows(sql, *values):
            yield decode(entry, path, digest)

    def _firsts(self, sql: str, *values: object) -> tuple[str, ...]:
        return tuple(row[0] for row in self._rows(sql, *values))

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def marked(names: str) -> str:
    """Names as their table keeps them: capitals become other small letters, for its tokenizer folds case."""
    if names.isascii():
        return names.encode().translate(_CAPITALS_BYTES).decode("latin-1")
    return names.translate(_CAPITALS)


def folded(names: str) -> str:
    """Names as they stand in their table once its tokenizer has read them."""
    return marked(names) if names.isascii() else marked(names).lower()


def _wanted(word: str) -> tuple[str, ...]:
    """A word of a query as the table of words knows it: its parts, and together as a phrase."""
    parts = _PART.findall(apart(word))
    return tuple(dict.fromkeys((*parts, " ".join(parts)))) if parts else ()


def _quoted(word: str) -> str:
    return f'"{word}"'
