"""Documents of a commit that is being made → new segment files; and which segments of an index are merged.

A document may be replaced again before the commit: then it is deleted in the new segment.
"""

import secrets
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.check_index import faults
from searchsvc.engines.whoosh.codec.commit import MOST_DOCUMENTS, MOST_SLOTS, SegmentInfo
from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS
from searchsvc.engines.whoosh.codec.schema import DOCUMENT_TYPES, DocumentType, DocumentTypeName, FieldedDocument
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.segment_writer import SegmentBuilder
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment, segment_path
from searchsvc.engines.whoosh.codec.stored_fields import StoredFields, decode_article
from searchsvc.engines.whoosh.codec.word_runs import Vocabulary, WordRuns
from searchsvc.model.article import Article

#: Words of all tables after which a new segment is begun: some 50 bytes of each are in memory while it is written.
MOST_WORDS = 6_000_000
#: Articles after which the digests of their ids are sorted anew.
SORT_EVERY = 1 << 13
#: Bytes of a digest: two of 10^6 ids agree with probability 3e-8.
DIGEST_BYTES = 8
#: Random bytes in the name of a segment.
NAME_BYTES = 8


class _Pending:
    """A segment that is not written yet, and the numbers of its documents that were replaced or deleted meanwhile."""

    def __init__(self, document_type: DocumentType, words: WordRuns, folder: Path) -> None:
        self.id, self.dead = secrets.token_hex(NAME_BYTES), set[int]()
        self.document_type, self.builder = document_type, SegmentBuilder(document_type, words, folder)
        #: Its file, once that is whole.
        self.file: Path | None = None

    @cached_property
    def _stored(self) -> StoredFields | None:
        return SegmentArrays(self.file).stored_fields if self.file else None

    def messages(self, doc: int) -> Sequence[bytes]:
        """Return the stored messages of a document, given by its number."""
        stored = self._stored if self.file else None
        return self.builder.messages(doc) if stored is None else [stored.raw(frame) for frame in stored.frames(doc)]

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


class ArticleNumbers:
    """Ids → numbers of the articles in the order they were put, 12 bytes each: keyed digests and their order."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(DIGEST_BYTES)
        self._digests = array("Q")
        self._order: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
        #: Articles that are not in `_order` yet: digest → number.
        self._recent: dict[int, int] = {}

    def __len__(self) -> int:
        """Return the number of articles put, repeated ones included."""
        return len(self._digests)

    def put(self, article_id: str) -> int:
        """Number an article; an article of the same id is not found any more."""
        digest, number = self._digest(article_id), len(self._digests)
        self._digests.append(digest)
        self._recent[digest] = number
        if len(self._recent) >= SORT_EVERY:
            self._order = np.frombuffer(self._digests, np.uint64).argsort(kind="stable").astype(np.uint32)
            self._recent = {}
        return number

    def find(self, article_id: str) -> int | None:
        """Return the number of the article of an id that was put last; None if there is none."""
        digest, digests, order = self._digest(article_id), self._digests, self._order
        if digest in self._recent:
            return self._recent[digest]
        after = bisect_right(order, digest, key=digests.__getitem__)
        return int(order[after - 1]) if after and digests[order[after - 1]] == digest else None

    def _digest(self, article_id: str) -> int:
        data = article_id.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, digest_size=DIGEST_BYTES, key=self._key).digest(), "little")


class _Batch:
    """Segments that are filled together: one of each type, and where the documents of each article are in them."""

    def __init__(self, folder: Path) -> None:
        self.words = WordRuns(folder)
        self.open: dict[DocumentTypeName, _Pending] = {}
        self._folder = folder
        self._articles = ArticleNumbers()
        #: For each type of documents, by number of the article, the number of its first document.
        self._first = {name: array("I") for name in DOCUMENT_TYPES}

    @property
    def full(self) -> bool:
        """Whether the segments have to be written."""
        return len(self.words) > MOST_WORDS or any(pending.full for pending in self.open.values())

    def add(self, article_id: str, records: Sequence[FieldedDocument]) -> None:
        """Add the documents of one article that has none here, or whose older ones were deleted."""
        self._articles.put(article_id)
        for name, first in self._first.items():
            first.append(self.open[name].builder.count if name in self.open else 0)
        for record in records:
            document_type = record.document_type
            pending = self.open.get(document_type.name)
            if pending is None:
                pending = self.open[document_type.name] = _Pending(document_type, self.words, self._folder)
            pending.builder.add(record)
        if self.words.is_full:
            self.put_words_aside()

    def delete(self, article_id: str) -> None:
        """Delete the documents of an article, if there are any here."""
        number = self._articles.find(article_id)
        if number is None:
            return
        for name, pending in self.open.items():
            first = self._first[name]
            end = first[number + 1] if number + 1 < len(first) else pending.builder.count
            pending.dead.update(range(first[number], end))

    def messages(self, article_id: str, document_type: DocumentTypeName) -> list[Sequence[bytes]] | None:
        """Return the stored messages of an article's documents of a type; None if it was never put here."""
        number = self._articles.find(article_id)
        if number is None:
            return None
        pending, first = self.open.get(document_type), self._first[document_type]
        if pending is None:
            return []
        end = first[number + 1] if number + 1 < len(first) else pending.builder.count
        return [pending.messages(doc) for doc in range(first[number], end) if doc not in pending.dead]

    def put_words_aside(self) -> None:
        """Put the table of words aside; all documents added so far have its ids."""
        for pending in self.open.values():
            pending.builder.analyse()
        epoch = self.words.put_aside()
        for pending in self.open.values():
            pending.builder.end_epoch(epoch)

    def close(self) -> None:
        """Close all files."""
        for pending in self.open.values():
            pending.builder.close()
        self.words.close()


class PendingSegments:
    """New segments that no table of contents lists yet; `close` removes their files unless `keep` was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._batches = [_Batch(folder)]
        self._full: list[_Pending] = []
        self._written: list[Path] = []

    def add(self, article_id: str, records: Sequence[FieldedDocument]) -> None:
        """Add the documents of one article that has none here, or whose older ones were deleted."""
        batch = self._batches[-1]
        batch.add(article_id, records)
        if batch.full:
            self._write_batch(batch)
            self._batches.append(_Batch(self._folder))

    def delete(self, article_id: str) -> None:
        """Delete the documents of an article, if there are any here."""
        for batch in self._batches:
            batch.delete(article_id)

    def articles(self, article_id: str, document_type: DocumentTypeName) -> list[Article] | None:
        """Return an article, or its older versions if it was put under that name; None if it was never put here."""
        for batch in reversed(self._batches):
            found = batch.messages(article_id, document_type)
            if found is not None:
                return list(map(decode_article, found))
        return None

    def finish(self) -> list[SegmentInfo]:
        """Write all segments that are not written yet; return the entries of those with living documents."""
        self._write_batch(self._batches[-1])
        return [entry for pending in self._full if (entry := pending.entry) is not None]

    def _write_batch(self, batch: _Batch) -> None:
        """Write the segments of a batch; later documents go into new ones, which number their words afresh."""
        batch.put_words_aside()
        vocabulary = batch.words.merged()
        for pending in batch.open.values():
            self._write(pending, vocabulary)
            self._full.append(pending)
        batch.words.close()

    def _write(self, pending: _Pending, vocabulary: Vocabulary) -> None:
        path = segment_path(self._folder, pending.id)
        self._written.append(path)
        pending.builder.finish(path, vocabulary)
        pending.file = path

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
        words = WordRuns(self._folder)
        pending = _Pending(document_type, words, self._folder)
        pending.builder.keeps_dictionary = not purge
        self._written.append(segment_path(self._folder, pending.id))
        try:
            for segment in segments:
                pending.builder.take(segment.arrays, segment.alive)
            self._write(pending, words.merged())
        except ARRAY_ERRORS as error:
            for segment in segments:
                for part, fault in faults(segment.arrays):
                    raise segment.arrays.file.corrupt(part, fault) from error
            raise
        finally:
            pending.builder.close()
            words.close()
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
        for batch in self._batches:
            batch.close()
        for path in self._written:
            path.unlink(missing_ok=True)
        self._full, self._batches, self._written = [], [], []


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
