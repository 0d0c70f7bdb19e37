"""Unsigned integers that a writer appends, one or several for a document, in the narrowest array that holds them.

Most columns of a segment that is being written are counts and sizes: few need more than a byte. An array is copied to
a wider dtype when the first number comes that does not fit.
"""

from array import array
from collections.abc import Iterable, Iterator

import numpy as np

from searchsvc.engines.whoosh.codec.container import Integers, Unsigned, narrowest

#: Type code of Python's arrays by bytes of an item.
_CODES = {np.dtype(code).itemsize: code for code in "BHIQ"}


class IntegerColumn:
    """Unsigned integers, at most 2 ** 64 - 1, that are appended and read again."""

    def __init__(self) -> None:
        self._values = array("B")

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, number: int) -> int:
        return self._values[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._values)

    def append(self, value: int) -> None:
        """Append a number."""
        try:
            self._values.append(value)
        except OverflowError:
            self._widen(value)
            self._values.append(value)

    def extend(self, values: Iterable[int]) -> None:
        """Append numbers."""
        self.extend_from(np.fromiter(values, np.uint64))

    def extend_from(self, values: Integers) -> None:
        """Append the numbers of an array; none of them is negative."""
        if len(values):
            self._widen(int(values.max()))
            self._values.frombytes(values.astype(self._dtype, copy=False).tobytes())

    def values(self, first: int = 0, end: int | None = None) -> Unsigned:
        """Return a copy of the numbers from index `first` up to `end`; None: up to the last."""
        return np.array(self._values[first:end], self._dtype)

    @property
    def _dtype(self) -> np.dtype[np.unsignedinteger]:
        return np.dtype(self._values.typecode)

    def _widen(self, value: int) -> None:
        """Take the narrowest dtype that holds a number too, if this one does not."""
        wanted = np.dtype(narrowest(value))
        if wanted.itemsize > self._values.itemsize:
            wider = np.frombuffer(self._values, self._dtype).astype(wanted)
            self._values = array(_CODES[wanted.itemsize], wider.tobytes())
