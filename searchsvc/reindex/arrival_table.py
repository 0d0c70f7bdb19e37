"""The catalogue's table of arrivals: when each article of a generation came into the index.

It is kept here, and not in the index alone, so that a rebuild knows it even where the index is damaged or of another
version of this program.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from searchsvc.reindex.open_catalogue import OpenCatalogue, translate_errors

#: Rows that are read at a time.
ROWS_READ = 10_000


class ArrivalTable(OpenCatalogue):
    """Reads and writes the table of arrivals."""

    @translate_errors
    def arrival(self, article: str, *generations: str) -> datetime | None:
        """Return when an article came in, as the first of some generations that knows it says; None if none does."""
        query = "SELECT added FROM arrival WHERE generation=? AND article=?"
        found = (self._db.execute(query, (generation, article)).fetchone() for generation in generations)
        return next((_moment(row[0]) for row in found if row), None)

    @translate_errors
    def newest_arrival(self, *generations: str) -> datetime | None:
        """Return when the newest article of some generations came in; None if they have none."""
        query = "SELECT MAX(added) FROM arrival WHERE generation=?"
        found = [self._db.execute(query, (generation,)).fetchone()[0] for generation in generations]
        return max((_moment(one) for one in found if one is not None), default=None)

    def arrivals(self, generation: str) -> Iterator[tuple[str, datetime]]:
        """Yield all articles of a generation, by id, with when they came in."""
        after = ""
        while rows := self._arrivals_after(generation, after):
            yield from rows
            after = rows[-1][0]

    @translate_errors
    def _arrivals_after(self, generation: str, article: str) -> list[tuple[str, datetime]]:
        query = "SELECT article, added FROM arrival WHERE generation=? AND article>? ORDER BY article LIMIT ?"
        return [(one, _moment(at)) for one, at in self._db.execute(query, (generation, article, ROWS_READ))]

    @translate_errors
    def write_arrivals(self, generation: str, added: Iterable[tuple[str, datetime]], ended: Iterable[str] = ()) -> None:
        """Record when articles came in, and that others are not in a generation any more, in one transaction.

        What is recorded already stays, where it is earlier.
        """
        rows = ((generation, article, int(at.timestamp())) for article, at in added)
        with self._db:
            self._db.executemany(
                "DELETE FROM arrival WHERE generation=? AND article=?", [(generation, one) for one in ended]
            )
            self._db.executemany(
                "INSERT INTO arrival VALUES (?,?,?) "
                "ON CONFLICT (generation, article) DO UPDATE SET added=min(added, excluded.added)",
                rows,
            )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
