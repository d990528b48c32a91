"""The index of a workspace in one SQLite file: what each file defines and says, findable by word and by name.

One process writes and any number read (write-ahead log, one transaction a batch), so it may be killed at any
moment. Entries are kept by content: a file that moves, or a branch that comes back, is not parsed again.
This module reads no source file and decides nothing about what is indexed.
"""

import re
import sqlite3
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from quintet.workspace.entry import FileEntry, Words, apart, decode, decode_imports, words_of
from quintet.workspace.syntax import Import

VERSION = 1
"""Of the tables; a store of another version is not opened but made anew."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE contents (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL, maker TEXT NOT NULL, entry BLOB NOT NULL, names TEXT NOT NULL,
  UNIQUE (digest, maker)
);
CREATE TABLE files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  content INTEGER REFERENCES contents (id), reason TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '',
  weight REAL NOT NULL DEFAULT 0
);
CREATE INDEX files_content ON files (content);
CREATE TABLE skipped (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE links (
  source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX links_target ON links (target);
CREATE VIRTUAL TABLE words USING fts5(
  path, names, text, content='', tokenize='porter unicode61'
);
CREATE VIRTUAL TABLE names USING fts5(
  defined, used, content='', detail=column, columnsize=0,
  tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
);
"""

_COLUMNS = "size, mtime_ns, content, reason, kind, path"
_PATH_WEIGHT, _NAME_WEIGHT, _TEXT_WEIGHT = 3.0, 2.0, 1.0
_QUERY_WORDS = 64
_MANY = 500
_NAME = re.compile(r"\w+")
_PART = re.compile(r"[^\W_]+")
_SMALL = "àáâãäåæçèéêëìíîïðñòóôõöøùú"
_CAPITALS = str.maketrans(string.ascii_uppercase, _SMALL)
_CAPITALS_BYTES = bytes.maketrans(string.ascii_uppercase.encode(), _SMALL.encode("latin-1"))


class StoreError(Exception):
    """The file cannot be used: what is wrong with it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store last saw of a file. `digest` is None where it was not indexed, for the `reason`."""

    size: int
    mtime_ns: int
    digest: str | None
    maker: str
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """A file to be put in the store.

    `maker` says what read it (language, grammar, queries): an entry by another maker is not reused. `entry`
    (see `entry.encode`) and `words` may be None where the store `has` the content; a file that is not indexed
    has neither, and a `reason`. `kind` is "", "generated", "vendored", or
    "unreadable" for what is no text.
    """

    path: str
    size: int
    mtime_ns: int
    digest: str | None = None
    maker: str = ""
    entry: bytes | None = None
    words: Words | None = None
    reason: str = ""
    kind: str = ""


class Store:
    """An open store; in memory without a `path`. May be used from several threads.

    Raises StoreError where the file is no store, is damaged, cannot be written, or has another version.
    """

    def __init__(self, path: Path | None = None, *, readonly: bool = False) -> None:
        self._lock = RLock()
        self._db = _connect(path, readonly=readonly)
        try:
            self._prepare(readonly=readonly)
        except (sqlite3.Error, StoreError) as error:
            self._db.close()
            raise StoreError(f"The index {path} cannot be used: {error}.") from error

    def _prepare(self, *, readonly: bool) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in {0, VERSION}:
            raise StoreError(f"it has version {version}, and this program reads {VERSION}")
        if readonly:
            if not version:
                raise StoreError("it is empty")
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        if not version:
            self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")

    def close(self) -> None:
        """Close the file; what was put in whole transactions stays."""
        with self._lock:
            self._db.close()

    # --- writing --------------------------------------------------------------------------------------

    def put(self, records: Iterable[Record]) -> None:
        """Take in files, in place of what was known of them: all of them, or none when killed."""
        with self._writing() as db:
            for record in records:
                known = db.execute("SELECT id, content FROM files WHERE path = ?", (record.path,)).fetchone()
                if known is not None and known[1] is not None:
                    self._unlearn(db, known[0], self._told(db, record.path, known[1]))
                content = self._content(db, record)
                row = (record.size, record.mtime_ns, content, record.reason, record.kind, record.path)
                if known is None:  # else it keeps its number, and with that who imports it and its weight
                    cursor = db.execute(f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608
                else:
                    sql = f"UPDATE files SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?) WHERE path = ?"  # noqa: S608
                    cursor = db.execute(sql, (*row, record.path))
                if content is not None:
                    file = known[0] if known else cursor.lastrowid or 0
                    self._learn(db, file, self._told(db, record.path, content))

    def touch(self, path: str, size: int, mtime_ns: int) -> None:
        """The file's text is what it was; the disk's account of it is new."""
        with self._writing() as db:
            db.execute("UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", (size, mtime_ns, path))

    def remove(self, paths: Iterable[str]) -> None:
        """Forget files; one that is not known is no matter."""
        with self._writing() as db:
            for path in paths:
                self._forget(db, path)

    def set_skipped(self, skipped: Mapping[str, str]) -> None:
        """What the walk left out, and why, in place of what it said before."""
        with self._writing() as db:
            db.execute("DELETE FROM skipped")
            db.executemany("INSERT INTO skipped VALUES (?, ?)", skipped.items())

    def clear(self) -> None:
        """Forget everything, contents too."""
        with self._writing() as db:
            for table in ("files", "contents", "links", "skipped", "meta"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608
            db.execute("INSERT INTO words (words) VALUES ('delete-all')")
            db.execute("INSERT INTO names (names) VALUES ('delete-all')")

    def set_links(self, path: str, targets: Iterable[str]) -> None:
        """The files that one file imports, in place of those it did."""
        with self._writing() as db:
            found = db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
            if found is not None:
                db.execute("DELETE FROM links WHERE source = ?", found)
                db.executemany(
                    "INSERT OR IGNORE INTO links SELECT ?, id FROM files WHERE path = ?",
                    ((found[0], target) for target in targets),
                )

    def set_graph(self, links: Iterable[tuple[int, int]], weights: Iterable[tuple[float, int]]) -> None:
        """The links between files by id, and each file's weight, in place of all there were."""
        with self._writing() as db:
            db.execute("DELETE FROM links")
            db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?)", links)
            db.execute("UPDATE files SET weight = 0")
            db.executemany("UPDATE files SET weight = ? WHERE id = ?", weights)

    def set_meta(self, **values: str) -> None:
        """Remember words about the store itself."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def sweep(self) -> None:
        """Drop contents no file has, once they are more than those that files have."""
        with self._writing() as db:
            orphan = "NOT EXISTS (SELECT 1 FROM files WHERE content = contents.id)"
            (lost,) = db.execute(f"SELECT count(*) FROM contents WHERE {orphan}").fetchone()  # noqa: S608
            (kept,) = db.execute("SELECT count(*) FROM contents").fetchone()
            if lost > kept - lost:
                db.execute(f"DELETE FROM contents WHERE {orphan}")  # noqa: S608

    def _content(self, db: sqlite3.Connection, record: Record) -> int | None:
        if record.digest is None:
            return None
        if record.entry is not None and record.words is not None:
            db.execute(
                "INSERT OR IGNORE INTO contents (digest, maker, entry, names) VALUES (?, ?, ?, ?)",
                (record.digest, record.maker, record.entry, record.words.used),
            )
        found = db.execute(
            "SELECT id FROM contents WHERE digest = ? AND maker = ?", (record.digest, record.maker)
        ).fetchone()
        if found is None:
            raise ValueError(f"no entry is known for the content of {record.path}")
        return int(found[0])

    def _forget(self, db: sqlite3.Connection, path: str) -> None:
        found = db.execute("SELECT id, content FROM files WHERE path = ?", (path,)).fetchone()
        if found is None:
            return
        if found[1] is not None:
            self._unlearn(db, found[0], self._told(db, path, found[1]))
        db.execute("DELETE FROM links WHERE source = ? OR target = ?", (found[0], found[0]))
        db.execute("DELETE FROM files WHERE id = ?", (found[0],))

    @staticmethod
    def _learn(db: sqlite3.Connection, file: int, words: Words) -> None:
        """Put a file's words in the tables of words."""
        db.execute("INSERT INTO words (rowid, path, names, text) VALUES (?, ?, ?, ?)", (file, *words[:3]))
        db.execute(
            "INSERT INTO names (rowid, defined, used) VALUES (?, ?, ?)", (file, *map(marked, words[3:]))
        )

    @staticmethod
    def _unlearn(db: sqlite3.Connection, file: int, words: Words) -> None:
        """Take exactly the same words out again: such a table keeps no text to do it by itself."""
        db.execute(
            "INSERT INTO words (words, rowid, path, names, text) VALUES ('delete', ?, ?, ?, ?)",
            (file, *words[:3]),
        )
        db.execute(
            "INSERT INTO names (names, rowid, defined, used) VALUES ('delete', ?, ?, ?)",
            (file, *map(marked, words[3:])),
        )

    @staticmethod
    def _told(db: sqlite3.Connection, path: str, content: int) -> Words:
        entry, names = db.execute("SELECT entry, names FROM contents WHERE id = ?", (content,)).fetchone()
        return words_of(decode(entry, path, ""), names)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # --- reading --------------------------------------------------------------------------------------

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
        """The files that define a bare name, by path."""
        if not _NAME.fullmatch(name):
            return ()
        found = self._entries(
            "files.id IN (SELECT rowid FROM names WHERE defined MATCH ?)", _quoted(marked(name))
        )
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
        where = "files.id IN (SELECT rowid FROM words WHERE words.names MATCH ?)"
        found = self._entries(f"{where} ORDER BY weight DESC, path LIMIT ?", " OR ".join(ways), limit)
        return tuple(found)

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
        """The number of each indexed file in `occurrences` and in the graph."""
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

    def shared(self, *, definers: int, users: int, length: int) -> Iterator[tuple[set[int], set[int]]]:
        """The names that few files define and not too many use: ids of those that do, name by name.

        `definers` and `users` are the most there may be, `length` the least characters of a name. Names that
        stand in one file only are left out.
        """
        with self._lock:
            for table, kind in (("spread", "col"), ("places", "instance")):
                self._db.execute(
                    f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table} USING fts5vocab(main, names, {kind})"
                )
            counts = self._rows("SELECT term, col, doc FROM temp.spread WHERE length(term) >= ?", length)
            few = {term for term, col, count in counts if col == "defined" and count <= definers}
            wanted = [
                term for term, col, count in counts if col == "used" and 1 < count <= users and term in few
            ]
            for term in wanted:
                rows = self._rows("SELECT doc, col FROM temp.places WHERE term = ?", term)
                defined = {file for file, col in rows if col == "defined"}
                yield defined, {file for file, _ in rows} - defined

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


def _wanted(word: str) -> tuple[str, ...]:
    """A word of a query as the table of words knows it: its parts, and together as a phrase."""
    parts = _PART.findall(apart(word))
    return tuple(dict.fromkeys((*parts, " ".join(parts)))) if parts else ()


def _quoted(word: str) -> str:
    return f'"{word}"'


def _connect(path: Path | None, *, readonly: bool) -> sqlite3.Connection:
    where = ":memory:" if path is None else path.absolute().as_uri() + ("?mode=ro" if readonly else "")
    try:
        return sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    except sqlite3.Error as error:
        raise StoreError(f"The index {path} cannot be opened: {error}.") from error
