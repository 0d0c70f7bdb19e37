"""Bare words × segment → BM25F scores: the paths that most searches take.

A word's weighted frequency w is the sum over its fields of tf × gain (weight over length norm);
it adds idf × w / (w + K1). An OR adds word after word into a dense vector of all documents; an
AND starts from the rarest word and looks the others up at the survivors only.
"""

from collections.abc import Sequence

import numpy as np

from searchsvc.engines.weights import K1
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, SPARSE, Floats, Ints, Places, bisect, cast, ragged
from searchsvc.engines.whoosh.collection import Collection, Scratch
from searchsvc.engines.whoosh.view import Term, View

_K1 = np.float32(K1)


def side(view: View, term: Term) -> tuple[Ints, Floats]:
    """Return the documents of a term's side postings, one for each field, and what each weighs."""
    a, b = term.side
    sides = view.arrays.sides
    weights = sides.tf[a:b] * view.side_gain.take(sides.key[a:b])
    return sides.doc[a:b], weights.astype(np.float32, copy=False)


def sparse(view: View, term: Term) -> tuple[Places, Floats]:
    """Return all documents of a term, those that only side fields have last, and its weighted frequencies."""
    (a, b), (c, d) = term.main, term.left
    docs = view.arrays.main.doc[a:b].astype(np.intp)
    weights = (view.arrays.main.tf[a:b] * view.main_gain.take(docs)).astype(np.float32, copy=False)
    if d > c:
        docs = np.concatenate([docs, view.arrays.sides.left[c:d].astype(np.intp)])
        weights = np.concatenate([weights, np.zeros(d - c, np.float32)])
    if term.side[1] > term.side[0]:
        link = view.arrays.sides.link[term.side[0] : term.side[1]].astype(np.intp)
        np.add.at(weights, link, side(view, term)[1])
    return docs, weights


def add(view: View, term: Term, idf: float, scores: Floats, scratch: Scratch) -> None:
    """Add a term's scores to a dense vector."""
    if term.row < 0:
        docs, weights = sparse(view, term)
        add_weights(docs, weights, idf, scores)
        return
    weights = np.multiply(view.arrays.rows[term.row], view.main_gain, out=scratch.first[: view.count])
    if term.side[1] > term.side[0]:
        docs, extra = side(view, term)
        np.add.at(weights, docs.astype(np.intp), extra)
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
    rarest, *others = sorted(words, key=lambda word: size(word[0]))
    if not size(rarest[0]):
        return NOWHERE, NOTHING
    docs, weights = sparse(view, rarest[0])
    found = [(weights, rarest[1])]
    for term, idf in others:
        weights = at(collection, view, term, docs)
        keep = (weights > 0).nonzero()[0]
        if len(keep) < len(docs):
            docs, weights = docs.take(keep), weights.take(keep)
            found = [(old.take(keep), old_idf) for old, old_idf in found]
        found.append((weights, idf))
        if not len(docs):
            break
    scores = np.zeros(len(docs), np.float32)
    for weights, idf in found:
        scores += weights / (weights + _K1) * np.float32(idf)
    return docs, scores


def size(term: Term) -> int:
    """Return how many documents a term has in the fields that bare words look into, deleted ones included."""
    return term.main[1] - term.main[0] + term.left[1] - term.left[0]


def at(collection: Collection, view: View, term: Term, docs: Places) -> Floats:
    """Return the weighted frequencies of a term at some documents, 0 where it is not."""
    (a, b), main = term.main, view.arrays.main
    if term.row >= 0:
        weights = view.arrays.rows[term.row].take(docs) * view.main_gain.take(docs)
    elif b > a:
        weights = look_up(collection, main.doc[a:b], main.tf[a:b], docs) * view.main_gain.take(docs)
    else:
        weights = np.zeros(len(docs), np.float32)
    if term.side[1] > term.side[0]:
        weights = weights + side_at(collection, view, term, docs)
    found: Floats = weights.astype(np.float32, copy=False)
    return found


def side_at(collection: Collection, view: View, term: Term, docs: Places) -> Floats:
    """Return what a term's side postings weigh at some documents."""
    a, b = term.side
    if b - a > SPARSE * len(docs):
        return _few_sides(view, term, docs)
    ids, extra = side(view, term)
    places = ids.astype(np.intp)
    sums = collection.scratch.sides
    np.add.at(sums, places, extra)
    found: Floats = sums.take(docs)
    # The buffer is zero between uses.
    sums[places] = 0
    return found


def _few_sides(view: View, term: Term, docs: Places) -> Floats:
    """Weigh only the side postings of the documents asked for."""
    a, b = term.side
    sides = view.arrays.sides
    ids = sides.doc[a:b]
    wanted = cast(docs, ids.dtype)
    first = ids.searchsorted(wanted)
    counts = ids.searchsorted(wanted, "right") - first
    counts[wanted != docs] = 0
    places = ragged(first + a, counts)
    weights = np.zeros(len(docs), np.float32)
    extra = sides.tf.take(places) * view.side_gain.take(sides.key.take(places))
    np.add.at(weights, np.arange(len(docs)).repeat(counts), extra.astype(np.float32, copy=False))
    return weights


def look_up(collection: Collection, ids: Ints, values: Ints | Floats, docs: Places) -> Ints:
    """Return the values at some documents, 0 where the list has no such document.

    Bisection for few documents; for many a table of slots that is never cleared: a slot of an
    earlier use points to an id that is not the document's.
    """
    if len(ids) > SPARSE * len(docs):
        places = bisect(ids, docs)
    else:
        slot = collection.scratch.slot
        slot[ids.astype(np.intp)] = collection.numbers[: len(ids)]
        places = np.minimum(slot.take(docs), len(ids) - 1).astype(np.intp)
    found: Ints = values.take(places) * (ids.take(places) == docs)
    return found
