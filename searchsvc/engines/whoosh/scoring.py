"""Bare words × segment → BM25F scores: the paths that most searches take.

A word's weighted frequency w is the sum over its fields of tf × gain (weight over length norm);
it adds idf × w / (w + K1). An OR adds word after word into a dense vector of all documents; an
AND starts from the rarest word and looks the others up at the survivors only.
"""

from collections.abc import Sequence

import numpy as np

from searchsvc.engines.weights import K1
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, SPARSE, Floats, Ints, Places, bisect
from searchsvc.engines.whoosh.collection import Collection, Scratch
from searchsvc.engines.whoosh.view import Term, View

_K1 = np.float32(K1)


def side(view: View, term: Term) -> tuple[Ints, Floats, Ints]:
    """Return the documents that have a term in side fields, its weighted frequencies and places in the main list."""
    a, b = term.side
    sides = view.arrays.sides
    docs, link = sides.doc[a:b], sides.link[a:b]
    weights = sides.tf[a:b] * view.side_gain.take(sides.key[a:b])
    starts = np.flatnonzero(sides.again[a:b] == 0)
    if len(starts) < b - a:
        return docs.take(starts), np.add.reduceat(weights, starts), link.take(starts)
    return docs, weights, link


def sparse(view: View, term: Term) -> tuple[Places, Floats]:
    """Return all documents of a term, those that only side fields have last, and its weighted frequencies."""
    (a, b), (c, d) = term.main, term.left
    docs = view.arrays.main.doc[a:b].astype(np.intp)
    weights = view.arrays.main.tf[a:b] * view.main_gain.take(docs)
    if d > c:
        docs = np.concatenate([docs, view.arrays.sides.left[c:d].astype(np.intp)])
        weights = np.concatenate([weights, np.zeros(d - c, np.float32)])
    if term.side[1] > term.side[0]:
        _, extra, link = side(view, term)
        weights[link] += extra
    return docs, weights


def add(view: View, term: Term, idf: float, scores: Floats, scratch: Scratch) -> None:
    """Add a term's scores to a dense vector."""
    if term.row < 0:
        docs, weights = sparse(view, term)
        add_weights(docs, weights, idf, scores)
        return
    weights = np.multiply(view.arrays.rows[term.row], view.main_gain, out=scratch.first[: view.count])
    if term.side[1] > term.side[0]:
        docs, extra, _ = side(view, term)
        weights[docs] += extra
    gained = np.add(weights, _K1, out=scratch.second[: view.count])
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    scores[: view.count] += gained


def add_weights(docs: Places, weights: Floats, idf: float, scores: Floats) -> None:
    """Add the scores of weighted frequencies, each document once, to a dense vector."""
    gained = weights + _K1
    np.divide(weights, gained, out=gained)
    gained *= np.float32(idf)
    gained += scores.take(docs)
    scores[docs] = gained


def all_of(collection: Collection, view: View, words: Sequence[tuple[Term, float]]) -> tuple[Places, Floats]:
    """Return the documents that have all terms, ascending, with their scores.

    Args:
        collection: Whose buffers are used.
        view: The segment.
        words: Term and idf of each word.

    """
    rarest, *others = sorted(words, key=lambda word: size(word[0]))
    if not size(rarest[0]):
        return NOWHERE, NOTHING
    docs, weights = sparse(view, rarest[0])
    if rarest[0].left[1] > rarest[0].left[0]:
        order = np.argsort(docs)
        docs, weights = docs[order], weights[order]
    found = [(weights, rarest[1])]
    for term, idf in others:
        weights = at(collection, view, term, docs)
        keep = np.flatnonzero(weights > 0)
        if len(keep) < len(docs):
            docs, weights = docs[keep], weights[keep]
            found = [(old[keep], old_idf) for old, old_idf in found]
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
    (a, b), (c, d) = term.main, term.side
    main = view.arrays.main
    weights = np.zeros(len(docs), np.float32)
    if term.row >= 0:
        weights = view.arrays.rows[term.row].take(docs) * view.main_gain.take(docs)
    elif b > a:
        weights = look_up(collection, main.doc[a:b], main.tf[a:b], docs) * view.main_gain.take(docs)
    if d > c:
        side_docs, extra, _ = side(view, term)
        weights = weights + look_up(collection, side_docs, extra, docs)
    return weights.astype(np.float32, copy=False)


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
