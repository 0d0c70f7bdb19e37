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
    Unsigned,
    compact,
)

#: Bytes written at a time; a segment of a few articles takes one write.
BUFFERED = 1 << 18
#: Bytes of an array that stays in memory until the file is closed.
SMALL = 1 << 12
#: Bytes of an array that is mapped rather than read.
LARGE = 1 << 22


def offsets(lengths: npt.ArrayLike) -> Unsigned:
    """Return where each of several stretches starts, and where the last ends, in the narrowest type."""
    return compact(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))


def bytes_of(array: npt.NDArray[Any]) -> bytes | memoryview:
    """Return the bytes of an array, without copying them."""
    return array.data.cast("B") if array.size else b""


def joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return arrays end to end; no arrays make an empty one of the narrowest type."""
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


class ContainerWriter:
    """Writes a container from front to back; nothing is valid before `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.meta: dict[str, object] = {}
        self._file = path.open("w+b", buffering=BUFFERED)
        #: Small arrays, to be viewed again without reading them.
        self._small: dict[str, npt.NDArray[Any]] = {}
        self._file.write(HEADER)
        self._at = len(HEADER)
        self._entries: dict[str, ArrayEntry] = {}

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        """Write one array."""
        flat = np.ascontiguousarray(array)
        if flat.nbytes <= SMALL:
            self._small[name] = flat
        self.add_chunks(name, flat.dtype, [bytes_of(flat)])

    def add_bytes(self, name: str, data: bytes) -> None:
        """Write a string of bytes."""
        self.add(name, np.frombuffer(data, np.uint8))

    def add_chunks(self, name: str, dtype: np.dtype[Any], chunks: Iterable[bytes | memoryview]) -> None:
        """Write one array from pieces, in order."""
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
        """Return an array that was written before."""
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
        """Write the directory and make the file durable."""
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
    """Write a table of strings in the order given."""
    out.add_bytes(f"{name}.blob", b"".join(texts))
    out.add(f"{name}.off", offsets(np.fromiter(map(len, texts), np.int64, len(texts))))
