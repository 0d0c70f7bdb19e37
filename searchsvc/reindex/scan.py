"""Places → the pages that have to be read, and what became of the others."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Source
from searchsvc.reindex.catalogue import Catalogue, Key, Row
from searchsvc.sources import name_in, read_sources


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
    still_failing: list[Row] = field(default_factory=list)
    #: Rows whose page is not there any more; complete when the scan has ended.
    gone: list[Row] = field(default_factory=list)
    #: Old row of every page that is read again.
    before: dict[Key, Row] = field(default_factory=dict)

    def pages_to_read(self) -> Iterator[tuple[Key, Source | SourceError]]:
        """Yield each page that is new, changed or unreadable, with its key."""
        for place in self.places:
            yield from self._place(place)

    def _place(self, place: str) -> Iterator[tuple[Key, Source | SourceError]]:
        root = str(Path(place).resolve())
        known = self.catalogue.rows(self.generation, root)
        names, unseen, before = sorted(known), dict(known), self.pages
        for item in read_sources([place]):
            self.pages += 1
            name = item.name if isinstance(item, Source) else name_in(place, item.path)
            key, row = Key(root, name), known.get(name)
            unseen.pop(name, None)
            if isinstance(item, SourceError):
                # What cannot be looked into may hold all that it held.
                for below in _below(names, name):
                    unseen.pop(below, None)
            elif row is not None and self._same(row, item):
                continue
            if row is not None:
                self.before[key] = row
            yield key, item
        if self.pages == before and self._had_pages(root):
            yield Key(root, ""), self._emptied(place)
        else:
            self.gone += unseen.values()

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

    def _same(self, row: Row, source: Source) -> bool:
        same = row.sha256 == source.sha256 and row.reader == self.reader
        self.unchanged += same
        if same and row.status == "failed":
            self.still_failing.append(row)
        return same


def _below(names: Sequence[str], name: str) -> Iterator[str]:
    """Yield those of the names, in order, that lie in a folder or a container."""
    if not name:
        yield from names
        return
    for sign in "/#":
        at = bisect_left(names, name + sign)
        while at < len(names) and names[at].startswith(name + sign):
            yield names[at]
            at += 1


def check_places(places: tuple[str, ...]) -> None:
    """Refuse a place that is not there: its articles would look deleted.

    Raises:
        UsageError: Names the place.

    """
    for place in places:
        if not Path(place).exists():
            way_out = f"give the places that hold the saved pages, or --drop {place} if it is gone for good"
            raise UsageError(f"{place}: no such file or folder: {way_out}")
