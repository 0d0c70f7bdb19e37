"""Align a quotation with the words of an article by semi-global edit distance on words.

Input are word ids of both; output are the cheapest alignments with their moves. The quotation may begin and end
anywhere in the article (P. H. Sellers, "The theory and computation of evolutionary distances: pattern recognition",
J. Algorithms 1, 1980). Each row of the table is computed by a few numpy operations. Three rules are added for
quotations: an ellipsis skips any number of printed words at no cost, and a bracket at most `MAX_BRACKET_WORDS`; a
stretch of printed words that the quotation omits without an ellipsis costs at most `MAX_OMISSION_COST`, whatever its
length; a reporting clause that interrupts the printed quotation costs `CLAUSE_COST`, which is less than an edit.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searchsvc.model.deadline import check_deadline

WordIdArray: TypeAlias = npt.NDArray[np.int32]

#: Items of a quotation that are not words: an ellipsis, and a bracket.
GAP, BRACKET = -2, -3
#: Id of a printed word that does not occur in the quotation.
UNKNOWN = -1
#: Printed words that a bracket may stand for, at most.
MAX_BRACKET_WORDS = 8
#: Cost of a word that is added, left out or changed.
EDIT_COST = 10_000
#: Costs of a kept and of a changed word. They decide between alignments with equally many edits: more kept words are
#: better, then a changed word rather than one left out and one added. Their sum over a quotation stays below one edit:
#: 2 × `quotation.MAX_WORDS` < `EDIT_COST`.
KEPT_COST, CHANGED_COST = -2, EDIT_COST - 1
#: Cost of printed words left out in one stretch, at most; and of a reporting clause left out.
MAX_OMISSION_COST, CLAUSE_COST = 3 * EDIT_COST, 100
#: Alignments that are returned for one article, at most.
MAX_ALIGNMENTS = 3
#: Ends of alignments that are tried for them, at most: after an ellipsis one beginning has many ends.
MAX_ENDS_TRIED = 9
_INFINITE = np.int32(1 << 30)


class ReportingClause(NamedTuple):
    """A reporting clause between two parts of a printed quotation: the words `first` to `end` (exclusive)."""

    first: int
    end: int


class Move(NamedTuple):
    """One step of an alignment: an item of the quotation against the printed words `first` to `end` (exclusive)."""

    #: Index of the item; None: the printed words are left out of the quotation.
    item: int | None
    first: int
    end: int


class Alignment(NamedTuple):
    """The quotation aligned with the printed words `first` to `end` (exclusive)."""

    first: int
    end: int
    moves: tuple[Move, ...]


def align(
    items: Sequence[int], printed: WordIdArray, edits: int, clauses: Sequence[ReportingClause] = ()
) -> Iterator[Alignment]:
    """Yield the best alignments of a quotation with an article, cheapest first; no two share a printed word.

    Args:
        items: The quotation: word ids, GAP and BRACKET; the first and the last item are words.
        printed: Word ids of the article, shape (words,); UNKNOWN for words that the quotation does not have.
            `EDIT_COST` times its length must fit int32: callers limit it to `article_words.MAX_COMPARED_WORDS`.
        edits: Cost of an alignment at most, in edits.
        clauses: The reporting clauses of the article, none of which touches another.

    """
    table = _table(items, printed, clauses)
    ends = table[-1].copy()
    chosen: list[Alignment] = []
    for _ in range(MAX_ENDS_TRIED):
        end = int(ends.argmin())
        if ends[end] > edits * EDIT_COST + len(clauses) * CLAUSE_COST or len(chosen) == MAX_ALIGNMENTS:
            return
        alignment = _traceback(table, items, printed, end, clauses)
        # Exclude the ends inside of this alignment and as far behind it as a quotation that overlaps it may end.
        ends[alignment.first : alignment.end + len(items)] = _INFINITE
        if all(alignment.end <= other.first or other.end <= alignment.first for other in chosen):
            chosen.append(alignment)
            yield alignment


def _table(items: Sequence[int], printed: WordIdArray, clauses: Sequence[ReportingClause]) -> npt.NDArray[np.int32]:
    """Return the table of least costs, shape (items + 1, printed words + 1).

    `table[i, j]` is the least cost of aligning the first i items so that the alignment ends before printed word j.
    Row 0 is zero: the quotation may begin anywhere. For a word, `row[j]` is the least of

    - `above[j] + EDIT_COST`: the word is not printed,
    - `above[j - 1] + KEPT_COST` or `+ CHANGED_COST`: the word stands against printed word j - 1,
    - `row[k] + CLAUSE_COST` for a clause from k to j,
    - `row[k] + min((j - k) * EDIT_COST, MAX_OMISSION_COST)` for k < j: printed words k to j are left out.
    """
    starts = np.array([clause.first for clause in clauses], np.intp)
    ends = np.array([clause.end for clause in clauses], np.intp)
    ramp = np.arange(len(printed) + 1, dtype=np.int32) * np.int32(EDIT_COST)
    table = np.zeros((len(items) + 1, len(printed) + 1), np.int32)
    for i, item in enumerate(items):
        check_deadline()
        above, row = table[i], table[i + 1]  # views: writing to `row` fills the table
        if item == GAP:
            np.minimum.accumulate(above, out=row)
        elif item == BRACKET:
            row[:] = above
            for width in range(1, min(MAX_BRACKET_WORDS, len(printed)) + 1):
                np.minimum(row[width:], above[:-width], out=row[width:])
        else:
            np.add(above, EDIT_COST, out=row)
            np.minimum(row[1:], above[:-1] + _substitution(printed, item), out=row[1:])
            _omit(row, ramp)
            while np.any(row[starts] + CLAUSE_COST < row[ends]):
                row[ends] = np.minimum(row[ends], row[starts] + CLAUSE_COST)
                _omit(row, ramp)
    return table


def _omit(row: npt.NDArray[np.int32], ramp: npt.NDArray[np.int32]) -> None:
    """Lower the costs of a row to those with printed words left out before."""
    omitted = np.minimum.accumulate(row)
    omitted += MAX_OMISSION_COST
    np.minimum(row, np.minimum.accumulate(row - ramp) + ramp, out=row)
    np.minimum(row, omitted, out=row)


def _substitution(printed: WordIdArray, item: int) -> WordIdArray:
    """Return the cost of one word of the quotation against each printed word, shape (words,)."""
    return np.where(printed == item, np.int32(KEPT_COST), np.int32(CHANGED_COST))


def _traceback(
    table: npt.NDArray[np.int32],
    items: Sequence[int],
    printed: WordIdArray,
    end: int,
    clauses: Sequence[ReportingClause],
) -> Alignment:
    """Return the alignment that ends before printed word `end`: the moves whose costs add up to `table[-1, end]`.

    Each branch undoes one case of `_table`. A gap or omission takes the latest start of equal cost, so the alignment
    is short.
    """
    clause_to = {clause.end: clause.first for clause in clauses}
    moves: list[Move] = []
    i, j = len(items), end
    while i:
        here, above = table[i, j], table[i - 1]
        item = items[i - 1]
        if item in (GAP, BRACKET):
            low = 0 if item == GAP else max(0, j - MAX_BRACKET_WORDS)
            k = low + int(np.flatnonzero(above[low : j + 1] == here)[-1])
            moves.append(Move(i - 1, k, j))
            i, j = i - 1, k
        elif j and above[j - 1] + (KEPT_COST if printed[j - 1] == item else CHANGED_COST) == here:
            moves.append(Move(i - 1, j - 1, j))
            i, j = i - 1, j - 1
        elif j in clause_to and table[i, clause_to[j]] + CLAUSE_COST == here:
            moves.append(Move(None, clause_to[j], j))
            j = clause_to[j]
        elif above[j] + EDIT_COST == here:
            moves.append(Move(i - 1, j, j))
            i -= 1
        elif table[i, j - 1] + EDIT_COST == here:
            moves.append(Move(None, j - 1, j))
            j -= 1
        else:
            k = int(np.flatnonzero(table[i, :j] + MAX_OMISSION_COST == here)[-1])
            moves.append(Move(None, k, j))
            j = k
    moves.reverse()
    return Alignment(j, end, tuple(moves))
