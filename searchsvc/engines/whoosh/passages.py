"""Some articles of a segment × leaves of a query → score and number of the best passage of each article.

The best passage is looked for in a few articles only. Words are counted in the forward index: the slots of lead and
body are read, and each form's code is looked up in a table of those that the query asks for. The cost depends on the
length of the articles, not on how many words the query has or how frequent they are.

Also upper bounds for what the best passage of an article can add, by which `searcher` leaves articles out.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.array_ops import DocIds, NormedBoosts, Norms, Scores, SlotIds, bisect, ragged
from searchsvc.engines.whoosh.codec.container import Indices, Unsigned
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, GRID, ROW_TOP, FieldPostings
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import Occurrences, QueryWeight
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import BODY, LEAD
from searchsvc.model.query import Leaf, Word

#: (leaves or stems, passages) how often each stands in each passage.
LeafCounts = npt.NDArray[np.float32]

#: Slots that are read at a time, unless a single document has more: bounds memory.
AT_ONCE = 1 << 20
#: Added to document numbers, gives the indices of both edges of a document in an array of offsets.
_PAIR = np.arange(2)


class BestPassages(NamedTuple):
    """The best passage of each of some documents: its score, and its number in the document (meaningless if 0)."""

    scores: Scores
    numbers: Indices


def concatenated(parts: Sequence[BestPassages]) -> BestPassages:
    """Return the best passages of several lists of documents, end to end."""
    if len(parts) == 1:
        return parts[0]
    scores, numbers = zip(*parts, strict=True)
    return BestPassages(np.concatenate(scores), np.concatenate(numbers))


class CandidatePassages:
    """Some documents of a segment and all their passages, end to end. A passage's index is its place among these.

    Attributes:
        reader: The segment.
        docs: The documents, ascending, at least one.
        offsets: (documents,) index of each document's first passage; every document has one, so they ascend.
        shift: (documents,) number of a passage in the segment less its index.
        norm: (passages,) norm of each passage.

    """

    offsets: Indices
    norm: Norms

    def __init__(self, reader: SegmentReader, docs: DocIds) -> None:
        passages = reader.arrays.passages
        self.reader, self.docs = reader, docs
        # (documents, 2) indices of the first edge and the last of each document in an array of offsets.
        self._pairs = docs[:, np.newaxis] + _PAIR
        edges = passages.first.take(self._pairs).astype(np.intp)
        first = edges[:, 0]
        self._counts = edges[:, 1] - first
        self.offsets = self._counts.cumsum() - self._counts
        self.shift = first - self.offsets
        self._numbers = ragged(first, self._counts)
        self.norm = reader.passage_norm.take(self._numbers)

    def best(self, scores: Scores) -> BestPassages:
        """Return the best passage of each document, of equal ones the first, by (passages,) scores."""
        tops = np.maximum.reduceat(scores, self.offsets)
        # The first passage from each document's first one on that has its document's best score.
        indices = (scores == tops.repeat(self._counts)).nonzero()[0]
        return BestPassages(tops, indices.take(indices.searchsorted(self.offsets)) - self.offsets)

    def look_up(self, table: npt.NDArray[np.uint16], *, rare: bool) -> tuple[npt.NDArray[np.uint16], Indices]:
        """Read the words of all documents, each document's lead and then its body, from a table by code.

        Args:
            table: (forms + 1,) a number for every code of the segment's forms; 0 for gaps.
            rare: Whether a code that does not fit the streams has a number other than 0.

        Returns:
            (slots,) the number of each slot's form, and (passages,) the index of the first slot of each passage. The
            lead's slots belong to the first passage of their document.

        """
        lead, main = (_Stretches(self.reader.arrays.fields[name], self._pairs) for name in (LEAD, BODY))
        codes = _in_turn(lead.codes(), main.codes(), main.text.fwd.dtype)
        numbers = table.take(codes)
        if rare:
            # The lists of rare codes of the two fields may have different dtypes.
            dtype = np.promote_types(lead.text.xid.dtype, main.text.xid.dtype)
            numbers[(codes == ESCAPE).nonzero()[0]] = table.take(_in_turn(lead.rare(dtype), main.rare(dtype), dtype))
        begin = (lead.sizes + main.sizes).cumsum()
        begin -= main.sizes
        starts = self.reader.arrays.passages.start.take(self._numbers).astype(np.intp)
        starts += (begin - main.edges[:, 0]).repeat(self._counts)
        starts[self.offsets] = begin - lead.sizes
        return numbers, starts


class _Stretches:
    """The slots of some documents in a field's stream: (documents, 2) edges of each, and (documents,) their number."""

    def __init__(self, text: FieldPostings, pairs: Indices) -> None:
        self.text, self._pairs = text, pairs
        self.edges: SlotIds = text.base.take(pairs).astype(np.intp)
        self.sizes = self.edges[:, 1] - self.edges[:, 0]

    def codes(self) -> list[memoryview]:
        """Return the codes in each document's slots."""
        stream = self.text.fwd.data
        return [stream[a:b] for a, b in self.edges.tolist()]

    def rare(self, dtype: np.dtype[Any]) -> list[memoryview]:
        """Return the codes of each document's rare forms, in the order of the slots that hold ESCAPE."""
        rare = self.text.xid.astype(dtype, copy=False).data
        return [rare[a:b] for a, b in self.text.xbase.take(self._pairs).tolist()]


def _in_turn(one: list[memoryview], other: list[memoryview], dtype: np.dtype[Any]) -> Unsigned:
    """Return the arrays of two lists alternately, end to end; joined as bytes, which is faster than `concatenate`."""
    return np.frombuffer(b"".join(chain.from_iterable(zip(one, other, strict=True))), dtype)


class PassageScorer:
    """Scores the passages of a segment's articles by the leaves of one query.

    A passage's score is the sum over leaves of weight × count / (count + norm): BM25 of the passage.
    """

    def __init__(self, leaves: QueryWeight, reader: SegmentReader, nodes: Sequence[Leaf]) -> None:
        self._leaves, self._reader, self._nodes = leaves, reader, nodes
        self._weights = np.array([leaves.weight(leaf) for leaf in nodes], np.float32)[:, np.newaxis]
        terms = [leaves.terms(leaf, reader) if isinstance(leaf, Word) else () for leaf in nodes]
        stems: dict[int, int] = {}
        #: For each leaf, the numbers of its stems from 0 on; for each stem, the codes of its forms.
        self._rows = [[stems.setdefault(term.number, len(stems)) for term in own] for own in terms]
        self._codes = [reader.arrays.forms.codes_of(number) for number in stems]
        self._rare = any(len(codes) and codes[-1] >= ESCAPE for codes in self._codes)
        #: Each leaf is one stem of its own: the counts of stems are those of leaves.
        self._plain = len(stems) == len(nodes) and all(len(own) == 1 for own in terms)

    def best(self, docs: DocIds) -> BestPassages:
        """Return the best passages of some documents, ascending and at least one."""
        base = self._reader.arrays.main.base
        words = (base.take(docs + 1) - base.take(docs)).cumsum(dtype=np.intp)
        if words[-1] <= AT_ONCE:
            return self._best(docs)
        cuts = words.searchsorted(np.arange(AT_ONCE, words[-1], AT_ONCE))
        return concatenated([self._best(part) for part in np.split(docs, cuts) if len(part)])

    def _best(self, docs: DocIds) -> BestPassages:
        check_deadline()
        candidates = CandidatePassages(self._reader, docs)
        return candidates.best(self._gained(candidates).sum(0))

    def _gained(self, candidates: CandidatePassages) -> LeafCounts:
        """Return (leaves, passages) what each leaf adds to the score of each passage."""
        counts = self._counts(candidates)
        norm = counts + candidates.norm
        gained: LeafCounts = np.divide(counts, norm, out=norm)
        gained *= self._weights
        return gained

    def shares(self, docs: DocIds) -> Iterator[tuple[Leaf, Scores]]:
        """Yield for each leaf (documents,) what it adds to the score of the best passage of some documents, ascending.

        The documents are few: all of their passages are read at once.
        """
        candidates = CandidatePassages(self._reader, docs)
        gained = self._gained(candidates)
        best = candidates.offsets + candidates.best(gained.sum(0)).numbers
        yield from zip(self._nodes, gained.take(best, axis=1), strict=True)

    def _counts(self, candidates: CandidatePassages) -> LeafCounts:
        """Return (leaves, passages) how often each leaf stands in each passage."""
        by_stem = self._by_stem(candidates)
        if self._plain:
            return by_stem
        counts = np.zeros((len(self._nodes), len(candidates.norm)), np.float32)
        for row, (leaf, own) in enumerate(zip(self._nodes, self._rows, strict=True)):
            check_deadline()
            if not isinstance(leaf, Word):
                counts[row] = count_slots(self._leaves.occurrences(leaf, self._reader), candidates)
            for stem in own:
                counts[row] += by_stem[stem]
        return counts

    def _by_stem(self, candidates: CandidatePassages) -> LeafCounts:
        """Return (stems, passages) how often each stem stands in each passage."""
        stems, passages = len(self._codes), len(candidates.norm)
        if not stems:
            return np.zeros((0, passages), np.float32)
        table = self._leaves.collection.scratch.table
        try:
            for number, codes in enumerate(self._codes, 1):
                table[codes] = number
            numbers, starts = candidates.look_up(table, rare=self._rare)
        finally:
            # The next use counts on a table that is all zero.
            for codes in self._codes:
                table[codes] = 0
        slots = (numbers != 0).nonzero()[0]
        # The cell of stem s and passage p is s × passages + p. Stem numbers in the table, and the starts up to a slot,
        # count from 1: so passages + 1 is taken off.
        cells = starts.searchsorted(slots, "right")
        cells += numbers.take(slots).astype(np.intp) * passages
        counts = np.bincount(cells - (passages + 1), minlength=stems * passages)
        return counts.astype(np.float32).reshape(stems, passages)


def count_slots(occurrences: Occurrences, candidates: CandidatePassages) -> Indices:
    """Return (passages,) how often a phrase, prefix or fuzzy word stands in each passage."""
    reader, docs = candidates.reader, candidates.docs
    counts = np.zeros(len(candidates.norm), np.intp)
    for name, first_passages in ((BODY, None), (LEAD, candidates.offsets)):
        slots = occurrences.slots(reader.arrays.fields[name])
        if not len(slots.at):
            continue
        at = bisect(docs, slots.docs)
        here = (docs.take(at) == slots.docs).nonzero()[0]
        if first_passages is None:
            indices = passage_of(reader, slots.at[here]) - candidates.shift.take(at[here])
        else:
            indices = first_passages.take(at[here])
        counts += np.bincount(indices, minlength=len(counts))
    return counts


def passage_of(reader: SegmentReader, slots: SlotIds) -> Indices:
    """Return (slots,) the number in the segment of the passage of each slot of the main field.

    The grid gives the passage of the last slot before that is a multiple of GRID. The slot's own is that one or a later
    one: the number is raised until the next passage begins after the slot.
    """
    passages = reader.arrays.passages
    numbers = passages.grid.take(slots // GRID).astype(np.intp)
    while True:
        beyond = slots >= passages.start.take(numbers + 1)
        if not beyond.any():
            return numbers
        numbers += beyond


#: Relative error that sums of scores in single precision stay below; bounds are raised by it.
ROUNDING = 1e-4

_K1, _TOP = np.float32(K1), np.float32(ROW_TOP)
#: A computed count that is not below this may be ROW_TOP, and stand for any more: counts are integers.
_BELOW_TOP = np.float32(ROW_TOP - 0.5)
_LEAST = np.finfo(np.float32).tiny


def bound_of_one_word(scores: Scores, weight: np.float32, norm: Norms, normed_boost: NormedBoosts) -> Scores:
    """Return upper bounds for the scores of the best passages, where the query is one bare word.

    Let g be the smaller normed boost of body and lead, n the smallest norm of the article's passages, and c how often
    the word stands in body and lead. The article's weighted frequency w is at least c × g, as long as c is at most
    ROW_TOP, the largest count in a dense row. The score s = weight × w / (w + K1) gives w = K1 × q / (1 - q) with
    q = s / weight, and so c <= w / g. No passage has the word more than c times, and count / (count + n) grows with
    the count: the bound is weight × c / (c + n), and weight where c may be ROW_TOP or more.

    Args:
        scores: (articles,) their scores without the passage.
        weight: Of the word: idf × how often the query says it.
        norm: (articles,) n.
        normed_boost: (articles,) g.

    Returns:
        (articles,) bounds, exact but for rounding (ROUNDING).

    """
    share = scores / weight
    count = _K1 * share / np.maximum(1 - share, _LEAST) / normed_boost
    bound: Scores = weight * np.where(count < _BELOW_TOP, count / (count + norm), np.float32(1))
    return bound


def bound_of_words(scores: Scores, norm: Norms, normed_boost: NormedBoosts) -> Scores:
    """Return upper bounds for the scores of the best passages, where the query is several bare words.

    With g, n and c as in `bound_of_one_word` and f = K1 / g, a word adds to the article at least, and to a passage at
    most, idf times

        c × g / (c × g + K1) = c / (c + f)    and    c / (c + n)    for 1 <= c <= ROW_TOP.

    Their quotient (c + f) / (c + n) has the derivative (n - f) / (c + n)²: it falls with c if f > n, so that it is
    largest at c = 1, where it is (1 + f) / (1 + n); else it grows, but stays below its limit 1. For c > ROW_TOP the
    word adds at least idf × ROW_TOP / (ROW_TOP + f) to the article and at most idf to a passage: the quotient is at
    most 1 + f / ROW_TOP, which is above 1. So no word adds more to a passage than the larger of these two quotients
    times what it adds to the article, and the same holds for the sums over words.

    Args:
        scores: (articles,) their scores without the passage.
        norm: (articles,) n.
        normed_boost: (articles,) g.

    Returns:
        (articles,) bounds, exact but for rounding (ROUNDING).

    """
    f = _K1 / normed_boost
    bound: Scores = scores * np.maximum((1 + f) / (1 + norm), 1 + f / _TOP)
    return bound
