"""Documents of a commit that is being made → new segment files; and which segments of an index are merged.

A document may be replaced again before the commit: then it is deleted in the new segment.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from searchsvc.engines.whoosh.codec.check_index import faults
from searchsvc.engines.whoosh.codec.commit import MOST_DOCUMENTS, MOST_SLOTS, SegmentInfo
from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS
from searchsvc.engines.whoosh.codec.schema import DocumentType, DocumentTypeName, FieldedDocument
from searchsvc.engines.whoosh.codec.segment_writer import SegmentBuilder
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment, segment_path
from searchsvc.engines.whoosh.codec.word_ids import WordTable

#: Surface forms after which a new segment is begun: their table is in memory.
MOST_WORDS = 6_000_000
#: Random bytes in the name of a segment.
NAME_BYTES = 8


class _Pending:
    """A segment that is not written yet, and the numbers of its documents that were replaced or deleted meanwhile."""

    def __init__(self, document_type: DocumentType, words: WordTable, folder: Path) -> None:
        self.id, self.dead = secrets.token_hex(NAME_BYTES), set[int]()
        self.document_type, self.builder = document_type, SegmentBuilder(document_type, words, folder)

    @property
    def full(self) -> bool:
        """Whether half of the documents or slots that a segment may have are reached; then it is written."""
        return self.builder.count >= MOST_DOCUMENTS // 2 or self.builder.slots >= MOST_SLOTS // 2

    @property
    def entry(self) -> SegmentInfo | None:
        """The entry for the table of contents; None if all documents are deleted."""
        count = self.builder.count
        if len(self.dead) == count:
            return None
        return SegmentInfo(self.id, self.document_type.name, count, self.builder.slots, count).without(self.dead)


class PendingSegments:
    """New segments that no table of contents lists yet; `close` removes their files unless `keep` was called."""

    def __init__(self, folder: Path) -> None:
        self.words = WordTable()
        self._folder = folder
        self._open: dict[DocumentTypeName, _Pending] = {}
        self._full: list[_Pending] = []
        self._written: list[Path] = []
        #: Article id → the segment and number of each of its documents.
        self._places: dict[str, list[tuple[_Pending, int]]] = {}

    def add(self, article_id: str, records: Sequence[FieldedDocument]) -> None:
        """Add the documents of one article that has none here, or whose older ones were deleted."""
        places = []
        for record in records:
            document_type = record.document_type
            pending = self._open.get(document_type.name)
            if pending is None:
                pending = self._open[document_type.name] = _Pending(document_type, self.words, self._folder)
            places.append((pending, pending.builder.add(record)))
        self._places[article_id] = places
        if len(self.words) > MOST_WORDS or any(pending.full for pending in self._open.values()):
            self._write_open()

    def delete(self, article_id: str) -> None:
        """Delete the documents of an article, if there are any here."""
        for pending, doc in self._places.pop(article_id, ()):
            pending.dead.add(doc)

    def finish(self) -> list[SegmentInfo]:
        """Write all segments that are not written yet; return the entries of those with living documents."""
        self._write_open()
        return [entry for pending in self._full if (entry := pending.entry) is not None]

    def _write_open(self) -> None:
        """Write the open segments; later documents go into new ones, which number their words afresh."""
        for pending in self._open.values():
            self._write(pending)
            self._full.append(pending)
        self._open, self.words = {}, WordTable()

    def _write(self, pending: _Pending) -> None:
        path = segment_path(self._folder, pending.id)
        self._written.append(path)
        pending.builder.finish(path)

    def join(self, segments: Sequence[OpenSegment], *, purge: bool = False) -> SegmentInfo:
        """Write one segment with the living documents of several of one type.

        Args:
            segments: The segments; their checksums are checked first, so that damage is not copied.
            purge: Nothing of the deleted documents may be left in the file, also not in a zstd dictionary.

        Raises:
            CorruptIndexError: One of the segments is damaged.
            ValueError: None of them has a living document.

        """
        for segment in segments:
            segment.arrays.file.verify()
        document_type = segments[0].arrays.document_type
        pending = _Pending(document_type, WordTable(), self._folder)
        pending.builder.keeps_dictionary = not purge
        self._written.append(segment_path(self._folder, pending.id))
        try:
            for segment in segments:
                pending.builder.take(segment.arrays, segment.alive)
            self._write(pending)
        except ARRAY_ERRORS as error:
            for segment in segments:
                for part, fault in faults(segment.arrays):
                    raise segment.arrays.file.corrupt(part, fault) from error
            raise
        finally:
            pending.builder.close()
        entry = pending.entry
        if entry is None:
            msg = "segments to be joined hold no living document"
            raise ValueError(msg)
        return entry

    def keep(self) -> None:
        """A commit lists the segments now: `close` must not remove their files."""
        self._written = []

    def close(self) -> None:
        """Remove the files of segments that were not kept, and close the files of unfinished ones."""
        for pending in self._open.values():
            pending.builder.close()
        for path in self._written:
            path.unlink(missing_ok=True)
        self._full, self._open, self._written = [], {}, []


#: Level 0 has segments of fewer than SMALLEST × FACTOR living documents; each level goes FACTOR times as far.
SMALLEST, FACTOR = 64, 8
#: When a level has so many segments, they and those of lower levels are merged.
CROWD = 5
#: A segment is rewritten when more than 1 / DEAD_SHARE of its documents are deleted.
DEAD_SHARE = 3


def choose(
    sizes: Sequence[SegmentInfo], most_slots: int, *, everything: bool = False, purged: Collection[str] = ()
) -> list[list[str]]:
    """Return groups of ids of segments to merge, neighbours in the order given; a group of one is rewritten.

    Args:
        sizes: The segments of one type of documents.
        most_slots: Slots that the merged segment may have at most; a larger single one forms its own group.
        everything: Merge all segments, whatever their sizes.
        purged: Ids of segments that are rewritten in any case, because their files hold erased articles.

    """
    if everything:
        wanted = list(sizes) if len(sizes) > 1 or any(s.living < s.documents for s in sizes) else []
    else:
        crowded = _crowded(sizes)
        wanted = [
            s
            for s in sizes
            if _level(s) <= crowded or s.documents - s.living > s.documents / DEAD_SHARE or s.id in purged
        ]
    groups: list[list[str]] = []
    slots = 0
    for size in wanted:
        if not groups or slots + size.slots > most_slots:
            groups.append([])
            slots = 0
        groups[-1].append(size.id)
        slots += size.slots
    alone = {size.id for size in sizes if size.living == size.documents and size.id not in purged}
    return [group for group in groups if len(group) > 1 or group[0] not in alone]


def _crowded(sizes: Sequence[SegmentInfo]) -> int:
    """Return the highest level that has CROWD segments or more, -1 if none has."""
    levels: dict[int, int] = defaultdict(int)
    for size in sizes:
        levels[_level(size)] += 1
    return max((level for level, count in levels.items() if count >= CROWD), default=-1)


def _level(size: SegmentInfo) -> int:
    level, top = 0, SMALLEST * FACTOR
    while size.living >= top:
        level, top = level + 1, top * FACTOR
    return level
