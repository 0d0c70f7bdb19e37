"""Leaf of a query × segment → its documents with weighted frequencies, looked up once a query (Lucene's Weight)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from searchsvc.engines.ranking_rules import WEIGHTS, scored_words
from searchsvc.engines.whoosh.array_ops import NO_DOCS, NO_SCORES, Counts, DocIds, Weights, bisect, union
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.composite_reader import CompositeReader, TermStatistics, documents_with, postings
from searchsvc.engines.whoosh.phrase_query import PositionBudget, Slots, exact_slots, sloppy_slots
from searchsvc.engines.whoosh.phrase_words import PhraseWord, find_words
from searchsvc.engines.whoosh.segment_reader import SegmentReader, TermState
from searchsvc.engines.whoosh.term_dictionary import exact_forms, forms_with_prefix
from searchsvc.engines.whoosh.unit_query import ReadText, SentenceStarts, article_text, unit_slots
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import TEXT, TextField
from searchsvc.model.query import Fuzzy, Leaf, Node, Phrase, Prefix, Word

#: Field of a leaf (None: no field) → the text fields that it means in a type of documents; none if it has none such.
FieldNames = Callable[[str | None], tuple[str, ...]]
#: Fuzzy word → the entries of the form tables that it stands for.
Expand = Callable[[Fuzzy], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class WeightedPostings:
    """Documents of a segment, ascending, each once, with their weighted frequencies."""

    docs: DocIds
    weights: Weights


NONE = WeightedPostings(NO_DOCS, NO_SCORES)


def article_fields(field: str | None) -> tuple[str, ...]:
    """Return the text fields of an article that a leaf's field means."""
    return tuple(WEIGHTS) if field is None else (field,)


class Occurrences:
    """The slots of a phrase, prefix or fuzzy word in a segment, looked up once in each field."""

    def __init__(self, look_up: Callable[[Text], Slots]) -> None:
        self._look_up = look_up
        self._slots: dict[str, Slots] = {}

    def slots(self, text: Text) -> Slots:
        """Return its slots in a field.

        Raises:
            QueryError: It is a near-phrase that exceeds the query's budget.

        """
        slots = self._slots.get(text.name)
        if slots is None:
            slots = self._slots[text.name] = self._look_up(text)
        return slots


class QueryWeight:
    """Statistics and postings of the leaves of one query in one type of documents; each is looked up once.

    A bare word is one without a field. In articles it looks into the main field and the short fields, and has
    statistics of its own (`CompositeReader.statistics`).
    """

    def __init__(
        self,
        collection: CompositeReader,
        expand: Expand,
        names: FieldNames = article_fields,
        read: ReadText = article_text,
    ) -> None:
        self.collection = collection
        self._expand, self._names, self._read = expand, names, read
        #: Whether bare words look into several fields: whether the documents are articles.
        self._bare = len(names(None)) > 1
        self._budget = PositionBudget()
        #: How often the query has each leaf: its idf counts as many times.
        self.times: Counter[Leaf] = Counter()
        self._weighted: dict[tuple[Leaf, int], WeightedPostings] = {}
        self._phrases: dict[tuple[Phrase, int], list[list[PhraseWord]]] = {}
        self._occurrences: dict[tuple[Leaf, int], Occurrences] = {}
        self._idf: dict[Leaf, float] = {}

    def statistics(self, leaf: Node) -> TermStatistics | None:
        """Return the statistics of a bare word in articles; None for any other node."""
        if isinstance(leaf, Word) and leaf.field is None and self._bare:
            return self.collection.statistics(leaf.text)
        return None

    def are_bare(self, leaves: Sequence[Leaf]) -> bool:
        """Return whether all of some leaves have no field and the documents are articles."""
        return self._bare and all(leaf.field is None for leaf in leaves)

    def terms(self, leaf: Word, reader: SegmentReader) -> tuple[TermState, ...]:
        """Return the terms of a word in a segment: one for each language in which the segment has its stem."""
        statistics = self.statistics(leaf)
        return statistics.terms[reader.number] if statistics else self.collection.terms(reader, leaf.text)

    def is_own(self, leaf: Leaf) -> bool:
        """Return whether documents of this type have a field that the leaf means."""
        return bool(self._names(leaf.field))

    def idf(self, leaf: Leaf) -> float:
        """Return the idf of a leaf; that of a phrase is the sum over its words (`scored_words`)."""
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
        """Return the number of living documents that match a leaf."""
        statistics, readers = self.statistics(leaf), self.collection.readers
        if statistics is None:
            return sum(reader.count_living(self.weighted(leaf, reader).docs) for reader in readers)
        return sum(documents_with(reader, term) for reader in readers for term in statistics.terms[reader.number])

    def weight(self, leaf: Leaf) -> float:
        """Return the idf of a leaf times how often the query has it."""
        statistics = self.statistics(leaf)
        return (self.idf(leaf) if statistics is None else statistics.idf) * self.times.get(leaf, 1)

    def documents(self, leaf: Leaf, reader: SegmentReader) -> DocIds:
        """Return the documents that match a leaf, in any order, each once, deleted ones included."""
        statistics = self.statistics(leaf)
        if statistics is None:
            return self.weighted(leaf, reader).docs
        lists = [postings(reader, term) for term in statistics.terms[reader.number]]
        return np.concatenate(lists) if len(lists) > 1 else lists[0] if lists else NO_DOCS

    def weighted(self, leaf: Leaf, reader: SegmentReader) -> WeightedPostings:
        """Return the documents of a leaf that is no bare word of articles; deleted ones are included."""
        key = (leaf, reader.offset)
        if key not in self._weighted:
            self._weighted[key] = self._look_up(leaf, reader)
        return self._weighted[key]

    def _look_up(self, leaf: Leaf, reader: SegmentReader) -> WeightedPostings:
        if isinstance(leaf, Phrase) and not self._words(leaf, reader):
            return NONE
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

    def _fields(self, leaf: Leaf, reader: SegmentReader) -> Iterator[tuple[str, DocIds, Counts]]:
        """Yield for each field of a leaf its name, the documents that have the leaf there, ascending, and how often."""
        occurrences = None if isinstance(leaf, Word) else self.occurrences(leaf, reader)
        for name in self._names(leaf.field):
            check_deadline()
            text = reader.arrays.fields[name]
            if isinstance(leaf, Word):
                yield name, *self._counts(leaf, reader, text)
            elif occurrences is not None:
                yield name, *occurrences.slots(text).documents()

    def _counts(self, leaf: Word, reader: SegmentReader, text: Text) -> tuple[DocIds, Counts]:
        """Return the documents that have a word in a field, ascending, each once, and how often.

        A document's words have stems of one language: no document is in the postings of two terms of the word.
        """
        lists = []
        for term in self.terms(leaf, reader):
            a, b = text.span(term.number)
            lists.append((text.doc[a:b].astype(np.intp), text.tf[a:b]))
        if len(lists) <= 1:
            return lists[0] if lists else (NO_DOCS, NO_DOCS)
        docs, counts = (np.concatenate(part) for part in zip(*lists, strict=True))
        order = np.argsort(docs)
        return docs[order], counts[order]

    def occurrences(self, leaf: Phrase | Prefix | Fuzzy, reader: SegmentReader) -> Occurrences:
        """Return the slots of a phrase, prefix or fuzzy word in a segment; fields are looked into when asked for."""
        key = (leaf, reader.offset)
        occurrences = self._occurrences.get(key)
        if occurrences is None:
            occurrences = self._occurrences[key] = Occurrences(self._finder(leaf, reader))
        return occurrences

    def _finder(self, leaf: Phrase | Prefix | Fuzzy, reader: SegmentReader) -> Callable[[Text], Slots]:
        match leaf:
            case Phrase() if leaf.within:
                return self._unit_finder(leaf, reader)
            case Phrase():
                words = self._words(leaf, reader)
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

    def _unit_finder(self, leaf: Phrase, reader: SegmentReader) -> Callable[[Text], Slots]:
        words, of_sentences = self._words(leaf, reader), leaf.within == "sentence"

        def find(text: Text) -> Slots:
            return unit_slots(text, words, SentenceStarts(reader, text, self._read) if of_sentences else None)

        return find

    def _words(self, leaf: Phrase, reader: SegmentReader) -> list[list[PhraseWord]]:
        """Return the words of a phrase in each language in which a segment has all of them, looked up once."""
        key = (leaf, reader.offset)
        words = self._phrases.get(key)
        if words is None:
            languages, ends = self.collection.languages_stemmed, self._ends(leaf, reader)
            words = self._phrases[key] = find_words(reader.arrays, leaf, languages, ends)
        return words

    def _ends(self, leaf: Phrase, reader: SegmentReader) -> Sequence[int]:
        """Return the numbers of the forms of a segment that may stand at the end of a phrase with a tail."""
        forms = reader.arrays.forms
        match leaf.ending:
            case None:
                return ()
            case Prefix(text):
                return range(*forms.span(text.encode("utf-8", "surrogatepass")))
            case Fuzzy() as last:
                return [number for number in map(forms.index, self._expand(last)) if number >= 0]

    def matched_fields(
        self, leaves: Sequence[Leaf], reader: SegmentReader, docs: DocIds
    ) -> list[tuple[TextField, ...]]:
        """Return for each of some documents the fields that hold at least one of the leaves, in schema order."""
        matched: list[set[str]] = [set() for _ in docs]
        for leaf in leaves:
            check_deadline()
            statistics = self.statistics(leaf)
            if statistics is not None:
                for term in statistics.terms[reader.number]:
                    _add_fields(reader, term, docs, matched)
                continue
            for name, here, _ in self._fields(leaf, reader):
                if len(here):
                    for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
                        matched[i].add(name)
        return [tuple(name for name in TEXT if name in fields) for fields in matched]


def _add_fields(reader: SegmentReader, term: TermState, docs: DocIds, matched: list[set[str]]) -> None:
    """Add to each document's set the fields in which it has a term of a bare word."""
    (a, b), (c, d), arrays = term.main, term.merged, reader.arrays
    if b > a:
        here = arrays.main.doc[a:b]
        for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
            matched[i].add(arrays.main.name)
    if d > c:
        key, names, numbers = arrays.merged.key[c:d], arrays.document_type.merged, (1 << FIELD_BITS) - 1
        lowest = (docs << FIELD_BITS).astype(key.dtype)
        first, end = key.searchsorted(lowest), key.searchsorted(lowest | key.dtype.type(numbers), "right")
        for i in (end > first).nonzero()[0].tolist():
            matched[i].update([names[k & numbers] for k in key[first[i] : end[i]].tolist()])
