"""Items × words of an article → where the quotation lies in it, at what cost.

Semi-global edit distance by words (Sellers 1980): the quotation may begin and end anywhere in
the article, a row of the table is a handful of numpy operations. An ellipsis may skip any words
after it for nothing, a bracket a few; a stretch that is left out without a word costs no more
than a few words do, for that is what is done to a quotation most.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

WordIdArray: TypeAlias = npt.NDArray[np.int32]

#: Items that are no words.
GAP, BRACKET = -2, -3
#: A printed word that the quotation does not have.
UNKNOWN = -1
#: Printed words that a bracket may stand for.
WIDEST_BRACKET = 8
#: Cost of a word that is added, left out or changed.
EDIT = 1_000
#: Of two ways with as many edits the one that keeps more words is better, then the one that
#: changes a word rather than adds one. Too small to outweigh an edit in the longest quotation.
_KEPT, _CHANGED = -2, EDIT - 1
#: Cost of words left out in one stretch, however many.
DEAREST_OMISSION = 3 * EDIT
#: Alignments that one article is searched for.
MOST_IN_ONE = 3
#: Ends that are looked at for them: an ellipsis lets one beginning have many.
MOST_TRIED = 9
_INFINITE = np.int32(1 << 30)


class Move(NamedTuple):
    """An item, and the printed words it is set against; no item: printed words left out."""

    item: int | None
    first: int
    end: int


class Alignment(NamedTuple):
    """The quotation laid against a stretch of words."""

    first: int
    end: int
    moves: tuple[Move, ...]


def align(items: Sequence[int], printed: WordIdArray, edits: int) -> Iterator[Alignment]:
    """Yield the best alignments, apart from each other, cheapest first, of no more than `edits` edits."""
    table = _table(items, printed)
    ends = table[-1].copy()
    chosen: list[Alignment] = []
    for _ in range(MOST_TRIED):
        end = int(ends.argmin())
        if ends[end] > edits * EDIT or len(chosen) == MOST_IN_ONE:
            return
        found = _traceback(table, items, printed, end)
        # Other ends of this alignment, and of those that would share words with it.
        ends[found.first : found.end + len(items)] = _INFINITE
        if all(found.end <= other.first or other.end <= found.first for other in chosen):
            chosen.append(found)
            yield found


def _table(items: Sequence[int], printed: WordIdArray) -> npt.NDArray[np.int32]:
    """Return for each number of items and each end the least cost of having set them against words before it."""
    ramp = np.arange(len(printed) + 1, dtype=np.int32) * np.int32(EDIT)
    table = np.zeros((len(items) + 1, len(printed) + 1), np.int32)
    for i, item in enumerate(items):
        above, row = table[i], table[i + 1]
        if item == GAP:
            np.minimum.accumulate(above, out=row)
        elif item == BRACKET:
            row[:] = above
            for width in range(1, min(WIDEST_BRACKET, len(printed)) + 1):
                np.minimum(row[width:], above[:-width], out=row[width:])
        else:
            np.add(above, EDIT, out=row)
            np.minimum(row[1:], above[:-1] + _substitution(printed, item), out=row[1:])
            omitted = np.minimum.accumulate(row)
            omitted += DEAREST_OMISSION
            np.minimum(row, np.minimum.accumulate(row - ramp) + ramp, out=row)
            np.minimum(row, omitted, out=row)
    return table


def _substitution(printed: WordIdArray, item: int) -> WordIdArray:
    return np.where(printed == item, np.int32(_KEPT), np.int32(_CHANGED))


def _traceback(table: npt.NDArray[np.int32], items: Sequence[int], printed: WordIdArray, end: int) -> Alignment:
    """Return how the cost at an end came about."""
    moves: list[Move] = []
    i, j = len(items), end
    while i:
        here, above = table[i, j], table[i - 1]
        item = items[i - 1]
        if item in (GAP, BRACKET):
            low = 0 if item == GAP else max(0, j - WIDEST_BRACKET)
            k = low + int(np.flatnonzero(above[low : j + 1] == here)[-1])
            moves.append(Move(i - 1, k, j))
            i, j = i - 1, k
        elif j and above[j - 1] + (_KEPT if printed[j - 1] == item else _CHANGED) == here:
            moves.append(Move(i - 1, j - 1, j))
            i, j = i - 1, j - 1
        elif above[j] + EDIT == here:
            moves.append(Move(i - 1, j, j))
            i -= 1
        elif table[i, j - 1] + EDIT == here:
            moves.append(Move(None, j - 1, j))
            j -= 1
        else:
            k = int(np.flatnonzero(table[i, :j] + DEAREST_OMISSION == here)[-1])
            moves.append(Move(None, k, j))
            j = k
    moves.reverse()
    return Alignment(j, end, tuple(moves))
