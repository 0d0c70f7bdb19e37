"""What was sent, and what is still to be sent, in one SQLite file beside the index; saved searches of commands, too.

A window is what came in from one moment up to another. What a window has is staged, a delivery at a time, with the
names of the results in it; a delivery is dropped when the other side has taken it, and the names when the window ends.
So a run that is killed sends at most the delivery again that it was sending, under the id that it had. The file has no
text of any article, only ids: what is sent is read from the index when it is sent.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from searchsvc.alerts.saved_searches import SavedSearch
from searchsvc.errors import EngineError, IndexBusyError, error_from

_SCHEMA = """
CREATE TABLE IF NOT EXISTS saved (name TEXT PRIMARY KEY, search BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (name TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staged (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, id TEXT NOT NULL UNIQUE, results TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (
    name TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (name, result)
) WITHOUT ROWID;
"""
_VERSION = 1
_WAY_OUT = "move it away: saved searches must be added again, and alerts begin with what comes in from then on"


@dataclass(frozen=True, slots=True)
class StagedDelivery:
    """Results that are sent together."""

    id: str
    #: Ids of articles, or of quotes (`A#q0`).
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """What came in at or after `since` and before `until`; no `until`: what is sent before that is done."""

    since: datetime
    until: datetime | None


class AlertState:
    """The open file. One process uses it at a time.

    Every method raises EngineError if the file cannot be read or written, and IndexBusyError where another has it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, or create it.

        Args:
            path: The file.
            read_only: Take no lock and write nothing: where it is not there, it is empty.

        """
        self._path, self._read_only = path, read_only
        self._lock = None if read_only else _locked(path)
        try:
            there = path.exists() and path.stat().st_size > 0  # an empty file is one that was killed before it began
            if read_only:
                self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro" if there else ":memory:", uri=there)
            else:
                self._db = sqlite3.connect(path)
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in {0, _VERSION}:
                self._db.close()
                self._unlock()
                raise EngineError(f"{path}: it was written by another version of searchsvc; {_WAY_OUT}")
            if not read_only or not there:
                self._db.executescript(f"{_SCHEMA}PRAGMA user_version={_VERSION};")
        except sqlite3.Error as error:
            self._unlock()
            raise error_from(error, path, writing=not read_only, way_out=_WAY_OUT) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def saved(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name."""
        with self._guarded():
            rows = self._db.execute("SELECT search FROM saved ORDER BY name").fetchall()
        return tuple(SavedSearch.from_json(text) for (text,) in rows)

    def save(self, search: SavedSearch, since: datetime) -> None:
        """Add a saved search, or replace it; of a new one, what came in at or after a moment is sent."""
        with self._guarded():
            self._db.execute("INSERT OR REPLACE INTO saved VALUES (?,?)", (search.name, search.to_json()))
            self._db.execute("INSERT OR IGNORE INTO sent VALUES (?,?,NULL)", (search.name, _seconds(since)))

    def remove(self, name: str) -> bool:
        """Remove a saved search, and what was to be sent of it; return whether there was one."""
        with self._guarded():
            gone = self._db.execute("DELETE FROM saved WHERE name=?", (name,)).rowcount > 0
            for table in ("sent", "staged", "seen"):
                gone |= self._db.execute(f"DELETE FROM {table} WHERE name=?", (name,)).rowcount > 0  # noqa: S608  ours
        return gone

    def window(self, name: str) -> Window | None:
        """Return what is being sent, or was sent last; None if nothing is known of a search."""
        with self._guarded():
            row = self._db.execute("SELECT since, until FROM sent WHERE name=?", (name,)).fetchone()
        return row and Window(_moment(row[0]), None if row[1] is None else _moment(row[1]))

    def begin(self, name: str, window: Window) -> None:
        """Record what is sent next."""
        until = None if window.until is None else _seconds(window.until)
        with self._guarded():
            self._db.execute("INSERT OR REPLACE INTO sent VALUES (?,?,?)", (name, _seconds(window.since), until))

    def end(self, name: str) -> None:
        """Record that all of the window was taken: the next one begins where it ends."""
        with self._guarded():
            self._db.execute("UPDATE sent SET since=until, until=NULL WHERE name=? AND until IS NOT NULL", (name,))
            self._db.execute("DELETE FROM seen WHERE name=?", (name,))

    def unseen(self, name: str, results: Sequence[str]) -> frozenset[str]:
        """Return which of some results were not staged in this window."""
        with self._guarded():
            query = "SELECT 1 FROM seen WHERE name=? AND result=?"
            return frozenset(one for one in results if not self._db.execute(query, (name, one)).fetchone())

    def stage(self, name: str, delivery: StagedDelivery) -> None:
        """Add what is to be sent; its results are not unseen any more."""
        with self._guarded():
            row = (name, delivery.id, json.dumps(delivery.results))
            self._db.execute("INSERT INTO staged (name, id, results) VALUES (?,?,?)", row)
            self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?,?)", [(name, one) for one in delivery.results])

    def staged(self, name: str) -> StagedDelivery | None:
        """Return the oldest delivery that is to be sent; None if there is none."""
        with self._guarded():
            query = "SELECT id, results FROM staged WHERE name=? ORDER BY number LIMIT 1"
            row = self._db.execute(query, (name,)).fetchone()
        return row and StagedDelivery(row[0], tuple(json.loads(row[1])))

    def waiting(self, name: str) -> int:
        """Return how many results are staged."""
        with self._guarded():
            query = "SELECT coalesce(sum(json_array_length(results)), 0) FROM staged WHERE name=?"
            return int(self._db.execute(query, (name,)).fetchone()[0])

    def taken(self, delivery: StagedDelivery) -> None:
        """Drop a delivery that the other side has taken."""
        with self._guarded():
            self._db.execute("DELETE FROM staged WHERE id=?", (delivery.id,))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with self._db:
                yield
        except sqlite3.Error as error:
            raise error_from(error, self._path, writing=not self._read_only, way_out=_WAY_OUT) from error


def _locked(path: Path) -> IO[str]:
    """Return the open file that is locked as long as it is open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise error_from(error, path.parent, "nothing can be written there", writing=True) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise IndexBusyError(f"{path}: alerts are being sent or changed; wait until that has ended") from error
    return lock


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
