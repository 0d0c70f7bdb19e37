"""Numbers of one dtype that a writer appends and reads again: in memory, or in a nameless file once they are many."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container_writer import SMALL, ContainerWriter, bytes_of

#: Bytes of a spool that are kept in memory; a larger one is a file.
IN_MEMORY = 1 << 18
#: Bytes that are gathered before they are written to it.
WAITING = 1 << 16
#: Numbers that are processed at a time: bounds memory, and is enough for numpy to be fast.
STEP = 1 << 18


class Spool:
    """Numbers of one dtype that are appended and read again: in memory, or in a nameless file once they are many."""

    def __init__(self, folder: Path, dtype: npt.DTypeLike = np.uint32) -> None:
        self.dtype = np.dtype(dtype)
        self._file = SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115  # closed by close()
        self._waiting: list[bytes | memoryview] = []
        self._size = self._waiting_size = 0

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self._size // self.dtype.itemsize

    def append(self, data: bytes | memoryview) -> None:
        """Append numbers, given as their bytes in this spool's dtype."""
        # A view would keep the whole array alive that it is a part of.
        self._waiting.append(data if len(data) > WAITING else bytes(data))
        self._size += len(data)
        self._waiting_size += len(data)
        if self._waiting_size > WAITING:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting, self._waiting_size = [], 0

    def read(self, first: int, end: int) -> npt.NDArray[Any]:
        """Return the numbers from index `first` up to `end`, in this spool's dtype, which callers know."""
        self._flush()
        size = self.dtype.itemsize
        self._file.seek(first * size)
        data = self._file.read((end - first) * size)
        self._file.seek(0, os.SEEK_END)
        return np.frombuffer(data, self.dtype)

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Yield the bytes of all numbers in order."""
        for first in range(0, self.count, STEP):
            yield bytes_of(self.read(first, min(self.count, first + STEP)))

    def close(self) -> None:
        """Close the file; the spool is not used after this."""
        self._file.close()

    def write(self, out: ContainerWriter, name: str, dtype: np.dtype[Any] | None = None) -> None:
        """Write all numbers as one array; `dtype` None: this spool's."""
        dtype = dtype or self.dtype
        if self.count * dtype.itemsize <= SMALL:
            out.add(name, self.read(0, self.count).astype(dtype))
        else:
            steps = range(0, self.count, STEP)
            chunks = (self.read(first, min(self.count, first + STEP)).astype(dtype, copy=False) for first in steps)
            out.add_chunks(name, dtype, map(bytes_of, chunks))
