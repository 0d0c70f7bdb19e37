"""Path → connection to the SQLite file of the catalogue: its tables and their versions; readers change nothing."""

import shutil
import sqlite3
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from searchsvc.engines.takedowns import digest_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    generation TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL,
    path TEXT NOT NULL, sha256 TEXT NOT NULL, reader TEXT NOT NULL,
    status TEXT NOT NULL, article TEXT, version TEXT NOT NULL, error TEXT,
    PRIMARY KEY (generation, place, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS page_article ON page (generation, article);
CREATE TABLE IF NOT EXISTS place (
    generation TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (generation, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS expected (
    generation TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (generation, article)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (
    generation TEXT PRIMARY KEY, made TEXT NOT NULL, announced TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS takedown (
    digest TEXT PRIMARY KEY, since TEXT NOT NULL, later INTEGER NOT NULL
) WITHOUT ROWID;
"""
#: Tables whose rows belong to a generation.
GENERATION_TABLES = ("page", "place", "expected", "commits")
#: `user_version` of a file with these tables; files of earlier versions kept the ids of articles taken down.
VERSION = 2
#: SQLite's header: the last of so many bytes say whether changes lie in a write-ahead log beside the file.
HEADER_BYTES, WRITE_AHEAD_AT, WRITE_AHEAD = 20, 18, b"\2\2"
#: A copy during which somebody wrote is made again: attempts, and seconds between them.
COPY_ATTEMPTS, COPY_PAUSE = 50, 0.1


def _connect(database: Path | str, resources: ExitStack, *, uri: bool = False) -> sqlite3.Connection:
    """Return a connection that is closed with what was opened."""
    db = sqlite3.connect(database, uri=uri)
    resources.callback(db.close)
    return db


def open_writable(path: Path | None, resources: ExitStack) -> sqlite3.Connection:
    """Return a connection to a file, which is made if it is not there; None opens one in memory."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    db = _connect(path or ":memory:", resources)
    _create_tables(db)
    return db


def _create_tables(db: sqlite3.Connection) -> None:
    """Make the tables; those of an earlier version are converted."""
    # One file at rest, which readers need nothing beside; what is deleted is overwritten.
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
        db.execute(f"PRAGMA user_version={VERSION}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def open_read_only(path: Path, resources: ExitStack) -> sqlite3.Connection:
    """Return a connection that neither changes the file nor makes one beside it.

    A file with a journal beside it, or of an earlier version, has to be changed before it can be
    read: that is done to a copy of it elsewhere.
    """
    with path.open("rb") as file:
        write_ahead = file.read(HEADER_BYTES)[WRITE_AHEAD_AT:] == WRITE_AHEAD
    if not write_ahead and not _journal_state(path):
        with ExitStack() as trial:
            db = _connect(f"{path.resolve().as_uri()}?mode=ro", trial, uri=True)
            if _version(db) == VERSION:
                resources.enter_context(trial.pop_all())
                return db
    db = _connect(_copy(path, Path(resources.enter_context(TemporaryDirectory(prefix="searchsvc-")))), resources)
    _create_tables(db)
    return db


def _journal_state(path: Path) -> tuple[int, int] | None:
    """Return what identifies the journal of a change that was not ended; None where there is none."""
    try:
        status = path.with_name(f"{path.name}-journal").stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns


def _copy(path: Path, folder: Path) -> Path:
    """Copy a file with what lies beside it, all of one moment, should somebody be writing; return the copy."""
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
