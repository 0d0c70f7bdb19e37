"""Best documents of a segment × leaves → score of each document's best passage, and which one it is.

Few documents come here, so the words are counted where they stand: the documents' own streams of
surface forms are read, lead first, each form looked up in a table of those the query asks for.
That costs the same however many words the query has, and however frequent they are.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.array_ops import Floats, Ints, Places, bisect, ragged
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, GRID, ROW_TOP, FieldPostings
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import Occurrences, QueryWeight
from searchsvc.model.fields import BODY, LEAD
from searchsvc.model.query import Leaf, Word

#: Words read at a time, but for those of a single longer document: bounds memory.
AT_ONCE = 1 << 20
#: A number and the next one.
_PAIR = np.arange(2)


class BestPassages(NamedTuple):
    """For each document, its best passage's score and number (meaningless where the score is 0)."""

    scores: Floats
    numbers: Ints


def concatenated(parts: Sequence[BestPassages]) -> BestPassages:
    """Return the best passages of several lists of documents, end to end."""
    if len(parts) == 1:
        return parts[0]
    scores, numbers = zip(*parts, strict=True)
    return BestPassages(np.concatenate(scores), np.concatenate(numbers))


class CandidatePassages:
    """Some documents of a segment, ascending and at least one, with all their passages end to end."""

    def __init__(self, reader: SegmentReader, docs: Places) -> None:
        passages = reader.arrays.passages
        self.reader, self.docs = reader, docs
        # The edges of what arrays of offsets cut.
        self._pairs = docs[:, np.newaxis] + _PAIR
        edges = passages.first.take(self._pairs).astype(np.intp)
        first = edges[:, 0]
        self._counts = edges[:, 1] - first
        #: Place of each document's first passage among all of theirs.
        self.offsets: Places = self._counts.cumsum() - self._counts
        #: What turns a passage's number in the segment into its place here.
        self.shift = first - self.offsets
        self._numbers = ragged(first, self._counts)
        self.norm: Floats = reader.passage_norm.take(self._numbers)

    def best(self, scores: Floats) -> BestPassages:
        """Return the best passages by the scores of all."""
        tops = np.maximum.reduceat(scores, self.offsets)
        places = (scores == tops.repeat(self._counts)).nonzero()[0]
        return BestPassages(tops, places.take(places.searchsorted(self.offsets)) - self.offsets)

    def look_up(self, table: Ints, *, rare: bool) -> tuple[Ints, Places]:
        """Return what a table says of the words of the documents, and where among these each passage begins.

        Args:
            table: A number for every code of the segment's forms.
            rare: Whether it says anything of codes that do not fit the streams.

        """
        lead, main = (_Stretches(self.reader.arrays.fields[name], self._pairs) for name in (LEAD, BODY))
        codes = _in_turn(lead.codes(), main.codes(), main.text.fwd.dtype)
        found: Ints = table.take(codes)
        if rare:
            # The types of both fields' lists are as narrow as each can be.
            dtype = np.promote_types(lead.text.xid.dtype, main.text.xid.dtype)
            found[(codes == ESCAPE).nonzero()[0]] = table.take(_in_turn(lead.rare(dtype), main.rare(dtype), dtype))
        begin = (lead.sizes + main.sizes).cumsum()
        begin -= main.sizes
        starts = self.reader.arrays.passages.start.take(self._numbers).astype(np.intp)
        starts += (begin - main.edges[:, 0]).repeat(self._counts)
        starts[self.offsets] = begin - lead.sizes
        return found, starts


class _Stretches:
    """Where some documents lie in a field's stream."""

    def __init__(self, text: FieldPostings, pairs: Places) -> None:
        self.text, self._pairs = text, pairs
        self.edges: Places = text.base.take(pairs).astype(np.intp)
        self.sizes = self.edges[:, 1] - self.edges[:, 0]

    def codes(self) -> list[memoryview]:
        """Return the codes of each document's words."""
        stream = self.text.fwd.data
        return [stream[a:b] for a, b in self.edges.tolist()]

    def rare(self, dtype: np.dtype[Any]) -> list[memoryview]:
        """Return the codes of each document's rare words, whose slots only say ESCAPE."""
        rare = self.text.xid.astype(dtype, copy=False).data
        return [rare[a:b] for a, b in self.text.xbase.take(self._pairs).tolist()]


def _in_turn(one: list[memoryview], other: list[memoryview], dtype: np.dtype[Any]) -> Ints:
    """Return the pieces of two lists by turns, end to end: joined as bytes, which takes half as long."""
    return np.frombuffer(b"".join(chain.from_iterable(zip(one, other, strict=True))), dtype)


class PassageScorer:
    """The passages of a segment, asked by the leaves of one query."""

    def __init__(self, leaves: QueryWeight, reader: SegmentReader, nodes: Sequence[Leaf]) -> None:
        self._leaves, self._view, self._nodes = leaves, reader, nodes
        self._weights = np.array([leaves.weight(leaf) for leaf in nodes], np.float32)[:, np.newaxis]
        terms = [leaves.terms(leaf, reader) if isinstance(leaf, Word) else () for leaf in nodes]
        stems: dict[int, int] = {}
        #: For each leaf, its rows among the stems that are looked for; for each of these, the codes of its forms.
        self._rows = [[stems.setdefault(term.number, len(stems)) for term in own] for own in terms]
        self._codes = [reader.arrays.forms.codes_of(number) for number in stems]
        self._rare = any(len(codes) and codes[-1] >= ESCAPE for codes in self._codes)
        self._plain = len(stems) == len(nodes) and all(len(own) == 1 for own in terms)

    def best(self, docs: Places) -> BestPassages:
        """Return the best passages of some documents, ascending and at least one."""
        base = self._view.arrays.main.base
        words = (base.take(docs + 1) - base.take(docs)).cumsum(dtype=np.intp)
        if words[-1] <= AT_ONCE:
            return self._best(docs)
        cuts = words.searchsorted(np.arange(AT_ONCE, words[-1], AT_ONCE))
        return concatenated([self._best(part) for part in np.split(docs, cuts) if len(part)])

    def _best(self, docs: Places) -> BestPassages:
        candidates = CandidatePassages(self._view, docs)
        counts = self._counts(candidates)
        norm = counts + candidates.norm
        gained = np.divide(counts, norm, out=norm)
        gained *= self._weights
        return candidates.best(gained.sum(0))

    def _counts(self, candidates: CandidatePassages) -> Floats:
        """Return how often each leaf stands in each passage, a row a leaf."""
        by_stem = self._by_stem(candidates)
        if self._plain:
            return by_stem
        counts = np.zeros((len(self._nodes), len(candidates.norm)), np.float32)
        for row, (leaf, own) in enumerate(zip(self._nodes, self._rows, strict=True)):
            if not isinstance(leaf, Word):
                counts[row] = count_slots(self._leaves.occurrences(leaf, self._view), candidates)
            for stem in own:
                counts[row] += by_stem[stem]
        return counts

    def _by_stem(self, candidates: CandidatePassages) -> Floats:
        """Return how often each stem stands in each passage, a row a stem."""
        stems, passages = len(self._codes), len(candidates.norm)
        if not stems:
            return np.zeros((0, passages), np.float32)
        table = self._leaves.collection.scratch.table
        try:
            for number, codes in enumerate(self._codes, 1):
                table[codes] = number
            found, starts = candidates.look_up(table, rare=self._rare)
        finally:
            # The table is zero between uses.
            for codes in self._codes:
                table[codes] = 0
        words = (found != 0).nonzero()[0]
        places = starts.searchsorted(words, "right")
        places += found.take(words).astype(np.intp) * passages
        # A word before the first passage's end is past one start: numbers and starts count from 1.
        counts = np.bincount(places - (passages + 1), minlength=stems * passages)
        return counts.astype(np.float32).reshape(stems, passages)


def count_slots(occurrences: Occurrences, candidates: CandidatePassages) -> Ints:
    """Return how often a phrase, prefix or fuzzy word stands in each passage, by its slots."""
    reader, docs = candidates.reader, candidates.docs
    counts = np.zeros(len(candidates.norm), np.intp)
    for name, numbers in ((BODY, None), (LEAD, candidates.offsets)):
        slots = occurrences.slots(reader.arrays.fields[name])
        if not len(slots.at):
            continue
        at = bisect(docs, slots.docs)
        mine = (docs.take(at) == slots.docs).nonzero()[0]
        if numbers is None:
            places = passage_of(reader, slots.at[mine]) - candidates.shift.take(at[mine])
        else:
            places = numbers.take(at[mine])
        counts += np.bincount(places, minlength=len(counts))
    return counts


def passage_of(reader: SegmentReader, slots: Places) -> Places:
    """Return the passage of every slot: the grid's, then a step or more."""
    passages = reader.arrays.passages
    found = passages.grid.take(slots // GRID).astype(np.intp)
    while True:
        beyond = slots >= passages.start.take(found + 1)
        if not beyond.any():
            return found
        found += beyond


#: More than what adding up in single precision can be wrong by, as a share.
ROUNDING = 1e-4

_K1, _TOP = np.float32(K1), np.float32(ROW_TOP)
_LEAST = np.finfo(np.float32).tiny


def bound_of_one_word(scores: Floats, weight: np.float32, norm: Floats, normed_boost: Floats) -> Floats:
    """Return the bound for one word: what an article scores tells how often it can have the word at most.

    Args:
        scores: Of the articles.
        weight: Of the word.
        norm: Smallest norm of each article's passages.
        normed_boost: Smaller gain of each article's body and lead.

    """
    share = scores / weight
    count = _K1 * share / np.maximum(1 - share, _LEAST) / normed_boost
    bound: Floats = weight * np.where(count < _TOP, count / (count + norm), np.float32(1))
    return bound


def bound_of_words(scores: Floats, norm: Floats, normed_boost: Floats) -> Floats:
    """Return the bound for several words: word by word the quotient of both worths is largest at c = 1, or at large c.

    Args:
        scores: Of the articles.
        norm: Smallest norm of each article's passages.
        normed_boost: Smaller gain of each article's body and lead.

    """
    flat = _K1 / normed_boost
    bound: Floats = scores * np.maximum((1 + flat) / (1 + norm), 1 + flat / _TOP)
    return bound
