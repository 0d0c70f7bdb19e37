"""Places → the pages that have to be read, and what became of the others."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.sources import printable_path, read_sources, source_name


@dataclass(slots=True)
class Scan:
    """One pass over the places. Filled while `pages` is drawn from."""

    catalogue: Catalogue
    generation: str
    #: Generation whose pages the places may be expected to have; None if there is none.
    previous: str | None
    places: tuple[str, ...]
    reader: str
    pages: int = 0
    unchanged: int = 0
    #: Pages that failed before and are as they were.
    still_failing: list[PageRow] = field(default_factory=list)
    #: Rows whose page is not there any more; complete when the scan has ended.
    gone: list[PageRow] = field(default_factory=list)
    #: Old row of every page that is read again.
    before: dict[PageKey, PageRow] = field(default_factory=dict)

    def pages_to_read(self) -> Iterator[tuple[PageKey, Source | SourceError]]:
        """Yield each page that is new, changed or unreadable, with its key."""
        for place in self.places:
            yield from self._place(place)

    def _place(self, place: str) -> Iterator[tuple[PageKey, Source | SourceError]]:
        root = str(Path(place).resolve())
        known = self.catalogue.rows(self.generation, root)
        names, unseen, sources, folder = sorted(known), dict(known), 0, Path(place).is_dir()
        whole = False
        for item in () if self._was_folder(place, names) else read_sources([place]):
            self.pages += 1
            sources += isinstance(item, Source)
            name = item.name if isinstance(item, Source) else source_name(place, item.path, folder=folder)
            key, row = PageKey(root, name), known.get(name)
            unseen.pop(name, None)
            if isinstance(item, SourceError):
                # What cannot be looked into may hold all that it held.
                whole = whole or item.path.rstrip("/") == printable_path(place).rstrip("/")
                for below in names if whole else _below(names, name):
                    unseen.pop(below, None)
            elif row is not None and self._same(row, item):
                continue
            if row is not None:
                self.before[key] = row
            yield key, item
        if not sources and (folder or not whole) and self._had_pages(root):
            yield PageKey(root, ""), self._emptied(place)
        else:
            self.gone += unseen.values()

    @staticmethod
    def _was_folder(place: str, names: Sequence[str]) -> bool:
        """Return whether there is a file now where pages of a folder were."""
        own = Path(place).name
        return Path(place).is_file() and any(name and name.partition("#")[0] != own for name in names)

    def _had_pages(self, root: str) -> bool:
        rows = self.catalogue.rows(self.previous, root) if self.previous else {}
        return any(row.status != "failed" for row in rows.values())

    def _emptied(self, place: str) -> SourceError:
        """Say that a place has no pages any more.

        Raises:
            UsageError: Its articles cannot stay, since everything is built anew.

        """
        why = "holds no page any more; is something not mounted? To let its articles go: --drop"
        if self.generation != self.previous:
            raise UsageError(f"{place}: {why} {place}")
        return SourceError(place, f"{why} {place}. Until then they stay")

    def _same(self, row: PageRow, source: Source) -> bool:
        same = row.sha256 == source.sha256 and row.reader == self.reader
        self.unchanged += same
        if same and row.status == "failed":
            self.still_failing.append(row)
        return same


def _below(names: Sequence[str], name: str) -> Iterator[str]:
    """Yield those of the names, in order, that lie in a folder or a container."""
    for sign in "/#":
        at = bisect_left(names, name + sign)
        while at < len(names) and names[at].startswith(name + sign):
            yield names[at]
            at += 1


def check_places(places: tuple[str, ...]) -> None:
    """Refuse a place that is not there, whose articles would look deleted, or that cannot be written down.

    Raises:
        UsageError: Names the place.

    """
    for place in places:
        if place != printable_path(place):
            raise UsageError(
                f"{printable_path(place)}: its name is no text: rename it, or give the folder that it lies in"
            )
        if not Path(place).exists():
            way_out = f"give the places that hold the saved pages, or --drop {place} if it is gone for good"
            raise UsageError(f"{place}: no such file or folder: {way_out}")


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
