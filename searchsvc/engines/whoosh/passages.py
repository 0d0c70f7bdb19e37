"""Best documents of a segment × leaves → score of each document's best passage, and which one it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from searchsvc.engines.plan import Leaf
from searchsvc.engines.weights import PASSAGE_FIELDS
from searchsvc.engines.whoosh.arrays import Floats, Ints, Places, bisect, cast, ragged
from searchsvc.engines.whoosh.codec import GRID, TextField
from searchsvc.engines.whoosh.leaves import Leaves
from searchsvc.engines.whoosh.view import MAIN, View
from searchsvc.model.query import Word

#: The field whose words belong to the first passage.
LEAD = "lead"


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
        #: Place of each document's first passage among all of theirs.
        self.offsets = np.cumsum(counts) - counts
        #: What turns a passage's number in the segment into its place here.
        self.shift = first - self.offsets
        self.norm: Floats = view.passage_norm.take(ragged(first, counts))
        self.total = np.zeros(len(self.norm), np.float32)
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

    def add(self, counts: Floats, idf: float) -> None:
        """Add what a word that stands so often in each passage scores there."""
        self.total += counts / (counts + self.norm) * np.float32(idf)

    def best(self) -> Best:
        """Return the best passages so far."""
        scores = np.maximum.reduceat(self.total, self.offsets)
        counts = np.diff(self.offsets, append=len(self.total))
        top = np.flatnonzero(self.total == np.repeat(scores, counts))
        first = np.searchsorted(top, self.offsets)
        return Best(scores, top[first] - self.offsets)


def best_passages(leaves: Leaves, view: View, docs: Places, nodes: Sequence[Leaf]) -> Best:
    """Return the best passages of some documents, ascending and at least one."""
    candidates = Candidates(view, docs)
    for leaf in nodes:
        if leaf.field in PASSAGE_FIELDS:
            counts = count_words(leaves, candidates, leaf) if isinstance(leaf, Word) else None
            if counts is None:
                counts = count_slots(leaves, candidates, leaf)
            candidates.add(counts, leaves.weight(leaf))
    return candidates.best()


def count_words(leaves: Leaves, candidates: Candidates, leaf: Word) -> Floats:
    """Return how often a word stands in each passage, by the postings of its stem."""
    view = candidates.view
    counts = np.zeros(len(candidates.total), np.float32)
    main, lead = view.arrays.fields[MAIN], view.arrays.fields[LEAD]
    for term in leaves.terms(leaf, view):
        _count_main(candidates, main, term.number, counts)
        a, b = lead.span(term.number)
        if b > a:
            at, hit = candidates.among(lead.doc[a:b])
            counts[candidates.offsets.take(hit)] += lead.tf[a:b].take(at)
    return counts


def _count_main(candidates: Candidates, main: TextField, term: int, counts: Floats) -> None:
    """Add the positions of a term in the candidates, counted between the starts of passages."""
    a, b = main.span(term)
    if b == a:
        return
    ids, tf = main.doc[a:b], main.tf[a:b]
    at, hit = candidates.among(ids)
    if not len(hit):
        return
    times = tf.take(at).astype(np.intp)
    before = _running(tf, at)
    slots = candidates.base.take(hit).repeat(times)
    slots += main.pos.take(ragged(before + main.places(term)[0], times))
    places = passage_of(candidates.view, slots) - candidates.shift.take(hit).repeat(times)
    counts += np.bincount(places, minlength=len(counts))


def _running(tf: Ints, at: Places) -> Places:
    """Return the sum of all counts before each place; places ascend."""
    cuts = at if at[0] == 0 else np.concatenate([[0], at])
    sums = np.cumsum(np.add.reduceat(tf, cuts, dtype=np.intp))
    return np.concatenate([[0], sums])[-len(at) - 1 : -1]


def count_slots(leaves: Leaves, candidates: Candidates, leaf: Leaf) -> Floats:
    """Return how often a phrase, prefix or fuzzy word stands in each passage, by its slots."""
    view, docs = candidates.view, candidates.docs
    counts = np.zeros(len(candidates.total), np.float32)
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
