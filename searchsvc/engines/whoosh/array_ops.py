"""Array types of the engine, array operations that several modules share, and the selection of the best documents.

The types of stored arrays are those of `codec.field_arrays`; those here are computed for a query or a commit. Where a
function returns documents or scores in several arrays, item i of each is about the same document.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Indices, Integers
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED, Dates, Offsets, Ranks
from searchsvc.model.query import Sort

#: (n,) numbers of documents in their segment, or among the documents of all segments (`SegmentReader.offset` added).
DocIds = Indices
#: The same where they may also be `DocNumbers` as a file has them, of a narrow unsigned dtype.
AnyDocIds = Integers
#: (n,) slots of a field's stream.
SlotIds = Indices
#: (documents,) or (n,) scores, without unit, not negative. A dense vector of scores has 0 for what does not match.
Scores = npt.NDArray[np.float32]
#: (n,) weighted frequencies of a leaf in documents: frequency × normed boost, summed over fields; not negative.
Weights = npt.NDArray[np.float32]
#: (documents,) weight of a field ÷ length norm of the document's text in it, greater than 0.
NormedBoosts = npt.NDArray[np.float32]
#: (passages,) K1 × length norm of a passage, greater than 0: the frequency at which a word earns half of its idf.
Norms = npt.NDArray[np.float32]
#: (n,) number of children of the query's `MinShouldMatch` that documents match: higher tiers rank before any score.
Tiers = npt.NDArray[np.uint16]
#: (n,) how often something stands in documents, or how many documents have it; stored or counted.
Counts = Integers

NO_DOCS: DocIds = np.empty(0, np.intp)
NO_SCORES: Scores = np.empty(0, np.float32)

#: Scores of a column, by whose maxima `contenders` finds the best of a dense vector.
COLUMN = 32

#: When a sorted list has more than so many ids for each one wanted, bisection is faster than a table of all documents.
SPARSE = 24


def padded(count: int) -> int:
    """Return the smallest multiple of COLUMN that is not below `count`."""
    return -(-count // COLUMN) * COLUMN


def ragged(starts: Integers, counts: Integers) -> Indices:
    """Return the integers of n half-open ranges `start, start + 1, ...`, end to end.

    >>> ragged(np.array([5, 9]), np.array([2, 1])).tolist()
    [5, 6, 9]
    """
    sizes = counts.astype(np.intp, copy=False)
    ends: Indices = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    indices: Indices = (starts.astype(np.intp) - (ends - sizes)).repeat(sizes)
    indices += np.arange(total)
    return indices


def gaps(offsets: Offsets) -> Indices:
    """Return (n,) the lengths of the n stretches that (n + 1,) offsets cut."""
    cuts = offsets.astype(np.intp)
    return cuts[1:] - cuts[:-1]


def bisect(sorted_ids: AnyDocIds, wanted: AnyDocIds) -> Indices:
    """Return for each wanted id its index in an ascending list that is not empty.

    Returns:
        (wanted,) indices, all within the list. An id that the list lacks gets the index of another one, and so may an
        id that does not fit the list's dtype: callers must check `sorted_ids[index] == wanted`.

    """
    # In the list's own dtype, else numpy would convert the whole list.
    at = sorted_ids.searchsorted(wanted.astype(sorted_ids.dtype, copy=False))
    at[at == len(sorted_ids)] = 0
    return at


def union(lists: "list[DocIds]") -> DocIds:
    """Return the documents of several ascending lists, ascending, each once."""
    full = [ids for ids in lists if len(ids)]
    if not full:
        return NO_DOCS
    if len(full) == 1:
        return full[0].astype(np.intp)
    merged = np.concatenate(full).astype(np.intp)
    merged.sort()
    first = np.empty(len(merged), np.bool_)
    first[0] = True
    np.not_equal(merged[1:], merged[:-1], out=first[1:])
    return merged[first]


#: A document of a dense vector matches if its score is not below this.
TINY = np.float32(1e-30)
#: When there are more than so many documents for each one wanted, the best are selected before they are sorted.
PICK = 12
#: When more than 1 / FEW_COLUMNS of the columns may hold one of the best, `contenders` reads all scores instead.
FEW_COLUMNS = 16
#: More than any score: that is below 1.5 × the sum of its words' idf; a query has 1,000 words at most, and an idf is
#: below ln(2 + 2 × documents) < 32.
_TIER = np.float64(1 << 20)
#: Later than any date.
_LAST = np.iinfo(np.int64).max


class Scored(NamedTuple):
    """Documents among those of all segments, each once, in any order, with scores and tiers (None: all of one tier)."""

    docs: DocIds
    scores: Scores
    tiers: Tiers | None = None

    def take(self, indices: Indices) -> "Scored":
        """Return the documents of some indices."""
        tiers = None if self.tiers is None else self.tiers.take(indices)
        return Scored(self.docs.take(indices), self.scores.take(indices), tiers)

    def with_scores(self, scores: Scores) -> "Scored":
        """Return the same documents with other scores."""
        return Scored(self.docs, scores, self.tiers)

    def standing(self, scores: Scores) -> npt.NDArray[np.floating[Any]]:
        """Return (documents,) keys that order them by tier, then by `scores`: float64 with tiers, else `scores`."""
        return scores if self.tiers is None else self.tiers * _TIER + scores

    def window(self, count: int, rank: Ranks) -> Indices:
        """Return the indices of the best `count` documents, in any order; of equal ones the first by rank.

        All scores above the count-th largest are among them; of those equal to it the ones with the largest ranks
        are left out until `count` remain.
        """
        if len(self.docs) <= count:
            return np.arange(len(self.docs))
        if self.tiers is not None:
            return self.order(rank)[:count]
        least = np.partition(self.scores, len(self.scores) - count)[len(self.scores) - count]
        indices: Indices = (self.scores >= least).nonzero()[0]
        surplus = len(indices) - count
        if surplus:
            level = (self.scores.take(indices) == least).nonzero()[0]
            last = level[np.argsort(rank.take(self.docs.take(indices[level])))[-surplus:]]
            indices = np.delete(indices, last)
        return indices

    def best(self, count: int, rank: Ranks) -> Indices:
        """Return the indices of the best `count` documents in order: by tier, then score, then rank."""
        indices = self.window(count, rank) if len(self.docs) > PICK * count else np.arange(len(self.docs))
        return indices[self.take(indices).order(rank)[:count]]

    def order(self, rank: Ranks) -> Indices:
        """Return the indices of all documents in order: by tier, then score, then rank."""
        keys = [rank.take(self.docs), -self.scores]
        if self.tiers is not None:
            keys.append(-self.tiers.astype(np.int32))
        return np.lexsort(keys)


def joined(parts: list[Scored]) -> Scored:
    """Return the documents of several lists, end to end."""
    if len(parts) == 1:
        return parts[0]
    tiers = [part.tiers for part in parts if part.tiers is not None]
    return Scored(
        np.concatenate([part.docs for part in parts]) if parts else np.empty(0, np.intp),
        np.concatenate([part.scores for part in parts]) if parts else np.empty(0, np.float32),
        np.concatenate(tiers) if tiers else None,
    )


def contenders(scores: Scores, count: int) -> DocIds:
    """Return documents among which are the best `count` that match, in any order.

    The vector is seen as COLUMN rows; column j has the scores of documents j, j + m, j + 2m, ..., where m is the number
    of columns. Let `least` be the count-th largest of the columns' maxima. Then at least `count` scores are not below
    it, so that the best `count` are not either, and lie in columns whose maximum is not below it.

    Args:
        scores: A dense vector, (documents padded to a multiple of COLUMN,).
        count: How many documents are wanted.

    Returns:
        Documents with scores of at least TINY and `least`: `count` or more, or all that match.

    """
    assert len(scores) % COLUMN == 0, "a dense vector has whole columns"  # noqa: S101  what `reshape` counts on
    grid = scores.reshape(COLUMN, -1)
    peaks = grid.max(0)
    least = TINY
    if len(peaks) > count:
        least = max(np.partition(peaks, len(peaks) - count)[len(peaks) - count], TINY)
    columns = (peaks >= least).nonzero()[0]
    if len(columns) * FEW_COLUMNS > len(peaks):
        return (scores >= least).nonzero()[0]
    docs: DocIds = (np.arange(0, len(scores), len(peaks))[:, np.newaxis] + columns).reshape(-1)
    return docs[scores.take(docs) >= least]


def by_date(docs: DocIds, dates: Dates, rank: Ranks, sort: Sort, count: int, then: Dates | None = None) -> Indices:
    """Return the indices of the first `count` of some documents in the order of their dates.

    Undated documents come last, whichever end comes first; equal dates are ordered by `then`, then by rank.

    Args:
        docs: The documents, in any order.
        dates: (documents of all segments,) their dates.
        rank: (documents of all segments,) their places by id.
        sort: "oldest": oldest first; else newest first.
        count: How many are wanted.
        then: (documents of all segments,) dates by which those of equal dates are ordered, newest first.

    """
    when = dates.take(docs)
    # The complement reverses the order of integers; the negative would overflow for the smallest.
    order = np.where(when == UNDATED, _LAST, when if sort == "oldest" else ~when)
    indices = np.arange(len(docs))
    if len(docs) > PICK * count > 0:
        indices = (order <= np.partition(order, count - 1)[count - 1]).nonzero()[0]
    kept = docs.take(indices)
    # UNDATED is the smallest date, so that its complement is the largest.
    equal = () if then is None else (~then.take(kept),)
    return indices[np.lexsort((rank.take(kept), *equal, order.take(indices)))][:count]


def newest_of_the_best(scored: Scored, dates: Dates, rank: Ranks, count: int) -> Indices:
    """Return the indices of the best `count` documents by score; equal ones newest first, then by rank.

    Args:
        scored: The documents; their tiers are not looked at.
        dates: (documents of all segments,) their dates.
        rank: (documents of all segments,) their places by id.
        count: How many are wanted.

    """
    when = dates.take(scored.docs)
    indices = np.arange(len(scored.docs))
    if len(indices) > PICK * count > 0:
        least = np.partition(scored.scores, len(indices) - count)[len(indices) - count]
        above, level = (scored.scores > least).nonzero()[0], (scored.scores == least).nonzero()[0]
        need = count - len(above)
        if len(level) > need:
            newest = np.partition(when[level], len(level) - need)[len(level) - need]
            level = level[when[level] >= newest]
        indices = np.concatenate([above, level])
    # UNDATED is the smallest date, so that undated documents come last among equal scores.
    order = np.lexsort((rank.take(scored.docs[indices]), ~when[indices], -scored.scores[indices]))
    return indices[order][:count]
