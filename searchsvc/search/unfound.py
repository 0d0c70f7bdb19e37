"""Queries that found nothing, counted in a file that several processes write: what readers miss in the collection.

Kept are the words of a query, how often it was asked, and the last day (UTC): no address, no time of day, nothing that
joins two queries. The file is an SQLite database of at most MAX_QUERIES rows; beyond, those asked least and longest ago
are dropped. Where it cannot be written at once, a query is not counted: no search waits for it or fails by it.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.errors import UsageError

#: Queries that are kept, and characters of each, at most; longer ones are not counted.
MAX_QUERIES, MAX_LENGTH = 10_000, 200
#: Seconds that a search waits for another process that writes to the file; and that a process does at its start.
WAIT, START_WAIT = 0.05, 10.0
_TABLE = "CREATE TABLE IF NOT EXISTS unfound (query TEXT PRIMARY KEY, asked INTEGER NOT NULL, last TEXT NOT NULL)"
_COUNT = (
    "INSERT INTO unfound VALUES (?, 1, ?) ON CONFLICT (query) DO UPDATE SET asked = asked + 1, last = excluded.last"
)
_BOUND = (
    "DELETE FROM unfound WHERE query IN (SELECT query FROM unfound WHERE query <> ? ORDER BY asked, last, query "
    "LIMIT max(0, (SELECT count(*) FROM unfound) - ?))"
)


@dataclass(frozen=True, slots=True)
class UnfoundQuery:
    """A query that found nothing: its words in lower case, how often it was asked, and the last day, `2026-05-31`."""

    query: str
    asked: int
    last: str


class UnfoundQueries:
    """The file of queries that found nothing."""

    def __init__(self, path: str | Path) -> None:
        """Store the path; an empty one counts nothing.

        Raises:
            UsageError: The file cannot be made or written, or is something else.

        """
        self._path = str(path)
        if self._path:
            try:
                with closing(self._open(START_WAIT)) as db, db:
                    db.execute(_TABLE)
            except sqlite3.Error as error:
                raise UsageError(f"{path}: queries that found nothing cannot be counted there: {error}") from error

    def note(self, text: str) -> None:
        """Count a query that found nothing; one that is empty or too long is not counted."""
        query = " ".join(text.lower().split()).encode(errors="replace").decode()
        if not self._path or not query or len(query) > MAX_LENGTH:
            return
        with suppress(sqlite3.Error), closing(self._open()) as db, db:
            db.execute(_COUNT, (query, datetime.now(UTC).date().isoformat()))
            db.execute(_BOUND, (query, MAX_QUERIES))

    def _open(self, seconds: float = WAIT) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=seconds)


def unfound_queries(path: str | Path) -> Sequence[UnfoundQuery]:
    """Return the queries of a file, those asked most first.

    Raises:
        UsageError: There is no such file, or it is something else.

    """
    if not Path(path).is_file():
        raise UsageError(f"{path}: no such file: SEARCHSVC_UNFOUND names it, and the service makes it")
    try:
        with closing(sqlite3.connect(f"file:{Path(path).resolve()}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT query, asked, last FROM unfound ORDER BY asked DESC, last DESC, query").fetchall()
    except sqlite3.Error as error:
        raise UsageError(f"{path} holds no queries that found nothing: {error}") from error
    return [UnfoundQuery(*row) for row in rows]
