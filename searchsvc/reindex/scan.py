"""Scan of the places: which pages must be read, and which are gone; and the captures of an article in order of time."""

import secrets
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path

import numpy as np

from searchsvc.engines.sharding import Shard
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.reindex.catalogue_file import padded_name
from searchsvc.reindex.report import Failure, Failures
from searchsvc.sources import printable_path, source_name
from searchsvc.sources.container_process import KnownPage, page_digest, read_changed

#: Rows that are read from the catalogue at a time to find those whose pages are gone.
ROWS_READ = 2_000


class _NamesOfPlace:
    """Names of one place that were met, 8 bytes each: keyed digests, so that nobody can choose names that collide."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(DIGEST_BYTES)
        self._seen, self._unreadable = array("Q"), array("Q")
        #: Whether nothing of the place is gone: it could not be read, or held nothing.
        self.keeps_all = False

    def see(self, name: str) -> None:
        self._seen.append(self._digest(name))

    def mark_unreadable(self, name: str) -> None:
        """Note a file or folder that cannot be opened: what it held is not gone."""
        self._unreadable.append(self._digest(name))

    def finish(self) -> None:
        """Sort the digests: from now on names are looked up."""
        for digests in filter(None, (self._seen, self._unreadable)):
            np.frombuffer(digests, np.uint64).sort()

    def is_gone(self, name: str) -> bool:
        """Return whether a page was not met, and lies in no folder or container that could not be opened."""
        if self.keeps_all or self._has(self._seen, name):
            return False
        ends = (at for at, sign in enumerate(name) if sign in "/#") if self._unreadable else ()
        return not any(self._has(self._unreadable, name[:end]) for end in ends)

    def _digest(self, name: str) -> int:
        data = name.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, digest_size=DIGEST_BYTES, key=self._key).digest(), "little")

    def _has(self, digests: Sequence[int], name: str) -> bool:
        digest = self._digest(name)
        at = bisect_left(digests, digest)
        return at < len(digests) and digests[at] == digest


#: Bytes of a digest of a name: among 10^6 names a page that is gone is overlooked with probability 10^6 / 2^64.
DIGEST_BYTES = 8


@dataclass(slots=True)
class Scan:
    """One pass over the places. Counts and lists are complete when `pages_to_read` is exhausted.

    Memory: 8 bytes for each page, and the rows of the pages that are being read.
    """

    catalogue: Catalogue
    generation: str
    #: Generation with the rows of the last run; None if there is none.
    previous: str | None
    places: tuple[str, ...]
    reader: str
    #: The share of the pages that is read; None: all are.
    shard: Shard | None = None
    pages: int = 0
    unchanged: int = 0
    #: Unchanged pages that failed before.
    still_failing: Failures = field(default_factory=Failures)
    #: Previous row of each page that is being read again; whoever has its article takes it out.
    previous_rows: dict[PageKey, PageRow] = field(default_factory=dict)
    _names: dict[str, _NamesOfPlace] = field(default_factory=dict)

    def pages_to_read(self) -> Iterator[tuple[PageKey, Source | SourceError]]:
        """Yield each page that is new or changed, or the error of one that cannot be opened, with its key."""
        for place in self.places:
            yield from self._scan_place(place)

    def gone_rows(self, dropped: Sequence[str]) -> Iterator[PageRow]:
        """Yield the rows of the pages of dropped places, and of those that were not met, from the catalogue as it is.

        The caller may drop rows that were yielded.
        """
        for place in dropped:
            yield from self._rows(place)
        for place, names in self._names.items():
            yield from (row for row in self._rows(place) if names.is_gone(row.key.name))

    def _rows(self, place: str, after: str | None = None, limit: int | None = None) -> Iterator[PageRow]:
        """Yield the rows of a place, those after a name; `limit` of them are read at first."""
        limit = limit or ROWS_READ
        while rows := self.catalogue.rows_after(self.generation, place, after, limit):
            yield from rows
            after, limit = rows[-1].key.name, min(4 * limit, ROWS_READ)

    def _rows_of_file(self, place: str, name: str) -> Iterator[PageRow]:
        """Yield the rows of the page that a file is, and of the pages in it."""
        row, within = self.catalogue.row(self.generation, place, name), f"{name}#"
        if row is not None:
            yield row
        yield from takewhile(lambda row: row.key.name.startswith(within), self._rows(place, within, FIRST_READ))

    def _scan_place(self, place: str) -> Iterator[tuple[PageKey, Source | SourceError]]:
        root = str(Path(place).resolve())
        names = self._names[root] = _NamesOfPlace()
        sources, folder = 0, Path(place).is_dir()
        all_unreadable = False
        for item in () if self._was_folder(place, root) else self._read(place, root):
            name = source_name(place, item.path, folder=folder) if isinstance(item, SourceError) else str(item.name)
            if self.shard is not None and not folder and not self.shard.has(name):
                continue
            if isinstance(item, KnownPage):
                self.pages += 1
                self.unchanged += 1
                sources += 1
                names.see(name)
                continue
            self.pages += item.count if isinstance(item, SourceError) else 1
            sources += isinstance(item, Source)
            # A build has no rows of an earlier run.
            row = self.catalogue.row(self.generation, root, name) if self.generation == self.previous else None
            key = PageKey(root, name)
            names.see(name)
            if isinstance(item, SourceError):
                # The pages of a file or folder that cannot be opened are not gone.
                all_unreadable = all_unreadable or item.path.rstrip("/") == printable_path(place).rstrip("/")
                names.mark_unreadable(name)
            elif row is not None and self._is_unchanged(row, item):
                continue
            if row is not None:
                self.previous_rows[key] = row
            yield key, item
        names.finish()
        names.keeps_all = all_unreadable
        if not sources and (folder or not all_unreadable) and self._had_pages(root):
            names.keeps_all = True
            yield PageKey(root, ""), self._empty_place_error(place)

    def _read(self, place: str, root: str) -> Iterator[Source | SourceError | KnownPage]:
        """Yield the pages of a place; of a folder those of the files in this run's share."""
        return read_changed([place], partial(self._known_pages, root), self.shard.has if self.shard else None)

    def _known_pages(self, root: str, name: str) -> bytes:
        """Return the digests of the pages of a file that need not be read again; what has failed is told again."""
        if self.generation != self.previous:
            return b""
        known = (row for row in self._rows_of_file(root, name) if row.reader == self.reader and row.status != "failed")
        return b"".join(page_digest(row.key.name, row.sha256) for row in known)

    def _was_folder(self, place: str, root: str) -> bool:
        """Return whether the place is a file now, but was a folder when its pages were read."""
        return Path(place).is_file() and self.catalogue.has_names_of_others(self.generation, root, Path(place).name)

    def _had_pages(self, root: str) -> bool:
        return self.previous is not None and self.catalogue.had_pages(self.previous, root)

    def _empty_place_error(self, place: str) -> SourceError:
        """Return the error that a place has no pages any more.

        Raises:
            UsageError: In a rebuild, which could not keep its articles.

        """
        reason = "holds no page any more; is something not mounted? To let its articles go: --drop"
        if self.generation != self.previous:
            raise UsageError(f"{place}: {reason} {place}")
        return SourceError(place, f"{reason} {place}. Until then they stay")

    def _is_unchanged(self, row: PageRow, source: Source) -> bool:
        is_same = row.sha256 == source.sha256 and row.reader == self.reader
        self.unchanged += is_same
        if is_same and row.status == "failed":
            self.still_failing.append(Failure(row.path, row.error or ""))
        return is_same


def check_places(places: tuple[str, ...]) -> None:
    """Check that the places exist and have printable paths.

    Raises:
        UsageError: One does not exist, so that its articles would be deleted; or its path is not valid text.

    """
    for place in places:
        if place != printable_path(place):
            raise UsageError(
                f"{printable_path(place)}: its name is no text: rename it, or give the folder that it lies in"
            )
        if not Path(place).exists():
            way_out = f"give the places that hold the saved pages, or --drop {place} if it is gone for good"
            raise UsageError(f"{place}: no such file or folder: {way_out}")


UNKNOWN_TIME = datetime.min.replace(tzinfo=UTC)


def capture_version(article: Article, source: Source) -> str:
    """Return the sort key of the captures of one article, ISO 8601 in UTC; empty if no time is known.

    It is the time of capture, else of last update, else of publication, else of the file's last change.
    """
    when = source.captured or article.head.updated or article.head.published or source.modified or UNKNOWN_TIME
    return when.astimezone(UTC).isoformat() if when is not UNKNOWN_TIME else ""


def recency_key(row: PageRow) -> tuple[str, str, str, str]:
    """Return the sort key of rows, newest capture last: version, then place, then name with numbers as numbers."""
    return row.version, row.key.place, padded_name(row.key.name), row.key.name


#: Rows of one article that are first read from the catalogue; each further reading takes twice as many.
FIRST_READ = 2


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

    def clear(self) -> None:
        """Forget the changes of this run, after they were written to the catalogue."""
        self._articles.clear()

    def _of(self, article: str) -> _CapturesOfArticle:
        if article not in self._articles:
            self._articles[article] = _CapturesOfArticle(
                lambda limit, offset: self._catalogue.captures(self._generation, article, limit=limit, offset=offset)
            )
        return self._articles[article]
