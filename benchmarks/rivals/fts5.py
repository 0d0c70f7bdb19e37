"""SQLite FTS5 of the standard library: porter stems, bm25() over all columns."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from benchmarks.rivals import FIELDS, Searcher, Texts, taken

__all__ = ["build", "open", "taken", "update"]


def _connect(place: Path) -> sqlite3.Connection:
    place.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(place / "fts5.sqlite")


def build(given: Iterable[Texts], place: Path) -> None:
    """Index in one transaction, then optimise."""
    with closing(_connect(place)) as db:
        db.execute(f"CREATE VIRTUAL TABLE a USING fts5(id UNINDEXED, {', '.join(FIELDS)}, tokenize='porter unicode61')")
        marks = ",".join("?" * (len(FIELDS) + 1))
        rows = ((one.id, *one.fields.values()) for one in given)
        db.executemany(f"INSERT INTO a VALUES ({marks})", rows)  # noqa: S608  only question marks
        db.execute("INSERT INTO a(a) VALUES ('optimize')")
        db.commit()


def open(place: Path) -> Searcher:  # noqa: A001  the protocol's word
    """Open one connection."""
    db = _connect(place)

    def query(kind: str, words: list[str]) -> object:
        quoted = [f'"{word}"' for word in words]
        return f'"{" ".join(words)}"' if kind == "phrase" else {"or": " OR ", "and": " AND "}[kind].join(quoted)

    def search(asked: object) -> list[str]:
        found = db.execute("SELECT id FROM a WHERE a MATCH ? ORDER BY rank LIMIT 10", (asked,))
        return [id_ for (id_,) in found]

    return Searcher(query, search, db.close)


def update(place: Path, given: Texts) -> None:
    """Delete, insert, commit."""
    with closing(_connect(place)) as db:
        db.execute("DELETE FROM a WHERE rowid = (SELECT rowid FROM a WHERE id = ? LIMIT 1)", (given.id,))
        marks = ",".join("?" * (len(FIELDS) + 1))
        db.execute(f"INSERT INTO a VALUES ({marks})", (given.id, *given.fields.values()))  # noqa: S608
        db.commit()
