"""Documents of a commit to come → new segments, with what was put and replaced again in between."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from searchsvc.engines.whoosh.codec.build import SegmentBuilder
from searchsvc.engines.whoosh.codec.check_index import faults
from searchsvc.engines.whoosh.codec.commit import MOST_DOCUMENTS, MOST_SLOTS, SegmentEntry
from searchsvc.engines.whoosh.codec.container import ASTRAY
from searchsvc.engines.whoosh.codec.family import Family, FamilyName
from searchsvc.engines.whoosh.codec.records import Record
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment, segment_path
from searchsvc.engines.whoosh.codec.words import WordTable

#: Different words a segment may have: their table is in memory.
MOST_WORDS = 6_000_000
#: Bytes of randomness in a segment's name.
NAME_BYTES = 8


class _Pending:
    """A segment in the making and its documents that were replaced meanwhile."""

    def __init__(self, family: Family, words: WordTable, folder: Path) -> None:
        self.id, self.dead = secrets.token_hex(NAME_BYTES), set[int]()
        self.family, self.builder = family, SegmentBuilder(family, words, folder)

    @property
    def full(self) -> bool:
        """Whether another article might be too much."""
        return self.builder.count >= MOST_DOCUMENTS // 2 or self.builder.slots >= MOST_SLOTS // 2

    @property
    def entry(self) -> SegmentEntry | None:
        """What the table of contents says of it; None if nothing of it is alive."""
        count = self.builder.count
        if len(self.dead) == count:
            return None
        return SegmentEntry(self.id, self.family.name, count, self.builder.slots, count).without(self.dead)


class NewSegments:
    """Segments that no table of contents lists yet. Unless kept, they are removed."""

    def __init__(self, folder: Path) -> None:
        self.words = WordTable()
        self._folder = folder
        self._open: dict[FamilyName, _Pending] = {}
        self._full: list[_Pending] = []
        self._written: list[Path] = []
        #: Where the documents of each article are.
        self._places: dict[str, list[tuple[_Pending, int]]] = {}

    def add(self, article_id: str, records: Sequence[Record]) -> None:
        """Add the documents of one article."""
        places = []
        for record in records:
            family = record.family
            pending = self._open.get(family.name)
            if pending is None:
                pending = self._open[family.name] = _Pending(family, self.words, self._folder)
            places.append((pending, pending.builder.add(record)))
        self._places[article_id] = places
        if len(self.words) > MOST_WORDS or any(pending.full for pending in self._open.values()):
            self._write_open()

    def delete(self, article_id: str) -> None:
        """Forget the documents of an article."""
        for pending, doc in self._places.pop(article_id, ()):
            pending.dead.add(doc)

    def finish(self) -> list[SegmentEntry]:
        """Write all segments."""
        self._write_open()
        return [entry for pending in self._full if (entry := pending.entry) is not None]

    def _write_open(self) -> None:
        """Write the segments in the making; what comes next goes into others, with a word table of their own."""
        for pending in self._open.values():
            self._write(pending)
            self._full.append(pending)
        self._open, self.words = {}, WordTable()

    def _write(self, pending: _Pending) -> None:
        path = segment_path(self._folder, pending.id)
        self._written.append(path)
        pending.builder.finish(path)

    def join(self, segments: Sequence[OpenSegment], *, purge: bool = False) -> SegmentEntry:
        """Write one segment with the living documents of several; `purge`: of the others no trace is left.

        Raises:
            CorruptIndexError: One of them is damaged: nothing is copied that is not what was written.

        """
        for segment in segments:
            segment.arrays.file.verify()
        family = segments[0].arrays.family
        pending = _Pending(family, WordTable(), self._folder)
        pending.builder.keeps_dictionary = not purge
        self._written.append(segment_path(self._folder, pending.id))
        try:
            for segment in segments:
                pending.builder.take(segment.arrays, segment.alive)
            self._write(pending)
        except ASTRAY as error:
            for segment in segments:
                for part, fault in faults(segment.arrays):
                    raise segment.arrays.file.corrupt(part, fault) from error
            raise
        finally:
            pending.builder.close()
        found = pending.entry
        if found is None:
            msg = "segments to be joined hold no living document"
            raise ValueError(msg)
        return found

    def keep(self) -> None:
        """They are listed now: leave their files alone."""
        self._written = []

    def close(self) -> None:
        """Remove the files of segments that were not kept, and let go of the others."""
        for pending in self._open.values():
            pending.builder.close()
        for path in self._written:
            path.unlink(missing_ok=True)
        self._full, self._open, self._written = [], {}, []
