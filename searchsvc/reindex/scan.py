"""Scan of the places: which pages must be read, and which are gone."""

import secrets
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path

import numpy as np

from searchsvc.engines.sharding import Shard
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.source import PassedOver, Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.reindex.report import Failure, Failures, PassedOverCounts
from searchsvc.sources import printable_path, source_name
from searchsvc.sources.container_process import KnownPage, page_digest, read_changed

#: Rows that are first read of the pages of one file.
FIRST_READ = 2
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
    passed_over: PassedOverCounts = field(default_factory=PassedOverCounts)
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
            if isinstance(item, PassedOver):
                self.passed_over.add(item)
                continue
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

    def _read(self, place: str, root: str) -> Iterator[Source | SourceError | KnownPage | PassedOver]:
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
