"""Array types of the engine, and the small operations on them that several modules share."""

from typing import Any

import numpy as np
import numpy.typing as npt

#: Unsigned integers of any width: documents, counts, slots.
Ints = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

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
