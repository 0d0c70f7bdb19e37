"""Scan of the places: which pages must be read, and which are gone; and the captures of an article in order of time."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.sources import printable_path, source_name
from searchsvc.sources.container_process import read_guarded


@dataclass(slots=True)
class Scan:
    """One pass over the places. Counts and lists are complete when `pages_to_read` is exhausted."""

    catalogue: Catalogue
    generation: str
    #: Generation with the rows of the last run; None if there is none.
    previous: str | None
    places: tuple[str, ...]
    reader: str
    pages: int = 0
    unchanged: int = 0
    #: Rows of unchanged pages that failed before.
    still_failing: list[PageRow] = field(default_factory=list)
    #: Rows whose pages are gone.
    removed: list[PageRow] = field(default_factory=list)
    #: Previous row of each page that is read again.
    previous_rows: dict[PageKey, PageRow] = field(default_factory=dict)

    def pages_to_read(self) -> Iterator[tuple[PageKey, Source | SourceError]]:
        """Yield each page that is new or changed, or the error of one that cannot be opened, with its key."""
        for place in self.places:
            yield from self._scan_place(place)

    def _scan_place(self, place: str) -> Iterator[tuple[PageKey, Source | SourceError]]:
        root = str(Path(place).resolve())
        known = self.catalogue.rows(self.generation, root)
        names, unseen, sources, folder = sorted(known), dict(known), 0, Path(place).is_dir()
        all_unreadable = False
        for item in () if self._was_folder(place, names) else read_guarded([place]):
            self.pages += item.count if isinstance(item, SourceError) else 1
            sources += isinstance(item, Source)
            name = item.name if isinstance(item, Source) else source_name(place, item.path, folder=folder)
            key, row = PageKey(root, name), known.get(name)
            unseen.pop(name, None)
            if isinstance(item, SourceError):
                # The pages of a file or folder that cannot be opened are not gone.
                all_unreadable = all_unreadable or item.path.rstrip("/") == printable_path(place).rstrip("/")
                for name_below in names if all_unreadable else _names_below(names, name):
                    unseen.pop(name_below, None)
            elif row is not None and self._is_unchanged(row, item):
                continue
            if row is not None:
                self.previous_rows[key] = row
            yield key, item
        if not sources and (folder or not all_unreadable) and self._had_pages(root):
            yield PageKey(root, ""), self._empty_place_error(place)
        else:
            self.removed += unseen.values()

    @staticmethod
    def _was_folder(place: str, names: Sequence[str]) -> bool:
        """Return whether the place is a file now, but was a folder when its pages were read."""
        own = Path(place).name
        return Path(place).is_file() and any(name and name.partition("#")[0] != own for name in names)

    def _had_pages(self, root: str) -> bool:
        rows = self.catalogue.rows(self.previous, root) if self.previous else {}
        return any(row.status != "failed" for row in rows.values())

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
            self.still_failing.append(row)
        return is_same


def _names_below(names: Sequence[str], name: str) -> Iterator[str]:
    """Yield the names, of a sorted list, that are below a folder (`name/…`) or in a container (`name#…`)."""
    for sign in "/#":
        index = bisect_left(names, name + sign)
        while index < len(names) and names[index].startswith(name + sign):
            yield names[index]
            index += 1


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


#: Width to which numbers in names are padded with zeros, so that they sort as numbers.
NUMBER_WIDTH = 20
UNKNOWN_TIME = datetime.min.replace(tzinfo=UTC)


def capture_version(article: Article, source: Source) -> str:
    """Return the sort key of the captures of one article, ISO 8601 in UTC; empty if no time is known.

    It is the time of capture, else of last update, else of publication, else of the file's last change.
    """
    when = source.captured or article.head.updated or article.head.published or source.modified or UNKNOWN_TIME
    return when.astimezone(UTC).isoformat() if when is not UNKNOWN_TIME else ""


def recency_key(row: PageRow) -> tuple[str, str, list[str]]:
    """Return the sort key of rows, newest capture last: version, then place, then name with numbers as numbers."""
    name = [part.zfill(NUMBER_WIDTH) if part.isdecimal() else part for part in re.split(r"(\d+)", row.key.name)]
    return row.version, row.key.place, name


class Captures:
    """Captures of the articles: the rows of the catalogue with the changes of this run that are not yet written."""

    def __init__(self, catalogue: Catalogue, generation: str) -> None:
        """Start with the rows of a generation."""
        self._catalogue = catalogue
        self._generation = generation
        self._rows: dict[str, dict[PageKey, PageRow | None]] = {}

    def add(self, row: PageRow) -> None:
        """Add the new row of a page."""
        if row.article is not None:
            self._rows_of(row.article)[row.key] = row

    def remove(self, row: PageRow) -> None:
        """Remove the row of a page that is gone, or holds another article now."""
        if row.article is not None:
            self._rows_of(row.article)[row.key] = None

    def newest(self, article: str, *, except_key: PageKey | None = None) -> PageRow | None:
        """Return the row of the newest capture of an article, apart from one page; None if there is none."""
        rows = [row for row in self._rows_of(article).values() if row is not None and row.key != except_key]
        return max(rows, key=recency_key, default=None)

    def others(self, article: str, key: PageKey) -> Iterable[PageRow]:
        """Return the captures of an article apart from one page."""
        return [row for row in self._rows_of(article).values() if row is not None and row.key != key]

    def clear(self) -> None:
        """Forget the changes of this run, after they were written to the catalogue."""
        self._rows.clear()

    def _rows_of(self, article: str) -> dict[PageKey, PageRow | None]:
        if article not in self._rows:
            known = self._catalogue.captures(self._generation, article)
            self._rows[article] = {row.key: row for row in known}
        return self._rows[article]
