"""The SQLite file of the catalogue: its rows, tables, their versions, and opening it to write or only to read."""

import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from searchsvc.engines.takedowns import digest_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    generation TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL,
    path TEXT NOT NULL, sha256 TEXT NOT NULL, reader TEXT NOT NULL,
    status TEXT NOT NULL, article TEXT, version TEXT NOT NULL, error TEXT, padded TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (generation, place, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (
    generation TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (generation, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS expected (
    generation TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (generation, article)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (
    generation TEXT PRIMARY KEY, made TEXT NOT NULL, announced TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrival (
    generation TEXT NOT NULL, article TEXT NOT NULL, added INTEGER NOT NULL, PRIMARY KEY (generation, article)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS takedown (
    digest TEXT PRIMARY KEY, since TEXT NOT NULL, later INTEGER NOT NULL
) WITHOUT ROWID;
"""
#: Captures of one article in order of `captures.recency_key`: the newest is found without a look at the others.
CAPTURE_INDEX = "CREATE INDEX page_capture ON page (generation, article, version, place, padded)"
#: The changes of a run, in a temporary table; how a change of an article is added to one that is there: what is added
#: and then changed is added, what is deleted and then added is changed.
CHANGE_TABLE = (
    "CREATE TEMP TABLE IF NOT EXISTS change (number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, path TEXT)"
)
ADD_CHANGE = """
INSERT INTO change (id, kind, path) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET path=excluded.path,
kind=CASE WHEN excluded.kind='deleted' THEN 'deleted' WHEN kind='added' THEN 'added' WHEN kind='deleted' THEN 'changed'
ELSE excluded.kind END
"""
#: Tables with a column `generation`.
GENERATION_TABLES = ("page", "place", "expected", "commits", "arrival")
#: `user_version` of the file. In version 1 the list of articles taken down had their ids instead of digests; before
#: version 3 there was no `padded`, the `padded_name` of a page; before version 4 no table `arrival`; before
#: version 5 no `text`.
VERSION = 5
#: Bytes of SQLite's header that are read; in them the offset and value of the two bytes that mean write-ahead logging
#: (SQLite file format, 1.3).
HEADER_BYTES, WRITE_AHEAD_AT, WRITE_AHEAD = 20, 18, b"\2\2"
#: Offset and size of the counter of transactions in the header.
COUNTER_AT, COUNTER_BYTES = 24, 4
#: Attempts to copy the file while another process writes to it, and seconds between them.
COPY_ATTEMPTS, COPY_PAUSE = 50, 0.1


#: Prefix of the temporary generation name of rows that belong to a generation being built.
BUILD_PREFIX = "built after "

PageStatus = Literal["indexed", "superseded", "failed"]


class PageKey(NamedTuple):
    """Identity of a page: the absolute path of its place, and `Source.name`."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the catalogue: one page."""

    key: PageKey
    path: str
    sha256: str
    #: READER_VERSION that read it.
    reader: str
    status: PageStatus
    #: Id of its article; None if the page could not be read.
    article: str | None = None
    #: `capture_version`: orders the captures of one article, newest last.
    version: str = ""
    error: str | None = None
    #: `versions.text_digest` of the article: captures with the same one say the same.
    text: str = ""


def build_name(current: str | None) -> str:
    """Return the temporary generation name of the rows of a build; `current` is the generation current meanwhile."""
    return f"{BUILD_PREFIX}{current}"


#: Width to which numbers in names are padded with zeros, so that they sort as numbers.
NUMBER_WIDTH = 20
_NUMBER = re.compile(r"\d+")


def padded_name(name: str) -> str:
    """Return the name of a page with its numbers padded with zeros: `crawl.warc#7` sorts before `crawl.warc#12`."""
    return _NUMBER.sub(lambda match: match[0].zfill(NUMBER_WIDTH), name)


def _connect(database: Path | str, resources: ExitStack, *, uri: bool = False) -> sqlite3.Connection:
    """Return a connection, which the ExitStack closes."""
    db = sqlite3.connect(database, uri=uri)
    resources.callback(db.close)
    db.create_function("padded_name", 1, padded_name, deterministic=True)
    return db


def open_writable(path: Path | None, resources: ExitStack) -> sqlite3.Connection:
    """Return a connection to the file, creating file and tables if they are missing; None opens one in memory."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    db = _connect(path or ":memory:", resources)
    _create_tables(db)
    return db


def _create_tables(db: sqlite3.Connection) -> None:
    """Create the tables, or convert those of an earlier version."""
    # No file but this one remains beside a closed catalogue; deleted rows are overwritten (`secure_delete`).
    db.execute("PRAGMA journal_mode=DELETE")
    db.execute("PRAGMA secure_delete=ON")
    if _version(db) == VERSION:
        return
    db.executescript(SCHEMA)
    with db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name='forgotten'").fetchone():
            old = db.execute("SELECT article, since FROM forgotten").fetchall()
            rows = [(digest_of(article), since, False) for article, since in old]
            db.executemany("INSERT OR IGNORE INTO takedown VALUES (?,?,?)", rows)
            db.execute("DELETE FROM page WHERE status='forgotten'")
            db.execute("DROP TABLE forgotten")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name='page_capture'").fetchone():
            if "padded" not in {column for _, column, *_ in db.execute("PRAGMA table_info(page)")}:
                db.execute("ALTER TABLE page ADD COLUMN padded TEXT NOT NULL DEFAULT ''")
            db.execute("UPDATE page SET padded=padded_name(name)")
            db.execute("DROP INDEX IF EXISTS page_article")
            db.execute(CAPTURE_INDEX)
        if "text" not in {column for _, column, *_ in db.execute("PRAGMA table_info(page)")}:
            db.execute("ALTER TABLE page ADD COLUMN text TEXT NOT NULL DEFAULT ''")
        db.execute(f"PRAGMA user_version={VERSION}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def open_read_only(path: Path, resources: ExitStack) -> sqlite3.Connection:
    """Return a connection that neither changes the file nor creates one beside it.

    A file with a journal, or of an earlier version, must be changed before it can be read: a temporary copy of it is
    opened instead.
    """
    if not _is_write_ahead(path) and not _journal_state(path):
        with ExitStack() as trial:
            db = _connect(f"{path.resolve().as_uri()}?mode=ro", trial, uri=True)
            if _version(db) == VERSION:
                resources.enter_context(trial.pop_all())
                return db
    db = _connect(_copy(path, Path(resources.enter_context(TemporaryDirectory(prefix="searchsvc-")))), resources)
    _create_tables(db)
    return db


class FileChanges:
    """Tells when the file has changed: SQLite counts its transactions in the header (SQLite file format, 1.3.7).

    Args:
        path: The file.
        on_change: Is given the file each time; None: nobody is told.

    """

    def __init__(self, path: Path | None, on_change: Callable[[Path], None] | None) -> None:
        self._path, self._on_change = path, on_change
        self._told = -1

    def tell(self) -> None:
        """Give the file to `on_change` if it has changed since the last time."""
        if self._on_change is None or self._path is None:
            return
        count = transactions(self._path)
        if count != self._told:
            self._on_change(self._path)
            self._told = count


def transactions(path: Path) -> int:
    """Return how many transactions SQLite has counted in a file; 0 in an empty one."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(COUNTER_AT + COUNTER_BYTES)[COUNTER_AT:])


def is_in_use(path: Path) -> bool:
    """Return whether a transaction is under way in a file, or was not finished, or it has a write-ahead log."""
    return _journal_state(path) is not None or path.with_name(f"{path.name}-wal").exists() or _is_write_ahead(path)


def _is_write_ahead(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)[WRITE_AHEAD_AT:] == WRITE_AHEAD


def _journal_state(path: Path) -> tuple[int, int] | None:
    """Return what identifies the journal of an unfinished transaction; None if there is none."""
    try:
        status = path.with_name(f"{path.name}-journal").stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns


def _copy(path: Path, folder: Path) -> Path:
    """Copy the file with its journal to a folder, in one consistent state even while it is written; return the copy."""
    for _ in range(COPY_ATTEMPTS):
        before = _journal_state(path)
        for beside in ("", "-journal", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{beside}", folder / f"{path.name}{beside}")
        if _journal_state(path) == before:
            break
        for file in folder.iterdir():
            file.unlink()
        time.sleep(COPY_PAUSE)
    else:
        msg = f"{path}: another process is writing to it"
        raise sqlite3.OperationalError(msg)
    return folder / path.name
