"""Segments of one type of documents → CompositeReader: statistics of words, and arrays over all segments.

The documents of all segments are numbered end to end: the number of one in its segment + the segment's `offset`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from threading import local

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.array_ops import DocIds, NormedBoosts, Norms, Scores, Weights, by_date, gaps, padded
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.field_arrays import Dates, Ranks
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment
from searchsvc.engines.whoosh.codec.string_table import language_of, stem_key
from searchsvc.engines.whoosh.segment_reader import AverageLengths, SegmentReader, TermState
from searchsvc.model.article import ArticleHead
from searchsvc.model.fields import LANGUAGE
from searchsvc.model.query import Sort

#: Words whose statistics are cached (ranges and numbers, no postings); the cache is cleared when it is full.
REMEMBERED = 50_000
#: Bytes of the longest id up to which ids are sorted by numpy, in an array of that width.
SHORT_ID = 64


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """A bare word: its idf, and for each segment its terms, one for each language in which the segment has its stem."""

    idf: float
    terms: tuple[tuple[TermState, ...], ...]


class Scratch(local):
    """Buffers of one thread, for segments of up to `count` documents and `forms` surface forms.

    Between uses their contents mean nothing, but `merged` and `table` are all zero: who uses these clears them.
    """

    def __init__(self, count: int, forms: int) -> None:
        super().__init__()
        #: (documents, padded to whole columns,) the dense vector of scores.
        self.scores: Scores = np.zeros(padded(count), np.float32)
        #: (documents,) each: intermediate results of `bm25f.add_term`.
        self.first: Weights = np.empty(count, np.float32)
        self.second: Weights = np.empty(count, np.float32)
        #: (documents,) indices in a list of ids, by document: see `bm25f._find`. Entries of earlier uses stay.
        self.slot: npt.NDArray[np.uint32] = np.zeros(count, np.uint32)
        #: (documents,) sums of merged postings. All zero between uses.
        self.merged: Weights = np.zeros(count, np.float32)
        #: (forms + 1,) numbers from 1 of the stems that a query looks for, by code of a form. All zero between uses.
        self.table: npt.NDArray[np.uint16] = np.zeros(forms + 1, np.uint16)


class CompositeReader:
    """The documents of one type in one commit."""

    def __init__(self, segments: Sequence[OpenSegment]) -> None:
        self.living = sum(segment.count for segment in segments)
        averages = _averages(segments)
        self.readers: list[SegmentReader] = []
        offset = 0
        for number, segment in enumerate(segments):
            self.readers.append(SegmentReader(segment, number, offset, averages))
            offset += segment.arrays.count
        #: Number of documents of all segments, deleted ones included.
        self.count = offset
        largest = max((reader.count for reader in self.readers), default=0)
        self.scratch = Scratch(largest, max((reader.arrays.form_count for reader in self.readers), default=0))
        #: 0, 1, 2, ... up to the documents of the largest segment: read-only indices for `bm25f._find`.
        self.numbers: npt.NDArray[np.uint32] = np.arange(largest, dtype=np.uint32)
        self._statistics: dict[str, TermStatistics] = {}

    @cached_property
    def languages(self) -> tuple[tuple[str, int], ...]:
        """Languages of the living documents with their numbers of documents, most frequent first, ties by code.

        Documents of unknown language are not counted.
        """
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
        """Languages whose stemmers the words of the documents got, each once; None is English."""
        languages = dict.fromkeys(language_of(code) for code, _ in self.languages)
        if sum(count for _, count in self.languages) < self.living:
            languages[None] = None
        return tuple(languages)

    def statistics(self, word: str) -> TermStatistics:
        """Return the idf and the terms of a bare word."""
        statistics = self._statistics.get(word)
        if statistics is None:
            terms = tuple(self.terms(reader, word) for reader in self.readers)
            having = sum(
                documents_with(reader, term) for reader, t in zip(self.readers, terms, strict=True) for term in t
            )
            if len(self._statistics) >= REMEMBERED:
                self._statistics.clear()
            statistics = self._statistics[word] = TermStatistics(self.idf(having), terms)
        return statistics

    def terms(self, reader: SegmentReader, word: str) -> tuple[TermState, ...]:
        """Return the terms of a word in a segment: one for each language in which the segment has its stem."""
        terms = (reader.term(stem_key(word, language)) for language in self.languages_stemmed)
        return tuple(term for term in terms if term is not None)

    def idf(self, having: int) -> float:
        """Return the idf of a word that `having` documents have: ln(1 + (N - n + 0.5) / (n + 0.5)), as in Lucene."""
        return log(1 + (self.living - having + 0.5) / (having + 0.5))

    @cached_property
    def rank(self) -> Ranks:
        """(documents,) place of every document in the order of article ids, by which equal scores are ordered."""
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
    def dates(self) -> Dates:
        """(documents,) date of every document of all segments."""
        return np.concatenate([np.empty(0, np.int64), *(reader.arrays.dates for reader in self.readers)])

    @cached_property
    def added(self) -> Dates:
        """(documents,) when the article of every document of all segments came in."""
        return np.concatenate([np.empty(0, np.int64), *(reader.arrays.added for reader in self.readers)])

    @cached_property
    def least_norm(self) -> Norms:
        """(documents,) `SegmentReader.least_norm` of all segments."""
        return _end_to_end([reader.least_norm for reader in self.readers])

    @cached_property
    def least_normed_boost(self) -> NormedBoosts:
        """(documents,) `SegmentReader.least_normed_boost` of all segments."""
        return _end_to_end([reader.least_normed_boost for reader in self.readers])

    def ids(self, docs: Sequence[int]) -> list[str]:
        """Return the ids of some documents, given by their numbers among all segments."""
        if len(self.readers) == 1:
            return self.readers[0].arrays.ids.texts(docs)
        return [reader.arrays.id(number) for reader, number in map(self.place, docs)]

    def head(self, doc: int) -> ArticleHead:
        """Return the head of an article, given by its number among all segments."""
        reader, number = self.place(doc)
        return reader.arrays.head(number)

    def place(self, doc: int) -> tuple[SegmentReader, int]:
        """Return the segment of a document, given by its number among all segments, and its number there."""
        reader = (
            self.readers[0] if len(self.readers) == 1 else next(v for v in reversed(self.readers) if v.offset <= doc)
        )
        return reader, doc - reader.offset


def in_order_of(sort: Sort, docs: DocIds, collection: CompositeReader, rank: Ranks, count: int) -> Indices:
    """Return the indices of the first `count` of some documents by date or arrival; arguments as `by_date`."""
    if sort == "added":
        return by_date(docs, collection.added, rank, "newest", count, then=collection.dates)
    return by_date(docs, collection.dates, rank, sort, count)


def _end_to_end(parts: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def documents_with(reader: SegmentReader, term: TermState) -> int:
    """Return the number of living documents that have a term in a field that bare words look into."""
    (a, b), (c, d) = term.main, term.left
    if reader.alive is None:
        return b - a + d - c
    count = reader.count_living(reader.arrays.main.doc[a:b])
    return count + reader.count_living(reader.arrays.merged.left[c:d]) if d > c else count


def postings(reader: SegmentReader, term: TermState) -> DocIds:
    """Return the documents that have a term in a field that bare words look into, each once.

    Those that have it in the main field come first, ascending, then the others, ascending: the links of merged postings
    are indices into this list.
    """
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
    return AverageLengths(fields, _average_passage([s for s in segments if s.arrays.document_type.is_whole]))


def _average_passage(segments: Sequence[OpenSegment]) -> float:
    words = passages = 0
    for segment in segments:
        length = SegmentReader(segment, 0, 0, AverageLengths()).passage_length
        if segment.alive is not None:
            length = length[np.repeat(segment.alive, gaps(segment.arrays.passages.first))]
        words += int(length.sum(dtype=np.int64))
        passages += int(np.count_nonzero(length))
    return words / passages if words else 1.0
