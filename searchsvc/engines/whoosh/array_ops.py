"""Array types of the engine, operations that several modules share, and the order of what matches: its top k."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.model.query import Sort

#: Unsigned integers of any width: documents, counts, slots.
Ints = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

NOWHERE: Places = np.empty(0, np.intp)
NOTHING: Floats = np.empty(0, np.float32)

#: The best of a dense vector are looked for by the peaks of columns of so many scores each.
COLUMN = 32

#: From so many times more entries than questions on, bisection beats a table of slots.
SPARSE = 24


def padded(count: int) -> int:
    """Return a length at least `count` that columns fill."""
    return -(-count // COLUMN) * COLUMN


def ragged(starts: Ints, counts: Ints) -> Places:
    """Return `start, start + 1, …` of every range, end to end.

    >>> ragged(np.array([5, 9]), np.array([2, 1])).tolist()
    [5, 6, 9]
    """
    ends = counts.cumsum(dtype=np.intp)
    total = int(ends[-1]) if len(ends) else 0
    places: Places = (starts.astype(np.intp) - (ends - counts)).repeat(counts)
    places += np.arange(total)
    return places


def gaps(offsets: Ints) -> Places:
    """Return how long each stretch is that the offsets cut."""
    cuts = offsets.astype(np.intp)
    return cuts[1:] - cuts[:-1]


def bisect(sorted_ids: Ints, wanted: Ints) -> Places:
    """Return for each wanted id a place in a sorted, not empty list where it stands, if it stands there at all.

    What is found must be compared with what was wanted: that may be too large for the list's type.
    """
    # In the list's own type: else numpy would convert the whole list.
    at = sorted_ids.searchsorted(wanted.astype(sorted_ids.dtype, copy=False))
    at[at == len(sorted_ids)] = 0
    return at


def union(lists: "list[Ints]") -> Places:
    """Return the documents of several ascending lists, each once, ascending."""
    full = [ids for ids in lists if len(ids)]
    if not full:
        return NOWHERE
    if len(full) == 1:
        return full[0].astype(np.intp)
    merged = np.concatenate(full).astype(np.intp)
    merged.sort()
    first = np.empty(len(merged), np.bool_)
    first[0] = True
    np.not_equal(merged[1:], merged[:-1], out=first[1:])
    return merged[first]


#: Smallest score that counts as one in a dense vector.
TINY = np.float32(1e-30)
#: From so many times more documents than wanted on, the best are picked before they are sorted.
PICK = 12
#: Where more than one of so many columns may hold one of the best, reading all scores is faster.
FEW_COLUMNS = 16
#: More than any score.
_TIER = np.float64(1 << 20)
#: Later than any date.
_LAST = np.iinfo(np.int64).max


class Scored(NamedTuple):
    """Documents of all segments, in any order, with scores and tiers (None: all of one tier)."""

    docs: Places
    scores: Floats
    tiers: Ints | None = None

    def take(self, places: Places) -> "Scored":
        """Return some of them."""
        tiers = None if self.tiers is None else self.tiers.take(places)
        return Scored(self.docs.take(places), self.scores.take(places), tiers)

    def with_scores(self, scores: Floats) -> "Scored":
        """Return the same documents with other scores."""
        return Scored(self.docs, scores, self.tiers)

    def standing(self, scores: Floats) -> npt.NDArray[np.floating[Any]]:
        """Return some scores of theirs such that those of a higher tier are larger."""
        return scores if self.tiers is None else self.tiers * _TIER + scores

    def window(self, count: int, rank: Ints) -> Places:
        """Return the places of the best ones, not in order; where equal ones are too many, by rank."""
        if len(self.docs) <= count:
            return np.arange(len(self.docs))
        if self.tiers is not None:
            return self.order(rank)[:count]
        least = np.partition(self.scores, len(self.scores) - count)[len(self.scores) - count]
        places: Places = (self.scores >= least).nonzero()[0]
        surplus = len(places) - count
        if surplus:
            level = (self.scores.take(places) == least).nonzero()[0]
            last = level[np.argsort(rank.take(self.docs.take(places[level])))[-surplus:]]
            places = np.delete(places, last)
        return places

    def best(self, count: int, rank: Ints) -> Places:
        """Return the places of the best ones in order."""
        places = self.window(count, rank) if len(self.docs) > PICK * count else np.arange(len(self.docs))
        return places[self.take(places).order(rank)[:count]]

    def order(self, rank: Ints) -> Places:
        """Return all places in order."""
        keys = [rank.take(self.docs), -self.scores]
        if self.tiers is not None:
            keys.append(-self.tiers.astype(np.int32))
        return np.lexsort(keys)


def joined(parts: list[Scored]) -> Scored:
    """Return the documents of several segments together."""
    if len(parts) == 1:
        return parts[0]
    tiers = [part.tiers for part in parts if part.tiers is not None]
    return Scored(
        np.concatenate([part.docs for part in parts]) if parts else np.empty(0, np.intp),
        np.concatenate([part.scores for part in parts]) if parts else np.empty(0, np.float32),
        np.concatenate(tiers) if tiers else None,
    )


def contenders(scores: Floats, count: int) -> Places:
    """Return the places of a dense vector that hold at least its `count` best scores above zero; in any order.

    The peaks of short columns bound what the best can be, so that only few places are looked at.
    """
    grid = scores.reshape(COLUMN, -1)
    peaks = grid.max(0)
    least = TINY
    if len(peaks) > count:
        least = max(np.partition(peaks, len(peaks) - count)[len(peaks) - count], TINY)
    columns = (peaks >= least).nonzero()[0]
    if len(columns) * FEW_COLUMNS > len(peaks):
        return (scores >= least).nonzero()[0]
    places: Places = (np.arange(0, len(scores), len(peaks))[:, np.newaxis] + columns).reshape(-1)
    return places[scores.take(places) >= least]


def by_date(docs: Places, dates: Ints, rank: Ints, sort: Sort, count: int) -> Places:
    """Return the places of the first documents in the order of their dates; undated last, equal ones by rank."""
    when = dates.take(docs)
    # The complement reverses the order, and unlike the negative has no overflow.
    order = np.where(when == UNDATED, _LAST, when if sort == "oldest" else ~when)
    places = np.arange(len(docs))
    if len(docs) > PICK * count > 0:
        places = (order <= np.partition(order, count - 1)[count - 1]).nonzero()[0]
    return places[np.lexsort((rank.take(docs.take(places)), order.take(places)))][:count]


def newest_of_the_best(found: Scored, dates: Ints, rank: Ints, count: int) -> Places:
    """Return the places of the best, equal ones newest first, then by rank."""
    when = dates.take(found.docs)
    places = np.arange(len(found.docs))
    if len(places) > PICK * count > 0:
        least = np.partition(found.scores, len(places) - count)[len(places) - count]
        above, level = (found.scores > least).nonzero()[0], (found.scores == least).nonzero()[0]
        need = count - len(above)
        if len(level) > need:
            newest = np.partition(when[level], len(level) - need)[len(level) - need]
            level = level[when[level] >= newest]
        places = np.concatenate([above, level])
    # Undated ones have the smallest date of all, so they come last.
    order = np.lexsort((rank.take(found.docs[places]), ~when[places], -found.scores[places]))
    return places[order][:count]
