"""Bare words × segment → BM25F scores: disjunctions in a dense vector, conjunctions by their rarest word.

BM25F (Zaragoza et al., TREC 2004; Robertson & Zaragoza 2009): the weighted frequency w of a word in a document is the
sum over fields of tf × normed boost (field weight ÷ length norm); the word adds idf × w / (w + K1) to the score.

An OR adds word after word into a dense vector of all documents. An AND begins with the documents of its rarest word,
keeps those that have each other word, and scores only what remains.
"""

from collections.abc import Sequence

import numpy as np

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.array_ops import (
    NO_DOCS,
    NO_SCORES,
    SPARSE,
    AnyDocIds,
    Counts,
    DocIds,
    Scores,
    Weights,
    ragged,
)
from searchsvc.engines.whoosh.codec.container import Indices, Integers, Mask
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS, MergedKeys
from searchsvc.engines.whoosh.composite_reader import CompositeReader, Scratch, postings
from searchsvc.engines.whoosh.segment_reader import SegmentReader, TermState
from searchsvc.model.deadline import check_deadline

_K1 = np.float32(K1)
#: The bits of a merged posting's key that number the field, all set.
_FIELDS = (1 << FIELD_BITS) - 1


def merged_weights(reader: SegmentReader, term: TermState) -> tuple[MergedKeys, Weights]:
    """Return the keys of a term's merged postings, and what each adds to the weighted frequency of its document."""
    a, b = term.merged
    key = reader.arrays.merged.key[a:b]
    weights = reader.merged_normed_boost.take(key)
    np.multiply(reader.arrays.merged.tf[a:b], weights, out=weights)
    return key, weights


def term_weights(reader: SegmentReader, term: TermState) -> tuple[DocIds, Weights]:
    """Return all documents of a term, each once, with its weighted frequencies.

    The documents are in the order of `postings`, which is what the links of merged postings count: those of the main
    field first, then those that have the term in short fields only.
    """
    a, b = term.main
    docs = postings(reader, term)
    weights = np.zeros(len(docs), np.float32)
    np.multiply(reader.arrays.main.tf[a:b], reader.main_normed_boost.take(docs[: b - a]), out=weights[: b - a])
    a, b = term.merged
    if b > a:
        np.add.at(weights, reader.arrays.merged.link[a:b].astype(np.intp), merged_weights(reader, term)[1])
    return docs, weights


def add_term(reader: SegmentReader, term: TermState, idf: float, scores: Scores, scratch: Scratch) -> None:
    """Add what a term adds to the scores of a segment's documents to their dense vector.

    Args:
        reader: The segment.
        term: The term. With a dense row all documents are computed at once; else only those that have it.
        idf: What is multiplied with w / (w + K1).
        scores: The dense vector, changed in place.
        scratch: Buffers of this thread; their contents before and after mean nothing.

    """
    if term.row < 0:
        docs, weights = term_weights(reader, term)
        add_weights(docs, weights, idf, scores)
        return
    weights = np.multiply(reader.arrays.rows[term.row], reader.main_normed_boost, out=scratch.first[: reader.count])
    if term.merged[1] > term.merged[0]:
        key, extra = merged_weights(reader, term)
        np.add.at(weights, (key >> FIELD_BITS).astype(np.intp), extra)
    gained = np.add(weights, _K1, out=scratch.second[: reader.count])
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    scores[: reader.count] += gained


def add_weights(docs: DocIds, weights: Weights, idf: float, scores: Scores) -> None:
    """Add idf × w / (w + K1) of documents with weighted frequencies w to a dense vector."""
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    np.add.at(scores, docs, gained)


def conjunction(
    collection: CompositeReader, reader: SegmentReader, words: Sequence[tuple[TermState, float]]
) -> tuple[DocIds, Scores]:
    """Return the documents that have all terms, each once, in any order, with their scores.

    Args:
        collection: Has the buffers of this thread.
        reader: The segment.
        words: Term and idf of each word, one at least.

    """
    terms, idfs = zip(*sorted(words, key=_size), strict=True)
    docs = postings(reader, terms[0])
    a, b = terms[0].main
    counts: list[Counts] = [np.zeros(len(docs), reader.arrays.main.tf.dtype)]
    counts[0][: b - a] = reader.arrays.main.tf[a:b]
    for term in terms[1:]:
        check_deadline()
        frequencies = _counts(collection, reader, term, docs)
        keep = _having(collection, reader, term, docs, frequencies)
        if not len(keep):
            return NO_DOCS, NO_SCORES
        counts.append(frequencies)
        if len(keep) < len(docs):
            docs, counts = docs.take(keep), [count.take(keep) for count in counts]
    weights = np.array(counts, np.float32)
    weights *= reader.main_normed_boost.take(docs)
    for row, term in zip(weights, terms, strict=True):
        if term.merged[1] > term.merged[0]:
            _add_merged(collection, reader, term, docs, row)
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.array(idfs, np.float32)[:, np.newaxis]
    scores: Scores = gained.sum(0)
    return docs, scores


def _size(word: tuple[TermState, float]) -> int:
    """Return how many documents a term has in the fields that bare words look into, deleted ones included."""
    (a, b), (c, d) = word[0].main, word[0].left
    return b - a + d - c


def _having(
    collection: CompositeReader, reader: SegmentReader, term: TermState, docs: DocIds, counts: Counts
) -> Indices:
    """Return the indices of those of some documents that have a term in any field that bare words look into.

    Args:
        collection: Has the buffers of this thread.
        reader: The segment.
        term: The term.
        docs: The documents.
        counts: How often each has the term in the main field.

    """
    c, d = term.left
    have: Mask = counts != 0
    if d > c:
        lacking = (~have).nonzero()[0]
        if len(lacking):
            left, others = reader.arrays.merged.left[c:d], docs.take(lacking)
            have[lacking] = left.take(_find(collection, left, others), mode="clip") == others
    return have.nonzero()[0]


def _counts(collection: CompositeReader, reader: SegmentReader, term: TermState, docs: DocIds) -> Counts:
    """Return how often a term stands in the main field of each of some documents; 255 in a dense row: or more."""
    a, b = term.main
    if b == a:
        return np.zeros(len(docs), np.uint8)
    counts: Counts
    if term.row >= 0:
        counts = reader.arrays.rows[term.row].take(docs)
    else:
        ids = reader.arrays.main.doc[a:b]
        indices = _find(collection, ids, docs)
        counts = reader.arrays.main.tf[a:b].take(indices, mode="clip")
        counts *= ids.take(indices, mode="clip") == docs
    return counts


def _add_merged(
    collection: CompositeReader, reader: SegmentReader, term: TermState, docs: DocIds, weights: Weights
) -> None:
    """Add the weighted frequencies of a term's merged postings to those of some documents.

    For few postings all are summed by document in a buffer; for many, those of each document are found by bisection:
    its keys are the ones from `doc << FIELD_BITS` to `doc << FIELD_BITS | _FIELDS`.

    Args:
        collection: Has the buffers of this thread. `scratch.merged` is all zero between uses.
        reader: The segment.
        term: The term.
        docs: The documents, each once.
        weights: (documents,) changed in place.

    """
    a, b = term.merged
    if b - a <= SPARSE * len(docs):
        key, extra = merged_weights(reader, term)
        having = (key >> FIELD_BITS).astype(np.intp)
        sums = collection.scratch.merged
        np.add.at(sums, having, extra)
        weights += sums.take(docs)
        sums[having] = 0
        return
    key = reader.arrays.merged.key[a:b]
    lowest = docs << FIELD_BITS
    first = key.searchsorted(lowest.astype(key.dtype))
    hit = (key.take(first, mode="clip") >> FIELD_BITS == docs).nonzero()[0]
    if len(hit):
        first = first.take(hit)
        highest = lowest.take(hit) | _FIELDS
        counts = key.searchsorted(highest.astype(key.dtype), "right") - first
        indices = ragged(first, counts)
        extra = reader.arrays.merged.tf[a:b].take(indices) * reader.merged_normed_boost.take(key.take(indices))
        np.add.at(weights, hit.repeat(counts), extra.astype(np.float32, copy=False))


def _find(collection: CompositeReader, ids: AnyDocIds, docs: DocIds) -> Integers:
    """Return for each document its index in a list of ids.

    For few documents by bisection; for many by a table with an entry for each document of the segment, in which the
    list's ids are entered with their indices. The table is not cleared between uses.

    Args:
        collection: Has the table of this thread.
        ids: The list: ascending, not empty, ids of one segment.
        docs: The documents, of the same segment.

    Returns:
        (documents,) indices. For a document that the list lacks the index is meaningless and may be beyond the list:
        a bisection's end, or an entry of an earlier use. Callers must read `ids` with `mode="clip"` and check
        `ids[index] == doc`, which is false for every such document, because the list does not have it anywhere.

    """
    if len(ids) > SPARSE * len(docs):
        return ids.searchsorted(docs.astype(ids.dtype))
    table = collection.scratch.slot
    table[ids.astype(np.intp)] = collection.numbers[: len(ids)]
    return table.take(docs)
