"""Word ids → forward index: what stands in every slot of a field, document after document."""

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Unsigned, compact
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, joined
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD

#: Bytes of a spool that stay in memory.
IN_MEMORY = 1 << 23
#: Bytes that wait before they are written to it.
WAITING = 1 << 18
#: Slots treated at a time: bounds memory, large enough for numpy to be fast.
STEP = 1 << 21


class Spool:
    """Numbers, appended and read again; a file without a name once they are many."""

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
        """Add bytes of numbers of this spool's type at the end."""
        self._waiting.append(data)
        self._size += len(data)
        self._waiting_size += len(data)
        if self._waiting_size > WAITING:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting, self._waiting_size = [], 0

    def read(self, first: int, end: int) -> npt.NDArray[Any]:
        """Return a range of the numbers."""
        self._flush()
        size = self.dtype.itemsize
        self._file.seek(first * size)
        data = self._file.read((end - first) * size)
        self._file.seek(0, os.SEEK_END)
        return np.frombuffer(data, self.dtype)

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Yield the bytes of all the numbers."""
        for first in range(0, self.count, STEP):
            yield bytes_of(self.read(first, min(self.count, first + STEP)))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class TextStream:
    """The texts of one field of a segment that is being written."""

    def __init__(self, folder: Path) -> None:
        self.spool = Spool(folder)
        self._counts = array("I")
        self._base: npt.NDArray[np.int64] | None = None

    def add(self, ids: npt.NDArray[np.uint32], counts: npt.NDArray[Any]) -> None:
        """Add the texts of the next documents: word ids of all, and how many each has."""
        self.spool.append(bytes_of(ids))
        self._counts.frombytes(counts.astype(np.uint32).tobytes())

    @property
    def slots(self) -> int:
        """How many slots there are so far."""
        return self.spool.count

    @property
    def base(self) -> npt.NDArray[np.int64]:
        """First slot of every document, and the end."""
        if self._base is None or len(self._base) != len(self._counts) + 1:
            self._base = np.concatenate([[0], np.cumsum(np.array(self._counts, np.int64))])
        return self._base

    def documents(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of documents of about STEP slots together."""
        yield from ranges(self.base, STEP)

    def read(self, first: int, end: int) -> npt.NDArray[np.uint32]:
        """Return what stands in the slots of a range of documents."""
        return self.spool.read(int(self.base[first]), int(self.base[end]))


def ranges(base: npt.NDArray[Any], step: int) -> Iterator[tuple[int, int]]:
    """Cut stretches that start at `base` into runs of about `step` items together, one stretch at least."""
    first, count = 0, len(base) - 1
    while first < count:
        end = int(np.searchsorted(base, int(base[first]) + step, "right")) - 1
        end = min(count, max(end, first + 1))
        yield first, end
        first = end


def write_stream(
    out: ContainerWriter, name: str, stream: TextStream, code: Unsigned, scored: npt.NDArray[np.bool_]
) -> None:
    """Write a field's stream of codes, its documents' first slots and lengths.

    Args:
        out: The segment's file.
        name: The field.
        stream: Its texts.
        code: Code of every word id.
        scored: Whether each word id is scored.

    """
    base = stream.base
    far_slots: list[npt.NDArray[Any]] = []
    far_codes: list[npt.NDArray[Any]] = []
    lengths: list[npt.NDArray[Any]] = []

    def codes() -> Iterator[bytes | memoryview]:
        for first, end in stream.documents():
            ids = stream.read(first, end)
            found = code[ids]
            far = np.flatnonzero(found >= ESCAPE)
            far_slots.append(far + base[first])
            far_codes.append(found[far])
            lengths.append(counted(scored[ids], base[first : end + 1] - base[first]))
            yield bytes_of(np.minimum(found, ESCAPE).astype(np.uint16))
        yield bytes(np.dtype(np.uint16).itemsize * PAD)

    out.add_chunks(f"{name}.fwd", np.dtype(np.uint16), codes())
    out.add(f"{name}.base", compact(base))
    out.add(f"{name}.xpos", compact(joined(far_slots)))
    out.add(f"{name}.xid", compact(joined(far_codes)))
    out.add(f"{name}.length", compact(joined(lengths)))


def counted(flags: npt.NDArray[np.bool_], cuts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return how many flags are set between each two cuts; stretches may be empty."""
    seen = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
    found: npt.NDArray[np.int64] = np.diff(seen[cuts])
    return found
