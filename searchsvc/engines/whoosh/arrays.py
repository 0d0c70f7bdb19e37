"""Types and small kernels that every room of the ranker shares."""

from functools import lru_cache
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

#: From so many times more entries than questions on, bisection beats a table of slots.
SPARSE = 24


def ragged(starts: Ints, counts: Ints) -> Places:
    """Return `start, start + 1, …` of every range, end to end.

    >>> ragged(np.array([5, 9]), np.array([2, 1])).tolist()
    [5, 6, 9]
    """
    ends = np.cumsum(counts, dtype=np.intp)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts.astype(np.intp) - (ends - counts), counts) + np.arange(total)


def gaps(offsets: Ints) -> Places:
    """Return how long each stretch is that the offsets cut."""
    cuts = offsets.astype(np.intp)
    return cuts[1:] - cuts[:-1]


def cast(wanted: Ints, dtype: np.dtype[Any]) -> Ints:
    """Return numbers in the type of the list they are looked for in: else numpy would convert the long list.

    Those too large for the type become its largest; what is found must be compared with the original.
    """
    if wanted.dtype == dtype:
        return wanted
    if wanted.itemsize >= dtype.itemsize:
        wanted = np.minimum(wanted, _largest(dtype))
    return wanted.astype(dtype)


@lru_cache(maxsize=16)
def _largest(dtype: np.dtype[Any]) -> int:
    return int(np.iinfo(dtype).max)


def bisect(sorted_ids: Ints, wanted: Ints) -> Places:
    """Return for each wanted id a place in a sorted, not empty list where it stands, if it stands there at all."""
    at = sorted_ids.searchsorted(cast(wanted, sorted_ids.dtype))
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
