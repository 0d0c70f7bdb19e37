"""Places → the pages that have to be read, and what became of the others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Source
from searchsvc.reindex.catalogue import Catalogue, Key, Row
from searchsvc.sources import read_sources


@dataclass(slots=True)
class Scan:
    """One pass over the places. Filled while `pages` is drawn from."""

    catalogue: Catalogue
    generation: str
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
        unseen = dict(known)
        by_path = {row.path: name for name, row in known.items()}
        for item in read_sources([place]):
            self.pages += 1
            if isinstance(item, SourceError):
                name = by_path.get(item.path, item.path)
                unseen.pop(name, None)
                yield Key(root, name), item
                continue
            row = unseen.pop(item.name, None)
            key = Key(root, item.name)
            if row is None or not self._same(row, item):
                if row is not None:
                    self.before[key] = row
                yield key, item
        self.gone += unseen.values()

    def _same(self, row: Row, source: Source) -> bool:
        same = row.sha256 == source.sha256 and row.reader == self.reader
        self.unchanged += same
        if same and row.status == "failed":
            self.still_failing.append(row)
        return same


def check_places(places: tuple[str, ...]) -> None:
    """Refuse a place that is not there: its articles would look deleted.

    Raises:
        UsageError: Names the place.

    """
    for place in places:
        if not Path(place).exists():
            raise UsageError(f"{place}: no such file or folder: give the places that hold the saved pages")
