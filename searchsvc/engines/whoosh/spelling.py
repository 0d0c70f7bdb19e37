"""A word × a range of forms → those within a few edits: Damerau-Levenshtein over all of them at once."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.array_ops import Ints, Places
from searchsvc.engines.whoosh.codec.field_arrays import FormTable

#: A language's mark at the end of a form: a separator and two letters.
MARK_SIGN, MARK_LENGTH = 0x1F, 3
#: A distance that is too far: distances are counted in a byte.
FAR = 100

_Row = npt.NDArray[np.uint8]
_ONE = np.uint8(1)


def similar_forms(forms: FormTable, word: str, most: int, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield number and distance of the forms of a range that are within `most` edits of a word."""
    low, high = span
    if high <= low:
        return
    letters, starts, lengths = _letters(forms, low, high)
    wanted = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), np.uint32)
    fitting = np.flatnonzero(np.abs(lengths - len(wanted)) <= most)
    if not len(fitting):
        return
    for place, distance in _close(wanted, letters, starts[fitting], lengths[fitting], most):
        yield int(fitting[place]) + low, distance


def _letters(forms: FormTable, low: int, high: int) -> tuple[Ints, Places, Places]:
    """Return the letters of a range of forms end to end, where each form starts and how long it is."""
    blob = forms.stretch(low, high)
    data = np.frombuffer(blob, np.uint8)
    cuts = forms.offsets[low : high + 1].astype(np.intp) - int(forms.offsets[low])
    marked = data.take(np.maximum(cuts[1:] - MARK_LENGTH, 0)) == MARK_SIGN
    letters: Ints = data
    if not blob.isascii():
        letters = np.frombuffer(blob.decode("utf-8", "surrogatepass").encode("utf-32-le", "surrogatepass"), np.uint32)
        # UTF-8 bytes that begin no letter look like 10xxxxxx.
        cuts = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)]).take(cuts)  # noqa: PLR2004
    return letters, cuts[:-1], np.diff(cuts) - MARK_LENGTH * marked


def _close(wanted: Ints, letters: Ints, starts: Places, lengths: Places, most: int) -> list[tuple[int, int]]:
    """Return place and distance of the forms that are close, in order of place.

    Letter by letter the distance of the form's beginning to every beginning of the word is counted.
    A form that has ended is judged, and one whose beginning is too far from all is left: after a
    few letters most are.
    """
    end, left = len(wanted), np.arange(len(starts))
    column: list[_Row] = [np.full(len(starts), min(i, FAR), np.uint8) for i in range(end + 1)]
    before, last = column, letters[:0]
    close: list[tuple[int, int]] = []
    for j in range(1, end + most + 1):
        letter = letters.take(starts + (j - 1))
        column, before = _next(wanted, column, before, letter, last, j, most), column
        judged = (lengths == j).nonzero()[0]
        judged = judged[column[end].take(judged) <= most]
        close += zip(left.take(judged).tolist(), column[end].take(judged).tolist(), strict=True)
        # The least distance grows by one a letter at most, so that no exchange of letters comes back from beyond.
        keep = ((lengths > j) & (np.minimum.reduce(column) <= most)).nonzero()[0]
        left, starts, lengths, last = left.take(keep), starts.take(keep), lengths.take(keep), letter.take(keep)
        column, before = [row.take(keep) for row in column], [row.take(keep) for row in before]
        if not len(left):
            break
    return sorted(close)


def _next(
    wanted: Ints, column: list[_Row], before: list[_Row], letter: Ints, last: Ints, j: int, most: int
) -> list[_Row]:
    """Return the distances of the first j letters of forms to every beginning of the word.

    Args:
        wanted: Letters of the word.
        column: The distances of the first j - 1 letters.
        before: Those of the first j - 2.
        letter: Letter j of every form.
        last: The letter before it.
        j: From 1 on.
        most: Farther than this is as good as FAR: beginnings whose lengths differ by more are not looked at.

    """
    far = np.full(len(letter), FAR, np.uint8)
    new = [np.full(len(letter), j, np.uint8) if j <= most else far]
    same = [letter == sign for sign in wanted.tolist()]
    for i in range(1, len(wanted) + 1):
        if abs(i - j) > most:
            new.append(far)
            continue
        cost = np.minimum(np.minimum(column[i], new[i - 1]) + _ONE, column[i - 1] + ~same[i - 1])
        if i > 1 and j > 1:
            swapped = same[i - 2] & (last == wanted[i - 1])
            cost = np.minimum(cost, np.where(swapped, before[i - 2] + _ONE, far))
        new.append(cost)
    return new
