"""Captures of an article: which one is the newest, and reading the page of one again."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from pathlib import Path

from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.reindex.catalogue_file import padded_name
from searchsvc.reindex.worker_pool import read_with_limits
from searchsvc.sources.container_process import read_guarded

UNKNOWN_TIME = datetime.min.replace(tzinfo=UTC)


def capture_version(article: Article, source: Source) -> str:
    """Return the sort key of the captures of one article, ISO 8601 in UTC; empty if no time is known.

    It is the time of capture, as the container or the page says, else of last update, else of publication, else of the
    file's last change.
    """
    when = (
        source.captured
        or article.provenance.captured
        or article.head.updated
        or article.head.published
        or source.modified
        or UNKNOWN_TIME
    )
    return when.astimezone(UTC).isoformat() if when is not UNKNOWN_TIME else ""


def recency_key(row: PageRow) -> tuple[str, str, str, str]:
    """Return the sort key of rows, newest capture last: version, then place, then name with numbers as numbers."""
    return row.version, row.key.place, padded_name(row.key.name), row.key.name


#: Rows of one article that are first read from the catalogue; each further reading takes twice as many.
FIRST_READ = 2
#: Rows that are read at a time where all are wanted.
ROWS_READ = 2_000


class _CapturesOfArticle:
    """The captures of one article: rows of the catalogue, read when needed, and the changes of this run."""

    def __init__(self, read: Callable[[int, int], Sequence[PageRow]]) -> None:
        """Take a function that returns rows of the catalogue, newest first, by limit and offset."""
        self._read = read
        self._offset, self._limit = 0, FIRST_READ
        #: Rows that were read and are not passed over yet; the pages of this run's changes, whose rows are passed over.
        self._stored: deque[PageRow] = deque()
        self._changed: set[PageKey] = set()
        self._added: dict[PageKey, PageRow] = {}
        self._newest_added: PageRow | None = None
        self._newest_key: tuple[str, ...] = ()

    def add(self, row: PageRow) -> None:
        self._changed.add(row.key)
        self._added[row.key] = row
        key = recency_key(row)
        if self._newest_added is None or key >= self._newest_key:
            self._newest_added, self._newest_key = row, key

    def remove(self, key: PageKey) -> None:
        self._changed.add(key)
        if self._added.pop(key, None) is not None and self._newest_added and self._newest_added.key == key:
            self._newest_added = max(self._added.values(), key=recency_key, default=None)
            self._newest_key = recency_key(self._newest_added) if self._newest_added else ()

    def every(self) -> Iterator[PageRow]:
        """Yield all rows, the newest first; those of the catalogue are read in parts."""
        added = sorted(self._added.values(), key=recency_key, reverse=True)
        yield from merge(self._unchanged(), added, key=recency_key, reverse=True)

    def _unchanged(self) -> Iterator[PageRow]:
        offset = 0
        while rows := self._read(ROWS_READ, offset):
            yield from (row for row in rows if row.key not in self._changed)
            offset += len(rows)

    def newest(self, except_key: PageKey | None) -> PageRow | None:
        stored, added = self._newest_stored(except_key), self._newest_added
        if added is not None and added.key == except_key:  # each page is read once: this is rare
            added = max((row for row in self._added.values() if row.key != except_key), key=recency_key, default=None)
        return max((row for row in (stored, added) if row is not None), key=recency_key, default=None)

    def _newest_stored(self, except_key: PageKey | None) -> PageRow | None:
        """Return the newest row of the catalogue that no change replaces and that is not of one page."""
        at = 0
        while True:
            if at == len(self._stored) and not self._read_more():
                return None
            key = self._stored[at].key
            if at == 0 and key in self._changed:
                self._stored.popleft()  # a page that was changed stays so: its row is never looked at again
            elif key == except_key or key in self._changed:
                at += 1
            else:
                return self._stored[at]

    def _read_more(self) -> bool:
        """Read the next rows of the catalogue; return whether there were any."""
        if not self._limit:
            return False
        rows = self._read(self._limit, self._offset)
        self._offset += len(rows)
        self._limit = 2 * self._limit if len(rows) == self._limit else 0
        self._stored += rows
        return bool(rows)


class Captures:
    """Captures of the articles: the rows of the catalogue with the changes of this run that are not yet written.

    All but the newest capture of an article are left in the catalogue. The changes of a batch are kept until `clear`.
    """

    def __init__(self, catalogue: Catalogue, generation: str) -> None:
        """Start with the rows of a generation."""
        self._catalogue = catalogue
        self._generation = generation
        self._articles: dict[str, _CapturesOfArticle] = {}

    def add(self, row: PageRow) -> None:
        """Add the new row of a page."""
        if row.article is not None:
            self._of(row.article).add(row)

    def remove(self, row: PageRow) -> None:
        """Remove the row of a page that is gone, or holds another article now."""
        if row.article is not None:
            self._of(row.article).remove(row.key)

    def newest(self, article: str, *, except_key: PageKey | None = None) -> PageRow | None:
        """Return the row of the newest capture of an article, apart from one page; None if there is none."""
        return self._of(article).newest(except_key)

    def every(self, article: str) -> Iterator[PageRow]:
        """Yield the rows of all captures of an article, the newest first."""
        yield from self._of(article).every()

    def clear(self) -> None:
        """Forget the changes of this run, after they were written to the catalogue."""
        self._articles.clear()

    def _of(self, article: str) -> _CapturesOfArticle:
        if article not in self._articles:
            self._articles[article] = _CapturesOfArticle(
                lambda limit, offset: self._catalogue.captures(self._generation, article, limit=limit, offset=offset)
            )
        return self._articles[article]


def reread(row: PageRow) -> Article | None:
    """Read the page of a row again; return its article, None if the page is gone or has other bytes now."""
    return next((article for _, article in read_pages([row])), None)


def read_pages(rows: Sequence[PageRow]) -> Generator[tuple[PageRow, Article], None, None]:
    """Yield some rows with the articles of their pages, which are read again, each file once.

    Those whose pages are gone, have other bytes now or hold no article are left out.
    """
    by_file: dict[str, list[PageRow]] = {}
    for row in rows:
        by_file.setdefault(_file_path(row.key), []).append(row)
    for path, own in by_file.items():
        by_hash: dict[str, list[PageRow]] = {}
        for row in own:
            by_hash.setdefault(row.sha256, []).append(row)
        same = (s for s in read_guarded([path]) if isinstance(s, Source) and s.sha256 in by_hash)
        with closing(read_with_limits(islice(_first_of_each(same), len(by_hash)))) as articles:
            for article in articles:
                if isinstance(article, Article):
                    for row in by_hash[article.provenance.sha256]:
                        yield row, replace(article, provenance=replace(article.provenance, path=row.path))


def _first_of_each(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield sources, of several with the same bytes the first."""
    seen: set[str] = set()
    for source in sources:
        if source.sha256 not in seen:
            seen.add(source.sha256)
            yield source


def _file_path(key: PageKey) -> str:
    """Return the file that holds a page; its place if the name of the page has no file."""
    place = Path(key.place)
    if place.is_dir():
        for name in (key.name, key.name.rpartition("#")[0]):
            if name and (place / name).is_file():
                return str(place / name)
    return key.place
