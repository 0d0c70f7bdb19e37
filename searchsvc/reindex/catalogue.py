"""What the indexer remembers of every page, in one SQLite file beside the index.

Rows belong to a generation of the index, so that a rollback finds the pages of its own
generation; the articles taken down belong to none. Index and catalogue are two files, and a run
may be killed between the two: what a commit will hold is written down before it (`expected`, and
the rows of a generation that is being built), so that the next run can set right what is left.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Concatenate, Literal, NamedTuple, ParamSpec, TypeVar

from searchsvc.errors import CorruptIndexError, EngineError

P = ParamSpec("P")
T = TypeVar("T")
Status = Literal["indexed", "superseded", "forgotten", "failed"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    generation TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL,
    path TEXT NOT NULL, sha256 TEXT NOT NULL, reader TEXT NOT NULL,
    status TEXT NOT NULL, article TEXT, version TEXT NOT NULL, error TEXT,
    PRIMARY KEY (generation, place, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS page_article ON page (generation, article);
CREATE TABLE IF NOT EXISTS expected (
    generation TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (generation, article)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (article TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
"""


#: What the rows of a generation belong to that is being built.
BUILDING = "built after "
#: What to do about a damaged file.
WAY_OUT = (
    "move it away, run a full reindex that names all places, and forget again the articles that were taken down: "
    "the list of these stood there"
)


def building(current: str | None) -> str:
    """Return what the rows belong to of the generation that is being built while another one is current."""
    return f"{BUILDING}{current}"


def faults(path: Path) -> list[str]:
    """Read a whole catalogue; return what is wrong with it, a line each, nothing if whole or not there."""
    if not path.exists():
        return []
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            found = [line for (line,) in db.execute("PRAGMA quick_check")]
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    return [f"{path}: {line}: {WAY_OUT}" for line in found if line != "ok"]


class Key(NamedTuple):
    """Which page: the place that was read, and the page's name in it."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is remembered of one page."""

    key: Key
    path: str
    sha256: str
    #: Version of the readers that read it.
    reader: str
    status: Status
    #: None where the page could not be read.
    article: str | None = None
    #: Sorts the captures of one article, newest last.
    version: str = ""
    error: str | None = None


def _told(method: Callable[Concatenate["Catalogue", P], T]) -> Callable[Concatenate["Catalogue", P], T]:
    """Return a method that tells trouble with the file as ours."""

    @wraps(method)
    def call(self: "Catalogue", /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except (OSError, sqlite3.OperationalError) as error:
            raise EngineError(f"{self.path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CorruptIndexError(f"{self.path}: {error}: {WAY_OUT}") from error

    return call


class Catalogue:
    """The file, open. Used by one process at a time, under the writer's lock.

    Every method raises a CorruptIndexError where the file is damaged, and an EngineError where it
    cannot be read or written.
    """

    @_told
    def __init__(self, path: Path | None) -> None:
        """Open the file, making it if it is not there; None opens an empty one in memory."""
        self.path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)

    @_told
    def rows(self, generation: str, place: str) -> dict[str, Row]:
        """Return the pages of a place by name."""
        return {row.key.name: row for row in self._select("generation=? AND place=?", generation, place)}

    @_told
    def places(self, generation: str) -> list[str]:
        """Return the places that were read into a generation."""
        found = self._db.execute("SELECT DISTINCT place FROM page WHERE generation=? ORDER BY place", (generation,))
        return [place for (place,) in found]

    @_told
    def captures(self, generation: str, article: str) -> list[Row]:
        """Return the pages that are captures of one article, newest first."""
        return self._select("generation=? AND article=? ORDER BY version DESC, place, name", generation, article)

    def _select(self, where: str, *values: str) -> list[Row]:
        columns = "place, name, path, sha256, reader, status, article, version, error"
        found = self._db.execute(f"SELECT {columns} FROM page WHERE {where}", values)  # noqa: S608  ours, no reader's text
        return [Row(Key(place, name), *rest) for place, name, *rest in found]

    @_told
    def expect(self, generation: str, articles: Iterable[str]) -> None:
        """Write down which articles the commit that follows will put, change or delete."""
        with self._db:
            self._expect(generation, articles)

    def _expect(self, generation: str, articles: Iterable[str]) -> None:
        rows = [(generation, article) for article in articles]
        self._db.executemany("INSERT OR IGNORE INTO expected VALUES (?,?)", rows)

    @_told
    def unfinished(self, generation: str) -> list[str]:
        """Return the articles that a run had in hand when it ended before it was done."""
        found = self._db.execute("SELECT article FROM expected WHERE generation=? ORDER BY article", (generation,))
        return [article for (article,) in found]

    @_told
    def start_over(self, generation: str) -> None:
        """Forget the pages of the unfinished articles: they are read again."""
        with self._db:
            self._db.execute(
                "DELETE FROM page WHERE generation=?1 AND article IN "
                "(SELECT article FROM expected WHERE generation=?1)",
                (generation,),
            )
            self._db.execute("DELETE FROM expected WHERE generation=?", (generation,))

    @_told
    def write(
        self, generation: str, rows: Iterable[Row], gone: Iterable[Key] = (), *, unfinished: Iterable[str] = ()
    ) -> None:
        """Remember rows and drop others, in one transaction; some articles are still to be seen to."""
        with self._db:
            self._db.execute("DELETE FROM expected WHERE generation=?", (generation,))
            self._expect(generation, unfinished)
            self._db.executemany(
                "DELETE FROM page WHERE generation=? AND place=? AND name=?",
                [(generation, *key) for key in gone],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO page VALUES (?,?,?,?,?,?,?,?,?,?)",
                [
                    (generation, *r.key, r.path, r.sha256, r.reader, r.status, r.article, r.version, r.error)
                    for r in rows
                ],
            )

    @_told
    def settle(self, current: str | None) -> None:
        """Give the rows of a build to the generation that came of it, or drop them if none did."""
        # GLOB, unlike LIKE, finds them by the key: this is done at every start, over millions of pages.
        names = self._db.execute(f"SELECT DISTINCT generation FROM page WHERE generation GLOB '{BUILDING}*'")  # noqa: S608  ours
        for (name,) in names.fetchall():
            if current is None or name == building(current) or self.places(current):
                self.drop(name)
            else:
                self.rename(name, current)

    @_told
    def rename(self, old: str, new: str) -> None:
        """Give the rows of one generation to another, whose own rows go."""
        with self._db:
            self._db.execute("DELETE FROM page WHERE generation=?", (new,))
            self._db.execute("UPDATE page SET generation=? WHERE generation=?", (new, old))

    @_told
    def drop(self, generation: str) -> None:
        """Drop the rows of a generation."""
        with self._db:
            self._db.execute("DELETE FROM page WHERE generation=?", (generation,))

    @_told
    def keep_generations(self, names: Iterable[str]) -> None:
        """Drop the rows of all other generations."""
        kept = tuple(names)
        marks = ",".join("?" * len(kept))
        with self._db:
            for table in ("page", "expected"):
                self._db.execute(f"DELETE FROM {table} WHERE generation NOT IN ({marks})", kept)  # noqa: S608  ours

    @_told
    def forget(self, article: str, since: str) -> None:
        """Take an article down for good."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO forgotten VALUES (?,?)", (article, since))
            self._db.execute("UPDATE page SET status='forgotten' WHERE article=?", (article,))

    @_told
    def forgotten(self) -> frozenset[str]:
        """Return the articles taken down for good."""
        return frozenset(article for (article,) in self._db.execute("SELECT article FROM forgotten"))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
