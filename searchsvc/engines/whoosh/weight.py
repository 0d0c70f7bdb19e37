"""Leaf of a query × segments → documents and weighted frequencies, kept for the passages (Lucene's Weight)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from searchsvc.engines.ranking_rules import WEIGHTS, scored_words
from searchsvc.engines.whoosh.array_ops import NOTHING, NOWHERE, Floats, Ints, Places, bisect, union
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.composite_reader import CompositeReader, TermStatistics, documents_with, postings
from searchsvc.engines.whoosh.phrase_query import PositionBudget, Slots, exact_slots, find_words, sloppy_slots
from searchsvc.engines.whoosh.segment_reader import SegmentReader, TermState
from searchsvc.engines.whoosh.term_dictionary import exact_forms, forms_with_prefix
from searchsvc.model.fields import TEXT, TextField
from searchsvc.model.query import Fuzzy, Leaf, Node, Phrase, Prefix, Word

#: Names of a node's field in this type of documents: None for one that it does not have.
FieldNames = Callable[[str | None], tuple[str, ...]]
#: A fuzzy word → the entries of the tables it stands for.
Expand = Callable[[Fuzzy], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class WeightedPostings:
    """Documents, ascending, with weighted frequencies."""

    docs: Places
    weights: Floats


NONE = WeightedPostings(NOWHERE, NOTHING)


def article_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of an article that a leaf's field means."""
    return tuple(WEIGHTS) if field is None else (field,)


class Occurrences:
    """Where a phrase, prefix or fuzzy word stands in a segment: looked up once in each field."""

    def __init__(self, look_up: Callable[[Text], Slots]) -> None:
        self._look_up = look_up
        self._slots: dict[str, Slots] = {}

    def slots(self, text: Text) -> Slots:
        """Return its slots in a field."""
        found = self._slots.get(text.name)
        if found is None:
            found = self._slots[text.name] = self._look_up(text)
        return found


class QueryWeight:
    """What one query looks up in a collection."""

    def __init__(self, collection: CompositeReader, expand: Expand, names: FieldNames = article_fields) -> None:
        self.collection = collection
        self._expand, self._names = expand, names
        #: Whether bare words look into the main field and the merged lists, which have statistics of their own.
        self._bare = len(names(None)) > 1
        self._budget = PositionBudget()
        #: How often the query says each leaf.
        self.times: Counter[Leaf] = Counter()
        self._weighted: dict[tuple[Leaf, int], WeightedPostings] = {}
        self._occurrences: dict[tuple[Leaf, int], Occurrences] = {}
        self._idf: dict[Leaf, float] = {}

    def statistics(self, leaf: Node) -> TermStatistics | None:
        """Return the statistics of a bare word of articles, None of any other node."""
        if isinstance(leaf, Word) and leaf.field is None and self._bare:
            return self.collection.statistics(leaf.text)
        return None

    def are_bare(self, leaves: Sequence[Leaf]) -> bool:
        """Return whether all of some leaves look into all fields of articles."""
        return self._bare and all(leaf.field is None for leaf in leaves)

    def terms(self, leaf: Word, reader: SegmentReader) -> tuple[TermState, ...]:
        """Return the terms of a word in a segment."""
        statistics = self.statistics(leaf)
        return statistics.terms[reader.number] if statistics else self.collection.terms(reader, leaf.text)

    def is_own(self, leaf: Leaf) -> bool:
        """Return whether documents of this type have the field of a leaf."""
        return bool(self._names(leaf.field))

    def idf(self, leaf: Leaf) -> float:
        """Return how much a leaf tells; a phrase tells what its words tell together."""
        statistics = self.statistics(leaf)
        if statistics:
            return statistics.idf
        if leaf not in self._idf:
            if isinstance(leaf, Phrase):
                self._idf[leaf] = sum(map(self.idf, scored_words(leaf)))
            else:
                self._idf[leaf] = self.collection.idf(self.frequency(leaf))
        return self._idf[leaf]

    def frequency(self, leaf: Leaf) -> int:
        """Return how many living documents have a leaf."""
        statistics, readers = self.statistics(leaf), self.collection.readers
        if statistics is None:
            return sum(reader.count_living(self.weighted(leaf, reader).docs) for reader in readers)
        return sum(documents_with(reader, term) for reader in readers for term in statistics.terms[reader.number])

    def weight(self, leaf: Leaf) -> float:
        """Return what a leaf tells, as often as the query says it."""
        statistics = self.statistics(leaf)
        return (self.idf(leaf) if statistics is None else statistics.idf) * self.times.get(leaf, 1)

    def documents(self, leaf: Leaf, reader: SegmentReader) -> Places:
        """Return the documents that have a leaf, in any order, deleted ones included."""
        statistics = self.statistics(leaf)
        if statistics is None:
            return self.weighted(leaf, reader).docs
        lists = [postings(reader, term) for term in statistics.terms[reader.number]]
        return np.concatenate(lists) if len(lists) > 1 else lists[0] if lists else NOWHERE

    def weighted(self, leaf: Leaf, reader: SegmentReader) -> WeightedPostings:
        """Return the documents of a leaf that is no bare word, with its weighted frequencies."""
        key = (leaf, reader.offset)
        if key not in self._weighted:
            self._weighted[key] = self._look_up(leaf, reader)
        return self._weighted[key]

    def _look_up(self, leaf: Leaf, reader: SegmentReader) -> WeightedPostings:
        parts = []
        bare = leaf.field is None and self._bare
        for name, docs, counts in self._fields(leaf, reader):
            if len(docs):
                normed_boost = reader.normed_boost(name, docs) if bare else reader.own_normed_boost(name).take(docs)
                parts.append((docs, (counts * normed_boost).astype(np.float32, copy=False)))
        if len(parts) <= 1:
            return WeightedPostings(*parts[0]) if parts else NONE
        docs = union([docs for docs, _ in parts])
        weights = np.zeros(len(docs), np.float32)
        for here, extra in parts:
            weights[docs.searchsorted(here)] += extra
        return WeightedPostings(docs, weights)

    def _fields(self, leaf: Leaf, reader: SegmentReader) -> Iterator[tuple[str, Places, Ints]]:
        """Yield for each field of a leaf the documents that have it there, ascending, and how often."""
        occurrences = None if isinstance(leaf, Word) else self.occurrences(leaf, reader)
        for name in self._names(leaf.field):
            text = reader.arrays.fields[name]
            if isinstance(leaf, Word):
                yield name, *self._counts(leaf, reader, text)
            elif occurrences is not None:
                yield name, *occurrences.slots(text).documents()

    def _counts(self, leaf: Word, reader: SegmentReader, text: Text) -> tuple[Places, Ints]:
        """Return the documents that have a word in a field, ascending, and how often."""
        lists = []
        for term in self.terms(leaf, reader):
            a, b = text.span(term.number)
            lists.append((text.doc[a:b].astype(np.intp), text.tf[a:b]))
        if len(lists) <= 1:
            return lists[0] if lists else (NOWHERE, NOWHERE)
        docs, counts = (np.concatenate(part) for part in zip(*lists, strict=True))
        order = np.argsort(docs)
        return docs[order], counts[order]

    def occurrences(self, leaf: Phrase | Prefix | Fuzzy, reader: SegmentReader) -> Occurrences:
        """Return where a phrase, prefix or fuzzy word stands."""
        key = (leaf, reader.offset)
        found = self._occurrences.get(key)
        if found is None:
            found = self._occurrences[key] = Occurrences(self._finder(leaf, reader))
        return found

    def _finder(self, leaf: Phrase | Prefix | Fuzzy, reader: SegmentReader) -> Callable[[Text], Slots]:
        match leaf:
            case Phrase():
                words = find_words(reader.arrays, leaf, self.collection.languages_stemmed)
                sloppy = leaf.slop and len(leaf.words) > 1
                return (
                    partial(sloppy_slots, node=leaf, languages=words, budget=self._budget)
                    if sloppy
                    else partial(exact_slots, languages=words)
                )
            case Prefix():
                return forms_with_prefix(reader.arrays, leaf.text).slots
            case Fuzzy():
                return exact_forms(reader.arrays, self._expand(leaf)).slots

    def matched_fields(
        self, leaves: Sequence[Leaf], reader: SegmentReader, docs: Places
    ) -> list[tuple[TextField, ...]]:
        """Return for each document the fields that hold at least one of the leaves, in schema order."""
        found: list[set[str]] = [set() for _ in docs]
        for leaf in leaves:
            statistics = self.statistics(leaf)
            if statistics is not None:
                for term in statistics.terms[reader.number]:
                    _add_fields(reader, term, docs, found)
                continue
            for name, here, _ in self._fields(leaf, reader):
                if len(here):
                    for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
                        found[i].add(name)
        return [tuple(name for name in TEXT if name in fields) for fields in found]


def _add_fields(reader: SegmentReader, term: TermState, docs: Places, found: list[set[str]]) -> None:
    """Add the fields in which a bare word's term stands in some documents."""
    (a, b), (c, d), arrays = term.main, term.merged, reader.arrays
    if b > a:
        here = arrays.main.doc[a:b]
        for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
            found[i].add(arrays.main.name)
    if d > c:
        key, names, numbers = arrays.merged.key[c:d], arrays.document_type.merged, (1 << FIELD_BITS) - 1
        lowest = (docs << FIELD_BITS).astype(key.dtype)
        first, end = key.searchsorted(lowest), key.searchsorted(lowest | key.dtype.type(numbers), "right")
        for i in (end > first).nonzero()[0].tolist():
            found[i].update([names[k & numbers] for k in key[first[i] : end[i]].tolist()])
