"""Segments of one type of documents → CompositeReader: their statistics, and what is numbered across all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from threading import local

import numpy as np

from searchsvc.engines.whoosh.array_ops import Floats, Ints, Places, gaps, padded
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment
from searchsvc.engines.whoosh.codec.string_table import language_of, stem_key
from searchsvc.engines.whoosh.segment_reader import AverageLengths, SegmentReader, TermState
from searchsvc.model.fields import LANGUAGE

#: Looked-up words remembered with their statistics (spans and numbers, no postings).
REMEMBERED = 50_000
#: Ids no longer than this are sorted by numpy.
SHORT_ID = 64


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """A bare word: how much it tells, and where it lies in each segment (a term for each language)."""

    idf: float
    terms: tuple[tuple[TermState, ...], ...]


class Scratch(local):
    """Buffers of one thread, as large as the largest segment: so many documents, so many forms."""

    def __init__(self, count: int, forms: int) -> None:
        super().__init__()
        self.scores: Floats = np.zeros(padded(count), np.float32)
        self.first: Floats = np.empty(count, np.float32)
        self.second: Floats = np.empty(count, np.float32)
        self.slot = np.zeros(count, np.uint32)
        self.merged: Floats = np.zeros(count, np.float32)
        #: By code of a form; all zero between uses.
        self.table = np.zeros(forms + 1, np.uint16)


class CompositeReader:
    """The documents of one type as of one commit."""

    def __init__(self, segments: Sequence[OpenSegment]) -> None:
        self.living = sum(segment.count for segment in segments)
        averages = _averages(segments)
        self.readers: list[SegmentReader] = []
        offset = 0
        for number, segment in enumerate(segments):
            self.readers.append(SegmentReader(segment, number, offset, averages))
            offset += segment.arrays.count
        #: Documents of all segments, deleted ones included.
        self.count = offset
        largest = max((reader.count for reader in self.readers), default=0)
        self.scratch = Scratch(largest, max((reader.arrays.form_count for reader in self.readers), default=0))
        self.numbers = np.arange(largest, dtype=np.uint32)
        self._statistics: dict[str, TermStatistics] = {}

    @cached_property
    def languages(self) -> tuple[tuple[str, int], ...]:
        """Languages of the documents with their numbers, most frequent first; unknown ones are left out."""
        counted: Counter[str] = Counter()
        for reader in self.readers:
            column = reader.arrays.facets[LANGUAGE]
            ordinal = column.ordinal if reader.alive is None else column.ordinal[reader.alive]
            for i, count in enumerate(np.bincount(ordinal, minlength=len(column.values)).tolist()):
                if count and i:
                    counted[column.values[i].decode()] += count
        return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def languages_stemmed(self) -> tuple[str | None, ...]:
        """Languages that have stems of their own here; None is English."""
        statistics = dict.fromkeys(language_of(code) for code, _ in self.languages)
        if sum(count for _, count in self.languages) < self.living:
            statistics[None] = None
        return tuple(statistics)

    def statistics(self, word: str) -> TermStatistics:
        """Return where a bare word lies and what it tells."""
        found = self._statistics.get(word)
        if found is None:
            terms = tuple(self.terms(reader, word) for reader in self.readers)
            having = sum(
                documents_with(reader, term) for reader, t in zip(self.readers, terms, strict=True) for term in t
            )
            if len(self._statistics) >= REMEMBERED:
                self._statistics.clear()
            found = self._statistics[word] = TermStatistics(self.idf(having), terms)
        return found

    def terms(self, reader: SegmentReader, word: str) -> tuple[TermState, ...]:
        """Return the terms a word has in a segment: one for each language whose stem of it is there."""
        found = (reader.term(stem_key(word, language)) for language in self.languages_stemmed)
        return tuple(term for term in found if term is not None)

    def idf(self, having: int) -> float:
        """Return what a word that so many documents have tells."""
        return log(1 + (self.living - having + 0.5) / (having + 0.5))

    @cached_property
    def rank(self) -> Ints:
        """Place of every document when all are ordered by id: breaks ties."""
        if len(self.readers) == 1:
            return self.readers[0].arrays.rank
        ids = [reader.arrays.ids[i] for reader in self.readers for i in range(reader.count)]
        if max(map(len, ids), default=0) <= SHORT_ID and not any(i.endswith(b"\0") for i in ids):
            order = np.argsort(np.array(ids, np.bytes_), kind="stable") if ids else np.empty(0, np.intp)
        else:
            order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.intp)
        rank = np.empty(len(ids), np.uint32)
        rank[order] = np.arange(len(ids), dtype=np.uint32)
        return rank

    @cached_property
    def dates(self) -> Ints:
        """Date of every document of all segments."""
        return (
            np.concatenate([reader.arrays.dates for reader in self.readers]) if self.readers else np.empty(0, np.int64)
        )

    @cached_property
    def least_norm(self) -> Floats:
        """Smallest norm of the passages of each document of all segments."""
        return _end_to_end([reader.least_norm for reader in self.readers])

    @cached_property
    def least_normed_boost(self) -> Floats:
        """Smaller gain of body and lead of each document of all segments."""
        return _end_to_end([reader.least_normed_boost for reader in self.readers])

    def ids(self, docs: Sequence[int]) -> list[str]:
        """Return the ids of some documents of all segments."""
        if len(self.readers) == 1:
            return self.readers[0].arrays.ids.texts(docs)
        return [reader.arrays.id(number) for reader, number in map(self.place, docs)]

    def place(self, doc: int) -> tuple[SegmentReader, int]:
        """Return the segment of a document of all, and its number there."""
        reader = (
            self.readers[0] if len(self.readers) == 1 else next(v for v in reversed(self.readers) if v.offset <= doc)
        )
        return reader, doc - reader.offset


def _end_to_end(parts: Sequence[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def documents_with(reader: SegmentReader, term: TermState) -> int:
    """Return how many living documents have a term in the fields that bare words look into."""
    (a, b), (c, d) = term.main, term.left
    if reader.alive is None:
        return b - a + d - c
    count = reader.count_living(reader.arrays.main.doc[a:b])
    return count + reader.count_living(reader.arrays.merged.left[c:d]) if d > c else count


def postings(reader: SegmentReader, term: TermState) -> Places:
    """Return the documents of a term in the fields that bare words look into; not in order."""
    (a, b), (c, d) = term.main, term.left
    docs = np.empty(b - a + d - c, np.intp)
    docs[: b - a] = reader.arrays.main.doc[a:b]
    if d > c:
        docs[b - a :] = reader.arrays.merged.left[c:d]
    return docs


def _averages(segments: Sequence[OpenSegment]) -> AverageLengths:
    words: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for segment in segments:
        for name, text in segment.arrays.fields.items():
            length = text.length if segment.alive is None else text.length[segment.alive]
            words[name] += int(length.sum(dtype=np.int64))
            documents[name] += int(np.count_nonzero(length))
    fields = {name: words[name] / documents[name] if words[name] else 1.0 for name in words}
    return AverageLengths(fields, _average_passage([s for s in segments if s.arrays.document_type.name == "article"]))


def _average_passage(segments: Sequence[OpenSegment]) -> float:
    words = passages = 0
    for segment in segments:
        length = SegmentReader(segment, 0, 0, AverageLengths()).passage_length
        if segment.alive is not None:
            length = length[np.repeat(segment.alive, gaps(segment.arrays.passages.first))]
        words += int(length.sum(dtype=np.int64))
        passages += int(np.count_nonzero(length))
    return words / passages if words else 1.0
