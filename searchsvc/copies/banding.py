"""Bands of texts → the pairs that may be copies, by sorting: n log n for n texts, and few pairs that are none."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from searchsvc.copies.fingerprint import BANDS, Band, Fingerprints, Words64

#: (n,) rows of `Fingerprints`; (n,) whether each row is one.
Rows = npt.NDArray[np.intp]
RowMask = npt.NDArray[np.bool_]
#: (pairs, 2) rows of texts, the smaller first, each pair once, ascending.
Pairs = npt.NDArray[np.intp]
#: Pairs that are made at a time: bounds memory where thousands of texts share a band.
AT_ONCE = 1 << 20

NO_PAIRS: Pairs = np.empty((0, 2), np.intp)


def candidate_pairs(texts: Fingerprints, new: RowMask) -> Pairs:
    """Return the pairs of texts that share a band and at least one of which is new.

    Left out are those of which both have a number that the other lacks: they cannot be copies, unless a paragraph was
    exchanged for another one.

    Args:
        texts: Fingerprints of different texts.
        new: (n,) which of them are compared with all others, and not only with new ones.

    """
    bands = range(BANDS if len(texts.text) else 0)
    found = [pairs for number in bands for pairs in _of_band(texts.band(number), new, texts.numbers)]
    if not found:
        return NO_PAIRS
    codes = np.unique(np.concatenate(found))
    count = len(texts.text)
    return np.column_stack([codes // count, codes % count])


def _of_band(keys: Band, new: RowMask, numbers: Words64) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the codes (row × n + other row) of pairs with the same key."""
    rows = _sharing(keys, new)
    if len(rows) < 2:  # noqa: PLR2004  a pair
        return
    ordered = keys[rows]
    starts = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(rows)]])
    #: (rows,) where the run of each one ends.
    ends = np.repeat(starts[1:], np.diff(starts))
    after = ends - np.arange(len(rows)) - 1
    cuts = np.concatenate([[0], np.cumsum(after)])
    low = 0
    while low < len(rows):
        high = max(low + 1, int(np.searchsorted(cuts, cuts[low] + AT_ONCE, "right")) - 1)
        here = after[low:high]
        left = np.repeat(np.arange(low, high), here)
        right = left + 1 + np.arange(len(left)) - np.repeat(cuts[low:high] - cuts[low], here)
        one, other = rows[left], rows[right]
        mine, theirs = numbers[one], numbers[other]
        kept = (new[one] | new[other]) & (((mine & ~theirs) == 0) | ((theirs & ~mine) == 0))
        one, other = one[kept], other[kept]
        yield np.minimum(one, other) * len(keys) + np.maximum(one, other)
        low = high


def _sharing(keys: Band, new: RowMask) -> Rows:
    """Return the rows with a key that a new text has, and that several have, by key; no text that is too short."""
    if new.all():
        order = keys.argsort(kind="stable")
    else:
        wanted = np.unique(keys[new])
        if not len(wanted):
            return np.empty(0, np.intp)
        rows = np.flatnonzero(wanted[np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)] == keys)
        order = rows[keys[rows].argsort(kind="stable")]
    ordered = keys[order]
    same = np.concatenate([[False], (ordered[1:] == ordered[:-1]) & (ordered[1:] > 0), [False]])
    found: Rows = order[same[1:] | same[:-1]]
    return found
