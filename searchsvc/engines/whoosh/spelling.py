"""A word × a range of forms → those within a few edits: Damerau-Levenshtein over all of them at once."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.arrays import Ints, Places
from searchsvc.engines.whoosh.codec import Forms

#: A language's mark at the end of a form: a separator and two letters.
MARK_SIGN, MARK_LENGTH = 0x1F, 3
#: What follows a form's end in the table of letters: no letter.
END = 0xFFFFFFFF
#: Distances are counted in a byte.
FAR = np.uint8(100)

_Row = npt.NDArray[np.uint8]


def near(forms: Forms, word: str, most: int, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield number and distance of the forms of a range that are within `most` edits of a word."""
    low, high = span
    if high <= low:
        return
    letters, starts, lengths = _letters(forms, low, high)
    wanted = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), np.uint32)
    fitting = np.flatnonzero(np.abs(lengths - len(wanted)) <= most)
    if not len(fitting):
        return
    lengths = lengths[fitting]
    width = len(wanted) + most
    columns = [_column(letters, starts[fitting] + j, lengths > j) for j in range(width)]
    distances = _distances(wanted, columns)[lengths, np.arange(len(fitting))]
    close = np.flatnonzero(distances <= most)
    yield from zip((fitting[close] + low).tolist(), distances[close].tolist(), strict=True)


def _letters(forms: Forms, low: int, high: int) -> tuple[Ints, Places, Places]:
    """Return the letters of a range of forms end to end, where each form starts and how long it is."""
    blob = forms.stretch(low, high)
    data = np.frombuffer(blob, np.uint8)
    cuts = forms.offsets[low : high + 1].astype(np.intp) - int(forms.offsets[low])
    # UTF-8 bytes that begin no letter look like 10xxxxxx.
    letters_before = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])  # noqa: PLR2004
    marks_before = np.concatenate([[0], np.cumsum(data == MARK_SIGN)])
    starts = letters_before[cuts]
    lengths = np.diff(starts) - MARK_LENGTH * np.diff(marks_before[cuts])
    letters = np.frombuffer(blob.decode("utf-8", "surrogatepass").encode("utf-32-le", "surrogatepass"), np.uint32)
    return letters, starts[:-1].astype(np.intp), lengths.astype(np.intp)


def _column(letters: Ints, places: Places, inside: npt.NDArray[np.bool_]) -> Ints:
    """Return the letter at one place of every form."""
    return np.where(inside, letters.take(np.minimum(places, len(letters) - 1)), END)


def _distances(wanted: Ints, columns: list[Ints]) -> npt.NDArray[np.uint8]:
    """Return the distance of the word to the first j letters of every form, for every j."""
    count = len(columns[0])
    before: list[_Row] = []
    row: list[_Row] = [np.full(count, min(j, int(FAR)), np.uint8) for j in range(len(columns) + 1)]
    for i, letter in enumerate(wanted.tolist(), 1):
        last, before = before, row
        row = [np.full(count, min(i, int(FAR)), np.uint8)]
        for j, column in enumerate(columns, 1):
            cost = np.minimum(np.minimum(before[j], row[j - 1]) + np.uint8(1), before[j - 1] + (column != letter))
            if i > 1 and j > 1:
                swapped = (columns[j - 2] == letter) & (column == wanted[i - 2])
                cost = np.minimum(cost, np.where(swapped, last[j - 2] + np.uint8(1), FAR))
            row.append(np.minimum(cost, FAR).astype(np.uint8))
    return np.stack(row)
