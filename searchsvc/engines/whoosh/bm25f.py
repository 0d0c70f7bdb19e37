"""Bare words × segment → BM25F scores: the paths that most searches take.

A word's weighted frequency w is the sum over its fields of tf × gain (weight over length norm);
it adds idf × w / (w + K1). An OR adds word after word into a dense vector of all documents; an
AND first finds who has all words, from the rarest on, and weighs only what is left.
"""

from collections.abc import Sequence

import numpy as np

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.array_ops import NOTHING, NOWHERE, SPARSE, Floats, Ints, Places, ragged
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.composite_reader import CompositeReader, Scratch, postings
from searchsvc.engines.whoosh.segment_reader import SegmentReader, TermState

_K1 = np.float32(K1)
#: Numbers of the fields in a merged posting's key.
_FIELDS = (1 << FIELD_BITS) - 1


def merged_weights(reader: SegmentReader, term: TermState) -> tuple[Ints, Floats]:
    """Return the keys of a term's merged postings, one for each document and field, and what each weighs."""
    a, b = term.merged
    key = reader.arrays.merged.key[a:b]
    weights = reader.merged_normed_boost.take(key)
    np.multiply(reader.arrays.merged.tf[a:b], weights, out=weights)
    return key, weights


def term_weights(reader: SegmentReader, term: TermState) -> tuple[Places, Floats]:
    """Return all documents of a term, those that only short fields have last, and its weighted frequencies."""
    a, b = term.main
    docs = postings(reader, term)
    weights = np.zeros(len(docs), np.float32)
    np.multiply(reader.arrays.main.tf[a:b], reader.main_normed_boost.take(docs[: b - a]), out=weights[: b - a])
    a, b = term.merged
    if b > a:
        np.add.at(weights, reader.arrays.merged.link[a:b].astype(np.intp), merged_weights(reader, term)[1])
    return docs, weights


def add_term(reader: SegmentReader, term: TermState, idf: float, scores: Floats, scratch: Scratch) -> None:
    """Add a term's scores to a dense vector."""
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


def add_weights(docs: Places, weights: Floats, idf: float, scores: Floats) -> None:
    """Add the scores of weighted frequencies to a dense vector."""
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    np.add.at(scores, docs, gained)


def conjunction(
    collection: CompositeReader, reader: SegmentReader, words: Sequence[tuple[TermState, float]]
) -> tuple[Places, Floats]:
    """Return the documents that have all terms, in any order, with their scores.

    Args:
        collection: Whose buffers are used.
        reader: The segment.
        words: Term and idf of each word.

    """
    terms, told = zip(*sorted(words, key=_size), strict=True)
    docs = postings(reader, terms[0])
    a, b = terms[0].main
    counts = [np.zeros(len(docs), reader.arrays.main.tf.dtype)]
    counts[0][: b - a] = reader.arrays.main.tf[a:b]
    for term in terms[1:]:
        found = _counts(collection, reader, term, docs)
        keep = _having(collection, reader, term, docs, found)
        if not len(keep):
            return NOWHERE, NOTHING
        counts.append(found)
        if len(keep) < len(docs):
            docs, counts = docs.take(keep), [count.take(keep) for count in counts]
    weights = np.array(counts, np.float32)
    weights *= reader.main_normed_boost.take(docs)
    for row, term in zip(weights, terms, strict=True):
        if term.merged[1] > term.merged[0]:
            _add_sides(collection, reader, term, docs, row)
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.array(told, np.float32)[:, np.newaxis]
    scores: Floats = gained.sum(0)
    return docs, scores


def _size(word: tuple[TermState, float]) -> int:
    """Return how many documents a term has in the fields that bare words look into, deleted ones included."""
    (a, b), (c, d) = word[0].main, word[0].left
    return b - a + d - c


def _having(collection: CompositeReader, reader: SegmentReader, term: TermState, docs: Places, counts: Ints) -> Places:
    """Return which of some documents have a term in any of the fields that bare words look into.

    Args:
        collection: Whose buffers are used.
        reader: The segment.
        term: The term.
        docs: The documents.
        counts: How often they have it in the main field.

    """
    c, d = term.left
    found = counts != 0
    if d > c:
        lacking = (~found).nonzero()[0]
        if len(lacking):
            left, others = reader.arrays.merged.left[c:d], docs.take(lacking)
            found[lacking] = left.take(_find(collection, left, others), mode="clip") == others
    places: Places = found.nonzero()[0]
    return places


def _counts(collection: CompositeReader, reader: SegmentReader, term: TermState, docs: Places) -> Ints:
    """Return how often a term stands in the main field of some documents."""
    a, b = term.main
    if b == a:
        return np.zeros(len(docs), np.uint8)
    counts: Ints
    if term.row >= 0:
        counts = reader.arrays.rows[term.row].take(docs)
    else:
        ids = reader.arrays.main.doc[a:b]
        places = _find(collection, ids, docs)
        counts = reader.arrays.main.tf[a:b].take(places, mode="clip")
        counts *= ids.take(places, mode="clip") == docs
    return counts


def _add_sides(
    collection: CompositeReader, reader: SegmentReader, term: TermState, docs: Places, weights: Floats
) -> None:
    """Add what a term's merged postings weigh at some documents."""
    a, b = term.merged
    if b - a <= SPARSE * len(docs):
        key, extra = merged_weights(reader, term)
        places = (key >> FIELD_BITS).astype(np.intp)
        sums = collection.scratch.merged
        np.add.at(sums, places, extra)
        weights += sums.take(docs)
        # The buffer is zero between uses.
        sums[places] = 0
        return
    key = reader.arrays.merged.key[a:b]
    lowest = docs << FIELD_BITS
    first = key.searchsorted(lowest.astype(key.dtype))
    hit = (key.take(first, mode="clip") >> FIELD_BITS == docs).nonzero()[0]
    if len(hit):
        first = first.take(hit)
        highest = lowest.take(hit) | _FIELDS
        counts = key.searchsorted(highest.astype(key.dtype), "right") - first
        places = ragged(first, counts)
        extra = reader.arrays.merged.tf[a:b].take(places) * reader.merged_normed_boost.take(key.take(places))
        np.add.at(weights, hit.repeat(counts), extra.astype(np.float32, copy=False))


def _find(collection: CompositeReader, ids: Ints, docs: Places) -> Ints:
    """Return a place in a list of ids, ascending and not empty, for each document: where it stands, if it does.

    Places may lie beyond the list. Bisection for few documents; for many a table of slots that is
    never cleared: a slot of an earlier use points to an id that is not the document's.
    """
    if len(ids) > SPARSE * len(docs):
        places: Ints = ids.searchsorted(docs.astype(ids.dtype))
        return places
    slot = collection.scratch.slot
    slot[ids.astype(np.intp)] = collection.numbers[: len(ids)]
    found: Ints = slot.take(docs)
    return found
