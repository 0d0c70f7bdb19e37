"""Best documents of a segment × leaves → score of each document's best passage, and which one it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from searchsvc.engines.plan import Leaf
from searchsvc.engines.weights import PASSAGE_FIELDS
from searchsvc.engines.whoosh.arrays import NOWHERE, Floats, Ints, Places, bisect, cast, ragged
from searchsvc.engines.whoosh.codec import GRID
from searchsvc.engines.whoosh.leaves import Leaves
from searchsvc.engines.whoosh.view import MAIN, View
from searchsvc.model.query import Word

#: The field whose words belong to the first passage.
LEAD = "lead"
_START = np.zeros(1, np.intp)


@dataclass(frozen=True, slots=True)
class Best:
    """For each document, its best passage's score and number (meaningless where the score is 0)."""

    scores: Floats
    numbers: Ints


class Candidates:
    """Some documents of a segment, ascending, with all their passages end to end."""

    def __init__(self, view: View, docs: Places) -> None:
        passages = view.arrays.passages
        self.view, self.docs = view, docs
        first = passages.first.take(docs).astype(np.intp)
        counts = passages.first.take(docs + 1).astype(np.intp) - first
        self._counts = counts
        #: Place of each document's first passage among all of theirs.
        self.offsets = np.cumsum(counts) - counts
        #: What turns a passage's number in the segment into its place here.
        self.shift = first - self.offsets
        self.norm: Floats = view.passage_norm.take(ragged(first, counts))
        #: First slot of each document in the main field's stream.
        self.base: Places = view.arrays.main.base.take(docs).astype(np.intp)
        self._cast: dict[np.dtype[Any], Ints] = {}

    def among(self, ids: Ints) -> tuple[Places, Places]:
        """Return which places of an ascending, not empty list are candidates, and which candidates these are."""
        docs = self._cast.get(ids.dtype)
        if docs is None:
            docs = self._cast[ids.dtype] = cast(self.docs, ids.dtype)
        if len(ids) == self.view.count:
            return self.docs, np.arange(len(docs))
        at = ids.searchsorted(docs)
        np.minimum(at, len(ids) - 1, out=at)
        hit = (ids.take(at) == self.docs).nonzero()[0]
        return at.take(hit), hit

    def best(self, scores: Floats) -> Best:
        """Return the best passages by the scores of all."""
        tops = np.maximum.reduceat(scores, self.offsets)
        places = (scores == tops.repeat(self._counts)).nonzero()[0]
        return Best(tops, places.take(places.searchsorted(self.offsets)) - self.offsets)


def best_passages(leaves: Leaves, view: View, docs: Places, nodes: Sequence[Leaf]) -> Best:
    """Return the best passages of some documents, ascending and at least one."""
    candidates = Candidates(view, docs)
    chosen = [leaf for leaf in nodes if leaf.field in PASSAGE_FIELDS]
    counts = np.zeros((len(chosen), len(candidates.norm)), np.float32)
    words = [(row, leaf) for row, leaf in enumerate(chosen) if isinstance(leaf, Word)]
    terms = [(row, term.number) for row, leaf in words for term in leaves.terms(leaf, view)]
    _count_words(candidates, terms, counts.reshape(-1))
    for row, leaf in enumerate(chosen):
        if not isinstance(leaf, Word):
            counts[row] = count_slots(leaves, candidates, leaf)
    gained = counts / (counts + candidates.norm)
    gained *= np.array([leaves.weight(leaf) for leaf in chosen], np.float32)[:, np.newaxis]
    return candidates.best(gained.sum(0))


def _count_words(candidates: Candidates, terms: Sequence[tuple[int, int]], counts: Floats) -> None:
    """Count how often words stand in each passage, by the postings of their stems.

    Args:
        candidates: The documents.
        terms: Row and term of each word.
        counts: Row after row, to be added to.

    """
    main, lead = candidates.view.arrays.fields[MAIN], candidates.view.arrays.fields[LEAD]
    found = []
    for row, term in terms:
        begin = row * len(candidates.norm)
        a, b = main.span(term)
        at, hit = candidates.among(main.doc[a:b]) if b > a else (NOWHERE, NOWHERE)
        if len(hit):
            tf = main.tf[a:b]
            found.append(
                (hit, tf.take(at), _running(tf, at) + main.places(term)[0], candidates.shift.take(hit) - begin)
            )
        a, b = lead.span(term)
        if b > a:
            at, hit = candidates.among(lead.doc[a:b])
            counts[candidates.offsets.take(hit) + begin] += lead.tf[a:b].take(at)
    if found:
        hit, times, starts, shift = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
        slots = candidates.base.take(hit).repeat(times)
        slots += main.pos.take(ragged(starts, times))
        places = passage_of(candidates.view, slots) - shift.repeat(times)
        counts += np.bincount(places, minlength=len(counts))


def _running(tf: Ints, at: Places) -> Places:
    """Return the sum of all counts before each place; places ascend."""
    if at[0]:
        return np.cumsum(np.add.reduceat(tf, np.concatenate([_START, at]), dtype=np.intp))[:-1]
    return np.concatenate([_START, np.cumsum(np.add.reduceat(tf, at, dtype=np.intp))[:-1]])


def count_slots(leaves: Leaves, candidates: Candidates, leaf: Leaf) -> Floats:
    """Return how often a phrase, prefix or fuzzy word stands in each passage, by its slots."""
    view, docs = candidates.view, candidates.docs
    counts = np.zeros(len(candidates.norm), np.float32)
    for name, numbers in ((MAIN, None), (LEAD, candidates.offsets)):
        slots = leaves.slots(leaf, view, name)
        if not len(slots.at):
            continue
        at = bisect(docs, slots.docs)
        mine = np.flatnonzero(docs.take(at) == slots.docs)
        if numbers is None:
            places = passage_of(view, slots.at[mine]) - candidates.shift.take(at[mine])
        else:
            places = numbers.take(at[mine])
        counts += np.bincount(places, minlength=len(counts))
    return counts


def passage_of(view: View, slots: Places) -> Places:
    """Return the passage of every slot: the grid's, then a step or more."""
    passages = view.arrays.passages
    found = passages.grid.take(slots // GRID).astype(np.intp)
    while True:
        beyond = slots >= passages.start.take(found + 1)
        if not beyond.any():
            return found
        found += beyond
