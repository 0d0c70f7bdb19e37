"""Documents of a commit to come → new segments, with what was put and replaced again in between."""

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

#: Different words a segment may have: their table is in memory.
MOST_WORDS = 6_000_000
#: Bytes of randomness in a segment's name.
NAME_BYTES = 8


class _Pending:
    """A segment in the making and its documents that were replaced meanwhile."""

    def __init__(self, document_type: DocumentType, words: WordTable, folder: Path) -> None:
        self.id, self.dead = secrets.token_hex(NAME_BYTES), set[int]()
        self.document_type, self.builder = document_type, SegmentBuilder(document_type, words, folder)

    @property
    def full(self) -> bool:
        """Whether another article might be too much."""
        return self.builder.count >= MOST_DOCUMENTS // 2 or self.builder.slots >= MOST_SLOTS // 2

    @property
    def entry(self) -> SegmentInfo | None:
        """What the table of contents says of it; None if nothing of it is alive."""
        count = self.builder.count
        if len(self.dead) == count:
            return None
        return SegmentInfo(self.id, self.document_type.name, count, self.builder.slots, count).without(self.dead)


class PendingSegments:
    """Segments that no table of contents lists yet. Unless kept, they are removed."""

    def __init__(self, folder: Path) -> None:
        self.words = WordTable()
        self._folder = folder
        self._open: dict[DocumentTypeName, _Pending] = {}
        self._full: list[_Pending] = []
        self._written: list[Path] = []
        #: Where the documents of each article are.
        self._places: dict[str, list[tuple[_Pending, int]]] = {}

    def add(self, article_id: str, records: Sequence[FieldedDocument]) -> None:
        """Add the documents of one article."""
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
        """Forget the documents of an article."""
        for pending, doc in self._places.pop(article_id, ()):
            pending.dead.add(doc)

    def finish(self) -> list[SegmentInfo]:
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

    def join(self, segments: Sequence[OpenSegment], *, purge: bool = False) -> SegmentInfo:
        """Write one segment with the living documents of several; `purge`: of the others no trace is left.

        Raises:
            CorruptIndexError: One of them is damaged: nothing is copied that is not what was written.

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


#: Sizes are counted in levels, each FACTOR times the one before, from SMALLEST documents on.
SMALLEST, FACTOR = 64, 8
#: So many segments of one level are joined, with all smaller ones.
CROWD = 5
#: A segment is rewritten when more than one of so many of its documents are deleted.
DEAD_SHARE = 3


def choose(
    sizes: Sequence[SegmentInfo], most_slots: int, *, everything: bool = False, purged: Collection[str] = ()
) -> list[list[str]]:
    """Return groups of segments (of one type) to be joined, in the order given; a group of one is rewritten.

    Args:
        sizes: The segments.
        most_slots: Slots a joined segment may have at most.
        everything: Join all that fit together, whatever their sizes.
        purged: Segments that are rewritten in any case: their files hold what has to go.

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
    """Return the highest level that has a crowd of segments, -1 if none has."""
    levels: dict[int, int] = defaultdict(int)
    for size in sizes:
        levels[_level(size)] += 1
    return max((level for level, count in levels.items() if count >= CROWD), default=-1)


def _level(size: SegmentInfo) -> int:
    level, top = 0, SMALLEST * FACTOR
    while size.living >= top:
        level, top = level + 1, top * FACTOR
    return level
