"""Arrays → one file: writes what `container.py` describes."""

import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import (
    ALIGN,
    DTYPES,
    HEADER,
    MARK,
    TRAILER,
    ArrayEntry,
    Directory,
    Integers,
    Unsigned,
    compact,
)

#: Bytes of the write buffer: a segment of a few articles takes one write.
BUFFERED = 1 << 18
#: Arrays of at most so many bytes stay in memory until the file is closed, for `view`.
SMALL = 1 << 12
#: Arrays of more bytes are mapped by `view`, others read.
LARGE = 1 << 18


def cumulated(lengths: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the offsets, (n + 1,), of n stretches of these lengths that lie end to end, to compute with."""
    sizes = np.asarray(lengths)
    found = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, dtype=np.int64, out=found[1:])
    return found


def offsets(lengths: npt.ArrayLike) -> Unsigned:
    """Return the offsets, (n + 1,), of n stretches of these lengths that lie end to end, as a file keeps them."""
    return compact(cumulated(lengths))


def bytes_of(array: Integers) -> bytes | memoryview:
    """Return the bytes of a contiguous array, without a copy."""
    return array.data.cast("B") if array.size else b""


def joined(parts: Sequence[Integers]) -> Integers:
    """Return arrays of integers end to end, in the widest of their dtypes; an empty uint8 array if there are none."""
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


class ContainerWriter:
    """Writes a container from front to back; the file is no container before `close` has returned."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.meta: dict[str, object] = {}
        self._file = path.open("w+b", buffering=BUFFERED)
        #: Small arrays by name: `view` returns them without reading the file.
        self._small: dict[str, Integers] = {}
        self._file.write(HEADER)
        self._at = len(HEADER)
        self._entries: dict[str, ArrayEntry] = {}

    def add(self, name: str, array: Integers) -> None:
        """Write one array; one of several dimensions is written row after row.

        Raises:
            ValueError: There is an array of that name already, or its dtype is not one of DTYPES.

        """
        flat = np.ascontiguousarray(array)
        if flat.nbytes <= SMALL:
            self._small[name] = flat
        self.add_chunks(name, flat.dtype, [bytes_of(flat)])

    def add_bytes(self, name: str, data: bytes) -> None:
        """Write a string of bytes as an array of uint8; errors as `add`."""
        self.add(name, np.frombuffer(data, np.uint8))

    def add_chunks(self, name: str, dtype: np.dtype[Any], chunks: Iterable[bytes | memoryview]) -> None:
        """Write one array from the bytes of its parts, in order; errors as `add`."""
        if name in self._entries or dtype.str not in DTYPES:
            msg = f"array {name!r} of {dtype.str} cannot be kept"
            raise ValueError(msg)
        padding = bytes(-self._at % ALIGN)
        self._file.write(padding)
        crc, size = zlib.crc32(padding), 0
        for chunk in chunks:
            size += self._file.write(chunk)
            crc = zlib.crc32(chunk, crc)
        at = self._at + len(padding)
        self._entries[name] = ArrayEntry(dtype.str, size // dtype.itemsize, at, crc)
        self._at = at + size

    def view(self, name: str) -> npt.NDArray[Any]:
        """Return an array that was written before, one-dimensional, in the dtype that the caller wrote it with."""
        if name in self._small:
            return self._small[name]
        entry = self._entries[name]
        dtype = DTYPES[entry.dtype]
        size = entry.count * dtype.itemsize
        self._file.flush()
        if size > LARGE:
            return np.memmap(self.path, dtype, "r", entry.at, (entry.count,))
        return np.frombuffer(os.pread(self._file.fileno(), size, entry.at), dtype)

    def close(self) -> None:
        """Write directory and trailer, and sync the file to the disk."""
        meta = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in self.meta.items()}
        directory = msgspec.json.encode(Directory(self._entries, meta))
        self._file.write(directory + TRAILER.pack(self._at, len(directory), zlib.crc32(directory), MARK))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def write_strings(out: ContainerWriter, name: str, texts: Sequence[bytes]) -> None:
    """Write strings in the order given: their bytes as `<name>.blob`, their offsets as `<name>.off`."""
    out.add_bytes(f"{name}.blob", b"".join(texts))
    out.add(f"{name}.off", offsets(np.fromiter(map(len, texts), np.int64, len(texts))))
