"""Which capture of an article is searched: the newest."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from searchsvc.model.article import Article, Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow

#: Digits that numbers in names are padded to.
NUMBER = 20
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def version_of(article: Article, source: Source) -> str:
    """Return what sorts captures of one article: time of capture, else of update, else of the file."""
    when = source.captured or article.head.updated or article.head.published or source.modified or LONG_AGO
    return when.astimezone(UTC).isoformat() if when is not LONG_AGO else ""


def age(row: PageRow) -> tuple[str, str, list[str]]:
    """Return what sorts captures, newest last: version, then place and name (numbers in it as numbers)."""
    name = [part.zfill(NUMBER) if part.isdecimal() else part for part in re.split(r"(\d+)", row.key.name)]
    return row.version, row.key.place, name


class Captures:
    """The captures of every article: what the catalogue says, and what this run has found since."""

    def __init__(self, catalogue: Catalogue, generation: str) -> None:
        """Start from the rows of a generation."""
        self._catalogue = catalogue
        self._generation = generation
        self._rows: dict[str, dict[PageKey, PageRow | None]] = {}

    def note(self, row: PageRow) -> None:
        """Take a page's new row into account."""
        if row.article is not None:
            self._of(row.article)[row.key] = row

    def drop(self, row: PageRow) -> None:
        """Take into account that a page is gone, or has become another article."""
        if row.article is not None:
            self._of(row.article)[row.key] = None

    def newest(self, article: str, *, but: PageKey | None = None) -> PageRow | None:
        """Return the newest capture of an article, leaving out one page."""
        rows = [row for row in self._of(article).values() if row is not None and row.key != but]
        return max(rows, key=age, default=None)

    def others(self, article: str, key: PageKey) -> Iterable[PageRow]:
        """Return the captures of an article but one."""
        return [row for row in self._of(article).values() if row is not None and row.key != key]

    def settle(self) -> None:
        """Forget what this run has found: it stands in the catalogue now."""
        self._rows.clear()

    def _of(self, article: str) -> dict[PageKey, PageRow | None]:
        if article not in self._rows:
            known = self._catalogue.captures(self._generation, article)
            self._rows[article] = {row.key: row for row in known}
        return self._rows[article]
