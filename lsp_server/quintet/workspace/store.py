"""The index of a workspace in one SQLite file: what each file defines and says, findable by word and by name.

One process writes and any number read (write-ahead log, one transaction a batch), so it may be killed at any
moment. Entries are kept by content: a file that moves, or a branch that comes back, is not parsed again.
What it can be asked is in `answers`. Reads no source file and decides nothing about what is indexed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quintet.workspace.answers import Answers, Known, marked
from quintet.workspace.entry import Words, decode, words_of

VERSION = 2
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

_CACHE = 16_000
"""Kilobytes of pages that who writes keeps at hand."""
_COLUMNS = "size, mtime_ns, content, reason, kind, path"

__all__ = ["VERSION", "Known", "Record", "Store", "StoreError", "is_damage"]


class StoreError(Exception):
    """The file cannot be used: what is wrong with it, in one sentence.

    `damaged` where it never will be, and may be made anew; else it is another's, or the disk's, fault.
    """

    def __init__(self, sentence: str, *, damaged: bool = False) -> None:
        super().__init__(sentence)
        self.damaged = damaged


@dataclass(frozen=True, slots=True)
class Record:
    """A file to be put in the store.

    `maker` says what read it (language, grammar, queries): an entry by another maker is not reused. `entry`
    (see `entry.encode`) and `names` (`entry.names_in`, joined by spaces) may be None where the store `has`
    the content; a file that is not indexed has neither, and a `reason`. `kind` is "", "generated" or
    "vendored", or "unreadable" for what is no text.
    """

    path: str
    size: int
    mtime_ns: int
    digest: str | None = None
    maker: str = ""
    entry: bytes | None = None
    names: str | None = None
    reason: str = ""
    kind: str = ""


class Store(Answers):
    """An open store; in memory without a `path`. May be used from several threads.

    Raises StoreError where the file is no store, is damaged, cannot be written, or has another version.
    """

    def __init__(self, path: Path | None = None, *, readonly: bool = False) -> None:
        super().__init__(_connect(path, readonly=readonly))
        try:
            self._prepare(readonly=readonly)
        except (sqlite3.Error, StoreError) as error:
            self._db.close()
            raise StoreError(
                f"The index {path} cannot be used: {error}.", damaged=is_damage(error)
            ) from error

    def _prepare(self, *, readonly: bool) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in {0, VERSION}:
            raise StoreError(f"it has version {version}, and this program reads {VERSION}", damaged=True)
        if readonly:
            if not version:
                raise StoreError("it is empty")
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
        if not version:
            self._create()

    def _create(self) -> None:
        """Make the tables, unless another process has made them since we looked."""
        with self._writing() as db:
            if db.execute("PRAGMA user_version").fetchone() == (0,):
                for statement in _TABLES.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file; what was put in whole transactions stays."""
        with self._lock:
            self._db.close()

    def put(self, records: Iterable[Record]) -> None:
        """Take in files, in place of what was known of them: all of them, or none when killed."""
        with self._writing() as db:
            for record in records:
                known = db.execute("SELECT id, content FROM files WHERE path = ?", (record.path,)).fetchone()
                if known is not None and known[1] is not None:
                    self._unlearn(db, known[0], self._told(db, record.path, known[1]))
                content, new = self._content(db, record)
                row = (record.size, record.mtime_ns, content, record.reason, record.kind, record.path)
                if known is None:  # else it keeps its number, and with that who imports it and its weight
                    cursor = db.execute(f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608
                else:
                    sql = f"UPDATE files SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?) WHERE path = ?"  # noqa: S608
                    cursor = db.execute(sql, (*row, record.path))
                if content is not None:
                    file = known[0] if known else cursor.lastrowid or 0
                    said = self._said(record) if new else self._told(db, record.path, content)
                    self._learn(db, file, said)

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

    def set_left_out(self, path: str, reason: str) -> None:
        """What one path is left out for; "" where it is not."""
        with self._writing() as db:
            db.execute("DELETE FROM skipped WHERE path = ?", (path,))
            if reason:
                db.execute("INSERT INTO skipped VALUES (?, ?)", (path, reason))

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

    def _content(self, db: sqlite3.Connection, record: Record) -> tuple[int | None, bool]:
        """The number of a record's content, and whether it is new."""
        if record.digest is None:
            return None, False
        if record.entry is not None and record.names is not None:
            cursor = db.execute(
                "INSERT OR IGNORE INTO contents (digest, maker, entry, names) VALUES (?, ?, ?, ?)",
                (record.digest, record.maker, record.entry, record.names),
            )
            if cursor.rowcount:
                return cursor.lastrowid, True
        found = db.execute(
            "SELECT id FROM contents WHERE digest = ? AND maker = ?", (record.digest, record.maker)
        ).fetchone()
        if found is None:
            raise ValueError(f"no entry is known for the content of {record.path}")
        return int(found[0]), False

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
    def _said(record: Record) -> Words:
        """What `_told` will say of a record whose content is new."""
        return words_of(decode(record.entry or b"", record.path, ""), record.names or "")

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


def is_damage(error: Exception) -> bool:
    """Whether a file that raised this will never be of use again, and not only now."""
    if isinstance(error, StoreError):
        return error.damaged
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _connect(path: Path | None, *, readonly: bool) -> sqlite3.Connection:
    where = ":memory:" if path is None else path.absolute().as_uri() + ("?mode=ro" if readonly else "")
    try:
        return sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    except sqlite3.Error as error:
        raise StoreError(f"The index {path} cannot be opened: {error}.") from error
