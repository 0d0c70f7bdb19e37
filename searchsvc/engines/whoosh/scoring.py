"""Bare words × segment → BM25F scores: the paths that most searches take.

A word's weighted frequency w is the sum over its fields of tf × gain (weight over length norm);
it adds idf × w / (w + K1). An OR adds word after word into a dense vector of all documents; an
AND first finds who has all words, from the rarest on, and weighs only what is left.
"""

from collections.abc import Sequence

import numpy as np

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, SPARSE, Floats, Ints, Places, ragged
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.collection import Collection, Scratch, postings
from searchsvc.engines.whoosh.view import Term, View

_K1 = np.float32(K1)
#: Numbers of the fields in a side posting's key.
_FIELDS = (1 << FIELD_BITS) - 1


def sides(view: View, term: Term) -> tuple[Ints, Floats]:
    """Return the keys of a term's side postings, one for each document and field, and what each weighs."""
    a, b = term.side
    key = view.arrays.sides.key[a:b]
    weights = view.side_gain.take(key)
    np.multiply(view.arrays.sides.tf[a:b], weights, out=weights)
    return key, weights


def sparse(view: View, term: Term) -> tuple[Places, Floats]:
    """Return all documents of a term, those that only side fields have last, and its weighted frequencies."""
    a, b = term.main
    docs = postings(view, term)
    weights = np.zeros(len(docs), np.float32)
    np.multiply(view.arrays.main.tf[a:b], view.main_gain.take(docs[: b - a]), out=weights[: b - a])
    a, b = term.side
    if b > a:
        np.add.at(weights, view.arrays.sides.link[a:b].astype(np.intp), sides(view, term)[1])
    return docs, weights


def add(view: View, term: Term, idf: float, scores: Floats, scratch: Scratch) -> None:
    """Add a term's scores to a dense vector."""
    if term.row < 0:
        docs, weights = sparse(view, term)
        add_weights(docs, weights, idf, scores)
        return
    weights = np.multiply(view.arrays.rows[term.row], view.main_gain, out=scratch.first[: view.count])
    if term.side[1] > term.side[0]:
        key, extra = sides(view, term)
        np.add.at(weights, (key >> FIELD_BITS).astype(np.intp), extra)
    gained = np.add(weights, _K1, out=scratch.second[: view.count])
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    scores[: view.count] += gained


def add_weights(docs: Places, weights: Floats, idf: float, scores: Floats) -> None:
    """Add the scores of weighted frequencies to a dense vector."""
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    np.add.at(scores, docs, gained)


def all_of(collection: Collection, view: View, words: Sequence[tuple[Term, float]]) -> tuple[Places, Floats]:
    """Return the documents that have all terms, in any order, with their scores.

    Args:
        collection: Whose buffers are used.
        view: The segment.
        words: Term and idf of each word.

    """
    terms, told = zip(*sorted(words, key=_size), strict=True)
    docs = postings(view, terms[0])
    a, b = terms[0].main
    counts = [np.zeros(len(docs), view.arrays.main.tf.dtype)]
    counts[0][: b - a] = view.arrays.main.tf[a:b]
    for term in terms[1:]:
        found = _counts(collection, view, term, docs)
        keep = _having(collection, view, term, docs, found)
        if not len(keep):
            return NOWHERE, NOTHING
        counts.append(found)
        if len(keep) < len(docs):
            docs, counts = docs.take(keep), [count.take(keep) for count in counts]
    weights = np.array(counts, np.float32)
    weights *= view.main_gain.take(docs)
    for row, term in zip(weights, terms, strict=True):
        if term.side[1] > term.side[0]:
            _add_sides(collection, view, term, docs, row)
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.array(told, np.float32)[:, np.newaxis]
    scores: Floats = gained.sum(0)
    return docs, scores


def _size(word: tuple[Term, float]) -> int:
    """Return how many documents a term has in the fields that bare words look into, deleted ones included."""
    (a, b), (c, d) = word[0].main, word[0].left
    return b - a + d - c


def _having(collection: Collection, view: View, term: Term, docs: Places, counts: Ints) -> Places:
    """Return which of some documents have a term in any of the fields that bare words look into.

    Args:
        collection: Whose buffers are used.
        view: The segment.
        term: The term.
        docs: The documents.
        counts: How often they have it in the main field.

    """
    c, d = term.left
    found = counts != 0
    if d > c:
        lacking = (~found).nonzero()[0]
        if len(lacking):
            left, others = view.arrays.sides.left[c:d], docs.take(lacking)
            found[lacking] = left.take(_find(collection, left, others), mode="clip") == others
    places: Places = found.nonzero()[0]
    return places


def _counts(collection: Collection, view: View, term: Term, docs: Places) -> Ints:
    """Return how often a term stands in the main field of some documents."""
    a, b = term.main
    if b == a:
        return np.zeros(len(docs), np.uint8)
    counts: Ints
    if term.row >= 0:
        counts = view.arrays.rows[term.row].take(docs)
    else:
        ids = view.arrays.main.doc[a:b]
        places = _find(collection, ids, docs)
        counts = view.arrays.main.tf[a:b].take(places, mode="clip")
        counts *= ids.take(places, mode="clip") == docs
    return counts


def _add_sides(collection: Collection, view: View, term: Term, docs: Places, weights: Floats) -> None:
    """Add what a term's side postings weigh at some documents."""
    a, b = term.side
    if b - a <= SPARSE * len(docs):
        key, extra = sides(view, term)
        places = (key >> FIELD_BITS).astype(np.intp)
        sums = collection.scratch.sides
        np.add.at(sums, places, extra)
        weights += sums.take(docs)
        # The buffer is zero between uses.
        sums[places] = 0
        return
    key = view.arrays.sides.key[a:b]
    lowest = docs << FIELD_BITS
    first = key.searchsorted(lowest.astype(key.dtype))
    hit = (key.take(first, mode="clip") >> FIELD_BITS == docs).nonzero()[0]
    if len(hit):
        first = first.take(hit)
        highest = lowest.take(hit) | _FIELDS
        counts = key.searchsorted(highest.astype(key.dtype), "right") - first
        places = ragged(first, counts)
        extra = view.arrays.sides.tf[a:b].take(places) * view.side_gain.take(key.take(places))
        np.add.at(weights, hit.repeat(counts), extra.astype(np.float32, copy=False))


def _find(collection: Collection, ids: Ints, docs: Places) -> Ints:
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
